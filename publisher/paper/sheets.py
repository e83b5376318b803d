"""The documents that become PDFs: whole HTML pages, ready to be laid out on paper.

What they say does not depend on the day they are made, so that they can be frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from publisher.compare.amendment import Amendment
from publisher.markup.html import Heading, document, fragment
from publisher.markup.marked import redline
from publisher.notices.letter import fill, page_values
from publisher.notices.notice import long_date
from publisher.paper.fillable import CUSTOMER, DECLARATION, RELEASE
from publisher.policies.address import Addresses
from publisher.policies.policy import Note
from publisher.policies.release import Release
from publisher.site import apparatus, languages
from publisher.text.clauses import parse

_BAR = ("In the margin", "a bar beside every paragraph with a change")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes, as the sheets name it."""

    name: str
    address: str
    """Postal address, lines joined by newlines."""
    site: str
    """Address of the site, ending in `/`."""
    reply: str
    """Where opt-outs by e-mail go."""


def release_sheet(release: Release, publisher: Publisher) -> str:
    """A version in full."""
    facts = release.policy.facts
    text = document(release.policy.document.clauses, retired=facts.retired, paper=True)
    where = Addresses(publisher.site, release.policy.id).release(release.number)
    parts = [
        _title(
            publisher.name, facts.title, f"{release.version}, {apparatus.in_force_words(release)}"
        ),
        apparatus.remark(facts),
        _facts(
            ("Published", apparatus.published_words(release)),
            ("This version", apparatus.kind_words(release)),
            *apparatus.origin(release),
            ("Its permanent address", _link(where)),
        ),
        _contents(text.headings),
        f'<article class="text">\n{text.html}</article>\n',
    ]
    full = f"{facts.title}, {release.version.lower()}"
    return _sheet(facts.language, publisher.name, full, _head(release), parts)


def translation_sheet(release: Release, language: str, publisher: Publisher) -> str:
    """A version in full in another language; what stands around it names the text that decides."""
    at = Addresses(publisher.site, release.policy.id)
    rendition = languages.Rendition(release, language, at)
    text, title = rendition.text(paper=True), rendition.policy.facts.title
    version = f"{release.version}, {apparatus.in_force_words(release)}"
    told = [
        _title(publisher.name, title, version),
        apparatus.remark(rendition.policy.facts),
        rendition.notice(),
        _facts(
            ("Published", rendition.day(release.published and release.published.date())),
            ("In force from", rendition.day(release.effective)),
            ("This version", apparatus.kind_words(release)),
            ("This translation", _link(at.translation(release.number, language))),
        ),
    ]
    parts = [*told, _contents(text.headings), rendition.article(text, "text")]
    full = f"{title}, {release.version.lower()}"
    return _sheet(language, publisher.name, full, f"{title} — {version}", parts)


def redline_sheet(old: Release, new: Release, amendment: Amendment, publisher: Publisher) -> str:
    """What differs between two releases: first a list with the reasons, then every word."""
    facts = new.policy.facts
    where = Addresses(publisher.site, new.policy.id).changes(new.number)
    title = f"What version {new.number} changes"
    marked = redline(amendment, paper=True)
    marks = apparatus.legend(marked.html)
    parts = [
        _title(publisher.name, facts.title, title),
        apparatus.remark(facts),
        _facts(
            ("Before", f"version {old.number}, {apparatus.in_force_words(old)}"),
            ("After", f"version {new.number}, {apparatus.in_force_words(new)}"),
            ("On the web", _link(where)),
            _BAR,
        ),
        apparatus.general_note(new.policy.notes),
        apparatus.changed_text(amendment, marked, new.policy.notes, facts.language, marks=marks),
    ]
    head = _head(new, f"Changes since version {old.number}")
    full = f"{facts.title}: {title[0].lower()}{title[1:]}"
    return _sheet(facts.language, publisher.name, full, head, parts)


def comparison_sheet(
    title: str,
    old: str,
    new: str,
    amendment: Amendment,
    notes: Sequence[Note],
    language: str,
    *,
    paper: bool = True,
) -> str:
    """What differs between any two texts.

    Args:
        title: what the document is called.
        old, new: what the two texts are called.
        amendment: what differs.
        notes: why.
        language: of the texts.
        paper: for a PDF; else for a browser.
    """
    marked = redline(amendment, paper=paper, views=not paper)
    tools = "" if paper else apparatus.views(marked, old, new)
    marks = apparatus.legend(marked.html if paper else None)
    rows = [("Before", escape(old)), ("After", escape(new))]
    if paper:
        rows.append(_BAR)
    parts = [
        _title("", title, ""),
        _facts(*rows),
        apparatus.general_note(notes),
        apparatus.changed_text(amendment, marked, notes, language, tools, marks),
    ]
    if not paper:
        parts = ["<main>\n", *parts, "</main>\n"]
    return _sheet(language, "", title, title, parts)


def notice_sheet(
    release: Release, publisher: Publisher, values: Mapping[str, str] | None = None
) -> str:
    """The letter about a version.

    Args:
        release: a release that has a notice.
        publisher: who writes.
        values: the fields of one recipient; None: addressed to no one in particular.
    """
    facts = release.policy.facts
    at = Addresses(publisher.site, release.policy.id)
    text = fill(release.notice, values or page_values(at, release.number, publisher.reply))
    parts = [
        f'<p class="publisher">{escape(publisher.name)}</p>\n',
        f'<article class="text letter">\n{fragment(parse(text), paper=True)}</article>\n',
    ]
    title = f"{facts.title}: notice of version {release.number}"
    return _sheet(facts.language, publisher.name, title, _head(release, "Notice"), parts)


def opt_out_sheet(release: Release, publisher: Publisher) -> str:
    """The opt-out form, to print or to fill in on a screen."""
    facts = release.policy.facts
    version = f"version {release.number.major}"
    closes = long_date(release.closes, facts.language)
    declaration = f"I opt out of {version} of the {facts.title} of {publisher.name}."
    wording = fragment(parse(release.opt_out), paper=True)
    fields = "".join(
        _field(name, label, "required") if name != "signature" else _field(name, label, "")
        for name, label in (
            ("name", "Your name"),
            (CUSTOMER, "Your e-mail address or customer number"),
            ("date", "Date"),
            ("signature", "Signature (on paper), or your name"),
        )
    )
    belongs = f'value="{escape(release.name)} {escape(release.seal)}" readonly'
    mail = f'<a href="mailto:{escape(publisher.reply)}">{escape(publisher.reply)}</a>'
    parts = [
        f'<p class="publisher">{escape(publisher.name)}</p>\n',
        f'<article class="text letter">\n{wording}</article>\n',
        '<h2 id="pp-declaration">Your declaration</h2>\n<form>\n',
        f'<p class="check"><input id="{DECLARATION}" name="{DECLARATION}" type="checkbox" required '
        f'title="{escape(declaration)}"> '
        f'<label for="{DECLARATION}">{escape(declaration)}</label></p>\n',
        fields,
        _field(RELEASE, "This form belongs to (please leave it as it is)", belongs),
        '</form>\n<h2 id="pp-return">Where to send it</h2>\n',
        f"<p>So that it arrives by the end of <strong>{escape(closes)}</strong> (UTC), "
        "in either of two ways:</p>\n",
        '<div class="ways"><p>By e-mail, as an attachment: as a reply to our notice, which shows '
        f"us that it is from you, or to<br>{mail}</p>\n"
        f"<p>By post, to<br>{apparatus.postal(publisher.name, publisher.address)}</p></div>\n",
    ]
    title = f"{facts.title}: opt-out of {version}"
    return _sheet(facts.language, publisher.name, title, _head(release, "Opt-Out Form"), parts)


def _head(release: Release, kind: str = "") -> str:
    """What stands at the top of every page."""
    version = f"{release.version}, {apparatus.in_force_words(release)}"
    return " — ".join(filter(None, (release.policy.facts.title, version, kind)))


def _sheet(language: str, author: str, title: str, head: str, parts: Sequence[str]) -> str:
    by = f'<meta name="author" content="{escape(author)}">' if author else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>{by}</head>\n"
        f'<body data-head="{escape(head)}">\n{"".join(parts)}</body></html>\n'
    )


def _field(name: str, label: str, more: str) -> str:
    return (
        f'<p class="field {name}"><label for="{name}">{escape(label)}</label> '
        f'<input id="{name}" name="{name}" type="text" title="{escape(label)}" {more}></p>\n'
    )


def _title(publisher: str, title: str, line: str) -> str:
    above = f'<p class="publisher">{escape(publisher)}</p>\n' if publisher else ""
    below = f'<p class="version">{escape(line)}</p>' if line else ""
    return f"<header>{above}<h1>{escape(title)}</h1>\n{below}</header>\n"


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'


def _facts(*rows: tuple[str, str]) -> str:
    """Rows of (what, HTML)."""
    cells = "".join(
        f'<li><span class="what">{escape(what)}</span> <span>{value}</span></li>\n'
        for what, value in rows
    )
    return f'<ul class="facts">\n{cells}</ul>\n'


def _contents(headings: tuple[Heading, ...]) -> str:
    if len(headings) < 4:
        return ""
    items = "".join(
        f'<li class="level-{h.level}"><a href="#{escape(h.anchor)}">{escape(h.title)}</a></li>\n'
        for h in headings
    )
    return f'<h2 class="contents-title">Contents</h2>\n<ul class="contents">\n{items}</ul>\n'
