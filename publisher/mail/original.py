"""The letter that an answer may quote, by its words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from publisher.mail.spelling import fold, loose_words, page_words

SHORTEST = 4
"""Words in a row that are told to be the letter's; fewer may be anybody's."""
SHORTEST_PIECE = 12
"""Characters of a broken line that are told to be the letter's."""
OURS = "@"
"""Stands for an address of ours among words."""


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


class Original:
    """A letter that an answer may quote, by its words."""

    def __init__(self, sent: Sent, people: Sequence[str]) -> None:
        """`people`: names and addresses of whom it was sent to."""
        self.sent = sent
        words = loose_words(sent.text)
        written = (word for word in words if OURS in word)
        self.ours = frozenset([*map(fold, sent.addresses), *written])
        self.subject = loose_words(sent.subject)
        self.words = self.without_ours(words)
        names = [*people, sent.organisation, sent.subject, *sent.addresses]
        self.names = frozenset(w for text in names for w in (*loose_words(text), *page_words(text)))
        self.organisation = frozenset(loose_words(sent.organisation))

    def without_ours(self, words: Sequence[str]) -> list[str]:
        """Words without our addresses: a mail program writes an address once or twice."""
        return [word for word in words if word not in self.ours]

    def with_ours(self, words: Sequence[str]) -> list[str]:
        """Words in which one sign stands for each address of ours."""
        return [OURS if word in self.ours else word for word in words]

    @cached_property
    def _compact(self) -> str:
        return "".join(fold(self.sent.text).split())

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
