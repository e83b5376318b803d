"""Markdown read into clauses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.text.clauses import Document, Kind, parse, source_lines, split_anchor
from tests.strategies import policies


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
