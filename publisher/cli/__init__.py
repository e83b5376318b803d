"""The command line, one command a verb. Exit codes: 0 fine, 1 findings, 2 wrong use or refused,
130 stopped by Ctrl-C.

`receive` has exit codes of its own, see `publisher.pipe`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from publisher import __version__, pipe
from publisher.cli import console
from publisher.cli.answering import optouts_command, receipts_group, receive_command
from publisher.cli.drafting import check_command, diff_command, wording_command
from publisher.cli.examining import doctor_command
from publisher.cli.founding import init_command, schema_command
from publisher.cli.invocation import REFUSED, STOPPED, Invocation
from publisher.cli.mailing import mailings_command
from publisher.cli.merging import applies_command, deliveries_group, export_notice_command
from publisher.cli.parameters import WorkGroup, complete_policies
from publisher.cli.proving import (
    erase_recipients_command,
    evidence_command,
    keys_command,
    ledger_head_command,
    prune_ledger_command,
    rebuild_ledger_command,
)
from publisher.cli.publishing import build_command, pdf_command, serve_command
from publisher.cli.recording import ledger_group
from publisher.cli.releasing import freeze_command, import_history_command, verify_command
from publisher.cli.reminding import remind_command
from publisher.cli.requesting import requests_group
from publisher.cli.reviewing import comment_command, report_command
from publisher.cli.settling import resolve_command
from publisher.cli.stating import record_notice_command, retract_command
from publisher.cli.telling import (
    notice_group,
    recipients_group,
    send_command,
    status_command,
    worker_command,
)
from publisher.errors import DiskError, PublisherError, StoppedError


class _Group(WorkGroup):
    """Shows an error of ours as a message with the next step, never as a traceback."""

    def main(self, args: Sequence[str] | None = None, **more: Any) -> Any:  # type: ignore[override]
        words = list(sys.argv[1:] if args is None else args)
        run = partial(super().main, words)
        if pipe.meant(words, self.commands):
            sys.exit(pipe.answer(partial(run, **{**more, "standalone_mode": False}), words))
        try:
            return run(**more)
        except StoppedError as error:
            console.print_error(error)
            sys.exit(STOPPED)
        except PublisherError as error:
            console.print_error(error)
        except OSError as error:
            console.print_error(DiskError.of(error))
        sys.exit(REFUSED)

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        with console.harmless_misuse():
            return super().make_context(*args, **more)

    def invoke(self, ctx: click.Context) -> Any:
        with console.harmless_misuse():
            try:
                return super().invoke(ctx)
            except PublisherError as error:
                if isinstance(ctx.obj, Invocation):
                    ctx.obj.address(error)
                raise
            except (KeyboardInterrupt, click.Abort):
                remedy = "run the command again: what it writes, it writes whole or not at all"
                raise StoppedError("stopped before it was done", remedy=remedy) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    "start",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The project's folder (default: the current one, or the nearest above it).",
)
@click.option(
    "--policy",
    metavar="ID",
    shell_complete=complete_policies,
    help="The policy to work on, if there are several.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only errors and requested output.")
@click.version_option(__version__, prog_name="publisher")
@click.pass_context
def command_line(ctx: click.Context, start: Path, policy: str | None, quiet: bool) -> None:
    """Release, compare, announce and prove the policies that bind your customers."""
    # Who calls this from Python may hand in a clock, as for `web.application`; no user can.
    ctx.obj = Invocation(start, policy, quiet, ctx.obj)


for _command in (
    init_command,
    check_command,
    diff_command,
    wording_command,
    report_command,
    comment_command,
    schema_command,
    freeze_command,
    import_history_command,
    retract_command,
    verify_command,
    build_command,
    serve_command,
    pdf_command,
    notice_group,
    recipients_group,
    doctor_command,
    send_command,
    worker_command,
    remind_command,
    deliveries_group,
    resolve_command,
    receive_command,
    requests_group,
    receipts_group,
    optouts_command,
    mailings_command,
    applies_command,
    evidence_command,
    keys_command,
    ledger_group,
    status_command,
):  # in the order of the work, as help and README list them
    command_line.add_command(_command)

for _command in (export_notice_command, record_notice_command):
    notice_group.add_command(_command)
recipients_group.add_command(erase_recipients_command)
for _command in (rebuild_ledger_command, ledger_head_command, prune_ledger_command):
    ledger_group.add_command(_command)
