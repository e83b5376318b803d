"""Messages in the ledger: what came in as it came, and what became of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from sqlalchemy import func, insert, literal, select
from sqlalchemy.engine import RowMapping

from publisher.edges.clock import Clock
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.tables import filing, message
from publisher.people.messages import FOR_A_PERSON, Filed, Filing, Message
from publisher.people.requests import Timing


class MessageTable(LedgerPart):
    """What came in."""

    def keep(self, raw: bytes, to: str, clock: Clock) -> int:
        """Keeps a message that came in, before anybody looks into it; returns its number."""
        with self._writing() as db:
            values = {"raw": raw, "to_address": to, "received_at": clock()}
            done = db.execute(insert(message).values(values).returning(message.c.id))
            return int(done.scalar_one())

    def file(self, number: int, what: Filing, now: dt.datetime) -> None:
        """Records what became of a message; if that is recorded again, the last one counts."""
        with self._writing() as db:
            db.execute(insert(filing).values(message=number, at=now, **asdict(what)))

    def raw(self, number: int) -> bytes | None:
        """A message as it came in."""
        with self._reading() as db:
            found = select(message.c.raw).where(message.c.id == number)
            return db.execute(found).scalar_one_or_none()

    def messages(self) -> list[Message]:
        """Every message that came in, with what became of it last."""
        last = select(func.max(filing.c.id)).group_by(filing.c.message)
        joined = message.outerjoin(
            filing, (filing.c.message == message.c.id) & filing.c.id.in_(last)
        )
        wanted = (message.c.id.label("number"), message.c.received_at, message.c.to_address)
        with self._reading() as db:
            rows = db.execute(select(*wanted, filing).select_from(joined).order_by(message.c.id))
            return [_message(row) for row in rows.mappings()]

    def unread(self, most: int) -> list[Message]:
        """The messages that were kept, and the program was stopped before it read them.

        Args:
            most: how many at most, the oldest first.
        """
        filed = select(filing.c.id).where(filing.c.message == message.c.id).exists()
        wanted = (message.c.id.label("number"), message.c.received_at, message.c.to_address)
        nothing = [literal(None).label(c.name) for c in filing.c if c.name != "id"]
        found = select(*wanted, *nothing).where(~filed).order_by(message.c.id).limit(most)
        with self._reading() as db:
            return [_message(row) for row in db.execute(found).mappings()]

    def came_before(self, number: int) -> dt.datetime | None:
        """When the message before this one came in; None: there is none."""
        earlier = select(message.c.received_at).where(message.c.id < number)
        with self._reading() as db:
            found = db.execute(earlier.order_by(message.c.id.desc()).limit(1))
            return found.scalar_one_or_none()

    def waiting(self) -> list[Message]:
        """The messages that a person has to read."""
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
