"""The command line, one command a verb. Exit codes: 0 fine, 1 findings, 2 wrong use or refused.

`receive` has codes of its own, see `pipe`.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from publisher import __version__, console, pipe
from publisher.edges import clock
from publisher.edges.files import write_file
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, NotFoundError, PublisherError
from publisher.releases.number import Number

FINDINGS = 1
REFUSED = 2


Clock = Callable[[], dt.datetime]


class _Group(click.Group):
    """Shows an error of ours as a message with the next step, never as a traceback."""

    def main(self, args: Sequence[str] | None = None, **more: Any) -> Any:  # type: ignore[override]
        words = list(sys.argv[1:] if args is None else args)
        run = partial(super().main, words)
        if pipe.meant(words, self.commands):
            sys.exit(pipe.answer(partial(run, **{**more, "standalone_mode": False}), words))
        try:
            return run(**more)
        except PublisherError as error:
            console.refuse(error)
            sys.exit(REFUSED)

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with console.harmless_misuse():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        with console.harmless_misuse():
            return super().invoke(ctx)


class _Number(click.ParamType[Number]):
    name = "RELEASE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Number:
        number = value if isinstance(value, Number) else Number.parse(str(value))
        if number is None:
            self.fail(f"{value!r} is no release number, such as 2 or 2.1", param, ctx)
        return number


class _Day(click.ParamType[dt.date | None]):
    name = "DATE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date | None:
        if value == "unknown" or isinstance(value, dt.date):
            return None if value == "unknown" else value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write 2027-03-01", param, ctx)


RELEASE, DAY = _Number(), _Day()


class _Context:
    def __init__(self, start: Path, policy: str | None, quiet: bool, now: Clock) -> None:
        self._start, self._policy, self.quiet = start, policy, quiet
        self.now = now

    @property
    def project(self) -> Project:
        return Project.find(self._start)

    @property
    def maybe_project(self) -> Project | None:
        """None outside any project, for what works without one."""
        try:
            return self.project
        except ConfigurationError:
            return None

    @property
    def wanted(self) -> str | None:
        return self._policy

    @property
    def policy(self) -> str:
        return self.project.policy_id(self._policy)

    @property
    def policies(self) -> tuple[str, ...]:
        """The policy named, or all."""
        return (self.policy,) if self._policy else self.project.policy_ids

    def say(self, text: str) -> None:
        if not self.quiet:
            console.say(text)


_F = TypeVar("_F", bound=Callable[..., Any])


def _output(function: _F) -> _F:
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file instead of standard output.",
    )(function)


def _choice(name: str, value: str, help_: str) -> Callable[[_F], _F]:
    """An option that is one of several; two of them at once are refused."""

    def chosen(ctx: click.Context, _: click.Parameter, given: bool) -> None:
        before = ctx.params.get("outcome")
        if given and before is not None:
            raise click.UsageError(f"{name} contradicts what is said beside it: choose one")
        ctx.params["outcome"] = value if given else before

    key = name.strip("-").replace("-", "_")
    return click.option(
        name, f"choice_{key}", is_flag=True, expose_value=False, callback=chosen, help=help_
    )


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    "start",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The project's folder; else the one you are in.",
)
@click.option("--policy", metavar="ID", help="Which policy; the only one needs no naming.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors and what was asked for.")
@click.version_option(__version__, prog_name="publisher")
@click.pass_context
def main(ctx: click.Context, start: Path, policy: str | None, quiet: bool) -> None:
    """Release, compare, announce and prove the policies that bind your customers."""
    # Who calls this from Python may hand in a clock, as for `web.application`; no user can.
    ctx.obj = _Context(start, policy, quiet, ctx.obj or clock.now)


# ── drafting ─────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """List everything that stands between the draft and its release."""
    from publisher.actions.drafting import check_draft
    from publisher.policies.finding import Severity

    errors = cues = 0
    for policy_id in ctx.obj.policies:
        for found in check_draft(ctx.obj.project, policy_id):
            console.finding(found.severity, found.where, found.what, found.remedy)
            errors += found.severity is Severity.ERROR
            cues += found.severity is Severity.CUE
    if errors or cues:
        ctx.obj.say(f"{errors} error(s), {cues} review cue(s)")
    if errors:
        ctx.exit(FINDINGS)


@main.command()
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "mail", "markdown", "html", "json", "pdf"]),
)
@click.option("--bare", is_flag=True, help="With html: blocks, ins and del alone, for machines.")
@click.option("--language", default="", help="Compare the translations into this language.")
@_output
@click.pass_context
def diff(
    ctx: click.Context,
    old: str | None,
    new: str | None,
    form: str,
    bare: bool,
    language: str,
    output: Path | None,
) -> None:
    """Compare two versions: a release number, `draft`, `git:REV`, or a path.

    Without arguments: the last release and the draft.
    """
    from publisher.actions.drafting import compare

    found = compare(ctx.obj.maybe_project, ctx.obj.wanted, old, new, language)
    if form == "text":
        from publisher.reports.terminal import as_text

        colour = output is None and sys.stdout.isatty()
        text = as_text(found.amendment, found.title, colour=colour)
        _write(output, text, for_people=True, coloured=colour)
    elif form == "mail":
        from publisher.reports.terminal import as_letter

        _write(output, as_letter(found.amendment))
    elif form == "markdown":
        from publisher.reports.pull_request import as_markdown

        _write(output, as_markdown(found.amendment, found.title, found.new.notes))
    elif form == "json":
        from publisher.exchange.diff_json import as_json

        names = (found.old.label, found.new.label)
        _write(output, as_json(found.amendment, *names, seconds=found.seconds))
    elif form == "html" and bare:
        from publisher.markup.exact import exact

        _write(output, exact(found.amendment).html)
    else:
        from publisher.actions.publishing import comparison_html, comparison_pdf

        make = comparison_html if form == "html" else comparison_pdf
        _write(output, make(found))


# ── releasing ────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.option(
    "--effective",
    type=DAY,
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
@click.pass_context
def freeze(
    ctx: click.Context,
    effective: dt.date | None,
    correction: bool,
    dry_run: bool,
    lagging: tuple[str, ...],
    unaffected: tuple[str, ...],
) -> None:
    """Freeze the draft as a release that never changes again."""
    from publisher.actions.publishing import release_pdf
    from publisher.actions.releasing import freeze as act
    from publisher.compare.amendment import summary

    frozen = act(
        ctx.obj.project,
        ctx.obj.policy,
        effective=effective,
        correction=correction,
        now=ctx.obj.now(),
        make_pdf=release_pdf,
        dry_run=dry_run,
        lagging=lagging,
        unaffected=unaffected,
    )
    release = frozen.release
    verb = "Would freeze" if dry_run else "Frozen:"
    ctx.obj.say(
        f"{verb} {release.name} ({release.materiality}), in force from "
        f"{release.effective or 'an unknown day'}"
    )
    if frozen.amendment:
        ctx.obj.say(f"  {summary(frozen.amendment)}")
    for line in frozen.in_other_languages():
        ctx.obj.say(f"  {line}")
    if release.closes:
        ctx.obj.say(f"  customers may opt out until {release.closes}")
    if frozen.earliest:
        ctx.obj.say(f"  earliest lawful effective date: {frozen.earliest}")
    for duty in frozen.duties:
        ctx.obj.say(f"  for a lawyer to see to: {duty.text} ({duty.source})")
    if not dry_run:
        signed = "signed" if frozen.signed else "not signed: git has no signing key"
        ctx.obj.say(f"  commit {frozen.commit[:10]}, tag {release.name} ({signed})")
        ctx.obj.say(f"  seal {release.seal}")
        if release.notice:
            ctx.obj.say(f"Next: publisher build, then publisher send {release.number}")


@main.command("import")
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
@click.pass_context
def import_history(
    ctx: click.Context, repository: Path, path: str, policy: str | None, title: str, language: str
) -> None:
    """Make one release of each text that a Markdown file had in a git history."""
    from publisher.actions.importing import import_history as act

    with console.progress(ctx.obj.quiet) as progress:
        done = act(
            ctx.obj.project,
            repository,
            path,
            policy_id=policy or ctx.obj.wanted,
            title=title,
            language=language,
            progress=progress,
        )
    for line in done.lines():
        ctx.obj.say(line)


@main.command()
@click.pass_context
def verify(ctx: click.Context) -> None:
    """Check every seal: checksums, chain, tags, git history."""
    from publisher.actions.verifying import verify as act
    from publisher.edges.archive import numbers
    from publisher.policies.finding import Severity

    errors = 0
    for policy_id in ctx.obj.policies:
        for flaw in act(ctx.obj.project, policy_id):
            console.finding(flaw.severity, flaw.where, flaw.what, flaw.remedy)
            errors += flaw.severity is Severity.ERROR
        count = len(numbers(ctx.obj.project, policy_id))
        ctx.obj.say(f"{policy_id}: {count} release(s) checked")
    if errors:
        ctx.exit(FINDINGS)


# ── publishing ───────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.option("--as-of", type=DAY, metavar="DATE", help="Show the site as of this day.")
@click.pass_context
def build(ctx: click.Context, as_of: dt.date | None) -> None:
    """Build the site and its PDFs."""
    _build(ctx, as_of)


@main.command()
@click.argument("release", type=RELEASE)
@click.option("--language", default="", help="Of a translation, in place of the text that decides.")
@_output
@click.pass_context
def pdf(ctx: click.Context, release: Number, language: str, output: Path | None) -> None:
    """Write the PDF of a release, also of a text of the past, which the site has only as page."""
    from publisher.actions.publishing import frozen_pdf
    from publisher.edges.archive import release as read

    project = ctx.obj.project
    _write(output, frozen_pdf(project, read(project, ctx.obj.policy, release), language))


@main.command()
@click.option("--draft", is_flag=True, help="A live preview of the draft with its redline.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--no-build", is_flag=True, help="Serve what `publisher build` made before.")
@click.pass_context
def serve(ctx: click.Context, draft: bool, host: str, port: int, no_build: bool) -> None:
    """Serve the site and its forms, or the draft live."""
    if draft:
        from publisher.actions.publishing import serve_draft

        for policy_id in ctx.obj.policies:
            ctx.obj.say(f"The draft: http://{host}:{port}/{policy_id}/draft/ (stop with Ctrl-C)")
        serve_draft(ctx.obj.project, host, port)
        return
    from publisher.web import app

    if not no_build:
        _build(ctx, None)
    ctx.obj.say(f"Serving on http://{host}:{port}/ (stop with Ctrl-C)")
    app.run(ctx.obj.project, host, port)


def _build(ctx: click.Context, as_of: dt.date | None) -> None:
    from publisher.actions.standing import standing
    from publisher.policies.finding import Severity

    project, today = ctx.obj.project, as_of or clock.build_day()
    built = standing(project, today)
    if built is None:
        # All that a build needs takes a while to load.
        from publisher.actions.publishing import build as act
        from publisher.actions.verifying import require_sound

        require_sound(project)
        with console.progress(ctx.obj.quiet) as progress:
            built = act(project, today, progress)
    for warning in built.warnings:
        console.finding(Severity.CUE, "mkdocs", warning, "")
    what = f"{built.pages} pages and {built.documents} PDFs in {built.folder}"
    if built.standing:
        ctx.obj.say(f"Nothing to build anew: {what}")
    else:
        ctx.obj.say(f"Built {what}; {built.changed} pages are new or changed")


# ── telling customers ────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("release", type=RELEASE)
@click.option("--as", "customer", metavar="RECIPIENT", help="The customer's id; else a sample.")
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["eml", "html", "text", "pdf"]),
)
@_output
@click.pass_context
def notice(
    ctx: click.Context, release: Number, customer: str | None, form: str, output: Path | None
) -> None:
    """Show the letter about a release as one recipient gets it."""
    from publisher.actions.addressing import letter_for

    project, policy_id = ctx.obj.project, ctx.obj.policy
    if form == "pdf":
        from publisher.actions.publishing import letter_pdf

        _write(output, letter_pdf(project, policy_id, release, customer, ctx.obj.now()))
        return
    letter = letter_for(project, policy_id, release, customer, ctx.obj.now())
    if form == "eml":
        _write(output, letter.data)
    else:
        _write(output, letter.part("text/html" if form == "html" else "text/plain"))


@main.group()
def recipients() -> None:
    """The customers who are told."""


@recipients.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def import_(ctx: click.Context, file: Path) -> None:
    """Take customers from a CSV file with the columns customer, address, name."""
    from publisher.actions.addressing import import_recipients

    taken = import_recipients(ctx.obj.project, file.read_bytes(), str(file), ctx.obj.now())
    ctx.obj.say(f"{taken.new} new, {taken.changed} changed, {taken.unchanged} unchanged")
    for remark in taken.remarks:
        ctx.obj.say(f"  note: {remark}")


@main.command()
@click.argument("release", type=RELEASE)
@click.option("--confirm", is_flag=True, help="Send; without it, only the plan is shown.")
@click.option("--test", metavar="ADDRESS", help="Send one copy to this address, and no more.")
@click.pass_context
def send(ctx: click.Context, release: Number, confirm: bool, test: str | None) -> None:
    """Send the notice of a release to every recipient who has not had it."""
    from publisher.actions import noticing

    project, policy_id = ctx.obj.project, ctx.obj.policy
    if test:
        noticing.send_test(project, policy_id, release, test, ctx.obj.now())
        ctx.obj.say(f"Sent one test letter to {test}; no recipient was told")
        return
    plan = noticing.plan(project, policy_id, release, ctx.obj.now())
    for line in plan.lines():
        console.say(line)
    if not confirm:
        console.say(f"Nothing was sent. To send: publisher send {release} --confirm")
        return
    with console.progress(ctx.obj.quiet) as progress:
        report = noticing.send(project, policy_id, release, ctx.obj.now, progress)
    for line in report.lines():
        console.say(line)
    if report.open:
        ctx.exit(FINDINGS)


@main.command()
@click.argument("release", type=RELEASE)
@click.argument("customer", required=False)
@_choice("--accepted", "accepted", "The carrier's log shows that it took the letter.")
@_choice("--again", "again", "It did not: send the letter again with the next `send`.")
@click.pass_context
def resolve(ctx: click.Context, release: Number, customer: str | None, outcome: str | None) -> None:
    """List the letters in doubt or refused; with CUSTOMER, settle one of them.

    Look into the carrier's log first: it has the Message-ID of each letter that it took.
    """
    from publisher.actions import noticing

    project, policy_id = ctx.obj.project, ctx.obj.policy
    if customer is None and outcome is None:
        rows = noticing.unsettled(project, policy_id, release)
        if rows:
            head = ("customer", "state", "since", "tries", "message", "the carrier said")
            console.table(head, [row.cells() for row in rows])
        else:
            ctx.obj.say("No letter is in doubt or refused")
        return
    if customer is None or outcome is None:
        raise click.UsageError("name the customer, and say --accepted or --again")
    noticing.resolve(project, policy_id, release, customer, outcome, ctx.obj.now())
    ctx.obj.say(f"Recorded for {customer}: {outcome}")


# ── what customers answer ────────────────────────────────────────────────────────────────────────


@main.command()
@click.option(
    "--to", metavar="ADDRESS", help="The envelope recipient, where the mail server knows it."
)
@click.pass_context
def receive(ctx: click.Context, to: str | None) -> str:
    """Take one e-mail message on standard input and record what it asks for."""
    from publisher.actions.answering import receive as act
    from publisher.actions.receipts import send_soon

    verdict = act(ctx.obj.project, _message(), to, ctx.obj.now)
    # The message is stored: nothing that goes wrong from here on is the mail server's matter.
    with suppress(Exception):
        send_soon(ctx.obj.project, ctx.obj.now)
    return "" if ctx.obj.quiet else str(verdict)  # `pipe` says it


def _message() -> bytes:
    """The message on standard input, whole.

    Raises:
        OSError: it cannot be read.
    """
    raw = sys.stdin.buffer.read() if sys.stdin else None
    if raw is None:
        raise OSError("standard input is closed, or does not wait for the message")
    return raw


@main.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="List every message that came in.")
@click.pass_context
def requests(ctx: click.Context, everything: bool) -> None:
    """List the messages that need a person's decision."""
    if ctx.invoked_subcommand is None:
        from publisher.actions.requests import read_the_rest
        from publisher.actions.tallying import waiting

        read_the_rest(ctx.obj.project, ctx.obj.now)
        rows = waiting(ctx.obj.project, everything)
        if rows:
            head = ("message", "received", "filed", "about", "why it waits")
            console.table(head, [row.cells() for row in rows])
        else:
            ctx.obj.say("No message waits")


@requests.command()
@click.argument("message", type=int)
@click.option("--raw", is_flag=True, help="As it came in, to the byte.")
@click.pass_context
def show(ctx: click.Context, message: int, raw: bool) -> None:
    """Print what the writer of a message says."""
    from publisher.actions.requests import message_bytes, message_text

    read = message_bytes if raw else message_text
    _write(None, read(ctx.obj.project, message), for_people=not raw)


@requests.command()
@click.argument("message", type=int)
@_choice("--opt-out", "opt out", "It is an opt-out.")
@_choice("--withdraw", "withdraw", "It takes an opt-out back.")
@_choice("--nothing", "nothing", "It declares nothing.")
@click.option("--why", required=True, metavar="TEXT", help="Your reason; it is kept.")
@click.option("--release", type=RELEASE, help="About this release, where the message is silent.")
@click.option("--customer", metavar="ID", help="From this customer, where the message is silent.")
@click.option("--again", is_flag=True, help="Mend what was decided before; both are kept.")
@click.pass_context
def settle(
    ctx: click.Context,
    message: int,
    outcome: str | None,
    why: str,
    release: Number | None,
    customer: str | None,
    again: bool,
) -> None:
    """Record what a message that waited declares; it counts from when it came in."""
    from publisher.actions.receipts import send_soon
    from publisher.actions.requests import judge
    from publisher.people.requests import RequestKind

    if outcome is None:
        raise click.UsageError("say --opt-out, --withdraw or --nothing")
    if (release is None) != (customer is None):
        raise click.UsageError("name both --release and --customer, or neither")
    kind = None if outcome == "nothing" else RequestKind(outcome)
    about = (ctx.obj.policy, release, customer) if release and customer else None
    verdict = judge(ctx.obj.project, message, kind, why, ctx.obj.now, about=about, again=again)
    send_soon(ctx.obj.project, ctx.obj.now)
    ctx.obj.say(str(verdict))


@main.group(invoke_without_command=True)
@click.pass_context
def receipts(ctx: click.Context) -> None:
    """List the receipts and links that are still to be sent, in doubt or refused."""
    if ctx.invoked_subcommand is None:
        from publisher.actions.receipts import outstanding

        rows = outstanding(ctx.obj.project)
        if rows:
            head = ("receipt", "customer", "about", "what", "state", "since", "the carrier said")
            console.table(head, [row.cells() for row in rows])
        else:
            ctx.obj.say("Every receipt was accepted by the carrier")


@receipts.command("send")
@click.pass_context
def send_receipts(ctx: click.Context) -> None:
    """Send the receipts and links that are due."""
    from publisher.actions.receipts import send_receipts as act
    from publisher.policies.finding import Severity

    done = act(ctx.obj.project, ctx.obj.now)
    ctx.obj.say(f"{done.sent} sent, {done.left} to send later")
    if done.trouble:
        console.finding(Severity.CUE, "receipts", done.trouble, "publisher receipts")
        ctx.exit(FINDINGS)


@receipts.command("settle")
@click.argument("receipt", nargs=-1, required=True)
@_choice("--accepted", "accepted", "The carrier's log shows that it took it.")
@_choice("--again", "again", "It did not: send it again.")
@click.pass_context
def settle_receipts(ctx: click.Context, receipt: tuple[str, ...], outcome: str | None) -> None:
    """Settle receipts in doubt or refused, after a look at the carrier's log."""
    from publisher.actions.receipts import settle_receipts as act

    if outcome is None:
        raise click.UsageError("say --accepted or --again")
    act(ctx.obj.project, receipt, outcome == "again", ctx.obj.now)
    ctx.obj.say(f"Recorded for {', '.join(receipt)}: {outcome}")


@main.command()
@click.argument("release", type=RELEASE)
@click.pass_context
def optouts(ctx: click.Context, release: Number) -> None:
    """List who opted out of a release, and what is on record of it."""
    from publisher.actions.tallying import optouts as act

    rows = act(ctx.obj.project, ctx.obj.policy, release)
    head = ("customer", "state", "received", "timing", "by", "receipt", "remark")
    console.table(head, [row.cells() for row in rows])


@main.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """Where every policy stands: releases, letters, answers."""
    from publisher.actions.tallying import status as act
    from publisher.edges import archive
    from publisher.releases.chronology import behind

    now = ctx.obj.now()
    for policy_id in ctx.obj.policies:
        for line in act(ctx.obj.project, policy_id, now.date()):
            console.say(line)
        if wrong := behind(archive.line(ctx.obj.project, policy_id), now):
            console.say(f"  to mend: {wrong}: set the clock of this machine")


def _write(output: Path | None, data: str | bytes, **how: bool) -> None:
    if output is None:
        if isinstance(data, bytes) and data[:4] == b"%PDF" and console.on_terminal():
            raise NotFoundError("a PDF is nothing to show in a terminal", remedy="add -o FILE.pdf")
        console.page(data, **how)
        return
    write_file(output, data if isinstance(data, bytes) else data.encode())
