"""Whether the built site is up to date: whether what it was made of, or itself, has changed.

This is asked at every build; so it costs next to nothing, and what a build needs is not loaded. As
git does, a file is known by its size and the times of its last change, which cost nothing to
look at; only one that was changed a moment before the fingerprint was taken is known by its bytes,
for it might have changed once more in the same moment.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.build_cache import name_of
from publisher.edges.file_state import CLOCK_STEP
from publisher.edges.files import write_file
from publisher.edges.project import Project
from publisher.edges.tags import common_folder, own_folder
from publisher.errors import ConfigurationError

SITE_FILE = "mkdocs.yml"


@dataclass(frozen=True)
class Built:
    """A site that was built."""

    pages: int
    documents: int
    """PDFs."""
    folder: Path
    warnings: tuple[str, ...] = ()
    """What MkDocs warned of, for a person to see."""
    changed: int = 0
    """Number of pages that are new or differ from the previous build."""
    up_to_date: bool = False
    """Whether there was nothing to build."""


@dataclass(frozen=True)
class Inputs:
    """What a build reads, as it was when the build began."""

    digest: str
    """Empty: no one can tell all that it reads."""
    at: int
    """When that was, in nanoseconds since 1970."""

    @classmethod
    def now(cls, project: Project, today: dt.date) -> Inputs:
        """Looks at everything that decides about the site of a day."""
        at = time.time_ns()
        return cls(_read(project, today, at), at)


def last_build(project: Project, today: dt.date) -> Built | None:
    """What the last build made, if all that it read and all that it made is as it was.

    Args:
        project: which project.
        today: the day whose statuses the site is to show.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`.
    """
    last = _recorded(_record(project))
    if not last.get("read") or not project.built.is_dir():
        return None
    if last["read"] != _read(project, today, int(str(last["at"]))):
        return None
    if last["made"] != of_folder(project.built):
        return None
    warnings = last["warnings"]
    assert isinstance(warnings, list)
    pages, documents = (int(str(last[name])) for name in ("pages", "documents"))
    return Built(pages, documents, project.built, tuple(map(str, warnings)), up_to_date=True)


def record_build(project: Project, inputs: Inputs, built: Built) -> None:
    """Records what a build read and made, so that the next one can tell."""
    if inputs.digest:
        made = {"read": inputs.digest, "at": inputs.at, "made": of_folder(project.built)}
        facts = {"pages": built.pages, "documents": built.documents}
        value = {**made, **facts, "warnings": list(built.warnings)}
        # At once: whoever reads finds the old record or the new one.
        write_file(_record(project), json.dumps(value).encode(), durable=False)


def site_file(root: Path) -> Path:
    """The file with MkDocs' configuration.

    Args:
        root: the project's folder.

    Raises:
        ConfigurationError: there is none.
    """
    path = root / SITE_FILE
    if not path.is_file():
        raise ConfigurationError(
            f"there is no {SITE_FILE}, so there is no site to build",
            where=str(root),
            remedy=f"copy {SITE_FILE} and the folder site/ from Policy Publisher's own repository",
        )
    return path


def _record(project: Project) -> Path:
    return project.cache / "site.json"


def _recorded(record: Path) -> dict[str, object]:
    """What was recorded; empty if it is not there or not whole."""
    try:
        value = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


_BEYOND = re.compile(r"""!ENV|INHERIT|\.\./|:\s*['"]?[/~]""")
"""Where `mkdocs.yml` reaches beyond the project: into the environment, or other folders."""


def _read(project: Project, today: dt.date, at: int) -> str:
    """A digest of all that decides about the site; empty if no one can tell what does."""
    if _BEYOND.search(site_file(project.root).read_text("utf-8")):
        return ""
    own = of_folder(project.root, at, skip=[project.built.parent])
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return " ".join([today.isoformat(), epoch, own, of_git(project.root, at), of_environment()])


# ── fingerprints ─────────────────────────────────────────────────────────────────────────────────


def of_folder(folder: Path, at: int = sys.maxsize, skip: Iterable[Path] = ()) -> str:
    """A digest of all files below a folder: their names, and what is known of their content.

    Hidden folders at its top, and Python environments, count for nothing.

    Args:
        folder: which.
        at: when the fingerprint is, or was, taken for the first time: nanoseconds since 1970; where
            it is left out, no file's bytes are read: enough for what we wrote ourselves.
        skip: folders in it that do not count either.
    """
    left_out = {str(path) for path in skip}
    left_out |= {str(path) for path in folder.glob(".*") if path.is_dir()}
    digest = hashlib.sha256()
    for name, path in _files(str(folder), left_out):
        digest.update(f"{name}\0{_known(path, at)}\0".encode())
    return digest.hexdigest()


def _known(path: str, at: int) -> str:
    facts = os.stat(path)  # noqa: PTH116 - of thousands of files
    if max(facts.st_mtime_ns, facts.st_ctime_ns) > at - CLOCK_STEP:
        with open(path, "rb") as file:  # noqa: PTH123 - likewise
            return hashlib.file_digest(file, "sha256").hexdigest()
    return f"{facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns}"


def _files(
    folder: str, left_out: set[str], inside: str = "", around: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Each file's name from the top, and its path, in an order that is always the same."""
    real = os.path.realpath(folder)
    if real in around:
        return  # a link that leads back up
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.path in left_out or entry.name == "__pycache__":
            continue
        name = f"{inside}{entry.name}"
        if entry.is_file():
            yield name, entry.path
        elif entry.is_dir() and not Path(entry.path, "pyvenv.cfg").is_file():
            yield from _files(entry.path, left_out, f"{name}/", around | {real})


def of_git(root: Path, at: int) -> str:
    """A digest of where the branches and tags of a repository stand; empty outside of one.

    Args:
        root: a folder in its working tree.
        at: see `of_folder`.
    """
    own, shared = own_folder(root), common_folder(root)
    if own is None or shared is None:
        return ""
    names = ("packed-refs", "shallow", "reftable/tables.list")
    paths = [own / "HEAD", *(shared / name for name in names)]
    if (shared / "refs").is_dir():
        paths += [Path(path) for _, path in _files(str(shared / "refs"), set())]
    parts = [f"{path} {_known(str(path), at)}" for path in paths if path.is_file()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def of_environment() -> str:
    """A digest of this program and of everything that is installed beside it."""
    installed = {
        path.name
        for folder in map(Path, sys.path)
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix in (".dist-info", ".egg-info")
    }
    return name_of([sys.version, *sorted(installed)])
