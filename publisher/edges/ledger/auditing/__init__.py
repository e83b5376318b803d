"""Whether the ledger is what was recorded, and its states made again."""
