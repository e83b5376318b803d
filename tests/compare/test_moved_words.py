"""The laws of words that moved, less than a clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from publisher.compare.amendment import amend
from publisher.compare.operations import Operation, accept, compare_documents, reject
from publisher.compare.spans import SpanKind
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from tests.fixtures.strategies import amendments

SENTENCES = (
    "We keep your orders for ten years because the law of taxes says so.",
    "Nobody but the carrier learns where you live or what you bought.",
    "You may object to letters about offers at any time and without a fee.",
    "Our shop closes accounts that nobody has opened for three years.",
    "Ask us for a copy, and you will have it within a month.",
    "A court in your own country decides about any dispute between us.",
    "Prices on our pages hold until midnight of the day on which you order.",
    "Cookies remember what lies in your basket, and nothing else of you.",
)


def doc(text: str) -> Document:
    return Document(parse(text, "p.md"))


def moves(operations: Sequence[Operation], side: SpanKind) -> dict[int, str]:
    """By number: the words that moved, as they stand on one side."""
    found: dict[int, str] = {}
    for op in operations:
        if not (op.move and op.old):
            for span in (span for cell in op.cells for span in cell if span.move):
                assert span.kind is not SpanKind.KEEP
                if span.kind is side:
                    found[span.move] = found.get(span.move, "") + span.text
    return found


def held(old: str, new: str) -> int:
    """Holds a comparison to the laws; gives how many moves it tells of."""
    amendment = amend(doc(old), doc(new))
    operations = amendment.operations
    assert accept(operations).get("p.md", "") == new
    assert reject(operations).get("p.md", "") == old
    plain = compare_documents(doc(old), doc(new))
    for op, before in zip(operations, plain, strict=True):
        assert (op.old, op.new, op.move, op.columns) == (
            before.old, before.new, before.move, before.columns,
        )  # fmt: skip
        for cell, own in zip(op.cells, before.cells, strict=True):
            for kind in SpanKind:
                assert "".join(s.text for s in cell if s.kind is kind) == (
                    "".join(s.text for s in own if s.kind is kind)
                )
    away, here = (moves(operations, side) for side in (SpanKind.DELETE, SpanKind.INSERT))
    assert away.keys() == here.keys()
    assert not away.keys() & {op.move for op in operations}
    back = amend(doc(new), doc(old)).operations
    mirrored = [moves(back, side) for side in (SpanKind.INSERT, SpanKind.DELETE)]
    assert Counter((away[n], here[n]) for n in away) == (
        Counter((mirrored[0][n], mirrored[1][n]) for n in mirrored[0])
    )
    return len(away)


@given(amendments())
def test_nothing_is_lost_by_an_editor(pair: tuple[str, str]) -> None:
    held(*pair)


@st.composite
def reordered(draw: st.DrawFn) -> tuple[str, str]:
    """Sentences in paragraphs and sections, and the same in another order, some of them gone."""
    texts = []
    for _ in range(2):
        text = "# Terms\n\n"
        for number, sentence in enumerate(draw(st.permutations(SENTENCES))):
            gap = draw(st.sampled_from((" ", " ", "\n\n", f"\n\n## Part {number}\n\n")))
            text += (sentence if draw(st.integers(0, 5)) else "") + gap
        texts.append(text.strip() + "\n")
    return texts[0], texts[1]


@given(reordered())
def test_nothing_is_lost_where_sentences_change_places(pair: tuple[str, str]) -> None:
    held(*pair)


def test_a_sentence_that_went_to_another_section_has_moved() -> None:
    first, second, third, *_ = SENTENCES
    old = f"## A\n\n{first} {second}\n\n## B\n\n{third}\n"
    new = f"## A\n\n{first}\n\n## B\n\n{third} {second}\n"
    assert held(old, new) == 1
    counts = amend(doc(old), doc(new)).counts
    assert (counts.inserted, counts.deleted, counts.moved) == (0, 0, len(second.split()))


def test_a_sentence_without_spaces_between_words_moves_too() -> None:
    moved = "第三者に個人情報を提供することはありません。"
    old = f"## 一\n\n法律に従って管理します。{moved}\n\n## 二\n\n窓口までお願いします。\n"
    new = f"## 一\n\n法律に従って管理します。\n\n## 二\n\n窓口までお願いします。{moved}\n"
    assert held(old, new) == 1
