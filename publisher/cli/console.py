"""What the command line shows: findings, refusals, tables, and how long work goes on.

Text from outside, such as a mail or the name of a file, may hold sequences that a terminal obeys.
Everything that is shown goes through `printable`; our own colours are added after that.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import click

from publisher.actions import Progress, silent
from publisher.errors import DoubtError, NotFoundError, PublisherError
from publisher.policies.finding import Finding, Severity

_COLOUR = {Severity.ERROR: "red", Severity.CUE: "yellow"}
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"
)
"""Control characters but line feed and tab (ISO 6429: C0, DEL, C1), those that turn the direction
of writing (Unicode's Bidi_Control, with the deprecated ones), separators of lines, and surrogates,
which stand for bytes that are no UTF-8."""
_STANDARD_OUTPUT = {Path("/dev/stdout"), Path("/dev/fd/1"), Path("/proc/self/fd/1")}
_BREAKS = re.compile("[\n\t]")
_OURS = re.compile(r"(\x1b\[(?:0|1|31|32)m)")
"""The colours of a comparison."""


# ── made harmless ────────────────────────────────────────────────────────────────────────────────


def printable(text: str) -> str:
    """Text as a terminal can show it: what it would obey is spelled out, in hexadecimal.

    Line feeds and tabs stay as they are.
    """
    return _OBEYED.sub(_spelled, text)


def printable_line(text: str) -> str:
    """As `printable`, for text that has to stay on its line: spells out line feeds and tabs too."""
    return _BREAKS.sub(lambda found: {"\n": "\\n", "\t": "\\t"}[found[0]], printable(text))


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    code -= 0xDC00 if 0xDC80 <= code <= 0xDCFF else 0  # a byte, see PEP 383
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _below(text: str) -> str:
    """As `printable`; indents further lines, so that none can pass for a message of its own."""
    return printable(text).replace("\n", "\n    ")


# ── written ──────────────────────────────────────────────────────────────────────────────────────


def print_line(text: str = "", *, style: str = "") -> None:
    """A line on standard output.

    Args:
        text: what it says; made harmless here.
        style: as rich names them, such as "bold"; left out where `has_colours` says no.
    """
    _print((printable(text), style))


def print_aside(text: str) -> None:
    """A line beside a document, on standard error: the document itself is on standard output."""
    _print((printable(text), ""), error=True)


def means_folder(output: Path) -> bool:
    """Whether somebody who names a path means a folder: there is one, or no file is called so."""
    return output.is_dir() or not (output.suffix or output in _STANDARD_OUTPUT or output.exists())


def print_error(error: PublisherError) -> None:
    """What is wrong, where, and what to try, on standard error."""
    where = f"{printable_line(error.where)}: " if error.where else ""
    _print(("error", "bold red"), (f": {where}{_below(error.what)}", ""), error=True)
    if error.remedy:
        _print((f"  try: {_below(error.remedy)}", ""), error=True)


def print_finding(found: Finding) -> None:
    """One finding: where, what, and the remedy below it."""
    label = (found.severity.value, f"bold {_COLOUR[found.severity]}")
    _print((f"{printable_line(found.where)}: ", ""), label, (f": {_below(found.what)}", ""))
    if found.remedy:
        _print((f"  try: {_below(found.remedy)}", ""))


def has_colours(stream: TextIO | None) -> bool:
    """Whether an output shows colours: a terminal that can, where `NO_COLOR` is not set.

    See https://no-color.org: the variable counts unless it is empty.
    """
    if stream is None or not stream.isatty():
        return False
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print(*parts: tuple[str, str], error: bool = False) -> None:
    """Writes a line.

    Args:
        parts: of the line, each with its style; their text is harmless already.
        error: on standard error.
    """
    if has_colours(sys.stderr if error else sys.stdout):
        # Nothing else needs it, and it takes as long to load as a short command takes to run.
        from rich.style import Style

        line = "".join(Style.parse(style).render(text) for text, style in parts)
    else:
        line = "".join(text for text, _ in parts)
    click.echo(line, err=error)


def counted(number: int, noun: str) -> str:
    """`1 PDF`, `2 PDFs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under column headings, aligned by spaces, to be read and to be cut by tools."""
    for number, line in enumerate(_aligned([head, *rows])):
        print_line(line, style="" if number else "bold")


def print_block(heading: str, rows: Sequence[Sequence[str]], more: str = "") -> None:
    """Rows under one heading, aligned by spaces, and a line about what is not shown."""
    print_line(printable_line(heading), style="bold")
    for line in [*_aligned(rows), *filter(None, [more])]:
        print_line(f"  {line}")


def print_alert(name: str, what: str, remedy: str) -> None:
    """What a person has to see to, and what to do."""
    _print(("alert ", "bold red"), (printable_line(name), "bold red"), (f": {_below(what)}", ""))
    if remedy:
        _print((f"  try: {_below(remedy)}", ""))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    from rich.cells import cell_len

    lines = [[printable_line(text) for text in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    padded = (
        (text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True))
        for row in lines
    )
    return ["  ".join(cells).rstrip() for cells in padded]


def confirmed(doubt: DoubtError) -> bool:
    """Whether a person at the terminal says that what was asked for is meant; False: nobody is."""
    if not somebody_is_there():
        return False
    return click.confirm(printable_line(doubt.what), err=True)


def somebody_is_there() -> bool:
    """Whether a person at a terminal can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def write_document(output: Path | None, data: str | bytes, **how: bool) -> None:
    """Writes a document to a file, whose folder is made, or without one as `print_document` does.

    A name of the standard output is no file: another in its place would take what else is written.

    Raises:
        NotFoundError: a PDF is not written to a terminal.
    """
    if output is None or output in _STANDARD_OUTPUT:
        if isinstance(data, bytes) and data[:4] == b"%PDF" and on_terminal():
            raise NotFoundError("a terminal cannot show a PDF", remedy="add -o FILE.pdf")
        print_document(data, **how)
        return
    from publisher.actions.write_output import write_output

    write_output(output, data if isinstance(data, bytes) else data.encode())


def print_document(data: str | bytes, *, for_people: bool = False, coloured: bool = False) -> None:
    """Writes a document on standard output: to the byte, but never raw to a terminal.

    Args:
        data: text, or bytes that are text in UTF-8 for the most part.
        for_people: made harmless in a file and a pipe too.
        coloured: it has our own colours in it, and no others; they stay.
    """
    if sys.stdout is None:
        return
    if for_people or on_terminal():
        text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
        text = text.replace("\r\n", "\n")
        parts = _OURS.split(text) if coloured else [text]
        data = "".join(p if coloured and _OURS.fullmatch(p) else printable(p) for p in parts)
    sys.stdout.buffer.write(data if isinstance(data, bytes) else data.encode())
    sys.stdout.buffer.flush()


def print_stream(pieces: Iterable[str]) -> None:
    """Writes a document on standard output piece by piece, as it is made; made harmless where a
    terminal shows it.
    """
    shown = on_terminal()
    for piece in pieces:
        click.echo(printable(piece) if shown else piece, nl=False)


@contextmanager
def harmless_misuse() -> Iterator[None]:
    """Lets what click says of a wrong command line, which quotes it, be shown."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError as error:
        # The help of a group, which quotes nothing and has many lines.
        error.message = printable(error.message)  # type: ignore[misc]
        raise
    except click.ClickException as error:
        error.message = printable_line(error.message)  # type: ignore[misc]
        raise


# ── what is said by others ───────────────────────────────────────────────────────────────────────


class _Record(logging.LogRecord):
    """A line of a log, made harmless: a request names any path."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.exc_info and self.exc_info[1]:
            self.exc_text = printable(
                "".join(traceback.format_exception(self.exc_info[1]))
            ).rstrip()

    def getMessage(self) -> str:  # noqa: N802 - its name in the standard library
        return _below(super().getMessage())


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    click.echo(
        printable("".join(traceback.format_exception(kind, error, trace))), err=True, nl=False
    )


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    click.echo(
        printable(warnings.formatwarning(str(message), category, filename, lineno, line)),
        err=True,
        nl=False,
    )


def take_over() -> None:
    """Makes harmless, in this process, what is not written by us: logs, warnings, tracebacks."""
    logging.setLogRecordFactory(_Record)
    sys.excepthook = _crashed
    warnings.showwarning = _warned


# ── how long work goes on ────────────────────────────────────────────────────────────────────────


@contextmanager
def show_progress(quiet: bool) -> Iterator[Progress]:
    """Shows long work: a bar on a terminal with colours, else plain lines, nothing when quiet."""
    if quiet:
        yield silent
    elif has_colours(sys.stderr):
        yield from _bar()
    else:
        yield _lines()


def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn())
    pace = TextColumn("{task.fields[pace]}", markup=False)
    bar = Bar(*columns, pace, console=Console(stderr=True), transient=True, redirect_stdout=False)
    task = bar.add_task("", total=None, pace="")
    watch = _Watch()

    def show(what: str, done: int, total: int) -> None:
        # What is said before the work begins stands above it, where it was meant to go.
        bar.start()
        pace = watch.pace(what, done, total)
        bar.update(task, description=printable_line(what), completed=done, total=total, pace=pace)

    try:
        yield show
    finally:
        bar.stop()


def _lines() -> Progress:
    last, said, watch = -1, 0.0, _Watch()

    def show(what: str, done: int, total: int) -> None:
        # A log wants to know that work goes on, not of each of a million steps.
        nonlocal last, said
        pace = watch.pace(what, done, total)
        tenth = done * 10 // total if total else 10
        if tenth != last or done == total or time.monotonic() - said >= _SILENT:
            last, said = tenth, time.monotonic()
            click.echo(f"{printable_line(what)}: {pace}", err=True)

    return show


_SILENT = 10.0
"""Seconds after which work that goes on is told of again."""


class _Watch:
    """Tells how fast work goes on, and how long it still takes."""

    def __init__(self) -> None:
        self._what, self._began, self._first = "", 0.0, 0

    def pace(self, what: str, done: int, total: int) -> str:
        """How much is done, and from the second second on at which rate, and what time is left."""
        now = time.monotonic()
        if what != self._what or done < self._first:
            self._what, self._began, self._first = what, now, done
        count, taken = f"{done:,} of {total:,}", now - self._began
        if taken < 1 or not self._first < done < total:
            return count
        rate = (done - self._first) / taken
        often = f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.1f} a minute"
        return f"{count}, {often}, {_span((total - done) / rate)} left"


def _span(seconds: float) -> str:
    """A time in words, not more exact than it can be known."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return counted(round(seconds / length), unit)
    return counted(round(seconds), "second")
