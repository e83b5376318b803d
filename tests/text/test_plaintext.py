"""Clauses as plain text: the lines of a letter's plain part, by columns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from publisher.text.parsing import parse
from publisher.text.plaintext import address_of, as_plain_text
from publisher.text.wrapping import WIDTH, columns_of, wrapped

LONG = "https://x.example/" + "a-folder/" * 12


def apart(text: str) -> str:
    return as_plain_text(parse(text), apart=True).rstrip("\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[See what changes](https://x.example/c/)", "See what changes\nhttps://x.example/c/"),
        ("Read [it](https://x.example/) now.", "Read it now.\nhttps://x.example/"),
        ("[de](https://x.example/de), [fr](https://x.example/fr)",
         "de, fr\nde:\nhttps://x.example/de\nfr:\nhttps://x.example/fr"),
        ("[a](https://x.example/) and [b](https://x.example/)", "a and b\nhttps://x.example/"),
        (f"See <{LONG}>.", f"See\n{LONG}"),
        (f"See <{LONG}> and go on.", f"See\n{LONG}\nand go on."),
        (f"- [there]({LONG})", f"- there\n  {LONG}"),
        (f"> [there]({LONG})", f"> there\n> {LONG}"),
        ("Write to <a@x.example>.", "Write to a@x.example."),
        ("[Reply](mailto:a%2Bb@x.example?subject=No%20more&body=I%20opt%20out)",
         "Reply\na+b@x.example"),
        ("[above](#use)", "above"),
        ("# [Title](https://x.example/)", "Title\n=====\nhttps://x.example/"),
        ("# שלום 世界", "שלום 世界\n========="),
        ("| [a](https://x.example/) | b |\n| - | - |\n| c | d |",
         "a | b\nhttps://x.example/\nc | d"),
        ("One\\\nTwo", "One\nTwo"),
        ("    code of some length\n    more", "    code of some length\n    more"),
    ],
)  # fmt: skip
def test_each_address_has_a_line_of_its_own(text: str, expected: str) -> None:
    assert apart(text) == expected


def test_in_letters_of_earlier_programs_addresses_stand_among_the_words() -> None:
    assert as_plain_text(parse("[it](https://x.example/)")) == "it: https://x.example/\n"


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("世界", 4), ("ＡＢ", 4), ("مُفتاح", 5), ("e\u0301", 1), ("a\u200db", 2)],
)
def test_columns_are_those_of_a_terminal(text: str, columns: int) -> None:
    assert columns_of(text) == columns


def test_a_sign_that_ends_a_sentence_begins_no_line() -> None:
    lines = wrapped("あ" * 38 + "。" + "い" * 10)
    assert lines == ["あ" * 37, "あ。" + "い" * 10]


words = st.one_of(
    st.text("abcdefg", min_size=1, max_size=100),
    st.text("世界人権宣言、。「」", min_size=1, max_size=60),
    st.text("مُفتاحَ", min_size=1, max_size=90),
    st.just(LONG),
)


@given(st.lists(words, min_size=1, max_size=12), st.sampled_from(["", "- ", "> > ", "10. "]))
def test_no_line_is_too_long_and_no_word_is_lost(said: list[str], begin: str) -> None:
    lines = wrapped(" ".join(said), begin, " " * len(begin))
    assert lines[0].startswith(begin)
    bare = [line[len(begin) :] for line in lines]
    assert "".join(bare).replace(" ", "") == "".join(said)
    for line, rest in zip(lines, bare, strict=True):
        assert columns_of(line) <= WIDTH or rest == LONG
        assert cell_len(re.sub("[\u064b-\u0652]", "", line)) <= WIDTH or rest == LONG


def test_of_an_address_a_reader_is_shown_the_mailbox_alone() -> None:
    assert address_of("MAILTO:a@x.example?subject=b") == "a@x.example"
    assert address_of("tel:+491") == "tel:+491"
    assert address_of("") == address_of("#use") == ""
