"""Our letter that an answer may quote, indexed by its words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from publisher.mail.spelling import fold, loose_words, page_words

SHORTEST = 4
"""Words in a row that identify the letter; fewer may be anybody's."""
SHORTEST_PIECE = 12
"""Characters of a broken line that identify the letter."""
OURS = "@"
"""Stands for one of our addresses among words."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter we sent, which an answer may quote."""

    subject: str
    """Its subject, as sent."""
    text: str
    """Its plain-text part, as this customer got it."""
    organisation: str
    addresses: tuple[str, ...]
    """Our addresses that a quotation may contain: sender, reply address, contact."""


class Original:
    """A letter that an answer may quote, indexed by its words."""

    def __init__(self, sent: Sent, people: Sequence[str]) -> None:
        """Indexes a letter; `people` are names and addresses of its recipient."""
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
        """Words without our addresses, which mail programs write once or twice."""
        return [word for word in words if word not in self.ours]

    def with_ours(self, words: Sequence[str]) -> list[str]:
        """Words with one sign in place of each of our addresses."""
        return [OURS if word in self.ours else word for word in words]

    @cached_property
    def _compact(self) -> str:
        return "".join(fold(self.sent.text).split())

    def has_piece(self, line: str) -> bool:
        """Whether it contains a line, however that is spaced."""
        piece = "".join(fold(line).split())
        return len(piece) >= SHORTEST_PIECE and piece in self._compact

    @cached_property
    def _places(self) -> dict[tuple[str, ...], list[int]]:
        """The positions of each word, and of each run of `SHORTEST` words."""
        places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(self.words)):
            for length in (1, SHORTEST):
                places.setdefault(tuple(self.words[at : at + length]), []).append(at)
        return places

    def stands_in_row(self, words: Sequence[str]) -> bool:
        """Whether it contains these words in a row."""
        begins = self._places.get(tuple(words[:1]), ())
        return any(self.words[at : at + len(words)] == list(words) for at in begins)

    @cached_property
    def beginnings(self) -> frozenset[tuple[str, ...]]:
        """Its first words, with and without its heading."""
        head = len(self.subject) if self.words[: len(self.subject)] == self.subject else 0
        return frozenset(tuple(self.words[at : at + SHORTEST]) for at in (0, head))

    def run(self, words: Sequence[str], at: int, place: int) -> tuple[int, int]:
        """How far words of a mail agree with the letter.

        Args:
            words: of the mail.
            at: where the run begins among them.
            place: the first position in the letter where it may begin.

        Returns:
            Where the run ends among the words, and in the letter; `at` and `place` if it is
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
                at += 1  # a list that the mail program numbered
            elif self.words[found].isdigit() and self.words[found + 1 : found + 2] == [words[at]]:
                found += 1  # a list whose numbers it dropped
            else:
                break
        return at, found
