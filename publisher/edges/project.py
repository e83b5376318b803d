"""The project on disk: where things are, its settings, its drafts.

Beyond this file and `archive`, nobody knows how a project is laid out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError, NotFoundError
from publisher.policies.policy import POLICY_ID

if TYPE_CHECKING:
    pass

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

    @property
    def policy_ids(self) -> tuple[str, ...]:
        """Every policy that has a draft or a release, sorted."""
        found = {
            path.name: path
            for parent in (self.drafts, self.versions)
            if parent.is_dir()
            for path in parent.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        }
        for name, path in found.items():
            if not POLICY_ID.fullmatch(name):
                raise ConfigurationError(
                    f"`{name}` cannot be a policy's id",
                    where=str(path),
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
        if not wanted and not ids:
            raise NotFoundError("there is no policy yet", remedy="make policy/ID/policy.toml")
        known = ", ".join(ids) or "none"
        what = f"there is no policy `{wanted}`" if wanted else "there are several policies"
        raise NotFoundError(
            f"{what}; known: {known}", where=str(self.drafts), remedy="name one with --policy"
        )


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
