"""The project on disk: where things are, its settings, its drafts.

Beyond this file and `archive`, nobody knows how a project is laid out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError, DraftError, NotFoundError
from publisher.policies.draft import read_draft
from publisher.policies.finding import Finding
from publisher.policies.policy import POLICY_ID, Policy
from publisher.policies.settings import Settings, read_settings

if TYPE_CHECKING:
    from publisher.answers.mail_meaning import Phrases

SETTINGS_FILE = "publisher.toml"


@dataclass(frozen=True)
class Project:
    """A folder with `publisher.toml`, `policy/` and `versions/`."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Project:
        """The project that `start` lies in.

        Raises:
            ConfigurationError: there is no `publisher.toml` in the folder or above it.
        """
        # Above a folder that does not exist there may be another project, which was not meant.
        folders = (start.resolve(), *start.resolve().parents) if start.is_dir() else ()
        for folder in folders:
            if (folder / SETTINGS_FILE).is_file():
                return cls(folder)
        raise ConfigurationError(
            "no publisher.toml here or in a folder above" if folders else "there is no such folder",
            where=str(start),
            remedy="go to the project's folder, or name it with --project",
        )

    @property
    def drafts(self) -> Path:
        """What legal edits."""
        return self.root / "policy"

    @property
    def versions(self) -> Path:
        """What nobody edits."""
        return self.root / "versions"

    @property
    def private(self) -> Path:
        """Ledger, spool and cache: outside git."""
        return self.root / ".publisher"

    @property
    def cache(self) -> Path:
        """What can be made again."""
        return self.private / "cache"

    @property
    def built(self) -> Path:
        """The built site."""
        return self.root / "build" / "site"

    @cached_property
    def settings(self) -> Settings:
        """What `publisher.toml` says."""
        return read_settings((self.root / SETTINGS_FILE).read_bytes())

    @cached_property
    def phrases(self) -> Phrases:
        """The closed set of sentences that are opt-outs: ours, and those of `wording/declarations`.

        Raises:
            ConfigurationError: one of the project's own files does not read.
        """
        from publisher.answers.mail_meaning import read_phrases

        files = {f"{PHRASES}/{name}": data for name, data in _shipped_phrases().items()}
        own = self.root / "wording" / "declarations"
        files |= {f"wording/declarations/{n}": d for n, d in read_folder(own).items()}
        return read_phrases(files)

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger."""
        return self.settings.ledger or f"sqlite:///{self.private / 'ledger.sqlite'}"

    @property
    def spool(self) -> Path:
        """Folder of letters that were spooled instead of sent."""
        return self.root / self.settings.spool

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The keys of personal links.

        Raises:
            ConfigurationError: `PUBLISHER_TOKEN_KEY` is not set, or too short.
        """
        from publisher.answers.token import read_keys

        return read_keys(os.environ.get("PUBLISHER_TOKEN_KEY", ""))

    @property
    def relay_password(self) -> str:
        """The password for the SMTP relay; empty where none is set."""
        return os.environ.get("PUBLISHER_SMTP_PASSWORD", "")

    @property
    def policy_ids(self) -> tuple[str, ...]:
        """Every policy that has a draft or a release, sorted."""
        found = {
            path.name
            for parent in (self.drafts, self.versions)
            if parent.is_dir()
            for path in parent.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        }
        for name in found:
            if not POLICY_ID.fullmatch(name):
                raise ConfigurationError(
                    f"`{name}` cannot be a policy's id",
                    where=str(self.drafts / name),
                    remedy="use at most 16 small letters, digits and hyphens",
                )
        return tuple(sorted(found))

    def policy_id(self, wanted: str | None) -> str:
        """The policy a command is about: the one named, or the only one.

        Raises:
            NotFoundError: no such policy, or several and none was named.
        """
        ids = self.policy_ids
        if wanted is None and len(ids) == 1:
            return ids[0]
        if wanted in ids:
            return str(wanted)
        known = ", ".join(ids) or "none"
        what = f"there is no policy `{wanted}`" if wanted else "there are several policies"
        raise NotFoundError(
            f"{what}; known: {known}", where=str(self.drafts), remedy="name one with --policy"
        )

    def folder(self, policy_id: str) -> str:
        """The draft folder's path from the root, as messages name it."""
        return f"policy/{policy_id}"

    def read_draft(self, policy_id: str) -> tuple[Policy | None, list[Finding]]:
        """The draft, and what is wrong with its files."""
        files = read_folder(self.drafts / policy_id)
        return read_draft(policy_id, files, self.folder(policy_id))

    def draft(self, policy_id: str) -> Policy:
        """The draft.

        Raises:
            DraftError: its files do not read; the message has the first reason.
        """
        policy, findings = self.read_draft(policy_id)
        if policy is None or findings:
            raise draft_error(findings)
        return policy


PHRASES = "publisher/assets/declarations"


def _shipped_phrases() -> dict[str, bytes]:
    folder = resources.files("publisher") / "assets" / "declarations"
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".toml")}


def draft_error(findings: list[Finding]) -> DraftError:
    """The error for a draft that does not read."""
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    remedy = f"{first.remedy}; `publisher check` lists every finding"
    return DraftError(f"{first.what}{more}", where=first.where, remedy=remedy)


def read_folder(folder: Path, *, skip: str = "") -> Mapping[str, bytes]:
    """Every file below a folder by its path inside it; hidden ones and editors' copies left out.

    Args:
        folder: which; empty if it is not there.
        skip: the ending of names that are left out too.
    """
    return dict(sorted(_files(folder, "", skip))) if folder.is_dir() else {}


def _files(folder: str | Path, inside: str, skip: str) -> Iterator[tuple[str, bytes]]:
    with os.scandir(folder) as found:
        for entry in found:
            name = entry.name
            if name.startswith(".") or name.endswith("~") or (skip and name.endswith(skip)):
                continue
            if entry.is_dir():
                yield from _files(entry.path, f"{inside}{name}/", skip)
            elif entry.is_file():
                yield f"{inside}{name}", Path(entry.path).read_bytes()
