"""Commands that make releases and check their seals."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from publisher.answers.list_forms import ListForm
from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import DATE_TYPE, freeze_options, list_form_option
from publisher.errors import ConfigurationError, DoubtError

if TYPE_CHECKING:
    from publisher.actions.verify import Verified


@click.command()
@click.option(
    "--effective",
    type=DATE_TYPE,
    required=True,
    help="First day in force, as 2027-03-01; `unknown` only for a first release.",
)
@freeze_options
@click.option("--dry-run", is_flag=True, help="Show what would be frozen, and change nothing.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="With --dry-run, write everything that would be sealed to this folder, to be looked at.",
)
@click.option(
    "--yes",
    is_flag=True,
    help="Confirm a date that is likely a slip, and a change of who may sign.",
)
@click.pass_obj
def freeze_command(
    asked: Invocation,
    effective: dt.date | None,
    correction: bool,
    supplement: bool,
    dry_run: bool,
    output: Path | None,
    lagging: tuple[str, ...],
    unaffected: tuple[str, ...],
    yes: bool,
) -> None:
    """Freeze the draft as a numbered release, which never changes."""
    from publisher.actions.freeze import freeze
    from publisher.releases.freezing import FreezeOrder

    if output and not dry_run:
        raise click.UsageError("--output shows what is not frozen yet: it belongs to --dry-run")
    order = FreezeOrder(effective, correction, lagging, unaffected, sure=yes, supplement=supplement)
    order = replace(order, asked_of=not dry_run and console.somebody_is_there())
    run = partial(
        freeze, asked.workplace, asked.policy, dry_run=dry_run, show=output, tell=asked.say
    )
    try:
        frozen = run(order)
    except DoubtError as doubt:
        if not console.confirmed(doubt):
            raise
        frozen = run(replace(order, sure=True))
    for line in frozen.lines():
        asked.say(line)


@click.command("import")
@click.option(
    "--history",
    "repository",
    required=True,
    type=click.Path(path_type=Path),
    metavar="REPO",
    help="Git repository with the history, or a folder in it.",
)
@click.argument("path")
@click.option(
    "--policy", metavar="ID", help="The policy's id (default: derived from the file name)."
)
@click.option("--title", default="", help="A new policy's title (default: its first heading).")
@click.option("--language", default="en", show_default=True, help="A new policy's language.")
@click.pass_obj
def import_history_command(
    asked: Invocation, repository: Path, path: str, policy: str | None, title: str, language: str
) -> None:
    """Import every version of a Markdown file from git as a release."""
    from publisher.actions.import_history import ImportOrder, import_history

    with console.show_progress(asked.quiet) as progress:
        order = ImportOrder(repository, path, policy or asked.wanted, title, language)
        done = import_history(asked.workplace, order, progress, asked.say)
    for line in done.lines():
        asked.say(line)


@click.command()
@click.option("--diff", is_flag=True, help="Show what differs in each altered file.")
@click.option(
    "--signers",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Who signs the first releases: `allowed_signers` lines of SSH, OpenPGP public keys.",
)
@click.option(
    "--known",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What was seen before, outside the repository; kept if nothing is wrong. "
    "Or a published versions.json.",
)
@click.option(
    "--letter",
    type=click.File("rb"),
    metavar="FILE",
    help="Check a letter that was sent, saved as .eml: its seal, and every word; "
    "with --ledger, the head that it has.",
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Check the evidence about a customer, without the ledger; releases as far as here. "
    "The pages of a PDF are compared with what its attached JSON says.",
)
@click.option(
    "--pages",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.pdf",
    help="With --evidence: write what was checked as a PDF, if it holds.",
)
@click.option(
    "--ledger",
    is_flag=True,
    help="Check the ledger instead: its chains, private values, letters and states.",
)
@click.option(
    "--known-heads",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Heads of the ledger that were seen before, outside the repository; "
    "added to if nothing is wrong.",
)
@click.option(
    "--accept-restored",
    is_flag=True,
    help="Confirm that you know of a restoration which has forgotten such heads.",
)
@list_form_option
@click.pass_obj
def verify_command(
    asked: Invocation,
    /,
    form: str,
    diff: bool,
    signers: Path | None,
    known: Path | None,
    letter: BinaryIO | None,
    evidence: Path | None,
    pages: Path | None,
    ledger: bool,
    known_heads: Path | None,
    **accepted: bool,
) -> None:
    """Check the seals of all releases, or a letter, or the ledger.

    These are checksums, the chain of releases, tags and their signatures, and the git history.
    """
    if evidence:
        if diff or signers or known or letter or ledger or any(accepted.values()):
            raise click.UsageError("--evidence goes with --known-heads and --pages alone")
        _verify_evidence(asked, evidence, known_heads, pages)
        return
    if pages:
        raise click.UsageError("--pages belongs to --evidence FILE")
    if ledger:
        if diff or signers or known:
            raise click.UsageError("--ledger contradicts another option: choose one of them")
        if any(accepted.values()) and not known_heads:
            raise click.UsageError("--accept-restored belongs to --known-heads FILE")
        _verify_ledger(asked, letter, known_heads, **accepted)
        return
    if known_heads or any(accepted.values()):
        raise click.UsageError("--known-heads belongs to --ledger or --evidence")
    if letter is not None:
        if diff or signers or known:
            raise click.UsageError("--letter contradicts another option: choose one of them")
        _verify_letter(asked, letter)
        return
    from publisher.actions.verify import VerifyOrder, verify

    done = verify(asked.workplace, asked.wanted, VerifyOrder(diff, signers, known))
    if form != ListForm.TABLE:
        if diff:
            raise click.UsageError("--diff shows differences to people: leave out --format")
        of_policies = (found for policy in done.policies for found in policy.findings)
        asked.print_findings([*done.strays, *done.cues, *of_policies], form)
        if not done.sound:
            raise click.exceptions.Exit(FINDINGS)
        return
    _tell_verified(asked, done)


def _tell_verified(asked: Invocation, done: Verified) -> None:
    for found in (*done.strays, *done.cues):
        asked.print_finding(found)
    for policy in done.policies:
        for found in policy.findings:
            asked.print_finding(found)
        for alteration in policy.alterations:
            console.print_document(alteration, for_people=True)
        asked.say(policy.line())
    for line in done.told:
        asked.say(line)
    if not done.sound:
        raise click.exceptions.Exit(FINDINGS)


def _verify_ledger(
    asked: Invocation,
    letter: BinaryIO | None,
    known_heads: Path | None,
    accept_restored: bool = False,
) -> None:
    from publisher.actions.verify_ledger import LedgerOrder, verify_ledger

    order = LedgerOrder(known_heads, accept_restored, letter, getattr(letter, "name", "-"))
    with console.show_progress(asked.quiet) as progress:
        done = verify_ledger(asked.workplace, order, progress)
    for found in done.findings:
        console.print_finding(found)
    for line in done.lines:
        asked.say(line)
    if not done.sound:
        raise click.exceptions.Exit(FINDINGS)


def _verify_evidence(
    asked: Invocation, file: Path, known_heads: Path | None, pages: Path | None
) -> None:
    from publisher.actions.verify_evidence import verify_evidence

    workplace = None
    with suppress(ConfigurationError):  # an auditor may have the file alone
        workplace = asked.workplace
    done = verify_evidence(workplace, file, known_heads, pages)
    for found in done.findings:
        console.print_finding(found)
    for line in done.lines:
        asked.say(line)
    if done.findings:
        raise click.exceptions.Exit(FINDINGS)
    asked.say("what it says of events is what was recorded")


def _verify_letter(asked: Invocation, letter: BinaryIO) -> None:
    from publisher.actions.verify_letter import verify_letter
    from publisher.policies.finding import Severity

    done = verify_letter(asked.workplace, letter, getattr(letter, "name", "-"))
    for line in done.lines:
        asked.say(line)
    for found in done.findings:
        console.print_finding(found)
    if any(found.severity is Severity.ERROR for found in done.findings):
        raise click.exceptions.Exit(FINDINGS)
    asked.say("it is as it was sealed")
