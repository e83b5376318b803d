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
from html import escape
from itertools import groupby

from publisher.markup.blocks import Numbers, numbers
from publisher.markup.html import HIDDEN
from publisher.policies.release import Release
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
    author = '<FRBRauthor href="#publisher"/>\n'
    published = release.published.date() if release.published else None
    identification = (
        f"<FRBRWork>\n{_named(work, 'title', facts.title)}"
        f"{_date(_day(first), 'first version')}{author}"
        f'<FRBRcountry value="{NO_COUNTRY}"/>\n<FRBRsubtype value="policy"/>\n'
        f'<FRBRnumber value="{_value(release.policy.id)}"/>\n'
        f'<FRBRname value="{_value(facts.title)}"/>\n</FRBRWork>\n'
        f"<FRBRExpression>\n{_named(expression, 'address', address)}"
        f"{_date(_day(release), 'first seen' if release.imported else 'in force from')}{author}"
        f'<FRBRversionNumber value="{release.number}"/>\n'
        f'<FRBRlanguage language="{language(facts.language)}"/>\n</FRBRExpression>\n'
        f"<FRBRManifestation>\n{_named(expression, ending='.akn')}"
        f"{_date(published or _day(release), 'published')}{author}"
        f'<FRBRformat value="{MEDIA_TYPE}"/>\n</FRBRManifestation>\n'
    )
    publication = ""
    if published:
        publication = f'<publication date="{published}" name="site" showAs="{_value(address)}"/>\n'
    organisation_ = f"/ontology/organization/{NO_COUNTRY}/{_actor(organisation)}"
    kind = "singleVersion" if release.previous else "originalVersion"
    remark = "".join(f'<p class="remark">{_text(line)}</p>\n' for line in facts.remark.splitlines())
    clauses = release.policy.document.clauses
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<akomaNtoso xmlns="{NAMESPACE}">\n<doc name="policy" contains="{kind}">\n<meta>\n'
        f'<identification source="#publisher">\n{identification}</identification>\n{publication}'
        '<references source="#publisher">\n'
        f'<TLCOrganization eId="publisher" href="{_value(organisation_)}" '
        f'showAs="{_value(organisation)}"/>\n</references>\n</meta>\n'
        f"<preface>\n<p><docTitle>{_text(facts.title)}</docTitle></p>\n"
        f"<p><docNumber>{_text(release.version)}</docNumber></p>\n{remark}</preface>\n"
        f"<mainBody>\n{_Body(clauses, names).xml}</mainBody>\n</doc>\n</akomaNtoso>\n"
    ).encode()


def language(tag: str) -> str:
    """The three letters of a language (ISO 639-2/T); the tag itself where we do not know them."""
    return _LANGUAGES.get(tag.split("-")[0].lower(), tag)


def _named(uri: str, kind: str = "", alias: str = "", ending: str = "") -> str:
    also = f'<FRBRalias value="{_value(alias)}" name="{kind}"/>\n' if alias else ""
    return (
        f'<FRBRthis value="{_value(uri)}/!main{ending}"/>\n'
        f'<FRBRuri value="{_value(uri)}{ending}"/>\n{also}'
    )


def _date(day: dt.date, name: str) -> str:
    told = "unknown" if day == NO_DATE else name
    return f'<FRBRdate date="{day}" name="{told}"/>\n'


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
        shown = [(n, clause) for n, clause in enumerate(clauses) if clause.kind not in HIDDEN]
        self.names = names
        self.numbers: Numbers = numbers(clause for _, clause in shown)
        self.ids: set[str] = set()
        self.counted: dict[str, int] = {}
        root = self._nested(shown)
        # What stands above the first heading belongs to no section.
        self.xml = self._blocks(root.own, "") + "".join(map(self._section, root.inner))

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

    def _attributes(self, around: str, kind: str, number: int) -> str:
        name = self.names[number] if number < len(self.names) else ""
        lasting = f' wId="{_value(name)}"' if name else ""
        return f' eId="{_value(self._id(around, kind))}"{lasting}'

    def _section(self, section: _Section) -> str:
        assert section.heading is not None
        blocks = self._blocks(section.own, section.id)
        inner = "".join(map(self._section, section.inner))
        if inner:
            intro = f'<intro eId="{_value(section.id)}__intro">\n{blocks}</intro>\n'
            body = (intro if blocks else "") + inner
        else:
            body = f'<content eId="{_value(section.id)}__content">\n{blocks}</content>\n'
        heading = "".join(_cells(section.heading))
        return (
            f'<section eId="{_value(section.id)}">\n<heading>{heading}</heading>\n'
            f"{body}</section>\n"
        )

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _blocks(self, clauses: Sequence[tuple[int, Clause]], around: str, depth: int = 0) -> str:
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
                    f'<blockContainer eId="{_value(name)}" class="quotation">\n{inside}'
                    "</blockContainer>\n"
                )
            else:
                parts.append(self._list(container, group, around, depth))
        return "".join(parts)

    def _list(
        self,
        container: Container,
        clauses: Sequence[tuple[int, Clause]],
        around: str,
        depth: int,
    ) -> str:
        name = self._id(around, "list")
        items = []
        for item, group in _grouped(clauses, depth + 1):
            own = self._id(name, "item")
            num = ""
            if item and container.kind == "ordered":
                num = f"<num>{self.numbers.get((group[0][1].file, item.number), 1)}.</num>\n"
            inside = self._blocks(group, own, depth + 2)
            items.append(f'<item eId="{_value(own)}">\n{num}{inside}</item>\n')
        return f'<blockList eId="{_value(name)}">\n{"".join(items)}</blockList>\n'

    def _table(self, rows: Sequence[tuple[int, Clause]], around: str) -> str:
        name = self._id(around, "table")
        written = []
        for number, row in rows:
            tag = "th" if row.head else "td"
            cells = "".join([f"<{tag}><p>{cell}</p></{tag}>" for cell in _cells(row)])
            written.append(f"<tr{self._attributes(name, 'tr', number)}>{cells}</tr>\n")
        return f'<table eId="{_value(name)}">\n{"".join(written)}</table>\n'

    def _block(self, number: int, clause: Clause, around: str) -> str:
        kind = {
            Kind.CODE: ' class="code"',
            Kind.HTML: ' class="code"',
            Kind.RULE: ' class="rule"',
            Kind.HEADING: ' class="heading"',
        }.get(clause.kind, "")
        words = "".join(_cells(clause))
        return f"<p{self._attributes(around, 'p', number)}{kind}>{words}</p>\n"


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


def _cells(clause: Clause) -> tuple[str, ...]:
    return _written(Alike(clause.key, clause))


@lru_cache(maxsize=4096)
def _written(alike: Alike) -> tuple[str, ...]:
    """The words of each cell; from version to version, most clauses stay what they are."""
    return tuple(map(_inline, alike.clause.cells))


def _inline(runs: Sequence[Run]) -> str:
    parts = []
    for link, group in groupby(runs, key=_link):
        words = "".join(map(_formatted, group))
        if link is None:
            parts.append(words)
        elif link.startswith("#"):
            parts.append(f'<ref href="#sec_{_value(link[1:])}">{words}</ref>')
        else:
            parts.append(f'<a href="{_value(link)}">{words}</a>')
    return "".join(parts)


_TAGS = {"strong": ("<b>", "</b>"), "em": ("<i>", "</i>")}
_TAGS["code"] = ('<span class="code">', "</span>")


def _link(run: Run) -> str | None:
    return next((mark.value for mark in run.marks if mark.kind == "link"), None)


def _formatted(run: Run) -> str:
    picture: Mark | None = next((mark for mark in run.marks if mark.kind == "image"), None)
    if picture:
        words = f'<img src="{_value(picture.value)}" alt="{_value(run.text)}"/>'
    else:
        words = _text(run.text).replace("\n", "<eol/>")
    for mark in reversed(run.marks):
        before, after = _TAGS.get(mark.kind, ("", ""))
        words = f"{before}{words}{after}"
    return words


def _text(words: str) -> str:
    return escape(_REFUSED.sub("", words), quote=False)


def _value(words: str) -> str:
    return escape(_REFUSED.sub("", words))
