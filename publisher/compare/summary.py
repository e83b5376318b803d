"""Summaries: an amendment in one sentence of figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from publisher.compare.amendment import Amendment, Counts
from publisher.compare.change import ChangeKind
from publisher.wording.words import Words

_Message = Callable[[Words, int], str]


class Wordless(StrEnum):
    """What there is to say of an amendment in which no word was added, removed or moved."""

    NOTHING = ""
    """Nothing: words changed, or what happened to the sections says it all."""
    SECTIONS = "no words"
    """Sections are called amended, and it is not only because of how words are shown."""
    FORM = "form"
    """Typography, formatting or links changed, and nothing else."""


@dataclass(frozen=True, slots=True)
class AmendmentFigures:
    """What the sentence about an amendment is made of, in any language."""

    sections: Mapping[ChangeKind, int]
    """How many sections each thing happened to."""
    counts: Counts
    wordless: Wordless

    @property
    def empty(self) -> bool:
        """Whether there is no change to tell of."""
        counts = self.counts
        told = self.sections or counts.inserted or counts.deleted or counts.moved
        return not told and self.wordless is Wordless.NOTHING


def amendment_figures(amendment: Amendment) -> AmendmentFigures:
    """The figures of an amendment."""
    kinds = Counter(change.kind for change in amendment.changes)
    counts, wordless = amendment.counts, Wordless.NOTHING
    silent = not (counts.inserted or counts.deleted or counts.moved)
    if silent and not amendment.empty and set(kinds) <= {ChangeKind.AMENDED}:
        seen = [op for op in amendment.operations if not op.unchanged]
        form = all(op.old and op.new and not (op.reset or op.renumbered) for op in seen)
        wordless = Wordless.FORM if form else Wordless.SECTIONS
    return AmendmentFigures(dict(kinds), counts, wordless)


def summary_sentence(amendment: Amendment, words: Words) -> str:
    """One sentence computed from the counts, such as "1 section added, 2 moved; 14 words added".

    It begins with a capital letter or a number and has no full stop.
    """
    return figures_sentence(amendment_figures(amendment), words)


def figures_sentence(figures: AmendmentFigures, words: Words) -> str:
    """The sentence of `summary_sentence`, from what it is made of."""
    if figures.wordless is Wordless.FORM:
        return words.gettext("No words changed: typography, formatting or links only")
    counts = figures.counts
    numbers = [(kind, figures.sections.get(kind, 0)) for kind in ChangeKind]
    sections = _in_a_row([(*_SECTIONS[kind], n) for kind, n in numbers if n], words)
    moves = ((_ADDED, counts.inserted), (_REMOVED, counts.deleted), (_MOVED, counts.moved))
    changed = _in_a_row([(*messages, n) for messages, n in moves if n], words)
    if figures.wordless is Wordless.SECTIONS:
        changed = words.gettext("no words changed")
    if sections and changed:
        return words.pgettext("figures", "{sections}; {words}", sections=sections, words=changed)
    return sections or changed or words.gettext("No change")


def words_in_figures(inserted: int, deleted: int, words: Words) -> str:
    """How many words were added and removed: `14 words added, 1 removed`; empty where none."""
    found = ((_ADDED, inserted), (_REMOVED, deleted))
    return _in_a_row([(*messages, n) for messages, n in found if n], words)


def _in_a_row(figures: list[tuple[_Message, _Message, int]], words: Words) -> str:
    """Figures one after the other; only the first of them says what is counted."""
    row = ""
    for first, next_one, count in figures:
        if row:
            said = next_one(words, count)
            row = words.pgettext("figures", "{figures}, {next}", figures=row, next=said)
        else:
            row = first(words, count)
    return row


# Each of them as the first figure of a sentence, and as one behind another.

_SECTIONS: Mapping[ChangeKind, tuple[_Message, _Message]] = {
    ChangeKind.ADDED: (
        lambda words, n: words.ngettext("{count} section added", "{count} sections added", n),
        lambda words, n: words.npgettext("sections", "{count} added", "{count} added", n),
    ),
    ChangeKind.REMOVED: (
        lambda words, n: words.ngettext("{count} section removed", "{count} sections removed", n),
        lambda words, n: words.npgettext("sections", "{count} removed", "{count} removed", n),
    ),
    ChangeKind.AMENDED: (
        lambda words, n: words.ngettext("{count} section amended", "{count} sections amended", n),
        lambda words, n: words.npgettext("sections", "{count} amended", "{count} amended", n),
    ),
    ChangeKind.MOVED: (
        lambda words, n: words.ngettext("{count} section moved", "{count} sections moved", n),
        lambda words, n: words.npgettext("sections", "{count} moved", "{count} moved", n),
    ),
    ChangeKind.MOVED_AND_AMENDED: (
        lambda words, n: words.ngettext(
            "{count} section moved and amended", "{count} sections moved and amended", n
        ),
        lambda words, n: words.npgettext(
            "sections", "{count} moved and amended", "{count} moved and amended", n
        ),
    ),
    ChangeKind.RETITLED: (
        lambda words, n: words.ngettext("{count} section retitled", "{count} sections retitled", n),
        lambda words, n: words.npgettext("sections", "{count} retitled", "{count} retitled", n),
    ),
    ChangeKind.LEVEL_CHANGED: (
        lambda words, n: words.ngettext(
            "{count} section at another level", "{count} sections at another level", n
        ),
        lambda words, n: words.npgettext(
            "sections", "{count} at another level", "{count} at another level", n
        ),
    ),
    ChangeKind.GIVEN_A_HEADING: (
        lambda words, n: words.ngettext(
            "{count} section given a heading", "{count} sections given a heading", n
        ),
        lambda words, n: words.npgettext(
            "sections", "{count} given a heading", "{count} given a heading", n
        ),
    ),
    ChangeKind.LEFT_WITHOUT_A_HEADING: (
        lambda words, n: words.ngettext(
            "{count} section left without a heading", "{count} sections left without a heading", n
        ),
        lambda words, n: words.npgettext(
            "sections", "{count} left without a heading", "{count} left without a heading", n
        ),
    ),
    ChangeKind.SPLIT: (
        lambda words, n: words.ngettext("{count} section split", "{count} sections split", n),
        lambda words, n: words.npgettext("sections", "{count} split", "{count} split", n),
    ),
    ChangeKind.MERGED: (
        lambda words, n: words.ngettext("{count} section merged", "{count} sections merged", n),
        lambda words, n: words.npgettext("sections", "{count} merged", "{count} merged", n),
    ),
}
_ADDED: tuple[_Message, _Message] = (
    lambda words, n: words.ngettext("{count} word added", "{count} words added", n),
    lambda words, n: words.npgettext("words", "{count} added", "{count} added", n),
)
_REMOVED: tuple[_Message, _Message] = (
    lambda words, n: words.ngettext("{count} word removed", "{count} words removed", n),
    lambda words, n: words.npgettext("words", "{count} removed", "{count} removed", n),
)
_MOVED: tuple[_Message, _Message] = (
    lambda words, n: words.ngettext("{count} word moved", "{count} words moved", n),
    lambda words, n: words.npgettext("words", "{count} moved", "{count} moved", n),
)
