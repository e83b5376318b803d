"""Where a release stands on a day, and the folder it is kept in."""

from __future__ import annotations

import datetime as dt
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.errors import ConfigurationError
from publisher.policies.policy import Facts, Note, Policy
from publisher.releases.folder import SUMS_FILE, broken, read_release, release_files, seal_of
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status

FACTS = Facts(
    title="Privacy „Policy“",
    language="en",
    contact="a@b.example",
    remark='with "quotes" and a \\ backslash',
    sections=("a.md", "b.md"),
    profile="promise",
    days=30,
    effect="It goes on.",
    retired={"old": "a", "gone": ""},
)
POLICY = Policy(
    "privacy",
    FACTS,
    {"a.md": "## A {#a}\n\né\n", "b.md": "## B {#b}\n\nb"},
    (Note("a.md", "Why.\n"),),
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def made(number: str, published: str, effective: str | None) -> Release:
    parsed = Number.parse(number)
    assert parsed is not None
    return Release(
        number=parsed,
        materiality=Materiality.EDITORIAL if parsed.minor else Materiality.MATERIAL,
        policy=POLICY,
        published=dt.datetime.fromisoformat(f"{published}T10:00:00+00:00"),
        effective=day(effective) if effective else None,
    )


ONE = made("1", "2025-01-01", None)
TWO = made("2", "2026-01-01", "2026-03-01")


def statuses(releases: Releases, today: str) -> dict[str, str]:
    return {str(r.number): releases.status(r, day(today)).status.value for r in releases}


def test_an_amendment_takes_over_on_its_day() -> None:
    releases = Releases([ONE, TWO])
    assert statuses(releases, "2026-02-28") == {"1": "in force", "2": "upcoming"}
    assert statuses(releases, "2026-03-01") == {"1": "superseded", "2": "in force"}
    ended = releases.status(ONE, day("2026-03-01"))
    assert (ended.since, ended.by) == (day("2026-03-01"), Number(2))


def test_a_correction_of_an_upcoming_release_takes_its_place_at_once() -> None:
    releases = Releases([ONE, TWO, made("2.1", "2026-01-10", "2026-03-01")])
    assert statuses(releases, "2026-02-01") == {
        "1": "in force",
        "2": "superseded",
        "2.1": "upcoming",
    }
    assert statuses(releases, "2026-03-01") == {
        "1": "superseded",
        "2": "superseded",
        "2.1": "in force",
    }


def test_a_postponed_release_is_not_in_force_on_its_first_date() -> None:
    releases = Releases([ONE, TWO, made("2.1", "2026-01-10", "2026-05-01")])
    assert statuses(releases, "2026-03-15") == {
        "1": "in force",
        "2": "superseded",
        "2.1": "upcoming",
    }
    assert releases.in_force(day("2026-04-30")) == ONE
    coming = releases.upcoming(day("2026-04-30"))
    assert coming is not None
    assert coming.number == Number(2, 1)


def test_a_correction_of_the_text_in_force_supersedes_it() -> None:
    releases = Releases([ONE, TWO, made("2.1", "2026-06-01", "2026-06-01")])
    assert statuses(releases, "2026-05-31")["2"] == "in force"
    assert statuses(releases, "2026-06-01") == {
        "1": "superseded",
        "2": "superseded",
        "2.1": "in force",
    }


@pytest.mark.parametrize("offset", range(-3, 4))
def test_at_most_one_release_is_in_force(offset: int) -> None:
    corrected, next_one = (
        made("2.1", "2026-01-10", "2026-05-01"),
        made("3", "2026-04-01", "2026-06-01"),
    )
    releases = Releases([ONE, TWO, corrected, next_one])
    for base in ("2026-03-01", "2026-05-01", "2026-06-01"):
        today = day(base) + dt.timedelta(days=offset)
        found = [r for r in releases if releases.status(r, today).status is Status.IN_FORCE]
        assert len(found) == 1


def test_numbers() -> None:
    assert str(Number.parse("2.1")) == "2.1"
    for text in ("02", "2.0", "draft", "1\N{ARABIC-INDIC DIGIT TWO}"):
        assert Number.parse(text) is None
    assert sorted(map(str, [Number(10), Number(2, 1), Number(2)])) != ["2", "2.1", "10"]
    assert [str(n) for n in sorted([Number(10), Number(2, 1), Number(2)])] == ["2", "2.1", "10"]
    assert Releases([]).next_number(Materiality.MATERIAL) == Number(1)
    assert Releases([ONE, TWO]).next_number(Materiality.EDITORIAL) == Number(2, 1)


def test_a_postponement_moves_the_last_day_to_opt_out() -> None:
    two = replace(TWO, closes=day("2026-02-28"))
    later = replace(made("2.1", "2026-01-10", "2026-05-01"), closes=day("2026-04-30"))
    assert Releases([ONE, two]).closing_day(two) == day("2026-02-28")
    assert Releases([ONE, two, later]).closing_day(two) == day("2026-04-30")


def full() -> Release:
    return replace(
        TWO,
        previous=Number(1),
        previous_seal="ab" * 32,
        revision="c" * 40,
        closes=day("2026-02-28"),
        notice="# Letter\n",
        opt_out="# Form\n",
    )


def test_a_release_reads_back_as_it_was_written() -> None:
    files = release_files(full(), {"policy.pdf": b"%PDF"})
    read = read_release("privacy", files, "versions/privacy/2")
    assert read == replace(full(), seal=seal_of(files[SUMS_FILE]))


def test_an_unknown_date_reads_back_as_unknown() -> None:
    files = release_files(replace(ONE, published=None), {})
    read = read_release("privacy", files, "versions/privacy/1")
    assert (read.published, read.effective) == (None, None)


def test_sha256sum_itself_checks_the_folder(tmp_path: Path) -> None:
    for name, data in release_files(full(), {"policy.pdf": b"%PDF"}).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    command = ["sha256sum", "--check", "--strict", "--quiet", SUMS_FILE]
    subprocess.run(command, cwd=tmp_path, check=True)


def test_every_alteration_breaks_the_seal() -> None:
    files = release_files(full(), {})
    a, b = "sections/a.md", "sections/b.md"
    assert broken(files) == []
    assert broken({**files, a: b"x"}) == [(a, "was altered after the release was sealed")]
    assert broken({**files, "new.md": b"x"})[0][1].startswith("was added")
    assert broken({k: v for k, v in files.items() if k != b}) == [(b, "is missing")]
    assert broken({k: v for k, v in files.items() if k != SUMS_FILE}) == [(SUMS_FILE, "is missing")]


def test_a_folder_of_another_policy_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not 'terms'"):
        read_release("terms", release_files(full(), {}), "versions/terms/2")
