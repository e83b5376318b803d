"""What an answer may name: the policy, its version, who wrote the letter, who answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from publisher.answers.notation import ends, follows, unwrapped
from publisher.answers.phrases import Language, Lexicon, Phrases
from publisher.mail.spelling import QUOTE, items


@dataclass(frozen=True, slots=True)
class About:
    """What a declaration may name."""

    titles: tuple[str, ...]
    """Of the policy, in all its languages."""
    versions: tuple[str, ...]
    """The numbers of this very version, such as `2` and `2.1`; a text with any other one waits."""
    organisation: str
    customer: str
    """The customer's id."""
    name: str
    address: str
    """The customer's e-mail address."""


class Mentions:
    """The places in a row of items where something is named that a declaration may name."""

    def __init__(self, about: About, phrases: Phrases) -> None:
        self._about = about
        self._phrases = phrases
        self._titles = [items(title) for title in about.titles]
        self._versions = [items(number) for number in about.versions]
        self._kinds = phrases.kinds_of(about.titles)
        self._name = [word for word in items(about.name) if word[0].isalnum()]
        ids = (about.customer, about.address)
        self._ids = [items(text) for text in ids if _is_telling(text)] + [items(about.name)]

    def named(self, language: Language, name: str, row: Sequence[str], at: int) -> set[int]:
        """Where what `name` stands for ends in a language, if it begins at a place."""
        match name:
            case "title":
                return _any(self._titles, row, at)
            case "kind":
                called = [n for kind in self._kinds for n in language.kinds.get(kind, ())]
                return _any(called, row, at)
            case "number":
                return _any(self._versions, row, at)
            case "organisation":
                return _any(self._organisation, row, at)
            case "customer":
                return self.customer(row, at)
        if name not in language.terms:
            return set()
        return self.phrase_ends(language.terms[name], language, row, at)

    def without_quoted_titles(self, row: Sequence[str]) -> list[str]:
        """A row without the quotation marks around a title of the policy, as forms print it."""
        bare: list[str] = []
        at = 0
        while at < len(row):
            title = next((t for t in self._titles if row[at : at + len(t) + 2] == _quoted(t)), [])
            bare += title or row[at : at + 1]
            at += len(title) + 2 if title else 1
        return bare

    def phrase_ends(
        self, lexicon: Lexicon, language: Language, row: Sequence[str], at: int
    ) -> set[int]:
        """Where phrases of a language end that begin at a place."""
        named = partial(self.named, language)
        phrases = lexicon.beginning(row[at]) if at < len(row) else ()
        return set[int]().union(*(ends(phrase, row, at, named) for phrase in phrases))

    @cached_property
    def _organisation(self) -> list[list[str]]:
        """The organisation's name, and its first words."""
        name = items(self._about.organisation)
        firsts = [name[:n] for n in range(1, len(name)) if name[n - 1][0].isalnum()]
        return [name, *(first for first in firsts if self._negations.isdisjoint(first))]

    @cached_property
    def _negations(self) -> frozenset[str]:
        """Words that are part of a name only where the whole name stands."""
        return self._phrases.vocabulary("negations")

    def customer(self, row: Sequence[str], at: int) -> set[int]:
        """Where the customer's name, part of it, its initials, the id or the address ends."""
        return _any(self._ids, row, at) | self._person(row, at)

    def is_name(self, row: Sequence[str]) -> bool:
        """Whether words, though they may be a declaration, are those of a name."""
        said = {item for item in row if item[0].isalnum()}
        return said <= {*self._name, *items(self._about.organisation)}

    def _person(self, row: Sequence[str], at: int) -> set[int]:
        left = list(self._name)
        found: set[int] = set()
        start = at
        while at < len(row):
            word = row[at]
            part = next((n for n in left if word in (n, n[0])), None)
            if part is None:
                break
            left.remove(part)
            at += 1
            if not left or self._negations.isdisjoint(row[start:at]):
                found.add(at)
            if row[at : at + 1] in (["."], [","]) and row[at + 1 : at + 2] != [","]:
                at += 1
        initials = "".join(name[0] for name in self._name)
        if row[start : start + 1] == [initials] and initials not in self._negations:
            found.add(start + 1)
        return found


def _quoted(title: Sequence[str]) -> list[str]:
    return [QUOTE, *title, QUOTE] if title else []


def _is_telling(text: str) -> bool:
    """Whether an id or address can be nothing else: “3” is also a version, “may” a word."""
    digits = sum(letter.isdigit() for letter in text)
    return "@" in text or digits > 3 or 0 < digits < len(text)


def _any(names: Sequence[Sequence[str]], row: Sequence[str], at: int) -> set[int]:
    at = unwrapped(row, at)
    return set().union(*(follows(name, row, at) for name in names if name))
