"""Labels of legal numbering: where an item begins, and how deep it is set."""

from __future__ import annotations

import pytest

from publisher.markup.html import document_html
from publisher.text.numbering import item_lines, label_depth
from publisher.text.parsing import parse


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("(a) one", 2),
        ("a) one", 2),
        ("(12) one", 2),
        ("(iv) one", 3),
        ("(II) one", 3),
        ("1.1 one", 1),
        ("1.1. one", 1),
        ("10.2.3 one", 2),
        ("1. one", 0),
        ("(see) one", 0),
        ("(a)", 0),
        ("A one", 0),
        ("1.5", 0),
    ],
)
def test_how_deep_a_paragraph_is_set(text: str, depth: int) -> None:
    assert label_depth(text) == depth


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (["We may:", "(a) one;", "(b) two."], [1, 2]),
        (["(h) one,", "(i) two, and", "(j) three."], [1, 2]),
        (["(a) one:", "(i) x;", "(ii) y;", "(b) two."], [1, 2, 3]),
        (["1.1 One.", "1.1.1 Two.", "1.2 Three."], [1, 2]),
        (["We may:", "\\(a\\) one;", "\\(b\\) two."], [1, 2]),
        (["as it is written in", "(a) of this, and in", "(b) of that"], []),
        (["We may:", "(a) one."], []),
        (["We may:", "(b) two;", "(d) four."], []),
        (
            ["You may not", "(a) use it to", "(i) sell it, or", "(ii) rent it;", "(b) copy it."],
            [1, 2, 3, 4],
        ),
        (["It costs less than", "1.5 million;", "2.5 million."], []),
        (["No label.", "Nor here."], []),
    ],
)
def test_where_items_begin(lines: list[str], places: list[int]) -> None:
    assert item_lines(lines) == places


TEXT = """We may:
(a) keep **it**;
    (i) for you,
    (ii) for `us`;
(b) sell it.

- In a list:
  (a) one;
  (b) two.

**As (a) and:
(b) in marks.
(c) go on.**
"""


def test_each_item_is_a_clause_that_owns_its_lines() -> None:
    clauses = parse(TEXT)
    assert "".join(clause.raw for clause in clauses) == TEXT
    assert [(clause.line, clause.text) for clause in clauses] == [
        (1, "We may:"),
        (2, "(a) keep it;"),
        (3, "(i) for you,"),
        (4, "(ii) for us;"),
        (5, "(b) sell it."),
        (7, "In a list:"),
        (8, "(a) one;"),
        (9, "(b) two."),
        (11, "As (a) and: (b) in marks. (c) go on."),
    ]
    html = document_html(clauses).html
    assert '<p data-level="2">(a) keep <strong>it</strong>;</p>' in html
    assert '<p data-level="3">(i) for you,</p>' in html
    assert html.count("data-level") == 6
    assert "<li>" in html
