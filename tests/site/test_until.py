"""A page that was not built anew says so itself, in its reader's browser, after its last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from publisher.wording.dates import long_date
from tests.fixtures.house import House, copied_house, today
from tests.fixtures.statics import Host, hosting

pytestmark = pytest.mark.browser

LAST = today() + dt.timedelta(days=59)
"""Version 2 is announced for the day after; until then one may opt out."""
LATE = f"This page may be out of date: it was right until {long_date(LAST)}."
PATHS = (
    "",
    "privacy/",
    "privacy/1/",
    "privacy/2/changes/",
    "privacy/history/",
    "privacy/2/opt-out/",
)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    house = copied_house(tmp_path_factory.mktemp("until") / "house", House.freeze_two)
    house.ok("build")
    with hosting(house.project.built) as served:
        yield served


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=ViewportSize(width=375, height=812))
    yield context.new_page()
    context.close()


def moment(day: dt.date, hour: int = 0, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), dt.UTC)


def test_after_its_last_day_a_page_says_first_that_it_may_be_out_of_date(
    host: Host, page: Page
) -> None:
    page.clock.install(time=moment(LAST, 23, 58))
    box = page.locator(".pp-late")
    for path in PATHS:
        page.clock.set_fixed_time(moment(LAST, 23, 59))
        page.goto(host.address + path)
        assert (
            page.locator(".pp-until").inner_text() == f"This page is right until {long_date(LAST)}."
        )
        assert box.count() == 0, path
        page.clock.set_fixed_time(moment(LAST + dt.timedelta(days=1)))
        page.reload()
        assert box.inner_text() == LATE
        place, first = box.bounding_box(), page.locator("h1").first.bounding_box()
        assert place
        assert first
        assert place["y"] < first["y"] < 812, "above everything, on the first screen"
        assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_page_that_stays_open_over_midnight_says_it_when_it_is_looked_at_again(
    host: Host, page: Page
) -> None:
    page.clock.install(time=moment(LAST, 23, 58))
    page.clock.set_fixed_time(moment(LAST, 23, 59))
    page.goto(host.address + "privacy/")
    assert page.locator(".pp-late").count() == 0
    page.clock.set_fixed_time(moment(LAST + dt.timedelta(days=1)))
    for _ in range(2):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.locator(".pp-late").count() == 1, "once"


def test_without_a_script_the_day_stands_at_the_foot(host: Host, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(host.address + "privacy/")
    assert page.locator(".pp-until").is_visible()
    assert long_date(LAST) in page.locator(".pp-until").inner_text()
    context.close()


def test_the_same_project_gives_the_same_bytes_until_then(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", House.freeze_two)
    house.ok("build", "--as-of", today().isoformat())
    place = house.project.built / "privacy/1/index.html"
    before = place.read_bytes()
    house.ok("build", "--as-of", LAST.isoformat())
    assert place.read_bytes() == before
    house.ok("build", "--as-of", (LAST + dt.timedelta(days=1)).isoformat())
    assert place.read_bytes() != before
