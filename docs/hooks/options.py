"""Writes what `--help` says of every command below the page of commands, when the site is built."""

from __future__ import annotations

from collections.abc import Iterator

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from publisher.cli import command_line


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Adds a section for each command to `commands.md`."""
    if page.file.src_uri != "commands.md":
        return markdown
    root = click.Context(command_line, info_name="publisher", terminal_width=80)
    return "\n".join([markdown, "## Every option", "", *_sections(command_line, root)])


def _sections(command: click.Command, at: click.Context) -> Iterator[str]:
    """What is said of a command, and of those below it."""
    yield f"### {at.command_path}\n\n```text\n{command.get_help(at)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(at):
            below = command.get_command(at, name)
            if below and not below.hidden:
                under = click.Context(below, parent=at, info_name=name, terminal_width=80)
                yield from _sections(below, under)
