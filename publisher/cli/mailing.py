"""The command for whoever sends mailings."""

from __future__ import annotations

from pathlib import Path

import click

from publisher.answers.list_forms import ListForm, csv_list, json_list
from publisher.cli import console
from publisher.cli.invocation import Invocation
from publisher.cli.parameters import list_form_option
from publisher.people.mailings import MailingState


@click.command()
@click.option("--state", type=click.Choice([state.value for state in MailingState]),
              help="Only those who left, or who joined.")  # fmt: skip
@click.option("--headers", is_flag=True, help="With what belongs into a mailing's header.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to this file, for you alone.")  # fmt: skip
@list_form_option
@click.pass_obj
def mailings_command(
    asked: Invocation, state: str | None, headers: bool, output: Path | None, form: str
) -> None:
    """List who left or joined the mailings, for your mail system."""
    from publisher.actions.mailings import mailings
    from publisher.answers.mailing_list import HEADER_COLUMNS, MAILING_COLUMNS, MAILINGS_FORM

    wanted = MailingState(state) if state else None
    rows = mailings(asked.workplace, wanted, headers=headers)
    if form == ListForm.TABLE:
        if output:
            raise click.UsageError("-o is for --format csv or json")
        cells = [row.cells() for row in rows]
        if cells:
            console.print_table(MAILING_COLUMNS, cells)
        else:
            asked.say("Nobody is listed")
        return
    columns = (*MAILING_COLUMNS, *(HEADER_COLUMNS if headers else ()))
    values = (row.values() for row in rows)
    now = asked.workplace.clock()
    csv = form == ListForm.CSV
    pieces = csv_list(columns, values) if csv else json_list(MAILINGS_FORM, "mailings", values, now)
    if output is None:
        console.print_stream(pieces)
        return
    from publisher.actions.write_addresses import write_addresses

    write_addresses(asked.workplace, output, pieces)
    asked.say(f"Written to {output}")
