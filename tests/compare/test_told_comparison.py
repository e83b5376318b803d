"""A comparison that was written down reads back to what it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.compare.amendment import Amendment, amend
from publisher.compare.diff_form import diff_flaw
from publisher.compare.operations import accept, reject
from publisher.compare.told_comparison import MisfitError, read_comparison
from publisher.exchange.diff_json import diff_json
from publisher.exchange.sealed_diff import sealed_diff
from publisher.text.clauses import Clause, Document, Kind, Run
from publisher.text.parsing import parse, source_lines
from publisher.wording.words import ENGLISH
from tests.fixtures.golden_cases import cases
from tests.fixtures.some import some
from tests.fixtures.strategies import amendments, policies


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


def sealed(amendment: Amendment) -> str:
    return sealed_diff(amendment, "version 1", "version 2", ENGLISH, "0.1.0")


def reads_back(old: Document, new: Document) -> None:
    amendment = amend(old, new)
    text = sealed(amendment)
    assert not diff_flaw(text)
    read = read_comparison(text, old, new)
    assert read == amendment
    assert read.otherwise is None
    assert sealed(read) == text


@given(amendments())
def test_what_an_editor_does_reads_back(pair: tuple[str, str]) -> None:
    reads_back(*map(doc, pair))


@given(st.one_of(policies(), policies(False)), st.one_of(policies(), policies(False)))
def test_any_two_texts_read_back(old: str, new: str) -> None:
    reads_back(doc(old), doc(new))


@given(amendments())
def test_in_full_too(pair: tuple[str, str]) -> None:
    """What was sealed in full, and what is published: figures and changes are all there."""
    old, new = map(doc, pair)
    amendment = amend(old, new)
    read = read_comparison(diff_json(amendment, "1", "2"), old, new)
    assert (read.counts, read.changes) == (amendment.counts, amendment.changes)
    assert diff_json(read, "1", "2") == diff_json(amendment, "1", "2")


@pytest.mark.parametrize("name", ["changes.md", "names.md"])
def test_every_golden_case_reads_back(name: str) -> None:
    for case in some(cases(name)):
        old, new = doc(case.old), doc(case.new)
        reads_back(old, new)
        reads_back(new, old)


# ── a program that reads texts otherwise ─────────────────────────────────────────────────────────

Reading = Callable[[str], Document]


def by_lines(text: str) -> Document:
    """Each line of a paragraph is a clause of its own."""
    found: list[Clause] = []
    for clause in doc(text).clauses:
        lines = source_lines(clause.raw)
        cut = clause.kind is Kind.PARAGRAPH and not clause.containers and len(lines) > 1
        if not cut or not lines[0].strip():
            found.append(clause)
            continue
        for n, line in enumerate(lines):
            if line.strip():
                (own,) = (*parse(line, clause.file), None)[:1]
                assert own
                found.append(replace(own, kind=Kind.PARAGRAPH, line=clause.line + n))
            else:
                found[-1] = replace(found[-1], raw=found[-1].raw + line)
    return Document(tuple(found))


def by_sections(text: str) -> Document:
    """All paragraphs of a section are one clause."""
    found: list[Clause] = []
    for clause in doc(text).clauses:
        last = found[-1] if found else None
        both = last and Kind.PARAGRAPH is clause.kind is last.kind
        if last and both and not clause.containers and not last.containers:
            runs = (*last.cells[0], Run(" "), *clause.cells[0])
            words, raw = f"{last.text} {clause.text}", last.raw + clause.raw
            key = f"{last.key} {clause.key}"
            found[-1] = replace(last, raw=raw, cells=(runs,), text=words, key=key)
        else:
            found.append(clause)
    return Document(tuple(found))


def with_signs(text: str) -> Document:
    """Asterisks are no emphasis, and what stands in a list is a paragraph like any other."""
    found = []
    for clause in doc(text).clauses:
        runs = (Run("".join(f"*{r.text}*" if r.marks else r.text for r in clause.cells[0])),)
        own = (runs, *clause.cells[1:])
        if clause.kind is Kind.PARAGRAPH:
            key = f"paragraph {runs[0].text}"
            made = replace(clause, cells=own, containers=(), shape="paragraph", key=key)
            clause = replace(made, text=runs[0].text)
        found.append(clause)
    return Document(tuple(found))


def deep_titles_are_text(text: str) -> Document:
    """What is no heading of the first two levels is a paragraph."""
    return Document(
        tuple(
            replace(c, kind=Kind.PARAGRAPH, level=0, anchor="", key=f"text {c.key}", shape="text")
            if c.kind is Kind.HEADING and c.level > 2
            else c
            for c in doc(text).clauses
        )
    )


def without_definitions(text: str) -> Document:
    """A definition that no link uses belongs to the lines of what stands above it."""
    found: list[Clause] = []
    for clause in doc(text).clauses:
        if clause.kind is Kind.DEFINITION:
            found[-1] = replace(found[-1], raw=found[-1].raw + clause.raw)
        else:
            found.append(clause)
    return Document(tuple(found))


OLD = """## Data {#data}

We keep **your** name
and your address
for two years.

We tell nobody.

- your name
- your *old* address

### Rows {#rows}

| what | how long |
| --- | --- |
| name | 2 years |
| mail | 1 year |

## Rights {#rights}

Write to us.

[Answer]: in-two-weeks

Call us
on Mondays.
"""
NEW = (
    OLD.replace("two years", "three years")
    .replace("2 years", "3 years")
    .replace("We tell nobody.", "We tell nobody.\n\nWe ask\nnobody either.")
    .replace("- your *old* address\n", "- your *new* address\n- your birthday\n")
    .replace("Call us\non Mondays.\n", "Call us\non Tuesdays, please.\n")
)
OTHERS: list[Reading] = [
    by_lines,
    by_sections,
    with_signs,
    deep_titles_are_text,
    without_definitions,
]


def told_the_same(text: str, old: Document, new: Document, due: Amendment) -> Amendment:
    read = read_comparison(text, old, new)
    assert (read.counts, read.changes) == (due.counts, due.changes)
    for change in due.changes:
        assert [op.cells for op in read.operations_of(change)] == [
            op.cells for op in due.operations_of(change)
        ]
    head, again = (json.loads(sealed(each)) for each in (due, read))
    for key in ("summary", "words", "changes"):
        assert head[key] == again[key]
    sides = accept(read.operations), reject(read.operations)
    assert sides == (new.sources, old.sources)
    return read


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.__name__)
def test_a_program_that_reads_texts_otherwise_tells_what_was_told(other: Reading) -> None:
    for made, read in ((other, doc), (doc, other)):
        for a, b in ((OLD, NEW), (NEW, OLD)):
            due = amend(made(a), made(b))
            assert due.changes
            found = told_the_same(sealed(due), read(a), read(b), due)
            assert found.otherwise


@given(amendments(), st.sampled_from([by_lines, by_sections]))
def test_whatever_an_editor_does(pair: tuple[str, str], other: Reading) -> None:
    for made, read in ((other, doc), (doc, other)):
        due = amend(made(pair[0]), made(pair[1]))
        told_the_same(sealed(due), read(pair[0]), read(pair[1]), due)


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.__name__)
@pytest.mark.parametrize(
    ("was", "now"),
    [("three", "four"), ('"Tuesdays, please"', '"Tuesdays"'), ("birthday", "shoe size"),
     ('"clauses": 1}', '"clauses": 2}'), ("p:2", "p:3"), (" p:2", ""), ("p:2", "q:2")],
)  # fmt: skip
def test_what_does_not_stand_in_the_texts_is_refused(other: Reading, was: str, now: str) -> None:
    for made, read in ((other, doc), (doc, other), (doc, doc)):
        text = sealed(amend(made(OLD), made(NEW)))
        altered = text.replace(was, now, 1)
        if altered == text:
            continue
        with pytest.raises(MisfitError):
            read_comparison(altered, read(OLD), read(NEW))
