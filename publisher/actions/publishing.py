"""Making what the public reads: the site with its PDFs, and a preview of the draft."""

from __future__ import annotations

import datetime as dt
import logging
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from publisher.actions import Progress, silent
from publisher.actions.drafting import check_draft
from publisher.actions.printing import (
    comparison_html,
    comparison_pdf,
    letter_pdf,
    notice_pdf,
    optout_pdf,
    publisher_of,
    redline_pdf,
    release_pdf,
)
from publisher.edges import archive, pdf
from publisher.edges.fingerprint import of_environment, of_folder, remember, remembered
from publisher.edges.kept import kept, name_of
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, PublisherError, RenderError, ServeError
from publisher.policies.release import SUMS_FILE, Line, Release, has_pdf, predecessor
from publisher.reports.comment import as_markdown
from publisher.reports.exchange import as_json
from publisher.site import catalogue, feeds, memento, pages, preview, relations, versus
from publisher.site.pages import Page, PolicyPages

__all__ = ["Built", "Order", "Site", "build", "frozen_pdf", "order", "serve_draft", "site"]
__all__ += ["comparison_html", "comparison_pdf", "letter_pdf", "notice_pdf", "optout_pdf"]
__all__ += ["publisher_of", "redline_pdf", "release_pdf"]

SITE_FILE = "mkdocs.yml"

# ── the site ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Site:
    """Everything that is generated for the site."""

    pages: tuple[Page, ...]
    files: Mapping[str, bytes]
    """Downloads, fonts and styles by their path from the site's root."""
    styles: tuple[str, ...]
    """Paths of the style sheets, in order."""
    policies: str
    """HTML of the list of the policies."""
    head: str = ""
    """HTML for the head of the page with that list."""

    @property
    def modified(self) -> dt.date | None:
        """When anything last changed; None: unknown."""
        return max((page.modified for page in self.pages if page.modified), default=None)


@dataclass(frozen=True)
class Built:
    """What a build made."""

    pages: int
    documents: int
    """PDFs."""
    folder: Path
    warnings: tuple[str, ...] = ()
    """What MkDocs warned of, for a person to see."""
    changed: bool = True
    """Whether there was anything to build."""


def site(
    project: Project, today: dt.date, progress: Progress = silent, *, draft: bool = False
) -> Site:
    """The generated part of the site.

    Args:
        project: which project.
        today: the day whose statuses it shows.
        progress: told of each PDF.
        draft: add the draft of each policy, for a preview.
    """
    lines = {name: archive.line(project, name) for name in project.policy_ids}
    files, styles = _assets()
    found: list[Page] = []
    documents: list[tuple[str, Callable[[], bytes]]] = []
    entries: list[feeds.Entry] = []
    rules: list[memento.Rule] = []
    for line in filter(None, lines.values()):
        view = PolicyPages(line, today, project.configuration)
        found += view.all()
        documents += _documents(project, view)
        files |= _for_machines(project, view)
        files |= _to_compare(project, view)
        entries += _entries(view)
        rules += memento.rules(line, today, view.site)
    for number, (path, make) in enumerate(documents):
        progress("PDFs", number, len(documents))
        files[path] = make()
    progress("PDFs", len(documents), len(documents))
    if draft:
        for name, line in lines.items():
            found += _preview(project, name, line)
    released = [line for line in lines.values() if line]
    everything = _feed(project, f"Policies of {project.configuration.organisation}", "", entries)
    files |= _feed_files("", everything) | _server_files(project, everything, rules)
    head = relations.head(relations.feeds("feed.atom", "feed.json", everything.title))
    return Site(tuple(found), files, styles, pages.home(released, today), head)


# ── for machines ─────────────────────────────────────────────────────────────────────────────────


def _for_machines(project: Project, view: PolicyPages) -> dict[str, bytes]:
    """What programs read of a policy, by path."""
    line, at, name = view.line, view.site, view.policy_id
    organisation = project.configuration.organisation
    amendments = {r.number: found for r in line if (found := view.amendment(r))}
    files = {
        f"{name}/versions.json": catalogue.versions(line, organisation, at, amendments),
        f"{name}/periods.json": catalogue.periods(line, at),
        f"{name}/timemap.link": memento.timemap(line, view.today, at),
        f"{name}/timemap.json": memento.timemap_json(line, view.today, at),
    }
    title = f"{view.title} of {organisation}"
    files |= _feed_files(f"{name}/", _feed(project, title, f"{name}/", _entries(view)))
    for release in line:
        folder = release.name
        sealed = archive.release_bytes(project, name, release.number)
        files[f"{folder}/policy.md"] = release.policy.markdown.encode()
        files[f"{folder}/policy.json"] = catalogue.text(release, organisation, at)
        files[f"{folder}/{SUMS_FILE}"] = sealed.get(SUMS_FILE, b"")
        before, amendment = predecessor(release, line), amendments.get(release.number)
        if before and amendment:
            old, new = (f"version {r.number}" for r in (before, release))
            title, notes = f"{view.title}: {old} → {new}", release.policy.notes
            told = as_markdown(amendment, title, notes, longest=sys.maxsize)
            files[f"{folder}/changes.md"] = told.encode()
            files[f"{folder}/changes.json"] = as_json(amendment, old, new).encode()
    return files


def _to_compare(project: Project, view: PolicyPages) -> dict[str, bytes]:
    """What the script gets that compares any two versions, by path."""
    folder = f"{view.policy_id}/compare/"

    def keep(parts: Sequence[str], make: Callable[[], bytes]) -> bytes:
        return kept(project.cache / "pairs", name_of(parts), make)

    return {folder + name: data for name, data in versus.files(view.line, view.between, keep)}


def _entries(view: PolicyPages) -> list[feeds.Entry]:
    found = (feeds.entry(r, view.amendment(r), view.site) for r in view.line)
    return [entry for entry in found if entry]


def _feed(project: Project, title: str, folder: str, entries: Sequence[feeds.Entry]) -> feeds.Feed:
    site = project.configuration.site
    return feeds.Feed(
        title=title,
        page=f"{site}{folder}",
        atom=f"{site}{folder}feed.atom",
        json=f"{site}{folder}feed.json",
        author=project.configuration.organisation,
        site=site,
        entries=feeds.latest(entries),
    )


def _feed_files(folder: str, feed: feeds.Feed) -> dict[str, bytes]:
    return {f"{folder}feed.atom": feeds.atom(feed), f"{folder}feed.json": feeds.json_feed(feed)}


def _server_files(
    project: Project, feed: feeds.Feed, rules: Sequence[memento.Rule]
) -> dict[str, bytes]:
    """What hosts and robots read."""
    own = memento.types({feed.atom: relations.ATOM, feed.json: relations.FEED})
    every = [*own, *rules]
    return {
        "_headers": memento.headers_file(every),
        "_nginx.conf": memento.nginx_file(every),
        "_apache.conf": memento.apache_file(every),
        "robots.txt": pages.robots(project.configuration.site).encode(),
    }


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def _documents(project: Project, view: PolicyPages) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Path and maker of each PDF of a policy."""
    for release in view.line:
        if not has_pdf(release, view.line):
            continue
        name, before = release.name, predecessor(release, view.line)
        yield f"{name}/policy.pdf", partial(frozen_pdf, project, release)
        if before is not None:
            changed = view.amendment(release)
            yield f"{name}/changes.pdf", partial(redline_pdf, project, before, release, changed)
        if release.notice:
            yield f"{name}/notice.pdf", partial(notice_pdf, project, release)
        if release.opt_out:
            yield f"{name}/opt-out.pdf", partial(optout_pdf, project, release)


def frozen_pdf(project: Project, release: Release) -> bytes:
    """The PDF of a release as it was frozen; made only where that is missing."""
    files = archive.release_bytes(project, release.policy.id, release.number)
    return files.get("policy.pdf") or release_pdf(project, release)


def _preview(project: Project, policy_id: str, line: Line) -> Iterator[Page]:
    policy, _ = project.read_draft(policy_id)
    try:
        findings = check_draft(project, policy_id)
    except PublisherError as error:
        raise RenderError(error.what, where=error.where, remedy=error.remedy) from error
    yield from preview.draft_pages(policy, findings, line[-1] if line else None, policy_id)


def _assets() -> tuple[dict[str, bytes], tuple[str, ...]]:
    folder = "assets/publisher"
    files = {f"{folder}/fonts/{p.name}": p.read_bytes() for p in pdf.font_files()}
    files[f"{folder}/fonts.css"] = pdf.font_faces("fonts/").encode()
    sheets = ("marks.css", "views.css", "compare.css", "screen.css")
    for name in (*sheets, "steps.js", "day.js", "compare.js", "compare-worker.js"):
        files[f"{folder}/{name}"] = pdf.style(name).encode()
    return files, tuple(f"{folder}/{name}" for name in ("fonts.css", *sheets))


# ── through MkDocs ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Order:
    """What a command asks of the build that it starts."""

    today: dt.date | None = None
    draft: bool = False
    made: Site | None = None
    """The generated part, where it was made before the build."""


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
        progress: told of each PDF, then of the pages.

    Raises:
        ConfigurationError: there is no `mkdocs.yml`, or MkDocs does not accept it.
        RenderError: a PDF or a page could not be made.
    """
    path = _site_file(project)
    record, read = project.cache / "site.json", _read_by_a_build(project, today)
    if standing := _still_standing(project, remembered(record), read):
        return standing
    made = site(project, today, progress)
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    progress("pages", 0, len(made.pages))
    building = project.built.with_name("site.building")
    with _ordered(Order(today=today, made=made)), _listening() as warnings:
        try:
            config = load_config(config_file=str(path), site_dir=str(building))
            config.plugins.on_startup(command="build", dirty=False)
            mkdocs_build(config)
        except (MkDocsException, SystemExit) as error:
            raise _refused(error, path, warnings) from error
    _put_in_place(building, project.built)
    progress("pages", len(made.pages), len(made.pages))
    count = sum(1 for _ in project.built.rglob("*.html"))
    documents = sum(1 for name in made.files if name.endswith(".pdf"))
    if read:
        counts = {"pages": count, "documents": documents, "warnings": warnings}
        remember(record, {"read": read, "made": of_folder(project.built), **counts})
    return Built(count, documents, project.built, tuple(warnings))


_BEYOND = re.compile(r"""!ENV|INHERIT|\.\./|:\s*['"]?[/~]""")
"""Where `mkdocs.yml` reaches beyond the project: into the environment, or other folders."""


def _read_by_a_build(project: Project, today: dt.date) -> str:
    """A digest of all that decides about the site; empty if no one can tell what does."""
    if _BEYOND.search(_site_file(project).read_text("utf-8")):
        return ""
    own = of_folder(project.root, skip=[project.built.parent])
    return " ".join([today.isoformat(), own, of_environment()])


def _still_standing(project: Project, last: Mapping[str, Any], read: str) -> Built | None:
    """What the last build made, if all that it read and all that it made is as it was."""
    if not read or last.get("read") != read or not project.built.is_dir():
        return None
    if of_folder(project.built) != last["made"]:
        return None
    warnings = tuple(map(str, last["warnings"]))
    return Built(last["pages"], last["documents"], project.built, warnings, changed=False)


def _put_in_place(new: Path, place: Path) -> None:
    """The finished site takes the place of the old one at once: whoever is served sees no gap."""
    old = place.with_name("site.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


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
    path = _site_file(project)
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


def _site_file(project: Project) -> Path:
    path = project.root / SITE_FILE
    if not path.is_file():
        raise ConfigurationError(
            f"there is no {SITE_FILE}, so there is no site to build",
            where=str(project.root),
            remedy=f"copy {SITE_FILE} and the folder site/ from Policy Publisher's own repository",
        )
    return path


def _refused(error: BaseException, path: Path, heard: Sequence[str] = ()) -> PublisherError:
    more = f" (and {len(heard) - 5} more)" if len(heard) > 5 else ""
    reasons = "; ".join(heard[:5]) + more if heard else str(error)
    return RenderError(
        f"MkDocs refuses: {reasons}",
        where=path.name,
        remedy="correct what it names, then build again",
    )
