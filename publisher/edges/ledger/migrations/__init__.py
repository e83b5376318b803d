"""From one schema of the ledger to the next, by Alembic; loaded by `ledger migrate` alone."""
