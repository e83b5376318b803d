"""The file of a statement, and what holds a register together."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import ConfigurationError
from publisher.releases.number import Number
from publisher.releases.register import register_flaws
from publisher.releases.statement import (
    Figures,
    Means,
    NoticeGiven,
    Statement,
    read_statement,
    require_words,
    statement_digest,
    statement_toml,
)

AT = dt.datetime(2027, 1, 5, 12, 30, tzinfo=dt.UTC)
DAY = dt.date(2027, 1, 4)
SEAL = "5" * 64
FIGURES = Figures(10, 4, 1, 2, 1, 1, 1)
TOLD = NoticeGiven(
    Means.MAIL, dt.date(2027, 2, 3), DAY, DAY, True, "", ("line",), "d" * 64, FIGURES
)
FIRST = Statement("privacy", 1, Number(2), SEAL, AT, "Legal", TOLD)
WHERE = "versions/privacy/register/0001.toml"


def kept(statement: Statement) -> Statement:
    return replace(statement, digest=statement_digest(statement_toml(statement)))


WORDS = st.text(st.characters(exclude_categories=["C"]), min_size=1).map(
    lambda text: " ".join(text.split())
)


@given(role=WORDS.filter(bool), said=WORDS.filter(bool), means=st.sampled_from(Means))
def test_what_is_written_is_read(role: str, said: str, means: Means) -> None:
    described = "" if means in (Means.MAIL, Means.MERGE) else said
    for one in (
        replace(FIRST, role=role, notice=replace(TOLD, means=means, described=described)),
        replace(FIRST, notice=None, why=said),
        replace(FIRST, number=2, previous_digest="a" * 64, notice=replace(TOLD, figures=None)),
    ):
        assert read_statement(statement_toml(one), WHERE) == kept(one)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("register = 1", "register = 2", "this program reads 1"),
        ('kind = "notice"', 'kind = "approval"', "does not know"),
        ('release = "2"', 'release = "two"', "is no number"),
        (SEAL, "5" * 63, "is no SHA-256"),
        ('role = "Legal"', 'role = ""', "has to be a line"),
        ("closed = true", 'closed = "yes"', "must be true or false"),
        ("closed = true", "closed = true\nmore = 1", "is not a key we know"),
        ("applies = 2027-02-03", "applies = 2027-01-03", "before people were told"),
        ("listed = 10", "listed = 11", "of the 11 on the list"),
        ('means = "e-mail"', 'means = "otherwise"', "says how people were told"),
        ('means = "e-mail"', 'means = "pigeon"', "not one of"),
        ("number = 1", "number = 2", "is missing"),
    ],
)
def test_what_contradicts_itself_is_refused(old: str, new: str, why: str) -> None:
    text = statement_toml(FIRST).decode()
    assert old in text
    with pytest.raises(ConfigurationError, match=why) as refused:
        read_statement(text.replace(old, new, 1).encode(), WHERE)
    assert refused.value.where.startswith(WHERE)


def test_a_statement_says_one_line() -> None:
    assert require_words("  by\n post ", "--otherwise") == "by post"
    for words in ("", " \n", "x" * 501, "a\x00b"):
        with pytest.raises(ConfigurationError, match="says nothing"):
            require_words(words, "--why")


def test_a_register_holds_together() -> None:
    one = kept(FIRST)
    two = kept(replace(FIRST, number=2, previous_digest=one.digest))
    both = {1: one, 2: two}
    seals = {Number(2): SEAL}

    def flaws(statements: dict[int, Statement], known: dict[Number, str] = seals) -> list[int]:
        return [n for n, _ in register_flaws("privacy", statements, statements, known, known)]

    assert flaws(both) == []
    assert flaws({2: two}) == [1]
    assert flaws({1: kept(replace(one, role="Sales")), 2: two}) == [1]
    assert flaws(both, {Number(2): "6" * 64}) == [1, 2]
    assert flaws(both, {Number(1): SEAL}) == [1, 2]
    assert flaws({1: replace(one, policy="terms")}) == [1]
    assert flaws({1: replace(one, number=3)}) == [1]
    taken_back = kept(replace(two, notice=None, why="A slip"))
    assert flaws({1: one, 2: taken_back}) == [2]
    first = kept(replace(FIRST, notice=None, why="A slip"))
    assert flaws({1: first, 2: kept(replace(two, previous_digest=first.digest))}) == [2]
