"""What the command line shows: findings, refusals, and how long work goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from publisher.actions import Progress, silent
from publisher.errors import PublisherError
from publisher.policies.finding import Severity

_COLOUR = {Severity.ERROR: "red", Severity.CUE: "yellow"}


def say(text: str = "", *, bold: bool = False) -> None:
    """A line on standard output; colours are left out where it is no terminal."""
    click.echo(click.style(text, bold=True) if bold else text)


def refuse(error: PublisherError) -> None:
    """What is wrong, where, and what to try, on standard error."""
    where = f"{error.where}: " if error.where else ""
    click.echo(f"{click.style('error', fg='red', bold=True)}: {where}{error.what}", err=True)
    if error.remedy:
        click.echo(f"  try: {error.remedy}", err=True)


def finding(severity: Severity, where: str, what: str, remedy: str) -> None:
    """One finding: where, what, and the remedy below it."""
    label = click.style(severity.value, fg=_COLOUR[severity], bold=True)
    click.echo(f"{where}: {label}: {what}")
    if remedy:
        click.echo(f"  try: {remedy}")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under column headings, aligned by spaces, to be read and to be cut by tools."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    for number, row in enumerate([head, *rows]):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say(line.rstrip(), bold=number == 0)


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """Shows long work: a bar on a terminal, plain lines in a log, nothing when quiet."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        yield from _bar()
    else:
        yield _lines()


def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield show


def _lines() -> Progress:
    last = -1

    def show(what: str, done: int, total: int) -> None:
        # A log wants to know that work goes on, not of each of a million steps.
        nonlocal last
        tenth = done * 10 // total if total else 10
        if tenth != last or done == total:
            last = tenth
            click.echo(f"{what}: {done} of {total}", err=True)

    return show
