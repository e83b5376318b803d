"""Messages in the ledger: the bytes that came in, and what became of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import zstandard
from sqlalchemy import ColumnElement, or_, select

from publisher.edges.clock import Clock
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import next_numbers, rows_among
from publisher.edges.ledger.schema import MESSAGES, PRIVATE
from publisher.edges.ledger.transaction import Transaction
from publisher.mail.subject import HEAD_READ, subject_in
from publisher.people.messages import FOR_A_PERSON, Filed, Filing, Message
from publisher.people.requests import Timing
from publisher.record.event import EventKind, Happening, microseconds, moment_of

_CAME, _FILED = PRIVATE.alias(), PRIVATE.alias()
_WITH_WORDS = MESSAGES.outerjoin(_CAME, _CAME.c.event == MESSAGES.c.event).outerjoin(
    _FILED, _FILED.c.event == MESSAGES.c.filing
)
_FOUND = select(
    *MESSAGES.columns, _CAME.c.value.label("came"), _FILED.c.value.label("words")
).select_from(_WITH_WORDS)
_UNREAD = MESSAGES.c.filed == ""
_PAGE = 500
"""Messages that are read from the database at a time."""


class MessageTable(LedgerPart):
    """Reads and writes messages."""

    def keep(self, raw: bytes, to: str, clock: Clock) -> int:
        """Stores a message before anything reads it; returns its number."""
        return self.keep_all([(raw, to)], clock)[0]

    def keep_all(self, messages: Sequence[tuple[bytes, str]], clock: Clock) -> Sequence[int]:
        """Stores messages in one transaction, before anything reads them.

        Args:
            messages: each as it came, and the recipient on its envelope; empty: not known.
            clock: gives the time, once they may be written.

        Returns:
            Their numbers, in the same order.
        """
        made = [
            (
                {"bytes": len(raw)},
                {"to": to, "sha256": hashlib.sha256(raw).hexdigest()},
                zstandard.compress(raw),
            )
            for raw, to in messages
        ]

        def keep(tx: Transaction) -> Sequence[int]:
            numbers, now = next_numbers(tx.db, MESSAGES, len(made)), clock()
            tx.record_all(
                [
                    Happening(
                        EventKind.RECEIVED,
                        now,
                        message=number,
                        facts=facts,
                        private=private,
                        body=body,
                    )
                    for number, (facts, private, body) in zip(numbers, made, strict=True)
                ]
            )
            return numbers

        return self._write(keep)

    def kept_since(self, moment: dt.datetime) -> set[str]:
        """The SHA-256 of each message that came in at a moment or later, in hexadecimal."""
        found = (
            select(PRIVATE.c.value)
            .join(MESSAGES, MESSAGES.c.event == PRIVATE.c.event)
            .where(MESSAGES.c.received_at >= microseconds(moment))
        )
        with self._reading() as db:
            return {json.loads(value).get("sha256", "") for (value,) in db.execute(found)}

    def file(self, number: int, what: Filing, now: dt.datetime, role: str = "") -> None:
        """Records what became of a message; if that is recorded again, the last one counts.

        Args:
            number: of the message.
            what, now: what became of it, and when.
            role: of the person who decided it; empty: this program read it.
        """
        happened = filed_happening(number, what, now, role)
        self._write(lambda tx: tx.record(happened))

    def raw(self, number: int) -> bytes | None:
        """A message as it came in; None: there is none with this number, or it was erased."""
        found = select(PRIVATE.c.body).join(MESSAGES, MESSAGES.c.event == PRIVATE.c.event)
        with self._reading() as db:
            body = db.execute(found.where(MESSAGES.c.id == number)).scalar_one_or_none()
            return zstandard.decompress(body) if body is not None else None

    def subjects(self, numbers: Sequence[int]) -> dict[int, str]:
        """What messages say that they are about, where that was not erased.

        Args:
            numbers: of the messages.
        """
        found = "SELECT m.id, p.body FROM message m JOIN private p ON p.event = m.event"
        said: dict[int, str] = {}
        with self._reading() as db:
            for start in range(0, len(numbers), _PAGE):
                some = numbers[start : start + _PAGE]
                for number, body in rows_among(db, f"{found} WHERE m.id {{}}", some):
                    if body is not None:
                        with zstandard.ZstdDecompressor().stream_reader(bytes(body)) as raw:
                            said[number] = subject_in(raw.read(HEAD_READ))
        return said

    def message(self, number: int) -> Message | None:
        """One message, with what became of it last."""
        with self._reading() as db:
            row = db.execute(_FOUND.where(MESSAGES.c.id == number)).one_or_none()
            return _message(row) if row is not None else None

    def messages(self) -> Iterator[Message]:
        """Every message that came in, with what became of it last, the oldest first."""
        return self._each(MESSAGES.c.id > 0)

    def waiting(self) -> Iterator[Message]:
        """The messages that need a person's decision, the oldest first."""
        return self._each(or_(_UNREAD, MESSAGES.c.filed.in_(FOR_A_PERSON)))

    def unread(self, most: int, latest: int = 0) -> list[Message]:
        """The messages that were stored and not yet read: the program was stopped, or a release
        that they are about was altered.

        Args:
            most: limit on their number; the oldest come first.
            latest: number of one that is among them in any case, as the last.
        """
        found = _FOUND.where(_UNREAD).order_by(MESSAGES.c.id)
        with self._reading() as db:
            oldest = [_message(row) for row in db.execute(found.limit(most))]
            if any(message.id == latest for message in oldest):
                return oldest
            own = db.execute(found.where(MESSAGES.c.id == latest))
            return [*oldest, *map(_message, own)]

    def came_before(self, number: int) -> dt.datetime | None:
        """When the message before this one came in; None: it is the first."""
        earlier = select(MESSAGES.c.received_at).where(MESSAGES.c.id < number)
        with self._reading() as db:
            found = db.execute(earlier.order_by(MESSAGES.c.id.desc()).limit(1))
            came = found.scalar_one_or_none()
            return moment_of(came) if came is not None else None

    def _each(self, wanted: ColumnElement[bool]) -> Iterator[Message]:
        """Messages page by page, so that a reader who takes its time holds up nobody."""
        last = 0
        while True:
            page = _FOUND.where(wanted & (MESSAGES.c.id > last)).order_by(MESSAGES.c.id)
            with self._reading() as db:
                found = [_message(row) for row in db.execute(page.limit(_PAGE))]
            yield from found
            if len(found) < _PAGE:
                return
            last = found[-1].id


def filed_happening(number: int, what: Filing, now: dt.datetime, role: str = "") -> Happening:
    """What is recorded of a message that was filed.

    Args:
        number, what, now, role: as for `MessageTable.file`.
    """
    facts: dict[str, Any] = {"filed": what.filed}
    if what.timing:
        facts["timing"] = what.timing
    if role:
        facts["role"] = role
    kind = EventKind.DECIDED if role else EventKind.FILED
    about = what.policy, what.release, what.recipient, what.request, number
    private = {"reason": what.reason} | ({"likely": what.likely} if what.likely else {})
    return Happening(kind, now, *about, facts=facts, private=private)


def _message(row: Any) -> Message:
    came = json.loads(row.came) if row.came else {}
    words = json.loads(row.words) if row.words else {}
    return Message(
        id=row.id,
        received=moment_of(row.received_at),
        to=came.get("to", ""),
        filed=Filed(row.filed) if row.filed else None,
        reason=words.get("reason", ""),
        policy=row.policy,
        release=row.release,
        recipient=row.recipient,
        timing=Timing(row.timing) if row.timing else None,
        request=row.request,
        likely=words.get("likely", ""),
    )
