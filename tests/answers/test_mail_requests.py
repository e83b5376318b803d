"""What mails declare beside opting out: the table in `golden/requests.md`."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from publisher.answers.mail_meaning import likely_request, reading_for_mailings
from publisher.people.requests import RequestKind
from tests import ROOT
from tests.fixtures.quoted_letters import ABOUT, PHRASES, read

TABLE = (ROOT / "tests/golden/requests.md").read_text("utf-8")
LETTER, MAILINGS, PERSONAL_DATA = (
    re.findall(r"^\| (?!text)([^-].*?) \| (.+?) \|$", part, re.MULTILINE)
    for part in re.split("# At the address|# What a mail about personal data", TABLE)
)


def lines(cell: str) -> str:
    return re.sub(r" *⏎ *", "\n", cell)


@pytest.mark.parametrize(("text", "kind"), LETTER)
def test_an_answer_is_what_the_table_says(text: str, kind: str) -> None:
    found = read(lines(text)).kind
    assert (found or "a person") == kind


@pytest.mark.parametrize(("text", "kind"), MAILINGS)
def test_a_mail_about_mailings_is_what_the_table_says(text: str, kind: str) -> None:
    about = replace(ABOUT, titles=(), versions=())
    for subject, body in (("", lines(text)), (lines(text).replace("\n", " "), "")):
        found = reading_for_mailings(subject, [body], about, PHRASES)
        assert (found or "a person") == kind


@pytest.mark.parametrize(("text", "kind"), PERSONAL_DATA)
def test_a_mail_about_personal_data_waits_as_the_table_says(text: str, kind: str) -> None:
    about = replace(ABOUT, titles=(), versions=())
    written = lines(text)
    for subject, body in (("", written), (written.replace("\n", " "), ""), ("Hi there", written)):
        assert (likely_request(subject, [body], about, PHRASES) or "nobody can tell") == kind


def test_an_empty_mail_leaves_the_mailings() -> None:
    """As mail programs send it for their users (RFC 2369 §2)."""
    about = replace(ABOUT, titles=(), versions=())
    for texts in ([], [""], ["\n\n", " "]):
        assert reading_for_mailings("", texts, about, PHRASES) is RequestKind.LEAVE


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("I opt out if you raise prices", "if you raise prices"),
        ("What does it cost?", "what does it cost ?"),
    ],
)
def test_who_reads_it_is_told_which_words_were_not_understood(text: str, unread: str) -> None:
    assert read(text).unread.startswith(unread[:8])
