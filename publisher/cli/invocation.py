"""What every command is handed: the project, the policies it is about, and the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.cli import console
from publisher.errors import ConfigurationError

FINDINGS = 1
"""Exit code of a command that did its work and found something wrong."""
REFUSED = 2
"""Exit code of a command that was used wrongly or refused to act; click's own is the same."""


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

    def say(self, text: str) -> None:
        """A line on standard output, unless quiet."""
        if not self.quiet:
            console.print_line(text)
