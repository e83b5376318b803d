"""Schema 2: what is in the tables of schema 1 becomes events, and states that follow from them.

All of it is one transaction, so an interrupted migration has left everything as it was.
"""

from __future__ import annotations

from alembic import op

from publisher.edges.ledger.migrations.old_tables import drop_old_tables, set_old_tables_aside
from publisher.edges.ledger.migrations.renewal import renew_ledger

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Sets the old tables aside, makes the new ones, writes the events, drops the old tables."""
    db = op.get_bind()
    last = set_old_tables_aside(db)
    renew_ledger(db, last)
    drop_old_tables(db)
