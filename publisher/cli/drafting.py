"""Commands about a draft: what is wrong with it, and how it differs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from publisher.answers.list_forms import ListForm
from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import complete_versions, list_form_option, output_option


@click.command()
@list_form_option
@click.pass_obj
def check_command(asked: Invocation, form: str) -> None:
    """List problems and review notes of the draft."""
    from publisher.actions.check import check
    from publisher.policies.finding import Severity

    errors = cues = 0
    findings = check(asked.workplace, asked.policies)
    asked.print_findings(findings, form)
    for found in findings:
        errors += found.severity is Severity.ERROR
        cues += found.severity is Severity.CUE
    if (errors or cues) and form == ListForm.TABLE:
        asked.say(f"{errors} error(s), {cues} review cue(s)")
    if errors:
        raise click.exceptions.Exit(FINDINGS)


@click.command()
@click.argument("old", required=False, shell_complete=complete_versions)
@click.argument("new", required=False, shell_complete=complete_versions)
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
@click.option(
    "--spoken",
    is_flag=True,
    help="With --format pdf: say in words too what changed.",
)
@click.option("--anew", is_flag=True, help="Compare two releases anew, not as people were told.")
@output_option
@click.pass_obj
def diff_command(
    asked: Invocation,
    old: str | None,
    new: str | None,
    form: str,
    bare: bool,
    spoken: bool,
    language: str,
    anew: bool,
    output: Path | None,
) -> None:
    """Compare two versions word for word.

    Each is a release number, `draft`, `git:REV`, or a path.
    Default: the draft, and the release that a freeze would compare it with.
    What people were told that a release changes is shown as they were told it.
    """
    from publisher.actions import unheard
    from publisher.actions.diff import DiffOrder, diff

    colour = form == "text" and output is None and console.has_colours(sys.stdout)
    order = DiffOrder(old, new, language, form, colour=colour, bare=bare, spoken=spoken, anew=anew)
    tell = unheard if asked.quiet else console.print_aside
    told = diff(asked.maybe_workplace, asked.wanted, order, tell)
    console.write_document(output, told, for_people=form == "text", coloured=colour)


@click.command()
@click.option("--language", "tag", required=True, metavar="TAG", help="Such as nl or pt-BR.")
@click.option("--list", "listed", is_flag=True, help="Only show all words in this language.")
@output_option
@click.pass_obj
def wording_command(asked: Invocation, tag: str, listed: bool, output: Path | None) -> None:
    """Lay down files for words of your own.

    They get an empty entry for each that they lack; what stands in them stays as it is.
    """
    if listed:
        from publisher.actions.list_wording import list_wording

        console.write_document(output, list_wording(asked.workplace, tag), for_people=True)
        return
    if output is not None:
        raise click.UsageError("-o goes with --list: files of your own have their place")
    from publisher.actions.lay_down_wording import lay_down_wording

    for file in lay_down_wording(asked.workplace, tag):
        done = f"{file.added} added, empty" if file.added else "has everything; unchanged"
        asked.say(f"wording/{file.name}: {done}")
