"""The pages of the site, as values: everything that MkDocs needs to put its frame around.

No page names the day it was made, except where a status depends on it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from publisher.compare.amendment import Amendment, amend, summary
from publisher.markup.html import Heading, fragment
from publisher.markup.marked import places, redline
from publisher.notices import forms
from publisher.notices.letter import fill, page_values
from publisher.notices.notice import long_date
from publisher.policies.address import Addresses
from publisher.policies.configuration import Configuration
from publisher.policies.periods import Period, applied, by_number
from publisher.policies.release import (
    Line,
    Materiality,
    Number,
    Release,
    Status,
    has_pdf,
    in_force,
    last_day,
    predecessor,
    standing,
)
from publisher.site import apparatus, chronicle, masthead, overview, relations, versus
from publisher.site.catalogue import digest
from publisher.text.clauses import parse

STEPS = "assets/publisher/steps.js"
"""The script of the redlines, from the site's root."""
COMPARE = "assets/publisher/compare.js"
"""That of the comparison of any two versions."""
DAY = "assets/publisher/day.js"
"""That of the page of a day."""
POLICIES = "<!-- policies -->"
"""Stands in a hand-written page where the list of the policies is to be."""


@dataclass(frozen=True)
class Page:
    """One page: its own part of the HTML, without the frame."""

    path: str
    """From the site's root, ending in `/`: `privacy/2/changes/`."""
    title: str
    """For the browser's tab and for search engines."""
    html: str
    headings: tuple[Heading, ...] = ()
    description: str = ""
    label: str = ""
    """What navigation calls it; empty: its title."""
    search: bool = False
    """Whether it is in the search index."""
    noindex: bool = False
    """Whether search engines are to leave it out."""
    head: str = ""
    """HTML for its head: what it tells machines."""
    modified: dt.date | None = None
    """When what it says of releases last changed; None: unknown."""


@dataclass(frozen=True)
class PolicyPages:
    """All pages of one policy on one day."""

    line: Line
    today: dt.date
    configuration: Configuration
    amendments: dict[Number, Amendment] = field(default_factory=dict)
    """What was compared already, by the number of the newer release."""

    @cached_property
    def policy_id(self) -> str:
        return self.line[0].policy.id

    @cached_property
    def title(self) -> str:
        """What the policy is called in its latest release."""
        return self.line[-1].policy.facts.title

    @cached_property
    def periods(self) -> dict[Number, Period]:
        """When each version that ever applies does so."""
        return by_number(applied(self.line))

    def amendment(self, release: Release) -> Amendment | None:
        """What a release changes against the one before it; None for the first."""
        before = predecessor(release, self.line)
        if before is None:
            return None
        if release.number not in self.amendments:
            found = amend(before.policy.document, release.policy.document)
            self.amendments[release.number] = found
        return self.amendments[release.number]

    def between(self, old: Release, new: Release) -> Amendment:
        """What leads from one release to another, whichever is the older."""
        found = self.amendment(new) if predecessor(new, self.line) is old else None
        return found or amend(old.policy.document, new.policy.document)

    def all(self) -> Iterator[Page]:
        """Every page, the stable ones first."""
        current = in_force(self.line, self.today)
        yield self.current(current) if current else self.announced()
        yield self.history()
        yield self.day()
        yield self.compare()
        yield self.sections()
        for release in self.line:
            yield self.release(release)
            if release.previous:
                yield self.changes(release)
            if release.notice:
                yield self.notice(release)
            if release.opt_out:
                yield self.opt_out(release)

    def _at(self, depth: int) -> Addresses:
        return Addresses("../" * depth, self.policy_id)

    @property
    def site(self) -> Addresses:
        """Addresses with the site's own in front."""
        return Addresses(self.configuration.site, self.policy_id)

    def _modified(self, *more: dt.date | None) -> dt.date | None:
        """When the last release was published, or `more` if that is later."""
        days = [r.published.date() for r in self.line if r.published]
        return max([*days, *filter(None, more)], default=None)

    def _head(self, at: Addresses, *links: relations.Link) -> str:
        return relations.head((*links, *relations.policy_feeds(self.title, at)))

    def _crumbs(self, at: Addresses, here: str, release: Release | None = None) -> str:
        trail = [("Policies", at.root), (self.title, at.current)]
        if release or here != "All versions":
            trail.append(("All versions", at.history))
        if release:
            trail.append((release.version, at.release(release.number)))
        return masthead.crumbs(trail, here)

    # ── a version ────────────────────────────────────────────────────────────────────────────────

    def current(self, release: Release) -> Page:
        """The text in force, at the address that stays."""
        facts, at = release.policy.facts, self._at(1)
        text = apparatus.text_of(release.policy, at.sections)
        since = escape(apparatus.in_force_words(release))
        line = f"{masthead.chip(release, Status.IN_FORCE)} Version {release.number}, {since}"
        parts = [
            masthead.crumbs([("Policies", at.root)], facts.title),
            masthead.head(facts.title, self.configuration.organisation, line),
            apparatus.remark(facts),
            masthead.coming(self.line, self.today, at),
            self._facts(release, at),
            self._actions(release, at, history=True),
            apparatus.contents(text),
            apparatus.article(release.policy, text),
        ]
        return Page(
            path=f"{self.policy_id}/",
            title=facts.title,
            html="".join(parts),
            headings=text.headings,
            description=f"{facts.title} of {self.configuration.organisation}, "
            f"version {release.number}, {apparatus.in_force_words(release)}.",
            label="Text in force",
            search=True,
            head=self._head(
                at,
                *relations.history(at),
                *self._forms(release, at, "policy"),
            ),
            modified=self._modified(release.effective),
        )

    def announced(self) -> Page:
        """What stands at the stable address before any version is in force."""
        at = self._at(1)
        html = (
            masthead.crumbs([("Policies", at.root)], self.title)
            + masthead.head(self.title, self.configuration.organisation)
            + masthead.coming(self.line, self.today, at)
            + masthead.actions([("All versions", at.history)], "More")
        )
        head = self._head(at, *relations.history(at))
        path = f"{self.policy_id}/"
        return Page(path, self.title, html, head=head, modified=self._modified())

    def release(self, release: Release) -> Page:
        """One version at its own address, with a loud banner where it is not in force."""
        facts, at = release.policy.facts, self._at(2)
        text = apparatus.text_of(release.policy)
        status = standing(release, self.line, self.today).status
        what = escape(_first_upper(apparatus.kind_words(release)))
        line = f"{masthead.chip(release, status)} {what}"
        parts = [
            self._crumbs(at, release.version),
            masthead.head(
                f"{facts.title}, version {release.number}", self.configuration.organisation, line
            ),
            masthead.banner(release, self.line, self.today, at),
            apparatus.remark(facts),
            self._facts(release, at),
            self._actions(release, at),
            apparatus.contents(text),
            apparatus.article(release.policy, text),
            _seal(release, self.site),
        ]
        links = relations.versions(release, self.line, at)
        head = self._head(at, *links, *self._forms(release, at, "policy"))
        about = relations.linked_data(
            release,
            self.periods.get(release.number),
            self.configuration.organisation,
            self.site,
            printed=has_pdf(release, self.line),
        )
        return Page(
            path=f"{self.policy_id}/{release.number}/",
            title=f"{facts.title}, version {release.number}",
            html="".join(parts),
            headings=text.headings,
            description=f"{facts.title} of {self.configuration.organisation}, "
            f"version {release.number}, {apparatus.in_force_words(release)}.",
            head=head + about,
            modified=_published(release),
        )

    def _facts(self, release: Release, at: Addresses) -> str:
        rows = [
            ("Version", escape(f"{release.number}, {apparatus.kind_words(release)}")),
            *self._dates(release),
        ]
        links = masthead.change_links(release, self.line, at)
        if links:
            rows.append(("What it changes", "<br>".join(masthead.anchor(link) for link in links)))
        return masthead.facts(rows)

    def _dates(self, release: Release) -> Iterator[tuple[str, str]]:
        span = escape(masthead.span(release, self.line))
        if release.imported is None:
            yield "In force", span
            yield "Published", escape(apparatus.published_words(release))
            return
        yield "Seen", span
        yield from apparatus.origin(release)

    def _forms(self, release: Release, at: Addresses, name: str) -> tuple[relations.Link, ...]:
        printed = has_pdf(release, self.line)
        return relations.forms(at.release(release.number), name, printed=printed)

    def _downloads(self, release: Release, at: Addresses, name: str) -> list[masthead.Link]:
        """The forms in which a version (`policy`) can be had, or what it changes (`changes`)."""
        forms = [("Download PDF", "pdf")] if has_pdf(release, self.line) else []
        forms += [("Markdown", "md"), ("JSON", "json")]
        return [(words, at.download(release.number, f"{name}.{end}")) for words, end in forms]

    def _actions(self, release: Release, at: Addresses, *, history: bool = False) -> str:
        number = release.number
        links = [("All versions", at.history)] if history else []
        links += self._downloads(release, at, "policy")
        links += masthead.letters(release, self.line, at)
        form, closes = masthead.form_of(release, self.line), last_day(release, self.line)
        if form and closes and self.today <= closes:
            links.append((f"Opt out of version {number.major}", at.opt_out(form.number)))
        return masthead.actions(links, "This version")

    # ── what changed ─────────────────────────────────────────────────────────────────────────────

    def changes(self, release: Release) -> Page:
        """The redline of a version against the one before it."""
        before, found = predecessor(release, self.line), self.amendment(release)
        assert before is not None
        assert found is not None
        facts, at = release.policy.facts, self._at(3)
        verb = "corrects" if release.materiality is Materiality.EDITORIAL else "changes"
        title = f"What version {release.number} {verb}"
        compared = " and ".join(
            f"{masthead.anchor((r.version.lower(), at.release(r.number)))} "
            f"({escape(apparatus.when_words(r))})"
            for r in (before, release)
        )
        marked = redline(found, views=True)
        names = (f"version {r.number}" for r in (before, release))
        tools = apparatus.views(marked, *names) + steps(at)
        links = self._downloads(release, at, "changes")
        links += masthead.letters(release, self.line, at)
        parts = [
            self._crumbs(at, "What changed", release),
            masthead.head(title, facts.title, f"Compares {compared}."),
            masthead.banner(release, self.line, self.today, at),
            apparatus.remark(facts),
            apparatus.general_note(release.policy.notes),
            masthead.actions(links, "These changes"),
            apparatus.changed_text(found, marked, release.policy.notes, facts.language, tools),
        ]
        return Page(
            path=f"{self.policy_id}/{release.number}/changes/",
            title=f"{facts.title}: {title[0].lower()}{title[1:]}",
            html="".join(parts),
            headings=(*apparatus.CHANGED_HEADINGS, *marked.headings),
            description=f"Every change from version {before.number} to version {release.number}, "
            f"word by word: {summary(found)}.",
            head=self._head(at, *self._forms(release, at, "changes")),
            modified=_published(release),
        )

    # ── letter and form ──────────────────────────────────────────────────────────────────────────

    def notice(self, release: Release) -> Page:
        """The letter about a version, as customers got it."""
        facts, at = release.policy.facts, self._at(3)
        values = page_values(at.opt_out(release.number), self.configuration.reply)
        html = fragment(parse(fill(release.notice, values)))
        later = [r for r in self.line if r.number.major == release.number.major and r.notice][-1]
        newer = ""
        if later.number != release.number:
            link = masthead.anchor(
                (f"the letter about version {later.number}", at.notice(later.number))
            )
            newer = masthead.box(
                "superseded", "The date in this letter has changed", f"<p>See {link}.</p>\n"
            )
        published = apparatus.published_words(release)
        parts = [
            self._crumbs(at, "Letter", release),
            f'<p class="pp-kicker">Letter of {escape(published)} to every customer</p>\n',
            newer,
            f'<article class="pp-text pp-letter" lang="{facts.language}">\n',
            _titled(self._local(html, at)),
            "</article>\n",
            masthead.actions(
                [("Download PDF", at.download(release.number, "notice.pdf"))], "Letter"
            ),
        ]
        title = f"{facts.title}: letter about version {release.number}"
        path = f"{self.policy_id}/{release.number}/notice/"
        return Page(path, title, "".join(parts), modified=_published(release))

    def _local(self, html: str, at: Addresses) -> str:
        """Makes links to our own site relative, so that a copy of the site leads into itself."""
        return html.replace(f'href="{escape(self.configuration.site)}', f'href="{at.root}')

    def opt_out(self, release: Release) -> Page:
        """The frozen wording and the form, which the receiver makes a customer's own."""
        facts, at = release.policy.facts, self._at(3)
        closes = last_day(release, self.line)
        late = ""
        if closes and self.today > closes:
            day = escape(long_date(closes, facts.language))
            body = "<p>What you declare now is kept and marked as late.</p>\n"
            late = masthead.box("superseded", f"The last day to opt out was {day} (UTC)", body)
        elif closes and closes != release.closes:
            day = escape(long_date(closes, facts.language))
            late = masthead.box("upcoming", f"You can opt out until the end of {day} (UTC)", "")
        reply = escape(self.configuration.reply)
        parts = [
            self._crumbs(at, "Opt out", release),
            late,
            f'<article class="pp-text pp-letter" lang="{facts.language}">\n',
            _titled(fragment(parse(release.opt_out))),
            f"</article>\n{forms.START}\n{forms.public_form(release)}{forms.END}\n",
            '<h2 id="pp-other-ways">Other ways to opt out</h2>\n<ul>\n',
            f'<li>By e-mail: write “I opt out” to <a href="mailto:{reply}">{reply}</a>, '
            "from the address your notice went to.</li>\n",
            "<li>On paper: "
            + masthead.anchor(
                ("print or fill in this form (PDF)", at.download(release.number, "opt-out.pdf"))
            )
            + ", and send it to the address in it.</li>\n</ul>\n",
        ]
        title = f"Opt out of version {release.number.major} of the {facts.title}"
        path = f"{self.policy_id}/{release.number}/opt-out/"
        return Page(path, title, "".join(parts), modified=_published(release))

    # ── overviews ────────────────────────────────────────────────────────────────────────────────

    def history(self) -> Page:
        """Every version with its dates."""
        at = self._at(2)
        found = {r.number: self.amendment(r) for r in self.line}
        sizes = {number: a.counts for number, a in found.items() if a}
        html = (
            masthead.crumbs([("Policies", at.root), (self.title, at.current)], "All versions")
            + masthead.head(f"{self.title}: all versions", self.configuration.organisation)
            + masthead.actions(
                [
                    ("Compare any two", at.compare),
                    ("What applied on a day", at.day),
                    ("Section by section", at.sections),
                ],
                "More about all versions",
            )
            + overview.history(self.line, self.today, sizes, at)
            + masthead.actions(
                [
                    ("Feed (Atom)", at.listing("feed.atom")),
                    ("Feed (JSON)", at.listing("feed.json")),
                    ("Versions (JSON)", at.listing("versions.json")),
                ],
                "For feed readers and other programs",
            )
        )
        heads = [
            Heading(2, f"pp-{name.split()[0].lower()}", name)
            for name in ("Amendments", "Corrections", "Imported texts")
            if f'<h2 id="pp-{name.split()[0].lower()}"' in html
        ]
        return Page(
            path=f"{self.policy_id}/history/",
            title=f"{self.title}: all versions",
            html=html,
            headings=tuple(heads),
            description=f"Every version of the {self.title} of "
            f"{self.configuration.organisation}, with its dates and changes.",
            label="All versions",
            head=self._head(at, *relations.history(at)),
            modified=self._modified(),
        )

    def day(self) -> Page:
        """Which version applied on a day that the reader names."""
        at = self._at(2)
        title = f"{self.title}: what applied on a day"
        lead = "All days are days in UTC. The first and the last day belong to a period."
        parts = [
            self._crumbs(at, "What applied on a day"),
            masthead.head(title, self.configuration.organisation, lead),
            overview.days(self.line, at),
            masthead.actions(
                [
                    ("These periods (JSON)", at.listing("periods.json")),
                    ("TimeMap (Memento)", at.listing("timemap.link")),
                    ("TimeMap (JSON)", at.listing("timemap.json")),
                ],
                "For machines",
            ),
            f'<script src="{at.root}{DAY}" defer></script>\n',
        ]
        return Page(
            path=f"{self.policy_id}/on/",
            title=title,
            html="".join(parts),
            headings=(
                Heading(2, "pp-applied", "In force"),
                Heading(2, "pp-announced", "Announced, not yet in force"),
            ),
            description=f"Which version of the {self.title} of "
            f"{self.configuration.organisation} was in force, and which was announced, "
            "on any day.",
            label="What applied on a day",
            head=self._head(at, *relations.history(at)),
            modified=self._modified(),
        )

    def compare(self) -> Page:
        """Any version against any other."""
        at = self._at(2)
        title = f"{self.title}: compare two versions"
        lead = "Any version against any other, whichever is the older."
        parts = [
            self._crumbs(at, "Compare two versions"),
            masthead.head(title, self.configuration.organisation, lead),
            versus.chooser(self.line, at),
            f'<script type="module" src="{at.root}{COMPARE}"></script>\n',
        ]
        return Page(
            path=f"{self.policy_id}/compare/",
            title=title,
            html="".join(parts),
            headings=(Heading(2, "pp-steps", "Step by step"),) * (len(self.line) > 1),
            description=f"Any two versions of the {self.title} of "
            f"{self.configuration.organisation}, compared.",
            label="Compare two versions",
            head=self._head(at, *relations.history(at)),
            modified=self._modified(),
        )

    def sections(self) -> Page:
        """The history of each section."""
        at = self._at(2)
        title = f"{self.title}: its sections"
        found = {r.number: a for r in self.line if (a := self.amendment(r))}
        here, gone = chronicle.stories(self.line, found)
        spots = {number: places(amendment) for number, amendment in found.items()}
        lead = f"What each version did to each section, up to version {self.line[-1].number}."
        parts = [
            self._crumbs(at, "Sections"),
            masthead.head(title, self.configuration.organisation, lead),
            chronicle.chronicle(here, gone, spots, at),
        ]
        return Page(
            path=f"{self.policy_id}/sections/",
            title=title,
            html="".join(parts),
            headings=tuple(chronicle.headings(here, gone)),
            description=f"The history of each section of the {self.title} of "
            f"{self.configuration.organisation}.",
            label="Sections",
            head=self._head(at, *relations.history(at)),
            modified=self._modified(),
        )


def home(lines: list[Line], today: dt.date, root: str = "") -> str:
    """The list of the policies, for a hand-written page; see `POLICIES`."""
    names = (("Atom", f"{root}feed.atom"), ("JSON", f"{root}feed.json"))
    links = " or ".join(map(masthead.anchor, names))
    feeds = f"<p>Every new version in your feed reader: {links}.</p>\n" if lines else ""
    return overview.home(lines, today, root) + feeds


def robots(site: str) -> str:
    """What robots are told (RFC 9309): where the sitemap is, and to leave personal links alone.

    Args:
        site: the site's address; robots ask for this only at the root of a host.
    """
    return f"User-agent: *\nDisallow: /*?token=\n\nSitemap: {site}sitemap.xml\n"


def steps(at: Addresses) -> str:
    """Loads the script that leads from change to change."""
    return f'<script src="{at.root}{STEPS}" defer></script>\n'


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def _titled(html: str) -> str:
    """Gives the first heading of a letter the id that "Skip to content" leads to."""
    return re.sub(r"<h1\b", '<h1 id="pp-top"', html, count=1)


def _published(release: Release) -> dt.date | None:
    return release.published.date() if release.published else None


def _seal(release: Release, at: Addresses) -> str:
    """The digests of a version, each with the command that computes it from what is online."""
    rows = [("Text", "policy.md", digest(release))]
    if release.seal:
        rows.append(("Seal", "SHA256SUMS", release.seal))
    cells = "".join(
        f"<dt>{name} (SHA-256)</dt><dd><code>{value}</code><br>"
        f"<code>curl -s {escape(at.download(release.number, file))} | sha256sum</code></dd>"
        for name, file, value in rows
    )
    return f'<dl class="pp-seal" data-search-exclude>{cells}</dl>\n'


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
