"""Everything that is generated for the site: pages, PDFs, and what programs read.

What follows from releases alone is kept from build to build (see `site.makings`); the rest is put
together anew, for it depends on the day and on the other releases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from publisher.actions import Progress, silent
from publisher.actions.printing import (
    notice_pdf,
    optout_pdf,
    redline_pdf,
    release_pdf,
    toolchain,
)
from publisher.actions.workplace import Workplace
from publisher.edges import archive
from publisher.edges.assets import asset_text
from publisher.edges.build_cache import Store, name_of
from publisher.edges.project import Project
from publisher.edges.webfonts import web_font_faces, web_font_files
from publisher.errors import NotFoundError, PublisherError, RenderError
from publisher.markup.elements import NOTHING
from publisher.releases.address import Addresses
from publisher.releases.folder import SUMS_FILE
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.review.draft import review_draft
from publisher.site import (
    catalogue,
    current_pages,
    feeds,
    languages,
    memento,
    preview,
    relations,
    theme,
)
from publisher.site.context import Page, View
from publisher.site.derived import Makings

Maker = Callable[[], bytes]


@dataclass(frozen=True)
class Site:
    """Everything that is generated for the site."""

    pages: tuple[Page, ...]
    files: Mapping[str, Maker]
    """What makes the downloads, fonts and styles, by their path from the site's root."""
    styles: tuple[str, ...]
    """Paths of the style sheets, in order."""
    policies: Markup
    """HTML of the list of the policies."""
    head: Markup = NOTHING
    """HTML for the head of the page with that list."""

    @property
    def modified(self) -> dt.date | None:
        """When anything last changed; None: unknown."""
        return max((page.modified for page in self.pages if page.modified), default=None)

    @property
    def documents(self) -> int:
        """How many PDFs there are."""
        return sum(path.endswith(".pdf") for path in self.files)


def site(
    project: Project,
    today: dt.date,
    progress: Progress = silent,
    *,
    draft: bool = False,
    store: Store | None = None,
) -> Site:
    """The generated part of the site.

    Args:
        project: which project.
        today: the day whose statuses it shows.
        progress: told of each version and of each PDF.
        draft: add the draft of each policy, for a preview.
        store: where what was made before is looked for; None: in the project's cache.
    """
    store = store or Store(project.cache / "site")
    lines = {name: archive.line(project, name) for name in project.policy_ids}
    views = [_view(project, line, today, store) for line in lines.values() if line]
    count = sum(len(view.releases) for view in views)
    documents = [found for view in views for found in _documents(project, view, store)]
    done = 0
    for view in views:
        for release in view.releases:
            progress("versions", done, count)
            view.made.abstract(release)
            done += 1
    progress("versions", count, count)
    files, styles = _assets()
    found: list[Page] = []
    entries: list[feeds.Entry] = []
    rules: list[memento.Rule] = []
    for view in views:
        found += current_pages.pages(view)
        news = _entries(view)
        files |= _listings(project, view, news) | _texts(project, view)
        entries += news
        rules += memento.rules(view.releases, today, view.site)
    for number, (path, make) in enumerate(documents):
        progress("PDFs", number, len(documents))
        make()
        files[path] = make
    progress("PDFs", len(documents), len(documents))
    if draft:
        for name, line in lines.items():
            found += _preview(project, name, line)
    everything = _feed(project, f"Policies of {project.settings.organisation.name}", "", entries)
    files |= _feed_files("", everything) | _server_files(project, everything, rules)
    head = relations.head(relations.feeds("feed.atom", "feed.json", everything.title))
    home = current_pages.home([view.releases for view in views], today)
    return Site(tuple(found), files, styles, home, head)


def _view(project: Project, releases: Releases, today: dt.date, store: Store) -> View:
    organisation, policy_id = project.settings.organisation, releases[0].policy.id

    def keep(parts: Sequence[str], make: Maker) -> bytes:
        return store.kept(name_of(parts), make)

    at = Addresses(organisation.site, policy_id)
    return View(Makings(releases, organisation.name, at, keep), today, organisation)


# ── for machines ─────────────────────────────────────────────────────────────────────────────────


def _listings(project: Project, view: View, news: Sequence[feeds.Entry]) -> dict[str, Maker]:
    """What programs read about all versions of a policy, by path."""
    releases, at, name = view.releases, view.site, view.policy_id
    organisation = project.settings.organisation.name
    feed = _feed(project, f"{view.title} of {organisation}", f"{name}/", news)
    return {
        f"{name}/versions.json": partial(
            catalogue.versions, releases, organisation, at, view.abstracts
        ),
        f"{name}/periods.json": partial(catalogue.periods, releases, at),
        f"{name}/timemap.link": partial(memento.timemap, releases, view.today, at),
        f"{name}/timemap.json": partial(memento.timemap_json, releases, view.today, at),
        **_feed_files(f"{name}/", feed),
    }


def _texts(project: Project, view: View) -> dict[str, Maker]:
    """What programs read of each version, by path."""
    files: dict[str, Maker] = {}
    for release in view.releases:
        folder, made = release.name, view.made
        sums = partial(archive.release_file, project, release, SUMS_FILE)
        files[f"{folder}/policy.md"] = partial(_markdown, release)
        files[f"{folder}/policy.json"] = partial(made.text_json, release)
        files[f"{folder}/policy.akn.xml"] = partial(made.text_akoma_ntoso, release)
        name = f"{view.policy_id}/compare/{made.comparable_name(release)}"
        files[name] = partial(made.comparable, release)
        files[f"{folder}/{SUMS_FILE}"] = sums
        for language in release.policy.translations:
            name = f"{folder}/policy.{language}"
            files[f"{name}.md"] = partial(_translation, release, language, view.site)
            files[f"{name}.json"] = partial(made.translation_json, release, language)
        if view.releases.predecessor(release):
            files[f"{folder}/changes.md"] = partial(made.changes_markdown, release)
            files[f"{folder}/changes.json"] = partial(made.changes_json, release)
    return files


def _markdown(release: Release) -> bytes:
    return release.policy.markdown.encode()


def _translation(release: Release, language: str, at: Addresses) -> bytes:
    return languages.markdown(release, language, at).encode()


def _entries(view: View) -> list[feeds.Entry]:
    """The latest versions as news; older ones are in no feed."""
    known = [r for r in view.releases if r.published]
    known.sort(key=lambda r: (r.published, r.number))
    found = map(view.made.entry, known[-feeds.LATEST :])
    return [entry for entry in found if entry]


def _feed(project: Project, title: str, folder: str, entries: Sequence[feeds.Entry]) -> feeds.Feed:
    organisation = project.settings.organisation
    return feeds.Feed(
        title=title,
        page=f"{organisation.site}{folder}",
        atom=f"{organisation.site}{folder}feed.atom",
        json=f"{organisation.site}{folder}feed.json",
        author=organisation.name,
        site=organisation.site,
        entries=feeds.latest(entries),
    )


def _feed_files(folder: str, feed: feeds.Feed) -> dict[str, Maker]:
    return {
        f"{folder}feed.atom": partial(feeds.atom, feed),
        f"{folder}feed.json": partial(feeds.json_feed, feed),
    }


def _server_files(
    project: Project, feed: feeds.Feed, rules: Iterable[memento.Rule]
) -> dict[str, Maker]:
    """What hosts and robots read."""
    own = memento.types({feed.atom: relations.ATOM, feed.json: relations.FEED})
    every = [*own, *rules]
    return {
        "_headers": partial(memento.headers_file, every),
        "_nginx.conf": partial(memento.nginx_file, every),
        "_apache.conf": partial(memento.apache_file, every),
        "robots.txt": lambda: current_pages.robots(project.settings.organisation.site).encode(),
    }


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def _documents(project: Project, view: View, store: Store) -> Iterator[tuple[str, Maker]]:
    """Path and maker of each PDF of a policy."""
    decisive = [repr(project.settings.organisation), toolchain(project)]

    def kept(path: str, how: Maker, *releases: Release) -> tuple[str, Maker]:
        parts = [path, *decisive, *(release.identity for release in releases)]
        return path, partial(store.kept, name_of(parts), how)

    for release in view.releases:
        if not view.releases.has_pdf(release):
            continue
        name, before = release.name, view.releases.predecessor(release)
        yield f"{name}/policy.pdf", partial(frozen_pdf, project, release)
        for language in release.policy.translations:
            translated = partial(frozen_pdf, project, release, language)
            yield f"{name}/policy.{language}.pdf", translated
        if before is not None:
            changed = partial(redline_pdf, project, before, release)
            yield kept(f"{name}/changes.pdf", changed, before, release)
        if release.notice:
            yield kept(f"{name}/notice.pdf", partial(notice_pdf, project, release), release)
        if release.opt_out:
            yield kept(f"{name}/opt-out.pdf", partial(optout_pdf, project, release), release)


def frozen_pdf(project: Project, release: Release, language: str = "") -> bytes:
    """The PDF of a release as it was frozen; made only where that is missing.

    Args:
        project: which project.
        release: the release.
        language: of a translation; empty: the text that decides.

    Raises:
        NotFoundError: the release has no such translation.
    """
    if language and language not in release.policy.translations:
        there = ", ".join(release.policy.translations) or "none"
        raise NotFoundError(
            f"version {release.number} has no translation `{language}`; there are: {there}",
            remedy="name one of its languages, or leave --language out",
        )
    name = f"policy.{language}.pdf" if language else "policy.pdf"
    frozen = archive.release_file(project, release, name)
    return frozen or release_pdf(project, release, language)


def _preview(project: Project, policy_id: str, releases: Releases) -> Iterator[Page]:
    policy, _ = project.read_draft(policy_id)
    try:
        submission = Workplace(project).submissions.read(policy_id, releases)
        findings = review_draft(submission, releases)
    except PublisherError as error:
        raise RenderError(error.what, where=error.where, remedy=error.remedy) from error
    yield from preview.draft_pages(policy, findings, releases[-1] if releases else None, policy_id)


def _assets() -> tuple[dict[str, Maker], tuple[str, ...]]:
    folder = "assets/publisher"
    files: dict[str, Maker] = {
        f"{folder}/fonts/{path.name}": path.read_bytes for path in web_font_files()
    }
    files[f"{folder}/site.css"] = _sheet
    for name in ("anchors.js", "steps.js", "day.js", "compare.js"):
        files[f"{folder}/{name}"] = partial(_script, name)
    return files, (f"{folder}/site.css",)


def _sheet() -> bytes:
    """All style sheets of the site in one, for one is fetched sooner than five."""
    sheets = map(asset_text, ("marks.css", "views.css", "compare.css", "screen.css"))
    return theme.packed("".join([web_font_faces("fonts/"), *sheets])).encode()


def _script(name: str) -> bytes:
    return theme.packed_script(asset_text(name)).encode()
