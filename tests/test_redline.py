"""The laws of a comparison."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from publisher.alignment import heaviest_rising
from publisher.clauses import Clause, Document, Run, parse
from publisher.redline import Operation, accept, compare, reject
from publisher.words import Span, SpanKind, compare_words
from tests.strategies import amendments, line, policies


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


def side(spans: tuple[Span, ...], *kinds: SpanKind) -> str:
    return "".join(span.text for span in spans if span.kind in (SpanKind.KEEP, *kinds))


def source(files: dict[str, str]) -> str:
    return files.get("p.md", "")


@given(st.one_of(policies(), policies(anchored=False)), st.one_of(policies(), policies(False)))
def test_accepting_gives_the_new_text_and_rejecting_the_old(old: str, new: str) -> None:
    operations = compare(doc(old), doc(new))
    assert source(accept(operations)) == new
    assert source(reject(operations)) == old


@given(amendments())
def test_accepting_and_rejecting_hold_for_what_an_editor_does(pair: tuple[str, str]) -> None:
    old, new = pair
    operations = compare(doc(old), doc(new))
    assert source(accept(operations)) == new
    assert source(reject(operations)) == old


@given(policies())
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(op.unchanged for op in compare(doc(text), doc(text)))


@given(amendments())
def test_the_words_of_each_clause_are_those_of_its_two_sides(pair: tuple[str, str]) -> None:
    operations = compare(doc(pair[0]), doc(pair[1]))
    left = {op.move: op.old for op in operations if op.move and op.old}
    for op in operations:
        old = left[op.move] if op.move and op.new else op.old
        columns = op.columns or [(k, k) for k in range(len(op.cells))]
        for n, (clause, kind) in enumerate(((old, SpanKind.DELETE), (op.new, SpanKind.INSERT))):
            if clause is not None:
                shown = {c[n]: side(cell, kind) for c, cell in zip(columns, op.cells, strict=True)}
                for k, cell in enumerate(clause.cells):
                    assert shown[k] == "".join(run.text for run in cell)


@given(amendments())
def test_each_move_has_one_place_it_left_and_one_it_reached(pair: tuple[str, str]) -> None:
    moves: dict[int, list[Operation]] = {}
    for op in compare(doc(pair[0]), doc(pair[1])):
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
    operations = compare(doc(old), doc(new))
    assert source(accept(operations)) == new
    assert source(reject(operations)) == old


@given(amendments())
def test_the_same_input_gives_the_same_operations(pair: tuple[str, str]) -> None:
    assert compare(doc(pair[0]), doc(pair[1])) == compare(doc(pair[0]), doc(pair[1]))


@given(line, line)
def test_words_of_two_runs(old: str, new: str) -> None:
    a, b = (clause.cells[0] for clause in (_only(old), _only(new)))
    spans = compare_words(a, b)
    assert side(spans, SpanKind.DELETE) == "".join(run.text for run in a)
    assert side(spans, SpanKind.INSERT) == "".join(run.text for run in b)


def _only(text: str) -> Clause:
    return parse(f"x {text}")[0]


def shown(old: str, new: str) -> str:
    signs = {SpanKind.KEEP: "{}", SpanKind.INSERT: "[+{}]", SpanKind.DELETE: "[-{}]"}
    spans = compare_words((Run(old),), (Run(new),))
    return "".join(signs[span.kind].format(span.text) for span in spans)


def test_a_number_is_replaced_whole() -> None:
    assert shown("kept for 30 days", "kept for 60 days") == "kept for [-30][+60] days"
    assert shown("128-bit SSL", "256-bit SSL") == "[-128][+256]-bit SSL"


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
