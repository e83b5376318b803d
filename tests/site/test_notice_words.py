"""What a page says of a notice: whether it is on record, and by whose statement."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.releases.address import Addresses
from publisher.releases.register import Register
from publisher.releases.releases import Releases
from publisher.releases.statement import Means, NoticeGiven, Statement
from publisher.site.notice_words import notice_words
from publisher.wording.words import ENGLISH
from tests.fixtures.house import House, copied_house, later, today
from tests.releases.test_in_force import FIRST, LINE, SECOND, retracted
from tests.site.test_states_of_versions import plain

TENTH, TWELFTH = dt.date(2026, 12, 10), dt.date(2026, 12, 12)
DAY = "Statement 1, of 13 December 2026"


def says(notice: NoticeGiven | None, *more: Statement, role: str = "Legal") -> str:
    moment = dt.datetime(2026, 12, 13, 12, tzinfo=dt.UTC)
    stated = [Statement("terms", 1, SECOND.number, "", moment, role, notice)] if notice else []
    releases = Releases(LINE, Register([*stated, *more]))
    return plain(notice_words(SECOND, releases, Addresses("", "terms"), ENGLISH))


def given(means: Means = Means.MAIL, last: dt.date = TWELFTH, words: str = "") -> NoticeGiven:
    return NoticeGiven(means, dt.date(2027, 3, 1), TENTH, last, described=words)


@pytest.mark.parametrize("means", [Means.MAIL, Means.MERGE])
def test_what_a_ledger_recorded_is_told_as_a_fact(means: Means) -> None:
    assert says(given(means)) == (f"It was sent from 10 December 2026 to 12 December 2026. {DAY}")
    assert says(given(means, TENTH)) == f"It was sent on 10 December 2026. {DAY}"
    begun = replace(given(means), closed=False)
    assert says(begun) == f"It was sent from 10 December 2026 on, and not to all yet. {DAY}"


def test_what_no_program_saw_is_told_as_the_statement_of_a_role() -> None:
    told = given(Means.OTHERWISE, TENTH, "by post")
    assert says(told) == (
        f"Legal states that customers were told on 10 December 2026: “by post”. {DAY}"
    )
    nobody = given(Means.NOBODY, TENTH, "no <b>customers</b> yet")
    assert says(nobody) == (
        f"Legal states that there was nobody to tell: “no <b>customers</b> yet”. {DAY}"
    )


def test_without_a_statement_it_says_that_there_is_none() -> None:
    assert says(None) == "No record that it was sent has been published."
    assert says(None, retracted("2", "2026-12-20")) == "", "nobody was told, as its page says"
    register, at = Releases(LINE), Addresses("", "terms")
    assert not notice_words(FIRST, register, at, ENGLISH), "nothing is asked of a first version"


def test_a_statement_is_published_as_it_was_sealed(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", House.freeze_two)
    house.record("2", "--as", "Legal")
    house.ok("build")
    site = house.project.built / "privacy"
    sealed = house.root / "versions/privacy/register/0001.toml"
    assert (site / "data/register/0001.toml").read_bytes() == sealed.read_bytes()
    letter = (site / "2/notice/index.html").read_text("utf-8")
    assert '<a href="../../../privacy/data/register/0001.toml">Statement 1, of ' in letter
    assert f"Legal</bdi> states that customers were told on {ENGLISH.day(today())}" in letter
    assert "register/0001.toml" in (site / "data/index.html").read_text("utf-8")
    assert "register/0001.toml" in (site / "versions.json").read_text("utf-8")
    late = house.run("build", "--as-of", later(61))
    assert late.exit_code == 0
    assert "In force: " in (site / "history/index.html").read_text("utf-8")
    sealed.write_bytes(sealed.read_bytes().replace(b"by post", b"by pest"))
    refused = house.run("build", "--as-of", later(62))
    assert refused.exit_code
    assert "0001.toml" in refused.output
