"""Taking away what we sent: of a mail that quotes our letter, what its writer wrote.

The letter is known to the word, so nothing has to be guessed: what is taken away was ours, or is
what a mail program writes around a quotation. Whatever cannot be accounted for stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import regex

from publisher.answers.heads import Heads, is_count
from publisher.answers.phrases import Phrases
from publisher.mail.original import SHORTEST, Original
from publisher.mail.spelling import loose_words

LONGEST_HEAD = 4
"""Lines over which a mail program breaks the words above a quotation."""
MOST_LABELS = 40
"""Lines of header fields above a quotation."""
MOST_HEADS, MOST_LINES = 20, 100
"""Places where a quotation may begin, and lines of the writer's own, that are looked at."""

_MARK = regex.compile(r"[ \t]*(?:>[ \t]?)+")
_BAR = regex.compile(r"[ \t]*(?:\|[ \t]?)+")


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a mail."""

    text: str
    """Without what was taken away."""
    clean: bool
    """All that was marked as a quotation was ours."""


def without_quotation(
    text: str, original: Original, phrases: Phrases, signature: Callable[[str], bool]
) -> Remainder:
    """What the writer of a mail wrote.

    Args:
        text: the mail's; lines marked as quoted begin with `>` or, all of them, with `|`.
        original: what we sent.
        phrases: the words that mail programs write around a quotation.
        signature: whether lines below the quotation are nothing but a signature.
    """
    return _Page(text, original, phrases).remainder(signature)


class _Page:
    """A mail as lines, some of them marked as quoted."""

    def __init__(self, text: str, original: Original, phrases: Phrases) -> None:
        self._original = original
        self._heads = Heads(original, phrases)
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        mark = _MARK
        if not any(map(_MARK.match, self._lines)):
            bars = [bool(_BAR.match(line)) for line in self._lines]
            mark = _BAR if sum(bars) >= LONGEST_HEAD else _MARK
        self._marks = [mark.match(line) for line in self._lines]
        self._heads_of_marked: set[int] = set()

    def remainder(self, signature: Callable[[str], bool]) -> Remainder:
        own: list[str] = []
        clean = True
        at = heads = 0
        while at < len(self._lines):
            if self._marks[at]:
                if not self._is_ours(at):
                    own.append(self._lines[at])
                    clean = False
                elif own and own[-1]:
                    own.append("")
                at += 1
                continue
            looks = heads < MOST_HEADS and len(own) < MOST_LINES and self._lines[at].strip()
            end = self._head_end(at) if looks else at
            if looks and (end > at or self._begins_letter(at)):
                heads += 1
                behind = self._next_line(end)
                if end > at and behind < len(self._lines) and self._marks[behind]:
                    self._heads_of_marked.update(range(at, behind))
                    at = behind
                    continue
                if self._accounts_for_rest(end, signature):
                    self._lines = self._lines[:at]
                    break
            clean &= not self._lost_its_mark(at)
            own.append(self._lines[at])
            at += 1
        return Remainder(_tidy(own), clean and self._answers_the_whole())

    # marked lines

    def _unmarked(self, at: int) -> str:
        mark = self._marks[at]
        return self._lines[at][mark.end() :] if mark else self._lines[at]

    def _is_ours(self, at: int) -> bool:
        """Whether a marked line is a piece of the letter, or of what stands above a quotation."""
        line = self._unmarked(at)
        words = self._original.without_ours(loose_words(line))
        listed = words[1:] if words and is_count(words[0]) else words
        if any(map(self._original.stands_in_row, (words, listed))):
            return True
        return self._original.has_piece(line) or self._heads.may_have(words, line)

    def _lost_its_mark(self, at: int) -> bool:
        """Whether the letter goes on from a marked line into this one, or from it into one.

        Such a line is a piece of the letter, though it may read like a declaration.
        """
        piece = self._original.without_ours(loose_words(self._lines[at]))
        if not piece:
            return False
        before, after = self._marked_words(at, -1)[-1:], self._marked_words(at, 1)[:1]
        rows = [[*before, *piece]] * bool(before) + [[*piece, *after]] * bool(after)
        return any(map(self._original.stands_in_row, rows))

    def _marked_words(self, at: int, step: int) -> list[str]:
        """The words of the next line in a direction that has any, if it is marked."""
        at += step
        while 0 <= at < len(self._lines):
            if words := self._original.without_ours(loose_words(self._unmarked(at))):
                return words if self._marks[at] else []
            at += step
        return []

    def _answers_the_whole(self) -> bool:
        """Whether what is written below marked lines may be meant for the letter as a whole.

        Words between them, or below a part of the letter, are said of that part.
        """
        kinds = [
            "marked" if self._marks[at] else "own"
            for at, line in enumerate(self._lines)
            if self._unmarked(at).strip() and at not in self._heads_of_marked
        ]
        parts = [kind for kind, _ in groupby(kinds)]
        below = parts[-2:] == ["marked", "own"]
        return parts.count("marked") <= 1 and (not below or self._quotes_beginning())

    def _quotes_beginning(self) -> bool:
        marked = [self._unmarked(at) for at, mark in enumerate(self._marks) if mark]
        words = self._original.without_ours(loose_words("\n".join(marked)))
        rows = (tuple(words[at : at + SHORTEST]) for at in range(len(words)))
        return any(row in self._original.beginnings for row in rows)

    # the words above a quotation

    def _next_line(self, at: int) -> int:
        while at < len(self._lines) and not self._unmarked(at).strip():
            at += 1
        return at

    def _head_end(self, at: int) -> int:
        """Where the words end that a mail program writes above a quotation; `at`: none."""
        begin = self._separators_end(at)
        end = self._attribution_end(begin)
        labels = self._next_line(end)
        if (labels_end := self._labels_end(labels)) > labels:
            end = labels_end
        if end > begin:
            return end
        return begin if begin > at and self._begins_letter(begin) else at

    def _separators_end(self, at: int) -> int:
        for _ in range(LONGEST_HEAD):
            if at == len(self._lines) or self._marks[at]:
                break
            if not self._heads.separates(self._lines[at]):
                break
            at = self._next_line(at + 1)
        return at

    def _attribution_end(self, at: int) -> int:
        """Where a line such as “On Sunday, … wrote:” ends, over however many lines it is broken."""
        for end in range(at + 1, min(at + LONGEST_HEAD, len(self._lines)) + 1):
            if self._marks[end - 1] or not self._lines[end - 1].strip():
                break
            if self._heads.attributes("\n".join(self._lines[at:end])):
                return end
        return at

    def _labels_end(self, at: int) -> int:
        """Where lines such as “From: …” end: at least two, which name us or the letter."""
        labelled, said, begin, end = 0, set[str](), at, at
        while at < min(len(self._lines), begin + MOST_LABELS) and not self._marks[at]:
            label, value = self._heads.label(self._lines[at])
            words = loose_words(value)
            if self._lines[at].strip():
                goes_on = label or (end == at and labelled)
                if not goes_on or not self._heads.may_follow_label(words):
                    break
                labelled += bool(label)
                said.update(words)
                end = at + 1
            at += 1
        return end if labelled >= 2 and self._heads.name_ours(said) else begin

    # the letter below it

    def _begins_letter(self, at: int) -> bool:
        words = loose_words("\n".join(self._lines[at : at + LONGEST_HEAD]))
        first = tuple(self._original.without_ours(words)[:SHORTEST])
        return first in self._original.beginnings

    def _accounts_for_rest(self, at: int, signature: Callable[[str], bool]) -> bool:
        """Whether from here on there are only pieces of the letter, and a signature below them."""
        rest = [
            (word, line)
            for line in range(at, len(self._lines))
            for word in self._original.without_ours(loose_words(self._unmarked(line)))
        ]
        words = [word for word, _ in rest]
        here = place = 0
        while here < len(words):
            end, place = self._original.run(words, here, place)
            if end == here:
                break
            here = end
        if here == len(words):
            return True
        line = rest[here][1]
        broken = here > 0 and rest[here - 1][1] == line
        return not broken and signature("\n".join(self._lines[line:]))


def _tidy(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return regex.sub(r"\n{3,}", "\n\n", text).strip("\n")
