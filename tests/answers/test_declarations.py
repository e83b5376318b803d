"""Which declarations count."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from publisher.answers.declarations import timing
from publisher.people.requests import Timing
from tests.fixtures.houses import TWO, make
from tests.fixtures.workplaces import archive_of


def test_the_window_closes_at_the_end_of_its_last_day_in_utc(tmp_path: Path) -> None:
    release = archive_of(make(tmp_path)).release("privacy", TWO)
    last = dt.datetime(2027, 2, 28, 23, 59, 59, 999_999, tzinfo=dt.UTC)
    after = last + dt.timedelta(microseconds=1)
    west = dt.timezone(dt.timedelta(hours=-8))
    assert timing(release, last) is Timing.IN_TIME
    assert timing(release, last.astimezone(west)) is Timing.IN_TIME
    assert timing(release, after) is Timing.LATE
    assert timing(release, after.astimezone(west)) is Timing.LATE
    assert timing(replace(release, closes=None), last) is Timing.LATE
