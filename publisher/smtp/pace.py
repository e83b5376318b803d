"""How many letters go out in a minute: in all, and to one domain."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count

from publisher.letters.message import Letter

MOST_ASIDE = 200
"""Letters that wait for their domains while others go."""
_MINUTE = 60.0
_MOST_DOMAINS = 10_000
"""Domains that are kept in mind before those are forgotten that have had their pause."""


class Pace:
    """Letters one after the other, evenly spaced; times are seconds of a clock that only rises."""

    def __init__(self, rate: int, domain_rate: int) -> None:
        """Args:
        rate: letters a minute; 0: as many as go.
        domain_rate: the same to one domain.
        """
        self._gap = _MINUTE / rate if rate else 0.0
        self._domain_gap = _MINUTE / domain_rate if domain_rate else 0.0
        self._from = 0.0
        """When the next letter may go."""
        self._from_by_domain: dict[str, float] = {}
        self._aside: list[tuple[float, int, Letter]] = []
        self._numbers = count()

    @property
    def is_full(self) -> bool:
        """Whether no other letter can be put aside."""
        return len(self._aside) >= MOST_ASIDE

    def pause(self, now: float) -> float:
        """Seconds until a letter may go to a domain that has had none; 0: at once."""
        return max(0.0, self._from - now)

    def pause_aside(self, now: float) -> float | None:
        """Seconds until the first letter may go that was put aside; None: there is none."""
        if not self._aside:
            return None
        return max(0.0, self._from - now, self._aside[0][0] - now)

    def due(self, now: float) -> Letter | None:
        """A letter that was put aside and goes now; None: none does."""
        if self.pause_aside(now) != 0:
            return None
        letter = heappop(self._aside)[2]
        self._spend(now)
        return letter

    def admits(self, letter: Letter, now: float) -> bool:
        """Whether a letter goes now; one that does not is put aside."""
        if not self._domain_gap:
            self._spend(now)
            return True
        domain = letter.to.rpartition("@")[2].lower()
        at = max(now, self._from_by_domain.get(domain, 0.0))
        if len(self._from_by_domain) >= _MOST_DOMAINS:
            later = {one: when for one, when in self._from_by_domain.items() if when > now}
            self._from_by_domain = later
        self._from_by_domain[domain] = at + self._domain_gap
        if at > now:
            heappush(self._aside, (at, next(self._numbers), letter))
            return False
        self._spend(now)
        return True

    def forget(self) -> None:
        """Forgets the letters that were put aside."""
        self._aside.clear()

    def _spend(self, now: float) -> None:
        self._from = max(now, self._from) + self._gap if self._gap else 0.0
