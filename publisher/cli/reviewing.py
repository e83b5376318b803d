"""Commands for a pull request: what it changes, said below it."""

from __future__ import annotations

import re
from pathlib import Path

import click

from publisher.cli import console
from publisher.cli.invocation import Invocation
from publisher.cli.parameters import output_option

_LEAST = 4_000
"""Letters that a report can do with."""


class _Address(click.ParamType[str]):
    name = "URL"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        if not re.fullmatch(r"https?://[!-;=?-~]+", str(value)):
            self.fail(f"{value!r} is not an address that begins with https://", param, ctx)
        return str(value)


@click.command()
@click.option(
    "--format",
    "form",
    default="markdown",
    show_default=True,
    type=click.Choice(["markdown", "json", "names"]),
    help="Output format; `names` lists the policies that change.",
)
@click.option(
    "--annotations",
    is_flag=True,
    help="With -o: print each finding as a workflow command for GitHub Actions.",
)
@click.option("--preview", type=_Address(), help="Link the built preview.")
@click.option("--source", type=_Address(), help="Link files below this address.")
@click.option(
    "--limit",
    type=click.IntRange(_LEAST),
    default=65_536,
    show_default=True,
    metavar="CHARACTERS",
    help="Write no longer Markdown (GitLab takes 1,000,000).",
)
@click.option(
    "--files",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write what a freeze would seal, and the redline as PDF, here.",
)
@output_option
@click.pass_obj
def report_command(
    asked: Invocation,
    form: str,
    annotations: bool,
    preview: str | None,
    source: str | None,
    limit: int,
    folder: Path | None,
    output: Path | None,
) -> None:
    """Report what the drafts change, as a comment on a pull request.

    By section, with the redline, whether it looks material, the earliest lawful date, the letter
    and the form, and what `check` finds.
    """
    from publisher.actions.report import ReportOrder, report

    if annotations and output is None:
        raise click.UsageError("--annotations goes with -o: they are printed instead of the report")
    order = ReportOrder(form, limit, preview or "", source or "", folder)
    told = report(asked.workplace, asked.policies, order)
    console.write_document(output, told.text)
    if annotations:
        console.print_document(told.annotations)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--name",
    default="policies",
    show_default=True,
    help="Which comment it is, where a repository has several.",
)
@click.pass_obj
def comment_command(asked: Invocation, file: Path, name: str) -> None:
    """Put a report below the pull request of this CI job.

    As one comment that is kept up to date, with the token in GITHUB_TOKEN or GITLAB_TOKEN.
    """
    from publisher.actions.comment import comment

    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,49}", name):
        raise click.UsageError("--name takes small letters, digits, dots and hyphens")
    asked.say(f"The report is in {comment(file, name, console.print_aside)}.")
