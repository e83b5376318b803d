"""The notation of phrases: patterns of words in which some may be left out or chosen from.

`[…]` may be left out, `(a | b)` is one of these, a comma may stand there or not, and `{name}` is
one of the phrases of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import regex

from publisher.mail.spelling import LINE, items

DEEPEST = 10
"""Brackets inside brackets."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, as `items` writes it."""

    text: str


@dataclass(frozen=True, slots=True)
class Comma:
    """A comma or colon that may stand there or not."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One of the phrases of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class Series:
    """One part after the other."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the options."""

    options: tuple[Pattern, ...]


Pattern: TypeAlias = Word | Comma | Reference | Series | Choice

_SIGN = regex.compile(
    r"\{(?P<name>\w*)\}|(?P<sign>[\[\](|),])|(?P<text>[^\[\](|),{}]+)|(?P<stray>.)"
)
_CLOSING = {"[": "]", "(": ")"}


def read_pattern(text: str) -> Pattern:
    """The pattern that a text writes down.

    Raises:
        ValueError: says what is wrong with it.
    """
    pattern = _Notation(text).pattern("", 0)
    if _skippable(pattern):
        raise ValueError("all of it may be left out")
    return pattern


class _Notation:
    """A text of the notation, being read from left to right."""

    def __init__(self, text: str) -> None:
        self._signs = list(_SIGN.finditer(text))
        self._signs.reverse()

    def pattern(self, opened: str, depth: int) -> Pattern:
        """What stands here up to the bracket that closes `opened`, or to the end."""
        if depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} brackets stand inside each other")
        options: list[list[Pattern]] = [[]]
        while self._signs:
            found = self._signs.pop()
            sign = found["sign"]
            if sign == "|" and opened:
                options.append([])
            elif sign in _CLOSING:
                options[-1].append(self.pattern(sign, depth + 1))
            elif sign and sign == _CLOSING.get(opened):
                empty = [Series(())] if opened == "[" else []
                return Choice((*map(_row, options), *empty))
            elif sign and sign != ",":
                raise ValueError(f"`{sign}` does not belong there")
            else:
                options[-1].extend(_parts(found))
        if opened:
            raise ValueError(f"`{opened}` is not closed")
        return _row(options[0])


def _parts(found: regex.Match[str]) -> Iterator[Pattern]:
    if found["sign"]:
        yield Comma()
    elif found["name"] is not None:
        yield Reference(found["name"])
    elif found["stray"]:
        raise ValueError(f"`{found['stray']}` stands alone")
    else:
        for word in items(found["text"].strip("'’")):  # of `{organisation}'s`, `l'{title}`
            if not word[0].isalnum():
                raise ValueError(f"`{word}` is neither a word nor a sign of the notation")
            yield Word(word)


def _row(parts: Sequence[Pattern]) -> Pattern:
    return parts[0] if len(parts) == 1 else Series(tuple(parts))


def is_names_alone(pattern: Pattern, named: Container[str]) -> bool:
    """Whether a sentence of a pattern can consist of nothing but phrases of these names."""
    match pattern:
        case Series(parts):
            return all(is_names_alone(part, named) for part in parts)
        case Choice(options):
            return any(is_names_alone(option, named) for option in options)
        case Reference(name):
            return name in named
    return isinstance(pattern, Comma)


def _skippable(pattern: Pattern) -> bool:
    match pattern:
        case Series(parts):
            return all(map(_skippable, parts))
        case Choice(options):
            return any(map(_skippable, options))
    return isinstance(pattern, Comma)


def sentences(pattern: Pattern) -> int:
    """How many sentences a phrase stands for, each name counted as one."""
    match pattern:
        case Series(parts):
            count = 1
            for part in parts:
                count *= sentences(part)
            return count
        case Choice(options):
            return sum(map(sentences, options))
    return 1


def pattern_names(pattern: Pattern) -> Iterator[str]:
    """The names in braces."""
    match pattern:
        case Reference(name):
            yield name
        case Series(parts) | Choice(parts):
            for part in parts:
                yield from pattern_names(part)


def pattern_words(pattern: Pattern) -> Iterator[str]:
    """The words that stand in it."""
    match pattern:
        case Word(text):
            yield text
        case Series(parts) | Choice(parts):
            for part in parts:
                yield from pattern_words(part)


Firsts: TypeAlias = frozenset[str] | None
"""Words that something can begin with; None: any."""


def firsts(pattern: Pattern, named: Mapping[str, Firsts]) -> Firsts:
    """The words that a phrase can begin with.

    Args:
        pattern: the pattern.
        named: the same for what names stand for; a name that is missing can begin with any.
    """
    match pattern:
        case Word(text):
            return frozenset({text})
        case Choice(options):
            return union(firsts(option, named) for option in options)
        case Series(parts):
            needed = next((n for n, part in enumerate(parts) if not _skippable(part)), len(parts))
            return union(firsts(part, named) for part in parts[: needed + 1])
        case Reference(name):
            return named.get(name)
        case Comma():
            return frozenset()


def union(sets: Iterable[Firsts]) -> Firsts:
    """All words of several sets."""
    found = list(sets)
    known = [one for one in found if one is not None]
    return frozenset().union(*known) if len(known) == len(found) else None


Named: TypeAlias = Callable[[str, Sequence[str], int], set[int]]
"""Where what a name stands for ends, if it begins at a place in a row: a set of places."""


def ends(pattern: Pattern, row: Sequence[str], at: int, named: Named) -> set[int]:
    """The places where a phrase ends that begins at `at`; none where it does not stand there.

    Time is bounded by the size of the phrase times the length of the row. Between two words a
    single line end may stand, for a sentence is wrapped.
    """
    match pattern:
        case Word(text):
            at = unwrapped(row, at)
            return {at + 1} if row[at : at + 1] == [text] else set()
        case Reference(name):
            return named(name, row, unwrapped(row, at))
        case Choice(options):
            return set().union(*(ends(option, row, at, named) for option in options))
        case Series(parts):
            places = {at}
            for part in parts:
                places = set().union(*(ends(part, row, place, named) for place in places))
            return places
        case Comma():
            return {at, at + 1} if row[at : at + 1] in ([","], [":"]) else {at}


def unwrapped(row: Sequence[str], at: int) -> int:
    """The place behind a single line end."""
    return at + 1 if row[at : at + 1] == [LINE] else at


def follows(words: Sequence[str], row: Sequence[str], at: int) -> set[int]:
    """Where these words end, if they stand at a place."""
    for word in words:
        at = unwrapped(row, at)
        if row[at : at + 1] != [word]:
            return set()
        at += 1
    return {at}
