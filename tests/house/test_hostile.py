"""A page runs nothing but ours: no text of anybody becomes a script, an element or an attribute.

First in a browser that is told to heed no content security policy, so that it is the escaping that
is tried; then in one that heeds it, so that it is seen what the policy would forbid us.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import feedparser  # type: ignore[import-untyped]
import pytest
from click.testing import CliRunner
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, ViewportSize
from pypdf import PdfReader

from publisher.cli import command_line
from publisher.edges.mkdocs.order import Order, order
from tests.fixtures import tricks
from tests.fixtures.browsers import serving
from tests.fixtures.house import KEY, House
from tests.fixtures.some import some
from tests.fixtures.statics import hosting
from tests.fixtures.tricks import wicked

pytestmark = pytest.mark.browser

CUSTOMER = (
    """Ann <script>alert(1)</script> "><img src=x onerror=alert(1)> &lt;b&gt; {{opt_out_link}} """
    """[x](/evil) <mailto:x> `c` *b* ![](/evil) 7*7"""
)
ELEMENTS = """() => [...document.querySelectorAll('*')].flatMap((one) => {
  const odd = [...one.attributes].map(({name}) => name).filter((name) => /^on|[<>"'=]/.test(name));
  const own = /^(img|svg|iframe|object|embed|base)$/i.test(one.localName)
    && !one.closest('.md-icon, .md-logo, .pp-timeline, .md-search__icon, label, button');
  const inline = one.localName === 'script' && !one.src && !/json$/.test(one.type);
  return odd.length || own || inline ? [one.outerHTML.slice(0, 200)] : [];
})"""
"""Elements and attributes that nothing of ours has."""


SMUGGLED = "<script>alert('smuggled')</script>"


@dataclass(frozen=True)
class Shown:
    """The built site of the hostile project, as `publisher serve` serves it."""

    house: House
    at: str
    preview: str
    """Address of the preview with the draft."""

    @property
    def pages(self) -> list[str]:
        """The address of every page, and of those that need a question."""
        site = self.house.project.built
        files = some(site.rglob("*.html"))
        built = [str(path.relative_to(site)).removesuffix("index.html") for path in files]
        asked = ["privacy/compare/?from=1&to=2", "privacy/compare/?from=2&to=1", "nothing/here/"]
        asked += ["past/compare/?from=2&to=1", "privacy/on/?day=2027-04-01"]
        asked += ["privacy/compare/?from=%3Cimg src=x onerror=alert(1)%3E&to=1"]
        asked += ["privacy/2/changes/#change-use-1", "privacy/2/opt-out/?token=%3Cscript%3E"]
        asked += ["privacy/on/?day=%22%3E%3Cimg src=x onerror=alert(1)%3E"]
        return [self.at + path for path in sorted(built) + asked]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    patch = pytest.MonkeyPatch()
    patch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    house = tricks.make(tmp_path_factory.mktemp("hostile") / "house")
    people = StringIO()
    rows = [("customer", "address", "name"), ("c1", "ann@example.com", CUSTOMER)]
    csv.writer(people).writerows(rows)
    path = house.root.parent / "people.csv"
    path.write_text(people.getvalue(), "utf-8")
    house.ok("--policy", "privacy", "recipients", "import", str(path))
    house.ok("build", "--as-of", str(tricks.DAY))
    preview = house.root / "build/preview"
    token = order.set(Order(today=tricks.DAY, draft=True))
    mkdocs_build(load_config(str(house.root / "mkdocs.yml"), site_dir=str(preview)))
    order.reset(token)
    with serving(house) as address, hosting(preview) as beside:
        yield Shown(house, address, beside.address)
    patch.undo()


def personal_link(shown: Shown) -> str:
    """The address of the form of customer `c1`."""
    letter = shown.house.ok("--policy", "privacy", "notice", "2", "--as", "c1")
    found = re.search(r"http://127.0.0.1:8000/(privacy/2/opt-out/\?token=\w+)", letter)
    assert found
    return shown.at + found[1]


class Watch:
    """What a page did that it must not."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.ran: list[str] = []
        self.refused: list[str] = []
        self.page.on("dialog", self.asked)
        self.page.on("console", lambda said: self.heard(said.text))
        self.page.on("pageerror", self.failed)

    def asked(self, dialog: Dialog) -> None:
        self.ran.append(dialog.message)
        dialog.dismiss()

    def failed(self, error: Error) -> None:
        self.refused.append(f"{self.page.url}: {error}")

    def heard(self, text: str) -> None:
        if re.search("Content.Security.Policy", text):
            self.refused.append(f"{self.page.url}: {text}")

    def look(self, address: str) -> None:
        """Opens a page, and looks for elements that are not ours."""
        self.page.goto(address, wait_until="networkidle")
        self.settle()

    def settle(self) -> None:
        self.ran += [f"{self.page.url}: {odd}" for odd in self.page.evaluate(ELEMENTS)]
        self.ran += [self.page.url] * ("ppslothtml" not in self.page.content())


def watching(browser: Browser, *, heed: bool) -> Iterator[Watch]:
    context = browser.new_context(
        bypass_csp=not heed, viewport=ViewportSize(width=1280, height=900)
    )
    yield Watch(context)
    context.close()


@pytest.fixture
def open_eyes(browser: Browser) -> Iterator[Watch]:
    """A browser that would run whatever stands in a page."""
    yield from watching(browser, heed=False)


@pytest.fixture
def guarded(browser: Browser) -> Iterator[Watch]:
    """A browser as readers have it."""
    yield from watching(browser, heed=True)


def searched(page: Page, at: str) -> None:
    """Searches for words of the wicked texts, so that the results are shown."""
    page.goto(at)
    page.keyboard.press("/")
    page.keyboard.type("heading")
    page.locator(".md-search-result__item").first.wait_for()
    page.wait_for_timeout(300)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_no_text_runs_on_any_page_and_every_page_does_with_the_scripts_of_the_site(
    shown: Shown, open_eyes: Watch, guarded: Watch
) -> None:
    """Both browsers walk side by side, for most of the time each page is left to come to rest."""
    assert len(shown.pages) > 30
    previews = [shown.preview, shown.preview + "privacy/draft/changes/"]
    for address in [*shown.pages, *previews]:
        guarded.page.goto(address)
        open_eyes.look(address)
        guarded.page.wait_for_load_state("networkidle")
    searched(open_eyes.page, shown.at + "privacy/")
    open_eyes.settle()
    searched(guarded.page, shown.at + "privacy/2/")
    guarded.page.goto(personal_link(shown), wait_until="networkidle")
    assert not open_eyes.ran
    assert not guarded.refused


def test_no_text_runs_in_the_preview(shown: Shown, open_eyes: Watch) -> None:
    for path in ("", "privacy/draft/", "privacy/draft/changes/"):
        open_eyes.look(shown.preview + path)
    assert not open_eyes.ran


def test_no_text_runs_on_the_personal_form(shown: Shown, open_eyes: Watch) -> None:
    open_eyes.look(personal_link(shown))
    open_eyes.page.get_by_role("button", name="I opt out of version 2").click()
    open_eyes.page.get_by_text("You opted out").first.wait_for()
    open_eyes.settle()
    open_eyes.page.goto(shown.at + "privacy/2/opt-out/")
    open_eyes.page.get_by_label("Your e-mail address").fill("x@example.com")
    open_eyes.page.get_by_role("button", name="Send me the link").click()
    open_eyes.page.get_by_text("Check your mailbox").wait_for()
    open_eyes.settle()
    assert not open_eyes.ran


def test_texts_read_as_they_are_written(shown: Shown, open_eyes: Watch) -> None:
    page, title = open_eyes.page, one_line(wicked("title"))
    page.goto(shown.at + "privacy/")
    assert one_line(page.locator("h1").inner_text()) == title
    assert page.title() == f"""{title} - AT&T's "Terms" <draft>"""
    navigation = page.locator(".md-nav--primary")
    assert title in one_line(navigation.inner_text())
    assert page.locator(".md-header__topic").first.inner_text() == """AT&T's "Terms" <draft>"""
    assert one_line(page.locator(".md-header__topic").last.text_content() or "") == title
    listed = page.locator(".md-nav--secondary .md-nav__link")
    assert one_line(listed.first.inner_text()) == one_line(wicked("heading"))
    assert one_line(page.locator("#use").inner_text()).startswith(one_line(wicked("heading")))
    about = page.locator("meta[name=description]").get_attribute("content")
    assert about
    assert about.startswith(f"{title} of {one_line(wicked('organisation'))}, version 1")
    assert one_line(wicked("organisation")) in one_line(page.locator("footer").inner_text())
    assert page.locator("article .pp-remark").inner_text().split("\n")[0] == wicked("remark")


def test_search_results_read_as_they_are_written(shown: Shown, open_eyes: Watch) -> None:
    searched(open_eyes.page, shown.at + "privacy/")
    found = open_eyes.page.locator(".md-search-result__article h1, .md-search-result__article h2")
    titles = {one_line(text) for text in found.all_text_contents()}
    assert one_line(wicked("title")) in titles
    assert one_line(wicked("heading")) in titles


def test_a_comparison_in_the_browser_reads_as_it_is_written(shown: Shown, open_eyes: Watch) -> None:
    page = open_eyes.page
    page.goto(shown.at + "privacy/compare/?from=2&to=1")
    page.locator(".pp-redline").wait_for()
    assert wicked("words") in page.locator(".pp-redline").inner_text()
    assert wicked("code") in (page.locator(".pp-redline pre").first.text_content() or "")


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("heed", [False, True])
def test_a_comparison_in_one_file_runs_no_name_and_no_text(
    browser: Browser, tmp_path: Path, heed: bool
) -> None:
    paths = []
    for word in ("one", "two"):
        path = tmp_path / f"{word} <img src=x onerror=alert(1)> &lt;b&gt;.md"
        path.write_text("".join(tricks.sections(word).values()), "utf-8")
        paths.append(str(path))
    target = tmp_path / "changes.html"
    words = ["--project", str(tmp_path), "diff", *paths, "--format", "html", "-o", str(target)]
    result = CliRunner().invoke(command_line, words)
    assert result.exit_code == 0, result.output
    for watch in watching(browser, heed=heed):
        watch.look(target.as_uri())
        assert "one <img src=x onerror=alert(1)> &lt;b&gt;.md" in watch.page.inner_text("h1")
        watch.page.keyboard.press("j")
        assert watch.page.get_by_text("Change 1 of").is_visible()
        (own,) = watch.ran
        assert "<script>\n// Leads from change to change" in own, "the one script that is ours"
        smuggled = target.read_text("utf-8").replace("</body>", f"{SMUGGLED}</body>")
        target.write_text(smuggled, "utf-8")
        watch.page.goto(target.as_uri())
        assert ("smuggled" in watch.ran) != heed
        assert bool(watch.refused) == heed


# ── the content security policy ──────────────────────────────────────────────────────────────────


def test_what_pages_do_they_do_under_the_policy(shown: Shown, guarded: Watch) -> None:
    page = guarded.page
    page.goto(shown.at + "privacy/compare/?from=2&to=1")
    page.get_by_role("button", name="Next").wait_for()
    page.keyboard.press("j")
    page.get_by_text("Change 1 of").wait_for()
    page.goto(shown.at + "privacy/on/?day=2027-04-01")
    # One that applied, and one whose day had come without a record of its notice.
    assert page.locator(".pp-answer").get_by_role("listitem").count() == 2
    page.goto(shown.at + "privacy/2/changes/")
    page.get_by_role("button", name="Next").click()
    assert page.locator(".pp-current").is_visible()
    page.emulate_media(media="print")
    page.goto(shown.at + "privacy/history/")
    assert page.locator(".pp-timeline").count() == 2
    page.emulate_media(media="screen")
    page.goto(personal_link(shown))
    page.get_by_role("button", name=re.compile("opt.out of version 2$")).click()
    page.get_by_text(re.compile("You (opted out|withdrew)")).first.wait_for()
    assert not guarded.ran
    assert not guarded.refused


def test_every_answer_forbids_scripts_in_pages(shown: Shown, guarded: Watch) -> None:
    own = personal_link(shown)
    for address in [*shown.pages, own]:
        answer = guarded.page.request.get(address)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy


def test_a_script_that_was_smuggled_into_a_built_page_does_not_run(
    shown: Shown, guarded: Watch
) -> None:
    """On the receiver, and where a host of static files sends no policy."""
    page = shown.house.project.built / "privacy/2/opt-out/index.html"
    before = page.read_text("utf-8")
    page.write_text(before.replace("<main", f"{SMUGGLED}<main", 1), "utf-8")
    try:
        with hosting(shown.house.project.built) as static:
            own = personal_link(shown)
            for address in (
                f"{shown.at}privacy/2/opt-out/",
                own,
                f"{static.address}privacy/2/opt-out/",
            ):
                guarded.page.goto(address, wait_until="networkidle")
                assert "smuggled" in guarded.page.content()
    finally:
        page.write_text(before, "utf-8")
    assert not guarded.ran
    assert len(guarded.refused) >= 3


def test_the_colours_are_switched_and_kept(shown: Shown, guarded: Watch) -> None:
    page = guarded.page
    page.goto(shown.at + "privacy/")
    scheme = "() => document.body.getAttribute('data-md-color-media')"
    before = page.evaluate(scheme)
    page.locator("label[title*='switch to light']").click()
    assert page.evaluate(scheme) != before
    after = page.evaluate(scheme)
    # On a page of another depth, before anything is painted.
    page.goto(shown.at + "privacy/2/changes/", wait_until="commit")
    # By a selector: the page's own policy keeps a predicate in words from being evaluated.
    page.wait_for_selector("body[data-md-color-media]", state="attached")
    assert page.evaluate(scheme) == after
    page.goto(shown.at + "nothing/here/")
    assert page.evaluate(scheme) == after
    assert not guarded.refused


def test_a_page_that_is_not_built_runs_nothing_either(shown: Shown, guarded: Watch) -> None:
    built = shown.house.project.built / "privacy/2/opt-out/index.html"
    aside = built.rename(built.with_suffix(".aside"))
    try:
        guarded.look(personal_link(shown))
    finally:
        aside.rename(built)
    assert not guarded.ran
    assert not guarded.refused


# ── other ways out ───────────────────────────────────────────────────────────────────────────────


class Read(HTMLParser):
    """The elements of some HTML, with what no reader of feeds or mail should find in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.odd: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        odd = [name for name, _ in attrs if name.startswith("on")]
        if odd or tag in ("script", "img", "svg", "iframe", "object", "embed", "base"):
            self.odd.append(self.get_starttag_text() or "")

    def handle_data(self, data: str) -> None:
        self.words += data


def test_feeds_say_it_as_text(shown: Shown) -> None:
    site = shown.house.project.built
    looked_at = 0
    for path in [*some(site.rglob("feed.atom")), *some(site.rglob("feed.json"))]:
        text = path.read_text("utf-8")
        if path.suffix == ".json":
            items = json.loads(text)["items"]
            bodies = [item["content_html"] for item in items]
            titles = [item["title"] for item in items]
        else:
            ElementTree.fromstring(text)
            read = feedparser.parse(text, sanitize_html=False)
            bodies = [entry.content[0].value for entry in read.entries]
            root = ElementTree.fromstring(text)
            titles = [one.text or "" for one in root.iter("{http://www.w3.org/2005/Atom}title")][1:]
        looked_at += len(titles)
        assert all(title.startswith(wicked("title")) for title in titles)
        for body in bodies:
            assert not Read(body).odd
            assert "remark <script>" in Read(body).words
    assert looked_at > 4, "an imported version is no news, the others are"


def test_xml_and_json_read_back_what_was_written(shown: Shown) -> None:
    site = shown.house.project.built
    for path in some(site.rglob("*.xml")):
        ElementTree.fromstring(path.read_bytes())
    akn = ElementTree.fromstring((site / "privacy/2/policy.akn.xml").read_bytes())
    space = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
    assert "".join(akn.find(f".//{space}docTitle").itertext()) == wicked("title")  # type: ignore[union-attr]
    assert wicked("words") in "".join(akn.itertext())
    for path in some(site.rglob("*.json")):
        json.loads(path.read_text("utf-8"))
    assert json.loads((site / "privacy/2/policy.json").read_bytes())["title"] == wicked("title")
    links = (site / "privacy/timemap.link").read_text("utf-8")
    assert "script" not in links


def test_linked_data_is_not_ended_by_a_title(shown: Shown) -> None:
    page = (shown.house.project.built / "privacy/2/index.html").read_text("utf-8")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    assert json.loads(found[1])["name"] == wicked("title")


def test_pdfs_say_it_as_text(shown: Shown) -> None:
    site = shown.house.project.built
    for path in some(sorted(site.rglob("*.pdf"))):
        reader = PdfReader(BytesIO(path.read_bytes()))
        words = "".join("".join(page.extract_text() for page in reader.pages).split())
        assert "alert('" in words, path
        assert reader.metadata
        assert "<script>" in (reader.metadata.title or ""), path


def test_letters_say_it_as_text(shown: Shown, tmp_path: Path) -> None:
    letter = shown.house.ok("--policy", "privacy", "notice", "2", "--as", "c1", "--format", "eml")
    message = message_from_bytes(letter.encode(), policy=default)
    html = message.get_body(("html",))
    assert html
    read = Read(html.get_content())
    assert not read.odd
    assert CUSTOMER in one_line(read.words)
    assert one_line(wicked("letter")) in one_line(read.words)
    assert set(message.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Reply-To",
        "Policy-Release", "MIME-Version", "Content-Type", "Content-Language",
    }  # fmt: skip
