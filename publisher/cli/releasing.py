"""Commands that make releases and check their seals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from publisher.cli import console
from publisher.cli.invocation import FINDINGS, Invocation
from publisher.cli.parameters import DATE_TYPE


@click.command()
@click.option(
    "--effective",
    type=DATE_TYPE,
    required=True,
    help="First day in force; `unknown` for a first release of an old text.",
)
@click.option("--correction", is_flag=True, help="An editorial release that nobody is told of.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@click.option(
    "--lagging",
    multiple=True,
    metavar="LANGUAGE[:SECTION]",
    help="A translation that is not up to date: readers are told.",
)
@click.option(
    "--unaffected",
    multiple=True,
    metavar="LANGUAGE[:SECTION]",
    help="A translation that you looked at: what changed in the text changes nothing in it.",
)
@click.pass_obj
def freeze_command(
    asked: Invocation,
    effective: dt.date | None,
    correction: bool,
    dry_run: bool,
    lagging: tuple[str, ...],
    unaffected: tuple[str, ...],
) -> None:
    """Freeze the draft as a release that never changes again."""
    from publisher.actions.printing import release_pdf
    from publisher.actions.releasing import freeze as act
    from publisher.compare.summary import summary

    frozen = act(
        asked.project,
        asked.policy,
        effective=effective,
        correction=correction,
        now=asked.now(),
        make_pdf=release_pdf,
        dry_run=dry_run,
        lagging=lagging,
        unaffected=unaffected,
    )
    release = frozen.release
    verb = "Would freeze" if dry_run else "Frozen:"
    asked.say(
        f"{verb} {release.name} ({release.materiality}), in force from "
        f"{release.effective or 'an unknown day'}"
    )
    if frozen.amendment:
        asked.say(f"  {summary(frozen.amendment)}")
    for line in frozen.in_other_languages():
        asked.say(f"  {line}")
    if release.closes:
        asked.say(f"  customers may opt out until {release.closes}")
    if frozen.earliest:
        asked.say(f"  earliest lawful effective date: {frozen.earliest}")
    for duty in frozen.duties:
        asked.say(f"  for a lawyer to see to: {duty.text} ({duty.source})")
    if not dry_run:
        signed = "signed" if frozen.signed else "not signed: git has no signing key"
        asked.say(f"  commit {frozen.commit[:10]}, tag {release.name} ({signed})")
        asked.say(f"  seal {release.seal}")
        if release.notice:
            asked.say(f"Next: publisher build, then publisher send {release.number}")


@click.command("import")
@click.option(
    "--history",
    "repository",
    required=True,
    type=click.Path(path_type=Path),
    metavar="REPO",
    help="A folder in the git repository that has the history.",
)
@click.argument("path")
@click.option("--policy", metavar="ID", help="The policy's id; else made from the file's name.")
@click.option("--title", default="", help="What a new policy is called; else its first heading.")
@click.option("--language", default="en", show_default=True, help="Of a new policy.")
@click.pass_obj
def import_history_command(
    asked: Invocation, repository: Path, path: str, policy: str | None, title: str, language: str
) -> None:
    """Make one release of each text that a Markdown file had in a git history."""
    from publisher.actions.importing import import_history as act

    with console.show_progress(asked.quiet) as progress:
        done = act(
            asked.project,
            repository,
            path,
            policy_id=policy or asked.wanted,
            title=title,
            language=language,
            progress=progress,
        )
    for line in done.lines():
        asked.say(line)


@click.command()
@click.pass_obj
def verify_command(asked: Invocation) -> None:
    """Check every seal: checksums, chain, tags, git history."""
    from publisher.actions.verifying import verify as act
    from publisher.edges.archive import numbers
    from publisher.policies.finding import Severity

    errors = 0
    for policy_id in asked.policies:
        for found in act(asked.project, policy_id):
            console.print_finding(found)
            errors += found.severity is Severity.ERROR
        count = len(numbers(asked.project, policy_id))
        asked.say(f"{policy_id}: {count} release(s) checked")
    if errors:
        raise click.exceptions.Exit(FINDINGS)
