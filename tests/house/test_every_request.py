"""Every kind of request as a customer makes it: from a mail's HTML part to the receipt.

In Chromium, on a telephone and at a desk, with script and without, in two languages, by the
keyboard alone. One server and one site for all; each journey has a customer of its own.
"""

from __future__ import annotations

import csv
import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import Locator, Page, ViewportSize

from publisher.people.requests import RequestKind
from tests.fixtures.access import Scheme, violations
from tests.fixtures.browsers import Windows, serving
from tests.fixtures.forms import PHONE
from tests.fixtures.house import CONFIGURATION, FACTS, KEY, House, later, make_house
from tests.fixtures.houses import spooled
from tests.fixtures.request_pages import WAYS
from tests.fixtures.some import by_turns, some
from tests.releases.test_translation import DECLARED, GERMAN

pytestmark = pytest.mark.browser

SITE = "http://127.0.0.1:8000/"
DESK: ViewportSize = {"width": 1280, "height": 900}
LEAST_TARGET = 44
"""Pixels that a finger needs (WCAG 2.2, 2.5.5)."""
SETTINGS = f"""{CONFIGURATION}{WAYS}
[requests.sections]
"privacy/use" = "personal-data"
"privacy/contact" = "question"

[receiver]
trusted_proxies = ["127.0.0.1"]
"""
CHOICES = '[opt_out]\nchoices = ["accept", "end the contract", "question"]\n'
TARGETS = ".pp-optout :is(button, summary, textarea, input:not([type=hidden]):not([type=radio])), "
TARGETS += ".pp-optout .pp-choice, main .md-button, .pp-more :is(button, summary)"
ON_PHONES = f"{TARGETS}, .pp-asked a, .pp-foot a"
"""Where a mouse points, the links of notes and of the foot are as large as their words."""


@dataclass(frozen=True)
class Journey:
    """One request, and how it is made."""

    kind: RequestKind | None
    """None: to see what applies."""
    page: str = ""
    """The page for requests that it begins on; empty: it begins with the letter."""

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.kind or 'what applies'} {self.page or 'by the letter'}"


JOURNEYS = [
    *(Journey(kind) for kind in (
        RequestKind.OPT_OUT, RequestKind.ACCEPT, RequestKind.WITHDRAW, RequestKind.END,
        RequestKind.QUESTION,
    )),
    *(Journey(kind, "mailings") for kind in (RequestKind.LEAVE, RequestKind.JOIN)),
    *(Journey(kind, "personal-data") for kind in (
        RequestKind.CORRECT, RequestKind.ACCESS, RequestKind.ERASE, RequestKind.OBJECT,
    )),
    Journey(RequestKind.QUESTION, "question"),
    Journey(None, "applies"),
]  # fmt: skip
WAYS_TO_READ = [("en", PHONE), ("de", DESK)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A served project in two languages with version 2 announced, and a customer a journey."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    house = make_house(tmp_path_factory.mktemp("asked") / "house", SETTINGS)
    facts = FACTS.replace("[opt_out]\n", CHOICES) + DECLARED
    house.write({"policy.toml": facts, **GERMAN})
    house.commit("Auf Deutsch")
    house.ok("freeze", "--effective", "unknown")
    house.write({"de/security.md": GERMAN["de/security.md"].replace("128", "256")})
    house.edit()
    house.ok("freeze", "--effective", later(60))
    people = house.root.parent / "people.csv"
    rows = [
        f"c-{tag}-{number},c{number}{tag}@customer.example,Cleo,{tag}"
        for number, _ in enumerate(JOURNEYS)
        for tag, _ in WAYS_TO_READ
    ]
    people.write_text("\n".join(("customer,address,name,language", *rows, "")))
    house.ok("recipients", "import", str(people))
    house.ok("send", "2", "--confirm")
    house.ok("build")
    with serving(house) as address:
        yield house, address
    patch.undo()


class Reader:
    """A customer in front of a browser, who has a keyboard and no mouse."""

    def __init__(self, site: tuple[House, str], page: Page, tag: str, number: int) -> None:
        self._house, self._address = site
        self._page, self._tag = page, tag
        self._customer, self._mailbox = f"c-{tag}-{number}", f"c{number}{tag}@customer.example"
        self._read: set[str] = set()

    def open_letter(self) -> None:
        """Shows the HTML part of the letter, as a mail program does."""
        words = ("notice", "2", "--as", self._customer, "--format", "html")
        self._show(self._house.ok(*words))

    def open_mail(self) -> None:
        """Shows that of the mail that comes next."""
        end = time.monotonic() + 60
        while True:
            for raw in spooled(self._house.project):
                mail = message_from_bytes(raw, policy=default)
                name = str(mail["Message-ID"])
                ours = self._mailbox in str(mail["To"]) and mail["Auto-Submitted"] == "auto-replied"
                if ours and name not in self._read:
                    self._read.add(name)
                    part = mail.get_body(("html",))
                    assert part
                    self._show(part.get_content())
                    return
            assert time.monotonic() < end, "no mail came"
            self._house.run("receipts", "send")  # or the server does, whoever is first

    def _show(self, html: str) -> None:
        self._page.set_content(html.replace(SITE, self._address))

    def go(self, path: str) -> None:
        """Opens a page of the site."""
        self._page.goto(f"{self._address}{path}")

    def tab_to(self, what: Locator) -> None:
        """Goes from one thing to the next until it is this one; each shows where one is."""
        expect = what.first
        for _ in range(150):
            self._page.keyboard.press("Tab")
            if expect.evaluate("(one) => one === document.activeElement"):
                break
        else:
            pytest.fail(f"the keyboard does not get to {what}")
        assert expect.evaluate(
            "(one) => [one, one.closest('label') ?? one].some((each) => { "
            "const style = getComputedStyle(each); return style.boxShadow !== 'none' "
            "|| (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0); })"
        ), f"nobody sees that {what} has the focus"
        assert expect.is_visible()

    def press(self, what: Locator) -> None:
        """Goes to a link or a button, and follows it."""
        self.tab_to(what)
        with self._page.expect_navigation():
            self._page.keyboard.press("Enter")

    def type(self, what: Locator, words: str) -> None:
        """Writes into a field."""
        self.tab_to(what)
        self._page.keyboard.type(words)

    def main_link(self, page: str) -> Locator:
        """The link in a mail to a page for requests."""
        return self._page.locator(f'a[href*="/requests/{page}/"]')

    # ── the journey ────────────────────────────────────────────────────────────────────────────

    def ask_by_letter(self, kind: RequestKind) -> None:
        """From the letter to the receipt, or to the mail that confirms."""
        self.open_letter()
        self.press(self._page.locator('a[href*="/opt-out/"]'))
        if kind is RequestKind.WITHDRAW:
            self._declare(RequestKind.OPT_OUT)
            self.open_mail()
            self.press(self._page.locator('a[href*="/opt-out/"]'))
        self._declare(kind)
        if kind is RequestKind.END:
            self.confirm()

    def _declare(self, kind: RequestKind) -> None:
        page = self._page
        look(page)
        form = page.locator("form", has=page.locator(f'input[value="{kind}"]'))
        if not form.is_visible():
            self.tab_to(page.locator(".pp-more > summary"))
            page.keyboard.press("Enter")
            look(page)
        if kind is RequestKind.QUESTION:
            self.type(form.locator("textarea"), "How long?")
        self.press(form.locator("button"))

    def ask_on_page(self, journey: Journey) -> None:
        """From the page for requests by the mailed link to the receipt, or to what applies."""
        page, language = self._page, "" if self._tag == "en" else f"{self._tag}/"
        self.go(f"requests/{language}")
        look(page)
        self.press(page.locator("main .pp-requests").locator(f'a[href*="{journey.page}"]'))
        look(page)
        if page.locator(".pp-choice").count():
            self._choose(page.locator(f'input[value="{journey.kind}"]'))
        if page.locator("textarea").count():
            self.type(page.locator("textarea"), "My name is Cleo B.")
        self.type(page.locator("input[type=email]"), self._mailbox)
        self.press(page.locator(".pp-form button"))
        look(page)
        self.open_mail()
        if journey.kind is None:
            self.press(self.main_link("applies"))
        else:
            self.confirm(again=False)

    def _choose(self, radio: Locator) -> None:
        """Of a group, Tab goes to the first, and arrows to the others."""
        first = self._page.locator(".pp-choice input").first
        self.tab_to(first)
        self._page.keyboard.press("Space")
        while not radio.is_checked():
            self._page.keyboard.press("ArrowDown")

    def confirm(self, *, again: bool = True) -> None:
        """Opens the link of the mail, and presses the button."""
        if again:
            self.open_mail()
        self.press(self.main_link("confirm"))
        look(self._page)
        self.press(self._page.locator(".pp-form button"))


def look(page: Page) -> None:
    """A page as its reader sees it: nothing is to be scrolled sideways, and fingers find all."""
    wide = page.viewport_size
    assert wide
    assert page.evaluate("document.documentElement.scrollWidth") <= wide["width"]
    small = page.evaluate(
        """([targets, least]) => [...document.querySelectorAll(targets)].filter((one) => {
          const box = one.getBoundingClientRect();
          return box.width && Math.min(box.width, box.height) < least;
        }).map((one) => one.outerHTML)""",
        [ON_PHONES if wide == PHONE else TARGETS, LEAST_TARGET],
    )
    assert not small, small


@pytest.mark.parametrize(("number", "way"), by_turns(range(len(JOURNEYS)), WAYS_TO_READ))
def test_from_a_mail_to_the_receipt(
    site: tuple[House, str], windows: Windows, number: int, way: tuple[str, ViewportSize]
) -> None:
    journey, (tag, screen) = JOURNEYS[number], way
    script = (number // 2 % 2 == 0) == (screen is PHONE)
    scheme: Scheme = "light" if screen is PHONE else "dark"
    client = f"203.0.113.{number + 1 + 100 * (screen is DESK)}"
    with windows.lent(screen["width"], screen["height"], scheme, scripts=script) as page:
        page.context.set_extra_http_headers({"X-Forwarded-For": client})
        page.set_default_timeout(10_000)
        reader = Reader(site, page, tag, number)
        if journey.page:
            reader.ask_on_page(journey)
        else:
            assert journey.kind
            reader.ask_by_letter(journey.kind)
        look(page)
        said = page.inner_text("main")
        if journey.kind is None:
            assert page.locator(".pp-applies h2").first.is_visible()
            reader.press(page.locator(".pp-applies a[href*=letter]"))
            assert "opt-out/" in page.locator(".pp-sent").inner_text()
            look(page)
        else:
            assert re.search(r"R-\d{6}", said), said
        if script:
            found = violations(page, scheme)
            assert found.violations_count == 0, found.generate_report()


def test_fingers_find_the_links_of_sections_and_of_the_foot(
    site: tuple[House, str], windows: Windows
) -> None:
    with windows.lent(PHONE["width"], PHONE["height"]) as page:
        for path in ("privacy/", "privacy/de/", "privacy/1/", ""):
            page.goto(f"{site[1]}{path}")
            look(page)
            assert page.locator(".pp-foot a").count() > 1
            assert page.locator(".pp-asked a").count() == (2 if path[-3:] in ("cy/", "de/") else 0)


def test_the_way_out_of_mailings_is_in_the_language_of_its_reader(
    site: tuple[House, str], windows: Windows
) -> None:
    rows = list(csv.DictReader(site[0].ok("mailings", "--format", "csv").splitlines()))
    with windows.lent(PHONE["width"], PHONE["height"]) as page:
        for tag in ("en", "de"):
            own = next(row["unsubscribe"] for row in reversed(rows) if row["language"] == tag)
            page.goto(own.replace(SITE, site[1]))
            assert page.locator("html").get_attribute("lang") == tag
            look(page)
            assert page.locator(".pp-form button").first.inner_text()


def test_every_page_leads_to_what_may_be_asked_for(site: tuple[House, str]) -> None:
    """In the language of the page; and a section, beneath its heading, to the page it is about."""
    built = site[0].project.built
    for path in some(built.rglob("index.html")):
        depth = len(path.relative_to(built).parts) - 1
        html = path.read_text("utf-8")
        tag = re.search(r'<html lang="(\w+)"', html)
        assert tag, path
        assert re.search(rf'href="(\./)?{"../" * depth}requests/{tag[1]}/"', html), path
    pages = itertools.product(
        (("", "en"), ("de/", "de")), (("use", "personal-data"), ("contact", "question"))
    )
    for (folder, language), (section, page) in pages:
        html = (built / f"privacy/{folder}index.html").read_text("utf-8")
        after = html.split(f'id="{section}"')[1].split("</h2>")[1]
        assert re.match(rf'\s*<p class="pp-asked .*requests/{page}/{language}/', after), after[:300]
        assert "pp-asked" not in (built / f"privacy/1/{folder}index.html").read_text("utf-8")
