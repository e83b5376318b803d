"""Feeds: each version as an entry, as Atom (RFC 4287) and as JSON Feed 1.1.

An entry carries why it was made and every changed clause with its words marked by `ins` and `del`
alone: feed readers drop style sheets and classes, and have colours of their own. The latest
entries are kept; `versions.json` lists all.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from markupsafe import Markup, escape

from publisher.compare.amendment import Amendment
from publisher.compare.operations import Operation
from publisher.compare.spans import SpanKind
from publisher.markup.elements import NOTHING, as_content, element
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.reports.extracts import Line, extracts
from publisher.reports.phrases import Phrase, beginning_of, end_of, joined, phrase_runs
from publisher.site import page_parts
from publisher.site.catalogue import moment, version_kind
from publisher.site.relations import ATOM
from publisher.text.clauses import Kind

LATEST = 20
"""Limit on the entries of a feed."""
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When a feed without entries was updated, for Atom asks for a time (RFC 4287 §4.1.1)."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold (XML 1.0 §2.2)."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One version as an entry of a feed."""

    address: str
    """Of its page; permanent, so that it names the entry too."""
    title: str
    published: dt.datetime
    summary: str
    html: Markup
    """Why it was made, and what it changes; addresses in it are whole."""
    language: str
    kind: str
    changes: str = ""
    """Address of what it changes; empty for a first version."""


@dataclass(frozen=True)
class Feed:
    """The entries of one policy, or of all."""

    title: str
    page: str
    """Address of the page it belongs to."""
    atom: str
    """Its own address as Atom, which names it …"""
    json: str
    """… and as JSON Feed."""
    author: str
    site: str
    entries: tuple[FeedEntry, ...]


def feed_entry(release: Release, changed: str, html: Markup, at: Addresses) -> FeedEntry:
    """A version as an entry of a feed.

    Args:
        release: the version; its time of publication is known.
        changed: what it changes in one sentence; empty for the first.
        html: what the entry says; see `feed_content`.
        at: addresses with the site's own in front.
    """
    assert release.published
    facts, number = release.policy.facts, release.number
    when = page_parts.in_force_words(release)
    words = f"{when[0].upper()}{when[1:]}."
    return FeedEntry(
        address=at.release(number),
        title=f"{facts.title}: version {number}, {when}",
        published=release.published,
        summary=f"{words} {changed}." if changed else f"{words} First version.",
        html=html,
        language=facts.language,
        kind=version_kind(release),
        changes=at.changes(number) if changed else "",
    )


def latest_entries(entries: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """The entries a feed carries, the newest first."""
    return tuple(sorted(entries, key=lambda e: (e.published, e.address), reverse=True)[:LATEST])


# ── what an entry says ───────────────────────────────────────────────────────────────────────────


def feed_content(release: Release, amendment: Amendment | None, at: Addresses) -> Markup:
    """Why a version was made, and every changed clause, as HTML with whole addresses.

    Args:
        release: the version.
        amendment: what it changes against the one before it; None for the first.
        at: addresses with the site's own in front.
    """
    facts, number = release.policy.facts, release.number
    links = [(f"Version {number} in full", at.release(number))]
    parts = [page_parts.remark(facts), page_parts.general_note(release.policy.notes)]
    if amendment:
        links.insert(0, ("Every change, word by word", at.changes(number)))
        parts += [
            page_parts.in_figures(amendment),
            page_parts.change_list(amendment, release.policy.notes),
            Markup("<h2>The words that change</h2>\n"),
            changed_words(amendment),
        ]
    page = at.changes(number) if amendment else at.release(number)
    items = NOTHING.join(
        Markup('<li><a href="{}">{}</a></li>').format(to, words) for words, to in links
    )
    return whole(NOTHING.join(parts), page) + Markup("<ul>{}</ul>\n").format(items)


def changed_words(amendment: Amendment) -> Markup:
    """Every clause in which a reader sees a change, under the heading it stands below."""
    parts: list[Markup] = []
    for extract in extracts(amendment):
        parts.append(Markup("<h3>{}</h3>\n").format(extract.title))
        parts += [_line(line) for line in extract.lines]
    return NOTHING.join(parts)


def _line(line: Line) -> Markup:
    op = line.op
    if line.context:
        return Markup("<p>{}</p>\n").format(_text(end_of(op)))
    notes = NOTHING.join(map(_noted, line.notes))
    place = Markup("<em>({})</em> ").format(_text(line.place)) if line.place else NOTHING
    if op.move and op.new is None:
        words = _text(beginning_of(op.clause.text))
    else:
        cells = (NOTHING.join(map(_marked, phrase_runs(joined(cell)))) for cell in op.cells)
        words = Markup(" | ").join(cells)
    if op.clause.kind is Kind.HEADING:
        words = Markup("<strong>{}</strong>").format(words)
    if op.clause.kind is Kind.CODE:
        return Markup("<p>{}{}</p>\n<pre>{}</pre>\n").format(place, notes, words)
    return Markup("<p>{}{}{}</p>\n").format(place, words or _empty(op), notes)


def _marked(run: Sequence[Phrase]) -> Markup:
    tag = {SpanKind.INSERT: "ins", SpanKind.DELETE: "del"}.get(run[0].kind)
    words = NOTHING.join(as_content(phrase.text) + _noted(phrase.aside) for phrase in run)
    return element(tag, words) if tag else words


def _noted(note: str) -> Markup:
    return Markup(" <em>[{}]</em>").format(_text(note)) if note else NOTHING


def _text(words: str) -> Markup:
    return as_content(words).replace("\n", Markup("<br>"))


def _empty(op: Operation) -> Markup:
    """The stand-in for a clause without words, such as a line across the page."""
    tag = "" if op.old and op.new else "ins" if op.new else "del"
    words = as_content(f"({op.clause.kind.value})")
    return element(tag, words) if tag else words


def whole(html: Markup, page: str) -> Markup:
    """A fragment whose links lead to where they lead on `page`, wherever it is read."""

    def led(found: re.Match[str]) -> str:
        address = Markup(found[2]).unescape()  # noqa: S704 - of our own fragment
        return f"{found[1]}{escape(urljoin(page, address))}"

    return Markup(re.sub(r'(<a[^>]* href=")([^"]*)', led, html))  # noqa: S704 - ours


# ── the two forms ────────────────────────────────────────────────────────────────────────────────


def atom_feed(feed: Feed) -> bytes:
    """A feed as Atom (RFC 4287)."""
    root = ElementTree.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(root, "id", feed.atom)
    _add(root, "title", feed.title)
    updated = max((e.published for e in feed.entries), default=_NEVER)
    _add(root, "updated", moment(updated))
    author = ElementTree.SubElement(root, "author")
    _add(author, "name", feed.author)
    _add(author, "uri", feed.site)
    _add(root, "link", rel="self", type=ATOM, href=feed.atom)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    for item in feed.entries:
        _entry(ElementTree.SubElement(root, "entry", {"xml:lang": item.language}), item)
    ElementTree.indent(root, " ")
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _entry(root: ElementTree.Element, item: FeedEntry) -> None:
    _add(root, "id", item.address)
    _add(root, "title", item.title)
    _add(root, "published", moment(item.published))
    _add(root, "updated", moment(item.published))
    _add(root, "link", rel="alternate", type="text/html", href=item.address)
    if item.changes:
        _add(root, "link", rel="related", type="text/html", href=item.changes)
    _add(root, "category", term=item.kind)
    _add(root, "summary", item.summary, type="text")
    _add(root, "content", item.html, type="html")


def _add(parent: ElementTree.Element, tag: str, text: str | None = None, **more: str) -> None:
    child = ElementTree.SubElement(parent, tag, more)
    child.text = _NOT_XML.sub("", text) if text else None


def json_feed(feed: Feed) -> bytes:
    """A feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    value: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.json,
        "authors": [{"name": feed.author, "url": feed.site}],
        "items": [_item(item) for item in feed.entries],
    }
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _item(item: FeedEntry) -> dict[str, Any]:
    return {
        "id": item.address,
        "url": item.address,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.html,
        "date_published": moment(item.published),
        "language": item.language,
        "tags": [item.kind],
    }
