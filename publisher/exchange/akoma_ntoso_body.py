"""The text of a release in Akoma Ntoso 3.0: sections, lists, tables, paragraphs and their words.

Elements are named by the Akoma Ntoso Naming Convention 1.0 (§5): an `eId` says what an element is
in and its place there; a `wId` is the permanent name that a clause keeps in later releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup

from publisher.markup.blocks import ItemNumbers, item_numbers
from publisher.markup.elements import NEWLINE, NOTHING, as_content, attribute, concatenated, element
from publisher.text.clauses import UNSEEN, Alike, Clause, Container, Kind, Mark, Run

_CODE = attribute("class", "code")
_KINDS = {
    Kind.CODE: _CODE,
    Kind.HTML: _CODE,
    Kind.RULE: attribute("class", "rule"),
    Kind.HEADING: attribute("class", "heading"),
}
"""The class of an element `p` that holds something else than a paragraph."""
_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot write (XML 1.0 §2.2)."""


def body_xml(clauses: Sequence[Clause], names: Sequence[str]) -> Markup:
    """The content of `mainBody`.

    Args:
        clauses: of the text, in order.
        names: the permanent name of each clause; empty: no element gets a `wId`.
    """
    return _Body(clauses, names).xml


@dataclass
class _Section:
    """A heading and everything below it."""

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
        # The text above the first heading belongs to no section.
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
        lasting = attribute("wId", xml_value(name)) if name else NOTHING
        return concatenated((attribute("eId", xml_value(self._id(around, kind))), lasting))

    def _section(self, section: _Section) -> Markup:
        assert section.heading is not None
        blocks = self._blocks(section.own, section.id)
        inner = NOTHING.join(map(self._section, section.inner))
        if inner:
            intro = Markup('<intro eId="{}__intro">\n{}</intro>\n').format(
                xml_value(section.id), blocks
            )
            body = (intro if blocks else NOTHING) + inner
        else:
            body = Markup('<content eId="{}__content">\n{}</content>\n').format(
                xml_value(section.id), blocks
            )
        heading = NOTHING.join(_cells(section.heading))
        return Markup('<section eId="{}">\n<heading>{}</heading>\n{}</section>\n').format(
            xml_value(section.id), heading, body
        )

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _blocks(self, clauses: Sequence[tuple[int, Clause]], around: str, depth: int = 0) -> Markup:
        """Clauses as blocks; those in one container share an element."""
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
                    ).format(xml_value(name), inside)
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
                    "item", concatenated((NEWLINE, num, inside)), attribute("eId", xml_value(own))
                ),
                NEWLINE,
            ]
        return Markup('<blockList eId="{}">\n{}</blockList>\n').format(
            xml_value(name), concatenated(items)
        )

    def _table(self, rows: Sequence[tuple[int, Clause]], around: str) -> Markup:
        name = self._id(around, "table")
        written = []
        for number, row in rows:
            tag = "th" if row.head else "td"
            cells = concatenated([element(tag, element("p", cell)) for cell in _cells(row)])
            written += [element("tr", cells, self._attributes(name, "tr", number)), NEWLINE]
        return Markup('<table eId="{}">\n{}</table>\n').format(
            xml_value(name), concatenated(written)
        )

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
    """The words of each cell; kept, since most clauses do not change from version to version."""
    return tuple(map(_inline, alike.clause.cells))


def _inline(runs: Sequence[Run]) -> Markup:
    parts = []
    for link, group in groupby(runs, key=_link):
        words = concatenated(map(_formatted, group))
        if link is None:
            parts.append(words)
        elif link.startswith("#"):
            parts.append(element("ref", words, attribute("href", f"#sec_{xml_value(link[1:])}")))
        else:
            parts.append(element("a", words, attribute("href", xml_value(link))))
    return concatenated(parts)


_TAGS = {"strong": "b", "em": "i", "code": "span"}


def _link(run: Run) -> str | None:
    return next((mark.value for mark in run.marks if mark.kind == "link"), None)


def _formatted(run: Run) -> Markup:
    picture: Mark | None = next((mark for mark in run.marks if mark.kind == "image"), None)
    if picture:
        words = Markup('<img src="{}" alt="{}"/>').format(
            xml_value(picture.value), xml_value(run.text)
        )
    else:
        words = xml_text(run.text).replace("\n", Markup("<eol/>"))
    for mark in reversed(run.marks):
        if tag := _TAGS.get(mark.kind):
            words = element(tag, words, _CODE if tag == "span" else NOTHING)
    return words


def xml_text(words: str) -> Markup:
    """Words as the content of an element."""
    return as_content(xml_value(words))


def xml_value(words: str) -> str:
    """Words without characters that XML cannot hold (XML 1.0 §2.2), still to be escaped."""
    return _REFUSED.sub("", words)
