"""Commands for what waits for a person: mails and requests of customers."""

from __future__ import annotations

from typing import Any

import click

from publisher.answers.list_forms import ListForm, csv_list, json_list
from publisher.answers.request_list import (
    KIND_LISTED_AS,
    LISTED_KINDS,
    LISTED_STATES,
    REQUEST_COLUMNS_SHOWN,
    REQUEST_LIST_COLUMNS,
    REQUESTS_FORM,
    RequestSearch,
)
from publisher.cli import console
from publisher.cli.invocation import Invocation
from publisher.cli.parameters import (
    RELEASE_TYPE,
    WorkGroup,
    choice,
    list_form_option,
    role_option,
)
from publisher.people.handling import HandlingOutcome
from publisher.people.requests import DECLARED_KINDS, RequestKind


class _KindType(click.Choice[str]):
    """The kinds of the list, also as they are called on record: `end the contract`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(KIND_LISTED_AS.get(str(value), value), param, ctx)


@click.group(cls=WorkGroup, invoke_without_command=True)
@click.option("--kind", "kinds", type=_KindType(LISTED_KINDS), multiple=True,
              help="Only those of this kind, or likely of it; may be repeated.")  # fmt: skip
@click.option("--state", "states", type=click.Choice(LISTED_STATES), multiple=True,
              help="Only those in this state; may be repeated.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="List what is done as well.")
@list_form_option
@click.pass_context
def requests_group(
    ctx: click.Context,
    kinds: tuple[str, ...],
    states: tuple[str, ...],
    everything: bool,
    form: str,
) -> None:
    """List the mails and requests that wait for a person."""
    asked: Invocation = ctx.obj
    if ctx.invoked_subcommand is not None:
        return
    from publisher.actions.requests import requests

    wanted = RequestSearch(kinds, states, everything)
    rows = requests(asked.workplace, wanted)
    if form == ListForm.JSON:
        values = (row.values() for row in rows)
        now = asked.workplace.clock()
        console.print_stream(json_list(REQUESTS_FORM, "requests", values, now))
    elif form == ListForm.CSV:
        values = (row.csv_values() for row in rows)
        console.print_stream(csv_list(REQUEST_LIST_COLUMNS, values))
    elif rows:
        console.print_table(REQUEST_COLUMNS_SHOWN, [row.cells() for row in rows])
    else:
        asked.say("Nothing waits")


@requests_group.command()
@click.argument("number")
@click.option("--raw", is_flag=True, help="Print a message byte for byte as it was received.")
@click.pass_obj
def show_command(asked: Invocation, number: str, raw: bool) -> None:
    """Print a message in its sender's words, or a request.

    NUMBER is that of a message, such as 17, or of a request, such as R-000042.
    """
    if _is_message(number):
        from publisher.actions.show_message import show_message

        shown = show_message(asked.workplace, int(number), raw=raw)
        console.write_document(None, shown, for_people=not raw)
        return
    if raw:
        raise click.UsageError("--raw is for a message: a request has no bytes of its own")
    from publisher.actions.show_request import show_request

    text, step = show_request(asked.workplace, number)
    console.write_document(None, text, for_people=True)
    if step:
        asked.say(f"Next: {step}")


_MESSAGE_OPTIONS = (
    "--opt-out, --withdraw, --accept, --end, --question, --leave, --join, --correct, --access, "
    "--erase, --object or --nothing"
)
_REQUEST_OPTIONS = "--done, --decline, --extend or --reopen"


@requests_group.command()
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@choice("--opt-out", "opt out", "It is an opt-out.")
@choice("--withdraw", "withdraw", "It withdraws an opt-out.")
@choice("--accept", "accept", "It accepts the release.")
@choice("--end", "end the contract", "It ends the contract.")
@choice("--question", "question", "It asks a question.")
@choice("--leave", "leave the mailings", "It wants no more mailings.")
@choice("--join", "join the mailings", "It wants mailings.")
@choice("--correct", "correct", "It corrects personal data.")
@choice("--access", "access", "It asks which personal data are held.")
@choice("--erase", "erase", "It asks to erase personal data.")
@choice("--object", "object", "It objects to how personal data are used.")
@choice("--nothing", "nothing", "It is none of these.")
@click.option("--why", metavar="TEXT", help="Of a message: your reason, kept on record.")
@click.option("--release", type=RELEASE_TYPE, help="The release it is about, if it names none.")
@click.option("--customer", metavar="ID", help="The customer it is from, if it names none.")
@click.option("--again", is_flag=True, help="Correct an earlier decision; both stay on record.")
@choice("--done", "done", "Of a request: what it asks for was done.")
@choice("--decline", "declined", "Of a request: it is not done; --words say why.")
@choice("--extend", "extended", "Of a request: it takes two months longer; --words say why.")
@choice("--reopen", "reopened", "Of a request: it was settled wrongly.")
@click.option("--words", metavar="TEXT", default="", help="Of a request: for the customer.")
@click.option("--proven", is_flag=True, help="You know whose it is, though it is unconfirmed.")
@role_option
@click.pass_obj
def settle_command(
    asked: Invocation, /, numbers: tuple[str, ...], outcome: str | None, **said: Any
) -> None:
    """Decide what messages mean, or say what was done about requests.

    NUMBER is that of a message, such as 17, or of a request, such as R-000042.
    A message counts as of the day on which it was received.
    Of several, all are decided in the same way, or none.
    """
    messages = [number for number in numbers if _is_message(number)]
    if messages and len(messages) < len(numbers):
        raise click.UsageError("name messages or requests: both at once are not settled alike")
    (_settle_messages if messages else _settle_requests)(asked, numbers, outcome, said)


def _is_message(number: str) -> bool:
    """Whether a number is that of a message, which is one that a database has."""
    return number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS


_MOST_DIGITS = 18


def _settle_messages(
    asked: Invocation, numbers: tuple[str, ...], outcome: str | None, said: dict[str, Any]
) -> None:
    """Records what a person finds in messages."""
    from publisher.actions.send_receipts_soon import send_receipts_soon
    from publisher.actions.settle_request import settle_request
    from publisher.answers.settling import Judgement, Subject

    if outcome is None or outcome in _OUTCOMES:
        raise click.UsageError(f"of a message, choose {_MESSAGE_OPTIONS}")
    if said["words"]:
        raise click.UsageError("--words are for the customer of a request: of a message, say --why")
    if said["why"] is None:
        raise click.UsageError("Missing option '--why': say why, for whoever reads the record")
    release, customer = said["release"], said["customer"]
    if customer is None and release is not None:
        raise click.UsageError("--customer is missing: name the customer with the release")
    kind = None if outcome == "nothing" else RequestKind(outcome)
    if release is None and customer is not None and outcome in _ABOUT_A_RELEASE:
        raise click.UsageError("--release is missing: name the release with the customer")
    policy = asked.policy if release else asked.wanted or ""
    about = Subject(policy, release, customer) if customer else None
    judgement = Judgement(kind, said["why"], about, said["again"], said["role"], said["proven"])
    verdicts = settle_request(asked.workplace, [int(number) for number in numbers], judgement)
    send_receipts_soon(asked.workplace)
    for verdict in verdicts:
        asked.say(str(verdict))
        if verdict.next_step:
            asked.say(f"Next: {verdict.next_step}")


def _settle_requests(
    asked: Invocation, numbers: tuple[str, ...], outcome: str | None, said: dict[str, Any]
) -> None:
    """Records what a person decided about requests."""
    from publisher.actions.rule_requests import rule_requests
    from publisher.actions.send_receipts_soon import send_receipts_soon
    from publisher.answers.ruling import Ruling

    if outcome not in _OUTCOMES:
        raise click.UsageError(f"of a request, choose {_REQUEST_OPTIONS}")
    if any(said[name] for name in ("why", "release", "customer", "again")):
        what = "--why, --release, --customer and --again are for messages"
        raise click.UsageError(f"{what}: of a request, say --words")
    ruling = Ruling(_OUTCOMES[outcome], said["words"], said["role"], said["proven"])
    settled = rule_requests(asked.workplace, numbers, ruling)
    send_receipts_soon(asked.workplace)
    for one in settled:
        due = f", due {one.due}" if outcome == "extended" else ""
        told = "; its customer is told by mail" if one.told else ""
        asked.say(f"{one.request.receipt}: {outcome}{due}{told}")


_OUTCOMES = {outcome.value: outcome for outcome in HandlingOutcome}
_ABOUT_A_RELEASE = {kind.value for kind in (*DECLARED_KINDS, RequestKind.END)}
