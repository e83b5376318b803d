"""Commands for what customers answer: mails, requests, receipts, opt-outs."""

from __future__ import annotations

import sys
from contextlib import suppress

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import RELEASE_TYPE, WorkGroup, choice, role_option
from publisher.releases.number import Number


@click.command()
@click.option("--to", metavar="ADDRESS", help="Envelope recipient, if the mail server knows it.")
@click.pass_obj
def receive_command(asked: Invocation, to: str | None) -> str:
    """Store an e-mail from standard input and record its request."""
    from publisher.actions.receive import receive
    from publisher.actions.send_receipts_soon import send_receipts_soon

    verdict = receive(asked.workplace, _message(), to)
    # The message is stored: nothing that goes wrong from here on is the mail server's matter.
    with suppress(Exception):
        send_receipts_soon(asked.workplace)
    return "" if asked.quiet else str(verdict)  # `pipe.answer` prints it


def _message() -> bytes:
    """The message on standard input, whole.

    Raises:
        OSError: it cannot be read.
    """
    raw = sys.stdin.buffer.read() if sys.stdin else None
    if raw is None:
        raise OSError("standard input is closed, or does not wait for the message")
    return raw


@click.group(cls=WorkGroup, invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="List all messages received.")
@click.pass_context
def requests_group(ctx: click.Context, everything: bool) -> None:
    """List the messages that need a person's decision."""
    asked: Invocation = ctx.obj
    if ctx.invoked_subcommand is None:
        from publisher.actions.requests import requests

        rows = requests(asked.workplace, everything)
        if rows:
            last = "remark" if everything else "why it waits"
            head = ("message", "received", "filed", "about", last)
            console.print_table(head, [row.cells() for row in rows])
        else:
            asked.say("No message waits")


@requests_group.command()
@click.argument("message", type=int)
@click.option("--raw", is_flag=True, help="Print it byte for byte as it was received.")
@click.pass_obj
def show_command(asked: Invocation, message: int, raw: bool) -> None:
    """Print a message in its sender's words."""
    from publisher.actions.show_message import show_message

    console.write_document(
        None, show_message(asked.workplace, message, raw=raw), for_people=not raw
    )


@requests_group.command()
@click.argument("message", type=int)
@choice("--opt-out", "opt out", "It is an opt-out.")
@choice("--withdraw", "withdraw", "It withdraws an opt-out.")
@choice("--nothing", "nothing", "It is neither.")
@click.option("--why", required=True, metavar="TEXT", help="Your reason, kept on record.")
@click.option(
    "--release", type=RELEASE_TYPE, help="The release it is about, if the message names none."
)
@click.option(
    "--customer", metavar="ID", help="The customer it is from, if the message names none."
)
@click.option("--again", is_flag=True, help="Correct an earlier decision; both stay on record.")
@role_option
@click.pass_obj
def settle_command(
    asked: Invocation,
    message: int,
    outcome: str | None,
    why: str,
    release: Number | None,
    customer: str | None,
    again: bool,
    role: str,
) -> None:
    """Decide what a message means, as of the day it was received."""
    from publisher.actions.send_receipts_soon import send_receipts_soon
    from publisher.actions.settle_request import settle_request
    from publisher.answers.settling import Judgement, Subject
    from publisher.people.requests import RequestKind

    if outcome is None:
        raise click.UsageError("choose --opt-out, --withdraw or --nothing")
    if release is None and customer is not None:
        raise click.UsageError("--release is missing: name the release with the customer")
    if customer is None and release is not None:
        raise click.UsageError("--customer is missing: name the customer with the release")
    kind = None if outcome == "nothing" else RequestKind(outcome)
    about = Subject(asked.policy, release, customer) if release and customer else None
    verdict = settle_request(asked.workplace, message, Judgement(kind, why, about, again, role))
    send_receipts_soon(asked.workplace)
    asked.say(str(verdict))


@click.group(cls=WorkGroup, invoke_without_command=True)
@click.pass_context
def receipts_group(ctx: click.Context) -> None:
    """List receipts and links not yet sent, in doubt or refused."""
    asked: Invocation = ctx.obj
    if ctx.invoked_subcommand is None:
        from publisher.actions.receipts import receipts

        rows = receipts(asked.workplace)
        if rows:
            head = ("receipt", "customer", "about", "what", "state", "since", "the carrier said")
            console.print_table(head, [row.cells() for row in rows])
        else:
            asked.say("Every receipt was accepted by the carrier")


@receipts_group.command("send")
@click.pass_obj
def send_receipts_command(asked: Invocation) -> None:
    """Send the receipts and links that are due."""
    from publisher.actions.send_receipts import send_receipts
    from publisher.policies.finding import Finding, Severity

    done = send_receipts(asked.workplace)
    asked.say(f"{done.sent} sent, {done.left} to send later")
    if done.trouble:
        trouble = Finding(Severity.CUE, "receipts", 0, done.trouble, "publisher receipts")
        console.print_finding(trouble)
        raise click.exceptions.Exit(FINDINGS)


@receipts_group.command("settle")
@click.argument("receipt", nargs=-1, required=True)
@choice("--accepted", "accepted", "The carrier's log shows that it accepted it.")
@choice("--again", "again", "It did not: send it again.")
@role_option
@click.pass_obj
def settle_receipts_command(
    asked: Invocation, receipt: tuple[str, ...], outcome: str | None, role: str
) -> None:
    """Settle receipts in doubt or refused.

    Check the carrier's log first: it has the Message-ID of each receipt it accepted.
    """
    from publisher.actions.settle_receipts import settle_receipts

    if outcome is None:
        raise click.UsageError("choose --accepted or --again")
    settle_receipts(asked.workplace, receipt, again=outcome == "again", role=role)
    asked.say(f"Recorded for {', '.join(receipt)}: {outcome}")


@click.command()
@click.argument("release", type=RELEASE_TYPE)
@click.pass_obj
def optouts_command(asked: Invocation, release: Number) -> None:
    """List the opt-outs of a release and their records."""
    from publisher.actions.optouts import optouts

    rows = optouts(asked.workplace, asked.policy, release)
    if rows:
        head = ("customer", "state", "received", "timing", "by", "receipt", "remark")
        console.print_table(head, [row.cells() for row in rows])
    else:
        asked.say(f"No opt-out of release {release} is on record")
