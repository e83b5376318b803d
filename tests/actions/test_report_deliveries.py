"""The page with charts of a sending: `publisher deliveries report`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from publisher.actions.report_deliveries import report_deliveries
from publisher.edges.project import Project
from publisher.errors import SendError
from publisher.people.requests import RequestKind
from publisher.people.sending_figures import DomainFigures, in_bars
from tests.fixtures.access import Scheme, violations
from tests.fixtures.answers import declare
from tests.fixtures.houses import (
    NOW,
    ONE,
    TWO,
    import_customers,
    make,
    send_letters,
    token,
    workplace,
)
from tests.fixtures.relays import Keeps, real
from tests.fixtures.workplaces import ledger_of

DAY = dt.timedelta(1)


def sent(root: Path) -> Project:
    """A project with letters to a large domain, a small one and one that refuses."""
    people = [f"b-{n},person{n}@big.example,Person {n}" for n in range(12)]
    people += [f"g-{n},person{n}@gone.example,Person {n}" for n in range(10)]
    people += ["s-1,anna@anna-example.example,Anna", "s-2,ben@small.example,Ben"]
    refusals = {f"person{n}@gone.example": "550 5.1.1 no such user" for n in range(9)}
    keeps = Keeps({**refusals, "person9@gone.example": "552 5.2.2 too much"})
    with real(keeps) as port:
        project = make(root, port=port)
        import_customers(project, "\n".join(["customer,address,name", *people, ""]).encode())
        send_letters(project)
    for days, customer in ((1, "b-1"), (1, "b-2"), (4, "b-3")):
        declare(project, token(project, customer), moment=NOW + days * DAY)
    declare(project, token(project, "b-1"), RequestKind.WITHDRAW, NOW + 2 * DAY)
    return project


@pytest.mark.usefixtures("each_engine")
def test_it_counts_what_is_on_record_and_names_nobody(tmp_path: Path) -> None:
    project = sent(tmp_path)
    work = workplace(project, NOW + 5 * DAY)
    release = work.archive.release("privacy", TWO)
    found = ledger_of(project).sending_figures(release, work.archive.releases("privacy"))
    assert (found.due.recipients, found.due.told) == (24, 14)
    assert sum(found.accepted.values()) == 14
    assert found.domains == (
        DomainFigures("big.example", 12, 12, 0, 0),
        DomainFigures("gone.example", 10, 0, 9, 0),
        DomainFigures("", 2, 2, 0, 0),
    )
    assert found.refused == {"550 5.1.1": 9}
    first = NOW.date() + DAY
    assert found.opted_out == {first: 2, first + 3 * DAY: 1}
    assert found.withdrawn == {first + DAY: 1}

    page = tmp_path / "report.html"
    report_deliveries(work, "privacy", TWO, page)
    html = page.read_text("utf-8")
    assert "big.example" in html
    assert "550 5.1.1" in html
    for word in ("anna", "small.example", "person1", "@big", "<script", "http", "url("):
        assert word not in html.lower(), word

    with pytest.raises(SendError, match="nobody is told of it"):
        report_deliveries(work, "privacy", ONE, page)


def test_bars_are_few_and_lose_nothing() -> None:
    start = dt.datetime(2027, 1, 10, 9, 31, tzinfo=dt.UTC)
    for minutes in (0, 1, 30, 47, 48, 600, 5_000, 100_000, 5_000_000):
        counts = {start: 3, start + dt.timedelta(minutes=minutes): 4}
        width, bars = in_bars(counts)
        assert sum(bars.values()) == (4 if minutes == 0 else 7)
        assert len(bars) <= 48
        assert list(bars) == sorted(bars)
        assert width >= dt.timedelta(minutes=1)
    assert in_bars({})[1] == {}


@pytest.mark.browser
def test_it_is_read_by_everybody_on_every_screen(tmp_path: Path, browser: Browser) -> None:
    project = sent(tmp_path)
    page = tmp_path / "report.html"
    report_deliveries(workplace(project, NOW + 5 * DAY), "privacy", TWO, page)
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        size: ViewportSize = {"width": 360, "height": 740}
        with browser.new_context(color_scheme=scheme, viewport=size) as context:
            shown = context.new_page()
            shown.goto(page.as_uri())
            shown.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
            found = violations(shown, scheme)
            assert found.violations_count == 0, found.generate_report()
            assert shown.evaluate("document.documentElement.scrollWidth") <= 360
