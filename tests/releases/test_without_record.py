"""What holds where nobody states that people were told is sealed with each release of which people
are told, and no correction alters it.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from publisher.policies.notice_rules import WithoutRecord
from publisher.releases.number import Number
from tests.fixtures.house import FACTS, House, later, make_house, today
from tests.fixtures.workplaces import archive_of

HOLD, WARN = WithoutRecord.HOLD, WithoutRecord.WARN


def facts(*lines: str) -> str:
    return FACTS.replace("[notice]\n", "\n".join(["[notice]", *lines, ""]))


def sealed(house: House, number: str) -> str | None:
    record = tomllib.loads((house.root / f"versions/privacy/{number}/release.toml").read_text())
    assert "without_record" not in record["notice"]
    return record.get("without_record")


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ((), "hold"),
        (('without_record = "warn"',), "warn"),
        (('profile = "gdpr"',), "warn"),
        (('profile = "gdpr"', 'without_record = "hold"'), "hold"),
    ],
)
def test_it_is_that_of_the_draft_or_of_its_profile(
    tmp_path: Path, lines: tuple[str, ...], rule: str
) -> None:
    house = make_house(tmp_path / "house")
    house.write({"policy.toml": facts(*lines) + "\n"})
    house.commit("The rule")
    house.freeze_two()
    assert (sealed(house, "1"), sealed(house, "2")) == (None, rule)
    house.ok("verify")
    on_the_day = (
        archive_of(house.project).releases("privacy").in_force(today() + dt.timedelta(days=60))
    )
    assert on_the_day
    assert on_the_day.number == Number(2 if rule == "warn" else 1)


def test_that_it_changes_is_told_and_a_correction_alters_nothing(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    house.freeze_two()
    house.write({"policy.toml": facts('without_record = "warn"')})
    house.commit("Warn")
    told = "`notice.without_record`: “hold” → “warn”"
    found = house.run("check").output
    assert told in found
    line = found.split("policy/privacy/policy.toml:")[1].partition(":")[0]
    assert facts('without_record = "warn"').splitlines()[int(line) - 1] == 'without_record = "warn"'
    house.ok("freeze", "--correction", "--effective", later(90))  # postpones, with letters
    assert sealed(house, "2.1") == "hold"
    assert told in house.run("check").output


def test_another_word_is_refused_with_its_line(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    house.write({"policy.toml": facts('without_record = "wait"')})
    result = house.run("check")
    assert result.exit_code == 1
    assert "policy/privacy/policy.toml:" in result.output
    assert "`notice.without_record` is 'wait', not hold or warn" in result.output
