"""Markdown read into clauses."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.text.clauses import Document, Kind, Mark
from publisher.text.parsing import _read, parse, source_lines, split_anchor
from tests.fixtures.strategies import policies


@given(policies())
def test_clauses_end_to_end_are_their_source(text: str) -> None:
    assert "".join(clause.raw for clause in parse(text)) == text


@given(st.text(alphabet=st.sampled_from("a#*-_>|`[](){}.!\\ \t\n\r0123\u2028é数"), max_size=200))
def test_no_text_is_lost_whatever_it_is(text: str) -> None:
    assert "".join(clause.raw for clause in parse(text)) == text
    assert "".join(source_lines(text)) == text


def test_a_heading_carries_its_anchor() -> None:
    heading, paragraph = parse("## Opt *out* {#opt-out}\n\nYou may.\n")
    assert (heading.kind, heading.level, heading.anchor) == (Kind.HEADING, 2, "opt-out")
    assert heading.text == "Opt out"
    assert (paragraph.text, paragraph.line) == ("You may.", 3)


def test_split_anchor_tells_none_from_a_bad_one() -> None:
    assert split_anchor("Title") == ("Title", None)
    assert split_anchor("Title {#A b}") == ("Title {#A b}", None)
    assert split_anchor("Title {#Ab}") == ("Title", "Ab")


def test_an_empty_list_item_is_still_there() -> None:
    texts = [clause.text for clause in parse("- one\n-\n- three\n")]
    assert texts == ["one", "", "three"]


def test_table_rows_are_clauses_with_cells() -> None:
    head, row = parse("| a | b |\n| --- | --: |\n| 1 | 2 |\n")
    assert head.head
    assert [clause.text for clause in (head, row)] == ["a | b", "1 | 2"]
    assert row.align == ("", "right")


def test_nested_lists_know_what_is_around_them() -> None:
    outer, inner = parse("1. one\n   - two\n")
    assert [c.kind for c in outer.containers] == ["ordered", "item"]
    assert [c.kind for c in inner.containers] == ["ordered", "item", "bullet", "item"]


def test_sections_keep_their_own_text_apart() -> None:
    document = Document(parse("before\n\n## A {#a}\n\none\n\n### B {#b}\n\ntwo\n"))
    assert [(s.anchor, [c.text for c in s.body]) for s in document.sections] == [
        ("", ["before"]),
        ("a", ["one"]),
        ("b", ["two"]),
    ]


HARD = """
a|- b|  c|1. d|   e|> f|```|~~~ g|<div>|</div>|<!-- h|-->|[i]|[i]: /j|# k|===|---|\tn|| |*|**o** p|
\u2028|&nbsp;|\\- q|2) r|+|-\ts|&#124; u|:-|l – m|- –
""".replace("\n", "").split("|")
"""Lines that open, close or go on with something."""


def _facts(blocks: Iterable[tuple[int, str, str, list[tuple[str, int, int]]]]) -> list[object]:
    """What is read, with its containers counted as they come."""
    known: dict[int, int] = {}
    return [
        (line, raw, key, [(k, known.setdefault(n, len(known)), s) for k, n, s in around])
        for line, raw, key, around in blocks
    ]


@given(
    st.lists(st.sampled_from([*HARD, "", "| v | w |", "| - | - |"]), max_size=14).map("\n".join)
    | policies()
)
@settings(max_examples=300)
def test_a_text_read_in_parts_is_the_text_read_whole(text: str) -> None:
    """What stands above a part decides nothing about it."""
    whole = [(b.line + 1, b.raw, b.facts["key"], list(b.around)) for b in _read(text).blocks]
    parts = [
        (c.line, c.raw, c.key, [(a.kind, a.number, a.start) for a in c.containers])
        for c in parse(text)
        if whole or c.kind is not Kind.BLANK
    ]
    assert _facts(parts) == _facts(whole)


def test_what_stands_far_below_may_decide_what_stands_above() -> None:
    (above, *_) = parse("See [the terms].\n\nMore.\n\n[the terms]: /terms\n")
    assert [run.marks for run in above.cells[0]][1] == (Mark("link", "/terms"),)
    first, second = parse("```\none\n\ntwo\n```\n\nthree\n")
    assert (first.kind, first.text, second.text) == (Kind.CODE, "one\n\ntwo", "three")


def test_a_byte_order_mark_is_no_letter() -> None:
    for text in ("## A {#a}\n\nb\n", "---\ntitle: A\n---\n\n# A\n", "", "\n", "```\nb\n```\n"):
        plain, marked = parse(text), parse("\ufeff" + text)
        assert "".join(clause.raw for clause in marked) == "\ufeff" + text
        assert [(c.key, c.line) for c in marked if c.words] == [
            (c.key, c.line) for c in plain if c.words
        ]
