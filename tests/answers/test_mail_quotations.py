"""What a mail declares around the letter that it quotes, whole or in pieces."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.answers.mail_meaning import reading
from publisher.people.requests import RequestKind
from tests.fixtures.quoted_letters import (
    ABOUT,
    ATTRIBUTIONS,
    BARE,
    DECLARATIONS,
    HEADERS,
    LETTER,
    PHRASES,
    SENT,
    THANKS,
    declares,
    marked,
    quotations,
    read,
    said,
)


@pytest.mark.parametrize(("name", "quoted"), quotations(), ids=[name for name, _ in quotations()])
def test_a_declaration_counts_however_the_letter_is_quoted(name: str, quoted: str) -> None:
    for text in DECLARATIONS:
        found = read(text + quoted)
        assert (found.declares, found.own) == (True, text)


@pytest.mark.parametrize(("name", "quoted"), quotations(), ids=[name for name, _ in quotations()])
def test_a_quotation_declares_nothing(name: str, quoted: str) -> None:
    for text in THANKS:
        found = read(text + quoted)
        assert (found.declares, found.own) == (False, text)


@pytest.mark.parametrize("name", [name for name in ATTRIBUTIONS if "Apple" not in name])
def test_a_declaration_may_stand_below_a_marked_quotation(name: str) -> None:
    head = ATTRIBUTIONS[name]
    assert declares(f"{head}\n{marked(LETTER)}\n\nI opt out\n")
    assert declares(f"I opt out\n\n{head}\n{marked(LETTER)}\n\n-- \nAnna Example")


def test_words_about_a_part_of_the_letter_wait() -> None:
    upper, _, lower = marked(LETTER).partition("> What changes, and why\n")
    part = "> Keys (amended)\n>\n> Longer keys protect you better."
    for words in ("I do not accept these changes", "I opt out"):
        assert said(f"{upper}\n{words}\n\n{lower}") == (None, words)
        assert said(f"{part}\n\n{words}") == (None, words)
        assert said(f"{words}\n\n{part}") == (RequestKind.OPT_OUT, words)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Will Smith", "I will opt out."), ("Will Smith", "Will opt out"),
        ("May Jones", "We may opt out"), ("May Jones", "I opt out, from May"),
        ("May Jones", "I opt out\nMay"), ("Can Yilmaz", "I can opt out"),
        ("Brian Cant", "I cant opt out"), ("Ann Wont", "I wont opt out"),
        ("Tomorrow Ltd", "I opt out, for tomorrow"), ("Tomorrow Ltd", "I opt out\nTomorrow"),
        ("April Sunday", "I opt out\nSunday"), ("Tomorrow Ltd", "tomorrow opt out"),
    ],
)  # fmt: skip
def test_a_name_makes_nothing_else_of_a_sentence(name: str, text: str) -> None:
    about = replace(ABOUT, name=name)
    assert not reading(f"Re: {SENT.subject}", [text], SENT, about, PHRASES).declares
    assert reading(f"Re: {SENT.subject}", [f"I opt out\n{name}"], SENT, about, PHRASES).declares


@pytest.mark.parametrize("customer", ["3", "999", "may", "tomorrow"])
def test_an_id_that_may_be_something_else_is_no_signature(customer: str) -> None:
    about = replace(ABOUT, customer=customer)
    for text in (f"I opt out of the new version - {customer}", f"I opt out\n{customer}"):
        assert not reading(f"Re: {SENT.subject}", [text], SENT, about, PHRASES).declares


def test_words_in_or_below_an_unmarked_quotation_wait() -> None:
    head = HEADERS["Outlook, English"]
    assert not declares(f"Thanks\n\n{head}\n\n{BARE}\n\nI opt out")
    middle = BARE.replace("Keys (amended)", "I opt out\n\nKeys (amended)")
    assert not declares(f"\n\n{head}\n\n{middle}")
    assert not declares(f"I opt out\n\n{head}\n\n{BARE}\n\nNo wait, I do not")
    assert not declares(f"I opt out\n\n{head}\n\n{BARE.replace('Longer keys', 'Shorter keys')}")
    assert not declares(f"I opt out\n\n{head}\n\nHello Bob, do not opt out.\n\n{BARE}")


def test_a_signature_may_stand_below_a_quotation() -> None:
    for signature in ("-- \nAnna Example", "Sent from my iPhone", "Sent from Outlook for iOS"):
        assert declares(f"I opt out\n\n{HEADERS['GMX']}\n\n{BARE}\n\n{signature}\n")


def test_marked_lines_that_are_not_ours_wait() -> None:
    assert not declares("I opt out\n\n> Do you want to keep your discount?\n")
    assert not declares("I opt out\n> unless you call me\n")
    assert not declares("> I opt out\n")
    assert read("> Never!\n\nI opt out").own == "> Never!\n\nI opt out"


def test_a_piece_of_the_letter_that_lost_its_mark_is_no_declaration() -> None:
    for piece in ("“I opt out”", "I opt out", "opt out of version 2"):
        before, _, after = LETTER.partition(piece.strip("“”"))
        assert piece.strip("“”") in LETTER
        head, tail = marked(before.rstrip("\n “")), marked(after.lstrip("”"))
        assert not declares(f"{head}\n{piece}\n{tail}")
        assert not declares(f"{head}\n{piece}\n")
        assert not declares(f"{piece}\n{tail}\n")


def test_an_address_that_a_mail_program_rewrote_is_still_ours() -> None:
    safe = re.sub(
        r"http://(\S+)", r"https://eur02.safelinks.example/?url=http%3A%2F%2F\1&data=05", BARE
    )
    assert declares(f"I opt out\n\n{HEADERS['Outlook, English']}\n\n{safe}")
    assert declares(f"I opt out\n\n{marked(safe)}")
    broken = re.sub(r"(\S{40})(\S{20})", r"\1\n\2", LETTER)
    assert declares(f"I opt out\n\n{marked(broken)}")


# ── laws ──────────────────────────────────────────────────────────────────────────────────────────

LINES = LETTER.splitlines()
fragments = st.tuples(st.integers(0, len(LINES)), st.integers(1, len(LINES))).map(
    lambda place: LINES[place[0] : place[0] + place[1]]
)
HEADS = [*HEADERS.values(), *ATTRIBUTIONS.values()]


@given(fragments, st.sampled_from(HEADS), st.sampled_from(("> ", ">", ">> ", "")))
def test_no_fragment_of_the_letter_declares(lines: list[str], head: str, mark: str) -> None:
    text = "\n".join(lines)
    alone = not mark and not head
    if not (alone and text.strip() in ("“I opt out”", "opt out of version 2:")):
        assert not declares(f"{head}\n\n{marked(text, mark)}\n")


@given(fragments, st.data())
def test_no_fragment_declares_that_lost_some_of_its_marks(
    lines: list[str], data: st.DataObject
) -> None:
    lost = data.draw(st.sets(st.integers(0, len(lines)), max_size=3))
    text = "\n".join(line if at in lost else f"> {line}" for at, line in enumerate(lines))
    assert not declares(text) or set(range(len(lines))) <= lost


@given(fragments, st.sampled_from(HEADS[:-1]), st.sampled_from(DECLARATIONS))
def test_a_declaration_above_any_fragment_declares_or_waits(
    lines: list[str], head: str, text: str
) -> None:
    quoted = f"\n\n{head}\n\n{marked(chr(10).join(lines))}"
    assert read(text + quoted).own.startswith(text)
    assert not declares(f"Thanks{quoted}")
