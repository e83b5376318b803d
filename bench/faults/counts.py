"""Counts of what was found, and whether a promise was broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SHOWN = 5
"""Limit on the cases of a broken promise that are named."""


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was found."""

    what: str
    promised: bool
    """Whether it must never be found; otherwise it is only reported."""
    cases: tuple[str, ...] | int
    """Which ones, or how many."""

    @property
    def found(self) -> int:
        """How many."""
        return self.cases if isinstance(self.cases, int) else len(self.cases)

    @property
    def shown(self) -> tuple[str, ...]:
        """The first few of its cases."""
        return () if isinstance(self.cases, int) else self.cases[:SHOWN]

    @property
    def broken(self) -> bool:
        """Whether a promise was broken."""
        return self.promised and self.found > 0


@dataclass
class Tally:
    """The counts of one experiment, added up over its rounds."""

    name: str
    kills: Counter[str] = field(default_factory=Counter)
    """By the cue that the death waited for."""
    rounds: int = 0
    counted: str = "kills"
    """What was done so often."""
    _found: dict[str, Count] = field(default_factory=dict)

    def never(self, what: str, cases: Iterable[str]) -> None:
        """Counts what must never be found."""
        self._add(Count(what, True, tuple(cases)))

    def told(self, what: str, number: int) -> None:
        """Counts what may be found."""
        self._add(Count(what, False, number))

    def _add(self, new: Count) -> None:
        old = self._found.get(new.what)
        if old is None:
            self._found[new.what] = new
        elif isinstance(new.cases, int) or isinstance(old.cases, int):
            self._found[new.what] = Count(new.what, new.promised, old.found + new.found)
        else:
            self._found[new.what] = Count(new.what, new.promised, old.cases + new.cases)

    def values(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        rows = [(one.what, one.promised, one.found, one.shown) for one in self.counts]
        kills = {str(cue): number for cue, number in self.kills.items()}
        return {"rounds": self.rounds, "kills": kills, "counts": rows}

    def add(self, earlier: dict[str, Any]) -> None:
        """Adds what an earlier run counted.

        Args:
            earlier: its `values`.
        """
        self.kills = Counter({str(cue): number for cue, number in self.kills.items()})
        self.kills.update(earlier["kills"])
        self.rounds += earlier["rounds"]
        for what, promised, found, shown in earlier["counts"]:
            cases = (*shown, *["…"] * (found - len(shown))) if promised else found
            self._add(Count(what, promised, cases))

    @property
    def counts(self) -> list[Count]:
        """What was counted, in the order in which it was first."""
        return list(self._found.values())

    @property
    def broken(self) -> list[Count]:
        """The promises that were broken."""
        return [count for count in self.counts if count.broken]
