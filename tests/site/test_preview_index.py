"""The page of a preview, opened from the disk in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from publisher.edges.assets import asset_text
from tests.actions.test_freeze_shown import bilingual, edited, shown
from tests.fixtures.access import Scheme, violations
from tests.fixtures.house import House, later, make_house
from tests.fixtures.some import some
from tests.house.test_gates import checked

pytestmark = pytest.mark.browser
PAGES = ("index", "form", "form.de", "form.public", "form.public.de", "redline", "redline.de")
LONG_WORD = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 24, 29)"


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a dry run of an amendment wrote, whose name is hostile."""
    house = make_house(tmp_path_factory.mktemp("index") / "house")
    bilingual(house)
    _call(house, f'Data & \\"Privacy\\" {{{{7*7}}}} {LONG_WORD}')
    house.ok("freeze", "--effective", "unknown")
    edited(house)
    shown(house, "--effective", later(60))
    return house.root.parent / "look"


def _call(house: House, title: str) -> None:
    facts = house.root / "policy/privacy/policy.toml"
    text = facts.read_text().replace('"Privacy Policy"', f'"{title}"')
    house.write({"policy.toml": text})
    house.commit("Another title")


@pytest.fixture
def context(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport=ViewportSize(width=375, height=812))


def test_every_page_is_valid_html(look: Path) -> None:
    found = checked([look / f"{name}.html" for name in PAGES])
    # A property of SVG 2 (§13.9) that the checker has not heard of; the sheet is the site's.
    assert [each for each in found if "“paint-order”" not in each] == []


@pytest.mark.parametrize("name", PAGES)
def test_it_is_accessible_and_fits_and_fetches_nothing(
    look: Path, context: BrowserContext, name: str
) -> None:
    page, asked, heard = context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: heard.append(said.text))
    page.goto(f"file://{look}/{name}.html")
    looks: tuple[tuple[int, Scheme], ...] = ((320, "light"), (375, "dark"), (1280, "light"))
    for width, scheme in looks:  # dark looks at colours alone, which no width changes
        page.set_viewport_size(ViewportSize(width=width, height=812))
        page.emulate_media(color_scheme=scheme)
        found = violations(page, scheme)
        assert not found.violations_count, f"{width}, {scheme}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert heard == []
    assert [url for url in asked if not url.startswith(("file://", "about:", "data:"))] == []
    context.close()


def test_frames_have_their_widths_and_colours_on_every_device(look: Path, browser: Browser) -> None:
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
        page = context.new_page()
        page.set_viewport_size(ViewportSize(width=1280, height=9000))
        page.goto(f"file://{look}/index.html")
        frames = page.locator("#letter iframe, #form iframe").all()
        found = []
        for each in some(frames):
            inside = each.content_frame.locator("body")
            ground = inside.evaluate("body => getComputedStyle(body).backgroundColor")
            found.append((each.evaluate("frame => frame.clientWidth"), ground))
        assert found == [(375, LIGHT), (700, LIGHT), (375, DARK), (700, DARK)] * 2
        context.close()


def test_buttons_are_centred_and_words_of_headings_are_hyphenated(
    look: Path, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"file://{look}/form.html")
    buttons = page.locator(":is(.pp-calls a, .pp-button)")
    styles = "all => all.map(one => getComputedStyle(one).textAlign)"
    assert set(some(buttons.evaluate_all(styles))) == {"center"}
    styles = "all => all.map(one => getComputedStyle(one).hyphens)"
    assert set(some(page.locator("h1, h2").evaluate_all(styles))) == {"auto"}
    context.close()


def test_it_says_what_it_is_and_its_links_lead_nowhere(look: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"file://{look}/index.html")
    words = page.locator("body").inner_text()
    assert "Nothing is frozen" in words
    assert 'Data & "Privacy" {{7*7}}' in words
    facts = page.locator("#facts").inner_text()
    told = "every customer, but for those below; in English, German"
    for fact in ("2, material", "English (authoritative), German", told, "opted out of a version"):
        assert fact in facts
    letter = page.locator("#letter iframe").first.content_frame
    for link in some(letter.locator("a").all()):
        link.click()
    form = page.locator("#form iframe").first.content_frame
    form.get_by_role("button").first.click()
    assert {url for url in asked if not url.startswith(f"file://{look}/index.html")} <= {
        "about:srcdoc"
    }
    assert letter.locator("h1").inner_text()
    assert form.get_by_role("button").first.is_visible()
    for link in some(page.locator("nav a").all()):
        target = link.get_attribute("href") or ""
        assert page.locator(target).count() == 1
    context.close()


def test_a_form_as_one_file_has_the_dark_colours_of_the_site() -> None:
    theme, device = (
        re.findall(rf'\[data-md-color-scheme="{scheme}"\] \{{([^}}]+)\}}', asset_text(sheet))[0]
        for sheet, scheme in (("screen.css", "slate"), ("frame.css", "default"))
    )
    assert re.findall(r"--pp-[\w-]+: [^;]+", theme) == re.findall(r"--pp-[\w-]+: [^;]+", device)
