"""Which private values may be gone: those that an event on record says were erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from publisher.edges.ledger.schema import EVENTS
from publisher.record.event import EventKind

_ABOUT = ("recipient", "message", "request")


class Erasures:
    """What was erased, by the number of the last event that says so."""

    def __init__(self, db: Connection) -> None:
        """Reads them.

        Args:
            db: a transaction.
        """
        self._last: dict[tuple[object, ...], int] = {}
        erasing = EVENTS.c.kind.in_((EventKind.ERASED, EventKind.PRUNED))
        for row in db.execute(select(EVENTS).where(erasing).order_by(EVENTS.c.id)):
            if row.kind == EventKind.ERASED:
                named = [(name, getattr(row, name)) for name in _ABOUT]
                self._last |= {one: row.id for one in named if one[1] is not None}
            elif row.policy:
                self._last[row.policy, row.release] = row.id

    def cover(self, row: Any) -> bool:
        """Whether the private value of an event may be gone: it was erased after it was written.

        Args:
            row: of the event.
        """
        named: list[tuple[object, ...]] = [(name, getattr(row, name)) for name in _ABOUT]
        if row.policy:
            named.append((row.policy, row.release))
        return any(self._last.get(one, 0) > row.id for one in named)
