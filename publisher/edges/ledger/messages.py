"""Messages in the ledger: the bytes that came in, and what became of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from sqlalchemy import func, insert, literal, select
from sqlalchemy.engine import RowMapping

from publisher.edges.clock import Clock
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.tables import FILINGS, MESSAGES
from publisher.people.messages import FOR_A_PERSON, Filed, Filing, Message
from publisher.people.requests import Timing


class MessageTable(LedgerPart):
    """Reads and writes messages."""

    def keep(self, raw: bytes, to: str, clock: Clock) -> int:
        """Stores a message before anything reads it; returns its number."""
        with self._writing() as db:
            values = {"raw": raw, "to_address": to, "received_at": clock()}
            done = db.execute(insert(MESSAGES).values(values).returning(MESSAGES.c.id))
            return int(done.scalar_one())

    def file(self, number: int, what: Filing, now: dt.datetime) -> None:
        """Records what became of a message; if that is recorded again, the last one counts."""
        with self._writing() as db:
            db.execute(insert(FILINGS).values(message=number, at=now, **asdict(what)))

    def raw(self, number: int) -> bytes | None:
        """A message as it came in."""
        with self._reading() as db:
            found = select(MESSAGES.c.raw).where(MESSAGES.c.id == number)
            return db.execute(found).scalar_one_or_none()

    def messages(self) -> list[Message]:
        """Every message that came in, with what became of it last."""
        last = select(func.max(FILINGS.c.id)).group_by(FILINGS.c.message)
        joined = MESSAGES.outerjoin(
            FILINGS, (FILINGS.c.message == MESSAGES.c.id) & FILINGS.c.id.in_(last)
        )
        wanted = (MESSAGES.c.id.label("number"), MESSAGES.c.received_at, MESSAGES.c.to_address)
        with self._reading() as db:
            rows = db.execute(select(*wanted, FILINGS).select_from(joined).order_by(MESSAGES.c.id))
            return [_message(row) for row in rows.mappings()]

    def unread(self, most: int, latest: int = 0) -> list[Message]:
        """The messages that were stored and not yet read: the program was stopped, or a release
        that they are about was altered.

        Args:
            most: limit on their number; the oldest come first.
            latest: number of one that is among them in any case, as the last.
        """
        filed = select(FILINGS.c.id).where(FILINGS.c.message == MESSAGES.c.id).exists()
        wanted = (MESSAGES.c.id.label("number"), MESSAGES.c.received_at, MESSAGES.c.to_address)
        nothing = [literal(None).label(c.name) for c in FILINGS.c if c.name != "id"]
        found = select(*wanted, *nothing).where(~filed).order_by(MESSAGES.c.id)
        with self._reading() as db:
            oldest = [_message(row) for row in db.execute(found.limit(most)).mappings()]
            if any(message.id == latest for message in oldest):
                return oldest
            own = db.execute(found.where(MESSAGES.c.id == latest)).mappings()
            return [*oldest, *map(_message, own)]

    def came_before(self, number: int) -> dt.datetime | None:
        """When the message before this one came in; None: it is the first."""
        earlier = select(MESSAGES.c.received_at).where(MESSAGES.c.id < number)
        with self._reading() as db:
            found = db.execute(earlier.order_by(MESSAGES.c.id.desc()).limit(1))
            return found.scalar_one_or_none()

    def waiting(self) -> list[Message]:
        """The messages that need a person's decision."""
        return [m for m in self.messages() if m.filed is None or m.filed in FOR_A_PERSON]


def _message(row: RowMapping) -> Message:
    return Message(
        id=row["number"],
        received=row["received_at"],
        to=row["to_address"],
        filed=Filed(row["filed"]) if row["filed"] else None,
        reason=row["reason"] or "",
        policy=row["policy"] or "",
        release=row["release"] or "",
        recipient=row["recipient"],
        timing=Timing(row["timing"]) if row["timing"] else None,
        request=row["request"],
    )
