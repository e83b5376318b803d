"""What an audit of the ledger finds, told table by table and no more than a person reads."""

from __future__ import annotations

from collections import Counter

from publisher.policies.finding import Finding, Severity

MOST_FAULTS = 20
"""Faults of one table that are told each; of more, their number."""
RESTORE = "publisher ledger restore FILE  # a copy from before"
REBUILD = "publisher ledger rebuild"


class Faults:
    """The faults that were found so far."""

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, table: str, number: object, what: str, remedy: str = RESTORE) -> None:
        """Adds one.

        Args:
            table: which has it.
            number: of its row.
            what: what is wrong.
            remedy: the next step.
        """
        self._counts[table, remedy] += 1
        if self._counts[table, remedy] <= MOST_FAULTS:
            place = f"{table} {number}".strip()
            self._found.append(Finding(Severity.ERROR, place, 0, what, remedy))

    def findings(self) -> list[Finding]:
        """All that are told, in the order in which they were found."""
        more = [
            Finding(Severity.ERROR, table, 0, f"{count - MOST_FAULTS} more are wrong", remedy)
            for (table, remedy), count in self._counts.items()
            if count > MOST_FAULTS
        ]
        return [*self._found, *more]
