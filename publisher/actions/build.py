"""Building the site, if anything that it is made of has changed."""

from __future__ import annotations

import datetime as dt
import filecmp
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.actions import Progress, silent
from publisher.actions.workplace import Workplace
from publisher.edges.clock import build_time
from publisher.edges.locks import held, is_held
from publisher.edges.merges import refuse_two_of_a_number
from publisher.edges.project import Project
from publisher.edges.up_to_date import Built, Inputs, last_build, record_build, site_file
from publisher.errors import RenderError

if TYPE_CHECKING:
    from publisher.edges.mkdocs.order import Order

BUILD_PATIENCE = 600
"""Seconds that a build waits for another one, which writes the same site."""
KEPT_FOR = 14 * 86_400
"""Seconds after which what no build has any use for is thrown away."""


def build(workplace: Workplace, today: dt.date | None = None, progress: Progress = silent) -> Built:
    """Builds the site and its PDFs, if anything that they are made of has changed.

    Args:
        workplace: of which project.
        today: the day whose statuses the site shows; None: that of the build, for each policy on
            the calendar of its releases.
        progress: told of each version and PDF, then of the pages.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`.
        NotFoundError: there is no policy.
        SealError: a release is not as it was frozen.
        RenderError: a PDF or a page could not be made, or another build does not end.
    """
    project, now = workplace.project, build_time(workplace.clock)
    refuse_two_of_a_number(project.root)
    config = site_file(project.root)
    if found := last_build(project, today, now):
        return found
    with _alone(project, progress):
        # Whoever built meanwhile may have built the very same.
        if found := last_build(project, today, now):
            return found
        # All that a build needs takes a while to load.
        from publisher.actions.generate import generate
        from publisher.edges.files import remove_unfinished
        from publisher.edges.mkdocs.order import Order

        workplace.history  # noqa: B018 - nothing is built where nobody can vouch for the releases
        inputs = Inputs.now(project, today)
        made = generate(workplace, today, progress)
        for folder in (project.built.parent, project.cache / "pdf"):
            remove_unfinished(folder)
        order = Order(today, site=made, progress=progress)
        built = _through_mkdocs(config, project.built, order)
        workplace.build_cache.sweep(time.time() - KEPT_FOR)
        record_build(project, inputs, built, now, made.until)
        return built


@contextmanager
def _alone(project: Project, progress: Progress) -> Iterator[None]:
    """Lets one build at a time write the site; another waits for it."""
    place = project.private / "build.lock"
    if is_held(place):
        progress("waiting for another build", 0, 1)
    with held(place, BUILD_PATIENCE) as free:
        if not free:
            raise RenderError(
                f"another build has been at work for {BUILD_PATIENCE // 60} minutes",
                where=str(project.built),
                remedy=f"wait for it to end, or end it, and build again; who it is: fuser {place}",
            )
        yield


def _through_mkdocs(config: Path, place: Path, order: Order) -> Built:
    """Builds the site beside its place and puts it there at once."""
    from publisher.edges.files import folder_beside, replace_folder
    from publisher.edges.mkdocs.running import run_mkdocs

    assert order.site
    with folder_beside(place) as building:
        warnings = run_mkdocs(config, building, order)
        count = len(order.site.pages)
        order.progress("pages", count, count)
        changed = sum(1 for name in _pages(building) if not _alike(building, place, name))
        replace_folder(building, place)
    pages = sum(1 for _ in _pages(place))
    return Built(
        pages, order.site.documents, place, warnings, changed, findings=order.site.findings
    )


def _pages(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.html"):
        yield path.relative_to(folder).as_posix()


def _alike(one: Path, other: Path, name: str) -> bool:
    return (other / name).is_file() and filecmp.cmp(one / name, other / name, shallow=False)
