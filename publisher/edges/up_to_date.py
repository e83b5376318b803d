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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.build_cache import name_of
from publisher.edges.file_state import CLOCK_STEP
from publisher.edges.files import write_file
from publisher.edges.project import Project
from publisher.edges.tags import common_folder, own_folder
from publisher.errors import ConfigurationError
from publisher.policies.finding import Finding, Severity

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
    findings: tuple[Finding, ...] = ()
    """What operators have to see to."""


@dataclass(frozen=True)
class Inputs:
    """What a build reads, as it was when the build began."""

    digest: str
    """Empty: no one can tell all that it reads."""
    at: int
    """When that was, in nanoseconds since 1970."""

    @classmethod
    def now(cls, project: Project, today: dt.date | None) -> Inputs:
        """Looks at everything that decides about the site of a day, or of the day of the build."""
        at = time.time_ns()
        return cls(_read(project, today, at), at)


def last_build(project: Project, today: dt.date | None, now: dt.datetime) -> Built | None:
    """What the last build made, if all that it read and all that it made is as it was.

    Args:
        project: which project.
        today: the day whose statuses the site is to show; None: that of the build.
        now: the moment of the build, with an offset.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`.
    """
    last = _recorded(_record(project))
    if not last.get("read") or not project.built.is_dir():
        return None
    if today is None and not _moment(last, "began") <= now < _moment(last, "until"):
        return None
    if last["read"] != _read(project, today, int(str(last["at"]))):
        return None
    if last["made"] != of_folder(project.built):
        return None
    warnings, findings = last["warnings"], last.get("findings", [])
    assert isinstance(warnings, list)
    assert isinstance(findings, list)
    told = tuple(Finding(Severity(how), place, line, *rest) for how, place, line, *rest in findings)
    pages, documents = (int(str(last[name])) for name in ("pages", "documents"))
    said = tuple(map(str, warnings))
    return Built(pages, documents, project.built, said, up_to_date=True, findings=told)


def day_has_passed(project: Project, now: dt.datetime) -> bool:
    """Whether another day has begun since the site was built, for one of the policies at least;
    False where no site was built here.

    This costs next to nothing, and says nothing of what else has changed.

    Args:
        project: which project.
        now: with an offset.
    """
    last = _recorded(_record(project))
    return bool(last) and _moment(last, "until") <= now


def record_build(
    project: Project, inputs: Inputs, built: Built, now: dt.datetime, until: dt.datetime | None
) -> None:
    """Records what a build read and made, so that the next one can tell.

    Args:
        project: which project.
        inputs: what was read; where nobody can tell, only the day is recorded.
        built: what was made.
        now: the moment whose day the site shows, with an offset.
        until: the moment at which the next day begins; None: unknown.
    """
    days = {"began": now.isoformat(), "until": until.isoformat() if until else ""}
    made = {"read": inputs.digest, "at": inputs.at, "made": of_folder(project.built)}
    facts = {"pages": built.pages, "documents": built.documents}
    told = [[o.severity, o.place, o.line, o.what, o.remedy] for o in built.findings]
    value = {**days, **made, **facts, "warnings": list(built.warnings), "findings": told}
    # At once: whoever reads finds the old record or the new one.
    write_file(_record(project), json.dumps(value).encode(), durable=False)


_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def _moment(recorded: Mapping[str, object], name: str) -> dt.datetime:
    """A moment in a record; one that never comes where it has none."""
    try:
        return dt.datetime.fromisoformat(str(recorded.get(name))).astimezone(dt.UTC)
    except ValueError:
        return _NEVER


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
            remedy="publisher init --renew",
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


def _read(project: Project, today: dt.date | None, at: int) -> str:
    """A digest of all that decides about the site; empty if no one can tell what does."""
    if _BEYOND.search(site_file(project.root).read_text("utf-8")):
        return ""
    own = of_folder(project.root, at, skip=[project.built.parent])
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    day = today.isoformat() if today else "today"
    return " ".join([day, epoch, own, of_git(project.root, at), of_environment()])


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
