"""The command that settles letters by what a person found out or decided."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Sequence
from typing import Any, BinaryIO

import click

from publisher.cli import console
from publisher.cli.invocation import Invocation
from publisher.cli.listing import print_programs
from publisher.cli.parameters import (
    DATE_TYPE,
    RELEASE_TYPE,
    choice,
    list_form_option,
    role_option,
)
from publisher.people.resolution import (
    OPERATOR,
    UNSETTLED_COLUMNS,
    UNSETTLED_FORM,
    FoundOut,
    Resolution,
    UnsettledLetters,
)
from publisher.releases.number import Number


@click.command()
@click.argument("release", type=RELEASE_TYPE)
@click.argument("customer", required=False)
@choice("--accepted", "accepted", "The carrier's log shows that it accepted the letter.")
@choice("--again", "again", "It did not: the next `send` sends the letter again.")
@click.option("--otherwise", metavar="HOW", help="The customer was told in another way.")
@click.option("--give-up", "give_up", metavar="WHY", help="The customer is not told.")
@click.option("--on", "day", type=DATE_TYPE, help="The day of --accepted or --otherwise.")
@click.option("--all", "every", is_flag=True, help="Settle all letters of which it can be said.")
@click.option("--from", "file", type=click.File("rb"), help="Settle those to the ids in this file.")
@click.option(
    "--from-log",
    "logs",
    type=click.File("rb"),
    multiple=True,
    help="Settle those in doubt by Postfix's log; repeat it, the oldest first.",
)
@click.option("--confirm", is_flag=True, help="Of many letters: do it (default: the plan).")
@list_form_option
@role_option
@click.pass_obj
def resolve_command(
    asked: Invocation,
    /,
    release: Number,
    customer: str | None,
    outcome: str | None,
    otherwise: str | None,
    give_up: str | None,
    day: dt.date | None,
    role: str,
    form: str,
    logs: Sequence[BinaryIO],
    **many: Any,
) -> None:
    """List letters in doubt, refused or put off, or settle them.

    Check the carrier's log first: it has the Message-ID of each letter it accepted.
    Then name CUSTOMER and the outcome, or have Postfix's log settle those in it.
    With --from, `-` is standard input.
    Of a letter in doubt, say --accepted, --again or --otherwise.
    Of one that was not taken, or that it is too late to send, say --otherwise or --give-up.
    """
    from publisher.actions.resolve import resolve
    from publisher.actions.unsettled import unsettled

    workplace, policy_id = asked.workplace, asked.policy
    found_out = _found_out(outcome, otherwise, give_up, day, role)
    if logs:
        if customer is not None or found_out is not None or many["every"] or many["file"]:
            raise click.UsageError("--from-log settles by what the log says, and nothing else")
        _resolve_by_log(asked, release, role, logs, confirmed=many["confirm"])
        return
    if any(many.values()):
        if customer is not None or found_out is None or (many["every"] == bool(many["file"])):
            raise click.UsageError(f"choose {_OUTCOMES}, and one of CUSTOMER, --all and --from")
        _resolve_many(asked, release, found_out, many)
        return
    if customer is None and found_out is None:
        _print_unsettled(asked, unsettled(workplace, policy_id, release), form)
        return
    if customer is None or found_out is None:
        raise click.UsageError(f"name the customer, and choose {_OUTCOMES}")
    is_told = resolve(workplace, policy_id, release, customer, found_out)
    asked.say(f"Recorded for {customer}: {found_out.recorded}")
    if found_out.resolution is Resolution.AGAIN and not is_told:
        console.print_line(f"{customer} was removed or erased: no letter is sent to them")


def _print_unsettled(asked: Invocation, found: UnsettledLetters, form: str) -> None:
    values, now = (row.values() for row in found.rows), asked.workplace.clock()
    if print_programs(form, UNSETTLED_FORM, "letters", UNSETTLED_COLUMNS, values, now):
        return
    if found.rows:
        head = ("customer", "state", "since", "tries", "message", "the carrier said")
        console.print_table(head, [row.cells() for row in found.rows])
        asked.say(asked.as_typed("\n".join(found.next_steps()), asked.policy))
    else:
        asked.say("No letter is in doubt or refused, and none was put off")


_OUTCOMES = "--accepted, --again, --otherwise or --give-up"


def _found_out(
    outcome: str | None,
    otherwise: str | None,
    give_up: str | None,
    day: dt.date | None,
    role: str,
) -> FoundOut | None:
    """What is said of a letter; None: nothing."""
    if sum(one is not None for one in (outcome, otherwise, give_up)) > 1:
        raise click.UsageError(f"choose one of {_OUTCOMES}")
    if day and otherwise is None and outcome != Resolution.ACCEPTED:
        raise click.UsageError("--on is the day on which a letter was --accepted, or --otherwise")
    if otherwise is not None:
        return FoundOut.said(Resolution.OTHERWISE, role, otherwise, day)
    if give_up is not None:
        return FoundOut.said(Resolution.GIVE_UP, role, give_up)
    return FoundOut(Resolution(outcome), role, day=day) if outcome else None


def _resolve_by_log(
    asked: Invocation, release: Number, role: str, logs: Sequence[BinaryIO], *, confirmed: bool
) -> None:
    """Settles the letters in doubt of which a log says what became of them."""
    from publisher.actions.resolve_by_log import LogOrder, resolve_by_log

    order = LogOrder(asked.policy, release, logs, role, confirmed)
    done = resolve_by_log(asked.workplace, order)
    for line in done.lines():
        console.print_line(line)
    if done.settles and not confirmed:
        console.print_line("Nothing was changed. To record it, add --confirm")


def _resolve_many(
    asked: Invocation, release: Number, found: FoundOut, many: dict[str, Any]
) -> None:
    """Settles all letters of which it can be said, or those to the customers on a list."""
    from publisher.actions.resolve_many import ResolutionOrder, resolve_many

    order = ResolutionOrder(asked.policy, release, found, many["file"], many["confirm"])
    for line in resolve_many(asked.workplace, order).lines():
        console.print_line(line)
    if not order.confirmed:
        name = getattr(order.file, "name", "-")
        which = "--all" if order.file is None else shlex.join(["--from", name.strip("<>")])
        how = f"--{found.resolution}"
        words = [how, *([found.words] if found.words else [])]
        how = shlex.join([*words, *(["--on", str(found.day)] if found.day else [])])
        role = shlex.join(["--as", found.role]) + " " if found.role != OPERATOR else ""
        command = f"publisher --policy {order.policy} resolve {release} {which} {role}{how}"
        console.print_line(f"Nothing was changed. To record it: {command} --confirm")
