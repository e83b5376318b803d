"""A date that a freeze takes never breaks a command, however far away it is."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from publisher.law.calendar import earliest_effective
from publisher.law.profiles import PROFILES
from publisher.wording.dates import moved
from tests.fixtures.house import FACTS, SECTIONS, House, copied_house, git, later, make_house, today

FIRST, LAST = "0001-01-01", "9999-12-31"


def amend(house: House, bits: int) -> None:
    house.write(
        {
            "security.md": SECTIONS["security.md"].replace("128-bit", f"{bits}-bit"),
            "notes/security.md": "Longer keys protect your data better.\n",
        }
    )
    house.commit()


def freeze(house: House, day: str, *more: str) -> None:
    house.ok("freeze", "--yes", "--effective", day, *more)


def from_the_first_day_to_the_last(house: House) -> None:
    freeze(house, FIRST)
    amend(house, 256)
    freeze(house, later(60))
    freeze(house, "9999-12-30", "--correction")
    house.record("2.1")
    amend(house, 512)
    freeze(house, LAST)
    house.record("3")


def first_on_the_last_day(house: House) -> None:
    freeze(house, LAST)


def asked(house: House) -> dict[str, str]:
    """Everything that the commands say of its releases, by what was asked."""
    numbers = sorted(path.name for path in (house.root / "versions/privacy").glob("[0-9]*"))
    customers = house.root.parent / "customers.csv"
    customers.write_text("customer,address,name\nc-1,anna@customer.example,Anna\n")
    house.ok("recipients", "import", str(customers))
    words = [["verify"], ["status"], ["check"], ["build"], ["requests"], ["receipts"]]
    for number in numbers:
        words += [["pdf", number, "-o", str(house.root.parent / f"{number}.pdf")]]
        words += [["diff", numbers[0], number, "--format", f] for f in ("json", "html")]
        if (house.root / "versions/privacy" / number / "notice.md").exists():
            words += [["notice", number], ["notice", number, "--format", "eml"]]
            words += [["optouts", number], ["send", number, "--confirm"]]
    said = {}
    for each in words:
        result = house.run(*each)  # whatever is no refusal is raised
        assert result.exit_code in (0, 1) or "taken the place" in result.output, result.output
        said[" ".join(each)] = result.output
    return said


def built(house: House) -> Path:
    return house.root / "build/site/privacy"


def test_the_first_and_the_last_day_there_is(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", from_the_first_day_to_the_last)
    said = asked(house)
    assert "Version 1 in force from 1 January 1 " in " ".join(said["status"].split())
    assert "30 December 9999" in said["notice 2.1"]
    assert "31 December 9999" in said["notice 3"]
    history = (built(house) / "history/index.html").read_text("utf-8")
    assert "from 1 January 1 until 29 December 9999" in history
    assert "from 31 December 9999" in history
    versions = json.loads((built(house) / "versions.json").read_text("utf-8"))
    days = re.findall(r"\b\d+-\d\d-\d\d\b", json.dumps(versions))
    assert {FIRST, "9999-12-29", "9999-12-30", LAST} <= set(days)
    assert all(len(day) == len(FIRST) for day in days)


def test_a_first_release_on_the_last_day(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", first_on_the_last_day)
    assert "Version 1  upcoming  from 31 December 9999" in asked(house)["status"]
    amend(house, 256)
    for dry in (["--dry-run"], []):
        refused = house.run("freeze", "--yes", "--effective", LAST, *dry)
        assert refused.exit_code == 2
        assert "no day comes after that" in refused.output


@pytest.mark.parametrize("day", ["0999-06-01", "1582-10-10", "1899-12-31", "1969-12-31"])
def test_days_before_computers(tmp_path: Path, day: str) -> None:
    house = make_house(tmp_path / "house")
    freeze(house, day)
    house.ok("build")
    assert day in (built(house) / "versions.json").read_text("utf-8")


def test_a_day_is_moved_as_far_as_days_reach() -> None:
    assert moved(dt.date(2028, 2, 29), 1) == dt.date(2028, 3, 1)
    assert moved(dt.date.max, -1) == dt.date(9999, 12, 30)
    for days in (1, 40_000, 10**12):
        assert moved(dt.date.max, days) == dt.date.max
        assert moved(dt.date.min, -days) == dt.date.min


def test_a_notice_period_that_never_ends_is_found_by_check(tmp_path: Path) -> None:
    assert earliest_effective(PROFILES["gdpr"], 10**12, today()) == dt.date.max
    assert earliest_effective(PROFILES["eecc"], 1, dt.date(9999, 12, 15)) == dt.date.max
    house = make_house(tmp_path / "house")
    house.write({"policy.toml": FACTS.replace("days = 30", "days = 999999999")})
    found = house.run("check")
    assert found.exit_code == 1
    assert "policy.toml:7: error: `notice.days` is 999999999" in " ".join(found.output.split())


def test_commits_of_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may write any time into a commit."""
    house, old = make_house(tmp_path / "house"), tmp_path / "old"
    old.mkdir()
    git(old, "init", "-q", "-b", "main", "--template=")
    git(old, "config", "user.name", "Tests")
    git(old, "config", "user.email", "tests@hosting.example")
    for number, time in enumerate(
        ("@253402300799 -1400", "@253402300800 +0000", "@9999999999999 +0000")
    ):
        (old / "terms.md").write_text(f"# Terms\n\nText {number}.\n")
        git(old, "add", "-A")
        with monkeypatch.context() as set_so:
            set_so.setenv("GIT_COMMITTER_DATE", time)
            git(old, "commit", "-q", "-m", "Text")
    house.ok("import", "--history", str(old), "terms.md")
    house.ok("verify")
    assert len(list((house.root / "versions/terms").glob("[0-9]*"))) == 3
    house.ok("build")
