"""Commands for what customers answer: mails that come in, receipts, opt-outs."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.listing import print_programs
from publisher.cli.parameters import (
    RELEASE_TYPE,
    WorkGroup,
    choice,
    list_form_option,
    role_option,
)
from publisher.releases.number import Number


@click.command()
@click.option("--to", metavar="ADDRESS", help="Envelope recipient, if the mail server knows it.")
@click.option(
    "--lmtp",
    metavar="HOST:PORT",
    help="Take mail over LMTP until stopped, on the loopback or at unix:PATH.",
)
@click.option("--imap", is_flag=True, help="Fetch mail from the mailbox until stopped.")
@click.pass_obj
def receive_command(asked: Invocation, to: str | None, lmtp: str | None, imap: bool) -> str:
    """Store e-mail and record what it asks for.

    It is one message from standard input, or all that comes.
    """
    if (lmtp is not None) + imap + (to is not None) > 1:
        raise click.UsageError("choose one of --to, --lmtp and --imap")
    if lmtp is not None:
        _receive_over_lmtp(asked, lmtp)
        return ""
    if imap:
        _receive_from_mailbox(asked)
        return ""
    from publisher.actions.receive import receive
    from publisher.actions.send_receipts_soon import send_receipts_soon

    verdict = receive(asked.workplace, _message(), to)
    # The message is stored: nothing that goes wrong from here on is the mail server's matter.
    with suppress(Exception):
        send_receipts_soon(asked.workplace)
    return "" if asked.quiet else str(verdict)  # `pipe.answer` prints it


def _receive_over_lmtp(asked: Invocation, address: str) -> None:
    from publisher.letterbox.serving import listen_for_mail, receive_over_lmtp

    # Better now than for a customer.
    _ = asked.workplace.keys, asked.workplace.ledger
    told = partial(asked.say, f"Taking mail at {address} (stop with Ctrl-C)")
    receive_over_lmtp(asked.workplace, listen_for_mail(address), told)


def _receive_from_mailbox(asked: Invocation) -> None:
    from publisher.actions.fetch_mail import fetch_mail
    from publisher.letterbox.serving import receive_from_mailbox

    # Better now than for a customer.
    _ = asked.workplace.keys
    fetch_mail(asked.workplace)
    told = partial(asked.say, "Fetching mail (stop with Ctrl-C)")
    receive_from_mailbox(asked.workplace, told=told)


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
@list_form_option
@click.pass_context
def receipts_group(ctx: click.Context, form: str) -> None:
    """List receipts and links not yet sent, in doubt or refused."""
    asked: Invocation = ctx.obj
    if ctx.invoked_subcommand is None:
        from publisher.actions.receipts import receipts
        from publisher.answers.outstanding import RECEIPT_COLUMNS, RECEIPTS_FORM

        rows = receipts(asked.workplace)
        values, now = (row.values() for row in rows), asked.workplace.clock()
        if print_programs(form, RECEIPTS_FORM, "receipts", RECEIPT_COLUMNS, values, now):
            return
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
@list_form_option
@click.pass_obj
def optouts_command(asked: Invocation, release: Number, form: str) -> None:
    """List the opt-outs of a release and their records."""
    from publisher.actions.optouts import optouts
    from publisher.answers.list_forms import ListForm, csv_list, json_list
    from publisher.answers.opt_out_list import OPT_OUT_COLUMNS, OPT_OUTS_FORM, OPT_OUTS_HEAD

    rows = optouts(asked.workplace, asked.policy, release)
    values = (row.values() for row in rows)
    if form == ListForm.JSON:
        now = asked.workplace.clock()
        console.print_stream(json_list(OPT_OUTS_FORM, "declarations", values, now))
    elif form == ListForm.CSV:
        console.print_stream(csv_list(OPT_OUT_COLUMNS, values))
    elif rows:
        console.print_table(OPT_OUTS_HEAD, [row.cells() for row in rows])
    else:
        asked.say(f"No opt-out of release {release} is on record")
