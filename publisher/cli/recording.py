"""Commands about the ledger itself: what it proves, what goes out of it."""

from __future__ import annotations

import click

from publisher.cli import console
from publisher.cli.invocation import Invocation
from publisher.cli.parameters import WorkGroup

_TRACES = (
    "Another program is reading the ledger's file, which may still have traces: end it, and run "
    "the command again"
)


@click.group(cls=WorkGroup)
def ledger_group() -> None:
    """Look after the ledger."""


@ledger_group.command("head")
@click.pass_obj
def ledger_head_command(asked: Invocation) -> None:
    """Print the head of the ledger, to be kept elsewhere.

    Whoever has it can tell later whether anything that is in the ledger today was altered.
    """
    from publisher.actions.ledger_head import ledger_head

    console.print_line(ledger_head(asked.workplace).line())


@ledger_group.command("rebuild")
@click.pass_obj
def rebuild_ledger_command(asked: Invocation) -> None:
    """Make the ledger's states again from what happened."""
    from publisher.actions.rebuild_ledger import rebuild_ledger

    with console.show_progress(asked.quiet) as progress:
        count = rebuild_ledger(asked.workplace, progress)
    asked.say(f"All states were made again from {console.counted(count, 'event')}")


@ledger_group.command("prune")
@click.option("--confirm", is_flag=True, help="Delete it (default: only show the plan).")
@click.pass_obj
def prune_ledger_command(asked: Invocation, confirm: bool) -> None:
    """Delete what is personal and older than `ledger.keep` says.

    What was told and declared, and when, stays.
    """
    from publisher.actions.prune_ledger import prune_ledger

    pruning = prune_ledger(asked.workplace, confirmed=confirm)
    for line in pruning.plan.lines():
        console.print_line(line)
    if pruning.plan.empty:
        return
    if not pruning.done:
        console.print_line("Nothing was deleted. To delete: publisher ledger prune --confirm")
        return
    say_erased(asked, pruning.traces)


def say_erased(asked: Invocation, traces: bool) -> None:
    """Says that something was erased, and where it may still be.

    Args:
        asked: the invocation.
        traces: whether the ledger's file may still have some of it.
    """
    asked.say("Erased. Backups of the ledger, and the relay's log, are not: see docs")
    if traces:
        console.print_line(_TRACES)
