"""From the letter as it is really composed, on a telephone: to opt out, and to find what changes.

By taps alone, in Chromium at 375 × 812: what has to be scrolled to is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page

from tests.fixtures.access import Scheme, violations
from tests.fixtures.browsers import Windows, serving
from tests.fixtures.forms import PHONE
from tests.fixtures.house import FACTS, KEY, House, later, make_house
from tests.fixtures.some import by_turns
from tests.releases.test_translation import DECLARED, GERMAN

pytestmark = pytest.mark.browser

SITE = "http://127.0.0.1:8000/"


@dataclass(frozen=True)
class Reader:
    """A customer, and what the letter, the form and the pages say in the customer's language."""

    customer: str
    changes: str
    opt_out: str
    button: str
    withdraw: str
    section: str


READERS = [
    Reader(
        "c-en",
        "See what changes",
        "Opt out, until",
        "I opt out of version 2",
        "I withdraw my opt-out of version 2",
        "Security",
    ),
    Reader(
        "c-de",
        "Änderungen ansehen|Ansehen, was sich ändert",
        "Widersprechen, bis|Bis .* widersprechen",
        "Ich widerspreche der Version 2",
        "Ich nehme meinen Widerspruch gegen Version 2 zurück",
        "Sicherheit",
    ),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A served project in English and German with version 2 announced, and a customer in each."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    house = make_house(tmp_path_factory.mktemp("told") / "house")
    house.write({"policy.toml": FACTS + DECLARED, **GERMAN})
    house.commit("Auf Deutsch")
    house.ok("freeze", "--effective", "unknown")
    new = GERMAN["de/security.md"].replace("128", "256")
    house.write({"de/security.md": new})
    house.edit()
    house.ok("freeze", "--effective", later(60))
    people = house.root.parent / "people.csv"
    rows = ("c-en,ann@example.com,Ann,en", "c-de,eva@example.com,Eva,de")
    people.write_text("\n".join(("customer,address,name,language", *rows, "")))
    house.ok("recipients", "import", str(people))
    house.ok("build")
    with serving(house) as address:
        yield house, address
    patch.undo()


def named(value: object) -> str:
    """What a test is called by: the reader, and the colours."""
    return value.customer if isinstance(value, Reader) else str(value)


@pytest.fixture
def phone(windows: Windows, scheme: Scheme) -> Iterator[Page]:
    with windows.lent(PHONE["width"], PHONE["height"], scheme, touch=True) as page:
        page.set_default_timeout(10_000)
        yield page


def open_letter(told: tuple[House, str], phone: Page, reader: Reader) -> None:
    """Shows the HTML of the letter as a mail program does."""
    house, address = told
    html = house.ok("notice", "2", "--as", reader.customer, "--format", "html")
    phone.set_content(html.replace(SITE, address))


def on_the_screen(phone: Page, what: Locator) -> Locator:
    """What is wholly on the screen, of which nothing has been scrolled."""
    box, top = what.bounding_box(), phone.evaluate("scrollY")
    assert box is not None
    assert top == 0
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= PHONE["height"]
    return what


def follow(phone: Page, what: Locator) -> None:
    """Taps what leads to another page."""
    with phone.expect_navigation():
        what.tap()


@pytest.mark.parametrize(("reader", "scheme"), by_turns(READERS, ["light", "dark"]), ids=named)
def test_opting_out_takes_two_taps_and_no_scrolling(
    told: tuple[House, str], phone: Page, reader: Reader, scheme: Scheme
) -> None:
    open_letter(told, phone, reader)
    link = phone.get_by_role("link", name=re.compile(reader.opt_out)).first
    follow(phone, on_the_screen(phone, link))
    assert violations(phone, scheme).violations_count == 0
    if reader.customer not in told[0].ok("optouts", "2"):
        button = phone.get_by_role("button", name=reader.button)
    else:  # in the other colours before, where all is tried with all
        button = phone.get_by_role("button", name=reader.withdraw)
    follow(phone, on_the_screen(phone, button))
    assert re.search(r"R-\d{6}", phone.inner_text("main"))
    assert reader.customer in told[0].ok("optouts", "2")
    assert violations(phone, scheme).violations_count == 0


@pytest.mark.parametrize(("reader", "scheme"), by_turns(READERS, ["light", "dark"]), ids=named)
def test_finding_the_change_of_a_section_takes_two_taps(
    told: tuple[House, str], phone: Page, reader: Reader, scheme: Scheme
) -> None:
    open_letter(told, phone, reader)
    link = phone.get_by_role("link", name=re.compile(reader.changes)).first
    follow(phone, on_the_screen(phone, link))
    assert "256" not in phone.url
    phone.locator(".pp-changes").get_by_role("link", name=reader.section).tap()
    change = phone.locator("ins", has_text="256").first
    box = change.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= PHONE["height"] - box["height"], "the change is on the screen"
    assert violations(phone, scheme).violations_count == 0


@pytest.mark.parametrize(("reader", "scheme"), by_turns(READERS, ["light"]), ids=named)
def test_form_and_changes_lead_to_one_another(
    told: tuple[House, str], phone: Page, reader: Reader, scheme: Scheme
) -> None:
    open_letter(told, phone, reader)
    follow(phone, phone.get_by_role("link", name=re.compile(reader.opt_out)).first)
    form = phone.url.partition("?")[0]
    follow(phone, on_the_screen(phone, phone.locator(".pp-beside")))
    assert "/changes/" in phone.url
    follow(phone, on_the_screen(phone, phone.locator(".pp-call a")))
    assert phone.url == form
