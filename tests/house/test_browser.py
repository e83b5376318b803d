"""The site and its forms in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page

from publisher.cli import command_line
from tests.fixtures.access import Scheme, violations
from tests.fixtures.browsers import Windows, serving
from tests.fixtures.house import KEY, House, make_house
from tests.fixtures.relays import free_port
from tests.fixtures.some import by_turns

pytestmark = pytest.mark.browser

# ── the page of a day ────────────────────────────────────────────────────────────────────────────


def test_the_page_of_a_day_says_what_applied(windows: Windows, sample_site: str) -> None:
    with windows.lent() as page:
        page.goto(sample_site + "privacy/on/?day=2026-12-24")
        answer = page.locator(".pp-answer")
        assert answer.inner_text().split("\n") == [
            "24 December 2026",
            "",
            "In force: version 1, from 1 January 2026 until 28 February 2027",
            "Announced: version 2 (corrected: 2.1), in force from 1 March 2027",
        ]
        page.get_by_label("Day", exact=True).fill("2027-03-01")
        page.get_by_role("button", name="Show").click()
        assert answer.get_by_role("listitem").all_inner_texts() == [
            "In force: version 2 (corrected: 2.1), from 1 March 2027"
        ]
        assert page.url.endswith("?day=2027-03-01")
        assert page.locator("tr.pp-holds").count() == 1
        answer.get_by_role("link").click()
        assert page.url == sample_site + "privacy/2.1/"
        page.goto(sample_site + "privacy/on/?day=nonsense")
        assert answer.inner_text() == ""


def test_without_a_script_the_page_of_a_day_shows_its_tables(
    windows: Windows, sample_site: str
) -> None:
    with windows.lent(scripts=False) as page:
        page.goto(sample_site + "privacy/on/")
        assert not page.get_by_label("Day", exact=True).is_visible()
        assert page.get_by_role("row", name="Version 2.1 1 March 2027 further notice").is_visible()


# ── redlines ─────────────────────────────────────────────────────────────────────────────────────

OLD = """
## Use {#use}

We use your data for your orders and for nothing else. We keep the records of them for ten years.

We never sell your data to anyone, whatever they may offer.

We never rent your data to anyone, whatever they may offer.

1. We bill you for what you ordered.
2. We tell you about outages.
3. We answer your questions within two days.

One paragraph that stays.

Another paragraph that stays.

A third paragraph that stays.

A fourth paragraph that stays.

## Contests {#contests}

We run contests from time to time, and "winners" are named on our page.

## Recipients {#recipients}

| Who | Why |
| --- | --- |
| Carrier | delivers parcels |
| Bank | books payments |

This paragraph moves to the section on security, for it belongs there and not here.

### Security {#security}

We encrypt your data with 128-bit keys - "all" of it.
"""
NEW = """
## Use {#use}

We use your data for your orders and for nothing else.

We keep the records of them for ten years.

We never sell your data to anyone, whatever they may offer.
We never rent your data to anyone, whatever they may offer.

1. We bill you for what you ordered.
2. We answer your questions within one day.

One paragraph that stays.

Another paragraph that stays.

A third paragraph that stays.

A fourth paragraph that stays.

## Recipients {#recipients}

| Who | Why | Since |
| --- | --- | --- |
| Carrier | delivers parcels | 2019 |
| Bank | books payments | 2020 |

## Security {#security}

We encrypt your data with 256-bit keys – “all” of it.

This paragraph moves to the section on security, for it belongs there and not here.
"""


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a comparison as one file, with every kind of change."""
    folder = tmp_path_factory.mktemp("comparison")
    for name, text in (("old.md", OLD), ("new.md", NEW)):
        (folder / name).write_text(text)
    words = ["--project", str(folder), "diff", str(folder / "old.md"), str(folder / "new.md")]
    target = folder / "redline.html"
    result = CliRunner().invoke(command_line, [*words, "--format", "html", "-o", str(target)])
    assert result.exit_code == 0, result.output
    return target.as_uri()


@pytest.mark.parametrize(("width", "scheme"), by_turns([375, 1280], ["light", "dark"]))
def test_every_view_of_a_redline_is_accessible_and_fits(
    windows: Windows, sample_site: str, comparison: str, width: int, scheme: Scheme
) -> None:
    failed = []
    with windows.lent(width, scheme=scheme) as page:
        for address in (sample_site + "privacy/2/changes/", comparison):
            page.goto(address)
            roomy = page.locator("#pp-facing").is_visible()
            assert roomy == (width > 700)
            assert not page.locator(".pp-legend").is_visible()
            page.get_by_text("What the marks mean").click()
            assert page.locator(".pp-legend").is_visible()
            facing = "facing" if roomy else "inline"
            for layout, extent in (("inline", "full"), (facing, "full"), (facing, "only")):
                page.check(f"#pp-{layout}")
                page.check(f"#pp-{extent}")
                page.keyboard.press("j")
                found = violations(page)
                if found.violations_count:
                    failed.append(f"{address} {layout} {extent}: {found.generate_report()}")
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{address} {layout} {extent} is {wide} px wide"
    assert not failed, "\n".join(failed)


@pytest.fixture
def desk(windows: Windows) -> Iterator[Page]:
    with windows.lent() as page:
        yield page


def test_keys_and_buttons_lead_from_change_to_change(desk: Page, comparison: str) -> None:
    desk.goto(comparison)
    told = desk.get_by_role("status")
    count = int(told.inner_text().split()[0])
    assert count == desk.locator(".pp-place").count()
    desk.keyboard.press("j")
    assert told.inner_text() == f"Change 1 of {count}: Use"
    assert desk.url.endswith("#change-use-1")
    desk.get_by_role("button", name="Next").click()
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    assert told.inner_text() == f"Change 2 of {count}: Use"
    assert desk.locator(".pp-current").count() == 1
    assert desk.locator(".pp-current").is_visible()
    desk.get_by_role("button", name="Previous").click()
    desk.get_by_role("button", name="Previous").click()
    assert told.inner_text() == f"Change {count} of {count}: Security"
    desk.get_by_label("Keys:").uncheck()
    desk.keyboard.press("j")
    assert told.inner_text() == f"Change {count} of {count}: Security"


def test_keys_are_left_to_those_who_type(desk: Page, sample_site: str) -> None:
    desk.goto(sample_site + "privacy/2/changes/")
    before = desk.get_by_role("status").first.inner_text()
    search = desk.get_by_role("textbox", name="Search")
    search.click()
    desk.keyboard.type("jkj")
    assert search.input_value() == "jkj"
    assert desk.get_by_role("status").first.inner_text() == before


def test_the_address_of_a_change_can_be_shared(desk: Page, comparison: str) -> None:
    desk.goto(f"{comparison}#change-security-2")
    assert desk.get_by_role("status").inner_text().endswith(": Security")
    assert "256" in desk.locator(".pp-current").inner_text()
    box = desk.locator(".pp-current").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 900


@pytest.mark.parametrize("scripts", [True, False])
def test_both_texts_stand_side_by_side(windows: Windows, comparison: str, scripts: bool) -> None:
    with windows.lent(scripts=scripts) as page:
        page.goto(comparison)
        assert page.get_by_text("[paragraph split here]").count() == 1
        assert not page.locator(".pp-was").first.is_visible()
        assert page.get_by_role("button", name="Next").is_visible() == scripts
        page.check("#pp-facing")
        left = page.locator(".pp-was", has_text="128")
        right = page.locator(".pp-redline > p", has_text="256")
        here, there = left.bounding_box(), right.bounding_box()
        assert here is not None
        assert there is not None
        assert here["x"] + here["width"] <= there["x"]
        assert here["y"] == there["y"]
        assert "128" not in right.inner_text()
        numbers = page.locator("li.pp-was", has_text="two days").locator("ol")
        assert numbers.get_attribute("start") == "3"
        assert page.locator(".pp-gone", has_text="contests").is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_changes_only_folds_what_stays(windows: Windows, comparison: str, scripts: bool) -> None:
    with windows.lent(scripts=scripts) as page:
        page.goto(comparison)
        stays = page.locator(".pp-same").get_by_text("A third paragraph that stays.").last
        assert stays.is_visible()
        assert not page.get_by_text("4 unchanged paragraphs").is_visible()
        page.check("#pp-only")
        assert not stays.is_visible()
        page.get_by_text("4 unchanged paragraphs").click()
        assert stays.is_visible()


def test_the_list_of_changes_leads_to_them_without_a_script(
    windows: Windows, comparison: str
) -> None:
    with windows.lent(height=720, scripts=False) as page:
        page.goto(comparison)
        page.locator(".pp-changes").get_by_role("link", name="Security").click()
        assert page.url.endswith("#change-security-1")
        box = page.locator("#change-security-1").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 720
        page.get_by_role("link", name="Moved here from").click()
        assert page.url.endswith("-away")
        page.locator(":target").get_by_role("link").click()
        assert page.url.endswith("-here")


# ── opting out ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A served project with an upcoming release and two customers."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    house = make_house(tmp_path_factory.mktemp("shop") / "house")
    house.freeze_two()
    people = house.root.parent / "people.csv"
    people.write_text("customer,address,name\nc1,ann@example.com,Ann\nc2,bob@example.com,Bob\n")
    house.ok("recipients", "import", str(people))
    house.ok("build")
    with serving(house) as address:
        yield house, address
    patch.undo()


def personal_link(house: House, address: str, customer: str) -> str:
    letter = house.ok("notice", "2", "--as", customer)
    found = re.search(r"http://127.0.0.1:8000/(privacy/2/opt-out/\?token=\S+)", letter)
    assert found is not None
    return address + found[1]


def state(house: House) -> str:
    return house.ok("optouts", "2")


@pytest.fixture
def page(windows: Windows) -> Iterator[Page]:
    with windows.lent(375, 800) as page:
        yield page


def test_a_customer_opts_out_and_takes_it_back(shop: tuple[House, str], page: Page) -> None:
    house, address = shop
    link = personal_link(house, address, "c1")
    page.goto(link)
    assert "c1" not in state(house), "reading must not act"
    assert "a•••@e•••.com" in page.content()
    assert "ann@example.com" not in page.content()
    assert violations(page).violations_count == 0
    page.get_by_role("button", name="I opt out of version 2").click()
    page.wait_for_load_state()
    assert page.get_by_text("You opted out of version 2").first.is_visible()
    assert violations(page).violations_count == 0
    receipt = re.search(r"R-\d+", page.inner_text("main"))
    assert receipt is not None
    assert "c1" in state(house)
    assert receipt[0] in state(house)
    spool = house.root / ".publisher/spool"
    for _ in range(50):
        mails = [message_from_bytes(p.read_bytes(), policy=default) for p in spool.glob("*.eml")]
        if mails:
            break
        time.sleep(0.1)
    assert [mail["To"] for mail in mails] == ["Ann <ann@example.com>"]
    assert receipt[0] in str(mails[0].get_body(("plain",)))
    page.goto(link)
    page.get_by_role("button", name=re.compile("withdraw|take", re.IGNORECASE)).click()
    page.wait_for_load_state()
    assert page.get_by_text("You withdrew your opt-out").first.is_visible()
    assert "withdraw" in state(house)


def test_a_tampered_link_has_no_effect(shop: tuple[House, str], page: Page) -> None:
    house, address = shop
    before = state(house)
    link = personal_link(house, address, "c2")
    response = page.goto(link[:-1] + ("a" if link[-1] != "a" else "b"))
    assert response is not None
    assert response.status == 404
    assert page.get_by_role("button", name="I opt out").count() == 0
    assert violations(page).violations_count == 0
    assert state(house) == before


def test_the_public_form_sends_a_link_to_a_known_address_alone(
    shop: tuple[House, str], page: Page
) -> None:
    house, address = shop
    answers = []
    for mail in ("bob@example.com", "stranger@example.com"):
        page.goto(address + "privacy/2/opt-out/")
        page.get_by_label(re.compile("e-mail", re.IGNORECASE)).first.fill(mail)
        page.get_by_role("button", name=re.compile("link", re.IGNORECASE)).click()
        page.wait_for_load_state()
        answers.append(page.inner_text("main"))
    assert answers[0] == answers[1]
    assert "c2" not in state(house)
    house.ok("receipts", "send")  # the receiver would in its next round
    spool = house.root / ".publisher/spool"
    sent = [message_from_bytes(p.read_bytes(), policy=default)["To"] for p in spool.glob("*.eml")]
    assert any("bob@example.com" in to for to in sent)
    assert not any("stranger@example.com" in to for to in sent)


def test_a_letter_fits_a_phone(shop: tuple[House, str], page: Page) -> None:
    """The reply address of a customer is one long word."""
    house, _ = shop
    html = house.ok("notice", "2", "--as", "c1", "--format", "html")
    page.set_viewport_size({"width": 375, "height": 700})
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_the_draft_is_shown_live(house: House, page: Page) -> None:
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    port = free_port()
    command = [sys.executable, "-m", "publisher", "--project", str(house.root), "serve", "--draft"]
    process = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            try:
                page.goto(f"http://127.0.0.1:{port}/privacy/draft/changes/")
                break
            except Exception:
                time.sleep(0.1)
        assert "256" in page.inner_text("main")
        house.write({"security.md": "## Security {#security}\n\nWe encrypt with 512-bit keys.\n"})
        page.wait_for_function("document.body.innerText.includes('512')", timeout=20_000)
    finally:
        process.terminate()
        process.wait(10)
