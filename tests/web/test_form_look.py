"""The opt-out form in a browser, in each of its states: what matters is within the first screen.

The pages are those that the receiver serves; the browser fetches them from it without a port.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize
from starlette.testclient import TestClient

from publisher.answers.opt_out_form import ACTION_FIELD, TOKEN_FIELD
from publisher.edges.mkdocs.order import Order, order
from publisher.edges.project import Project
from publisher.web.app import application
from tests import ROOT
from tests.fixtures.access import Scheme, violations
from tests.fixtures.answers import at, declare
from tests.fixtures.forms import PHONE, arabic_and_german
from tests.fixtures.houses import NOW, postpone, token
from tests.fixtures.some import by_turns
from tests.house.test_gates import checked
from tests.web.test_form_states import (
    ANSWERS,
    APRIL,
    DAYS,
    INSTEAD,
    OWN,
    PAGE,
    PUBLIC,
    STATES,
    Row,
    region,
)

pytestmark = pytest.mark.browser

SITE = "http://127.0.0.1:8000"
DESK: ViewportSize = {"width": 1280, "height": 900}
LANGUAGES = ["", "de/", "ar/"]
ROWS = [*OWN, *PUBLIC]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with its site as of the day on which release 2 is published."""
    root = tmp_path_factory.mktemp("forms") / "project"
    root.mkdir()
    arabic_and_german(root)
    for name in ("mkdocs.yml", "site"):
        (root / name).symlink_to(ROOT / name)
    wanted = order.set(Order(today=NOW.date()))
    target = Project(root).built
    mkdocs_build(load_config(str(root / "mkdocs.yml"), site_dir=str(target)))
    order.reset(wanted)
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    return Project(Path(shutil.copytree(built, tmp_path / "project", symlinks=True)))


@dataclass(frozen=True)
class Window:
    """A browser's window on what a receiver serves."""

    page: Page
    context: BrowserContext

    def show(self, client: TestClient, path: str) -> None:
        def fetched(route: Route) -> None:
            asked = urlsplit(route.request.url)
            assert f"{asked.scheme}://{asked.netloc}" == SITE, "no page calls anybody else"
            found = client.request(
                route.request.method,
                f"{asked.path}?{asked.query}",
                content=route.request.post_data_buffer,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

        self.page.unroute("**/*")
        self.page.route("**/*", fetched)
        self.page.goto(SITE + path)
        # Before its fonts are there, a line may be longer than the screen.
        self.page.evaluate("document.fonts.ready.then(() => null)")

    def faults(self, scheme: Scheme) -> str:
        found = violations(self.page, scheme)
        return found.generate_report() if found.violations_count else ""

    def is_within(self, selector: str) -> bool:
        """Whether an element is wholly on the screen, without any scrolling."""
        assert self.page.evaluate("scrollY") == 0
        box, size = self.page.locator(selector).first.bounding_box(), self.page.viewport_size
        assert box is not None, selector
        assert size is not None
        inside = box["y"] >= 0 and box["y"] + box["height"] <= size["height"]
        return inside and box["x"] >= 0 and box["x"] + box["width"] <= size["width"]


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Callable[[ViewportSize, Scheme], Window]]:
    """Opens windows; one of a kind serves all tests."""
    known: dict[tuple[int, Scheme], Window] = {}

    def opened(size: ViewportSize, scheme: Scheme) -> Window:
        key = size["width"], scheme
        if key not in known:
            context = browser.new_context(viewport=size, color_scheme=scheme)
            known[key] = Window(context.new_page(), context)
        return known[key]

    yield opened
    for one in known.values():
        one.context.close()


Opens = Callable[[ViewportSize, Scheme], Window]


def named(value: object) -> str | None:
    """What a test is called by: the state of the form."""
    return value.state if isinstance(value, Row) else None


def client_at(project: Project, row: Row) -> TestClient:
    return TestClient(application(at(project, DAYS[row.on])), raise_server_exceptions=False)


VIEWS: list[tuple[str, Scheme, ViewportSize]] = [
    ("", "light", PHONE), ("de/", "dark", PHONE), ("ar/", "light", DESK),
    ("", "dark", PHONE), ("de/", "light", DESK), ("ar/", "dark", PHONE), ("", "light", DESK),
]  # fmt: skip
"""Languages with the colours and widths in which axe looks at them."""


@pytest.mark.parametrize(("row", "view"), by_turns(ROWS, VIEWS), ids=named)
def test_what_matters_is_within_the_first_screen_and_all_is_accessible(
    project: Project, window: Opens, row: Row, view: tuple[str, Scheme, ViewportSize]
) -> None:
    language, scheme, looked_at = view
    own = token(project, "c-1")
    STATES[row.state](project, own)
    client, query = client_at(project, row), f"?{TOKEN_FIELD}={own}" if row in OWN else ""
    shown = window(PHONE, scheme)
    shown.show(client, f"{PAGE}{language}{query}")
    for size in (DESK, PHONE):  # the other tests find the window as it was
        shown.page.set_viewport_size(size)
        for what in ("h1", "#pp-form-title", "button.pp-button", ".pp-beside"):
            assert shown.is_within(what), (
                f"{what} at {size['width']} px: {shown.page.locator(what).first.bounding_box()}"
            )
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        box = shown.page.locator("button.pp-button").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        if size is looked_at:
            # All rules, also in dark colours: this is the only look that axe has.
            assert not shown.faults("light")


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_is_accessible_and_written_its_way(
    project: Project, window: Opens, language: str
) -> None:
    own = token(project, "c-1")
    declare(project, own)
    client = client_at(project, OWN[0])
    schemes: list[Scheme] = ["light", "dark"]
    for scheme in schemes:
        shown = window(PHONE, scheme)
        shown.show(client, f"{PAGE}{language}?{TOKEN_FIELD}={own}")
        assert not shown.faults(scheme)
    way = "getComputedStyle(document.querySelector('.pp-optout')).direction"
    assert shown.page.evaluate(way) == ("rtl" if language == "ar/" else "ltr")


def test_the_receipt_is_seen_without_scrolling(project: Project, window: Opens) -> None:
    own, client = token(project, "c-1"), client_at(project, OWN[0])
    shown = window(PHONE, "light")
    shown.show(client, f"{PAGE}?{TOKEN_FIELD}={own}")
    shown.page.get_by_role("button", name="I opt out of version 2").click()
    shown.page.wait_for_load_state()
    box = shown.page.locator(".pp-receipt h2").bounding_box()
    assert box is not None
    assert 48 <= box["y"] <= 300, "below the head of the page, which stays"
    assert not shown.faults("light")


@pytest.mark.parametrize("row", INSTEAD, ids=lambda row: row.state)
def test_what_stands_in_place_of_the_form_is_accessible(
    project: Project, window: Opens, row: Row
) -> None:
    answer = ANSWERS[row.state](project, row)
    shown = window(PHONE, "light")
    files = client_at(project, row)

    def fetched(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.text)
            return
        found = files.get(urlsplit(route.request.url).path)
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    shown.page.unroute("**/*")
    shown.page.route("**/*", fetched)
    shown.page.goto(SITE + PAGE)
    assert shown.is_within("#pp-form-title, h1")
    assert not shown.faults("light")


def test_every_state_is_valid_html(project: Project, tmp_path: Path) -> None:
    own, paths = token(project, "c-1"), list[Path]()
    client = client_at(project, OWN[0])

    def keep(html: str) -> None:
        paths.append(tmp_path / f"{len(paths)}.html")
        paths[-1].write_text(html, "utf-8")

    for language in LANGUAGES:
        page = PAGE + language
        keep(client.get(page, params={"token": own}).text)
        keep(client.get(page).text)
        keep(client.get(page, params={"token": "x"}).text)
        keep(client.post(page, data={TOKEN_FIELD: own, ACTION_FIELD: "opt out"}).text)
        keep(client.get(page, params={"token": own}).text)
        keep(client.post(page, data={TOKEN_FIELD: own, ACTION_FIELD: "withdraw"}).text)
    postpone(project, APRIL)
    keep(client.get(PAGE, params={"token": own}).text)
    late = client_at(project, OWN[3])
    keep(late.get(PAGE, params={"token": own}).text)
    keep(client.get("/privacy/9/opt-out/", headers={"Accept-Language": "ar"}).text)
    keep(client.post("/privacy/", headers={"Accept-Language": "ar"}).text)
    assert all(region(client.get(PAGE + each)) for each in LANGUAGES)
    assert checked(paths) == []
