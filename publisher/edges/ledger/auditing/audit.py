"""The audit of a ledger: its chains, its private values, its letters, its states.

It reads alone, in one transaction and in a stream.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.auditing.chain_audit import ChainEnd, EventAudit, audit_chains
from publisher.edges.ledger.auditing.faults import REBUILD, Faults
from publisher.edges.ledger.auditing.replay import reading_anything, streamed
from publisher.edges.ledger.auditing.state_audit import audit_states
from publisher.edges.ledger.auditing.value_audit import VALUE_COLUMNS, ValueAudit
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.guards import missing_guards
from publisher.edges.ledger.opening import identity_of
from publisher.edges.ledger.rows import fetch
from publisher.edges.ledger.schema import BATCHES, EVENTS, PRIVATE, SELDOM
from publisher.errors import LedgerError
from publisher.policies.finding import Finding
from publisher.record.batch import read_heads
from publisher.record.event import EventKind, moment_of
from publisher.record.heads import WitnessedHead
from publisher.record.witnessed import Forgetting, Succession

_EVERY = 1_000
"""Events between two reports on how far it is."""

_OWN_HEAD = """
    SELECT chain, number, digest FROM batch WHERE chain = (SELECT id FROM chain WHERE name = :name)
    ORDER BY number DESC LIMIT 1"""
_LAST_HEAD = "SELECT chain, number, digest FROM batch ORDER BY id DESC LIMIT 1"

Reporter = Callable[[str, int, int], None]
"""Told what is looked at, how many are done, how many in all."""


@dataclass(frozen=True)
class Audited:
    """What an audit found."""

    ledger: str
    """Identity of the ledger."""
    findings: Sequence[Finding]
    ends: Sequence[ChainEnd]
    events: int


class AuditPart(LedgerPart):
    """Looks at the whole ledger."""

    def audit(self, report: Reporter) -> Audited:
        """Looks at everything that is in the ledger.

        Args:
            report: told how far it is.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        with self._reading() as db, reading_anything(db):
            one_moment(db)
            faults = Faults()
            ends, count = audit_record(db, faults, report)
            audit_states(db, faults, lambda done: report("states", done, count))
            if missing := missing_guards(db):
                what = f"{len(missing)} of those that refuse what must never happen are not there"
                faults.add("triggers", "", f"{what}: {', '.join(missing)}", REBUILD)
            ledger = identity_of(db)
            return Audited(ledger, faults.findings(), ends, count)

    def digest_of(self, chain: int, number: int) -> tuple[bytes, int] | None:
        """The digest of a batch, and when it was written, microseconds since 1970; None: there is
        none.
        """
        its = (BATCHES.c.chain == chain) & (BATCHES.c.number == number)
        with self._reading() as db:
            row = db.execute(select(BATCHES.c.digest, BATCHES.c.at).where(its)).one_or_none()
            return (bytes(row.digest), row.at) if row else None

    def batch_digest(self, chain: int, number: int) -> bytes | None:
        """The digest of a batch; None: there is none."""
        found = self.digest_of(chain, number)
        return found[0] if found else None

    def forgettings(self) -> list[Forgetting]:
        """The restorations on record, and up to where each kept the chains; the oldest first."""
        restored = SELDOM & (EVENTS.c.kind == EventKind.RESTORED)
        said = EVENTS.join(BATCHES, BATCHES.c.id == EVENTS.c.batch)
        its = select(EVENTS.c.at.label("then"), BATCHES.c.id, BATCHES.c.chain, BATCHES.c.number)
        ends = select(BATCHES.c.chain, func.max(BATCHES.c.number).label("last"))
        found = []
        with self._reading() as db:
            for row in db.execute(its.select_from(said).where(restored).order_by(EVENTS.c.id)):
                kept = db.execute(ends.where(BATCHES.c.id < row.id).group_by(BATCHES.c.chain))
                last = {one.chain: one.last for one in kept}
                found.append(Forgetting(moment_of(row.then), row.chain, row.number, last))
        return found

    def adoptions(self) -> list[Succession]:
        """The releases that went over to this ledger from another one; the oldest first."""
        adopted = SELDOM & (EVENTS.c.kind == EventKind.ADOPTED)
        said = EVENTS.join(BATCHES, BATCHES.c.id == EVENTS.c.batch)
        columns = (EVENTS.c.policy, EVENTS.c.release, BATCHES.c.chain, BATCHES.c.number)
        its = select(EVENTS.c.at.label("then"), *columns).select_from(said).where(adopted)
        with self._reading() as db:
            return [
                Succession(
                    moment_of(row.then), row.chain, row.number, f"{row.policy}/{row.release}"
                )
                for row in db.execute(its.order_by(EVENTS.c.id))
            ]

    def named_before(self, chain: int, number: int) -> dict[int, int]:
        """Of other chains, the last batch that is named by a batch or one before it.

        Args:
            chain, number: which.
        """
        its = (BATCHES.c.chain == chain) & (BATCHES.c.number <= number) & (BATCHES.c.heads != "")
        newest_first = select(BATCHES.c.heads).where(its).order_by(BATCHES.c.number.desc())
        found: dict[int, int] = {}
        with self._reading() as db:
            others = select(func.count(BATCHES.c.chain.distinct())).where(BATCHES.c.chain != chain)
            wanted = db.execute(others).scalar_one()
            for row in streamed(db, newest_first):
                for head in read_heads(row.heads):
                    found.setdefault(head.chain, head.number)
                if len(found) == wanted:
                    break
        return found

    def joined_head(self) -> WitnessedHead:
        """The head of a batch, written now, that names the heads of all chains.

        Raises:
            LedgerError: the ledger cannot be written.
        """
        chain = self._database.write(lambda tx: tx.join())
        return next(head for head in self.heads() if head.chain == chain)

    def newest_heads(self) -> list[WitnessedHead]:
        """What is to be kept elsewhere: the head of a batch that joins all chains, written now; or,
        where the ledger may only be read, the heads of all chains.

        Raises:
            LedgerError: the ledger cannot be used.
        """
        found = [self.joined_head()] if self._database.may_write() else self.heads()
        if not found:
            raise self._nothing_yet()
        return found

    def own_head(self) -> WitnessedHead:
        """The head of the chain of this machine, one look-up by its index; where it has written
        nothing yet, that of the chain which was written to last.

        Raises:
            LedgerError: nothing was ever written.
        """
        name = self._database.chain
        with self._reading() as db:
            found = fetch(db, _OWN_HEAD, name=name) or fetch(db, _LAST_HEAD)
        if not found:
            raise self._nothing_yet()
        ((chain, number, digest),) = found
        return WitnessedHead(self._database.identity, chain, number, bytes(digest))

    def written_head(self) -> WitnessedHead:
        """The head of the last batch that was committed from here, which is asked of nobody; where
        nothing was yet, as `own_head`.
        """
        return self._database.written or self.own_head()

    def _nothing_yet(self) -> LedgerError:
        return LedgerError("nothing happened in this ledger yet", where=self._database.where)

    def heads(self) -> list[WitnessedHead]:
        """The heads of all chains as they are now."""
        last = select(BATCHES.c.chain, func.max(BATCHES.c.number).label("number"))
        newest = last.group_by(BATCHES.c.chain).subquery()
        same = (BATCHES.c.chain == newest.c.chain) & (BATCHES.c.number == newest.c.number)
        found = select(BATCHES.c.chain, BATCHES.c.number, BATCHES.c.digest)
        with self._reading() as db:
            ledger = identity_of(db)
            rows = db.execute(found.join(newest, same).order_by(BATCHES.c.chain))
            return [WitnessedHead(ledger, r.chain, r.number, bytes(r.digest)) for r in rows]


def one_moment(db: Connection) -> None:
    """Has a transaction that has just begun see the database at one moment, however long it takes.

    SQLite always does.
    """
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def audit_record(db: Connection, faults: Faults, report: Reporter) -> tuple[list[ChainEnd], int]:
    """Looks at events, private values, letters and chains, not at states.

    Args:
        db: a transaction.
        faults: what is found is added to it.
        report: told how far it is.

    Returns:
        Where the chains end, and how many events there are.
    """
    count = db.execute(select(func.count()).select_from(EVENTS)).scalar_one()
    events, values = EventAudit(db, faults), ValueAudit(db, faults)
    joined = EVENTS.outerjoin(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
    found = select(*EVENTS.columns, *VALUE_COLUMNS).select_from(joined).order_by(EVENTS.c.id)
    for done, row in enumerate(streamed(db, found)):
        if not done % _EVERY:
            report("events", done, count)
        events.look(row)
        values.look(row)
    values.strays()
    values.templates()
    report("events", count, count)
    return audit_chains(db, faults), count
