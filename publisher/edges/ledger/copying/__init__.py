"""Copies of the ledger, and going on with one."""
