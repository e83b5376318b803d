"""Whether the built site still stands: whether anything that it was made of has changed.

This is asked at every build; so it costs next to nothing, and what a build needs is not loaded.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.project import Project
from publisher.edges.up_to_date import of_environment, of_folder, of_git, remember, remembered
from publisher.errors import ConfigurationError

SITE_FILE = "mkdocs.yml"


@dataclass(frozen=True)
class Built:
    """What a build made."""

    pages: int
    documents: int
    """PDFs."""
    folder: Path
    warnings: tuple[str, ...] = ()
    """What MkDocs warned of, for a person to see."""
    changed: int = 0
    """How many of the pages are not as the build before left them."""
    standing: bool = False
    """Whether there was nothing to build."""


def standing(project: Project, today: dt.date) -> Built | None:
    """What the last build made, if all that it read and all that it made is as it was.

    Args:
        project: which project.
        today: the day whose statuses the site is to show.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`.
    """
    last = remembered(_record(project))
    if not last.get("read") or not project.built.is_dir():
        return None
    if last["read"] != _read(project, today, int(str(last["at"]))):
        return None
    if last["made"] != of_folder(project.built):
        return None
    warnings = last["warnings"]
    assert isinstance(warnings, list)
    pages, documents = (int(str(last[name])) for name in ("pages", "documents"))
    return Built(pages, documents, project.built, tuple(map(str, warnings)), standing=True)


@dataclass(frozen=True)
class Reading:
    """What a build reads, as it was when the build began."""

    digest: str
    """Empty: no one can tell all that it reads."""
    at: int
    """When that was, in nanoseconds since 1970."""

    @classmethod
    def begin(cls, project: Project, today: dt.date) -> Reading:
        """Looks at everything that decides about the site."""
        at = time.time_ns()
        return cls(_read(project, today, at), at)

    def end(self, project: Project, built: Built) -> None:
        """Records what was made of it, so that the next build can tell."""
        if self.digest:
            made = {"read": self.digest, "at": self.at, "made": of_folder(project.built)}
            facts = {"pages": built.pages, "documents": built.documents}
            remember(_record(project), {**made, **facts, "warnings": list(built.warnings)})


def site_file(project: Project) -> Path:
    """The file with MkDocs' configuration.

    Raises:
        ConfigurationError: there is none.
    """
    path = project.root / SITE_FILE
    if not path.is_file():
        raise ConfigurationError(
            f"there is no {SITE_FILE}, so there is no site to build",
            where=str(project.root),
            remedy=f"copy {SITE_FILE} and the folder site/ from Policy Publisher's own repository",
        )
    return path


def _record(project: Project) -> Path:
    return project.cache / "site.json"


_BEYOND = re.compile(r"""!ENV|INHERIT|\.\./|:\s*['"]?[/~]""")
"""Where `mkdocs.yml` reaches beyond the project: into the environment, or other folders."""


def _read(project: Project, today: dt.date, at: int) -> str:
    """A digest of all that decides about the site; empty if no one can tell what does."""
    if _BEYOND.search(site_file(project).read_text("utf-8")):
        return ""
    own = of_folder(project.root, at, skip=[project.built.parent])
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return " ".join([today.isoformat(), epoch, own, of_git(project.root, at), of_environment()])
