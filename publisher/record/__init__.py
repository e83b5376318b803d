"""What happened, as the ledger records it: provable, and never changed."""
