"""The documentation as a site: it is built, nothing in it is dead, and it reads as on the forge."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from mkdocs.commands.build import build
from mkdocs.config import load_config
from selectolax.lexbor import LexborHTMLParser

from publisher.cli import command_line
from tests import ROOT
from tests.fixtures.links import dead
from tests.fixtures.some import some
from tests.house.test_readme import commands

PAGES = some(sorted((ROOT / "docs").glob("*.md")))
BLOCKS = {
    "list_item_open": "li",
    "table_open": "table",
    "tr_open": "tr",
    "fence": "pre",
    "code_block": "pre",
    "heading_open": "h1, h2, h3, h4",
    "blockquote_open": "blockquote",
}
"""What Markdown makes, as CommonMark's reader and as HTML names it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as the workflow builds it: a warning is an error."""
    folder = tmp_path_factory.mktemp("docs")
    config = load_config(str(ROOT / "mkdocs-docs.yml"), site_dir=str(folder), site_url="")
    build(config)
    return folder


def test_no_link_and_no_anchor_is_dead(site: Path) -> None:
    wrong, outside = dead(site)
    assert wrong == set()
    assert all(link.startswith("https://") for link in outside)


def test_nothing_is_fetched_from_anybody_else(site: Path) -> None:
    for path in some(sorted(site.rglob("*.html"))):
        tree = LexborHTMLParser(path.read_text("utf-8"))
        fetched = [each.attributes.get("src") for each in tree.css("script, img, iframe")]
        fetched += [each.attributes.get("href") for each in tree.css("link[rel=stylesheet]")]
        assert [each for each in fetched if each and "//" in each] == [], path


def test_pictures_are_light_and_told_in_words() -> None:
    shown = set()
    for page in [*PAGES, ROOT / "README.md"]:
        for words, path in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", page.read_text("utf-8")):
            assert len(words) > 10, path
            shown.add((page.parent / path).resolve())
    assert shown == set((ROOT / "docs/pictures").glob("*.webp"))
    assert all(path.stat().st_size < 80_000 for path in shown)


def test_pages_are_read_as_on_the_forge(site: Path) -> None:
    """MkDocs reads Markdown by other rules for lists and blocks in them than a forge does."""
    reader = MarkdownIt("commonmark").enable("table")
    for page in PAGES:
        tokens = reader.parse(page.read_text("utf-8"))
        wanted = Counter(BLOCKS[token.type] for token in tokens if token.type in BLOCKS)
        place = site / ("" if page.stem == "index" else page.stem) / "index.html"
        article = LexborHTMLParser(place.read_text("utf-8")).css_first("article")
        assert article is not None
        for made in article.css('h2[id="every-option"] ~ *'):
            made.decompose()
        found = {name: len(article.css(name)) for name in BLOCKS.values()}
        if page.stem == "commands":
            found[BLOCKS["heading_open"]] -= 1
        assert found == {name: wanted[name] for name in BLOCKS.values()}, page.name


def test_every_option_of_every_command_is_there(site: Path) -> None:
    text = (site / "commands/index.html").read_text("utf-8")
    told = {each.text() for each in LexborHTMLParser(text).css("article h3")}
    for command in some(sorted(commands(command_line))):
        assert any(one.startswith(f"publisher {command}") for one in told), command
    assert "--spoken" in text


def test_whatever_a_page_calls_a_command_is_one() -> None:
    """With its options, and with commands below it, wherever it stands as code."""
    for page in [*PAGES, ROOT / "README.md", ROOT / "SECURITY.md"]:
        text = page.read_text("utf-8")
        code = re.findall(r"`(publisher [^`]+)`", text)
        code += re.findall(r"(?m)^(?: {4,}|\$ )?(publisher [a-z-].*)$", text)
        for line in code:
            assert unknown(line) == [], f"{page.name}: {line}"


def unknown(line: str) -> list[str]:
    """What of a command line the program does not know."""
    at: click.Command = command_line
    known: set[str] = set(said(()))
    path: tuple[str, ...] = ()
    wrong = []
    bare = re.sub(r"(?<=--policy) \S+|(?<=--project) \S+|\"[^\"]*\"|\s#\s.*|\s[|>&].*", " ", line)
    for word in bare.split()[1:]:
        if isinstance(at, click.Group) and word in at.commands:
            at, path = at.commands[word], (*path, word)
            known |= set(said(path))
            if isinstance(at, click.Group):  # `publisher notice 2` is `publisher notice show 2`
                known |= {option for name in at.commands for option in said((*path, name))}
        elif at is command_line and re.fullmatch("[a-z-]+", word) and not word.startswith("-"):
            wrong.append(word)
        if re.fullmatch(r"--[a-z][a-z-]*", option := word.partition("=")[0].rstrip(",.;:)")):
            wrong += [option] * (option not in known)
    return wrong


def said(path: tuple[str, ...]) -> list[str]:
    """The options that the help of a command names."""
    if path not in _SAID:
        output = CliRunner().invoke(command_line, [*path, "--help"]).output
        _SAID[path] = re.findall(r"--[a-z][a-z-]*", output)
    return _SAID[path]


_SAID: dict[tuple[str, ...], list[str]] = {}


def test_what_may_be_imported_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs/python.md").read_text("utf-8")
    form = re.findall(r"from (publisher\S+) import (\w+)", (ROOT / "docs/documents.md").read_text())
    names = re.findall(r"`(publisher(?:\.\w+)+(?:[.:]\w+))`", page)
    for name in (*some(names), *some(".".join(each) for each in form)):
        module, _, part = name.replace(":", ".").rpartition(".")
        assert hasattr(importlib.import_module(module), part), name
    for code, printed in some(
        re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    ):
        exec(code, {})
        assert capsys.readouterr().out == printed
