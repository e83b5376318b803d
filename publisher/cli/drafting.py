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
    """List the problems and review notes of the draft before its release."""
    from publisher.actions.drafting import check_draft
    from publisher.policies.finding import Severity

    errors = cues = 0
    for policy_id in asked.policies:
        for found in check_draft(asked.project, policy_id):
            console.print_finding(found)
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
    """Compare two versions: a release number, `draft`, `git:REV`, or a path.

    Default: the latest release and the draft.
    """
    from publisher.actions.drafting import compare

    found = compare(asked.maybe_project, asked.wanted, old, new, language)
    if form == "text":
        from publisher.reports.terminal import terminal_report

        colour = output is None and console.has_colours(sys.stdout)
        text = terminal_report(found.amendment, found.title, colour=colour)
        console.write_document(output, text, for_people=True, coloured=colour)
    elif form == "mail":
        from publisher.reports.terminal import mail_report

        console.write_document(output, mail_report(found.amendment))
    elif form == "markdown":
        from publisher.reports.pull_request import markdown_report

        console.write_document(
            output, markdown_report(found.amendment, found.title, found.new.notes)
        )
    elif form == "json":
        from publisher.exchange.diff_json import diff_json

        names = (found.old.label, found.new.label)
        console.write_document(output, diff_json(found.amendment, *names, seconds=found.seconds))
    elif form == "html" and bare:
        from publisher.markup.exact import exact

        console.write_document(output, exact(found.amendment).html)
    else:
        from publisher.actions.printing import comparison_html, comparison_pdf

        make = comparison_html if form == "html" else comparison_pdf
        console.write_document(output, make(found))
