"""The README's examples are true, and the page of commands tells of each and of no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from publisher.cli import command_line
from tests import ROOT
from tests.fixtures.some import some

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = (ROOT / "docs/commands.md").read_text("utf-8")


def commands(group: click.Group, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{prefix}{name}"


def told() -> set[str]:
    """Every command that the table names, in its first column or in the text behind it."""
    rows = re.findall(r"^\| `publisher ([a-z ]+?)(?: [-\[A-Z].*?)?` \|", COMMANDS, re.MULTILINE)
    return set(rows) | set(re.findall(r"`(requests [a-z]+) N`", COMMANDS))


def test_every_command_has_its_row() -> None:
    assert told() == set(commands(command_line)), "each has a row in docs/commands.md"


def test_the_rows_are_in_the_order_of_the_help() -> None:
    rows = re.findall(r"^\| `publisher ([a-z]+)", COMMANDS, re.MULTILINE)
    assert list(dict.fromkeys(rows)) == command_line.list_commands(click.Context(command_line))


@pytest.mark.parametrize("command", sorted(commands(command_line)))
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(command_line, [*command.split(), "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()[2].strip()) > 20


def test_the_terminal_session_is_true() -> None:
    session = re.search(r"```console\n\$ publisher (.*?)\n(.*?)```", README, re.DOTALL)
    assert session is not None
    result = CliRunner().invoke(command_line, ["--project", str(ROOT), *session[1].split()])
    assert result.output.startswith(session[2])


def test_the_files_named_are_there() -> None:
    for path in some(re.findall(r"\]\((?!http)([^)#]+)\)", README)):
        assert (ROOT / path).exists(), path
