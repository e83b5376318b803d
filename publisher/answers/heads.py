"""The words that mail programs write above a quotation, in the languages that are known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property, partial

import regex

from publisher.answers.notation import Named, ends
from publisher.answers.phrases import Language, Phrases
from publisher.mail.original import OURS, Original
from publisher.mail.spelling import loose_words
from publisher.wording.language import locale

LONGEST_ATTRIBUTION = 400
"""Characters of a line such as “On Sunday, … wrote:”."""
_ZONES = "utc gmt z cet cest bst est edt cst cdt mst mdt pst pdt wet west eet eest mez mesz am pm"
_CLOCK = regex.compile(r"\d{1,2}\s?[:.h]\s?\d{2}|\b\d{4}\b")
_RULE = regex.compile(r"[\s>]*[-_=*–—]{3,}\s*$")


class Heads:
    """Whether lines are the head of a quotation of a letter."""

    def __init__(self, original: Original, phrases: Phrases) -> None:
        self._original = original
        self._phrases = phrases

    def separates(self, line: str) -> bool:
        """Whether it is such as `____` or `-----Original Message-----`."""
        if _RULE.match(line):
            return True
        return line.strip()[:2] == "--" and any(
            len(words) in ends(phrase, words, 0, _nothing)
            for words in [loose_words(line)]
            for language in self._phrases.languages.values()
            for phrase in language.lists["separators"].phrases
        )

    def attributes(self, text: str) -> bool:
        """Whether it is such as “On Sunday, … wrote:”, and names who sent the letter."""
        if not text.rstrip().endswith(":") or len(text) > LONGEST_ATTRIBUTION:
            return False
        words = self._original.with_ours(loose_words(text))
        return not self._senders.isdisjoint(words) and any(
            len(words) in ends(phrase, words, 0, named)
            for language, named in self._named
            for phrase in language.lists["attributions"].phrases
        )

    @cached_property
    def _senders(self) -> frozenset[str]:
        return self._original.organisation | {OURS}

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
        while at < len(row) and (row[at] in words or (counts and is_count(row[at]))):
            at += 1
            found.add(at)
        return found

    def label(self, line: str) -> tuple[str, str]:
        """The name of a header field such as `From:`, and what follows it; no name: it has none."""
        name, colon, value = line.partition(":")
        name = " ".join(loose_words(name[:40]))
        return (name, value) if colon and name in self._labels else ("", line)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(" ".join(loose_words(text)) for text in self._phrases.texts("labels"))

    def may_follow_label(self, words: Sequence[str]) -> bool:
        """Whether words are names of ours or of the customer, the subject, a date and time."""
        known = self._original.names, self._original.ours, self.words
        return all(is_count(word) or any(word in one for one in known) for word in words)

    def may_have(self, words: Sequence[str], line: str) -> bool:
        """Whether the words of a line may be part of a head that is quoted in turn."""
        clock = _CLOCK.search(line) is not None
        return self.may_follow_label(words) and (clock or not any(map(is_count, words)))

    def name_ours(self, words: set[str]) -> bool:
        """Whether words name us or the letter."""
        ours = self._original.organisation, self._original.ours, self._original.subject
        return any(not words.isdisjoint(one) for one in ours)

    @cached_property
    def words(self) -> frozenset[str]:
        """All words that the head of a quotation may have, beside names."""
        lists = ("attributions", "labels", "separators", "moments")
        calendars = map(_calendar, self._phrases.languages)
        return self._phrases.vocabulary(*lists).union(*calendars)


def is_count(word: str) -> bool:
    """Whether it is a number as it stands in a date or time."""
    return word.isdigit() and len(word) <= 4


def _nothing(name: str, row: Sequence[str], at: int) -> set[int]:
    return set()


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
