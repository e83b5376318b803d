"""What a correction may do, and what is more than a correction."""

from __future__ import annotations

import pytest

from publisher.compare.amendment import amend
from publisher.releases.correction import too_much
from publisher.text.clauses import Document
from publisher.text.parsing import parse

TEXT = "## Use {#use}\n\nWe may recieve your adress, which we keep for 30 days ([why](#use)).\n"


def doc(text: str) -> Document:
    return Document(parse(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("recieve", "receive"),
        ("adress", "address"),
        ("adress,", "adress"),
        ("days (", "days – ("),
        ("We may", "we may"),
        ("keep for", "keep\nfor"),
        ("recieve your adress", "receive your address"),
        ("keep", "**keep**"),
        ("## Use", "## Uses"),
    ],
)
def test_a_correction(old: str, new: str) -> None:
    assert too_much(amend(doc(TEXT), doc(TEXT.replace(old, new)))) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("30", "90", "“30” → “90”"),
        ("may", "must", "“may” → “must”"),
        ("may", "may not", "words are added"),
        ("which we keep for 30 days ", "", "words are removed"),
        ("(#use)", "(https://other.example)", "leads elsewhere"),
        ("{#use}", "{#usage}", "another anchor"),
        ("your", "our", "“your” → “our”"),
        ("keep", "sell", "“keep” → “sell”"),
        ("\n\nWe", "\n\nNew.\n\nWe", "a paragraph is added"),
        ("\n\nWe", "\n\n[Logs]: 30-days\n\nWe", "a link definition is added"),
        (
            TEXT[15:-1],
            "[We]: <may recieve your adress, which we keep for 30 days>",
            "shown no more",
        ),
    ],
)
def test_more_than_a_correction(old: str, new: str, reason: str) -> None:
    reasons = too_much(amend(doc(TEXT), doc(TEXT.replace(old, new, 1))))
    assert any(reason in text for text in reasons), reasons
