"""Acts ask the real clock, whatever the environment says; a clock that must be wrong is told."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from contextlib import suppress
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.edges.clock import build_time, now
from publisher.errors import ConfigurationError
from publisher.releases.chronology import behind
from publisher.releases.number import Number
from tests import ROOT
from tests.actions.test_import_history import ONE, make_past
from tests.fixtures.house import House, git, later, make_house, today
from tests.fixtures.some import some
from tests.fixtures.workplaces import archive_of, ledger_of

LONG_AGO = {
    "SOURCE_DATE_EPOCH": "315619200",  # 1980-01-02
    "GIT_AUTHOR_DATE": "1980-01-02T00:00:00Z",
    "GIT_COMMITTER_DATE": "1980-01-02T00:00:00Z",
}
PEOPLE = "customer,address\nc1,ann@example.com\n"


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names another time."""
    for name, value in LONG_AGO.items():
        monkeypatch.setenv(name, value)


def recent(time: dt.datetime | None) -> bool:
    assert time is not None
    return abs(now() - time) < dt.timedelta(minutes=5)


def dates(house: House, what: str) -> list[dt.datetime]:
    """When git says that a commit and a tag were made."""
    commit = git(house.root, "log", "-1", "--format=%aI%n%cI", what).split()
    tag = git(house.root, "for-each-ref", "--format=%(taggerdate:iso-strict)", f"refs/tags/{what}")
    return [dt.datetime.fromisoformat(one) for one in (*commit, *tag.split())]


def test_a_freeze_is_published_and_committed_now(house: House, pretended: None) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    assert "earliest lawful date" in house.run("freeze", "--effective", "1980-04-01").output
    house.ok("freeze", "--effective", later(60))
    assert recent(archive_of(house.project).release("privacy", Number(2)).published)
    for tag in ("privacy/1", "privacy/2"):
        assert len(dates(house, tag)) == 3
        assert all(map(recent, dates(house, tag)))


def test_an_import_is_committed_now(house: House, tmp_path: Path, pretended: None) -> None:
    past = make_past(tmp_path / "past")
    past.texts(ONE)
    house.ok("import", "--history", str(past.root), "terms.md")
    assert all(map(recent, some(dates(house, "terms/1"))))


def test_the_pdf_of_a_release_is_the_same_at_any_time(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_house(tmp_path / "other")
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    house.ok("freeze", "--effective", "2026-03-01", at=at)
    for name, value in LONG_AGO.items():
        monkeypatch.setenv(name, value)
    other.ok("freeze", "--effective", "2026-03-01", at=at)
    path = "versions/privacy/1/policy.pdf"
    data = (other.root / path).read_bytes()
    assert data == (house.root / path).read_bytes()
    assert b"1980" not in data


def test_letters_and_answers_are_of_today(house: House, tmp_path: Path, pretended: None) -> None:
    house.freeze_two()
    (tmp_path / "people.csv").write_text(PEOPLE)
    house.ok("recipients", "import", str(tmp_path / "people.csv"))
    letter = message_from_bytes(house.run("notice", "2", "--format", "eml").stdout_bytes)
    assert recent(parsedate_to_datetime(letter["Date"]))
    house.ok("send", "2", "--confirm")
    (delivery,) = ledger_of(house.project).deliveries("privacy", 2)
    assert recent(delivery.at)
    (sent,) = (house.root / ".publisher/spool").rglob("*.eml")
    reply = message_from_bytes(sent.read_bytes())["Reply-To"]
    house.ok("receive", stdin=f"From: ann@example.com\nTo: {reply}\n\nI opt out.\n".encode())
    house.ok("receive", stdin=f"From: ann@example.com\nTo: {reply}\n\nWhy this?\n".encode())
    for message in some(ledger_of(house.project).messages()):
        assert recent(message.received)
    house.ok("requests", "settle", "2", "--withdraw", "--why", "asked by phone")
    requests = ledger_of(house.project).requests("privacy", 2)
    assert len(requests) == 2
    assert all(recent(request.received) for request in requests)
    assert f"{today():%Y-%m-%d}" in house.ok("optouts", "2")
    assert "in force" in house.ok("status")


def test_what_is_too_late_to_send_stays_too_late(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = now() - dt.timedelta(days=200)
    effective = (long_ago + dt.timedelta(days=60)).date().isoformat()
    house.ok("freeze", "--effective", "unknown", at=long_ago)
    house.edit()
    house.ok("freeze", "--effective", effective, at=long_ago)
    (tmp_path / "people.csv").write_text(PEOPLE)
    house.ok("recipients", "import", str(tmp_path / "people.csv"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(long_ago.timestamp()) + 60))
    assert "too late" in house.run("send", "2", "--confirm").output


# ── builds ───────────────────────────────────────────────────────────────────────────────────────


def test_a_build_takes_its_day_from_the_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, day in (("0", (1970, 1, 1)), ("315619200", (1980, 1, 2)), ("-1", (1969, 12, 31))):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
        assert build_time().date() == dt.date(*day)
    for name in ("", None):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", name or "")
        assert build_time().date() == today()


BAD = ["abc", "1e9", "12.5", " 5", "5\n", "1_0", "１２", "9" * 30, "-" + "9" * 30, "99999999999999",
       "now", "2026-01-01", "--", "9" * 5000]  # fmt: skip


@pytest.mark.parametrize("value", BAD, ids=[ascii(value[:16]) for value in BAD])
def test_a_bad_epoch_is_an_error_with_a_remedy(
    house: House, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    for words in (("build",), ("serve", "--port", "1")):
        result = house.run(*words)
        assert result.exit_code == 2
        assert "SOURCE_DATE_EPOCH" in result.output
        assert "try: unset" in result.output
    assert not (house.root / "build").exists()
    assert house.ok("status")
    assert "kept" in house.ok("receive", stdin=b"x")


@given(st.text(max_size=30))
def test_any_epoch_is_a_day_or_an_error(value: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        try:
            patch.setenv("SOURCE_DATE_EPOCH", value)
        except ValueError:
            return  # no environment can hold it
        with suppress(ConfigurationError):
            build_time()


def test_mkdocs_is_told_of_a_bad_epoch_without_a_traceback(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q"],
        cwd=house.root,
        env={**os.environ, "SOURCE_DATE_EPOCH": "abc", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "which is not a time in seconds since 1970" in done.stderr
    assert "Traceback" not in done.stderr


# ── a clock that is behind ───────────────────────────────────────────────────────────────────────


def test_a_freeze_is_refused_by_a_clock_that_is_behind(house: House) -> None:
    at = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    house.ok("freeze", "--effective", "2026-03-01", at=at)
    house.edit()
    for dry in ((), ("--dry-run",)):
        wrong = at - dt.timedelta(seconds=1)
        result = house.run("freeze", "--effective", "2027-03-01", *dry, at=wrong)
        assert result.exit_code == 2
        assert "2026-03-01 11:59:59 UTC" in result.output
        assert "version 1 was published at 2026-03-01 12:00:00 UTC" in result.output
        assert "set the clock" in result.output
    assert git(house.root, "tag").split() == ["privacy/1"]
    house.ok("freeze", "--effective", "2027-03-01", at=at)


def test_sending_and_status_tell_that_the_clock_is_behind(house: House, tmp_path: Path) -> None:
    house.freeze_two()
    (tmp_path / "people.csv").write_text(PEOPLE)
    house.ok("recipients", "import", str(tmp_path / "people.csv"))
    wrong = now() - dt.timedelta(days=1)
    for words in (("send", "2"), ("status",)):
        assert "the clock says" not in house.ok(*words)
        assert "the clock says" in house.ok(*words, at=wrong)


def test_an_imported_release_says_nothing_of_the_clock(house: House, tmp_path: Path) -> None:
    past = make_past(tmp_path / "past")
    past.texts(ONE)
    house.ok("import", "--history", str(past.root), "terms.md")
    assert not behind(
        archive_of(house.project).releases("terms"), dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
    )
