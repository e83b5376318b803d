"""Changes read off operations, told as golden cases."""

from __future__ import annotations

import pytest
from hypothesis import given

from publisher.compare.amendment import amend
from publisher.compare.change import ChangeKind
from publisher.compare.summary import summary_sentence
from publisher.reports.terminal import terminal_report
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH
from tests.fixtures.golden_cases import Case, cases
from tests.fixtures.strategies import amendments, policies


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


@pytest.mark.parametrize("case", cases("changes.md"), ids=lambda case: case.title)
def test_golden(case: Case) -> None:
    text = terminal_report(amend(doc(case.old), doc(case.new)), "title")
    assert text == f"title\n{case.expected}"


@given(policies())
def test_nothing_changed(text: str) -> None:
    amendment = amend(doc(text), doc(text))
    assert amendment.empty
    assert amendment.changes == ()
    assert summary_sentence(amendment, ENGLISH) == "No change"


@given(amendments())
def test_something_changed_is_always_told(pair: tuple[str, str]) -> None:
    amendment = amend(doc(pair[0]), doc(pair[1]))
    assert amendment.empty or amendment.changes


@given(amendments())
def test_each_change_has_its_own_id(pair: tuple[str, str]) -> None:
    ids = [change.id for change in amend(doc(pair[0]), doc(pair[1])).changes]
    assert len(ids) == len(set(ids))


def test_one_inserted_section_moves_nothing() -> None:
    old = "".join(f"## {n} {{#s{n}}}\n\ntext number {n}\n\n" for n in range(5))
    new = "## New {#new}\n\nnew\n\n" + old
    assert [c.kind for c in amend(doc(old), doc(new)).changes] == [ChangeKind.ADDED]


def test_the_summary_counts() -> None:
    old = "## A {#a}\n\none two three\n\n## B {#b}\n\nfour\n"
    new = "## A {#a}\n\none two four three\n\n## C {#c}\n\nother words here\n"
    assert summary_sentence(amend(doc(old), doc(new)), ENGLISH) == (
        "1 section added, 1 removed, 1 amended; 5 words added, 2 removed"
    )
