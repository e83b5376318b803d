"""The ledger: recipients, deliveries, requests and messages, in one database outside git.

Each method is one transaction, and what it wrote is on the disk when it returns. Times are handed
in, with their offset.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, func, insert, literal, select, update
from sqlalchemy.engine import RowMapping

from publisher.answers.declarations import DAY, may_record, said_before
from publisher.edges.clock import Clock
from publisher.edges.database import Database, LedgerError
from publisher.edges.project import Project
from publisher.edges.tables import answer, delivery, filing, message, recipient, request
from publisher.errors import TooOftenError
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.messages import FOR_A_PERSON, Filed, Message
from publisher.people.recipients import Customer, Recipient
from publisher.people.requests import (
    BEHIND,
    Answer,
    Channel,
    Recorded,
    Request,
    RequestKind,
    Timing,
    TimingOf,
    Wanted,
)
from publisher.releases.chronology import overtaken
from publisher.releases.number import Number


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import of recipients changed."""

    new: int
    changed: int
    unchanged: int


_OPENED: dict[str, Ledger] = {}
_OPENING = Lock()


def ledger_of(project: Project) -> Ledger:
    """The ledger of a project, opened once in a process."""
    with _OPENING:
        if project.ledger_url not in _OPENED:
            _OPENED[project.ledger_url] = Ledger(project.ledger_url)
        return _OPENED[project.ledger_url]


def close_ledgers() -> None:
    """Closes what this process has opened; the last to do so merges the log into the file."""
    with _OPENING:
        for url in list(_OPENED):
            _OPENED.pop(url).close()


class Ledger:
    """An open ledger; may be shared by threads."""

    def __init__(self, url: str) -> None:
        """Opens the ledger, and makes it where there is none.

        Args:
            url: a SQLAlchemy URL.

        Raises:
            LedgerError: it cannot be opened, or has tables of another version.
        """
        self._database = Database(url)
        self._writing, self._reading = self._database.writing, self._database.reading

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()

    # ── recipients ───────────────────────────────────────────────────────────────────────────────

    def merge_recipients(self, customers: Sequence[Customer], now: dt.datetime) -> Merged:
        """Adds new customers and updates known ones; removes nobody."""
        with self._writing() as db:
            rows = db.execute(select(recipient)).mappings()
            known = {row["customer"]: (row["address"], row["name"]) for row in rows}
            new = [c for c in customers if c.id not in known]
            changed = [c for c in customers if known.get(c.id, c.told_as) != c.told_as]
            if new:
                db.execute(
                    insert(recipient),
                    [
                        {"customer": c.id, "address": c.address, "name": c.name, "added_at": now}
                        for c in new
                    ],
                )
            for c in changed:
                same = recipient.c.customer == c.id
                db.execute(update(recipient).where(same).values(address=c.address, name=c.name))
        return Merged(len(new), len(changed), len(customers) - len(new) - len(changed))

    def recipients(self) -> list[Recipient]:
        """Everybody who is told, in the order in which they were added."""
        with self._reading() as db:
            rows = db.execute(select(recipient).order_by(recipient.c.id)).mappings()
            return [_recipient(row) for row in rows]

    def recipient(self, number: int) -> Recipient | None:
        """The recipient with this number."""
        return self._recipient_where(recipient.c.id == number)

    def customer(self, customer: str) -> Recipient | None:
        """The recipient with this customer id."""
        return self._recipient_where(recipient.c.customer == customer)

    def at_address(self, address: str) -> list[Recipient]:
        """Every recipient with this address; upper and lower case are the same."""
        with self._reading() as db:
            return _at_address(db, address)

    def _recipient_where(self, condition: Any) -> Recipient | None:
        with self._reading() as db:
            row = db.execute(select(recipient).where(condition)).mappings().one_or_none()
            return _recipient(row) if row is not None else None

    # ── deliveries ───────────────────────────────────────────────────────────────────────────────

    def enlist(
        self,
        policy: str,
        number: Number,
        effective: dt.date,
        recipients: Sequence[int],
        now: dt.datetime,
    ) -> None:
        """Puts recipients on the list of a release; those already on it stay as they are."""
        with self._writing() as db:
            of_release = (delivery.c.policy == policy) & (delivery.c.release == str(number))
            listed = set(db.execute(select(delivery.c.recipient).where(of_release)).scalars())
            rows = [
                {
                    "policy": policy,
                    "release": str(number),
                    "major": number.major,
                    "recipient": one,
                    "effective": effective,
                    "state": DeliveryState.TO_DO,
                    "at": now,
                }
                for one in recipients
                if one not in listed
            ]
            if rows:
                db.execute(insert(delivery), rows)

    def deliveries(self, policy: str, major: int) -> list[Delivery]:
        """The deliveries of a material release and its corrections."""
        own = (delivery.c.policy == policy) & (delivery.c.major == major)
        with self._reading() as db:
            rows = db.execute(
                select(delivery).where(own).order_by(delivery.c.release, delivery.c.recipient)
            ).mappings()
            return [_delivery(row) for row in rows]

    def letters(
        self, policy: str, number: Number, only: int | None = None
    ) -> list[tuple[int, DeliveryState]]:
        """The letters about one release: (the recipient's number, where it stands).

        Args:
            policy, number: which release.
            only: the number of the only recipient to look up; None: everybody.
        """
        same = (delivery.c.policy == policy) & (delivery.c.release == str(number))
        if only is not None:
            same &= delivery.c.recipient == only
        with self._reading() as db:
            rows = db.execute(select(delivery.c.recipient, delivery.c.state).where(same))
            return [(row.recipient, DeliveryState(row.state)) for row in rows]

    def delivery(self, policy: str, number: Number, recipient_number: int) -> Delivery | None:
        """The delivery of a release's notice to one recipient."""
        same = (
            (delivery.c.policy == policy)
            & (delivery.c.release == str(number))
            & (delivery.c.recipient == recipient_number)
        )
        with self._reading() as db:
            row = db.execute(select(delivery).where(same)).mappings().one_or_none()
            return _delivery(row) if row is not None else None

    def mark(self, one: Delivery, address: str, message_id: str, now: dt.datetime) -> None:
        """Marks a delivery as in doubt, just before the carrier is given the end of the letter.

        Raises:
            LedgerError: it is no longer to do: another sender has it.
        """
        values = {
            "state": DeliveryState.IN_DOUBT,
            "address": address,
            "message_id": message_id,
            "at": now,
            "tries": delivery.c.tries + 1,
        }
        same = _same(one) & (delivery.c.state == DeliveryState.TO_DO)
        with self._writing() as db:
            if db.execute(update(delivery).where(same).values(values)).rowcount != 1:
                raise LedgerError(
                    "another sender has taken this letter", where=self._database.where
                )

    def settle(
        self,
        one: Delivery,
        state: DeliveryState,
        reply: str,
        now: dt.datetime,
        *,
        was: DeliveryState = DeliveryState.IN_DOUBT,
    ) -> None:
        """Records what became of a delivery.

        Args:
            one: which.
            state, reply, now: what became of it, and when.
            was: the state that whoever settles it knows it to be in. If it is in another one,
                somebody else has it, and what they know of it stands.
        """
        values = {"state": state, "reply": reply, "at": now}
        with self._writing() as db:
            db.execute(
                update(delivery).where(_same(one) & (delivery.c.state == was)).values(values)
            )

    # ── requests ─────────────────────────────────────────────────────────────────────────────────

    def record(self, wanted: Wanted, clock: Clock, timing_of: TimingOf) -> Recorded:
        """Records a request. One that says what was said before is kept too, marked as a repeat.

        The time is asked for when nobody else can write any more, so of two who declare the same
        at once, one repeats the other.

        Args:
            wanted: what is asked for.
            clock: the time, with its offset.
            timing_of: whether what comes at a time is in time.

        Raises:
            TooOftenError: its customer has declared one thing and the other too often in a day;
                nothing was recorded.
        """
        with self._writing() as db:
            # Whoever asks twice at once waits here (PostgreSQL; SQLite has one writer anyway).
            mine = recipient.c.id == wanted.recipient
            db.execute(select(recipient.c.id).where(mine).with_for_update())
            now = clock()
            received = wanted.received or now
            timing = timing_of(received)
            major, whom = wanted.number.major, wanted.recipient
            before = _requests(db, wanted.policy, major, whom) if whom else []
            # What is declared now comes after all that is on record, whatever clock wrote that.
            earlier = [r for r in before if not wanted.received or r.received <= received]
            declares = wanted.kind is not RequestKind.ASK
            first = said_before(wanted.kind, timing, earlier) if declares else None
            if declares and not may_record(first, before, now):
                if first is None:
                    raise TooOftenError("this was declared and taken back too often today")
                return Recorded(first, first)
            return Recorded(_insert(db, wanted, received, timing, now, first), first)

    def requests(
        self, policy: str, major: int, recipient_number: int | None = None
    ) -> list[Request]:
        """The requests about a material release and its corrections, as they came."""
        with self._reading() as db:
            return _requests(db, policy, major, recipient_number)

    def request(self, number: int) -> Request | None:
        """One request."""
        with self._reading() as db:
            row = db.execute(select(request).where(request.c.id == number)).mappings().one_or_none()
            return _request(row) if row is not None else None

    # ── answers ──────────────────────────────────────────────────────────────────────────────────

    def answers(self, *states: DeliveryState, since: dt.datetime | None = None) -> list[Answer]:
        """The answers by machine that stand so, in the order of what they answer.

        Args:
            states: which; none named: all.
            since: only what became of them then or later.
        """
        columns = (answer.c.state, answer.c.reply, answer.c.at, answer.c.tries)
        joined = request.join(answer, answer.c.request == request.c.id)
        found = select(request, *columns).select_from(joined).order_by(request.c.id)
        if states:
            found = found.where(answer.c.state.in_(states))
        if since is not None:
            found = found.where(answer.c.at >= since)
        with self._reading() as db:
            return [_answer(row) for row in db.execute(found).mappings()]

    def mark_answers(self, numbers: Sequence[int], now: dt.datetime) -> None:
        """As `mark`, for the one letter that answers these requests.

        Raises:
            LedgerError: another sender has one of them; none was marked.
        """
        same = answer.c.request.in_(numbers) & (answer.c.state == DeliveryState.TO_DO)
        values = {"state": DeliveryState.IN_DOUBT, "at": now, "tries": answer.c.tries + 1}
        with self._writing() as db:
            if db.execute(update(answer).where(same).values(values)).rowcount != len(numbers):
                raise LedgerError(
                    "another sender has taken this answer", where=self._database.where
                )

    def settle_answers(
        self,
        numbers: Sequence[int],
        state: DeliveryState,
        reply: str,
        now: dt.datetime,
        *,
        was: Sequence[DeliveryState] = (DeliveryState.IN_DOUBT,),
        afresh: bool = False,
    ) -> None:
        """As `settle`, for the one letter that answers these requests.

        Args:
            numbers: of the requests.
            state, reply, now: what became of the letter, and when.
            was: the states that whoever settles them knows them to be in.
            afresh: forget how often it was tried.
        """
        values: dict[str, Any] = {"state": state, "reply": reply, "at": now}
        if afresh:
            values["tries"] = 0
        elif was == (DeliveryState.TO_DO,):
            values["tries"] = answer.c.tries + 1
        own = answer.c.request.in_(numbers) & answer.c.state.in_(was)
        with self._writing() as db:
            db.execute(update(answer).where(own).values(values))

    def pass_on(self, asked: Request, address: str, clock: Clock) -> int:
        """Puts down a link for each customer at the address that somebody asked with.

        Args:
            asked: what came in, from nobody in particular.
            address: what was asked with.
            clock: the time.

        Returns:
            How many links are to be mailed: none where one was in the last day.
        """
        own = answer.c.request == asked.id
        with self._writing() as db:
            now = clock()
            open_ = own & (answer.c.state == DeliveryState.TO_DO)
            done = {"state": DeliveryState.ACCEPTED, "reply": "passed on", "at": now}
            if db.execute(update(answer).where(open_).values(done)).rowcount != 1:
                return 0
            found = [r.number for r in _at_address(db, address)]
            links = [n for n in found if not _linked_since(db, asked, n, now - DAY)]
            for number in links:
                _insert(db, _for(asked, number), asked.received, asked.timing, now, None)
        return len(links)

    # ── messages ─────────────────────────────────────────────────────────────────────────────────

    def keep(self, raw: bytes, to: str, clock: Clock) -> int:
        """Keeps a message that came in, before anybody looks into it; returns its number."""
        with self._writing() as db:
            values = {"raw": raw, "to_address": to, "received_at": clock()}
            done = db.execute(insert(message).values(values).returning(message.c.id))
            return int(done.scalar_one())

    def file(
        self,
        number: int,
        filed: Filed,
        reason: str,
        now: dt.datetime,
        *,
        about: Request | None = None,
        policy: str = "",
        release: str = "",
        recipient_number: int | None = None,
        timing: Timing | None = None,
    ) -> None:
        """Records what became of a message; said again, the last one counts."""
        values = {
            "message": number,
            "filed": filed,
            "reason": reason,
            "policy": policy,
            "release": release,
            "recipient": recipient_number,
            "timing": timing,
            "request": about.id if about else None,
            "at": now,
        }
        with self._writing() as db:
            db.execute(insert(filing).values(values))

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


def _same(one: Delivery) -> Any:
    return (
        (delivery.c.policy == one.policy)
        & (delivery.c.release == one.release)
        & (delivery.c.recipient == one.recipient)
    )


def _requests(
    db: Connection, policy: str, major: int, recipient_number: int | None
) -> list[Request]:
    wanted = (request.c.policy == policy) & (request.c.major == major)
    if recipient_number is not None:
        wanted &= request.c.recipient == recipient_number
    rows = db.execute(select(request).where(wanted).order_by(request.c.received_at, request.c.id))
    return [_request(row) for row in rows.mappings()]


def _insert(
    db: Connection,
    wanted: Wanted,
    received: dt.datetime,
    timing: Timing,
    now: dt.datetime,
    first: Request | None,
) -> Request:
    late = overtaken(now, [*_newest(db), wanted.not_before])
    evidence = {**wanted.evidence, **({BEHIND: late.isoformat()} if late else {})}
    values = {
        "kind": wanted.kind,
        "policy": wanted.policy,
        "release": str(wanted.number),
        "major": wanted.number.major,
        "recipient": wanted.recipient,
        "received_at": received,
        "timing": timing,
        "channel": wanted.channel,
        "evidence": json.dumps(evidence, ensure_ascii=False, sort_keys=True),
        "repeats": first.id if first else None,
    }
    done = db.execute(insert(request).values(values).returning(request)).mappings().one()
    if wanted.answered and first is None:
        db.execute(insert(answer).values(request=done["id"], state=DeliveryState.TO_DO, at=now))
    return _request(done)


def _newest(db: Connection) -> list[dt.datetime]:
    """When what is on record last was put there."""
    columns = (request.c.received_at, message.c.received_at, filing.c.at, recipient.c.added_at)
    last = (select(c).order_by(c.table.c.id.desc()).limit(1) for c in columns)
    return [moment for one in last for moment in db.execute(one).scalars()]


def _at_address(db: Connection, address: str) -> list[Recipient]:
    same = func.lower(recipient.c.address) == address.lower()
    rows = db.execute(select(recipient).where(same).order_by(recipient.c.id)).mappings()
    return [_recipient(row) for row in rows]


def _linked_since(db: Connection, asked: Request, whom: int, since: dt.datetime) -> bool:
    """Whether a customer was sent the link of a release, or is going to be."""
    lately = (
        (request.c.policy == asked.policy)
        & (request.c.major == asked.major)
        & (request.c.recipient == whom)
        & (request.c.kind == RequestKind.ASK)
        & (request.c.received_at > since)
        & (answer.c.state != DeliveryState.REFUSED)
    )
    joined = request.join(answer, answer.c.request == request.c.id)
    found = select(request.c.id).select_from(joined).where(lately).limit(1)
    return db.execute(found).first() is not None


def _for(asked: Request, whom: int) -> Wanted:
    """What somebody asked for, as the request of one customer."""
    number = Number.parse(asked.release)
    assert number is not None
    return Wanted(asked.kind, asked.policy, number, whom, asked.channel, {"asked": asked.id})


def _recipient(row: RowMapping) -> Recipient:
    return Recipient(row["id"], row["customer"], row["address"], row["name"])


def _delivery(row: RowMapping) -> Delivery:
    names = ("policy", "release", "recipient", "effective", "reply", "address", "message_id", "at")
    values = {name: row[name] for name in names}
    return Delivery(**values, tries=row["tries"], state=DeliveryState(row["state"]))


def _request(row: RowMapping) -> Request:
    names = ("id", "policy", "release", "major", "recipient", "evidence", "repeats")
    return Request(
        **{name: row[name] for name in names},
        kind=RequestKind(row["kind"]),
        received=row["received_at"],
        timing=Timing(row["timing"]),
        channel=Channel(row["channel"]),
    )


def _answer(row: RowMapping) -> Answer:
    state = DeliveryState(row["state"])
    return Answer(_request(row), state, row["reply"], row["at"], row["tries"])


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
