"""Naming: a permanent name for each clause, which it keeps through all later releases.

A clause is named after the section in which it first stood, `retention.3`, and keeps that name
however it is amended or moved. Of a clause that was split the first part keeps the name; of those
that were merged the first name goes on. A name is never given to another clause: only a text that
was gone and comes back word for word, under the same section, gets its own again.

The names of a release follow from those of the release before it and from what changed between
the two, and from nothing else: so each release costs the same, and no later one alters them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from publisher.compare.amendment import Amendment, name_of
from publisher.text.clauses import Clause, Document, Kind

DIGEST = 16
"""So many hexadecimal digits tell the texts of clauses that are gone from one another."""
_NAMELESS = (Kind.HEADING, Kind.BLANK, Kind.FRONT_MATTER)
"""A heading has its anchor; the others no reader sees."""


class Retired(NamedTuple):
    """What is known of a clause that is gone."""

    section: str
    """What its last section was called; see `name_of`."""
    digest: str
    """Of its text and how it was set."""
    into: str = ""
    """The name of the clause that it was merged into; empty: of none."""


@dataclass(frozen=True)
class Naming:
    """The names of the clauses of one release, and what is known of those before it."""

    names: tuple[str, ...]
    """Of each clause of the text, in order; empty for headings and for what no reader sees."""
    retired: Mapping[str, Retired]
    """By name: the clauses that are gone."""
    given: Mapping[str, int]
    """By section: the last number that a name was made with."""

    def stands(self, name: str) -> str:
        """The name under which the words of a clause go on in this release; empty: they do not.

        Args:
            name: one that was given in this release or before.
        """
        seen: set[str] = set()
        while name in self.retired and name not in seen:
            seen.add(name)
            name = self.retired[name].into
        return name if name in self.names else ""


def as_json(naming: Naming) -> str:
    """Names as a text that `from_json` reads."""
    value = {"names": naming.names, "retired": naming.retired, "given": naming.given}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Naming:
    """The names that `as_json` wrote."""
    value = json.loads(text)
    retired = {name: Retired(*facts) for name, facts in value["retired"].items()}
    return Naming(tuple(value["names"]), retired, value["given"])


def first(document: Document) -> Naming:
    """The names in the first release."""
    return _named(document, [""] * len(document.clauses), {}, {})


def follow(before: Naming, amendment: Amendment) -> Naming:
    """The names in the next release.

    Args:
        before: those of the release before it.
        amendment: what leads from that release to this one.
    """
    old, new = amendment.old, amendment.new
    if len(before.names) != len(old.clauses):
        raise ValueError("these are not the names of the text that the amendment starts from")
    found, merged = _carried(before.names, amendment)
    here = set(found)
    sections = _sections(old)
    retired = dict(before.retired)
    for place, name in enumerate(before.names):
        if name and name not in here:
            into = found[merged[place]] if place in merged else ""
            retired[name] = Retired(sections[place], _digest(old.clauses[place]), into)
    return _named(new, found, retired, before.given)


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
            # Where a sentence only went from one paragraph to the next, both keep their names.
            give(x, y)
            if op.old:
                merged[x] = y
    for move, place in reached.items():
        give(left[move], place)
    return found, merged


def _named(
    document: Document, found: list[str], retired: dict[str, Retired], given: Mapping[str, int]
) -> Naming:
    """Gives a name to each clause that has none: its own of an earlier time, or a new one."""
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
    return Naming(tuple(found), retired, last)


def _sections(document: Document) -> list[str]:
    """Of each clause: what its section is called."""
    names = [name_of(section.anchor, section.title) for section in document.sections]
    return [names[place] for place in document.section_of]


def _digest(clause: Clause) -> str:
    return hashlib.sha256(clause.key.encode()).hexdigest()[:DIGEST]
