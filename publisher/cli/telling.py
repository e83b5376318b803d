"""Commands that tell customers of a release, and the status of all of it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

import click

from publisher.answers.alert_limits import AlertLimits
from publisher.cli import console
from publisher.cli.invocation import FINDINGS, REFUSED, Invocation
from publisher.cli.parameters import (
    DATE_TYPE,
    RELEASE_TYPE,
    WANTED_TYPE,
    DefaultGroup,
    WorkGroup,
    freeze_options,
)
from publisher.releases.number import Number

if TYPE_CHECKING:
    from publisher.letters.message import LetterForm

_F = TypeVar("_F", bound=Callable[..., Any])


@click.group(cls=DefaultGroup)
def notice_group() -> None:
    """Show the notice of a release, export it, and record it."""


@notice_group.command("show")
@click.argument("release", type=WANTED_TYPE)
@click.option(
    "--as", "customer", metavar="RECIPIENT", help="The customer's id (default: a sample customer)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["eml", "html", "text", "pdf"]),
    help="Output format (default: text; of the draft in a folder, all of them).",
)
@click.option("--sent", is_flag=True, help="With --as, only the letter as it was sent.")
@click.option("--composed", is_flag=True, help="With --as, the letter as it is composed today.")
@click.option(
    "--effective",
    type=DATE_TYPE,
    help="Of the draft: first day in force (default: the earliest lawful one).",
)
@freeze_options
@click.option("--language", help="In the language of this translation.")
@click.option(
    "--case",
    type=click.Choice(["again", "supplement", "postponed", "reminder"]),
    help="For whom it is (default: the usual letter).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file instead of standard output; of the draft, to a folder too.",
)
@click.pass_obj
def show_notice_command(
    asked: Invocation,
    /,
    release: Number | str,
    customer: str | None,
    form: str | None,
    sent: bool,
    composed: bool,
    output: Path | None,
    **drafted: Any,
) -> None:
    """Show a notice as one recipient gets it, or got it.
    `draft` instead of RELEASE: as a freeze of the draft would seal it, committed or not.
    """
    from publisher.actions.notice import NoticeLook, notice
    from publisher.actions.sent_letter import sent_letter
    from publisher.letters.message import LetterForm

    if customer and (drafted["language"] or drafted["case"]):
        raise click.UsageError("--as shows the letter that is theirs, whatever --language says")
    if isinstance(release, str):
        if sent or composed:
            raise click.UsageError("a draft was sent to nobody: leave --sent and --composed out")
        drafted["customer"] = customer
        _draft_notice(asked, LetterForm(form) if form else None, output, drafted)
        return
    look = NoticeLook(
        LetterForm(form or "text"), drafted.pop("language"), drafted.pop("case"), composed
    )
    if any(drafted.values()):
        named = ", ".join(f"--{name}" for name, value in drafted.items() if value)
        raise click.UsageError(f"{named}: for `notice draft` alone; a release is as it was sealed")
    workplace, policy_id = asked.workplace, asked.policy
    if sent and composed:
        raise click.UsageError("--sent contradicts --composed: choose one of them")
    if sent and customer is None:
        raise click.UsageError("--sent shows the letter of a recipient: name one with --as")
    if sent and customer:
        data = sent_letter(workplace, policy_id, release, customer, look.form)
    else:
        data = notice(workplace, policy_id, release, customer, look, console.print_aside)
    console.write_document(output, data)


def _draft_notice(
    asked: Invocation, form: LetterForm | None, output: Path | None, drafted: dict[str, Any]
) -> None:
    """Shows the letter of the draft, or writes its letters to a folder."""
    from publisher.actions.draft_notice import DraftNoticeOrder, draft_notice
    from publisher.releases.freezing import FreezeOrder

    language, case, whose = (drafted.pop(name) for name in ("language", "case", "customer"))
    folder = output if output and console.means_folder(output) else None
    how = form if folder else form or _form_in(output)
    order = DraftNoticeOrder(FreezeOrder(**drafted), language, case, whose, how, folder)
    done = draft_notice(asked.workplace, asked.policy, order)
    if not asked.quiet:
        console.print_aside(done.line)
    if folder is None:
        console.write_document(output, done.data)
        return
    for name in done.written:
        asked.say(f"  {folder / name}")


def _form_in(output: Path | None) -> LetterForm:
    """The form that the name of a file stands for; any other name, and none: text."""
    from publisher.letters.message import LetterForm

    ending = output.suffix.lower().removeprefix(".") if output else ""
    return LetterForm(ending) if ending in set(LetterForm) else LetterForm.TEXT


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
@click.option(
    "--wait",
    is_flag=True,
    help="Stay, and try again later what the relay put off, as long as that is in time.",
)
@click.option(
    "--workers",
    is_flag=True,
    help="Have the letters sent by `publisher worker`, on any number of machines.",
)
@click.option("--test", metavar="ADDRESS", help="Send a single test copy to this address.")
@click.option("--language", help="Of the test copy: in the language of this translation.")
@click.option(
    "--case",
    type=click.Choice(["again", "supplement", "postponed", "reminder"]),
    help="Of the test copy: for whom it is (default: the usual letter).",
)
@click.pass_obj
def send_command(
    asked: Invocation,
    /,
    release: Number,
    confirm: bool,
    wait: bool,
    workers: bool,
    test: str | None,
    **sample: str | None,
) -> None:
    """Send the notice of a release.

    It goes to the recipients who have not had it; without --confirm, only the plan is shown.
    """
    from publisher.actions.plan_sending import plan_sending
    from publisher.actions.send import send
    from publisher.actions.send_test import send_test
    from publisher.actions.share_out import share_out

    workplace, policy_id = asked.workplace, asked.policy
    language, case = sample["language"], sample["case"]
    if test:
        send_test(workplace, policy_id, release, test, (language, case))
        asked.say(f"Sent one test letter to {test}; no recipient was told")
        return
    if language or case:
        what = "--language and --case are for a test copy: everybody else gets the letter of theirs"
        raise click.UsageError(what)
    if wait and workers:
        raise click.UsageError("workers wait by themselves: leave --wait out")
    if not confirm:
        plan = plan_sending(workplace, policy_id, release, by_workers=workers)
        for line in plan.lines():
            console.print_line(line)
        how = " --workers" if workers else ""
        send_it = f"Nothing was sent. To send: publisher send {release}{how} --confirm"
        console.print_line(asked.as_typed(send_it, policy_id))
        return
    if workers:
        count = share_out(workplace, policy_id, release, console.print_line)
        if count:
            shards = f"{count:,} shard{'s wait' if count > 1 else ' waits'}"
            asked.say(f"{shards} for workers: publisher worker, on each machine")
        return
    with console.show_progress(asked.quiet) as progress:
        pause = time.sleep if wait else None
        report = send(workplace, policy_id, release, progress, console.print_line, pause)
    for line in report.lines():
        console.print_line(line)
    if steps := report.next_steps(release):
        console.print_line(asked.as_typed("\n".join(steps), policy_id))
    if report.unsettled:
        raise click.exceptions.Exit(FINDINGS)


@click.command()
@click.option("--until-done", is_flag=True, help="End once no letters are left to take.")
@click.option(
    "--patience",
    type=click.IntRange(1, 86_400),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="Without a sign for so long, another worker is taken for dead.",
)
@click.pass_obj
def worker_command(asked: Invocation, /, until_done: bool, patience: int) -> None:
    """Send letters that wait for workers, beside others.

    They are planned by `publisher send RELEASE --workers`, and the ledger is in PostgreSQL. SIGTERM
    or Ctrl-C ends it as soon as the relay has answered; a second one at once.
    """
    from publisher.actions.work import work

    asked_to: list[str] = []

    def stop(number: int, _: object) -> None:
        if asked_to:
            raise KeyboardInterrupt
        asked_to.append(f"stopped by {signal.Signals(number).name}")

    def stopped() -> str:
        return asked_to[0] if asked_to else ""

    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        report = work(
            asked.workplace, console.print_line, stopped, until_done=until_done, patience=patience
        )
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    for line in report.lines():
        console.print_line(line)
    if report.unsettled:
        raise click.exceptions.Exit(FINDINGS)


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
@_days("--request-days", AlertLimits().requests, "Alert when a request is due sooner, or then.")
@_days("--record-days", AlertLimits().record, "Alert that no notice is on record so long before.")
@click.pass_obj
def status_command(asked: Invocation, /, form: str, exit_code: bool, **days: int) -> None:
    """Show where every policy stands, and what needs a person.

    The exit code is 2 if the ledger or a release cannot be read; all else is shown.
    """
    from publisher.actions.status import status

    limits = AlertLimits(
        letters=days["days"],
        mail=days["mail_days"],
        keys=days["key_days"],
        record=days["record_days"],
        requests=days["request_days"],
    )
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
