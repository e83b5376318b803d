"""The folder that a preview is written to: replaced whole or not at all, and only if it is ours."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.files import folder_beside, remove_unfinished, replace_folder
from publisher.edges.project import Project
from publisher.edges.up_to_date import SITE_FILE
from publisher.errors import OutputError
from publisher.releases.folder import checksums, read_sums

INDEX_FILE = "index.html"
"""The page that shows a preview."""
_LIST, _IGNORED = ".preview", ".gitignore"
"""What is in the folder, so that nothing else in it is ever removed; and that git is to leave the
folder alone, since nothing may be frozen while something is not committed."""
_OWN = ("policy", "versions", "site", "wording", "fonts", "build", ".git", ".publisher", ".github")
"""Folders of a project that are no place for a preview."""
_PUBLISHED = re.compile(r"^(docs_dir|site_dir):\s*[\"']?([^\"'#\n]+)", re.MULTILINE)
"""Folders that MkDocs publishes and writes, as its configuration names them."""
_ANOTHER = "name another folder: -o FOLDER"


@dataclass(frozen=True)
class PreviewFolder:
    """A folder that may be written to."""

    named: Path
    """As somebody named it."""
    place: Path
    """The same without links in it."""

    @classmethod
    def of(cls, named: Path, project: Project) -> PreviewFolder:
        """The folder that somebody named.

        Args:
            named: its path; it may be missing.
            project: no folder of which may be taken.

        Raises:
            OutputError: it is one of the project's, or has something in it that no preview wrote.
        """
        place = Path(os.path.realpath(named))
        for folder in _taken(place, project.root):
            if any(_same(folder, each) for each in (place, *place.parents)):
                raise OutputError(
                    f"lies in `{folder.name}`, where the project has files of its own",
                    where=str(named),
                    remedy=_ANOTHER,
                )
        found = cls(named, place)
        found._refuse_others()
        return found

    def write(self, files: Mapping[str, bytes]) -> Path:
        """Writes a preview in place of the one before, or leaves that as it is.

        Args:
            files: by their path in the folder.

        Returns:
            Its page, where it has one, from where the folder was named.

        Raises:
            OutputError: it cannot be written, or something else is there by now.
        """
        files = {**files, _IGNORED: b"*\n"}
        files[_LIST] = checksums(files)
        remove_unfinished(self.place.parent, self.place.name)
        try:
            with folder_beside(self.place) as new:
                for name, data in files.items():
                    path = new / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                self._refuse_others()
                replace_folder(new, self.place)
        except OSError as error:
            raise OutputError(
                f"cannot be written: {error.strerror}",
                where=str(self.named),
                remedy="name a folder that has room and that you may write to: -o FOLDER",
            ) from error
        return self.named / INDEX_FILE

    def _refuse_others(self) -> None:
        """Refuses a folder with anything in it that is not as a preview was written."""
        if self.place.is_dir():
            other = next(_others(self.place), None)
            if other is None:
                return
            what = f"`{other}` in it was not written by a preview"
        elif self.place.exists():
            what = "is not a folder"
        else:
            return
        raise OutputError(f"{what}; nothing was replaced", where=str(self.named), remedy=_ANOTHER)


def _taken(place: Path, root: Path) -> Iterator[Path]:
    """The folders that have files of the project's, or of git's, or are published as they are."""
    yield from (root / name for name in _OWN)
    yield from (each for each in (place, *place.parents) if each.name == ".git")
    with suppress(OSError):
        site = (root / SITE_FILE).read_text("utf-8", "replace")
        named = {key: name.strip() for key, name in _PUBLISHED.findall(site)}
        yield from (root / name for name in {"docs_dir": "docs", **named}.values())


def _others(folder: Path) -> Iterator[str]:
    """What in a folder is not as a preview wrote it; what is missing is lost to nobody."""
    listed = folder / _LIST
    if not listed.is_file():
        yield from sorted(path.name for path in folder.iterdir())
        return
    sums = read_sums(listed.read_bytes())
    for name in _names(folder):
        if name != _LIST and (name not in sums or _digest(folder / name) != sums[name]):
            yield name


def _names(folder: Path) -> Iterator[str]:
    """What lies in a folder, by path; folders are named only if they are empty or links."""
    for path in sorted(folder.iterdir()):
        inside = path.is_dir() and not path.is_symlink()
        below = list(_names(path)) if inside else []
        yield from (f"{path.name}/{name}" for name in below) if below else (path.name,)


def _digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal; empty: it is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are of one place; some file systems know it by several names."""
    if one == other:
        return True
    with suppress(OSError):
        return one.samefile(other)
    return False
