"""The project on disk: where things are, its settings, its drafts.

Beyond this file and `archive`, nobody knows how a project is laid out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.errors import ConfigurationError, NotFoundError
from publisher.policies.draft import FACTS_FILE, FIRST_POLICY, WHERE_TO_BEGIN
from publisher.policies.policy import POLICY_ID

SETTINGS_FILE = "publisher.toml"
PRIVATE_FOLDER = ".publisher"


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
            remedy="go to the project's folder, or name it with --project; "
            f"to begin one: {WHERE_TO_BEGIN}",
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
        return self.root / PRIVATE_FOLDER

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

    @property
    def policies(self) -> tuple[str, ...]:
        """Ids of all policies, for a command that is about each of them.

        Raises:
            NotFoundError: there is none, or one is a folder and no more.
        """
        ids = self.policy_ids
        if not ids:
            raise NotFoundError(
                "there is no policy yet", where=str(self.drafts), remedy=FIRST_POLICY
            )
        for each in ids:
            self._refuse_empty(each)
        return ids

    def _refuse_empty(self, policy_id: str) -> None:
        draft = self.drafts / policy_id
        if (draft / FACTS_FILE).exists() or (self.versions / policy_id).is_dir():
            return
        place = f"{self.drafts.name}/{policy_id}"
        raise NotFoundError(
            f"the folder has no {FACTS_FILE}, and `{policy_id}` has no release: it is no policy",
            where=place,
            remedy=f"add {place}/{FACTS_FILE} with title, contact, sections and opt_out.effect, "
            "or remove the folder",
        )

    def policy_id(self, wanted: str | None) -> str:
        """The policy a command is about: the one named, or the only one.

        Raises:
            NotFoundError: no such policy, or several and none was named, or a folder and no more.
        """
        ids = self.policy_ids
        found = ids[0] if wanted is None and len(ids) == 1 else wanted
        if found in ids:
            self._refuse_empty(str(found))
            return str(found)
        if not wanted and not ids:
            return self.policies[0]  # which says that there is none
        known = ", ".join(ids) or "none"
        what = f"there is no policy `{wanted}`" if wanted else "there are several policies"
        raise NotFoundError(
            f"{what}; known: {known}", where=str(self.drafts), remedy="name one with --policy"
        )


def read_folder(folder: Path, *, skip: str = "") -> Mapping[str, bytes]:
    """Every file below a folder by its path inside it; hidden ones and editors' copies left out.

    Links to files are followed, links to folders are not: they may lead anywhere, and back up.

    Args:
        folder: which; empty if it is not there.
        skip: the ending of names that are left out too.
    """
    found = (
        (name, Path(entry.path).read_bytes())
        for name, entry in _entries(folder)
        if _is_file(entry) and not (skip and name.endswith(skip))
    )
    return dict(sorted(found))


LINK, LINKED_FOLDER, LOST = "a link", "a link to a folder", "a link that leads to no file"
"""What lies where a file should."""


def odd_entries(folder: Path) -> list[tuple[str, str]]:
    """What lies below a folder and is neither a file nor a folder: its path inside, and what it is.

    Args:
        folder: which; that it is a link itself is told too, as the path `""`.
    """
    found = [("", LINKED_FOLDER)] if folder.is_symlink() else []
    for name, entry in _entries(folder):
        if entry.is_symlink():
            folders = Path(entry.path).is_dir()
            found.append((name, LINKED_FOLDER if folders else LINK if _is_file(entry) else LOST))
        elif not entry.is_file():
            found.append((name, "neither a file nor a folder"))
    return sorted(found)


def is_shown(path: str) -> bool:
    """Whether neither a file nor a folder that it lies in is hidden, or an editor's copy."""
    return not any(part.startswith(".") or part.endswith("~") for part in path.split("/"))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads round in a circle, say
        return False


def _entries(top: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All that is below a folder but the folders, by its path inside; nothing that is hidden."""
    folders = [(str(top), "")] if top.is_dir() else []
    while folders:
        folder, inside = folders.pop()
        with os.scandir(folder) as found:
            for entry in found:
                if not is_shown(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, f"{inside}{entry.name}/"))
                else:
                    yield f"{inside}{entry.name}", entry
