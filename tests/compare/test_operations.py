"""The laws of a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations, groupby, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from publisher.compare import sequences
from publisher.compare.operations import Operation, accept, compare_documents, reject
from publisher.compare.sequences import heaviest_rising, matching_blocks
from publisher.compare.spans import Span, SpanKind
from publisher.compare.words import compare_words
from publisher.text.clauses import Clause, Document, Run
from publisher.text.parsing import parse
from tests.fixtures.strategies import amendments, line, policies


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


def was(spans: Iterable[Span]) -> str:
    return "".join(span.old for span in spans)


def now(spans: Iterable[Span]) -> str:
    return "".join(span.new for span in spans)


def source(files: dict[str, str]) -> str:
    return files.get("p.md", "")


@given(st.one_of(policies(), policies(anchored=False)), st.one_of(policies(), policies(False)))
def test_accepting_gives_the_new_text_and_rejecting_the_old(old: str, new: str) -> None:
    operations = compare_documents(doc(old), doc(new))
    assert source(accept(operations)) == new
    assert source(reject(operations)) == old


@given(amendments())
def test_accepting_and_rejecting_hold_for_what_an_editor_does(pair: tuple[str, str]) -> None:
    old, new = pair
    operations = compare_documents(doc(old), doc(new))
    assert source(accept(operations)) == new
    assert source(reject(operations)) == old


@given(policies())
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(op.unchanged for op in compare_documents(doc(text), doc(text)))


@given(amendments())
def test_the_words_of_each_clause_are_those_of_its_two_sides(pair: tuple[str, str]) -> None:
    operations = compare_documents(doc(pair[0]), doc(pair[1]))
    left = {op.move: op.old for op in operations if op.move and op.old}
    told: tuple[dict[int, list[str]], dict[int, list[str]]] = ({}, {})
    begun: list[Clause | None] = [None, None]
    for op in operations:
        old = left[op.move] if op.move and op.new else op.old
        columns = op.columns or [(k, k) for k in range(len(op.cells))]
        for n, clause in enumerate((old, op.new)):
            if op.continued:
                clause = clause or begun[n]
            if not op.move:
                begun[n] = clause or begun[n]
            if clause is None or (op.move and op.new is None):
                continue
            for places, cell in zip(columns, op.cells, strict=True):
                place = places[n]
                if place is not None:
                    part = (was, now)[n](cell)
                    told[n].setdefault(id(clause), [""] * len(clause.cells))[place] += part
    for n, name in enumerate(("old", "new")):
        for op in operations:
            clause = getattr(op, name)
            if clause is None or (name == "old" and op.move):
                continue
            for text, cell in zip(told[n][id(clause)], clause.cells, strict=True):
                # Where a clause was cut, a space became the break between two clauses.
                whole = "".join(run.text for run in cell)
                assert "".join(text.split()) == "".join(whole.split())


@given(amendments())
def test_each_move_has_one_place_it_left_and_one_it_reached(pair: tuple[str, str]) -> None:
    moves: dict[int, list[Operation]] = {}
    for op in compare_documents(doc(pair[0]), doc(pair[1])):
        if op.move:
            moves.setdefault(op.move, []).append(op)
    for both in moves.values():
        assert sorted((op.old is None, op.new is None) for op in both) == [
            (False, True),
            (True, False),
        ]


def test_a_table_does_not_take_its_columns_from_another_tables_partner() -> None:
    wide = "| we | we | we |\n| --- | --- | --- |\n| we | we | we |\n"
    narrow = "| so | we |\n| --- | --- |\n| we we we we we we we we | we |\n"
    old, new = f"{wide}\nand\n\n{narrow}", "| we | we |\n| --- | --- |\n| we | we we we we |\n"
    operations = compare_documents(doc(old), doc(new))
    assert source(accept(operations)) == new
    assert source(reject(operations)) == old


@given(amendments())
def test_the_same_input_gives_the_same_operations(pair: tuple[str, str]) -> None:
    assert compare_documents(doc(pair[0]), doc(pair[1])) == compare_documents(
        doc(pair[0]), doc(pair[1])
    )


def seen(operations: Iterable[Operation], *, swap: bool) -> list[object]:
    """What a comparison found, free of the order in which it tells the two sides."""
    operations = tuple(operations)
    left = {op.move: op.old for op in operations if op.move and op.old}
    found: list[object] = []
    for op in operations:
        if op.move and op.new is None:
            continue
        sides = [left[op.move] if op.move else op.old, op.new]
        lines = [clause.line if clause else 0 for clause in sides]
        columns = [tuple(reversed(places)) if swap else places for places in op.columns]
        cells = [_pairs(cell, swap) for cell in op.cells]
        found.append(
            (
                tuple(lines[::-1] if swap else lines),
                bool(op.move),
                op.continued,
                sorted(zip(columns, cells, strict=True), key=str) if columns else cells,
            )
        )
    return sorted(found, key=str)


def _pairs(cell: Iterable[Span], swap: bool) -> list[tuple[str, ...]]:
    """The runs of one cell: (old text, new text, "" or how the formatting changed)."""
    pairs = []
    for kept, group in groupby(cell, key=lambda span: span.kind is SpanKind.KEEP):
        spans = list(group)
        for part in [[span] for span in spans] if kept else [spans]:
            texts = [was(part), now(part)]
            marks = [str(part[0].was), str(part[0].marks)] if part[0].was is not None else []
            pairs.append((*(texts[::-1] if swap else texts), *(marks[::-1] if swap else marks)))
    return pairs


@given(amendments())
def test_the_way_back_is_the_mirror_of_the_way_there(pair: tuple[str, str]) -> None:
    old, new = doc(pair[0]), doc(pair[1])
    assert seen(compare_documents(old, new), swap=False) == seen(
        compare_documents(new, old), swap=True
    )


@given(st.lists(st.tuples(line, st.sampled_from(["leave", "leave", "drop", "insert", "amend"]))))
def test_a_paragraph_untouched_and_in_order_is_never_marked(
    fates: list[tuple[str, str]],
) -> None:
    old: list[str] = []
    new: list[str] = []
    untouched: list[str] = []
    for n, (text, fate) in enumerate(fates):
        paragraph = f"We {text}"
        old.append(paragraph)
        if fate in ("leave", "insert"):
            new.append(paragraph)
            untouched.append(parse(paragraph)[0].key)
        if fate in ("insert", "amend"):
            new.append(f"Brand{n} new{n} sentence{n} altogether{n}.")
    operations = compare_documents(doc("\n\n".join(old)), doc("\n\n".join(new)))
    kept = [op.new.key for op in operations if op.old and op.new and op.unchanged]
    assert kept == untouched


@given(policies(), st.data())
def test_where_something_was_only_removed_nothing_is_added(text: str, data: st.DataObject) -> None:
    parts = text.split("\n\n")
    gone = data.draw(st.integers(0, len(parts) - 1))
    left = "\n\n".join(parts[:gone] + parts[gone + 1 :])
    keys = [Counter(clause.key for clause in doc(t).clauses) for t in (text, left)]
    assume(not keys[1] - keys[0])
    for op in compare_documents(doc(text), doc(left)):
        assert op.new is None or (op.old and not op.move and not op.amended)


@given(amendments(), st.sampled_from("abcdefgh"))
def test_what_happens_to_one_section_leaves_the_others_as_they_were(
    pair: tuple[str, str], name: str
) -> None:
    old, new = pair
    added = f"\n\n## Elsewhere {{#elsewhere}}\n\nKept {name} here {name} for {name} ever {name}.\n"
    texts = [old, new, old + added, new + added.replace("ever", "never")]
    documents = [doc(text) for text in texts]
    assume(all(d.sections[-1].anchor == "elsewhere" for d in documents[2:]))
    before, behind = compare_documents(*documents[:2]), compare_documents(*documents[2:])
    own = [
        (op.old and op.old.line, op.new and op.new.line, op.cells, op.move, op.continued)
        for op in behind
        if "Elsewhere" not in op.clause.text and "here" not in op.clause.text
    ]
    assert own[: len(before)] == [
        (op.old and op.old.line, op.new and op.new.line, op.cells, op.move, op.continued)
        for op in before
    ]


@given(amendments(), amendments())
def test_two_steps_lead_where_the_straight_way_leads(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    a, b, c = doc(first[0]), doc(first[1]), doc(second[1])
    by_steps = accept(compare_documents(doc(source(accept(compare_documents(a, b)))), c))
    assert by_steps == accept(compare_documents(a, c))


@given(line, line)
def test_words_of_two_runs(old: str, new: str) -> None:
    a, b = (clause.cells[0] for clause in (_only(old), _only(new)))
    spans = compare_words(a, b)
    assert was(spans) == "".join(run.text for run in a)
    assert now(spans) == "".join(run.text for run in b)


def _only(text: str) -> Clause:
    return parse(f"x {text}")[0]


def shown(old: str, new: str) -> str:
    signs = {SpanKind.KEEP: "{}", SpanKind.INSERT: "[+{}]", SpanKind.DELETE: "[-{}]"}
    spans = compare_words((Run(old),), (Run(new),))
    return "".join(signs[span.kind].format(span.text) for span in spans)


def test_a_number_is_replaced_whole() -> None:
    assert shown("kept for 30 days", "kept for 60 days") == "kept for [-30][+60] days"
    assert shown("128-bit SSL", "256-bit SSL") == "[-128][+256]-bit SSL"


def test_a_sign_that_was_added_cuts_no_other_word_anew() -> None:
    old, new = "some apps (e.g., maps) do", "some apps (e.g., maps) do \u25cf"
    for a, b in ((old, new), (new, old)):
        changed = [
            s.text for s in compare_words((Run(a),), (Run(b),)) if s.kind is not SpanKind.KEEP
        ]
        assert changed == [" \u25cf"]


def test_an_address_is_one_word() -> None:
    old, new = "write to a@example.com now", "write to b@example.com now"
    assert shown(old, new) == "write to [-a@example.com][+b@example.com] now"


def test_a_word_added_takes_one_space_with_it() -> None:
    assert shown("we may change it", "we may now change it") == "we may [+now ]change it"
    assert shown("cat sat", "A cat sat") == "[+A ]cat sat"


def test_unrelated_texts_are_replaced_whole() -> None:
    assert shown("alpha beta gamma", "one two three") == "[-alpha beta gamma][+one two three]"


@given(st.permutations(range(6)), st.lists(st.integers(1, 5), min_size=6, max_size=6))
def test_the_heaviest_rising_run_is_the_heaviest(places: list[int], weights: list[int]) -> None:
    chosen = heaviest_rising(list(enumerate(places)), weights)
    picked = [places[i] for i in sorted(chosen)]
    assert picked == sorted(picked)
    best = max(
        sum(weights[i] for i in run)
        for size in range(7)
        for run in combinations(range(6), size)
        if [places[i] for i in run] == sorted(places[i] for i in run)
    )
    assert sum(weights[i] for i in chosen) == best


@given(
    st.lists(st.sampled_from("abc"), max_size=12),
    st.lists(st.sampled_from("abc"), max_size=12),
)
def test_texts_too_long_to_be_aligned_at_once_have_common_runs_all_the_same(
    old: list[str], new: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequences, "MOST_WORD_PAIRS", 4)
        found = matching_blocks(old, new)
    assert all(old[i : i + n] == new[j : j + n] for i, j, n in found)
    assert all(i + n <= k and j + n <= m for (i, j, n), (k, m, _) in pairwise(found))
    if old == new:
        assert sum(n for *_, n in found) == len(old)
