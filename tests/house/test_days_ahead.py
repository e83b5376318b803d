"""Days ahead and afterwards it is told that nothing is on record of a notice, and what helps."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from publisher.actions.check import check
from tests.fixtures.answers import at
from tests.fixtures.house import CONFIGURATION, FACTS, KEY, House, copied_house, git, make_house
from tests.fixtures.some import some

DAY = dt.timedelta(days=1)
FROZEN = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
MARCH = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
AHEAD = MARCH - 4 * DAY
LAST = dt.datetime(2027, 1, 30, 12, tzinfo=dt.UTC)
"""The last day on which people can be told of 1 March in time: 30 days of notice."""
OVER = "to be in time, people had to be told by 30 January 2027"


def announced(house: House) -> None:
    """Version 2 is announced for 1 March."""
    house.ok("freeze", "--effective", "2026-01-02", at=FROZEN - 300 * DAY)
    house.edit()
    house.ok("freeze", "--effective", "2027-03-01", at=FROZEN)


def decided_by_the_date(house: House) -> None:
    """The same, where the date decides."""
    house.write({"policy.toml": FACTS.replace("days = 30", 'days = 30\nprofile = "gdpr"')})
    house.commit("Another profile")
    announced(house)


def alert(house: House, at: dt.datetime) -> tuple[str, str]:
    """What is told of the record, and the remedy; empty: nothing."""
    found = json.loads(house.ok("status", "--format", "json", at=at))["alerts"]
    told = [(a["what"], a["remedy"]) for a in found if a["id"] == "notice-unrecorded"]
    return told[0] if told else ("", "")


def commands(remedy: str) -> list[list[str]]:
    """The commands of this program in a remedy, as a shell takes them apart."""
    found = re.findall(r"publisher ((?:\"[^\"]*\"|[^;\"\n])+)", remedy)
    return [shlex.split(re.split(r", then|, or| \(in ", each)[0]) for each in found]


def test_it_is_told_a_week_before_the_last_day_to_tell_in_time_and_from_then_on(
    tmp_path: Path,
) -> None:
    house = copied_house(tmp_path / "house", announced)
    assert alert(house, LAST - 8 * DAY) == ("", "")
    assert house.run("status", "--exit-code", at=LAST - 8 * DAY).exit_code == 0
    announcement, nothing = "version 2 is announced for 1 March 2027, ", "nothing is on record of "
    nothing += "its notice: version 1 stays in force until something is"
    for days, ahead in ((7, "in 7 days"), (1, "tomorrow"), (0, "today")):
        assert alert(house, LAST - days * DAY)[0] == (
            f"{announcement}in {30 + days} days, and {nothing}; the last day to tell people in "
            f"time is 30 January 2027, {ahead}"
        )
    assert alert(house, LAST + DAY)[0] == f"{announcement}in 29 days, and {nothing}; {OVER}"
    assert "1 March 2027, tomorrow, and" in alert(house, MARCH - DAY)[0]
    for after in (MARCH, MARCH + 90 * DAY):
        assert alert(house, after)[0] == f"version 2 was announced for 1 March 2027, and {nothing}"
    for when in (LAST - 7 * DAY, LAST, AHEAD, MARCH):
        assert house.run("status", "--exit-code", at=when).exit_code == 1
    assert "upcoming, no notice on record" in house.ok("status", at=MARCH)


def test_how_long_before_is_an_option(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", announced)
    for days, when, told in ((0, LAST - DAY, False), (0, LAST, True), (12, LAST - 12 * DAY, True)):
        said = house.run("status", "--record-days", str(days), at=when).output
        assert ("notice-unrecorded" in said) is told, (days, when)


def test_where_the_date_decides_it_is_told_that_it_will(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", decided_by_the_date)
    assert alert(house, AHEAD)[0] == (
        "version 2 is announced for 1 March 2027, in 4 days, and nothing is on record of its "
        f"notice: from that day on it will be in force all the same; {OVER}"
    )
    what, remedy = alert(house, MARCH + DAY)
    assert what == (
        "version 2 has been in force since 1 March 2027, and nothing is on record of its notice"
    )
    assert "retract" not in remedy
    assert "--correction" not in remedy
    assert [words[:3] for words in commands(remedy)] == [["notice", "record", "2"]] * 2


def test_check_and_build_tell_it_too_where_there_is_no_ledger(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", announced)
    for words in (("check",), ("build",), ("build",)):
        output = house.ok(*words, at=AHEAD)
        assert "in 4 days, and nothing is on record of its notice" in " ".join(output.split())
        assert 'publisher notice record 2 --otherwise "by post"' in output
        assert "publisher send" not in output  # nobody is here to whom it could send
    # What runs each hour mails what is printed: once a day, for each day has a build of its own.
    assert house.ok("--quiet", "build", at=AHEAD) == ""
    assert "in 3 days, and nothing" in " ".join(
        house.ok("--quiet", "build", at=AHEAD + DAY).split()
    )
    assert house.ok("--quiet", "build", at=AHEAD + DAY + dt.timedelta(hours=1)) == ""
    said = house.ok("--quiet", "build", "--as-of", "2027-01-20", at=AHEAD)
    assert "build/site: review: shows the site of 2027-01-20 now" in " ".join(said.split())
    assert "on record" in house.ok("check", at=LAST - 7 * DAY)
    assert "on record" not in house.ok("check", at=LAST - 8 * DAY)
    assert "on record" not in house.ok("build", at=LAST - 8 * DAY)


@pytest.mark.parametrize("when", [LAST, AHEAD, MARCH + DAY], ids=["in-time", "late", "after"])
@pytest.mark.parametrize("way", ["record", "--on", "--correction", "retract"])
def test_each_way_out_works_as_it_is_printed(tmp_path: Path, way: str, when: dt.datetime) -> None:
    house = copied_house(tmp_path / "house", announced)
    what, remedy = alert(house, when)
    assert what
    # What can only be too late comes last.
    first = commands(remedy)[0]
    assert ("--otherwise" if when == LAST else "--correction") in first
    found = [words for words in commands(remedy) if way in words]
    assert bool(found) is not (way == "--on" and when == LAST)
    for words in found[-1:]:
        house.ok(*words, at=when)
        what = alert(house, when)[0]
        # Of another day people have to be told too, and this one is the last for that.
        assert what.startswith("version 2.1 is announced") if way == "--correction" else not what
        assert what == "" or ", today" in what or when == LAST
        house.ok("verify", at=when)


@pytest.mark.parametrize("when", [LAST, MARCH + DAY], ids=["in-time", "after"])
def test_what_is_printed_by_check_works_too(tmp_path: Path, when: dt.datetime) -> None:
    house = copied_house(tmp_path / "house", announced)
    (found,) = (one for one in check(at(house.project, when), ["privacy"]) if "record" in one.what)
    for number, words in enumerate(some(commands(found.remedy))):
        tried = House(tmp_path / str(number))
        shutil.copytree(house.root, tried.root, symlinks=True)
        tried.ok(*words, at=when)


def test_the_remedy_follows_what_became_of_the_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    house = copied_house(tmp_path / "house", announced)
    (tmp_path / "people.csv").write_text("customer,address\nc-1,anna@customer.example\n")
    house.ok("recipients", "import", str(tmp_path / "people.csv"), at=FROZEN)
    early = MARCH - 35 * DAY
    told = json.loads(house.ok("status", "--format", "json", "--record-days", "60", at=early))
    (found,) = (a for a in told["alerts"] if a["id"] == "notice-unrecorded")
    assert found["remedy"].startswith("publisher send 2 --confirm, then publisher notice record 2")
    house.ok("send", "2", "--confirm", at=early)
    remedy = alert(house, AHEAD)[1]
    assert remedy.startswith("publisher notice record 2;")
    assert "--confirm" not in remedy
    assert alert(house, LAST)[1] == remedy.replace("2027-03-27", "2027-03-02")
    assert "retract" not in remedy
    assert "see who is told, and what is next: publisher status" in house.ok("check", at=LAST)


def test_the_day_is_that_of_the_organisation(tmp_path: Path) -> None:
    zoned = CONFIGURATION.replace("[mail]", 'time_zone = "Pacific/Kiritimati"\n[mail]')
    house = make_house(tmp_path / "house", zoned)
    announced(house)
    assert "(days in Pacific/Kiritimati)" in house.ok("status", at=FROZEN)
    told = json.loads(house.ok("status", "--format", "json", at=FROZEN))
    assert told["policies"][0]["releases"][1]["time_zone"] == "Pacific/Kiritimati"
    before = dt.datetime(2027, 2, 28, 9, 59, tzinfo=dt.UTC)
    assert "tomorrow" in alert(house, before)[0]
    assert "was announced" in alert(house, before + dt.timedelta(minutes=1))[0]
    assert git(house.root, "show", "HEAD:versions/privacy/2/release.toml").count("Kiritimati") == 1
