"""The site is built anew when another day has begun, and one build at a time writes it."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from publisher.actions import build as build_module
from publisher.actions.build import build
from publisher.actions.renew_site import renew_site
from publisher.actions.workplace import Workplace
from publisher.edges.locks import held
from publisher.edges.up_to_date import day_has_passed
from publisher.errors import RenderError
from tests.fixtures.house import CONFIGURATION, House, copied_house, make_house

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def _built_yesterday(house: House) -> None:
    """Two releases, the second of which is in force today, and a site of the day before."""
    house.ok("freeze", "--effective", "unknown", at=NOW - 40 * DAY)
    house.edit()
    house.ok("freeze", "--effective", NOW.date().isoformat(), at=NOW - 40 * DAY)
    if NOW.date() >= dt.date(2026, 12, 1):
        house.ok("notice", "record", "2", "--otherwise", "by post", at=NOW - 35 * DAY)
    build(Workplace(house.project, lambda: NOW - DAY))


def timemap(house: House) -> str:
    return (house.project.built / "privacy/timemap.json").read_text("utf-8")


def test_a_site_of_yesterday_is_built_anew_and_one_of_today_is_not(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    before = timemap(house)
    assert "/privacy/2/" not in before
    workplace = Workplace(house.project)
    assert renew_site(Workplace(house.project, lambda: NOW - DAY)) is None
    assert renew_site(workplace) == ""
    assert "/privacy/2/" in timemap(house)
    assert renew_site(workplace) is None


def test_a_build_that_fails_leaves_the_site_of_before(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    before = timemap(house)
    (house.root / "versions/privacy/1/release.toml").write_text("altered")
    trouble = renew_site(Workplace(house.project))
    assert trouble
    assert "versions/privacy/1" in trouble
    assert "try: " in trouble
    assert timemap(house) == before
    assert renew_site(Workplace(house.project))  # it is still due


def test_where_no_site_was_built_there_is_none_to_renew(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    assert renew_site(Workplace(house.project)) is None
    assert not house.project.built.exists()


def test_a_build_that_was_stopped_begins_no_other(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    workplace = Workplace(house.project)
    workplace.builds.stop()
    before = timemap(house)
    assert renew_site(workplace) == ""
    assert timemap(house) == before


def test_a_site_is_that_of_its_days_in_their_own_time_zone(tmp_path: Path) -> None:
    zoned = CONFIGURATION.replace("[mail]", 'time_zone = "Pacific/Kiritimati"\n[mail]')
    house = make_house(tmp_path / "house", zoned)
    house.ok("freeze", "--effective", "2026-01-02")
    noon = dt.datetime(2027, 1, 10, 9, 0, tzinfo=dt.UTC)  # 23:00 there
    built = build(Workplace(house.project, lambda: noon))
    assert not built.up_to_date
    minute = dt.timedelta(minutes=1)
    assert not day_has_passed(house.project, noon + 59 * minute)
    assert day_has_passed(house.project, noon + 60 * minute)
    assert build(Workplace(house.project, lambda: noon + 59 * minute)).up_to_date
    assert not build(Workplace(house.project, lambda: noon + 60 * minute)).up_to_date
    assert day_has_passed(house.project, noon + 25 * 60 * minute)


def test_two_builds_at_once_make_one_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = copied_house(tmp_path / "house", _built_yesterday)
    told: list[str] = []
    found: list[bool] = []

    def other() -> None:
        made = build(Workplace(house.project), None, lambda what, *_: told.append(what))
        found.append(made.up_to_date)

    with held(house.project.private / "build.lock") as free:
        assert free
        waits = threading.Thread(target=other)
        waits.start()
        while not told:
            waits.join(0.05)
        assert told == ["waiting for another build"]
        assert "/privacy/2/" not in timemap(house)
        monkeypatch.setattr(build_module, "BUILD_PATIENCE", 0)
        with pytest.raises(RenderError, match="another build has been at work"):
            build(Workplace(house.project))
    waits.join()
    assert found == [False]
    assert "/privacy/2/" in timemap(house)
