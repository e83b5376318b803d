"""The states of a ledger made again from all that happened."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete

from publisher.edges.ledger import states
from publisher.edges.ledger.auditing.audit import Reporter, audit_record
from publisher.edges.ledger.auditing.faults import Faults
from publisher.edges.ledger.auditing.replay import all_that_happened
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.guards import mend_guards, states_unguarded
from publisher.edges.ledger.schema import STATES
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import LedgerError


class RebuildingPart(LedgerPart):
    """Throws states away, and makes them again."""

    def rebuild(self, report: Reporter) -> int:
        """Makes all states again, in one transaction: whoever reads sees the old ones or the new.

        Args:
            report: told how far it is.

        Returns:
            How many events there are.

        Raises:
            LedgerError: the chain does not hold; nothing was changed.
        """

        def rebuild(tx: Transaction) -> int:
            if tx.db.dialect.name == "postgresql":
                # Who writes events writes states too, and waits here.
                names = ", ".join(table.name for table in STATES)
                tx.db.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
            faults = Faults()
            _, count = audit_record(tx.db, faults, report)
            if faults:
                first = faults.findings()[0]
                raise LedgerError(
                    f"what happened is not as it was recorded, so no state is made from it: "
                    f"{first.what}",
                    where=first.where,
                    remedy="publisher verify --ledger",
                )
            mend_guards(tx.db)
            with states_unguarded(tx.db):
                _make_again(tx.db, lambda done: report("states", done, count))
            return count

        return self._database.write_alone(rebuild)


def _make_again(db: Connection, done: Callable[[int], None]) -> None:
    for table in STATES:
        db.execute(delete(table))
    count = 0
    for some in all_that_happened(db):
        states.apply(db, some)
        count += len(some)
        done(count)
