"""Section lineage: which section is which through all versions of a text that had no anchors.

A section gets its anchor once and keeps it, however it is renamed, moved, split or merged. The
anchor of a removed section is never given to another one; a section that comes back gets its own
again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

from publisher.compare.amendment import Amendment, amend
from publisher.compare.change import ChangeKind
from publisher.compare.likeness import likeness
from publisher.compare.sections import SAME_TEXT
from publisher.policies.anchoring import Anchored, anchor_for, anchored, own_anchors
from publisher.text.clauses import Document, Kind, Section
from publisher.text.parsing import parse
from publisher.text.segmentation import words_in


class Lineage:
    """The sections of a text, followed from its first version to its last."""

    def __init__(self) -> None:
        self.retired: dict[str, str] = {}
        """Anchors of removed sections, each with the anchor that took its place, or empty."""
        self.carried = 0
        """How often a section was recognised in the next version."""
        self._document = Document(())
        self._anchors: tuple[str, ...] = ()
        """Of each section of the last version; empty for text before the first heading."""
        self._last: dict[str, Section] = {}
        """Every anchor ever given, and the section as it last was."""
        self._known: dict[bytes, tuple[str, ...]] = {}
        """The anchors of every version so far, by its digest: the same text gets the same ones."""

    def follow(self, text: str) -> Anchored:
        """The next version of the text, with its anchors.

        Args:
            text: Markdown with Unix line ends.
        """
        document = Document(parse(text))
        sections = document.sections
        kept = own_anchors({place: s.anchor for place, s in enumerate(sections) if s.heading})
        amendment = amend(self._document, document)
        became = _pairs(amendment)
        anchors = self._known.get(_digest(text)) or self._named(sections, kept, became)
        self.carried += sum(anchors[j] == self._anchors[i] != "" for i, j in became.items())
        self._retire(anchors, became, amendment)
        self._stand(text, document, anchors)
        found = anchored(document.clauses, [a for a in anchors if a], set(kept.values()))
        assert found.source == text
        return found

    def resume(self, past: Anchored, retired: Mapping[str, str]) -> None:
        """Goes on from a version that was followed earlier.

        Args:
            past: the version.
            retired: the anchors that were retired by then.
        """
        headings = [
            clause.anchor
            for name, text in past.files.items()
            for clause in parse(text, name)
            if clause.kind is Kind.HEADING
        ]
        document = Document(parse(past.source))
        names = iter(headings)
        anchors = tuple(next(names) if s.heading else "" for s in document.sections)
        self.retired = dict(retired)
        self._stand(past.source, document, anchors)

    def _stand(self, text: str, document: Document, anchors: tuple[str, ...]) -> None:
        self._document, self._anchors = document, anchors
        self._known[_digest(text)] = anchors
        self._last |= {a: s for a, s in zip(anchors, document.sections, strict=True) if a}

    def _named(
        self, sections: Sequence[Section], kept: Mapping[int, str], became: Mapping[int, int]
    ) -> tuple[str, ...]:
        """The anchor of each section: its own, else the one it had, else a new one."""
        found = dict(kept)
        taken = set(kept.values())
        before = {j: self._anchors[i] for i, j in became.items()}

        def give(place: int, anchor: str) -> None:
            if place not in found and anchor and anchor not in taken:
                found[place] = anchor
                taken.add(anchor)

        headed = [place for place, section in enumerate(sections) if section.heading]
        for place in headed:
            give(place, before.get(place, ""))
        for place in headed:
            if place not in found:
                give(place, self._again(sections[place], taken))
        for place in headed:
            title = sections[place].title
            give(place, anchor_for(title, {*self._last, *taken}))
        return tuple(found.get(place, "") for place in range(len(sections)))

    def _again(self, section: Section, taken: set[str]) -> str:
        """The anchor that a section had before it was removed; empty if it is new."""
        body = _words(section)
        best, found = SAME_TEXT, ""
        for anchor in self.retired:
            past = self._last.get(anchor)
            if past is None or anchor in taken or _name(past) != _name(section):
                continue
            other = _words(past)
            like = likeness(body, other, within=False) if body or other else 1.0
            if like >= best:
                best, found = like, anchor
        return found

    def _retire(
        self, anchors: Sequence[str], became: Mapping[int, int], amendment: Amendment
    ) -> None:
        into = {i: anchors[j] for i, j in _merged(amendment)}
        into |= {i: anchors[j] for i, j in became.items()}
        here = set(anchors)
        gone = {
            anchor: into.get(place, "")
            for place, anchor in enumerate(self._anchors)
            if anchor and anchor not in here
        }
        retired = {a: to for a, to in (self.retired | gone).items() if a not in here}

        def stands(place: str) -> str:
            while place and place not in here:
                place = retired.get(place, "")
            return place

        self.retired = {anchor: stands(to) for anchor, to in retired.items()}


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _name(section: Section) -> str:
    """The words of a heading, without its number."""
    return re.sub(r"[\W\d_]+", " ", section.title.casefold()).strip()


def _words(section: Section) -> list[str]:
    return [word for clause in section.body for word in words_in(clause.text)]


def _merged(amendment: Amendment) -> Iterator[tuple[int, int]]:
    for change in amendment.changes:
        if change.kind in (ChangeKind.MERGED, ChangeKind.LEFT_WITHOUT_A_HEADING):
            yield change.old_sections[0], change.new_sections[0]


def _pairs(amendment: Amendment) -> dict[int, int]:
    """Which section became which, by their places."""
    places = list(zip(amendment.operations, amendment.sections, strict=True))
    left = {op.move: i for op, (i, _) in places if op.move and op.old}
    found: dict[int, int] = {}
    for op, (i, j) in places:
        if op.new and op.new.kind is Kind.HEADING:
            if op.move:
                found[left[op.move]] = j
            elif op.old and op.old.kind is Kind.HEADING:
                found[i] = j
    told: tuple[set[int], set[int]] = (set(), set())
    for change in amendment.changes:
        if change.kind is ChangeKind.GIVEN_A_HEADING:
            told[1].update(change.new_sections)
            continue
        gone = change.kind in (ChangeKind.MERGED, ChangeKind.LEFT_WITHOUT_A_HEADING)
        if not gone and change.old_sections and change.new_sections:
            found.setdefault(change.old_sections[0], change.new_sections[0])
        told[0].update(change.old_sections)
        if not gone:
            told[1].update(change.new_sections)
    # Of several sections of one name, an unchanged one may be part of no change.
    free = [
        (j, section.title)
        for j, section in enumerate(amendment.new.sections)
        if j not in told[1] and j not in found.values()
    ]
    for i, section in enumerate(amendment.old.sections):
        if i not in told[0] and i not in found:
            same = next((each for each in free if each[1] == section.title), None)
            if same is not None:
                free.remove(same)
                found[i] = same[0]
    return found
