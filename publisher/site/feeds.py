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
from typing import Any, NamedTuple
from urllib.parse import urljoin
from xml.etree import ElementTree

from markupsafe import Markup, escape

from publisher.compare.amendment import Amendment
from publisher.compare.operations import Operation
from publisher.compare.spans import SpanKind
from publisher.markup.elements import NOTHING, as_content, element
from publisher.releases.address import Addresses
from publisher.releases.beginning import Beginning
from publisher.releases.release import Release
from publisher.reports.extracts import Line, extracts, kind_label
from publisher.reports.phrases import Phrase, beginning_of, end_of, joined, phrase_runs
from publisher.site import page_parts
from publisher.site.catalogue import moment, version_kind
from publisher.site.relations import ATOM
from publisher.site.release_words import in_force_words, retracted_words
from publisher.site.told_words import told_line
from publisher.text.clauses import Kind
from publisher.wording.words import Words

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
    """Address of what it changes; empty for a first version, and for one that was retracted."""
    stated: dt.datetime | None = None
    """When that was stated by which what it says is known, if it was not when it was published."""

    @property
    def updated(self) -> dt.datetime:
        """Since when it says what it says."""
        return max(self.published, self.stated or self.published)


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


class EntryText(NamedTuple):
    """Which text an entry is about."""

    language: str
    title: str
    address: str
    """Of its page."""
    changes: str = ""
    """Address of what it changes; empty where there is no such page."""


def feed_entry(
    release: Release,
    changed: str,
    html: Markup,
    at: Addresses,
    words: Words,
    begins: Beginning | None = None,
) -> FeedEntry:
    """A version as an entry of a feed.

    Args:
        release: the version; its time of publication is known.
        changed: what it changes in one sentence; empty for the first.
        html: what the entry says; see `feed_content`.
        at: addresses with the site's own in front.
        words: those around the text.
        begins: from when it is in force; None: as it was sealed.
    """
    facts, number = release.policy.facts, release.number
    changes = at.changes(number) if changed else ""
    text = EntryText(facts.language, facts.title, at.release(number), changes)
    return text_entry(release, text, changed, html, words, begins)


def text_entry(
    release: Release,
    text: EntryText,
    changed: str,
    html: Markup,
    words: Words,
    begins: Beginning | None = None,
) -> FeedEntry:
    """A version in one of its languages as an entry of a feed.

    Args:
        release: the version; its time of publication is known.
        text: in which language.
        changed: what it changes in one sentence; empty for the first in this language.
        html: what the entry says.
        words: those around the text.
        begins: from when it is in force; None: as it was sealed.
    """
    assert release.published
    when = in_force_words(release, words, begins)
    begun = f"{when[:1].upper()}{when[1:]}"
    if begins and begins.retracted:
        # It announces nothing any more: what it would have changed is on its page.
        summary = retracted_words(release, begins, words)
        links = linked_list([(words.gettext("The retracted version"), text.address)])
        html, text = Markup("<p>{}</p>\n{}").format(summary, links), text._replace(changes="")
    elif changed:
        summary = words.gettext("{when}. {figures}.", when=begun, figures=changed)
    elif release.previous is None:
        summary = words.gettext("{when}. First version.", when=begun)
    else:
        summary = words.gettext("{when}. First version in this language.", when=begun)
    return FeedEntry(
        address=text.address,
        title=words.gettext(
            "{policy}: version {number}, {when}",
            policy=text.title,
            number=release.number,
            when=when,
        ),
        published=release.published,
        summary=summary,
        html=html,
        language=text.language,
        kind=version_kind(release),
        changes=text.changes,
        stated=begins.known if begins else None,
    )


def latest_entries(entries: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """The entries a feed carries, the newest first."""
    return tuple(sorted(entries, key=lambda e: (e.published, e.address), reverse=True)[:LATEST])


# ── what an entry says ───────────────────────────────────────────────────────────────────────────


def feed_content(
    release: Release,
    amendment: Amendment | None,
    at: Addresses,
    words: Words,
    changed: str = "",
) -> Markup:
    """Why a version was made, and every changed clause, as HTML with whole addresses.

    Args:
        release: the version.
        amendment: what it changes against the one before it; None for the first.
        at: addresses with the site's own in front.
        words: those around the text.
        changed: what it changes in one sentence.
    """
    facts, number = release.policy.facts, release.number
    notes, tag = release.policy.notes, facts.language
    links = [(words.gettext("Version {number} in full", number=number), at.release(number))]
    parts = [
        page_parts.remark(facts),
        page_parts.general_note(notes, tag, words),
    ]
    if amendment:
        links.insert(0, (words.gettext("Every change, word by word"), at.changes(number)))
        parts += [
            page_parts.in_figures(changed),
            told_line(amendment, words),
            page_parts.change_list(amendment, notes, tag, words),
            Markup("<h2>{}</h2>\n").format(words.gettext("The words that change")),
            changed_words(amendment, words),
        ]
    page = at.changes(number) if amendment else at.release(number)
    return whole(NOTHING.join(parts), page) + linked_list(links)


def linked_list(links: Sequence[tuple[str, str]]) -> Markup:
    """Links as a list, each from its words and its address."""
    items = NOTHING.join(
        Markup('<li><a href="{}">{}</a></li>').format(to, said) for said, to in links
    )
    return Markup("<ul>{}</ul>\n").format(items)


def changed_words(amendment: Amendment, words: Words) -> Markup:
    """Every clause in which a reader sees a change, under the heading it stands below."""
    parts: list[Markup] = []
    for extract in extracts(amendment, words):
        parts.append(Markup("<h3>{}</h3>\n").format(extract.title))
        parts += [_line(line, words) for line in extract.lines]
    return NOTHING.join(parts)


def _line(line: Line, words: Words) -> Markup:
    op = line.op
    if line.context:
        return Markup("<p>{}</p>\n").format(_text(end_of(op)))
    notes = NOTHING.join(map(_noted, line.notes))
    place = Markup("<em>({})</em> ").format(_text(line.place)) if line.place else NOTHING
    if op.move and op.new is None:
        html = _text(beginning_of(op.clause.text))
    else:
        runs = (phrase_runs(joined(cell, words), words, line.moves) for cell in op.cells)
        html = Markup(" | ").join(NOTHING.join(map(_marked, cell)) for cell in runs)
    if op.clause.kind is Kind.HEADING:
        html = Markup("<strong>{}</strong>").format(html)
    if op.clause.kind is Kind.CODE:
        return Markup("<p>{}{}</p>\n<pre>{}</pre>\n").format(place, notes, html)
    return Markup("<p>{}{}{}</p>\n").format(place, html or _empty(op, words), notes)


def _marked(run: Sequence[Phrase]) -> Markup:
    tag = {SpanKind.INSERT: "ins", SpanKind.DELETE: "del"}.get(run[0].kind)
    words = NOTHING.join(as_content(phrase.text) + _noted(phrase.aside) for phrase in run)
    return element(tag, words) + _noted(run[-1].moved) if tag else words


def _noted(note: str) -> Markup:
    return Markup(" <em>[{}]</em>").format(_text(note)) if note else NOTHING


def _text(words: str) -> Markup:
    return as_content(words).replace("\n", Markup("<br>"))


def _empty(op: Operation, words: Words) -> Markup:
    """The stand-in for a clause without words, such as a line across the page."""
    tag = "" if op.old and op.new else "ins" if op.new else "del"
    html = as_content(f"({kind_label(op.clause.kind, words)})")
    return element(tag, html) if tag else html


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
    updated = max((e.updated for e in feed.entries), default=_NEVER)
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
    _add(root, "updated", moment(item.updated))
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
        "date_modified": moment(item.updated),
        "language": item.language,
        "tags": [item.kind],
    }
