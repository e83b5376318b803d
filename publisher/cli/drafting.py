"""Commands about a draft: what is wrong with it, and how it differs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import output_option


@click.command()
@click.pass_obj
def check_command(asked: Invocation) -> None:
    """List problems and review notes of the draft."""
    from publisher.actions.check import check
    from publisher.policies.finding import Severity

    errors = cues = 0
    for found in check(asked.workplace, asked.policies):
        asked.print_finding(found)
        errors += found.severity is Severity.ERROR
        cues += found.severity is Severity.CUE
    if errors or cues:
        asked.say(f"{errors} error(s), {cues} review cue(s)")
    if errors:
        raise click.exceptions.Exit(FINDINGS)


@click.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "mail", "markdown", "html", "json", "pdf"]),
    help="Output format.",
)
@click.option(
    "--bare", is_flag=True, help="With --format html: only blocks, ins and del, for programs."
)
@click.option("--language", default="", help="Compare translations in this language.")
@output_option
@click.pass_obj
def diff_command(
    asked: Invocation,
    old: str | None,
    new: str | None,
    form: str,
    bare: bool,
    language: str,
    output: Path | None,
) -> None:
    """Compare two versions word for word.

    Each is a release number, `draft`, `git:REV`, or a path.
    Default: the latest release and the draft.
    """
    from publisher.actions.diff import DiffOrder, diff

    colour = form == "text" and output is None and console.has_colours(sys.stdout)
    order = DiffOrder(old, new, language, form, colour=colour, bare=bare)
    told = diff(asked.maybe_workplace, asked.wanted, order)
    console.write_document(output, told, for_people=form == "text", coloured=colour)
