"""Words become HTML by their type, nowhere by hand: what the program's own source may not do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from publisher.compare.amendment import amend
from publisher.markup.elements import (
    as_content,
    as_lines,
    attribute,
    concatenated,
    data_block,
    element,
)
from publisher.markup.exact import exact
from publisher.markup.html import TextLinks, document_html
from publisher.markup.redline import redline
from publisher.site import feeds
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH
from tests import ROOT

PACKAGE = ROOT / "publisher"
TAG = re.compile(r"(?<!\(\?)(?<!\(\?P)<[A-Za-z/!]")
ALLOWED = {
    # HTML is put together here and nowhere else, for speed; the law below holds for these.
    "markup/elements.py": {
        "element",
        "start_tag",
        "attribute",
        "as_content",
        "as_lines",
        "concatenated",
    }
    | {"data_block", "_trusted"},
    # Markdown, which has escaping of its own and tags that the pull request shows.
    "reports/pull_request.py": {"_before", "_marked", "_noted", "_nothing"},
    # What was made here earlier, and is read back.
    "site/packing.py": {"cached_html"},
    "site/feeds.py": {"whole", "led"},
    "edges/built_site.py": {"_built"},
    "edges/assets.py": {"asset_html"},
    "letters/html_part.py": {"styled"},
    "paper/letter_sheets.py": {"sent_letter_sheet"},
    "paper/letter_links.py": {"_with_address"},
    # Is escaped in the same expression.
    "edges/mkdocs/templates.py": {"without_tags"},
    "edges/mkdocs/plugin.py": {"on_config"},
    # A tuple of releases.
    "releases/releases.py": {"__new__"},
    # An end tag that is looked for.
    "mail/html.py": {"_said_in"},
    # The source of a template, and a configuration of Apache.
    "edges/mkdocs/theme.py": {"apart"},
    "site/memento.py": {"apache_file"},
    # Markdown for a forge, which has escaped words of its own; hostile ones are tried in
    # tests/actions/test_report.py.
    "reports/kept_comment.py": {"_marker"},
    "reports/quotation.py": {"_block", "_spoken"},
    "reports/review_comment.py": {"_folded", "_foot", "_finding", "_read", "_said"},
    # Classes that are put into HTML.
    "paper/wide_tables.py": {"fitted_tables"},
}
"""Functions that may do by hand what follows, by module."""


def offences(tree: ast.AST, allowed: set[str]) -> Iterator[str]:
    """Where a tree makes HTML of something that may be words of somebody."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name in allowed:
            continue
        if what := offence(node):
            yield f"line {getattr(node, 'lineno', 0)}: {what}"
        yield from offences(node, allowed)


def offence(node: ast.AST) -> str:
    match node:
        case ast.JoinedStr(values=parts) if any(map(tagged, parts)):
            return "an f-string with a tag"
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return "a tag and something else" if tagged(left) or tagged(right) else ""
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "join")) if tagged(text):
            return "a tag that is filled in"
        case ast.Call(func=ast.Name(id="Markup"), args=[ast.Constant()]):
            return ""
        case ast.Call(func=ast.Name(id="Markup" | "_trusted")):
            return "Markup of something that is not written there"
        case ast.Call(func=ast.Attribute(attr="__new__"), args=[_, *_]):
            return "Markup made behind its back"
        case ast.ImportFrom(module="html", names=names) if any(n.name == "escape" for n in names):
            return "html.escape, whose result has no type of its own"
        case ast.Attribute(value=ast.Name(id="html"), attr="escape"):
            return "html.escape, whose result has no type of its own"
    return ""


def tagged(node: ast.AST) -> bool:
    """Whether a node is a plain text with a tag in it."""
    return isinstance(node, ast.Constant) and bool(TAG.search(str(node.value)))


def module_name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=module_name)
def test_html_is_made_of_words_by_their_type_alone(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not list(offences(tree, ALLOWED.get(module_name(path), set())))


@pytest.mark.parametrize("name", ALLOWED)
def test_no_exception_is_kept_that_nobody_needs(name: str) -> None:
    tree = ast.parse((PACKAGE / name).read_text("utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    needed = {n.name for n in functions if n.name in ALLOWED[name] and list(offences(n, set()))}
    assert needed == ALLOWED[name]


@pytest.mark.parametrize(
    "source",
    [
        'f"<p>{words}</p>"',
        '"<p>" + words',
        'words + "</p>"',
        '"<p>%s</p>" % words',
        '"<p>{}</p>".format(words)',
        '"<br>".join(words)',
        "Markup(words)",
        "_trusted(words)",
        "str.__new__(Markup, words)",
        'Markup(f"<p>{words}</p>")',
        'Markup("<p>" + words)',
        "from html import escape",
        "html.escape(words)",
    ],
)
def test_each_way_by_hand_is_seen(source: str) -> None:
    assert list(offences(ast.parse(source), set()))


@pytest.mark.parametrize(
    "source",
    ['Markup("<p>{}</p>").format(words)', 'Markup("<br>").join(words)', 'f"{words}: 1 < 2"'],
)
def test_what_escapes_is_let_pass(source: str) -> None:
    assert not list(offences(ast.parse(source), set()))


# ── the few functions that do it by hand ─────────────────────────────────────────────────────────


@given(st.text())
def test_no_words_end_the_element_or_the_attribute_they_stand_in(words: str) -> None:
    html = element("p", as_content(words), attribute("title", words))
    assert as_lines(words).replace("<br>\n", Markup("\n")) == as_content(words)
    assert Markup("<p{}>{}</p>").format(attribute("title", words), as_content(words)) == html
    assert html.count("<") == html.count(">") == 2
    assert html.count('"') - as_content(words).count('"') == 2
    assert as_content(words).unescape() == words
    assert concatenated((html, html)) == html + html


@given(st.text())
def test_no_words_end_a_data_block(words: str) -> None:
    html = data_block({"words": words}, attribute("type", "application/json"))
    assert html.count("<") == 2
    assert html.endswith("</script>")


# ── texts ────────────────────────────────────────────────────────────────────────────────────────

OURS = {
    "a", "article", "blockquote", "br", "code", "del", "details", "div", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "img", "ins", "li", "ol", "p", "pre", "span", "strong", "summary",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
"""The elements that a text can have."""
ATTRIBUTES = {
    "alt", "aria-hidden", "aria-label", "class", "colspan", "data-search-exclude", "data-section",
    "data-was", "dir", "hidden", "href", "id", "role", "scope", "src", "start", "tabindex",
    "title", "value",
}  # fmt: skip
pieces = st.sampled_from(
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>',
        "[a](javascript:alert(1))", '[a](b "c\\" onclick=x")', "<https://a.example/'onclick='x>",
        "![a](b\"onerror=x)", "&lt;b&gt;", "&#60;i&#62;", "\n\n", "\n", "# ", "- ", "1. ", "> ",
        "    ", "```\n", "`", "*", "**", "| a | b |\n| - | - |\n| c | d |\n", "<div>", "</p>",
        "<!--", "]]>", " {#a\"onclick=x}", "word", " ", "“", "'", '"', "\\", "\u2028", "ש",
    ]
)  # fmt: skip
texts = st.lists(pieces, max_size=12).map("".join)


class Seen(HTMLParser):
    """The elements and attributes of some HTML, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}


@given(texts, texts)
def test_no_text_has_an_element_or_an_attribute_of_its_own(old: str, new: str) -> None:
    before, after = (Document(parse(text, "p.md")) for text in (old, new))
    amendment = amend(before, after)
    names = [f"x.{n}" for n in range(len(after.clauses))]
    for html in (
        document_html(after.clauses, TextLinks(permalinks=True, stories="../", names=names)).html,
        document_html(after.clauses, paper=True).html,
        redline(amendment, views=True).html,
        redline(amendment, paper=True).html,
        exact(amendment).html,
        feeds.changed_words(amendment, ENGLISH),
    ):
        seen = Seen(html)
        assert seen.tags <= OURS
        assert seen.attributes <= ATTRIBUTES
        assert not any(link.strip().lower().startswith("javascript:") for link in seen.links)
