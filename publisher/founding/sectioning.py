"""One text cut into the sections of a policy: each with a heading of the second level or below,
and an anchor.

No word is changed, added or left out, but for two: the heading of the whole becomes the title, and
what stands before the first heading of a section gets the title as its heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from publisher.policies.anchoring import anchor_for, anchored, own_anchors
from publisher.policies.inner_links import InnerLinks
from publisher.text.clauses import Clause, Kind
from publisher.text.parsing import parse, split_anchor
from publisher.text.writing import settled, written

INTRODUCTION = "introduction"
"""The anchor of what stands before the first heading."""
_LOWEST = 6


@dataclass(frozen=True)
class SectionedText:
    """A text in section files."""

    title: str
    """The heading of the whole; empty: it has none."""
    files: Mapping[str, str]
    """Markdown of each section by the name of its file, in order."""
    outline: tuple[int, ...] = field(default=())
    """The level of each heading, in order."""


def sectioned(text: str, title: str = "") -> SectionedText:
    """Cuts a text into sections.

    Args:
        text: Markdown with Unix line ends.
        title: what the policy is called; empty: as the heading of the whole says.
    """
    clauses = [c for c in parse(text) if c.kind is not Kind.FRONT_MATTER]
    heading = _of_the_whole(clauses)
    found = heading.text if heading else ""
    body = [clause for clause in clauses if clause is not heading]
    read = parse("".join(_levelled(body, title or found)))
    headings = _headings(read)
    anchors = _anchors(headings)
    own = own_anchors({n: c.anchor for n, c in enumerate(headings)})
    made = anchored(read, anchors, set(own.values()))
    links = InnerLinks([(c.text, anchor) for c, anchor in zip(headings, anchors, strict=True)])
    files = {name: _relinked(text, links) for name, text in made.files.items()}
    return SectionedText(found, files, tuple(c.level for c in headings))


def anchored_alike(text: str, like: SectionedText) -> SectionedText | None:
    """A translation, cut where the text is cut that it translates, under the same anchors.

    Args:
        text: Markdown with Unix line ends.
        like: the text that it translates.

    Returns:
        None: its headings are not as many, or of other levels.
    """
    own = sectioned(text)
    if own.outline != like.outline or len(own.files) != len(like.files):
        return None
    theirs = _headings(parse("".join(like.files.values())))
    anchors = iter([heading.anchor for heading in theirs])
    files = {}
    for name, part in zip(like.files, own.files.values(), strict=True):
        files[name] = "".join(_renamed(parse(part), anchors))
    return SectionedText(own.title, files, own.outline)


def _renamed(clauses: Sequence[Clause], anchors: Iterator[str]) -> Iterator[str]:
    """The lines of a text whose headings get other anchors."""
    for clause in clauses:
        if clause.kind is Kind.HEADING:
            first, end, rest = clause.raw.partition("\n")
            yield f"{split_anchor(first)[0]} {{#{next(anchors)}}}{end}{rest}"
        else:
            yield clause.raw


def _headings(clauses: Sequence[Clause]) -> list[Clause]:
    return [clause for clause in clauses if clause.kind is Kind.HEADING]


def _of_the_whole(clauses: Sequence[Clause]) -> Clause | None:
    """The heading above everything: the first one, if no other has its level or a higher one, and
    no more than a letterhead stands before it.
    """
    headings = _headings(clauses)
    if not headings or headings[0].containers:
        return None
    first, rest = headings[0], headings[1:]
    before = clauses[: clauses.index(first)]
    alone = rest and all(each.level > first.level for each in rest)
    return first if alone and sum(c.words for c in before) <= _LETTERHEAD else None


def _levelled(clauses: Sequence[Clause], title: str) -> Iterator[str]:
    """The text with its highest headings on the second level, and no level left out."""
    headings = _headings(clauses)
    own = own_anchors({n: c.anchor for n, c in enumerate(headings)})
    kept = {id(headings[n]) for n in own}
    first = next((c for c in clauses if c.kind is not Kind.BLANK), None)
    if first is not None and first.kind is not Kind.HEADING:
        anchor = anchor_for(INTRODUCTION, set(own.values()))
        yield f"## {settled(written(title))} {{#{anchor}}}\n\n" if title else ""
    highest = min((c.level for c in headings if not c.containers), default=2)
    before = 1
    for clause in clauses:
        if clause.kind is not Kind.HEADING or clause.containers:
            yield clause.raw
            continue
        level = max(2, min(clause.level - highest + 2, before + 1, _LOWEST))
        before = level
        raw = _at_level(clause.raw, level)
        if clause.anchor and id(clause) not in kept:
            # Nothing that is written there can be an anchor here, and it is no word.
            line, end, rest = raw.lstrip("\n").partition("\n")
            raw = f"{split_anchor(line)[0]}{end}{rest}"
        yield raw


_LETTERHEAD = 20
"""Words that may stand before the heading of the whole."""
_INSIDE_LINK = re.compile(r"\]\(#([^\s()<>]+)\)")
_BREAK = re.compile(r"(?<!\\)(?=(?:\\\\)*\\$)\\")
"""A hard line break at the end of a line: a backslash that no other one escapes."""
_CLOSING = re.compile("(?<=[ \t])#(?=#*$)")
_ATX = re.compile(r" {0,3}#{1,6}(?=[ \t]|$)")


def _at_level(raw: str, level: int) -> str:
    """A heading as one line with so many signs before it (CommonMark §4.2, §4.3)."""
    before = raw[: len(raw) - len(raw.lstrip("\n"))]
    signs = f"{before}{'#' * level}"
    after = raw[len(raw.rstrip("\n")) :] or "\n"
    lines = raw.strip("\n").split("\n")
    if found := _ATX.match(lines[0]):
        return f"{signs}{lines[0][found.end() :]}" + "".join(f"\n{x}" for x in lines[1:]) + after
    # Underlined: the last line is no word, and a sign at the end would close a heading of one line.
    *broken, last = lines[:-1]
    words = " ".join([*(_BREAK.sub("", line).strip() for line in broken), last.strip()])
    return f"{signs} {_CLOSING.sub(chr(92) + '#', words)}{after}"


def _relinked(text: str, links: InnerLinks) -> str:
    """A text whose links inside it lead to our anchors; one that leads nowhere stays as it is."""
    return _INSIDE_LINK.sub(lambda found: f"](#{links.anchor(found[1])})", text)


def _anchors(headings: Sequence[Clause]) -> list[str]:
    """The anchor of each heading: its own, else one made from its words."""
    own = own_anchors({n: c.anchor for n, c in enumerate(headings)})
    taken = set(own.values())
    found = []
    for number, heading in enumerate(headings):
        anchor = own.get(number) or anchor_for(heading.text, taken)
        taken.add(anchor)
        found.append(anchor)
    return found
