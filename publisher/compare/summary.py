"""Summaries: an amendment in one sentence of figures."""

from __future__ import annotations

from collections import Counter

from publisher.compare.amendment import Amendment
from publisher.compare.change import ChangeKind


def summary_sentence(amendment: Amendment) -> str:
    """One sentence computed from the counts, such as "1 section added, 2 moved; 14 words added"."""
    kinds = Counter(change.kind for change in amendment.changes)
    level = {ChangeKind.LEVEL_CHANGED: "at another level"}
    parts = [f"{kinds[kind]} {level.get(kind, kind.value)}" for kind in ChangeKind if kinds[kind]]
    if parts:
        number, rest = parts[0].split(" ", 1)
        parts[0] = f"{number} {'section' if number == '1' else 'sections'} {rest}"
    counts = amendment.counts
    words = [
        f"{number:,} {verb}"
        for number, verb in (
            (counts.inserted, "added"),
            (counts.deleted, "removed"),
            (counts.moved, "moved"),
        )
        if number
    ]
    if words:
        number, verb = words[0].split(" ", 1)
        words[0] = f"{number} {'word' if number == '1' else 'words'} {verb}"
    if not words and not amendment.empty and set(kinds) <= {ChangeKind.AMENDED}:
        seen = [op for op in amendment.operations if not op.unchanged]
        if all(op.old and op.new and not op.reset for op in seen):
            return "No words changed: typography, formatting or links only"
        words = ["no words changed"]
    return "; ".join(", ".join(group) for group in (parts, words) if group) or "No change"
