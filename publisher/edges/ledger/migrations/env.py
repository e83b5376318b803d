"""What Alembic runs to migrate: on the connection, and in the transaction, of whoever calls it."""

from __future__ import annotations

from alembic import context

from publisher.edges.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite undoes what was altered in tables too, which Alembic does not count on.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
