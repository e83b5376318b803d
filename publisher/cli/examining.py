"""The command that looks, before a run, whether letters can go out."""

from __future__ import annotations

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.listing import print_programs
from publisher.cli.parameters import list_form_option


@click.command()
@click.option("--dkim", "selector", default="", metavar="SELECTOR",
              help="By which the relay signs; its key is looked for.")  # fmt: skip
@click.option("--dns", "server", default="", metavar="HOST[:PORT]",
              help="Ask this name server (default: the machine's).")  # fmt: skip
@list_form_option
@click.pass_obj
def doctor_command(asked: Invocation, selector: str, server: str, form: str) -> None:
    """Look whether letters can go out, and what is missing.

    The relay, SPF, DKIM, DMARC, keys, disk, clock, and the addresses of answers.
    Nothing is sent. The exit code is 1 if something is missing.
    """
    from publisher.actions.doctor import doctor
    from publisher.smtp.health import DOCTOR_COLUMNS, DOCTOR_FORM, Health

    checks = doctor(asked.workplace, selector, server)
    values, now = (one.values() for one in checks), asked.workplace.clock()
    if not print_programs(form, DOCTOR_FORM, "checks", DOCTOR_COLUMNS, values, now):
        for one in checks:
            console.print_line(f"{one.health:8}{one.name}: {one.what}")
            if one.remedy:
                console.print_line(f"        {'':2}{asked.as_typed(one.remedy)}")
    if any(one.health is Health.MISSING for one in checks):
        raise click.exceptions.Exit(FINDINGS)
