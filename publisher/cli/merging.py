"""Commands for letters that a mail merge sends, and for which version applies to whom."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path
from typing import Any, BinaryIO

import click

from publisher.answers.list_forms import ListForm
from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.listing import print_programs, program_list
from publisher.cli.parameters import (
    DATE_TYPE,
    RELEASE_TYPE,
    DefaultGroup,
    list_form_option,
    role_option,
)
from publisher.people.posting import SURELY_TO_POST, TO_POST
from publisher.people.standing import TO_CLOSE, NoticeStanding
from publisher.releases.number import Number


@click.command("export")
@click.argument("release", type=RELEASE_TYPE)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The file or folder to write; compressed where its name ends with .gz.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "eml"]),
    default="csv",
    show_default=True,
    help="A row a letter, or a folder with a message a letter.",
)
@click.option("--confirm", is_flag=True, help="Write it (default: only show the plan).")
@click.option("--again", is_flag=True, help="Write letters once more of which nothing is heard.")
@click.pass_obj
def export_notice_command(
    asked: Invocation, release: Number, output: Path, form: str, confirm: bool, again: bool
) -> None:
    """Write the letters of a release for a mail merge.

    They are those that `send` would send; no other run sends them from then on.
    What became of them is taken back by `publisher deliveries import`.
    """
    from publisher.actions.export_notice import ExportOrder, export_notice
    from publisher.letters.merging import MergeForm, MergePlan

    order = ExportOrder(output, MergeForm(form), again, confirm)
    workplace, policy_id = asked.workplace, asked.policy
    with console.show_progress(asked.quiet) as progress:
        done = export_notice(workplace, policy_id, release, order, progress, console.print_line)
    if not isinstance(done, MergePlan):
        for line in done.lines():
            console.print_line(line)
        asked.say(asked.as_typed(done.next_step(), policy_id))
        if done.refused or done.moved:
            raise click.exceptions.Exit(FINDINGS)
        return
    for line in done.lines():
        console.print_line(line)
    end = done.confirmation if done.rows else done.idle_line()
    console.print_line(asked.as_typed(end, policy_id))


@click.group(cls=DefaultGroup)
def deliveries_group() -> None:
    """See whom a notice has not reached, or import outcomes."""


@deliveries_group.command("list")
@click.argument("release", type=RELEASE_TYPE)
@click.option("--state", "states", type=click.Choice([one.value for one in NoticeStanding]),
              multiple=True, help="Only those in this state; may be repeated.")  # fmt: skip
@click.option("--all", "everybody", is_flag=True, help="Also those of whom nothing is open.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to this file, for you alone.")  # fmt: skip
@list_form_option
@click.pass_obj
def list_deliveries_command(
    asked: Invocation,
    release: Number,
    states: tuple[str, ...],
    everybody: bool,
    output: Path | None,
    form: str,
) -> None:
    """List whom a notice has not reached, and what to do."""
    from publisher.actions.deliveries import deliveries
    from publisher.answers.delivery_list import (
        DELIVERIES_FORM,
        DELIVERY_COLUMNS,
        DELIVERY_COLUMNS_SHOWN,
        closing_steps,
    )

    if states and everybody:
        raise click.UsageError("--state contradicts --all: choose one of them")
    wanted = tuple(map(NoticeStanding, states)) or (
        tuple(NoticeStanding) if everybody else TO_CLOSE
    )
    workplace, policy_id = asked.workplace, asked.policy
    found, too_late = deliveries(workplace, policy_id, release, wanted)
    if form == ListForm.TABLE:
        if output:
            raise click.UsageError("-o is for --format csv or json")
        rows = list(found)
        if not rows:
            asked.say("Nobody is listed" if states or everybody else "Nothing is open")
            return
        console.print_table(DELIVERY_COLUMNS_SHOWN, [row.cells() for row in rows])
        if steps := closing_steps(release, rows, too_late=too_late):
            asked.say(asked.as_typed("\n".join(steps), policy_id))
        return
    values, now = (row.values() for row in found), workplace.clock()
    listed = (form, DELIVERIES_FORM, "deliveries", DELIVERY_COLUMNS, values, now)
    if output is None:
        print_programs(*listed)
        return
    from publisher.actions.write_addresses import write_addresses

    write_addresses(workplace, output, program_list(*listed))
    asked.say(f"Written to {output}")


@deliveries_group.command("report")
@click.argument("release", type=RELEASE_TYPE)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
              metavar="FILE.html", help="The page to write.")  # fmt: skip
@click.pass_obj
def report_deliveries_command(asked: Invocation, release: Number, output: Path) -> None:
    """Write a page with charts of a sending.

    It names no customer: domains with few recipients are counted together.
    """
    from publisher.actions.report_deliveries import report_deliveries

    if output.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError("-o names the page to write: report.html")
    report_deliveries(asked.workplace, asked.policy, release, output)
    asked.say(f"Written to {output}")


@deliveries_group.command("print")
@click.argument("release", type=RELEASE_TYPE)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
              metavar="FILE.pdf", help="The PDF to write, for you alone; a list is put beside it.",
              )  # fmt: skip
@click.option("--addresses", type=click.File("rb"), metavar="FILE",
              help="Postal addresses: a CSV file with customer, line1 … line5.")  # fmt: skip
@click.option("--state", "states", type=click.Choice([one.value for one in TO_POST]),
              multiple=True, help="Only those in this state (default: all but in doubt).",
              )  # fmt: skip
@click.pass_obj
def print_deliveries_command(
    asked: Invocation,
    release: Number,
    output: Path,
    addresses: BinaryIO | None,
    states: tuple[str, ...],
) -> None:
    """Print letters to whom no mail reached.

    Each has its address in the window of an envelope.
    That they were posted is recorded by `publisher resolve`.
    """
    from publisher.actions.print_letters import PrintOrder, print_letters

    if output.suffix.lower() != ".pdf":
        raise click.UsageError("-o names the PDF to write: letters.pdf")
    wanted = tuple(map(NoticeStanding, states)) or SURELY_TO_POST
    order = PrintOrder(output, wanted, addresses)
    with console.show_progress(asked.quiet) as progress:
        done = print_letters(asked.workplace, asked.policy, release, order, progress)
    said = "\n".join([*done.lines(), *([done.next_step()] if done.count else [])])
    console.print_line(asked.as_typed(said, asked.policy))


@deliveries_group.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--release", type=RELEASE_TYPE, help="What they are about, if several were exported.")
@click.option("--confirm", is_flag=True, help="Record it (default: only show the plan).")
@click.option("--correct", is_flag=True, help="What is on record otherwise was a mistake.")
@role_option
@click.option(
    "--faults",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write everything wrong with the list to this CSV file.",
)
@click.pass_obj
def import_deliveries_command(
    asked: Invocation,
    /,
    file: BinaryIO,
    release: Number | None,
    confirm: bool,
    faults: Path | None,
    **said: Any,
) -> None:
    """Take what became of letters from a CSV file.

    Columns: customer, day, outcome (accepted, refused, bounced), and optionally reason.
    The file may be compressed with gzip; `-` is standard input.
    """
    from publisher.actions.import_deliveries import ListTaking, import_deliveries

    policy_id, role = asked.policy, said["role"] if said["correct"] else ""
    about, how = (policy_id, release), ListTaking(faults, role)
    with console.show_progress(asked.quiet) as progress:
        taken = import_deliveries(asked.workplace, about, file, progress, how, confirmed=confirm)
    for line in taken.lines():
        console.print_line(line)
    if not confirm:
        name = getattr(file, "name", "-")
        number = f" --release {release}" if release else ""
        number += f" --correct {shlex.join(['--as', role])}" if role else ""
        command = f"publisher deliveries import {shlex.quote(name.strip('<>'))}{number} --confirm"
        end = f"Nothing was changed. To record it: {command}"
        console.print_line(asked.as_typed(end, policy_id))


@click.command()
@click.argument("customer", required=False, metavar="[CUSTOMER|ADDRESS]")
@click.option("--all", "every", is_flag=True, help="Of all recipients.")
@click.option("--on", "day", type=DATE_TYPE, metavar="DATE", help="The day (default: today).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl", "csv"]),
    default="text",
    show_default=True,
    help="Output format; jsonl: a line of JSON a customer.",
)
@click.pass_obj
def applies_command(
    asked: Invocation, customer: str | None, every: bool, day: dt.date | None, form: str
) -> None:
    """Say which version applies to a customer, and why.

    By what is known now, of a day of the past too.
    Of an address, all customers who have it.
    The exit code is 1 if it depends on a letter that is in doubt.
    """
    from publisher.actions.applies import applies
    from publisher.answers.applies_report import AppliesForm

    if (customer is None) != every:
        raise click.UsageError("name a customer, or choose --all")
    report, customers = applies(asked.workplace, asked.policy, customer, day, AppliesForm(form))
    console.print_stream((report.every if every else report.of_some)(customers))
    if every and not asked.quiet:
        console.print_aside(report.summary())
    if report.doubtful:
        raise click.exceptions.Exit(FINDINGS)
