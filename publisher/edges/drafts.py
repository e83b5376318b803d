"""The drafts on disk: `policy/POLICY/`, which legal edits."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.checks.name_findings import check_names
from publisher.edges.files import write_file
from publisher.edges.project import LINK, LINKED_FOLDER, is_shown, odd_entries, read_folder
from publisher.policies.draft import draft_error, read_draft
from publisher.policies.file_names import unix_lines
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Policy


@dataclass(frozen=True)
class Drafts:
    """The drafts of a project's policies."""

    root: Path
    """The folder `policy/`."""

    def files(self, policy_id: str) -> Mapping[str, bytes]:
        """The files of a draft by their path inside its folder; none where there is no draft.

        They have the line ends that git keeps, whatever the checkout made of them.
        """
        found = read_folder(self.root / policy_id)
        return {name: unix_lines(data) for name, data in found.items()}

    def name(self, policy_id: str) -> str:
        """The path of a draft's folder from the project's root, as messages name it."""
        return f"{self.root.name}/{policy_id}"

    def read(self, policy_id: str) -> tuple[Policy | None, list[Finding]]:
        """A draft, None where it does not read, and what is wrong with its files."""
        return read_draft(policy_id, self.files(policy_id), self.name(policy_id))

    def names(self, policy_id: str) -> list[Finding]:
        """What is wrong with the files of a draft, whatever is in them.

        A release is made from files that git has, and lives in every clone: links, pipes and names
        that some disk does not take are refused.
        """
        folder = self.name(policy_id)
        odd = odd_entries(self.root / policy_id)
        found = [
            Finding(
                Severity.ERROR,
                f"{folder}/{name}".rstrip("/"),
                0,
                f"is {what}; git has no text of it",
                _in_its_place(f"{folder}/{name}".rstrip("/"), what),
            )
            for name, what in odd
        ]
        if self.root.is_symlink():
            what = "is a link; git has nothing of what lies behind it"
            remedy = "put the folder itself in its place"
            found.append(Finding(Severity.ERROR, self.root.name, 0, what, remedy))
        names = {*self.files(policy_id), *(name for name, _ in odd if name)}
        return [*found, *check_names(policy_id, names, folder)]

    def unlike(self, policy_id: str, committed: Mapping[str, bytes]) -> list[str]:
        """The paths of files of a draft that are not what a revision has, whatever git says.

        Files that git was told to leave out, or to take for unchanged, are among them.

        Args:
            policy_id: whose draft.
            committed: its files at that revision, by their path inside its folder.
        """
        found = self.files(policy_id)
        kept = {name: unix_lines(data) for name, data in committed.items() if is_shown(name)}
        names = sorted({*found, *kept})
        return [f"{self.name(policy_id)}/{n}" for n in names if found.get(n) != kept.get(n)]

    def policy(self, policy_id: str) -> Policy:
        """A draft.

        Raises:
            DraftError: its files do not read; the message has the first reason.
        """
        policy, findings = self.read(policy_id)
        if policy is None or findings:
            raise draft_error(findings)
        return policy

    def write(self, policy_id: str, files: Mapping[str, bytes | None]) -> None:
        """Writes files of a draft, each whole or not at all.

        Args:
            policy_id: whose draft.
            files: the content of each by its path inside the draft's folder; None: it is removed.

        Raises:
            OSError: one cannot be written; those before it are.
        """
        for name, data in files.items():
            if data is None:
                (self.root / policy_id / name).unlink()
            else:
                write_file(self.root / policy_id / name, data)


def _in_its_place(path: str, what: str) -> str:
    """The remedy for what is no file."""
    named = shlex.quote(path)
    if what == LINK:
        return f"cp {named} {named}.copy && mv {named}.copy {named}"
    return f"rm {named}" + (", and put the files themselves there" if what == LINKED_FOLDER else "")
