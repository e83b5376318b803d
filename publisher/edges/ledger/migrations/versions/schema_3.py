"""Schema 3: two states more, of requests that a person handles and of mailings.

Nothing that was recorded before has anything to do with them, so they begin empty.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import inspect

from publisher.edges.clock import now
from publisher.edges.ledger.guards import mend_guards
from publisher.edges.ledger.opening import identity_of, writer_of
from publisher.edges.ledger.schema import HANDLINGS, MAILINGS
from publisher.edges.ledger.transaction import Transaction
from publisher.record.event import EventKind, Happening

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Makes the tables and what guards them, unless they were made along with those of schema 2."""
    db = op.get_bind()
    if inspect(db).has_table(HANDLINGS.name):
        return
    for table in (HANDLINGS, MAILINGS):
        table.create(db)
    mend_guards(db)
    tx = Transaction(db, writer_of(identity_of(db), db.dialect.name), alone=True)
    tx.record(Happening(EventKind.MIGRATED, now(), facts={"from": 2, "to": 3}))
    tx.finish()
