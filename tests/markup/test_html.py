"""The HTML of texts and redlines: well formed, honest about numbers and moves, kind to readers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.compare.amendment import amend
from publisher.compare.spans import Span, SpanKind
from publisher.markup.exact import exact
from publisher.markup.html import TextLinks, clauses_html, document_html
from publisher.markup.inline import typography_changes
from publisher.markup.redline import redline
from publisher.markup.untouched import untouched_html
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH
from tests.fixtures.golden_cases import Case, cases
from tests.fixtures.strategies import amendments

VOID = {"br", "hr", "img", "input"}
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


def marked(old: str, new: str, *, views: bool = False) -> str:
    html = redline(amend(of(old), of(new)), views=views).html
    checked(html)
    return html


@dataclass
class Element:
    """An element of a page, with its elements and texts in order."""

    tag: str
    classes: set[str]
    inside: list[Element | str] = field(default_factory=list)

    def text(self, without: Callable[[Element], bool] = lambda _: False) -> str:
        """Its words and those of all that is in it, but for some elements."""
        return "".join(
            part if isinstance(part, str) else part.text(without)
            for part in self.inside
            if isinstance(part, str) or not without(part)
        )

    def all(self) -> Iterator[Element]:
        """Itself, and all that is in it."""
        yield self
        for part in self.inside:
            if isinstance(part, Element):
                yield from part.all()


class Tree(HTMLParser):
    """Reads HTML that closes what it opens."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("body", set())
        self.open = [self.root]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, set((dict(attrs).get("class") or "").split()))
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


LEAVES = {"p", "li", "td", "th", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}


def leaves(html: str, drop: str = "") -> list[tuple[str, list[str]]]:
    """The innermost blocks that have words when one kind of mark is dropped with its words."""
    found = [
        (block.tag, block.text(lambda part: part.tag in LEAVES | {drop}).split())
        for block in Tree(html).root.all()
        if block.tag in LEAVES
    ]
    return [(tag, text) for tag, text in found if text]


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


def same_text(html: str, old: str, new: str) -> None:
    """What `exact` promises."""
    checked(html)
    for text, drop in ((new, "del"), (old, "ins")):
        assert leaves(html, drop) == leaves(document_html(parse(text), top=0).html)


@given(amendments())
def test_either_text_can_be_read_back_from_the_redline_for_machines(pair: tuple[str, str]) -> None:
    html = exact(amend(of(pair[0]), of(pair[1]))).html
    same_text(html, *pair)
    assert "class=" not in html


@given(TEXTS, TEXTS)
def test_either_text_can_be_read_back_whatever_was_replaced(old: str, new: str) -> None:
    same_text(exact(amend(of(old), of(new))).html, old, new)


@pytest.mark.parametrize("case", cases("changes.md"), ids=lambda case: case.title)
def test_either_text_of_a_golden_case_can_be_read_back(case: Case) -> None:
    found = amend(of(case.old), of(case.new))
    unusual = {"[picture:", "<"}
    if not any(sign in case.old + case.new for sign in unusual | {"!["}):
        same_text(exact(found).html, case.old, case.new)
    checked(redline(found, views=True).html)


def test_a_picture_is_an_element_for_machines_and_raw_html_a_paragraph() -> None:
    text = "![a map](map.png)\n\n<b>bold</b>\n"
    assert exact(amend(of(""), of(text))).html == (
        '<p><ins><img src="map.png" alt="a map"></ins></p>\n'
        "<p><ins>&lt;b&gt;bold&lt;/b&gt;</ins></p>\n"
    )


def sides(html: str) -> tuple[list[str], list[str]]:
    """The words that a page shows side by side, on the left and on the right."""
    ours = {"pp-say", "pp-label", "pp-away", "pp-seam", "pp-fold"}
    left: list[str] = []

    def gone(part: Element) -> bool:
        hidden = part.classes & {"pp-gone", "pp-was"}
        out = {"pp-removed", "pp-removed-item", "pp-out"}
        return bool(part.tag == "del" or part.classes & (ours | out) or hidden)

    def collect(part: Element) -> None:
        if part.classes & {"pp-was", "pp-gone"}:
            was = [p for p in part.all() if "pp-was" in p.classes]
            for shown in was or [part]:
                left.extend(shown.text(lambda p: bool(p.classes & ours)).split())
            return
        for inside in part.inside:
            if isinstance(inside, Element):
                collect(inside)

    root = Tree(html).root
    collect(root)
    return left, root.text(gone).split()


@given(amendments())
def test_side_by_side_shows_the_old_text_and_the_new_one(pair: tuple[str, str]) -> None:
    html = marked(*pair, views=True)
    old, new = (re.sub(r"\s", "", words(clauses_html(parse(text)))) for text in pair)
    left, right = ("".join(re.sub(r"<br>", "", " ".join(side)).split()) for side in sides(html))
    assert unescaped(old) == left
    assert unescaped(new) == right


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(TEXTS, TEXTS, st.booleans())
def test_every_redline_is_well_formed(old: str, new: str, fold: bool) -> None:
    marked(old, new, views=fold)


@given(TEXTS)
def test_a_text_without_changes_has_no_marks(text: str) -> None:
    html = marked(text, text)
    assert "<ins" not in html
    assert "<del" not in html
    plain = clauses_html(parse(text))
    checked(plain)
    assert words(plain) == words(redline(amend(of(text), of(text)), top=0).html)


def test_a_removed_item_takes_no_number() -> None:
    html = marked("1. one\n2. two\n3. three\n4. four\n", "1. one\n2. three\n3. four\n")
    assert html.count("<ol") == 1
    assert re.findall(r"<li([^>]*)>", html) == [
        "", ' class="pp-removed-item"', ' value="2"', "",
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


def test_what_moved_in_its_own_section_says_so() -> None:
    moved = "This paragraph has enough words to be found at its new place."
    rest = "Another one that stays.\n\nAnd one more that nobody touched at all."
    old, new = (f"## A {{#a}}\n\n{text}\n" for text in (f"{moved}\n\n{rest}", f"{rest}\n\n{moved}"))
    html = marked(old, new)
    assert 'href="#moved-1-here">within this section</a>' in html
    assert 'href="#moved-1-away">Moved here within this section:</a>' in html
    amended = marked(old, new.replace("enough words", "words enough"))
    assert ">Moved here and amended, within this section:</a>" in amended


@pytest.mark.parametrize("paper", [False, True])
def test_a_space_parts_what_is_said_of_a_moved_sentence_from_what_stands_before(
    paper: bool,
) -> None:
    sentence = "By using it you direct us to share this with everybody else."
    first, last = "It is all public.", "Think of that before you post."
    old = f"## A {{#a}}\n\n{first} {sentence}\n\nBetween the two.\n\n{last}\n"
    new = f"## A {{#a}}\n\n{first}\n\nBetween the two.\n\n{last} {sentence}\n"
    html = redline(amend(of(old), of(new)), paper=paper).html
    assert html.count("within this section]</a>") == 2
    assert not re.search(r'\w\.(<[^>]*>)*<a class="pp-label"', html)


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
    html = clauses_html(parse("| | B |\n| - | - |\n| 1 | 2 |\n"))
    assert "<td></td><th" in html


def test_no_heading_level_is_skipped() -> None:
    text = "# A {#a}\n\n#### B {#b}\n\n## C {#c}\n\n### D {#d}\n\n# E {#e}\n"
    levels = [h.level for h in document_html(parse(text)).headings]
    assert levels == [2, 3, 3, 4, 2]


def test_a_letter_keeps_its_levels() -> None:
    assert "<h1>Subject</h1>" in clauses_html(parse("# Subject\n\n## Part\n"))


def test_a_retired_anchor_stands_where_its_section_went() -> None:
    links = TextLinks(retired={"old": "new", "gone": ""})
    html = document_html(parse("## New {#new}\n\nText.\n"), links).html
    assert '<h2 id="new"><span class="pp-retired" id="old"></span>New' in html
    assert "gone" not in html


def test_code_keeps_its_lines() -> None:
    html = clauses_html(parse("```\na\nb\n```\n"))
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
    html = clauses_html(parse(text + "\n"))
    assert "<script" not in html
    assert "<b>" not in html


def test_a_section_that_was_split_says_where_it_came_from() -> None:
    first = "One sentence about orders which is long enough to be recognised."
    second = "Another sentence about payments which is also long enough for that."
    old = f"## Orders {{#orders}}\n\n{first}\n\n{second}\n"
    new = f"## Orders {{#orders}}\n\n{first}\n\n## Payments {{#payments}}\n\n{second}\n"
    assert "Split off from “Orders”" in marked(old, new)


SALE = "We never sell your data to anyone for any purpose at all."
RENT = "Nor do we rent out what we know about those who buy from us."


def test_a_paragraph_that_was_split_has_a_new_pilcrow() -> None:
    html = marked(f"{SALE} {RENT}\n", f"{SALE}\n\n{RENT}\n")
    assert html.count("<p") == 2
    assert re.search(r'at all\.<ins class="pp-seam">.*¶.*\[paragraph split here\]', html)
    assert "<del" not in html


def test_paragraphs_that_were_joined_are_one_with_a_struck_pilcrow() -> None:
    html = marked(f"{SALE}\n\n{RENT}\n", f"{SALE} {RENT}\n")
    assert html.count("<p") == 1
    assert re.search(r'at all\.<del class="pp-seam">.*\[paragraphs joined here\].*</del> Nor', html)
    assert "<ins" not in html
    assert "pp-removed" not in html


def test_what_was_removed_between_joined_paragraphs_is_a_block_of_its_own() -> None:
    table = "| A | B |\n| - | - |\n| 1 | 2 |\n"
    html = marked(f"{SALE}\n\n{table}\n{RENT}\n", f"{SALE} {RENT}\n", views=True)
    same_text(
        exact(amend(of(f"{SALE}\n\n{table}\n{RENT}\n"), of(f"{SALE} {RENT}\n"))).html,
        f"{SALE}\n\n{table}\n{RENT}\n",
        f"{SALE} {RENT}\n",
    )
    assert "pp-gone" in html


def test_typography_is_underlined_and_told_once_in_each_block() -> None:
    old = 'The "service" is what the "customer" buys - it\'s ours.\n'
    new = "The “service” is what the “customer” buys – it’s ours.\n"
    html = marked(old, new)
    assert "<ins" not in html
    assert "<del" not in html
    assert 'title="Was: &#34;"' in html
    assert html.count("[typography changed: ") == 1
    assert '“ was ", ” was "' in html


def test_other_spaces_are_told_as_such() -> None:
    span = Span(SpanKind.KEEP, "30\xa0days", before="30 days")
    assert typography_changes([span], ENGLISH) == "spaces"
    assert typography_changes(
        [Span(SpanKind.KEEP, "the Policy", before="the policy")], ENGLISH
    ) == ("the Policy was the policy")
    many = [Span(SpanKind.KEEP, c.upper(), before=c) for c in "abcdef"]
    assert typography_changes(many, ENGLISH) == "A was a, B was b, C was c, D was d, and more"


def test_a_heading_of_another_level_says_so() -> None:
    old = "## One {#one}\n\nText.\n\n### Two {#two}\n\nText.\n"
    assert "Heading level changed:" in marked(old, old.replace("###", "##"))


def test_a_row_stays_in_its_table_when_what_is_below_goes() -> None:
    table = "| A | B |\n| - | - |\n| one cell | two |\n"
    html = marked(f"{table}\nA paragraph that goes.\n", f"{table}| three | four |\n")
    assert html.count("<table") == 1


def test_numbers_are_right_side_by_side() -> None:
    old = "1. one\n2. two\n3. three\n"
    html = marked(old, "1. one\n2. three, amended\n", views=True)
    assert '<ol start="3">\n<li>three</li>' in html
    assert re.search(r'<li class="pp-removed-item pp-gone"(?: value="2")?>', html)
    assert re.search(r'<li value="2"><span class="pp-place"[^>]*></span>three', html)


def test_an_item_that_lost_its_first_paragraph_is_still_an_item() -> None:
    old = f"1. {SALE}\n\n2. A paragraph that goes.\n\n   {RENT}\n\n3. three\n"
    new = f"1. {SALE}\n\n2. {RENT}\n\n3. three\n"
    for views in (False, True):
        assert "pp-removed-item" not in marked(old, new, views=views)


def test_changes_have_addresses_that_other_sections_do_not_alter() -> None:
    old = f"## One {{#one}}\n\nText one.\n\n## Two {{#two}}\n\n{SALE}\n\nText.\n"
    new = old.replace("never", "do not").replace("Text.", "Words.")
    names = [place.id for place in redline(amend(of(old), of(new))).places]
    assert names == ["change-two-1", "change-two-2"]
    more = new.replace("Text one.", "Text which is new.")
    assert set(names) < {place.id for place in redline(amend(of(old), of(more))).places}


def test_without_anchors_changes_are_named_by_their_titles() -> None:
    found = amend(of(f"{SALE}\n\n# One\n\nText.\n"), of(f"{SALE} More.\n\n# One\n\nWords.\n"))
    fragment = redline(found)
    assert [place.id for place in fragment.places] == ["change-beginning-1", "change-one-1"]
    assert 'data-section="the beginning"' in fragment.html


def test_a_new_section_is_one_change() -> None:
    old = "## One {#one}\n\nText one.\n"
    new = f"{old}\n## Two {{#two}}\n\n{SALE}\n\n- {RENT}\n- more\n"
    assert [place.id for place in redline(amend(of(old), of(new))).places] == ["change-two-1"]


def test_long_stretches_without_a_change_fold() -> None:
    same = "\n\n".join(f"Paragraph {n} that stays as it is." for n in range(5))
    html = marked(f"{same}\n\n{SALE}\n", f"{same}\n\n{RENT}\n", views=True)
    assert html.count("<summary>5 unchanged paragraphs</summary>") == 1
    items = "".join(f"{n}. item {n} stays as it is\n" for n in range(1, 8))
    html = marked(items, items.replace("item 6 stays", "item 6 goes"), views=True)
    assert "<summary>5 unchanged paragraphs</summary>" in html
    assert '<ol start="6">' in html


def relisted() -> Iterator[tuple[str, str]]:
    """Lists before and after, whose last items differ in little but numbers and surroundings."""
    items = ["a", "a\n\n   b", "a\n   - b", "a\n   1. b", "a\n   3. b"]
    others = [[], ["c"], ["c\n\n   d"]]
    for above, sign, item in product(["", "A.\n\n", "\u05d0.\n\n"], ["1. ", "2. ", "-  "], items):
        for before, after in product(others, others):
            old, new = (
                "".join(f"{sign}{each}\n" for each in [*side, item]) for side in (before, after)
            )
            yield above + old, above + new


def test_no_redline_depends_on_those_written_before() -> None:
    pairs = list(relisted())
    alone = []
    for old, new in pairs:
        untouched_html.cache_clear()
        alone.append(marked(old, new, views=True))
    for way in (1, -1):
        untouched_html.cache_clear()
        assert [marked(old, new, views=True) for old, new in pairs[::way]] == alone[::way]


def test_numbers_keep_their_order_among_letters_from_right_to_left() -> None:
    text = "هاتفك +49 30 1234567 من 2027-04-01 إلى 10-20 و<5 أيام"
    html = document_html(parse(text)).html
    assert html.count("<bdi") == 2
    assert '<bdi dir="ltr">+49 30 1234567</bdi>' in html
    assert '<bdi dir="ltr">2027-04-01</bdi>' in html
    assert "<bdi" not in document_html(parse("Call +49 30 1234567 from 2027-04-01.")).html
    assert "<bdi" not in exact(amend(Document(parse(text)), Document(parse(text + " 1")))).html


def test_right_to_left_text_runs_by_its_own_letters() -> None:
    html = marked("# מדיניות\n\nאנו שומרים 30 ימים.\n", "# מדיניות\n\nאנו שומרים 60 ימים.\n")
    assert '<p class="pp-amended" dir="auto">' in html
    assert '<span class="pp-say" dir="ltr">' in html
    assert "dir=" not in marked("One.\n", "Two.\n")
