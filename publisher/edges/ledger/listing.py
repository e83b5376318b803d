"""Lists of customers taken into the ledger: in one transaction, a chunk after the other."""

from __future__ import annotations

import datetime as dt
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from json.encoder import encode_basestring as quoted
from typing import TypeVar

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.recipient_states import agreed, list_recipients
from publisher.edges.ledger.rows import next_numbers, rows_among
from publisher.edges.ledger.schema import APART, RECIPIENTS
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import StoppedError
from publisher.people.customer_list import Customer, CustomerList, LeftOut, ListFaults
from publisher.people.due import REACHED
from publisher.people.list_cells import AgreedVersions
from publisher.people.recipients import RecipientState
from publisher.people.recipients_import import (
    KnownRecipient,
    RecipientsImport,
    Taking,
    Unlisting,
    merged,
    require_consistent,
    require_known,
    require_legible,
    require_meant,
    require_somebody,
)
from publisher.record.event import EventKind, Happening, microseconds
from publisher.record.private import SALT, canonical

_CHUNK = 1_000
_PAGE = 10_000
_SHARED_SHOWN = 50
_LEFT = 2**32 - 1
"""In place of a line: the recipient stands on lines that are left out, and on no other so far."""

_T = TypeVar("_T")


class ListTable(LedgerPart):
    """Takes lists of customers."""

    def take_list(
        self, customers: CustomerList, taking: Taking, now: dt.datetime
    ) -> RecipientsImport:
        """Takes a list of customers: adds those who are new, alters what is known of others.

        What is kept in memory is a number for each recipient, so that two lines about one are
        seen, and who is missing.

        Args:
            customers: the list, which is read once.
            taking: how.
            now: the time.

        Raises:
            RecipientsError: nothing was taken: the list cannot be read to its end, lines
                contradict one another, or `taking` does not allow what it would do.
            LedgerError: the ledger cannot be written; nothing was taken.
            StoppedError: somebody stopped it; nothing was taken.
        """

        def take(tx: Transaction) -> RecipientsImport:
            tx.hold_turn("recipients")
            work = _Work(tx, customers, now)
            told = _count_told(tx.db)
            try:
                for chunk in _chunks(customers):
                    work.take(chunk)
            except KeyboardInterrupt:
                what, remedy = "stopped; nothing was taken", "import the list again"
                raise StoppedError(what, where=taking.name.name, remedy=remedy) from None
            require_consistent(work.contradictions, customers.faults, taking)
            require_somebody(work.done, taking)
            if taking.options.complete:
                require_legible(work.nameless, taking)
                missing = work.missing()
                require_meant(len(missing), told, taking)
                _remove(tx, missing, now)
                work.done.removed = len(missing)
            work.done.shared = _shared(tx.db)
            work.done.anew = work.anew
            work.done.faults = customers.faults.lines(taking.name.name)
            if customers.remarks is not customers.faults:
                work.done.unrecorded = customers.remarks.lines(taking.name.name)
            work.done.unread = customers.unread
            return work.done

        return self._database.write_alone(take)

    def take_off(
        self, customers: Iterable[tuple[int, str]], name: str, now: dt.datetime
    ) -> Unlisting:
        """Takes customers off the list: they are told no more.

        Args:
            customers: their ids, each with the line it stands on.
            name: of the list they are in, for messages; empty: they are in none.
            now: the time.

        Raises:
            NotFoundError: the ledger does not know some of them; nobody was taken off.
            LedgerError: the ledger cannot be written; nobody was taken off.
        """

        def take(tx: Transaction) -> Unlisting:
            tx.hold_turn("recipients")
            done, unknown = Unlisting(), ListFaults()
            for chunk in _chunks(customers):
                known = _known(tx.db, [one for _, one in chunk])
                told: dict[int, None] = {}
                for line, one in chunk:
                    row = known.get(one)
                    if row is None:
                        unknown.add(line, f"there is no recipient `{one[:80]}`")
                    elif row.state == RecipientState.TOLD:
                        told[row.number] = None
                    else:
                        done.before += 1
                _remove(tx, list(told), now)
                done.removed += len(told)
            require_known(unknown, name)
            return done

        return self._database.write_alone(take)


class _Work:
    """A list on its way into the ledger."""

    def __init__(self, tx: Transaction, customers: CustomerList, now: dt.datetime) -> None:
        self._tx, self._now, self._at = tx, now, microseconds(now)
        self._versions = "version" in customers.columns
        self._lines = array("I")
        """By the number of each recipient, the line they stand on; 0: on none so far."""
        self._erased = _erased(tx.db)
        self.done = RecipientsImport()
        self.contradictions = ListFaults(keeper=customers.faults.keeper, rest=customers.faults.rest)
        self.anew: list[str] = []
        """Who is new, and had been erased."""
        self.nameless = 0
        """The first line of which nobody can say whom it is about; 0: there is none."""

    def take(self, chunk: Sequence[tuple[int, Customer | LeftOut]]) -> None:
        """Takes rows: those of customers that are not known yet all at once."""
        known = _known(self._tx.db, [one[0] for _, one in chunk], versions=self._versions)
        new: dict[str, tuple[int, Customer]] = {}
        changed: list[Happening] = []
        for line, one in chunk:
            row = known.get(one[0])
            if isinstance(one, LeftOut):
                self._leave(line, one, row)
            elif row is not None:
                if happened := self._alter(line, one, row):
                    changed.append(happened)
                    known[one.id] = merged(one, row)
            else:
                first, before = new.setdefault(one.id, (line, one))
                if before != one:
                    self._contradict(line, one, first)
                elif first != line:
                    self.done.repeated += 1
        self._list(list(new.values()))
        if changed:
            self._tx.record_all(changed)

    def missing(self) -> array[int]:
        """The numbers of those who are told and stand on no line."""
        found = array("Q")
        for page in _pages_of_told(self._tx.db):
            found.extend(number for number in page if not self._line(number))
        return found

    def _leave(self, line: int, one: LeftOut, row: KnownRecipient | None) -> None:
        """Whoever stands on a line that is left out is not missing."""
        self.done.left_out += 1
        if not one.customer:
            self.nameless = self.nameless or line
        elif row is not None and not self._line(row.number):
            self._stand(row.number, _LEFT)

    def _alter(self, line: int, one: Customer, row: KnownRecipient) -> Happening | None:
        after, first = merged(one, row), self._line(row.number)
        if first in (0, _LEFT):
            self._stand(row.number, line)
        elif after != row:
            self._contradict(line, one, first)
            return None
        if after == row:
            if first in (0, _LEFT):
                self.done.unchanged += 1
            else:
                self.done.repeated += 1
            return None
        self.done.changed += 1
        self.done.again += row.state == RecipientState.REMOVED
        return _changed(after, row, self._now)

    def _contradict(self, line: int, one: Customer, first: int) -> None:
        what = f"the customer `{one.id}` is on line {first} with other data"
        self.contradictions.add(line, what, one.id)

    def _list(self, new: Sequence[tuple[int, Customer]]) -> None:
        """Lists customers whom the ledger does not know."""
        if not new:
            return
        tx, at, count = self._tx, self._at, len(new)
        recipients = next_numbers(tx.db, RECIPIENTS, count)
        self._reach(max(recipients))
        salts, lines = os.urandom(SALT * count), self._lines
        rows, values, listed = [], [], []
        versions: list[dict[str, object]] = []
        begin = 0
        for number, recipient, (line, one) in zip(tx.numbers(count), recipients, new, strict=True):
            lines[recipient] = line
            facts, text = _written(one)
            salt = salts[begin : (begin := begin + SALT)]
            rows.append((number, recipient, facts, sha256(salt + text.encode()).digest()))
            values.append((number, salt, text))
            customer, address, name, language, group, joined, came_with = one
            known = address, name or "", language or "", group or "", joined or ""
            listed.append((recipient, customer, *known, "told", at, number))
            if came_with:
                versions += (agreed(recipient, *one, number, at) for one in came_with)
        tx.write_listed(at, rows, values)
        list_recipients(tx.db, listed, versions)
        self.done.new += count
        if self._erased:
            self.anew += [one.id for _, one in new if one.id in self._erased]

    def _line(self, recipient: int) -> int:
        return self._lines[recipient] if recipient < len(self._lines) else 0

    def _stand(self, recipient: int, line: int) -> None:
        self._reach(recipient)
        self._lines[recipient] = line

    def _reach(self, recipient: int) -> None:
        short = recipient + 1 - len(self._lines)
        if short > 0:
            self._lines.extend([0] * (short + _CHUNK))


# ── what is written ──────────────────────────────────────────────────────────────────────────────


def _written(one: Customer) -> tuple[str, str]:
    """The facts and the private value of the event that lists a customer, canonical."""
    customer, address, name, language, group, joined, versions = one
    if "@" in customer or language or group or joined:
        more = language or "", group or "", joined or ""
        private = canonical(_private(customer, address, name or "", more))
    else:
        private = f'{{"address":{quoted(address)},"name":{quoted(name or "")}}}'
    if versions or "@" in customer:
        facts = _facts(customer, versions)
        return canonical(facts) if facts else "", private
    return f'{{"customer":{quoted(customer)}}}', private


def _facts(customer: str, versions: AgreedVersions | None) -> dict[str, object]:
    # An id that is an address is personal.
    facts: dict[str, object] = {} if "@" in customer else {"customer": customer}
    return {**facts, "versions": dict(versions)} if versions else facts


def _private(customer: str, address: str, name: str, more: tuple[str, str, str]) -> dict[str, str]:
    """What is personal of a customer.

    Args:
        customer, address, name: as they are known.
        more: the language, the class, and the day of joining; what is empty is left out.
    """
    private = {"address": address, "name": name}
    if "@" in customer:
        private["customer"] = customer
    known = zip(("language", "class", "joined"), more, strict=True)
    return {**private, **{column: value for column, value in known if value}}


def _changed(after: KnownRecipient, before: KnownRecipient, now: dt.datetime) -> Happening:
    """That something else is known of a recipient."""
    facts = _facts(after.customer, None)
    if after.versions is not None and after.versions != before.versions:
        facts["versions"] = dict(after.versions)
    if after.address != before.address:
        facts["moved"] = True
    more = after.language, after.group, after.joined
    private = _private(after.customer, after.address, after.name, more)
    return Happening(EventKind.CHANGED, now, recipient=after.number, facts=facts, private=private)


def listed_happening(one: KnownRecipient, now: dt.datetime) -> Happening:
    """That a customer is listed, with the number that is given.

    Args:
        one: what is known of them.
        now: the time.
    """
    facts = _facts(one.customer, one.versions)
    private = _private(one.customer, one.address, one.name, (one.language, one.group, one.joined))
    return Happening(EventKind.LISTED, now, recipient=one.number, facts=facts, private=private)


def _remove(tx: Transaction, numbers: Sequence[int], now: dt.datetime) -> None:
    for at in range(0, len(numbers), _CHUNK):
        some = numbers[at : at + _CHUNK]
        tx.record_all([Happening(EventKind.REMOVED, now, recipient=number) for number in some])


# ── what is known ────────────────────────────────────────────────────────────────────────────────

_KNOWN = (
    "SELECT id, customer, address, name, language, class, joined, state FROM recipient "
    "WHERE state <> 'erased' AND customer {}"
)
_KNOWN_VERSIONS = (
    "SELECT recipient, policy, release, state FROM delivery "
    "WHERE state IN ('agreed', 'accepted', 'in doubt') AND recipient {}"
)


def _known(
    db: Connection, customers: Sequence[str], *, versions: bool = False
) -> dict[str, KnownRecipient]:
    """What is known of customers, by their ids, which nobody else changes from here on."""
    held = "" if db.dialect.name == "sqlite" else " FOR UPDATE"
    rows = rows_among(db, _KNOWN + held, customers)
    if not versions:
        return {row[1]: KnownRecipient(*row) for row in rows}
    came_with: dict[int, list[tuple[str, str]]] = {}
    reached: dict[int, list[tuple[str, str]]] = {}
    for whom, policy, release, state in rows_among(db, _KNOWN_VERSIONS, [row[0] for row in rows]):
        found = reached if state in REACHED else came_with
        found.setdefault(whom, []).append((policy, release))
    return {
        row[1]: KnownRecipient(*row)._replace(
            versions=tuple(sorted(came_with.get(row[0], ()))),
            reached=tuple(reached.get(row[0], ())),
        )
        for row in rows
    }


def _erased(db: Connection) -> frozenset[str]:
    """The ids of customers who were erased."""
    erased = APART & (RECIPIENTS.c.state == RecipientState.ERASED)
    return frozenset(db.execute(select(RECIPIENTS.c.customer).where(erased)).scalars())


def _count_told(db: Connection) -> int:
    everybody = select(func.count()).select_from(RECIPIENTS)
    apart = db.execute(everybody.where(APART)).scalar_one()
    return int(db.execute(everybody).scalar_one() - apart)


def _pages_of_told(db: Connection) -> Iterator[Sequence[int]]:
    """The numbers of those who are told, rising."""
    number, last = RECIPIENTS.c.id, 0
    told = select(number).where(RECIPIENTS.c.state == RecipientState.TOLD).order_by(number)
    while page := db.execute(told.where(number > last).limit(_PAGE)).scalars().all():
        yield page
        last = page[-1]


def _shared(db: Connection) -> list[str]:
    """Addresses of more than one customer who is told, the first of them."""
    address = func.lower(RECIPIENTS.c.address)
    several = select(address).group_by(address).having(func.count() > 1)
    several = several.where(address != "").order_by(address).limit(_SHARED_SHOWN)
    found = db.execute(several).scalars().all()
    told = RECIPIENTS.c.state == RecipientState.TOLD
    counts = select(address).where(address.in_(found), told).group_by(address)
    return sorted(db.execute(counts.having(func.count() > 1)).scalars())


def _chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    some = iter(values)
    while chunk := list(islice(some, _CHUNK)):
        yield chunk
