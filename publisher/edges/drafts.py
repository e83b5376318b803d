"""The drafts on disk: `policy/POLICY/`, which legal edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.files import write_file
from publisher.edges.project import read_folder
from publisher.policies.draft import draft_error, read_draft
from publisher.policies.finding import Finding
from publisher.policies.policy import Policy


@dataclass(frozen=True)
class Drafts:
    """The drafts of a project's policies."""

    root: Path
    """The folder `policy/`."""

    def files(self, policy_id: str) -> Mapping[str, bytes]:
        """The files of a draft by their path inside its folder; none where there is no draft."""
        return read_folder(self.root / policy_id)

    def name(self, policy_id: str) -> str:
        """The path of a draft's folder from the project's root, as messages name it."""
        return f"{self.root.name}/{policy_id}"

    def read(self, policy_id: str) -> tuple[Policy | None, list[Finding]]:
        """A draft, None where it does not read, and what is wrong with its files."""
        return read_draft(policy_id, self.files(policy_id), self.name(policy_id))

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
