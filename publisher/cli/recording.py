"""Commands for the ledger itself: its schema, its copies, the releases that go on with it."""

from __future__ import annotations

import click

from publisher.cli.parameters import WorkGroup


@click.group(cls=WorkGroup)
def ledger_group() -> None:
    """Look after the ledger: migrate, back up, restore."""
