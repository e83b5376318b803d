"""Commands for the ledger itself: its schema, its copies, the releases that go on with it."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.cli import console
from publisher.cli.invocation import Invocation
from publisher.cli.parameters import RELEASE_TYPE, WorkGroup
from publisher.releases.number import Number


@click.group(cls=WorkGroup)
def ledger_group() -> None:
    """Look after the ledger: migrate, back up, restore."""


@ledger_group.command("migrate")
@click.option("--copied", is_flag=True, help="A copy was made (PostgreSQL: by pg_dump).")
@click.option("--grant", "role", metavar="ROLE", help="Give the program's role what it needs.")
@click.pass_obj
def migrate_ledger_command(asked: Invocation, copied: bool, role: str | None) -> None:
    """Bring the ledger to this program's schema, after a copy.

    In an empty database of PostgreSQL, begin one. Run this as the role that is to own the tables.
    """
    from publisher.actions.migrate_ledger import migrate_ledger

    for line in migrate_ledger(asked.workplace, copied=copied, role=role or "").lines():
        asked.say(line)


@ledger_group.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup_ledger_command(asked: Invocation, file: Path) -> None:
    """Copy the ledger to a new file, while others use it."""
    from publisher.actions.backup_ledger import backup_ledger

    backup_ledger(asked.workplace, file)
    asked.say(f"copied to {file}")


@ledger_group.command("restore")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
@click.option("--copied", is_flag=True, help="pg_restore has put a copy back (PostgreSQL).")
@click.pass_obj
def restore_ledger_command(asked: Invocation, file: Path | None, copied: bool) -> None:
    """Put the ledger back from a copy.

    What was not final then is in doubt: `publisher resolve` settles it by the carrier's log.
    """
    from publisher.actions.restore_ledger import restore_ledger

    if (file is None) != copied:
        raise click.UsageError("name the file, or say --copied where pg_restore did it")
    for line in restore_ledger(asked.workplace, file).lines():
        asked.say(line)


@ledger_group.command("adopt")
@click.argument("release", type=RELEASE_TYPE)
@click.option("--confirm", is_flag=True, help="Do it (default: only show the plan).")
@click.option("--elsewhere", is_flag=True, help="It was sent from another machine.")
@click.pass_obj
def adopt_release_command(
    asked: Invocation, release: Number, confirm: bool, elsewhere: bool
) -> None:
    """Have a release sent with another ledger use this one.

    Whom this one does not know to have been told is in doubt: `publisher resolve` settles it.
    """
    from publisher.actions.adopt_release import AdoptionOrder, adopt_release

    order = AdoptionOrder(asked.policy, release, confirm, elsewhere)
    done = adopt_release(asked.workplace, order)
    for line in done.lines():
        console.print_line(line)
    if not done.done:
        again = f"publisher --policy {order.policy} ledger adopt {release}"
        again += " --elsewhere" if elsewhere else ""
        console.print_line(f"Nothing was changed. To adopt it: {again} --confirm")
