"""The closed sets of phrases by which a mail is understood, read from files.

They stand in TOML files, one per language, that lawyers read and extend; the head of `en.toml`
says what each list is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publisher.answers.notation import (
    Firsts,
    Pattern,
    firsts,
    is_names_alone,
    pattern_names,
    pattern_words,
    read_pattern,
    sentences,
    union,
)
from publisher.mail.spelling import items, loose_words
from publisher.policies.toml import Table, parse_toml

MOST_SENTENCES = 20_000
"""Sentences that one phrase may stand for; what its names stand for is not counted."""
LISTS = (
    "greetings",
    "declarations",
    "withdrawals",
    "acceptances",
    "endings",
    "leavings",
    "joinings",
    "corrections",
    "accesses",
    "erasures",
    "objections",
    "conjunctions",
    "closings",
    "identifications",
    "signatures",
    "enclosures",
    "topics",
    "attributions",
    "separators",
)
"""The lists of phrases."""
DECLARING_LISTS = (
    "declarations",
    "withdrawals",
    "acceptances",
    "endings",
    "leavings",
    "joinings",
    "corrections",
    "accesses",
    "erasures",
    "objections",
)
"""Those whose phrases say what a mail declares or asks for, one kind each."""
PLAIN_LISTS = ("labels", "prefixes", "moments", "negations")
"""Lists of texts without notation."""
GIVEN = frozenset({"title", "kind", "number", "organisation", "customer", "moment", "sender"})
"""Names whose phrases each mail brings along."""

NO_VERBS = GIVEN | {"policy", "version", "change", "letter"}
"""Names whose phrases only name something."""


class Lexicon:
    """Phrases, found by the words that they can begin with."""

    def __init__(self) -> None:
        self.phrases: list[Pattern] = []
        self.firsts: Firsts = frozenset()
        self._by_first: dict[str, list[Pattern]] = {}
        self._others: list[Pattern] = []

    def index(self, named: Mapping[str, Firsts]) -> None:
        """Sorts the phrases by what they can begin with.

        Args:
            named: what the phrases of each name can begin with.
        """
        begun = [(phrase, firsts(phrase, named)) for phrase in self.phrases]
        self.firsts = union(first for _, first in begun)
        for phrase, first in begun:
            if first is None:
                self._others.append(phrase)
            for word in first or ():
                self._by_first.setdefault(word, []).append(phrase)

    def beginning(self, word: str) -> Iterator[Pattern]:
        """Those that can begin with a word."""
        yield from self._by_first.get(word, ())
        yield from self._others


@dataclass(slots=True)
class Language:
    """The phrases of one language."""

    terms: dict[str, Lexicon] = field(default_factory=dict)
    """What names stand for."""
    lists: dict[str, Lexicon] = field(default_factory=lambda: {n: Lexicon() for n in LISTS})
    texts: dict[str, list[str]] = field(default_factory=lambda: {n: [] for n in PLAIN_LISTS})
    kinds: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """What a policy of a kind is called; kinds have the same names in all languages."""

    def index(self) -> None:
        """Sorts all phrases by what they can begin with, once all are there."""
        named: dict[str, Firsts] = {}
        for name, lexicon in self.terms.items():
            lexicon.index(named)
            named[name] = lexicon.firsts
        for lexicon in self.lists.values():
            lexicon.index(named)

    def plain_words(self, name: str) -> frozenset[str]:
        """The words of a plain list."""
        return frozenset(word for text in self.texts[name] for word in loose_words(text))


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of all languages, by language."""

    languages: Mapping[str, Language]

    def texts(self, name: str) -> list[str]:
        """The texts of a plain list, in all languages."""
        return [text for one in self.languages.values() for text in one.texts[name]]

    def vocabulary(self, *lists: str) -> frozenset[str]:
        """Every word that stands in lists, in any language."""
        found: set[str] = set()
        for language in self.languages.values():
            for name in lists:
                if name in language.texts:
                    found |= language.plain_words(name)
                else:
                    found.update(*map(pattern_words, language.lists[name].phrases))
        return frozenset(found)

    def kinds_of(self, titles: Iterable[str]) -> frozenset[str]:
        """Of which kinds a policy with these titles is."""
        rows = [items(title) for title in titles]
        return frozenset(
            kind
            for language in self.languages.values()
            for kind, called in language.kinds.items()
            if any(_within(name, row) for name in called for row in rows)
        )


def _within(name: Sequence[str], row: Sequence[str]) -> bool:
    return any(tuple(row[at : at + len(name)]) == tuple(name) for at in range(len(row)))


def read_phrases(files: Mapping[str, bytes]) -> Phrases:
    """The phrases that files hold.

    Args:
        files: TOML by the name of its file, which messages repeat. The last part of a name, without
            `.toml`, is the language; files of one language add up, in their order.

    Raises:
        ConfigurationError: a file cannot be read; names the file, and the key or the line.
    """
    languages: dict[str, Language] = {}
    for name, data in files.items():
        code = name.rpartition("/")[2].removesuffix(".toml")
        language = languages.setdefault(code, Language())
        _read_file(parse_toml(data, name), name, language)
    for language in languages.values():
        language.index()
    return Phrases(languages)


def _read_file(values: Mapping[str, Any], name: str, language: Language) -> None:
    table = Table(values, name)
    terms = table.table("terms")
    for term in _keys(values, "terms"):
        lexicon = language.terms.setdefault(term, Lexicon())
        above = list(language.terms)[: list(language.terms).index(term)]
        for phrase in _read_list(terms, term, above):
            lexicon.phrases.append(phrase)
    for key in LISTS:
        for phrase in _read_list(table, key, language.terms):
            language.lists[key].phrases.append(phrase)
    for key in PLAIN_LISTS:
        language.texts[key].extend(table.texts(key, ()))
    kinds = table.table("kinds")
    for kind in _keys(values, "kinds"):
        called = [tuple(items(text)) for text in kinds.texts(kind)]
        language.kinds.setdefault(kind, []).extend(called)
    table.done()


def _keys(values: Mapping[str, Any], key: str) -> Iterable[str]:
    return tuple(values.get(key, ()))


def _read_list(table: Table, key: str, terms: Iterable[str]) -> Iterator[Pattern]:
    for text in table.texts(key, ()):
        try:
            phrase = read_pattern(text)
        except ValueError as error:
            raise table.error(key, f"has “{text}”: {error}", "correct that phrase") from None
        if unknown := set(pattern_names(phrase)) - GIVEN - set(terms):
            what = f"has “{text}”, and no term {{{min(unknown)}}} stands before it"
            raise table.error(key, what, "correct its spelling, or write the term above it")
        if (count := sentences(phrase)) > MOST_SENTENCES:
            what = f"has “{text}”, which stands for {count:,} sentences, over {MOST_SENTENCES:,}"
            raise table.error(key, what, "write it as several phrases, or with a term")
        if key in DECLARING_LISTS and is_names_alone(phrase, NO_VERBS):
            what = f"has “{text}”, which may name the policy and say nothing of it"
            raise table.error(key, what, "write what is declared in words")
        yield phrase
