"""Commands for what the ledger proves, and for what goes out of it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import RELEASE_TYPE
from publisher.policies.finding import Finding, Severity
from publisher.releases.number import Number

_TRACES = Finding(
    Severity.CUE,
    "ledger",
    0,
    "another program is reading the ledger's file, which may still have traces: end that program "
    "first",
    "publisher ledger rebuild",
)


@click.command("head")
@click.pass_obj
def ledger_head_command(asked: Invocation) -> None:
    """Record and print the head of the ledger, to be kept elsewhere.

    Where the ledger may only be read, print the heads of its chains.
    Whoever has it can tell later whether anything that is in the ledger today was altered.
    """
    from publisher.actions.ledger_head import ledger_head

    for head in ledger_head(asked.workplace):
        console.print_line(head.line())


@click.command("evidence")
@click.argument("customer", metavar="CUSTOMER")
@click.argument("release", type=RELEASE_TYPE, required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The file to write, outside git, for its owner alone: pages to read with the JSON inside "
    "if it ends in .pdf, or else the JSON.",
)
@click.pass_obj
def evidence_command(
    asked: Invocation, customer: str, release: Number | None, output: Path
) -> None:
    """Write what is on record of a customer, and its proof.

    With a release, letters and mails about others are left out.
    Anybody can check it without the ledger: publisher verify --evidence FILE.
    """
    from publisher.actions.evidence import evidence

    done = evidence(asked.workplace, asked.policy, customer, release, output)
    dossier = done.dossier
    asked.say(f"{output}: {console.counted(len(dossier.events), 'event')} about `{done.customer}`")
    if dossier.undecided:
        counted = console.counted(dossier.undecided, "message")
        console.print_line(
            f"Not in it: {counted} that may be theirs, and that nobody has said so of. "
            "To decide: publisher requests"
        )
    file = shlex.quote(str(output))
    asked.say(f"To check it anywhere: publisher verify --evidence {file}")


@click.command("rebuild")
@click.pass_obj
def rebuild_ledger_command(asked: Invocation) -> None:
    """Make the ledger's states again from what happened."""
    from publisher.actions.rebuild_ledger import rebuild_ledger

    with console.show_progress(asked.quiet) as progress:
        count = rebuild_ledger(asked.workplace, progress)
    asked.say(f"All states were made again from {console.counted(count, 'event')}")


@click.command("prune")
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
    _say_erased(asked, pruning.traces, pruning.copies)


@click.command("erase")
@click.argument("customers", nargs=-1, metavar="[CUSTOMER]...")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="A@B",
    help="All customers with this address, and strangers who wrote from it.",
)
@click.option("--confirm", is_flag=True, help="Erase them (default: only show the plan).")
@click.pass_obj
def erase_recipients_command(
    asked: Invocation, customers: tuple[str, ...], addresses: tuple[str, ...], confirm: bool
) -> None:
    """Erase what is personal of customers.

    What was told and declared, and when, stays under the customer's number.
    """
    from publisher.actions.erase_recipients import ErasureOrder, erase_recipients

    if not customers and not addresses:
        raise click.UsageError("name the customers to be erased, or --address")
    erasure = erase_recipients(asked.workplace, ErasureOrder(customers, addresses, confirm))
    for line in erasure.plan.lines():
        console.print_line(line)
    if erasure.done and erasure.plan.empty:
        asked.say("Nothing was left to erase")
        _say_where_else(erasure.traces, erasure.copies)
    elif erasure.done:
        _say_erased(asked, erasure.traces, erasure.copies)
    elif erasure.plan.waiting:
        console.print_line("Nothing was erased. Settle what waits first: publisher requests")
    elif not erasure.plan.empty:
        named = shlex.join([*customers, *(f"--address={one}" for one in addresses)])
        console.print_line(
            f"Nothing was erased. To erase: publisher recipients erase {named} --confirm"
        )


def _say_erased(asked: Invocation, traces: bool, copies: Sequence[Path]) -> None:
    """Says that something was erased, and where it may still be; ends with 1 where it may be.

    Args:
        asked: the invocation.
        traces: whether the ledger's file may still have some of it.
        copies: files beside it that have what was in it before.
    """
    asked.say(
        "Erased. Backups of the ledger and the relay's log may have it: docs/personal-data.md"
    )
    _say_where_else(traces, copies)


def _say_where_else(traces: bool, copies: Sequence[Path]) -> None:
    for path in copies:
        console.print_line(f"Not erased in {path}, which is from before: delete it when you can")
    if traces:
        console.print_finding(_TRACES)
        raise click.exceptions.Exit(FINDINGS)


@click.command("keys")
@click.pass_obj
def keys_command(asked: Invocation) -> None:
    """Show the keys of personal links and what each signed."""
    from publisher.actions.list_keys import list_keys

    rows = list_keys(asked.workplace)
    head = ("key", "", "release", "letters", "links work")
    console.print_table(head, [row.cells() for row in rows])
    if any(row.verifies is False for row in rows):
        lost = Finding(
            Severity.ERROR,
            "PUBLISHER_TOKEN_KEY",
            0,
            "the key that signed some of the letters out there is missing, so their links do not "
            "work; add it again behind the first one",
            "publisher keys",
        )
        console.print_finding(lost)
        raise click.exceptions.Exit(FINDINGS)
