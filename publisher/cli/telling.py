"""Commands that tell customers of a release, and the status of all of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import click

from publisher.answers.alert_limits import AlertLimits
from publisher.cli import console
from publisher.cli.invocation import FINDINGS, REFUSED, Invocation
from publisher.cli.parameters import RELEASE_TYPE, WorkGroup, choice, output_option, role_option
from publisher.people.resolution import Resolution
from publisher.releases.number import Number

_F = TypeVar("_F", bound=Callable[..., Any])


@click.command()
@click.argument("release", type=RELEASE_TYPE)
@click.option(
    "--as", "customer", metavar="RECIPIENT", help="The customer's id (default: a sample customer)."
)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["eml", "html", "text", "pdf"]),
    help="Output format.",
)
@click.option("--sent", is_flag=True, help="With --as, show the letter as it was sent.")
@output_option
@click.pass_obj
def notice_command(
    asked: Invocation,
    release: Number,
    customer: str | None,
    form: str,
    sent: bool,
    output: Path | None,
) -> None:
    """Show the notice of a release as one recipient gets it.

    With --sent, as they got it.
    """
    from publisher.actions.notice import notice
    from publisher.actions.sent_letter import sent_letter
    from publisher.letters.message import LetterForm

    workplace, policy_id, how = asked.workplace, asked.policy, LetterForm(form)
    if sent and customer is None:
        raise click.UsageError("--sent shows the letter of a recipient: name one with --as")
    if sent and customer:
        data = sent_letter(workplace, policy_id, release, customer, how)
    else:
        data = notice(workplace, policy_id, release, customer, how)
    console.write_document(output, data)


@click.group(cls=WorkGroup)
def recipients_group() -> None:
    """Manage the customers who are notified."""


@recipients_group.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--all", "complete", is_flag=True, help="Remove recipients who are not in the list.")
@click.option("--strict", is_flag=True, help="Import nothing if any line is invalid.")
@click.option("--confirm", is_flag=True, help="With --all, remove even more than a tenth.")
@click.option(
    "--faults",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write everything wrong with the list to this CSV file.",
)
@click.pass_obj
def import_recipients_command(
    asked: Invocation,
    file: BinaryIO,
    complete: bool,
    strict: bool,
    confirm: bool,
    faults: Path | None,
) -> None:
    """Import customers from a CSV file; `-` is standard input.

    Columns: customer, address, and optionally name, language, class, joined, version.
    The file may be compressed with gzip.
    """
    from publisher.actions.import_recipients import import_recipients
    from publisher.people.recipients_import import ImportOptions

    options = ImportOptions(strict, complete, confirm)
    with console.show_progress(asked.quiet) as progress:
        taken = import_recipients(asked.workplace, file, options, progress, faults)
    asked.say(taken.counts)
    for remark in taken.remarks:
        asked.say(f"  note: {remark}")
    for finding in taken.findings:
        console.print_line(finding)
    if taken.findings:
        raise click.exceptions.Exit(FINDINGS)


@recipients_group.command("remove")
@click.argument("customers", nargs=-1, metavar="CUSTOMER...")
@click.option("--from", "file", type=click.File("rb"), help="Read customer ids from this file.")
@click.pass_obj
def remove_recipients_command(
    asked: Invocation, customers: tuple[str, ...], file: BinaryIO | None
) -> None:
    """Stop notifying customers.

    What they were told and declared stays on record.
    `-` instead of CUSTOMER, or --from, reads the ids from standard input or a file, one a line.
    """
    from publisher.actions.remove_recipients import remove_recipients

    if customers == ("-",) and file is None:
        customers, file = (), cast(BinaryIO, click.open_file("-", "rb"))
    if bool(customers) == (file is not None):
        raise click.UsageError("name customers, or a file with --from")
    done = remove_recipients(asked.workplace, customers, file)
    before = f", {done.before:,} had been removed before" if done.before else ""
    asked.say(f"{done.removed:,} removed{before}")


@click.command()
@click.argument("release", type=RELEASE_TYPE)
@click.option("--confirm", is_flag=True, help="Send the letters (default: only show the plan).")
@click.option("--test", metavar="ADDRESS", help="Send a single test copy to this address.")
@click.pass_obj
def send_command(asked: Invocation, release: Number, confirm: bool, test: str | None) -> None:
    """Send the notice of a release.

    It goes to the recipients who have not had it; without --confirm, only the plan is shown.
    """
    from publisher.actions.plan_sending import plan_sending
    from publisher.actions.send import send
    from publisher.actions.send_test import send_test

    workplace, policy_id = asked.workplace, asked.policy
    if test:
        send_test(workplace, policy_id, release, test)
        asked.say(f"Sent one test letter to {test}; no recipient was told")
        return
    if not confirm:
        for line in plan_sending(workplace, policy_id, release).lines():
            console.print_line(line)
        send_it = f"Nothing was sent. To send: publisher send {release} --confirm"
        console.print_line(asked.as_typed(send_it, policy_id))
        return
    with console.show_progress(asked.quiet) as progress:
        report = send(workplace, policy_id, release, progress, console.print_line)
    for line in report.lines():
        console.print_line(line)
    if steps := report.next_steps(release):
        console.print_line(asked.as_typed("\n".join(steps), policy_id))
    if report.unsettled:
        raise click.exceptions.Exit(FINDINGS)


@click.command()
@click.argument("release", type=RELEASE_TYPE)
@click.argument("customer", required=False)
@choice("--accepted", "accepted", "The carrier's log shows that it accepted the letter.")
@choice("--again", "again", "It did not: the next `send` sends the letter again.")
@click.option("--all", "every", is_flag=True, help="Settle all letters in doubt.")
@click.option("--from", "file", type=click.File("rb"), help="Settle those to the ids in this file.")
@click.option("--confirm", is_flag=True, help="With --all or --from, do it (default: the plan).")
@role_option
@click.pass_obj
def resolve_command(
    asked: Invocation,
    /,
    release: Number,
    customer: str | None,
    outcome: str | None,
    role: str,
    **many: Any,
) -> None:
    """List letters in doubt, refused or put off, or settle them.

    Check the carrier's log first: it has the Message-ID of each letter it accepted.
    Then name CUSTOMER and the outcome. With --from, `-` is standard input.
    """
    from publisher.actions.resolve import resolve
    from publisher.actions.unsettled import unsettled

    workplace, policy_id = asked.workplace, asked.policy
    if any(many.values()):
        if customer is not None or outcome is None or (many["every"] == bool(many["file"])):
            raise click.UsageError(
                "choose --accepted or --again, and one of CUSTOMER, --all and --from"
            )
        _resolve_many(asked, release, Resolution(outcome), role, many)
        return
    if customer is None and outcome is None:
        found = unsettled(workplace, policy_id, release)
        if found.rows:
            head = ("customer", "state", "since", "tries", "message", "the carrier said")
            console.print_table(head, [row.cells() for row in found.rows])
            asked.say(asked.as_typed("\n".join(found.next_steps()), policy_id))
        else:
            asked.say("No letter is in doubt or refused, and none was put off")
        return
    if customer is None or outcome is None:
        raise click.UsageError("name the customer, and choose --accepted or --again")
    is_told = resolve(workplace, policy_id, release, customer, Resolution(outcome), role)
    asked.say(f"Recorded for {customer}: {outcome}")
    if outcome == Resolution.AGAIN and not is_told:
        console.print_line(f"{customer} was removed or erased: no letter is sent to them")


def _resolve_many(
    asked: Invocation, release: Number, outcome: Resolution, role: str, many: dict[str, Any]
) -> None:
    """Settles all letters in doubt, or those to the customers on a list."""
    from publisher.actions.resolve_many import ResolutionOrder, resolve_many

    order = ResolutionOrder(asked.policy, release, outcome, many["file"], role, many["confirm"])
    for line in resolve_many(asked.workplace, order).lines():
        console.print_line(line)
    if not order.confirmed:
        name = getattr(order.file, "name", "-")
        which = "--all" if order.file is None else shlex.join(["--from", name.strip("<>")])
        command = f"publisher --policy {order.policy} resolve {release} {which} --{outcome}"
        console.print_line(f"Nothing was changed. To record it: {command} --confirm")


def _days(name: str, default: int, help_: str) -> Callable[[_F], _F]:
    """An option that sets from when on an alert is given."""
    kind = click.IntRange(min=0)
    return click.option(
        name, type=kind, default=default, show_default=True, metavar="DAYS", help=help_
    )


@click.command()
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json"]),
    help="Output format.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there is an alert.")
@_days("--days", AlertLimits().letters, "Alert while letters are open and fewer days are left.")
@_days("--mail-days", AlertLimits().mail, "Alert when mail has waited longer.")
@_days("--key-days", AlertLimits().keys, "Alert when a signer's key ends sooner.")
@click.pass_obj
def status_command(
    asked: Invocation, form: str, exit_code: bool, days: int, mail_days: int, key_days: int
) -> None:
    """Show where every policy stands, and what needs a person.

    The exit code is 2 if the ledger or a release cannot be read; all else is shown.
    """
    from publisher.actions.status import status

    limits = AlertLimits(days, mail_days, key_days)
    report = status(asked.workplace, asked.shown_policies, limits).with_remedies(asked.as_typed)
    if form == "json":
        console.print_document(report.json())
    else:
        for block in report.blocks():
            console.print_block(block.heading, block.rows, block.more)
        for alert in report.alerts_beside_troubles:
            console.print_alert(alert.id, alert.what, alert.remedy)
    for trouble in report.status.troubles:
        asked.address(trouble)
        console.print_error(trouble)
    if report.status.troubles:
        raise click.exceptions.Exit(REFUSED)
    if exit_code and report.alerts:
        raise click.exceptions.Exit(FINDINGS)
