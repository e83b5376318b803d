"""Bringing the ledger to the schema of this program."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.edges.ledger.migrating import Migration, migrate_to_current


def migrate_ledger(workplace: Workplace, *, copied: bool = False, role: str = "") -> Migration:
    """Brings the ledger to the schema of this program, after a copy.

    A file is copied first; a database in a server has to have been. Where there is no ledger, one
    is begun. Interrupted, it has changed nothing but for the copy, and is run again.

    Args:
        workplace: where.
        copied: whether the database in a server was copied.
        role: in a server, the program's own, which gets the rights that it needs; empty: nobody.

    Raises:
        LedgerError: the ledger is newer than this program, cannot be used, or was not copied.
        OSError: the copy cannot be written.
    """
    done = migrate_to_current(workplace.ledger_url, workplace.clock(), copied=copied, role=role)
    ledger, known = workplace.any_ledger, workplace.sent_releases.all()
    for policy, number in ledger.releases_begun():
        # Which another ledger was begun for meanwhile goes on with that one.
        if (policy, number) not in known:
            workplace.sent_releases.record(policy, number, ledger.own_head())
    return done
