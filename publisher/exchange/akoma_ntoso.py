"""A release as Akoma Ntoso 3.0 (OASIS LegalDocML), for programs that read law.

A policy is a `doc`: no parliament passed it. Its sections are `section`, and what stands in them
is told as what it is. Names follow the Akoma Ntoso Naming Convention 1.0; the `wId` of a clause is
the permanent name that it keeps in later releases.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup

from publisher.markup.blocks import ItemNumbers, item_numbers
from publisher.markup.elements import NEWLINE, NOTHING, as_content, attribute, concatenated, element
from publisher.markup.html import UNSEEN
from publisher.releases.release import Release
from publisher.text.clauses import Alike, Clause, Container, Kind, Mark, Run

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
MEDIA_TYPE = "application/akn+xml"
NO_DATE = dt.date(1, 1, 1)
"""Stands for a day that nobody knows: the standard wants one, and its tools write this."""
NO_COUNTRY = "zz"
"""A private policy is the law of no country; the code that ISO 3166-1 leaves to its users."""

_CODES = """
ar:ara bg:bul bs:bos ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng es:spa
et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg he:heb hi:hin hr:hrv hu:hun
hy:hye id:ind is:isl it:ita ja:jpn ka:kat kk:kaz ko:kor lb:ltz lt:lit lv:lav
mk:mkd ms:msa mt:mlt nb:nob nl:nld nn:nno no:nor pl:pol pt:por ro:ron ru:rus
sk:slk sl:slv sq:sqi sr:srp sv:swe th:tha tr:tur uk:ukr ur:urd vi:vie zh:zho
"""
_LANGUAGES = dict(pair.split(":") for pair in _CODES.split())
"""ISO 639-1 codes and those of ISO 639-2/T, which the naming convention wants (§4.4)."""
_CODE = attribute("class", "code")
_KINDS = {
    Kind.CODE: _CODE,
    Kind.HTML: _CODE,
    Kind.RULE: attribute("class", "rule"),
    Kind.HEADING: attribute("class", "heading"),
}
"""What tells of a paragraph that it is none."""
_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no way to write (XML 1.0 §2.2)."""


def akoma_ntoso(
    release: Release, first: Release, organisation: str, address: str, names: Sequence[str] = ()
) -> bytes:
    """One version as a document of its own.

    Args:
        release: the version.
        first: the first release of its policy, whose day is that of the work.
        organisation: who publishes.
        address: the permanent address of the version.
        names: the permanent name of each clause of its text, in order; empty: not told.
    """
    facts = release.policy.facts
    work = f"/akn/{NO_COUNTRY}/doc/policy/{_actor(organisation)}/{_day(first)}/{release.policy.id}"
    expression = f"{work}/{language(facts.language)}@{release.number}"
    author = Markup('<FRBRauthor href="#publisher"/>\n')
    published = release.published.date() if release.published else None
    identification = Markup(
        "<FRBRWork>\n{}{}{}"
        '<FRBRcountry value="{}"/>\n<FRBRsubtype value="policy"/>\n'
        '<FRBRnumber value="{}"/>\n'
        '<FRBRname value="{}"/>\n</FRBRWork>\n'
        "<FRBRExpression>\n{}{}{}"
        '<FRBRversionNumber value="{}"/>\n'
        '<FRBRlanguage language="{}"/>\n</FRBRExpression>\n'
        "<FRBRManifestation>\n{}{}{}"
        '<FRBRformat value="{}"/>\n</FRBRManifestation>\n'
    ).format(
        _named(work, "title", facts.title),
        _date(_day(first), "first version"),
        author,
        NO_COUNTRY,
        _value(release.policy.id),
        _value(facts.title),
        _named(expression, "address", address),
        _date(_day(release), "first seen" if release.imported else "in force from"),
        author,
        release.number,
        language(facts.language),
        _named(expression, ending=".akn"),
        _date(published or _day(release), "published"),
        author,
        MEDIA_TYPE,
    )
    publication = NOTHING
    if published:
        publication = Markup('<publication date="{}" name="site" showAs="{}"/>\n').format(
            published, _value(address)
        )
    organisation_ = f"/ontology/organization/{NO_COUNTRY}/{_actor(organisation)}"
    kind = "singleVersion" if release.previous else "originalVersion"
    remark = NOTHING.join(
        Markup('<p class="remark">{}</p>\n').format(_text(line))
        for line in facts.remark.splitlines()
    )
    clauses = release.policy.document.clauses
    document = Markup(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<akomaNtoso xmlns="{}">\n<doc name="policy" contains="{}">\n<meta>\n'
        '<identification source="#publisher">\n{}</identification>\n{}'
        '<references source="#publisher">\n'
        '<TLCOrganization eId="publisher" href="{}" '
        'showAs="{}"/>\n</references>\n</meta>\n'
        "<preface>\n<p><docTitle>{}</docTitle></p>\n"
        "<p><docNumber>{}</docNumber></p>\n{}</preface>\n"
        "<mainBody>\n{}</mainBody>\n</doc>\n</akomaNtoso>\n"
    ).format(
        NAMESPACE,
        kind,
        identification,
        publication,
        _value(organisation_),
        _value(organisation),
        _text(facts.title),
        _text(release.version),
        remark,
        _Body(clauses, names).xml,
    )
    return document.encode()


def language(tag: str) -> str:
    """The three letters of a language (ISO 639-2/T); the tag itself where we do not know them."""
    return _LANGUAGES.get(tag.split("-")[0].lower(), tag)


def _named(uri: str, kind: str = "", alias: str = "", ending: str = "") -> Markup:
    also = (
        Markup('<FRBRalias value="{}" name="{}"/>\n').format(_value(alias), kind)
        if alias
        else NOTHING
    )
    return Markup('<FRBRthis value="{}/!main{}"/>\n<FRBRuri value="{}{}"/>\n{}').format(
        _value(uri), ending, _value(uri), ending, also
    )


def _date(day: dt.date, name: str) -> Markup:
    told = "unknown" if day == NO_DATE else name
    return Markup('<FRBRdate date="{}" name="{}"/>\n').format(day, told)


def _day(release: Release) -> dt.date:
    if release.begins:
        return release.begins
    if release.imported:
        return release.imported.seen.date()
    return release.published.date() if release.published else NO_DATE


def _actor(organisation: str) -> str:
    plain = unicodedata.normalize("NFKD", organisation).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return name if name[:1].isalpha() else f"org-{name}".strip("-")


# ── the text ─────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Section:
    """A heading and all that stands below it."""

    id: str
    heading: Clause | None = None
    number: int = 0
    """Of its heading among all clauses."""
    own: list[tuple[int, Clause]] = field(default_factory=list)
    """Its own clauses, each with its number."""
    inner: list[_Section] = field(default_factory=list)


class _Body:
    def __init__(self, clauses: Sequence[Clause], names: Sequence[str]) -> None:
        shown = [(n, clause) for n, clause in enumerate(clauses) if clause.kind not in UNSEEN]
        self.names = names
        self.numbers: ItemNumbers = item_numbers(clause for _, clause in shown)
        self.ids: set[str] = set()
        self.counted: dict[str, int] = {}
        root = self._nested(shown)
        # What stands above the first heading belongs to no section.
        self.xml = self._blocks(root.own, "") + NOTHING.join(map(self._section, root.inner))

    def _nested(self, shown: Sequence[tuple[int, Clause]]) -> _Section:
        root = _Section("")
        open_: list[_Section] = [root]
        for number, clause in shown:
            if clause.kind is not Kind.HEADING or clause.containers:
                open_[-1].own.append((number, clause))
                continue
            while (above := open_[-1].heading) and above.level >= clause.level:
                open_.pop()
            name = self._unique(f"sec_{clause.anchor or len(self.ids) + 1}")
            section = _Section(name, clause, number)
            open_[-1].inner.append(section)
            open_.append(section)
        return root

    def _unique(self, name: str) -> str:
        while name in self.ids:
            name += "_"
        self.ids.add(name)
        return name

    def _id(self, around: str, kind: str) -> str:
        """The attributes that name an element: by what it is in and its place there (§5)."""
        key = f"{around}__{kind}" if around else kind
        self.counted[key] = self.counted.get(key, 0) + 1
        return self._unique(f"{key}_{self.counted[key]}")

    def _attributes(self, around: str, kind: str, number: int) -> Markup:
        name = self.names[number] if number < len(self.names) else ""
        lasting = attribute("wId", _value(name)) if name else NOTHING
        return concatenated((attribute("eId", _value(self._id(around, kind))), lasting))

    def _section(self, section: _Section) -> Markup:
        assert section.heading is not None
        blocks = self._blocks(section.own, section.id)
        inner = NOTHING.join(map(self._section, section.inner))
        if inner:
            intro = Markup('<intro eId="{}__intro">\n{}</intro>\n').format(
                _value(section.id), blocks
            )
            body = (intro if blocks else NOTHING) + inner
        else:
            body = Markup('<content eId="{}__content">\n{}</content>\n').format(
                _value(section.id), blocks
            )
        heading = NOTHING.join(_cells(section.heading))
        return Markup('<section eId="{}">\n<heading>{}</heading>\n{}</section>\n').format(
            _value(section.id), heading, body
        )

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _blocks(self, clauses: Sequence[tuple[int, Clause]], around: str, depth: int = 0) -> Markup:
        """Clauses as blocks, those that stand in one container inside one element."""
        parts = []
        for container, group in _grouped(clauses, depth):
            if container is None:
                parts += [self._block(number, clause, around) for number, clause in group]
            elif container.kind == "table":
                parts.append(self._table(group, around))
            elif container.kind == "quote":
                name = self._id(around, "blockContainer")
                inside = self._blocks(group, name, depth + 1)
                parts.append(
                    Markup(
                        '<blockContainer eId="{}" class="quotation">\n{}</blockContainer>\n'
                    ).format(_value(name), inside)
                )
            else:
                parts.append(self._list(container, group, around, depth))
        return concatenated(parts)

    def _list(
        self,
        container: Container,
        clauses: Sequence[tuple[int, Clause]],
        around: str,
        depth: int,
    ) -> Markup:
        name = self._id(around, "list")
        items = []
        for item, group in _grouped(clauses, depth + 1):
            own = self._id(name, "item")
            num = NOTHING
            if item and container.kind == "ordered":
                num = Markup("<num>{}.</num>\n").format(
                    self.numbers.get((group[0][1].file, item.number), 1)
                )
            inside = self._blocks(group, own, depth + 2)
            items += [
                element(
                    "item", concatenated((NEWLINE, num, inside)), attribute("eId", _value(own))
                ),
                NEWLINE,
            ]
        return Markup('<blockList eId="{}">\n{}</blockList>\n').format(
            _value(name), concatenated(items)
        )

    def _table(self, rows: Sequence[tuple[int, Clause]], around: str) -> Markup:
        name = self._id(around, "table")
        written = []
        for number, row in rows:
            tag = "th" if row.head else "td"
            cells = concatenated([element(tag, element("p", cell)) for cell in _cells(row)])
            written += [element("tr", cells, self._attributes(name, "tr", number)), NEWLINE]
        return Markup('<table eId="{}">\n{}</table>\n').format(_value(name), concatenated(written))

    def _block(self, number: int, clause: Clause, around: str) -> Markup:
        kind = _KINDS.get(clause.kind, NOTHING)
        attributes = concatenated((self._attributes(around, "p", number), kind))
        return concatenated((element("p", concatenated(_cells(clause)), attributes), NEWLINE))


def _grouped(
    clauses: Sequence[tuple[int, Clause]], depth: int
) -> Iterator[tuple[Container | None, list[tuple[int, Clause]]]]:
    def place(one: tuple[int, Clause]) -> tuple[str, Container | None]:
        _, clause = one
        inside = len(clause.containers) > depth
        return clause.file, clause.containers[depth] if inside else None

    for (_, container), group in groupby(clauses, key=place):
        yield container, list(group)


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _cells(clause: Clause) -> tuple[Markup, ...]:
    return _written(Alike(clause.key, clause))


@lru_cache(maxsize=4096)
def _written(alike: Alike) -> tuple[Markup, ...]:
    """The words of each cell; from version to version, most clauses stay what they are."""
    return tuple(map(_inline, alike.clause.cells))


def _inline(runs: Sequence[Run]) -> Markup:
    parts = []
    for link, group in groupby(runs, key=_link):
        words = concatenated(map(_formatted, group))
        if link is None:
            parts.append(words)
        elif link.startswith("#"):
            parts.append(element("ref", words, attribute("href", f"#sec_{_value(link[1:])}")))
        else:
            parts.append(element("a", words, attribute("href", _value(link))))
    return concatenated(parts)


_TAGS = {"strong": "b", "em": "i", "code": "span"}


def _link(run: Run) -> str | None:
    return next((mark.value for mark in run.marks if mark.kind == "link"), None)


def _formatted(run: Run) -> Markup:
    picture: Mark | None = next((mark for mark in run.marks if mark.kind == "image"), None)
    if picture:
        words = Markup('<img src="{}" alt="{}"/>').format(_value(picture.value), _value(run.text))
    else:
        words = _text(run.text).replace("\n", Markup("<eol/>"))
    for mark in reversed(run.marks):
        if tag := _TAGS.get(mark.kind):
            words = element(tag, words, _CODE if tag == "span" else NOTHING)
    return words


def _text(words: str) -> Markup:
    return as_content(_value(words))


def _value(words: str) -> str:
    """Words without what XML cannot hold, still to be escaped."""
    return _REFUSED.sub("", words)
