"""Commands that make the site and its PDFs, and serve them."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import click

from publisher.cli import console
from publisher.cli.console import counted
from publisher.cli.invocation import Invocation
from publisher.cli.parameters import DATE_TYPE, RELEASE_TYPE, output_option
from publisher.releases.number import Number


@click.command()
@click.option(
    "--as-of",
    type=DATE_TYPE,
    metavar="DATE",
    help="Build the site as it is on this day (default: today).",
)
@click.option(
    "--next",
    "ahead",
    is_flag=True,
    help="Build nothing; print the day on which the next build is due, or `none`.",
)
@click.pass_obj
def build_command(asked: Invocation, as_of: dt.date | None, ahead: bool) -> None:
    """Build the site and its PDFs."""
    if ahead:
        from publisher.actions.next_build import next_build

        due = next_build(asked.workplace, as_of)
        click.echo(due.isoformat() if due else "none")
    else:
        _build(asked, as_of)


@click.command()
@click.argument("release", type=RELEASE_TYPE)
@click.option(
    "--language",
    default="",
    help="Language of the translation to print (default: the authoritative text).",
)
@output_option
@click.pass_obj
def pdf_command(asked: Invocation, release: Number, language: str, output: Path | None) -> None:
    """Write the PDF of a release.

    This includes imported versions, which the site shows only as pages.
    """
    from publisher.actions.pdf import pdf

    console.write_document(output, pdf(asked.workplace, asked.policy, release, language))


@click.command()
@click.option(
    "--draft", is_flag=True, help="Preview the draft and its redline, updated as you edit."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on.",
)
@click.option("--no-build", is_flag=True, help="Serve the site as last built, whatever day it is.")
@click.pass_obj
def serve_command(asked: Invocation, draft: bool, host: str, port: int, no_build: bool) -> None:
    """Serve the site and its opt-out form, or preview the draft."""
    address = web_address(host, port)
    if draft:
        from publisher.actions.preview import preview

        shown = asked.shown_policies

        def show_drafts() -> None:
            for policy_id in shown:
                asked.say(f"The draft: {address}{policy_id}/draft/ (stop with Ctrl-C)")

        preview(asked.workplace, host, port, show_drafts)
        return
    from publisher.web import app

    app.require_servable(asked.workplace, host, port, built=no_build)
    if not no_build:
        _build(asked, None)
    served = partial(asked.say, f"Serving on {address} (stop with Ctrl-C)")
    # A site that is served as it was built is not built anew by itself either.
    made = app.application(asked.workplace, renewed=not no_build)
    app.run(asked.workplace, host, port, app=made, listening=served)


def web_address(host: str, port: int) -> str:
    """Where a browser finds what is served; a host of IP version 6 is in brackets (RFC 3986)."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _build(asked: Invocation, as_of: dt.date | None) -> None:
    from publisher.actions.build import build
    from publisher.policies.finding import Finding, Severity

    with console.show_progress(asked.quiet) as progress:
        built = build(asked.workplace, as_of, progress)
    for warning in built.warnings:
        console.print_finding(Finding(Severity.CUE, "mkdocs", 0, warning))
    # A job that runs each hour mails what is printed: with --quiet, once for each build.
    for found in () if asked.quiet and built.up_to_date else built.findings:
        asked.print_finding(found)
    pages, documents = counted(built.pages, "page"), counted(built.documents, "PDF")
    what = f"{pages} and {documents} in {built.folder}"
    if built.up_to_date:
        asked.say(f"Up to date: {what}")
    else:
        changed = f"{counted(built.changed, 'page')} {'is' if built.changed == 1 else 'are'}"
        asked.say(f"Built {what}; {changed} new or changed")
    if as_of:
        what = f"shows the site of {as_of} now, whatever day it is"
        remedy = "before it is published, build that of today: publisher build"
        asked.print_finding(Finding(Severity.CUE, str(built.folder), 0, what, remedy))
