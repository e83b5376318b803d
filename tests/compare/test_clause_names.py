"""Permanent names of clauses, told as golden cases and as laws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.compare.amendment import amend
from publisher.compare.change import section_name
from publisher.compare.clause_names import (
    ClauseNames,
    first_names,
    names_as_json,
    names_from_json,
    next_names,
)
from publisher.compare.operations import Operation
from publisher.text.clauses import Clause, Document, Kind
from publisher.text.parsing import parse
from tests.fixtures.golden_cases import Case, cases
from tests.fixtures.strategies import amendments, policies

NAMELESS = (Kind.HEADING, Kind.BLANK, Kind.FRONT_MATTER)


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


def history(texts: Sequence[str]) -> Iterator[tuple[Document, ClauseNames]]:
    documents = [doc(text) for text in texts]
    naming = first_names(documents[0])
    yield documents[0], naming
    for old, new in pairwise(documents):
        naming = next_names(naming, amend(old, new))
        yield new, naming


@pytest.mark.parametrize("case", cases("names.md"), ids=lambda case: case.title)
def test_golden(case: Case) -> None:
    *_, (document, naming) = history([*case.old.split("%%%\n"), case.new])
    told = [
        f"{name}: {clause.text}"
        for clause, name in zip(document.clauses, naming.names, strict=True)
        if name
    ]
    for name, retired in sorted(naming.retired.items()):
        into = naming.name_now(name)
        assert into == "" or retired.into
        told.append(f"gone: {name} into {into}" if into else f"gone: {name}")
    assert "\n".join(told) + "\n" == case.expected


@st.composite
def histories(draw: st.DrawFn) -> list[str]:
    """A few forms of one text: amended each time, or as an earlier one was."""
    old, new = draw(amendments())
    other = draw(policies())
    return draw(st.lists(st.sampled_from([old, new, other]), min_size=2, max_size=5))


@given(histories())
def test_every_clause_that_is_read_has_one_name_and_headings_have_none(texts: list[str]) -> None:
    for document, naming in history(texts):
        named = [name for name in naming.names if name]
        assert len(named) == len(set(named))
        for clause, name in zip(document.clauses, naming.names, strict=True):
            assert bool(name) is (clause.kind not in NAMELESS)
        assert not naming.retired.keys() & set(named)


@given(histories())
def test_what_stays_or_moves_keeps_its_name(texts: list[str]) -> None:
    forms = list(history(texts))
    for (old, before), (new, after) in pairwise(forms):
        was, now = iter(before.names), iter(after.names)
        left: dict[int, str] = {}
        reached: dict[int, str] = {}
        for op in amend(old, new).operations:
            one, other = next(was) if op.old else "", next(now) if op.new else ""
            if op.move:
                (left if op.old else reached)[op.move] = one or other
            elif op.old and op.new and named(op):
                assert one == other
        for move, name in left.items():
            assert reached[move] == name


def named(op: Operation) -> bool:
    return all(clause and clause.kind not in NAMELESS for clause in (op.old, op.new))


@given(histories())
def test_no_name_is_given_to_another_text(texts: list[str]) -> None:
    last: dict[str, Clause] = {}
    here: set[str] = set()
    for document, naming in history(texts):
        now = {n: c for n, c in zip(naming.names, document.clauses, strict=True) if n}
        for name in (last.keys() & now.keys()) - here:
            assert last[name].key == now[name].key
        last |= now
        here = set(now)
        assert last.keys() == here | naming.retired.keys()
        for name in last:
            section, _, number = name.rpartition(".")
            assert 1 <= int(number) <= naming.given[section]


@given(histories())
def test_names_follow_from_the_release_before_alone(texts: list[str]) -> None:
    forms = list(history(texts))
    assert forms == list(history(texts))
    for (old, before), (new, after) in pairwise(forms):
        kept = names_from_json(names_as_json(before))
        assert kept == before
        assert next_names(kept, amend(old, new)) == after


def test_names_of_another_text_are_refused() -> None:
    old, new = doc("one\n\ntwo\n"), doc("one\n")
    with pytest.raises(ValueError, match="not the names of the text"):
        next_names(first_names(new), amend(old, new))


def test_a_section_without_an_anchor_names_by_its_heading() -> None:
    document = doc("## Our Use!\n\nWe use it.\n")
    assert first_names(document).names == ("", f"{section_name('', 'Our Use!')}.1")
