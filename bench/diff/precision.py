"""How often a named change of structure is one: the comparison against amendments marked by hand.

    python bench/diff/precision.py CLONE... [--list]

A CLONE is a git clone of a source that `marked/*.toml` names; a text is found by its blob.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher.compare.amendment import Amendment, amend
from publisher.compare.change import ChangeKind
from publisher.text.clauses import Clause, Document, Kind
from publisher.text.parsing import parse

MARKED = Path(__file__).parent / "marked"
BEGINNING = 8
"""How many words name a paragraph in the marked set."""
_SECTIONS = {
    ChangeKind.RETITLED: "section retitled",
    ChangeKind.MOVED: "section moved",
    ChangeKind.MOVED_AND_AMENDED: "section moved",
    ChangeKind.SPLIT: "section split",
    ChangeKind.MERGED: "section merged",
}


@dataclass(frozen=True)
class Claim:
    """A change of structure that somebody says there is."""

    kind: str
    old: frozenset[str]
    """How the sections or paragraphs concerned begin in the old text."""
    new: frozenset[str]
    """How they begin in the new text; empty if nothing is said of that."""
    debatable: bool = False

    def agrees(self, mark: Claim) -> bool:
        """Whether this claim is the one that a reader marked."""
        if self.kind != mark.kind:
            return False
        sides = [(self.old, mark.old), (self.new, mark.new)]
        return all(
            any(a.startswith(b) or b.startswith(a) for a in ours for b in theirs)
            for ours, theirs in sides
            if ours and theirs
        )


def beginning(text: str) -> str:
    """What names a heading or a paragraph: its first words, without signs and case."""
    text = re.sub(r"<[^<>]*>|\|", " ", text)
    return " ".join(re.findall(r"\w+", text.casefold())[:BEGINNING])


def claims(amendment: Amendment) -> Iterator[Claim]:
    """What the comparison names."""
    for change in amendment.changes:
        if change.kind in _SECTIONS:
            now = [amendment.new.sections[k].title for k in change.new_sections]
            off = now[1:] if change.kind is ChangeKind.SPLIT else now
            yield _claim(_SECTIONS[change.kind], {change.was}, set(off))
    yield from _moved(amendment)
    yield from _joints(amendment)


def _claim(kind: str, old: set[str], new: set[str], debatable: bool = False) -> Claim:
    return Claim(kind, frozenset(map(beginning, old)), frozenset(map(beginning, new)), debatable)


def _moved(amendment: Amendment) -> Iterator[Claim]:
    """Paragraphs that moved by themselves, not with their section."""
    left = {op.move: op.old for op in amendment.operations if op.move and op.old}
    heading: dict[str, int] = {"old": 0, "new": 0}
    section: dict[int, dict[str, int]] = {}
    for op in amendment.operations:
        for side, clause in (("old", op.old), ("new", op.new)):
            if clause and clause.kind is Kind.HEADING:
                heading[side] = op.move
            if clause and op.move:
                section.setdefault(op.move, {})[side] = heading[side]
    for op in amendment.operations:
        if not op.move or not op.new or op.new.kind is Kind.HEADING:
            continue
        sides = section[op.move]
        if sides["old"] and sides["old"] == sides["new"]:
            continue
        old = left[op.move]
        assert old is not None
        yield _claim("paragraph moved", {old.text}, {op.new.text})


def _joints(amendment: Amendment) -> Iterator[Claim]:
    """Paragraphs that were split or merged."""
    old: Clause | None = None
    new: Clause | None = None
    split: dict[int, tuple[Clause, list[Clause]]] = {}
    merged: dict[int, tuple[Clause, list[Clause]]] = {}
    for op in amendment.operations:
        if op.move:
            continue
        if op.continued and op.new and old:
            split.setdefault(id(old), (old, []))[1].append(op.new)
        elif op.continued and op.old and new:
            merged.setdefault(id(new), (new, []))[1].append(op.old)
        old, new = op.old or old, op.new or new
    for whole, parts in split.values():
        yield _claim("paragraph split", {whole.text}, {part.text for part in parts})
    for whole, parts in merged.values():
        yield _claim("paragraph merged", {part.text for part in parts}, {whole.text})


def marks(amendment: dict[str, Any]) -> list[Claim]:
    """What the reader marked."""
    return [
        _claim(
            change["kind"],
            set(change["old"]),
            set(change["new"]),
            bool(change.get("debatable")),
        )
        for change in amendment.get("change", [])
    ]


def text_of(blob: str, clones: Sequence[Path]) -> str | None:
    """The text of a git blob, from the first clone that has it."""
    for clone in clones:
        command = ["git", "-C", str(clone), "cat-file", "blob", blob]
        found = subprocess.run(command, capture_output=True, check=False)
        if not found.returncode:
            return found.stdout.decode("utf-8")
    return None


def main() -> None:
    """Prints precision and recall by kind of change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clones", nargs="+", type=Path, metavar="CLONE")
    parser.add_argument("--list", action="store_true", help="name every disagreement")
    arguments = parser.parse_args()
    right, wrong, found, missed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    absent = read = 0
    for source in sorted(MARKED.glob("*.toml")):
        for amendment in tomllib.loads(source.read_text("utf-8"))["amendment"]:
            old, new = (text_of(amendment[f"{s}_blob"], arguments.clones) for s in ("old", "new"))
            if old is None or new is None:
                absent += 1
                continue
            read += 1
            known = marks(amendment)
            said = list(claims(amend(Document(parse(old)), Document(parse(new)))))
            name = f"{amendment['path']} {amendment['new'][:8]}"
            for claim in said:
                agreed = [mark for mark in known if claim.agrees(mark)]
                if any(not mark.debatable for mark in agreed):
                    right[claim.kind] += 1
                elif not agreed:
                    wrong[claim.kind] += 1
                    if arguments.list:
                        print(f"not so: {name}: {claim.kind}: {_shown(claim)}")
            for mark in known:
                if mark.debatable:
                    continue
                if any(claim.agrees(mark) for claim in said):
                    found[mark.kind] += 1
                else:
                    missed[mark.kind] += 1
                    if arguments.list:
                        print(f"missed: {name}: {mark.kind}: {_shown(mark)}")
    print(f"{read} amendments read, {absent} not in these clones\n")
    print("| change | named | of these right | marked | of these found |")
    print("| --- | --- | --- | --- | --- |")
    for kind in sorted({*right, *wrong, *found, *missed}, reverse=True):
        named, marked = right[kind] + wrong[kind], found[kind] + missed[kind]
        print(
            f"| {kind} | {named} | {_share(right[kind], named)} "
            f"| {marked} | {_share(found[kind], marked)} |"
        )


def _shown(claim: Claim) -> str:
    return f"{sorted(claim.old)} -> {sorted(claim.new)}"


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.0f} %)" if whole else "–"


if __name__ == "__main__":
    main()
