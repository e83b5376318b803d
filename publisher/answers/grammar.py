"""The order in which phrases make up a text that is understood as a whole.

    [greetings] declaration … [closings] [name] [signature]

Words that belong to none of these, signs beyond plain punctuation, or another order: the text is
not understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import regex

from publisher.answers.mentions import Mentions
from publisher.answers.phrases import Phrases
from publisher.mail.spelling import BLANK, DASH, LINE, LINK, QUOTE, RULE, items

MOST_WORDS = 200
"""Words of a text that is read; a declaration is never longer."""
MOST_CHARACTERS = 4_000
"""Characters of the same."""
USUAL = (
    "greetings",
    "declarations",
    "conjunctions",
    "closings",
    "identifications",
    "signatures",
)
"""The lists whose phrases may stand in any text."""


class Stage(IntEnum):
    """How far the reading of a text has come."""

    OPENING = 0
    """Only greetings so far."""
    DECLARED = 1
    CLOSED = 2
    """A closing or a name was read; nothing is declared after it."""
    SIGNED = 3
    """Behind the line that begins a signature."""
    QUOTED = 4
    """The declaration stood in quotation marks: beside it only a name or a signature may stand."""


_FROM = {
    "greetings": {Stage.OPENING},
    "topics": {Stage.OPENING},
    "declarations": {Stage.OPENING, Stage.DECLARED},
    "enclosures": {Stage.OPENING, Stage.DECLARED},
    "conjunctions": {Stage.OPENING, Stage.DECLARED},
    "closings": {Stage.DECLARED, Stage.CLOSED, Stage.SIGNED},
    "identifications": {Stage.OPENING, Stage.DECLARED, Stage.CLOSED, Stage.SIGNED},
    "signatures": set(Stage) - {Stage.OPENING},
    "name": set(Stage) - {Stage.OPENING},
}
"""At which stages a phrase of each list may stand."""
_TO = dict.fromkeys(("declarations", "enclosures"), Stage.DECLARED)
_STAYS = frozenset({"greetings", "topics", "conjunctions"})
_SEPARATORS = frozenset(".!,;:") | {DASH, LINE, BLANK, RULE}
_SEPARATION = regex.compile(r"(?:(?:[.,]|!{0,9})-?|[;:])\n*(?:=\n*)?-?")
"""What may stand between two phrases; a line of dashes is written `=`."""
_BEFORE = regex.compile(r"\n*(?:=\n*-?)?")
"""What may stand before the first."""
_ADJACENT = {
    ("greetings", ""),
    ("topics", ""),
    ("declarations", "closings"),
    ("declarations", "conjunctions"),
    ("declarations", "identifications"),
    ("closings", "closings"),
    ("closings", "name"),
}
"""Lists whose phrases may follow each other with nothing between; empty: any list."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """A place in a row up to which everything has been understood."""

    at: int
    stage: Stage
    last: str
    """The list whose phrase ends here; empty at the beginning."""


class Grammar:
    """The reading of texts of one mail by the phrases they are made of."""

    def __init__(
        self, mentions: Mentions, phrases: Phrases, declaring: str = "declarations"
    ) -> None:
        """Args:
        mentions: what may be named.
        phrases: the closed sets.
        declaring: the list whose phrases stand for declarations, one of `DECLARING_LISTS`.
        """
        self._mentions = mentions
        self._phrases = phrases
        self._declaring = declaring
        self.reached = 0
        """How far the longest reading of a text came that was not understood, in items."""

    def stages(
        self, text: str, begin: Stage = Stage.OPENING, lists: Sequence[str] = USUAL
    ) -> set[Stage]:
        """The stages in which a text can end that is understood as a whole; none: it is not.

        Args:
            text: what somebody wrote.
            begin: how far the reading has come before it.
            lists: the lists whose phrases may stand in it.
        """
        if len(text) > MOST_CHARACTERS:
            return set()
        row = self._mentions.without_quoted_titles(items(text))
        if sum(item[0].isalnum() for item in row) > MOST_WORDS:
            return set()
        if QUOTE not in row:
            return self._walk(row, [_Reached(0, begin, "")], lists)
        quoted = list(self._quoted(row)) if begin is Stage.OPENING else []
        return self._walk(row, quoted, lists)

    def _walk(
        self, row: Sequence[str], begin: Sequence[_Reached], lists: Sequence[str]
    ) -> set[Stage]:
        """The stages at the end of a row, over all ways to read it; each place is left once."""
        found: set[Stage] = set()
        seen = set(begin)
        left = list(begin)
        while left:
            here = left.pop()
            end = _behind_separators(row, here.at)
            between = "".join(row[here.at : end]).replace(RULE, "=")
            self.reached = max(self.reached, here.at)
            stage = _stage_behind(here, between)
            if stage is None:
                continue
            if end == len(row):
                found |= {stage} if _may_end(here, between) else set()
                continue
            steps = set(self._steps(row, _Reached(end, stage, here.last), between, lists)) - seen
            seen |= steps
            left += steps
        return found

    def _steps(
        self, row: Sequence[str], here: _Reached, between: str, lists: Sequence[str]
    ) -> Iterator[_Reached]:
        """The phrases that can stand here."""
        for name in (*lists, "name"):
            if here.stage not in _FROM[name] or not _may_follow(here.last, name, between):
                continue
            for end in self._ends(name, row, here.at):
                whole = name in ("signatures", "name")
                if whole and row[end : end + 1] and row[end] not in _SEPARATORS:
                    continue
                yield _Reached(end, _next_stage(name, here.stage), name)

    def _ends(self, name: str, row: Sequence[str], at: int) -> set[int]:
        if name == "name":
            return self._mentions.customer(row, at)
        found: set[int] = set()
        for language in self._phrases.languages.values():
            phrases = language.lists[self._declaring if name == "declarations" else name]
            found |= self._mentions.phrase_ends(phrases, language, row, at)
        if name == "signatures":  # mail programs link them to where one gets the program
            found |= {end + 1 for end in found if row[end : end + 1] == [LINK]}
        if name == "declarations":
            found = {end for end in found if not self._mentions.is_name(row[at:end])}
        return found

    def _quoted(self, row: Sequence[str]) -> Iterator[_Reached]:
        """Behind a declaration in quotation marks that begins the text."""
        at = next((n for n, item in enumerate(row) if item not in (LINE, BLANK)), 0)
        if row.count(QUOTE) != 2 or row[at] != QUOTE:
            return
        for end in self._ends("declarations", row, at + 1):
            end += row[end : end + 1] in (["."], ["!"])
            if row[end : end + 1] == [QUOTE]:
                yield _Reached(end + 1, Stage.QUOTED, "declarations")


def _stage_behind(here: _Reached, between: str) -> Stage | None:
    """The stage behind what separates two phrases; None: it may not stand there."""
    if not (_SEPARATION if here.last else _BEFORE).fullmatch(between):
        return None
    if "=" not in between:
        return here.stage
    return None if here.stage is Stage.OPENING else max(here.stage, Stage.SIGNED)


def _may_end(here: _Reached, between: str) -> bool:
    return here.last != "conjunctions" and not between.endswith(DASH)


def _behind_separators(row: Sequence[str], at: int) -> int:
    while at < len(row) and row[at] in _SEPARATORS:
        at += 1
    return at


def _may_follow(last: str, name: str, between: str) -> bool:
    """Whether a phrase of a list may stand behind the last one, for what is between them."""
    if not last:
        return True
    if "conjunctions" in (name, last):
        return "declarations" in (name, last) and between in ("", ",", LINE, f",{LINE}")
    line = "\n" in between or "=" in between
    if name == "signatures" or last == "signatures":
        return line
    if name == "name":
        closed = last == "closings" and between in ("", ",", ".", "!", DASH)
        return line or DASH in between or closed
    return bool(between) or not _ADJACENT.isdisjoint({(last, name), (last, "")})


def _next_stage(name: str, stage: Stage) -> Stage:
    if name in _TO:
        return _TO[name]
    if name in _STAYS or stage in (Stage.OPENING, Stage.SIGNED, Stage.QUOTED):
        return stage
    return Stage.CLOSED
