"""How often a named change of structure is one: the comparison against amendments marked by hand.

    python bench/diff/precision.py SOURCE... [--list]

A SOURCE is a git clone of a source that `marked/*.toml` names, or a folder with a folder for each
pair, as run.py takes it; a text is found by its blob.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from publisher.compare.amendment import Amendment, amend
from publisher.compare.change import ChangeKind
from publisher.compare.spans import SpanKind
from publisher.text.clauses import Clause, Document, Kind
from publisher.text.parsing import parse

MARKED = Path(__file__).parent / "marked"
BEGINNING = 8
"""How many words name a paragraph in the marked set."""
RATED = 10
"""From this many cases on a kind is rated; below, it is listed only."""
_SECTIONS = {
    ChangeKind.RETITLED: "section retitled",
    ChangeKind.MOVED: "section moved",
    ChangeKind.MOVED_AND_AMENDED: "section moved",
    ChangeKind.SPLIT: "section split",
    ChangeKind.MERGED: "section merged",
    ChangeKind.GIVEN_A_HEADING: "heading gained",
    ChangeKind.LEFT_WITHOUT_A_HEADING: "heading lost",
}
_MARKED_AS = {"heading gained": "section split", "heading lost": "section merged"}
"""What a reader may have marked where plain text became a heading, or a heading plain text; where
one did not, it is not known to be wrong."""


@dataclass(frozen=True)
class Claim:
    """A change of structure that somebody says there is."""

    kind: str
    old: frozenset[str]
    """How the sections or paragraphs concerned begin in the old text."""
    new: frozenset[str]
    """How they begin in the new text; empty if nothing is said of that."""
    debatable: bool = False
    wrong: bool = False
    """Of a mark: the comparison once said so, and a reader found that it is not so."""

    def agrees(self, mark: Claim) -> bool:
        """Whether this claim is the one that a reader marked."""
        if self.kind != mark.kind and (mark.wrong or _MARKED_AS.get(self.kind) != mark.kind):
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
            was = {change.was}
            if change.kind is ChangeKind.GIVEN_A_HEADING:
                was = {amendment.old.sections[k].title for k in change.old_sections}
            yield _claim(_SECTIONS[change.kind], was, set(off))
    yield from _moved(amendment)
    yield from _carried(amendment)
    yield from _joints(amendment)


def _claim(kind: str, old: set[str], new: set[str], **judged: bool) -> Claim:
    return Claim(kind, frozenset(map(beginning, old)), frozenset(map(beginning, new)), **judged)


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


def _carried(amendment: Amendment) -> Iterator[Claim]:
    """Sentences that moved, less than a paragraph."""
    words: dict[SpanKind, dict[int, str]] = {SpanKind.DELETE: {}, SpanKind.INSERT: {}}
    for op in amendment.operations:
        for cell in op.cells if not (op.move and op.old) else ():
            for kind, own in words.items():
                of_side = [span for span in cell if span.kind in (kind, SpanKind.KEEP)]
                letters = [s.old if kind is SpanKind.DELETE else s.new for s in of_side]
                for place, span in enumerate(of_side):
                    before = re.split(r"(?<=[.!?。:;])(?=\s|$)", "".join(letters[:place]))[-1]
                    if span.move:
                        own.setdefault(span.move, before + "".join(letters[place:]))
    old, new = words.values()
    for move, text in old.items():
        yield _claim("sentence moved", {text}, {new[move]})


def _joints(amendment: Amendment) -> Iterator[Claim]:
    """Paragraphs that were split or merged."""
    old: Clause | None = None
    new: Clause | None = None
    split: dict[int, tuple[Clause, list[Clause]]] = {}
    merged: dict[int, tuple[Clause, list[Clause]]] = {}
    for op in amendment.operations:
        if op.move or op.flows:
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
            debatable=bool(change.get("debatable")),
            wrong=bool(change.get("wrong")),
        )
        for change in amendment.get("change", [])
    ]


# ── texts ────────────────────────────────────────────────────────────────────────────────────────


def text_of(blob: str, sources: Sequence[Path]) -> str | None:
    """The text of a git blob, from the first source that has it."""
    for source in sources:
        if found := _laid_out(source).get(blob):
            return found.read_bytes().decode("utf-8")
        command = ["git", "-C", str(source), "cat-file", "blob", blob]
        done = subprocess.run(command, capture_output=True, check=False)
        if not done.returncode:
            return done.stdout.decode("utf-8")
    return None


@cache
def _laid_out(folder: Path) -> dict[str, Path]:
    """The texts of a folder of pairs, by the names that git has for them."""
    files = [file for side in ("old", "new") for file in folder.glob(f"*/{side}.md")]
    return {_blob(file.read_bytes()): file for file in files}


def _blob(text: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(text) + text).hexdigest()


# ── what agrees ──────────────────────────────────────────────────────────────────────────────────


@dataclass
class Tally:
    """Claims and marks of one set, counted by kind."""

    judged: bool = False
    """Only what the comparison said once was judged: of another claim nobody knows."""
    complete: bool = False
    """Whether sentences that moved, and lines that became headings, were marked as such: where not,
    nobody knows of a claim of one."""
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    read: int = 0
    absent: int = 0

    def add(self, said: Sequence[Claim], known: Sequence[Claim]) -> Iterator[str]:
        """Counts one amendment; gives what to list of it."""
        self.read += 1
        for claim in said:
            agreed = [mark for mark in known if claim.agrees(mark)]
            if any(not (mark.debatable or mark.wrong) for mark in agreed):
                self.right[claim.kind] += 1
            elif any(mark.wrong for mark in agreed) or not (agreed or self._unsettled(claim)):
                self.wrong[claim.kind] += 1
                yield f"not so: {claim.kind}: {_shown(claim)}"
            elif not agreed:
                self.unknown[claim.kind] += 1
                yield f"not judged: {claim.kind}: {_shown(claim)}"
        for mark in known:
            if mark.debatable or mark.wrong:
                continue
            if any(claim.agrees(mark) for claim in said):
                self.found[mark.kind] += 1
            else:
                self.missed[mark.kind] += 1
                yield f"missed: {mark.kind}: {_shown(mark)}"

    def _unsettled(self, claim: Claim) -> bool:
        """Whether the absence of a mark says nothing of a claim."""
        elsewhere = claim.kind in {*_MARKED_AS, "sentence moved"}
        return self.judged or (elsewhere and not self.complete)

    def table(self) -> str:
        """Precision and recall by kind, each with the number that it rests on."""
        kinds = sorted(
            {*self.right, *self.wrong, *self.unknown, *self.found, *self.missed}, reverse=True
        )
        lines = [
            "| change | told | right | precision | marked | found | recall | told, not judged |",
            "| --- | --: | --: | --: | --: | --: | --: | --: |",
        ]
        for kind in kinds:
            told, marked = self.right[kind] + self.wrong[kind], self.found[kind] + self.missed[kind]
            cells = (
                kind,
                told,
                self.right[kind],
                _share(self.right[kind], told),
                marked,
                self.found[kind],
                _share(self.found[kind], marked),
                self.unknown[kind],
            )
            lines.append(f"| {' | '.join(map(str, cells))} |")
        return "\n".join(lines)


def _shown(claim: Claim) -> str:
    return f"{sorted(claim.old)} -> {sorted(claim.new)}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole >= RATED else "–"


def main() -> None:
    """Prints precision and recall by kind of change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--list", action="store_true", help="name every disagreement")
    asked = parser.parse_args()
    tallies: dict[str, Tally] = {}
    for source in sorted(MARKED.glob("*.toml")):
        marked = tomllib.loads(source.read_text("utf-8"))
        judged = marked.get("judged", False)
        name = marked.get("set", "judged" if judged else "marked")
        tally = tallies.setdefault(name, Tally(judged, marked.get("complete", False)))
        for amendment in marked["amendment"]:
            old, new = (text_of(amendment[f"{s}_blob"], asked.sources) for s in ("old", "new"))
            if old is None or new is None:
                tally.absent += 1
                continue
            said = list(claims(amend(Document(parse(old)), Document(parse(new)))))
            for line in tally.add(said, marks(amendment)):
                if asked.list:
                    print(f"{amendment['path']} {amendment['new_blob'][:8]}: {line}")
    for name, tally in sorted(tallies.items()):
        print(f"\n{name}: {tally.read} amendments read, ", end="")
        print(f"{tally.absent} not in these sources\n")
        if tally.read:
            print(tally.table())


if __name__ == "__main__":
    main()
