"""Whether the words of a mail are, as a whole, an opt-out beyond doubt.

An opt-out is never invented: what we sent is taken away first (`quotation`), and what is left
declares only if all of it is a greeting, a declaration, a closing, the customer's name and the
lines of a signature, each from a closed set of phrases (`phrases`). One word more, and the mail
waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import regex

from publisher.notices.mentions import About, Mentions
from publisher.notices.original import Original, Sent
from publisher.notices.phrases import Phrases, read_phrases
from publisher.notices.quotation import without_quotation
from publisher.notices.spelling import (
    BLANK,
    DASH,
    LINE,
    LINK,
    QUOTE,
    RULE,
    fold,
    items,
    loose_words,
)

__all__ = [
    "About",
    "Phrases",
    "Reading",
    "Sent",
    "beside_form",
    "read_phrases",
    "reading",
]

MOST_WORDS = 200
"""Words of its writer's own in a mail that is read; a declaration is never longer."""
MOST_OWN = 4_000
"""Characters of the same."""
MOST_AROUND = 20_000
"""Characters of a mail beyond three times the letter: what quotations of it may need."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail was found to say."""

    declares: bool
    """It is an opt-out, beyond doubt."""
    own: str
    """What its writer wrote, as far as that can be told: the text without what we sent."""


def reading(
    subject: str, texts: Sequence[str], sent: Sent, about: About, phrases: Phrases
) -> Reading:
    """Reads a mail that was sent to a personal reply address.

    Args:
        subject: its subject; that of a reply to our letter says nothing, for it is ours.
        texts: what it says, once for each way in which it says it (plain text, HTML as text).
        sent: the letter that it answers.
        about: what it may name.
        phrases: the closed sets.
    """
    mail = _Mail(sent, about, phrases)
    bodies = [mail.own(text) for text in texts]
    said = mail.subject(subject)
    declares = bool(bodies) or said is _Subject.DECLARES
    declares &= said is not _Subject.DOUBTFUL
    declares &= all(clean and mail.declares(text, said) for text, clean in bodies)
    return Reading(declares, bodies[0][0] if bodies else "")


def beside_form(
    subject: str, texts: Sequence[str], sent: Sent, about: About, phrases: Phrases
) -> bool:
    """Whether what is written beside a filled-in form leaves it beyond doubt.

    Everything that is said has to be a declaration, or that a form is attached, or nothing.

    Args:
        subject, texts, sent, about, phrases: as for `reading`.
    """
    mail = _Mail(sent, about, phrases, enclosing=True)
    bodies = [mail.own(text) for text in texts]
    agreed = all(clean and mail.agrees(text) for text, clean in bodies)
    return agreed and mail.subject(subject) is not _Subject.DOUBTFUL


class _Subject(IntEnum):
    """What a subject says."""

    NOTHING = 0
    DECLARES = 1
    DOUBTFUL = 2


class _Stage(IntEnum):
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
    "greetings": {_Stage.OPENING},
    "topics": {_Stage.OPENING},
    "declarations": {_Stage.OPENING, _Stage.DECLARED},
    "enclosures": {_Stage.OPENING, _Stage.DECLARED},
    "supports": {_Stage.OPENING, _Stage.DECLARED},
    "conjunctions": {_Stage.OPENING, _Stage.DECLARED},
    "closings": {_Stage.DECLARED, _Stage.CLOSED, _Stage.SIGNED},
    "identifications": {_Stage.OPENING, _Stage.DECLARED, _Stage.CLOSED, _Stage.SIGNED},
    "signatures": set(_Stage) - {_Stage.OPENING},
    "name": set(_Stage) - {_Stage.OPENING},
}
"""At which stages a phrase of each list may stand."""
_TO = dict.fromkeys(("declarations", "enclosures"), _Stage.DECLARED)
_JOINED = frozenset({"declarations", "supports"})
"""Lists whose phrases a conjunction may join."""
_STAYS = frozenset({"greetings", "topics", "supports", "conjunctions"})
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
    stage: _Stage
    last: str
    """The list whose phrase ends here; empty at the beginning."""


class _Mail:
    """The reading of one mail."""

    def __init__(
        self, sent: Sent, about: About, phrases: Phrases, *, enclosing: bool = False
    ) -> None:
        people = (about.name, about.address, about.customer)
        self._original = Original(sent, people)
        self._longest = 3 * len(sent.text) + MOST_AROUND
        self._mentions = Mentions(about, phrases)
        self._phrases = phrases
        self._lists = ["greetings", "declarations", "supports", "conjunctions", "closings"]
        self._lists += ["identifications", "signatures"]
        self._lists += ["enclosures"] * enclosing

    def own(self, text: str) -> tuple[str, bool]:
        """What is left of a text without what we sent, and whether that leaves no doubt."""
        if len(text) > self._longest:
            return text[: self._longest], False
        left = without_quotation(text, self._original, self._phrases, self._is_signature)
        return left.text, left.clean

    def declares(self, text: str, subject: _Subject) -> bool:
        """Whether a text declares, or leaves to a subject that does what it says."""
        if subject is _Subject.DECLARES and self._reach(text, _Stage.QUOTED):
            return True
        return bool(self._reach(text, _Stage.OPENING) - {_Stage.OPENING})

    def agrees(self, text: str) -> bool:
        """Whether a text says nothing but a declaration or that something is attached."""
        return bool(self._reach(text, _Stage.OPENING) or self._reach(text, _Stage.DECLARED))

    def subject(self, text: str) -> _Subject:
        """What a subject says."""
        rest = self._without_prefixes(text[:MOST_OWN])
        if loose_words(rest) in ([], self._original.subject):
            return _Subject.NOTHING if len(text) < MOST_OWN else _Subject.DOUBTFUL
        lists = [*self._lists, "topics"]
        stages = self._reach(rest, _Stage.OPENING, lists)
        if stages - {_Stage.OPENING} and rest == fold(text):
            return _Subject.DECLARES
        known = stages or self._reach(rest, _Stage.DECLARED, lists)
        return _Subject.NOTHING if known else _Subject.DOUBTFUL

    def _without_prefixes(self, subject: str) -> str:
        """A subject without `Re:` and the like."""
        prefixes = sorted({fold(text) for text in self._phrases.texts("prefixes")}, reverse=True)
        known = "|".join(regex.escape(text).replace(":", r"\s?:") for text in prefixes)
        found = regex.match(rf"(?:\s*(?:{known}))*", fold(subject)) if known else None
        return fold(subject)[found.end() :] if found else subject

    def _is_signature(self, text: str) -> bool:
        return bool(self._reach(text, _Stage.SIGNED))

    # ── the grammar of a text ────────────────────────────────────────────────────────────────────

    def _reach(self, text: str, stage: _Stage, lists: Sequence[str] = ()) -> set[_Stage]:
        """The stages in which a text can end that is understood as a whole; none: it is not."""
        if len(text) > MOST_OWN:
            return set()
        row = items(text)
        if sum(item[0].isalnum() for item in row) > MOST_WORDS:
            return set()
        begin = [_Reached(0, stage, "")]
        if QUOTE in row:
            begin = list(self._quoted(row)) if stage is _Stage.OPENING else []
        return self._walk(row, begin, lists or self._lists)

    def _walk(
        self, row: Sequence[str], begin: Sequence[_Reached], lists: Sequence[str]
    ) -> set[_Stage]:
        found: set[_Stage] = set()
        seen = set(begin)
        open_ = list(begin)
        while open_:
            reached = open_.pop()
            end = _behind_separators(row, reached.at)
            between = "".join(row[reached.at : end]).replace(RULE, "=")
            if not (_SEPARATION if reached.last else _BEFORE).fullmatch(between):
                continue
            stage = reached.stage
            if "=" in between:
                if stage is _Stage.OPENING:
                    continue
                stage = max(stage, _Stage.SIGNED)
            if end == len(row):
                if not between.endswith(DASH) and reached.last != "conjunctions":
                    found.add(stage)
                continue
            steps = self._steps(row, _Reached(end, stage, reached.last), between, lists)
            new = [step for step in steps if step not in seen]
            seen.update(new)
            open_ += new
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
            found |= self._mentions.phrase_ends(language.lists[name], language, row, at)
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
                yield _Reached(end + 1, _Stage.QUOTED, "declarations")


def _behind_separators(row: Sequence[str], at: int) -> int:
    while at < len(row) and row[at] in _SEPARATORS:
        at += 1
    return at


def _may_follow(last: str, name: str, between: str) -> bool:
    """Whether a phrase of a list may stand behind the last one, for what is between them."""
    if not last:
        return True
    if "conjunctions" in (name, last):
        return {name, last} & _JOINED != set() and between in ("", ",", LINE, f",{LINE}")
    if "supports" in (name, last) and last != "greetings":
        return between[:1] in (".", "!", ",")  # “I refuse / opt out” may be one sentence
    line = "\n" in between or "=" in between
    if name == "signatures" or last == "signatures":
        return line
    if name == "name":
        closed = last == "closings" and between in ("", ",", ".", "!", DASH)
        return line or DASH in between or closed
    return bool(between) or not _ADJACENT.isdisjoint({(last, name), (last, "")})


def _next_stage(name: str, stage: _Stage) -> _Stage:
    if name in _TO:
        return _TO[name]
    if name in _STAYS or stage in (_Stage.OPENING, _Stage.SIGNED, _Stage.QUOTED):
        return stage
    return _Stage.CLOSED
