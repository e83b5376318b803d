"""Clause names: a permanent name for each clause, which it keeps through all later releases.

A clause is named after the section in which it first appeared, `retention.3`, and keeps that name
however it is amended or moved. If it is split, the first part keeps the name; if clauses are
merged, the name of the first one goes on. A name is never given to another clause: only a text
that was removed and comes back word for word, in the same section, gets its name again.

The names of a release depend only on those of the release before it and on what changed between
the two. So each release costs the same, and no later one alters them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from publisher.compare.amendment import Amendment
from publisher.compare.change import section_name
from publisher.compare.operations import Operation
from publisher.text.clauses import UNSEEN, Clause, Document, Kind, Section

DIGEST_LENGTH = 16
"""Hexadecimal digits of the digests that tell the texts of removed clauses apart."""
_NAMELESS = UNSEEN | {Kind.HEADING}
"""Clauses without a name: a heading has its anchor, the others no reader sees."""


class RetiredClause(NamedTuple):
    """What is known of a clause that was removed."""

    section: str
    """The name of its last section, as `section_name` gives it."""
    digest: str
    """Of its `Clause.key`: its text and how it was set."""
    into: str = ""
    """The name of the clause that it was merged into; empty if there is none."""


class ClauseCut(NamedTuple):
    """Where a clause was split, or where another was merged into it.

    For a text with one whole clause, it says which of its letters belong to the other clause.
    """

    whole: str
    """The name of the clause that keeps its name."""
    part: str
    """The name of the clause that was split off from it, or merged into it."""
    end: int
    """How many letters at the beginning of the whole are its own."""
    start: int
    """Where in the whole the letters of the other clause begin."""
    size: int
    """How many letters the whole has where this holds."""
    merged: bool = False


@dataclass(frozen=True)
class ClauseNames:
    """The names of the clauses of one release, and what is known of earlier ones."""

    names: tuple[str, ...]
    """The name of each clause, in order; empty for headings and for what no reader sees."""
    retired: Mapping[str, RetiredClause]
    """By name: the clauses that were removed."""
    given: Mapping[str, int]
    """By section: the last number used in a name."""
    cuts: tuple[ClauseCut, ...] = ()
    """The splits whose parts are still there, and the mergers whose result is unchanged since."""

    def name_now(self, name: str) -> str:
        """The name that the words of a clause now go by; empty if they are gone.

        Args:
            name: a name given in this release or an earlier one.
        """
        seen: set[str] = set()
        while name in self.retired and name not in seen:
            seen.add(name)
            name = self.retired[name].into
        return name if name in self.names else ""


def names_as_json(naming: ClauseNames) -> str:
    """Names as JSON, which `names_from_json` reads."""
    value = {
        "names": naming.names,
        "retired": naming.retired,
        "given": naming.given,
        "cuts": naming.cuts,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def names_from_json(text: str) -> ClauseNames:
    """The names that `names_as_json` wrote."""
    value = json.loads(text)
    retired = {name: RetiredClause(*facts) for name, facts in value["retired"].items()}
    cuts = tuple([ClauseCut(*facts) for facts in value["cuts"]])
    return ClauseNames(tuple(value["names"]), retired, value["given"], cuts)


def first_names(document: Document) -> ClauseNames:
    """The names in a first release."""
    return _named(document, [""] * len(document.clauses), {}, {})


def next_names(before: ClauseNames, amendment: Amendment) -> ClauseNames:
    """The names in the next release.

    Args:
        before: the names in the release before it.
        amendment: what leads from that release to this one.

    Raises:
        ValueError: the names are not those of the amendment's old text.
    """
    amendment = amendment.as_read
    old, new = amendment.old, amendment.new
    if len(before.names) != len(old.clauses):
        raise ValueError("these are not the names of the text that the amendment starts from")
    found, merged = _carried(before.names, amendment)
    gone = _gone(before.names, found, merged, old)
    after = _named(new, found, dict(before.retired), before.given)
    after = replace(after, retired={**after.retired, **gone})
    cuts = (*_standing(before, after, amendment), *_cuts(before.names, after.names, amendment))
    return replace(after, cuts=cuts)


def names_in_common(
    document: Document, original: Document, naming: ClauseNames, apart: Collection[str] = ()
) -> dict[int, str]:
    """The names that clauses of a translation have from the text that it translates: those of each
    section that has the same clauses, one for one.

    Args:
        document: the translation.
        original: the text.
        naming: the names of the text's clauses.
        apart: anchors of sections that translate another version of the text.

    Returns:
        By the place of the clause in the translation.
    """
    known = {section.anchor: section for section in original.sections if section.anchor}
    found: dict[int, str] = {}
    for section in document.sections:
        other = known.get(section.anchor)
        if other is None or section.anchor in apart or _kinds(section) != _kinds(other):
            continue
        places = (n for n, clause in enumerate(section.clauses) if clause.kind not in UNSEEN)
        names = naming.names[other.start : other.start + len(other.clauses)]
        shown = (
            name
            for name, clause in zip(names, other.clauses, strict=True)
            if clause.kind not in UNSEEN
        )
        found |= {section.start + n: name for n, name in zip(places, shown, strict=True) if name}
    return found


def _kinds(section: Section) -> list[tuple[Kind, str]]:
    return [(c.kind, c.shape) for c in section.clauses if c.kind not in UNSEEN]


def translated_names(
    document: Document,
    common: Mapping[int, str],
    given: Mapping[str, int],
    past: tuple[ClauseNames, Amendment] | None = None,
) -> ClauseNames:
    """The names in a translation: those that it has in common with its text, and else names of its
    own, which it keeps as the clauses of the text keep theirs.

    Args:
        document: the translation.
        common: as `names_in_common` gives them.
        given: the last number used in a name of the text, by section.
        past: the names in the translation before it, and what leads from that one to this one.
    """
    before, (found, merged) = None, ([""] * len(document.clauses), dict[int, int]())
    if past:
        before, amendment = past
        found, merged = _carried(before.names, amendment)
    taken = set(common.values())
    found = [common.get(n, "" if name in taken else name) for n, name in enumerate(found)]
    if before is None:
        return _named(document, found, {}, given)
    here, last = set(found), dict(before.given)
    for section, number in given.items():
        last[section] = max(number, last.get(section, 0))
    retired = {name: facts for name, facts in before.retired.items() if name not in here}
    gone = _gone(before.names, found, merged, amendment.old)
    after = _named(document, found, {**retired, **gone}, last)
    cuts = (*_standing(before, after, amendment), *_cuts(before.names, after.names, amendment))
    return replace(after, cuts=tuple(cut for cut in cuts if cut.whole in after.names))


def _gone(
    names: Sequence[str], found: Sequence[str], merged: Mapping[int, int], old: Document
) -> dict[str, RetiredClause]:
    """The clauses of a text that are not in the next one."""
    here, sections = set(found), _sections(old)
    return {
        name: RetiredClause(
            sections[place],
            _digest(old.clauses[place]),
            found[merged[place]] if place in merged else "",
        )
        for place, name in enumerate(names)
        if name and name not in here
    }


def _carried(names: Sequence[str], amendment: Amendment) -> tuple[list[str], dict[int, int]]:
    """The names that go on, and which old clause was merged into which new one, by place."""
    new = amendment.new.clauses
    found = [""] * len(new)
    merged: dict[int, int] = {}
    left: dict[int, int] = {}
    reached: dict[int, int] = {}
    given: set[int] = set()

    def give(old: int, to: int) -> None:
        if old not in given and not found[to] and new[to].kind not in _NAMELESS:
            found[to] = names[old]
            given.add(old)

    x = y = -1
    for op in amendment.operations:
        x, y = x + (op.old is not None), y + (op.new is not None)
        if op.move:
            (left if op.old else reached)[op.move] = x if op.old else y
        elif op.old and op.new:
            give(x, y)
        elif op.continued:
            # Where just a sentence went from one paragraph to the next, both keep their names.
            give(x, y)
            if op.old:
                merged[x] = y
    for move, place in reached.items():
        give(left[move], place)
    return found, merged


def _named(
    document: Document,
    found: list[str],
    retired: dict[str, RetiredClause],
    given: Mapping[str, int],
) -> ClauseNames:
    """Gives each clause without a name the one it had before it was removed, or a new one."""
    last = dict(given)
    again: dict[tuple[str, str], list[str]] = {}
    for name, (section, digest, _) in retired.items():
        again.setdefault((section, digest), []).append(name)
    sections = _sections(document)
    for place, clause in enumerate(document.clauses):
        if found[place] or clause.kind in _NAMELESS:
            continue
        section = sections[place]
        known = again.get((section, _digest(clause))) if again else None
        if known:
            found[place] = known.pop(0)
            del retired[found[place]]
        else:
            last[section] = last.get(section, 0) + 1
            found[place] = f"{section}.{last[section]}"
    return ClauseNames(tuple(found), retired, last)


def _sections(document: Document) -> list[str]:
    """The name of each clause's section."""
    names = [section_name(section.anchor, section.title) for section in document.sections]
    return [names[place] for place in document.section_of]


def _digest(clause: Clause) -> str:
    return hashlib.sha256(clause.key.encode()).hexdigest()[:DIGEST_LENGTH]


# ── cuts ─────────────────────────────────────────────────────────────────────────────────────────


def _standing(before: ClauseNames, after: ClauseNames, amendment: Amendment) -> Iterator[ClauseCut]:
    """The cuts known before that still hold."""
    if not before.cuts:
        return
    was, now = (
        {name: clause.key for name, clause in zip(naming.names, document.clauses, strict=True)}
        for naming, document in ((before, amendment.old), (after, amendment.new))
    )
    for cut in before.cuts:
        if was[cut.whole] == now.get(cut.whole, "") if cut.merged else cut.part in now:
            yield cut


def _cuts(before: Sequence[str], after: Sequence[str], amendment: Amendment) -> Iterator[ClauseCut]:
    """The cuts of this amendment: clauses that were split but not merged, and the reverse."""
    stretches: tuple[dict[int, list[tuple[int, str]]], ...] = ({}, {})
    x = y = -1
    for op in amendment.operations:
        x, y = x + (op.old is not None), y + (op.new is not None)
        if op.continued or (op.old and op.new and not op.move):
            texts = ("".join(parts) for parts in _sides(op))
            for side, place, other, text in zip(stretches, (x, y), (y, x), texts, strict=True):
                side.setdefault(place, []).append((other, text))
    olds, news = stretches
    for own, others, names, partners, document, merged in (
        (olds, news, before, after, amendment.old, False),
        (news, olds, after, before, amendment.new, True),
    ):
        for place, found in own.items():
            if len(found) > 1 and all(len(others[other]) == 1 for other, _ in found):
                text, parts = document.clauses[place].text, [partners[other] for other, _ in found]
                if parts[0] == names[place]:
                    yield from _cut(text, parts, [stretch for _, stretch in found], merged)


def _sides(op: Operation) -> Iterator[Iterator[str]]:
    """The old words of an operation, and its new ones."""
    cells = [span for cell in op.cells for span in cell]
    yield (span.old for span in cells)
    yield (span.new for span in cells)


def _cut(
    text: str, names: Sequence[str], parts: Sequence[str], merged: bool
) -> Iterator[ClauseCut]:
    """The cuts of one text into several, the last one first."""
    ends: list[tuple[int, int]] = []
    for part in parts:
        start = text.index(part, ends[-1][1] if ends else 0)
        ends.append((start, start + len(part)))
    size = len(text)
    for n in range(len(parts) - 1, 0, -1):
        yield ClauseCut(names[0], names[n], ends[n - 1][1], ends[n][0], size, merged)
        size = ends[n - 1][1]
