"""Help: the same whether it is asked for or not, each summary whole, in the order of the work."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from publisher.cli import command_line


def groups(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from groups(command, *path, name)


ALL = list(groups(command_line))
SILENT = [(), ("recipients",)]
"""Groups that do nothing without a subcommand."""


def shown(*words: str) -> str:
    return CliRunner().invoke(command_line, words, prog_name="publisher", terminal_width=78).output


def summaries(help_text: str) -> list[str]:
    return help_text.partition("Commands:\n")[2].splitlines()


@pytest.mark.parametrize("words", SILENT, ids=" ".join)
def test_a_group_without_a_command_shows_its_help(words: tuple[str, ...]) -> None:
    assert set(SILENT) <= set(ALL)
    assert shown(*words) == shown(*words, "--help")
    assert len(shown(*words).splitlines()) > 5


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_no_summary_is_cut(words: tuple[str, ...]) -> None:
    lines = summaries(shown(*words, "--help"))
    assert lines
    assert not [line for line in lines if line.endswith("...")]


def test_commands_are_listed_in_the_order_of_the_work() -> None:
    names = [line.split()[0] for line in summaries(shown("--help"))]
    assert names[:4] == ["init", "check", "diff", "wording"]
    assert names.index("freeze") < names.index("build") < names.index("send")
    assert names.index("send") < names.index("requests") < names.index("optouts")
    assert names[-1] == "status"
    listed = [line.split()[0] for line in summaries(shown("requests", "--help"))]
    assert listed == ["show", "settle"]


def test_whatever_lists_does_so_for_programs() -> None:
    told = [line.split() for line in summaries(shown("--help"))]
    listing = [name for name, first, *_ in told if first == "List"]
    assert {"check", "resolve", "requests", "receipts", "optouts"} <= set(listing)
    for name in (*listing, "verify", "status", "applies"):
        said = " ".join(shown(name, "--help").split())
        assert "--format" in said, name
        assert "json" in said, name
