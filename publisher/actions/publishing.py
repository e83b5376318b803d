"""Making what the public reads: the site with its PDFs, and a preview of the draft."""

from __future__ import annotations

import datetime as dt
import filecmp
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from publisher.actions import Progress, silent
from publisher.actions.assembling import Site, frozen_pdf, site
from publisher.actions.printing import (
    comparison_html,
    comparison_pdf,
    letter_pdf,
    notice_pdf,
    optout_pdf,
    redline_pdf,
    release_pdf,
)
from publisher.actions.standing import Built, Reading, site_file, standing
from publisher.edges.build_cache import Store
from publisher.edges.files import folder_beside, remove_unfinished, replace_folder
from publisher.edges.project import Project
from publisher.errors import PublisherError, RenderError, ServeError

__all__ = ["Built", "Order", "Site", "build", "frozen_pdf", "order", "serve_draft", "site"]
__all__ += ["comparison_html", "comparison_pdf", "letter_pdf", "notice_pdf", "optout_pdf"]
__all__ += ["redline_pdf", "release_pdf"]

KEPT_FOR = 14 * 86_400
"""Seconds after which what no build has any use for is thrown away."""


# ── through MkDocs ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Order:
    """What a command asks of the build that it starts."""

    today: dt.date | None = None
    draft: bool = False
    made: Site | None = None
    """The generated part, where it was made before the build."""
    progress: Progress = silent
    """Told of each page."""


order: ContextVar[Order | None] = ContextVar("order", default=None)
"""MkDocs hands its plugins nothing but their configuration; this is how an order reaches ours."""


@contextmanager
def _ordered(what: Order) -> Iterator[None]:
    token = order.set(what)
    try:
        yield
    finally:
        order.reset(token)


def build(project: Project, today: dt.date, progress: Progress = silent) -> Built:
    """Builds the site and its PDFs, if anything that they are made of has changed.

    Args:
        project: which project.
        today: the day whose statuses the site shows.
        progress: told of each version and PDF, then of the pages.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`, or MkDocs does not accept it.
        RenderError: a PDF or a page could not be made.
    """
    path = site_file(project)
    if found := standing(project, today):
        return found
    read = Reading.begin(project, today)
    store = Store(project.cache / "site")
    made = site(project, today, progress, store=store)
    for folder in (project.built.parent, project.cache / "pdf"):
        remove_unfinished(folder)
    with folder_beside(project.built) as building:
        with _ordered(Order(today=today, made=made, progress=progress)), _listening() as warnings:
            _through_mkdocs(path, building, warnings)
        progress("pages", len(made.pages), len(made.pages))
        changed = sum(1 for name in _pages(building) if not _alike(building, project.built, name))
        replace_folder(building, project.built)
    store.sweep(time.time() - KEPT_FOR)
    count = sum(1 for _ in _pages(project.built))
    built = Built(count, made.documents, project.built, tuple(warnings), changed)
    read.end(project, built)
    return built


def _through_mkdocs(path: Path, building: Path, warnings: Sequence[str]) -> None:
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    try:
        config = load_config(config_file=str(path), site_dir=str(building))
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs_build(config)
    except (MkDocsException, SystemExit) as error:
        raise _refused(error, path, warnings) from error


def _pages(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.html"):
        yield path.relative_to(folder).as_posix()


def _alike(one: Path, other: Path, name: str) -> bool:
    return (other / name).is_file() and filecmp.cmp(one / name, other / name, shallow=False)


class _Ear(logging.Handler):
    """Keeps what MkDocs says: with its strict mode on, its warnings would reach nobody."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    heard: list[str] = []
    ear, logger = _Ear(heard), logging.getLogger("mkdocs")
    logger.addHandler(ear)
    try:
        yield heard
    finally:
        logger.removeHandler(ear)


def serve_draft(project: Project, host: str, port: int) -> None:
    """Serves the site with the drafts, and again on every save, until it is stopped.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`, or MkDocs does not accept it.
        ServeError: the address cannot be served on.
    """
    path = site_file(project)
    from mkdocs.commands.serve import serve
    from mkdocs.exceptions import MkDocsException

    logger = logging.getLogger("mkdocs")
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.StreamHandler())
    with _ordered(Order(draft=True)):
        try:
            serve(config_file=str(path), dev_addr=f"{host}:{port}")
        except OSError as error:
            raise ServeError(
                f"cannot serve on {host}:{port}: {error.strerror}",
                remedy="stop what uses that port, or choose another with --port",
            ) from error
        except (MkDocsException, SystemExit) as error:
            raise _refused(error, path) from error


def _refused(error: BaseException, path: Path, heard: Sequence[str] = ()) -> PublisherError:
    more = f" (and {len(heard) - 5} more)" if len(heard) > 5 else ""
    reasons = "; ".join(heard[:5]) + more if heard else str(error)
    return RenderError(
        f"MkDocs refuses: {reasons}",
        where=path.name,
        remedy="correct what it names, then build again",
    )
