"""The HTML of texts and redlines: well formed, honest about numbers and moves, kind to readers."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.amendment import amend
from publisher.clauses import Document, parse
from publisher.html import document, fragment, redline

VOID = {"br", "hr"}
BLOCKS = {"p", "div", "ul", "ol", "table", "pre", "blockquote", "h1", "h2", "h3", "details"}
ALLOWED = {
    "ul": {"li"},
    "ol": {"li"},
    "table": {"thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
}


class Strict(HTMLParser):
    """Fails on what browsers would silently mend."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.children: dict[int, list[str]] = {}
        self.seen = 0
        self.numbers: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.links += [values["href"] or ""] if "href" in values else []
        if self.open:
            parent = self.open[-1]
            if parent in ALLOWED:
                assert tag in ALLOWED[parent], f"<{tag}> in <{parent}>"
            if tag in BLOCKS:
                inline = {"p", "ins", "del", "a", "span", "h1", "h2", "h3", "strong", "em"}
                assert not inline & set(self.open), f"<{tag}> in {self.open}"
            if tag == "a":
                assert "a" not in self.open
            if tag == "thead":
                assert self.get_starttag_text()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ALLOWED:
            assert not data.strip(), f"{data!r} in <{self.open[-1]}>"


def checked(html: str) -> Strict:
    """Parses HTML strictly."""
    parser = Strict()
    parser.feed(html)
    parser.close()
    assert not parser.open
    assert len(parser.ids) == len(set(parser.ids)), "an id stands twice"
    for link in parser.links:
        if link.startswith("#moved"):
            assert link[1:] in parser.ids
    return parser


def of(text: str) -> Document:
    return Document(parse(text))


def marked(old: str, new: str, *, fold: bool = False) -> str:
    html = redline(amend(of(old), of(new)), fold=fold).html
    checked(html)
    return html


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


PIECES = st.sampled_from(
    [
        "## One {#one}\n\nThe first section has some words of its own.\n",
        "## Two {#two}\n\nThe second section says something else entirely, at length.\n",
        "### Three {#three}\n\n- apples and pears from the garden\n- plums\n  - damsons\n",
        "## Four {#four}\n\n1. first of all, and before everything\n2. second\n3. third\n",
        "| A | B |\n| --- | --- |\n| one cell of the table | two |\n| three | four |\n",
        "| C | D |\n| --- | ---: |\n| one cell of the table | 2 |\n",
        "> A quotation that is long enough to be found again elsewhere.\n",
        "```text\ncode <b>\nmore\n```\n",
        "Plain words with *stress*, **weight**, `code` and [a link](#two).\n",
        "1. first of all, and before everything\n\n   with a second paragraph\n2. another\n",
        "- > nested quotation in a list item, with words\n- | A | B |\n  | - | - |\n  | x | y |\n",
    ]
)
TEXTS = st.lists(PIECES, max_size=6, unique=True).map("\n".join)


@given(TEXTS, TEXTS, st.booleans())
def test_every_redline_is_well_formed(old: str, new: str, fold: bool) -> None:
    marked(old, new, fold=fold)


@given(TEXTS)
def test_a_text_without_changes_has_no_marks(text: str) -> None:
    html = marked(text, text)
    assert "<ins" not in html
    assert "<del" not in html
    plain = fragment(parse(text))
    checked(plain)
    assert words(plain) == words(redline(amend(of(text), of(text)), top=0).html)


def test_a_removed_item_takes_no_number() -> None:
    html = marked("1. one\n2. two\n3. three\n4. four\n", "1. one\n2. three\n3. four\n")
    assert html.count("<ol") == 1
    assert re.findall(r"<li([^>]*)>", html) == [
        "", ' class="pp-removed-item"', ' value="2"', ' value="3"',
    ]  # fmt: skip


def test_a_list_goes_on_across_an_item_that_moved_away() -> None:
    moved = "a long item that has enough words to be found again"
    old = f"## A {{#a}}\n\n1. one\n2. {moved}\n3. three\n\n## B {{#b}}\n\ntext\n"
    new = f"## A {{#a}}\n\n1. one\n2. three\n\n## B {{#b}}\n\ntext\n\n{moved}\n"
    html = marked(old, new)
    assert html.count("<ol") == 1
    assert 'value="2">three' in html


def test_moves_are_linked_both_ways() -> None:
    moved = "This paragraph has enough words to be found at its new place."
    old = f"## A {{#a}}\n\nFirst.\n\n{moved}\n\n## B {{#b}}\n\nSecond.\n"
    new = f"## A {{#a}}\n\nFirst.\n\n## B {{#b}}\n\nSecond.\n\n{moved}\n"
    html = marked(old, new)
    assert 'href="#moved-1-here">to “B”</a>' in html
    assert 'href="#moved-1-away">Moved here from “A”:</a>' in html
    assert "<ins" not in html


def test_a_moved_section_says_what_it_stood_behind() -> None:
    a, b, c = (f"## {n} {{#{n.lower()}}}\n\nSection {n} with words of {n * 3}.\n" for n in "ABC")
    html = marked(
        "\n".join([a, b, b.replace("b}", "d}"), c]), "\n".join([b, b.replace("b}", "d}"), c, a])
    )
    assert "now stands behind “C”" in html
    assert "It stood at the beginning" in html


def test_two_tables_of_the_same_width_do_not_become_one_with_two_heads() -> None:
    html = marked("| A | B |\n| - | - |\n| 1 | 2 |\n", "| C | D |\n| - | - |\n| x | y |\n")
    for table in html.split("<table")[1:]:
        assert table.split("</table>")[0].count("<thead>") <= 1


def test_an_empty_column_heading_is_no_heading() -> None:
    html = fragment(parse("| | B |\n| - | - |\n| 1 | 2 |\n"))
    assert "<td></td><th" in html


def test_no_heading_level_is_skipped() -> None:
    text = "# A {#a}\n\n#### B {#b}\n\n## C {#c}\n\n### D {#d}\n\n# E {#e}\n"
    levels = [h.level for h in document(parse(text)).headings]
    assert levels == [2, 3, 3, 4, 2]


def test_a_letter_keeps_its_levels() -> None:
    assert "<h1>Subject</h1>" in fragment(parse("# Subject\n\n## Part\n"))


def test_a_retired_anchor_stands_where_its_section_went() -> None:
    html = document(parse("## New {#new}\n\nText.\n"), retired={"old": "new", "gone": ""}).html
    assert '<h2 id="new"><span class="pp-retired" id="old"></span>New' in html
    assert "gone" not in html


def test_code_keeps_its_lines() -> None:
    html = fragment(parse("```\na\nb\n```\n"))
    assert "<pre><code>a\nb\n</code></pre>" in html


def test_a_changed_link_says_where_it_led() -> None:
    old = "## One {#one}\n\nSee [there](#one).\n\n## Two {#two}\n\nText.\n"
    html = marked(old, old.replace("(#one)", "(#two)"))
    assert "the link led to “One”" in html


def test_what_was_said_is_beside_every_colour() -> None:
    html = marked("We use 128-bit keys here.\n", "We use 256-bit keys here.\n")
    assert "[removed: </span>" in html
    assert "[added: </span>" in html
    assert html.count("pp-words") == 2


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a <b>bold</b> word", "&amp; < >"])
def test_nothing_in_a_text_becomes_markup(text: str) -> None:
    html = fragment(parse(text + "\n"))
    assert "<script" not in html
    assert "<b>" not in html


def test_a_section_that_was_split_says_where_it_came_from() -> None:
    first = "One sentence about orders which is long enough to be recognised."
    second = "Another sentence about payments which is also long enough for that."
    old = f"## Orders {{#orders}}\n\n{first}\n\n{second}\n"
    new = f"## Orders {{#orders}}\n\n{first}\n\n## Payments {{#payments}}\n\n{second}\n"
    assert "Split off from “Orders”" in marked(old, new)
