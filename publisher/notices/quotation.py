"""Taking away what we sent: of a mail that quotes our letter, what its writer wrote.

The letter is known to the word, so nothing has to be guessed: what is taken away was ours, or is
what a mail program writes around a quotation. Whatever cannot be accounted for stays.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial

import regex

from publisher.notices.notation import Named, ends
from publisher.notices.phrases import Language, Phrases
from publisher.notices.spelling import fold, loose_words, page_words
from publisher.policies.language import locale

SHORTEST = 4
"""Words in a row that are told to be the letter's; fewer may be anybody's."""
SHORTEST_PIECE = 12
"""Characters of a broken line that are told to be the letter's."""
LONGEST_HEAD = 4
"""Lines over which a mail program breaks the words above a quotation."""
LONGEST_ATTRIBUTION = 400
"""Characters of a line such as “On Sunday, … wrote:”."""
MOST_LABELS = 40
"""Lines of header fields above a quotation."""
MOST_HEADS, MOST_LINES = 20, 100
"""Places where a quotation may begin, and lines of the writer's own, that are looked at."""

_ZONES = "utc gmt z cet cest bst est edt cst cdt mst mdt pst pdt wet west eet eest mez mesz am pm"
_MARK = regex.compile(r"[ \t]*(?:>[ \t]?)+")
_BAR = regex.compile(r"[ \t]*(?:\|[ \t]?)+")
_RULE = regex.compile(r"[\s>]*[-_=*–—]{3,}[\s]*$")
_CLOCK = regex.compile(r"\d{1,2}\s?[:.h]\s?\d{2}|\b\d{4}\b")
_OURS = "@"
"""Stands for an address of ours among the words of a quotation's head."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What we sent, which an answer may quote."""

    subject: str
    """Of the letter as it was sent."""
    text: str
    """Its plain part as this customer got it."""
    organisation: str
    addresses: tuple[str, ...]
    """Ours that may stand in a quotation: who sent it, where to reply, whom to ask."""
    site: str
    """Address of the published site."""


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a mail."""

    text: str
    """Without what was taken away."""
    clean: bool
    """All that was marked as a quotation was ours."""


def without_quotation(
    text: str, letter: Letter, phrases: Phrases, signature: Callable[[str], bool]
) -> Remainder:
    """What the writer of a mail wrote.

    Args:
        text: the mail's; lines marked as quoted begin with `>` or, all of them, with `|`.
        letter: what we sent.
        phrases: the words that mail programs write around a quotation.
        signature: whether lines below the quotation are nothing but a signature.
    """
    return _Page(text, letter, phrases).remainder(signature)


class Letter:
    """A letter that an answer may quote, by its words."""

    def __init__(self, sent: Sent, people: Sequence[str]) -> None:
        """`people`: names and addresses of whom it was sent to."""
        self._sent = sent
        self.ours = {fold(address) for address in sent.addresses}
        self.subject = loose_words(sent.subject)
        self.words = self.without_ours(loose_words(sent.text))
        names = [*people, sent.organisation, sent.subject, *sent.addresses]
        self.names = frozenset(w for text in names for w in (*loose_words(text), *page_words(text)))
        self.organisation = frozenset(loose_words(sent.organisation))

    def without_ours(self, words: Sequence[str]) -> list[str]:
        """Words without our addresses: a mail program writes an address once or twice."""
        return [word for word in words if word not in self.ours]

    def with_ours(self, words: Sequence[str]) -> list[str]:
        """Words in which one sign stands for each address of ours."""
        return [_OURS if word in self.ours else word for word in words]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All words that a quotation of it may have."""
        return frozenset(self.words) | self.names | page_words(self._sent.text) | self.ours

    @cached_property
    def _compact(self) -> str:
        return "".join(fold(self._sent.text).split())

    def has_piece(self, line: str) -> bool:
        """Whether a line stands in it, however it is spaced."""
        piece = "".join(fold(line).split())
        return len(piece) >= SHORTEST_PIECE and piece in self._compact

    @cached_property
    def _places(self) -> dict[tuple[str, ...], list[int]]:
        """Where each word begins, and each row of `SHORTEST` words."""
        places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(self.words)):
            for length in (1, SHORTEST):
                places.setdefault(tuple(self.words[at : at + length]), []).append(at)
        return places

    def stands_in_row(self, words: Sequence[str]) -> bool:
        """Whether these words follow each other in it."""
        begins = self._places.get(tuple(words[:1]), ())
        return any(self.words[at : at + len(words)] == list(words) for at in begins)

    @cached_property
    def beginnings(self) -> frozenset[tuple[str, ...]]:
        """How it begins, with or without its heading."""
        head = len(self.subject) if self.words[: len(self.subject)] == self.subject else 0
        return frozenset(tuple(self.words[at : at + SHORTEST]) for at in (0, head))

    def run(self, words: Sequence[str], at: int, place: int) -> tuple[int, int]:
        """How far words go on as the letter does.

        Args:
            words: of a mail.
            at: where the run begins among them.
            place: where the letter may go on, at the earliest.

        Returns:
            Where the run ends among the words and in the letter; `at` and `place` where it is
            shorter than `SHORTEST`.
        """
        begin = tuple(words[at : at + SHORTEST])
        places = self._places.get(begin, []) if len(begin) == SHORTEST else []
        first = bisect_left(places, place)
        if first == len(places):
            return at, place
        found = places[first]
        at, found = at + SHORTEST, found + SHORTEST
        while at < len(words) and found < len(self.words):
            if words[at] == self.words[found]:
                at, found = at + 1, found + 1
            elif words[at].isdigit() and words[at + 1 : at + 2] == [self.words[found]]:
                at += 1  # a list that a mail program numbered
            elif self.words[found].isdigit() and self.words[found + 1 : found + 2] == [words[at]]:
                found += 1  # a list whose numbers it dropped
            else:
                break
        return at, found


class _Page:
    """A mail as lines, some of them marked as quoted."""

    def __init__(self, text: str, letter: Letter, phrases: Phrases) -> None:
        self._letter = letter
        self._phrases = phrases
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        mark = _MARK
        if not any(map(_MARK.match, self._lines)):
            bars = [bool(_BAR.match(line)) for line in self._lines]
            mark = _BAR if sum(bars) >= LONGEST_HEAD else _MARK
        self._marks = [mark.match(line) for line in self._lines]

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
                    at = behind
                    continue
                if self._accounts_for_rest(end, signature):
                    break
            clean &= not self._lost_its_mark(at)
            own.append(self._lines[at])
            at += 1
        return Remainder(_tidy(own), clean)

    # marked lines

    def _unmarked(self, at: int) -> str:
        mark = self._marks[at]
        return self._lines[at][mark.end() :] if mark else self._lines[at]

    def _is_ours(self, at: int) -> bool:
        line = self._unmarked(at)
        clock = _CLOCK.search(line) is not None
        return self._letter.has_piece(line) or all(
            word in self._known or (clock and _is_count(word)) for word in loose_words(line)
        )

    def _lost_its_mark(self, at: int) -> bool:
        """Whether the letter goes on from a marked line into this one, or from it into one.

        Such a line is a piece of the letter, though it may read like a declaration.
        """
        piece = self._letter.without_ours(loose_words(self._lines[at]))
        if not piece:
            return False
        before, after = self._marked_words(at, -1)[-1:], self._marked_words(at, 1)[:1]
        rows = [[*before, *piece]] * bool(before) + [[*piece, *after]] * bool(after)
        return any(map(self._letter.stands_in_row, rows))

    def _marked_words(self, at: int, step: int) -> list[str]:
        """The words of the next line in a direction that has any, if it is marked."""
        at += step
        while 0 <= at < len(self._lines):
            if words := self._letter.without_ours(loose_words(self._unmarked(at))):
                return words if self._marks[at] else []
            at += step
        return []

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
            line = "" if at == len(self._lines) or self._marks[at] else self._lines[at]
            if not (_RULE.match(line) or (line.strip()[:2] == "--" and self._separates(line))):
                break
            at = self._next_line(at + 1)
        return at

    def _separates(self, line: str) -> bool:
        return any(
            len(words) in ends(phrase, words, 0, _nothing)
            for words in [loose_words(line)]
            for language in self._phrases.languages.values()
            for phrase in language.lists["separators"].phrases
        )

    def _attribution_end(self, at: int) -> int:
        """Where a line such as “On Sunday, … wrote:” ends, over however many lines it is broken."""
        for end in range(at + 1, min(at + LONGEST_HEAD, len(self._lines)) + 1):
            line = self._lines[end - 1]
            if self._marks[end - 1] or not line.strip():
                break
            text = "\n".join(self._lines[at:end])
            short = len(text) <= LONGEST_ATTRIBUTION
            if line.rstrip().endswith(":") and short and self._attributes(text):
                return end
        return at

    def _attributes(self, text: str) -> bool:
        words = self._letter.with_ours(loose_words(text))
        if self._senders.isdisjoint(words):
            return False
        return any(
            len(words) in ends(phrase, words, 0, named)
            for language, named in self._named
            for phrase in language.lists["attributions"].phrases
        )

    @cached_property
    def _senders(self) -> frozenset[str]:
        return self._letter.organisation | {_OURS}

    @cached_property
    def _named(self) -> list[tuple[Language, Named]]:
        """For each language, where a time or who sent the letter ends in an attribution."""
        return [
            (language, partial(self._run, _calendar(code) | language.plain_words("moments")))
            for code, language in self._phrases.languages.items()
        ]

    def _run(self, moments: frozenset[str], name: str, row: Sequence[str], at: int) -> set[int]:
        words = {"moment": moments, "sender": self._senders}.get(name, frozenset())
        counts = name == "moment"
        found: set[int] = set()
        while at < len(row) and (row[at] in words or (counts and _is_count(row[at]))):
            at += 1
            found.add(at)
        return found

    def _labels_end(self, at: int) -> int:
        """Where lines such as “From: …” end: at least two, which name us or the letter."""
        labelled, said, begin, end = 0, set[str](), at, at
        while at < min(len(self._lines), begin + MOST_LABELS) and not self._marks[at]:
            label, value = self._label(self._lines[at])
            words = loose_words(value)
            if not self._lines[at].strip():
                at += 1
                continue
            if not (label or (end == at and labelled)) or not self._heads(words):
                break
            labelled += bool(label)
            said.update(words)
            at = end = at + 1
        ours = said & (self._letter.organisation | self._letter.ours | set(self._letter.subject))
        return end if labelled >= 2 and ours else begin

    def _label(self, line: str) -> tuple[str, str]:
        name, colon, value = line.partition(":")
        name = " ".join(loose_words(name[:40]))
        return (name, value) if colon and name in self._labels else ("", line)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(" ".join(loose_words(text)) for text in self._phrases.texts("labels"))

    def _heads(self, words: Sequence[str]) -> bool:
        known = self._letter.names, self._letter.ours, self._head_words
        return all(_is_count(word) or any(word in one for one in known) for word in words)

    @cached_property
    def _known(self) -> frozenset[str]:
        return self._letter.vocabulary | self._head_words

    @cached_property
    def _head_words(self) -> frozenset[str]:
        lists = ("attributions", "labels", "separators", "moments")
        calendars = map(_calendar, self._phrases.languages)
        return self._phrases.vocabulary(*lists).union(*calendars)

    # the letter below it

    def _begins_letter(self, at: int) -> bool:
        words = loose_words("\n".join(self._lines[at : at + LONGEST_HEAD]))
        first = tuple(self._letter.without_ours(words)[:SHORTEST])
        return first in self._letter.beginnings

    def _accounts_for_rest(self, at: int, signature: Callable[[str], bool]) -> bool:
        """Whether from here on there are only pieces of the letter, and a signature below them."""
        rest = [
            (word, line)
            for line in range(at, len(self._lines))
            for word in self._letter.without_ours(loose_words(self._unmarked(line)))
        ]
        words = [word for word, _ in rest]
        here = place = 0
        while here < len(words):
            end, place = self._letter.run(words, here, place)
            if end == here:
                break
            here = end
        if here == len(words):
            return True
        line = rest[here][1]
        broken = here > 0 and rest[here - 1][1] == line
        return not broken and signature("\n".join(self._lines[line:]))


def _nothing(name: str, row: Sequence[str], at: int) -> set[int]:
    return set()


def _is_count(word: str) -> bool:
    return word.isdigit() and len(word) <= 4


@cache
def _calendar(code: str) -> frozenset[str]:
    """The words of a language in which days and times are told (Unicode CLDR)."""
    found = set(_ZONES.split())
    if known := locale(code):
        names = [known.months, known.days, known.day_periods]
        for contexts in names:
            for widths in contexts.values():
                for texts in widths.values():
                    found.update(word for text in texts.values() for word in loose_words(text))
    return frozenset(found)


def _tidy(lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return regex.sub(r"\n{3,}", "\n\n", text).strip("\n")
