"""What every command is handed: the project, the policies it is about, and the time."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.cli import console
from publisher.cli.listing import print_programs
from publisher.errors import ConfigurationError, PublisherError
from publisher.policies.finding import FINDING_COLUMNS, FINDINGS_FORM, Finding, Severity

FINDINGS = 1
"""Exit code of a command that did its work and found something wrong."""
REFUSED = 2
"""Exit code of a command that was used wrongly or refused to act; click's own is the same."""
STOPPED = 130
"""Exit code of a command that somebody stopped: 128 and the number of SIGINT, as shells have it."""


_PUBLISHER = re.compile(r"\bpublisher (?=[a-z])")
"""Where a command of ours is named in a text."""
_GIT = re.compile(
    r"\bgit (?=(?:add|branch|cat-file|check-attr|checkout|cherry-pick|commit|config|diff|fetch|fsck"
    r"|log|ls-files|merge|mv|pull|push|rebase|remote|reset|restore|rev-parse|revert|rm|show|stash"
    r"|status|switch|tag|update-index|worktree)\b)"
)
"""Where a command of git's is named."""
_POLICY = re.compile("(?:policy|versions)/([a-z0-9-]+)")
"""Where a path says which policy something is about."""


class Invocation:
    """One run of the command line: its options, and what follows from them.

    The project is looked for when a command first asks for it, since some work without one.
    """

    def __init__(
        self, start: Path, wanted: str | None, quiet: bool, clock: Callable[[], dt.datetime] | None
    ) -> None:
        """Takes the options of the program.

        Args:
            start: the folder in which, or above which, the project is.
            wanted: id of the policy that was named, if any.
            quiet: whether only errors and what was asked for are shown.
            clock: gives the time, with its offset; None: the machine's.
        """
        self._start, self.wanted, self.quiet, self._clock = start, wanted, quiet, clock

    @cached_property
    def workplace(self) -> Workplace:
        """The parts of the project, for the action of a command.

        Raises:
            ConfigurationError: there is no project here.
        """
        return Workplace.find(self._start, self._clock)

    @property
    def clock(self) -> Callable[[], dt.datetime] | None:
        """Gives the time, with its offset; None: the machine's."""
        return self._clock

    def go_to(self, folder: Path) -> Path:
        """A folder that a command names itself, from that of the project; the command is about it
        from then on.
        """
        self._start = self._start / folder
        return self._start

    @property
    def maybe_workplace(self) -> Workplace | None:
        """None outside any project, for what works without one."""
        try:
            return self.workplace
        except ConfigurationError:
            return None

    @property
    def policy(self) -> str:
        """Id of the policy that was named, or of the only one."""
        return self.workplace.policy_id(self.wanted)

    @property
    def policies(self) -> tuple[str, ...]:
        """Id of the policy that was named, or of every policy."""
        return (self.policy,) if self.wanted else self.workplace.policy_ids

    @property
    def shown_policies(self) -> tuple[str, ...]:
        """As `policies`; refused where there is none, for what would then show nothing."""
        return (self.policy,) if self.wanted else self.workplace.policies

    def as_typed(self, text: str, policy_id: str = "") -> str:
        """What is to be run next, so that it works as it is printed, from where this was run.

        Args:
            text: with commands in it, as they are run in the project's folder.
            policy_id: the policy that they are about, where it is known.
        """
        workplace = self.maybe_workplace
        if workplace is None or not (_PUBLISHER.search(text) or _GIT.search(text)):
            return text
        with suppress(PublisherError):
            if policy_id and len(workplace.policy_ids) > 1 and "--policy" not in text:
                text = _PUBLISHER.sub(f"publisher --policy {policy_id} ", text)
        root = workplace.project.root
        return text if root == Path.cwd() else f"{text}\n(in {shlex.quote(str(root))})"

    def address(self, error: PublisherError) -> None:
        """Has the next step of an error work as it is printed."""
        found = _POLICY.match(error.where)
        error.remedy = self.as_typed(error.remedy, self.wanted or (found[1] if found else ""))

    def print_finding(self, found: Finding) -> None:
        """A finding, with a next step that works as it is printed."""
        console.print_finding(self._addressed(found))

    def print_findings(self, findings: Sequence[Finding], form: str) -> None:
        """Findings, for people or, as `form` says, for programs."""
        told = [self._addressed(found) for found in findings]
        values, now = (found.values() for found in told), self.workplace.clock()
        if not print_programs(form, FINDINGS_FORM, "findings", FINDING_COLUMNS, values, now):
            for found in told:
                console.print_finding(found)

    def _addressed(self, found: Finding) -> Finding:
        policy = _POLICY.match(found.place)
        remedy = self.as_typed(found.remedy, self.wanted or (policy[1] if policy else ""))
        return replace(found, remedy=remedy)

    def say_unfinished(self) -> None:
        """Says what of the project's releases is on the way, or was cut off."""
        for act in self.workplace.journals.all():
            what = f"{act.doing} is at work, or was cut off"
            self.print_finding(Finding(Severity.CUE, f"versions/{act.name}", 0, what, act.remedy))

    def say(self, text: str) -> None:
        """A line on standard output, unless quiet."""
        if not self.quiet:
            if text.startswith("Next: "):
                text = self.as_typed(text, self.wanted or "")
            console.print_line(text)
