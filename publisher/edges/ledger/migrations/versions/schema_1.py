"""Schema 1, as version 0.1.0 wrote it: known by its table `schema_version`.

No ledger is begun with it any more; it is where the way of older ledgers begins.
"""

from __future__ import annotations

revision = "1"
down_revision = None


def upgrade() -> None:
    """Nothing to do: only ledgers that have these tables are marked with this revision."""
