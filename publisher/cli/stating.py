"""Commands that state in the register what was found out about a release."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import click

from publisher.cli import console
from publisher.cli.invocation import Invocation
from publisher.cli.parameters import DATE_TYPE, RELEASE_TYPE, role_option
from publisher.errors import DoubtError
from publisher.releases.number import Number


@click.command("record")
@click.argument("release", type=RELEASE_TYPE)
@click.option("--otherwise", metavar="HOW", help="They were told in another way, such as by post.")
@click.option("--nobody", metavar="WHY", help="There was nobody to tell.")
@click.option(
    "--on",
    "day",
    type=DATE_TYPE,
    metavar="DATE",
    help="The day of that (default: today).",
)
@click.option("--figures", is_flag=True, help="Publish how many were told, refused and so on.")
@click.option(
    "--confirm",
    is_flag=True,
    help="Confirm what no ledger here can tell, or what is on record otherwise.",
)
@role_option
@click.pass_obj
def record_notice_command(
    asked: Invocation,
    release: Number,
    otherwise: str | None,
    nobody: str | None,
    day: dt.date | None,
    figures: bool,
    role: str,
    confirm: bool,
) -> None:
    """Record in the register that people were told of a release.

    By what the ledger knows of its letters; or as you say, with --otherwise or --nobody.
    """
    from publisher.actions.record_notice import RecordOrder, record_notice

    order = RecordOrder(otherwise, nobody, day, role, figures, confirm)
    if otherwise is not None and nobody is not None:
        raise click.UsageError("say how people were told: --otherwise, or --nobody")
    if order.by_ledger and day:
        raise click.UsageError("--on is the day of --otherwise or --nobody; the ledger has its own")
    if figures and not order.by_ledger:
        raise click.UsageError("--figures are those of the ledger, which counts neither of these")
    run = partial(record_notice, asked.workplace, asked.policy, release, tell=asked.say)
    try:
        done = run(order)
    except DoubtError as doubt:
        if not console.confirmed(doubt):
            raise
        done = run(replace(order, sure=True))
    for line in done.lines():
        asked.say(line)


@click.command("retract")
@click.argument("release", type=RELEASE_TYPE)
@click.option("--why", metavar="REASON", required=True, help="The reason, for readers.")
@role_option
@click.option(
    "--confirm",
    is_flag=True,
    help="Confirm that nobody was told of it, where no ledger here knows.",
)
@click.pass_obj
def retract_command(asked: Invocation, release: Number, why: str, role: str, confirm: bool) -> None:
    """Take back a release that nobody was told of."""
    from publisher.actions.retract import RetractOrder, retract

    order = RetractOrder(why, role, confirm)
    run = partial(retract, asked.workplace, asked.policy, release, tell=asked.say)
    try:
        done = run(order)
    except DoubtError as doubt:
        if not console.confirmed(doubt):
            raise
        done = run(replace(order, sure=True))
    for line in done.lines():
        asked.say(line)
