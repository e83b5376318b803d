"""The day on which a build is due though nothing is edited, as a timer asks for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from publisher.actions.next_build import next_build
from publisher.actions.workplace import Workplace
from tests.fixtures.house import House, copied_house, later, today


def test_it_is_the_next_day_on_which_the_site_says_something_else(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", House.freeze_two)
    # On day 60 opting out is over, and without a record nothing else changes.
    assert house.ok("build", "--next") == f"{later(60)}\n"
    assert next_build(Workplace(house.project)) == today() + dt.timedelta(days=60)
    at = dt.datetime.now(dt.UTC) + dt.timedelta(days=50)
    house.record("2", "--on", later(50), at=at)
    assert house.ok("build", "--next") == f"{later(60)}\n", "opting out is over"
    assert house.ok("build", "--next", "--as-of", later(60)) == f"{later(80)}\n", "30 days on"
    assert house.ok("build", "--next", "--as-of", later(80)) == "none\n"
    assert not house.project.built.exists(), "it builds nothing"


def test_nothing_is_due_where_nothing_is_announced(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", lambda house: house.ready_for_two())
    assert house.ok("build", "--next") == "none\n"
