"""Any version against any other: the page in a browser."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.edges.assets import asset_text
from publisher.edges.site_assets import site_script
from publisher.policies.policy import Facts, Policy
from publisher.releases.address import Addresses
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site import versus
from publisher.site.compare_steps import ComparableLine
from publisher.site.derived import DerivedTexts
from publisher.site.release_words import when_words
from publisher.wording.words import ENGLISH
from tests.fixtures.access import Scheme, violations
from tests.fixtures.browsers import Windows
from tests.fixtures.some import by_turns

pytestmark = pytest.mark.browser

SHEETS = ("marks.css", "views.css", "compare.css")
ASSETS = "assets/publisher"
ONE = "version 1 (in force from 1 January 2026)"
TWO = "version 2.1 (in force from 1 March 2027)"


def release(number: int, text: str, language: str = "en") -> Release:
    day = dt.date(2020, 1, 1) + dt.timedelta(days=number)
    facts = Facts(title="Privacy policy", language=language, contact="", remark="",
                  sections=("all.md",), profile="none", days=0, effect="")  # fmt: skip
    return Release(
        number=Number(number),
        materiality=Materiality.MATERIAL,
        policy=Policy("privacy", facts, {"all.md": text}),
        published=dt.datetime.combine(day, dt.time(), dt.UTC),
        effective=day,
        previous=Number(number - 1) if number > 1 else None,
    )


def line_of(texts: Sequence[str], language: str = "en") -> Releases:
    return Releases([release(number, text, language) for number, text in enumerate(texts, 1)])


# ── a page with nothing around it ────────────────────────────────────────────────────────────────


class _Handler(SimpleHTTPRequestHandler):
    """A host that lets browsers keep the versions."""

    def log_message(self, *args: object) -> None:
        pass

    def end_headers(self) -> None:
        kept = re.search(r"/\d+-\w+\.json$", self.path)
        self.send_header("Cache-Control", "max-age=600" if kept else "no-store")
        super().end_headers()


class Place:
    """A folder that is served, with the page and nothing around it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address

    @property
    def versions(self) -> list[Path]:
        return sorted((self.folder / "privacy/compare").glob("*.json"))

    def fill(self, releases: Releases) -> None:
        """Writes the page of a policy with all that its script gets."""
        at = Addresses("../../", "privacy")
        derived = DerivedTexts(releases, "Example", at)
        for old in self.versions:
            old.unlink()
        for one in releases:
            path = self.folder / "privacy/compare" / derived.comparable_name(one)
            path.write_bytes(derived.comparable(one))
        line = ComparableLine(
            releases[-1].policy.facts.language,
            ENGLISH,
            releases,
            (),
            ("", ""),
            lambda one: when_words(one, ENGLISH),
            derived.comparable_name,
            lambda _, new: at.changes(new.number),
        )
        (self.folder / "privacy/compare/index.html").write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Compare</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f"{''.join(f'<link rel=stylesheet href=../../{name}>' for name in SHEETS)}"
            f"<main><h1>Compare</h1>{versus.version_chooser(line, at)}</main>"
            f"{versus.compare_script(at)}"
        )


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("bare")
    (folder / "privacy/compare").mkdir(parents=True)
    (folder / ASSETS).mkdir(parents=True)
    for name in ("compare.js", "steps.js"):
        (folder / ASSETS / name).write_text(site_script(name))
    for name in SHEETS:
        (folder / name).write_text(asset_text(name))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Place(folder, f"http://127.0.0.1:{server.server_port}/privacy/compare/")
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(windows: Windows) -> Iterator[Page]:
    with windows.lent() as page:
        yield page


def told(page: Page) -> str:
    """What the page says once it has compared."""
    place = page.locator(".pp-compared")
    expect(place).not_to_be_empty()
    expect(place).not_to_have_text("Comparing …")
    return place.inner_text()


def words(page: Page, without: str, *, before: bool = False) -> str:
    """What is to be read of the text, without some of its parts.

    Args:
        page: on which two versions are compared.
        without: a selector.
        before: of the left side, where both stand side by side.
    """
    found: str = page.locator(".pp-redline").evaluate(
        """(text, [without, before]) => {
            const copy = text.cloneNode(true);
            const drop = (named) => copy.querySelectorAll(named).forEach((part) => part.remove());
            drop(`.pp-say, .pp-label, .pp-fold, .pp-seam, ${without}`);
            if (!before) drop(".pp-was");
            const parts = before ? [...copy.querySelectorAll(".pp-was")] : [copy];
            return parts.map((part) => part.textContent).join(" ").replace(/\\s+/g, "");
        }""",
        [without, before],
    )
    return found


def text_of(release: Release) -> str:
    return "".join(
        "".join(c.text.replace(" | ", "") for c in release.policy.document.clauses).split()
    )


# ── the published site ───────────────────────────────────────────────────────────────────────────


def test_choose_step_share_and_go_back(browser: Browser, desk: Page, sample_site: str) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto(sample_site + "privacy/history/")
    desk.get_by_role("link", name="Compare any two").click()
    # What is in force and what is coming is there at once.
    assert told(desk) == f"From {ONE} to {TWO}."
    assert desk.locator(".pp-redline ins:visible").count()
    desk.get_by_label("From", exact=True).select_option("1")
    desk.get_by_label("To", exact=True).select_option("2.1")
    desk.get_by_role("button", name="Compare").click()
    desk.wait_for_url("**/compare/?from=1&to=2.1")
    assert told(desk) == f"From {ONE} to {TWO}."
    data = [url.rpartition("/")[2] for url in asked if url.endswith(".json") and "/compare/" in url]
    assert {name.partition("-")[0] for name in data} == {"1", "2.1"}
    assert all(url.startswith(sample_site) for url in asked)
    shown = desk.locator(".pp-redline")
    here = desk.locator(".pp-here")
    count = desk.locator(".pp-place").count()
    expect(desk.locator(".pp-steps")).to_be_visible()
    desk.keyboard.press("j")
    assert here.inner_text().startswith(f"Change 1 of {count}: ")
    desk.get_by_role("button", name="Next").click()
    assert here.inner_text().startswith(f"Change 2 of {count}: ")
    desk.keyboard.press("k")
    assert here.inner_text().startswith(f"Change 1 of {count}: ")
    assert desk.locator(".pp-current").is_visible()
    desk.check("#pp-facing")
    assert desk.locator(".pp-was").first.is_visible()
    desk.check("#pp-only")
    assert desk.locator(".pp-fold").first.is_visible()
    assert desk.locator(".pp-chain li:visible").count() == 2
    shared = desk.url
    assert "?from=1&to=2.1#change-1" in shared

    other = browser.new_context().new_page()
    other.goto(shared)
    assert told(other) == told(desk)
    expect(other.locator(".pp-current")).to_be_visible()
    assert other.locator(".pp-redline").text_content() == shown.text_content()
    other.context.close()

    desk.get_by_role("link", name="The other way round").click()
    desk.wait_for_url("**/compare/?from=2.1&to=1")
    assert told(desk) == f"From {TWO} to {ONE}."
    desk.go_back()
    desk.wait_for_url(shared)
    assert told(desk) == f"From {ONE} to {TWO}."
    assert desk.get_by_label("From", exact=True).input_value() == "1"
    desk.go_forward()
    assert told(desk) == f"From {TWO} to {ONE}."


def test_what_is_marked_leads_from_the_one_text_to_the_other(
    desk: Page, sample_site: str, sample_releases: Releases
) -> None:
    for old, new in (
        (sample_releases[0], sample_releases[2]),
        (sample_releases[2], sample_releases[0]),
        (sample_releases[1], sample_releases[0]),
    ):
        desk.goto(f"{sample_site}privacy/compare/?from={old.number}&to={new.number}")
        told(desk)
        gone = "del, .pp-removed, .pp-removed-item, .pp-away"
        assert words(desk, gone) == text_of(new)
        assert words(desk, "ins, .pp-away", before=True) == text_of(old)


def test_the_list_of_changes_leads_to_each_of_them(desk: Page, sample_site: str) -> None:
    desk.goto(f"{sample_site}privacy/compare/?from=1&to=2.1")
    told(desk)
    links = desk.locator(".pp-changes a")
    places = links.evaluate_all("found => found.map((link) => link.hash)")
    assert len(places) > 3
    assert len(set(places)) == len(places)
    for place in places:
        assert desk.locator(place).count() == 1
    links.first.click()
    expect(desk.locator(".pp-current")).to_be_visible()


def test_the_figures_of_what_was_told_are_those_of_the_letter(
    desk: Page, sample_site: str, sample_releases: Releases
) -> None:
    """The letter about 2.1 tells of what changes since 1: the browser says what it says."""
    desk.goto(f"{sample_site}privacy/compare/?from=1&to=2.1")
    told(desk)
    summary = desk.locator(".pp-summary")
    said = summary.inner_text()
    figures = said.removeprefix("Changes: ").partition(", as told on ")[0]
    assert figures in sample_releases[2].notice
    assert re.fullmatch(r"[^.]*; \d+ words added, \d+ removed, \d+ moved", figures)
    summary.locator("a").click()
    desk.wait_for_url("**/privacy/2.1/changes/whole/")
    assert desk.locator(".pp-summary").inner_text() == f"{figures}."
    expect(desk.locator(".pp-told")).to_contain_text("As told on ")
    desk.goto(f"{sample_site}privacy/compare/?from=2.1&to=1")
    told(desk)
    assert re.fullmatch(
        r"Changes: \d+ added, \d+ amended, .*; \d+ words added, \d+ removed\.",
        desk.locator(".pp-summary").inner_text(),
    )


def test_one_version_after_another_has_its_own_page(desk: Page, sample_site: str) -> None:
    desk.goto(f"{sample_site}privacy/history/")
    desk.goto(f"{sample_site}privacy/compare/?from=1&to=2#change-security-1")
    desk.wait_for_url("**/privacy/2/changes/#change-security-1")
    desk.go_back()
    desk.wait_for_url("**/privacy/history/")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=7&to=2", "There is no such version. Choose two of these."),
        ("from=7&to=", "There is no such version. Choose two of these."),
        ("from=2&to=2", "Both are the same version. Choose two that differ."),
        ("from=%3Cimg%20src=x%20onerror=document.title=1%3E&to=2",
         "There is no such version. Choose two of these."),
        ("from=../../1&to=2", "There is no such version. Choose two of these."),
    ],
)  # fmt: skip
def test_an_address_that_names_no_pair_is_told_so(
    desk: Page, sample_site: str, query: str, said: str
) -> None:
    desk.goto(f"{sample_site}privacy/compare/?{query}")
    assert told(desk) == said
    assert desk.locator(".pp-result").inner_html() == ""
    assert desk.locator(".pp-chain li").first.is_visible()
    assert desk.title() != "1"


def test_without_a_script_the_chain_of_pages_is_there(windows: Windows, sample_site: str) -> None:
    with windows.lent(scripts=False) as page:
        page.goto(f"{sample_site}privacy/compare/?from=1&to=2.1")
        assert not page.locator(".pp-compare").is_visible()
        links = page.locator(".pp-chain").get_by_role("link")
        assert links.all_inner_texts() == [
            "From version 1 to version 2",
            "From version 2 to version 2.1",
        ]
        links.last.click()
        assert page.url.endswith("/privacy/2.1/changes/")
        assert page.locator("ins:visible, del:visible").count()


@pytest.mark.parametrize(("width", "scheme"), by_turns([375, 1280], ["light", "dark"]))
def test_it_is_accessible_and_fits(
    windows: Windows, sample_site: str, width: int, scheme: Scheme
) -> None:
    with windows.lent(width, scheme=scheme) as page:
        for query in ("", "?from=1&to=2.1", "?from=2.1&to=1", "?from=9&to=1"):
            page.goto(f"{sample_site}privacy/compare/{query}")
            told(page)
            layouts = ("inline", "facing") if page.locator("#pp-facing").is_visible() else ("",)
            for layout in layouts:
                if layout:
                    page.check(f"#pp-{layout}")
                found = violations(page)
                assert not found.violations_count, f"{query} {layout}: {found.generate_report()}"
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{query} {layout} is {wide} px wide"


def test_a_step_is_shown_at_once_as_its_own_page_has_it(bare: Place, desk: Page) -> None:
    bare.fill(line_of(["## Use {#use}\n\nFor 2 days.\n", "## Use {#use}\n\nFor 3 days.\n"]))
    step = bare.folder / "privacy/2/changes"
    step.mkdir(parents=True, exist_ok=True)
    (step / "index.html").write_text(
        '<!doctype html><title>T</title><main><h1>Above</h1><h2 id="pp-list">What changes</h2>'
        '<p><a href="#change-1">Use</a></p><div class="pp-views"><article class="pp-redline">'
        '<p>As it was told, <a href="../../1/">see</a> <ins>this</ins>.</p></article></div>'
        "<p>Below</p></main>"
    )
    desk.goto(bare.address)
    assert told(desk).startswith("From version 1 ")
    result = desk.locator(".pp-result")
    seen = " ".join(result.inner_text().split())
    assert seen == "What changes Use As it was told, see this."
    links = result.get_by_role("link").evaluate_all("all => all.map((one) => one.href)")
    there = bare.address.removesuffix("compare/")
    assert links == [f"{bare.address}#change-1", f"{there}1/"]
    desk.goto(f"{bare.address}?from=1&to=2#change-1")
    desk.wait_for_url(f"{there}2/changes/#change-1")


# ── texts of all kinds ───────────────────────────────────────────────────────────────────────────

MOVES = "We keep what you told us for as long as the law asks it of us."
TEXTS = [
    f"Terms & <em>more</em> “here”.\n\n{MOVES}\n\n"
    '## Use "><img src=x onerror=document.title=1> {#use}\n\n'
    "We use it for 2 days, see [Gone](#old).\n\n1. mail\n2. bills\n3. letters\n\n"
    "| what | why |\n| --- | --: |\n| mail | to write |\n| bills | to be paid |\n\n"
    "One.\n\nTwo.\n\nThree.\n\nFour.\n\n## Old &lt;b&gt; {#old}\n\nGone soon 𝕏.\n",
    "Unlike either of the others.\n\n## Use {#use}\n\nWe use it for 3 days.\n",
    "Terms & <script>document.title='broken'</script> here.\n\n"
    '## Use "><img src=x onerror=document.title=1> {#use}\n\n'
    "We use it for 30 days, see [Use](#use).\n\n1. mail\n2. letters\n3. **news**\n\n"
    "| what | why |\n| --- | --: |\n| mail | to write |\n| news | to tell |\n\n"
    f"One.\n\nTwo.\n\nThree.\n\nFour.\n\n{MOVES}\n",
]
RIGHT_TO_LEFT = [
    "سياسة الخصوصية.\n\n## الاستخدام {#use}\n\nنستخدم بياناتك لطلباتك.\n\n- بريد\n- فواتير\n",
    "سياسة.\n\n## الاستخدام {#use}\n\nشيء آخر هنا.\n",
    "سياسة الخصوصية.\n\n## الاستخدام {#use}\n\nنستخدم بياناتك لطلباتك فقط.\n\n- بريد\n- رسائل\n",
]


@pytest.mark.parametrize("texts", [TEXTS, RIGHT_TO_LEFT], ids=["hostile", "right to left"])
def test_texts_of_all_kinds_are_shown_as_they_are(
    desk: Page, bare: Place, texts: list[str]
) -> None:
    errors: list[str] = []
    desk.on("pageerror", lambda error: errors.append(str(error)))
    line = line_of(texts, "ar" if texts is RIGHT_TO_LEFT else "en")
    bare.fill(line)
    for old, new in ((1, 3), (3, 1), (3, 2), (2, 1)):
        desk.goto(f"{bare.address}?from={old}&to={new}")
        assert re.match(rf"From version {old} \(.*\) to version {new} \(.*\)\.$", told(desk))
        gone = "del, .pp-removed, .pp-removed-item, .pp-away"
        assert words(desk, gone) == text_of(line[new - 1])
        assert words(desk, "ins, .pp-away", before=True) == text_of(line[old - 1])
        desk.check("#pp-facing")
        assert not violations(desk).violations_count
    assert desk.title().endswith("Compare")
    assert desk.locator("img").count() == 0
    assert not errors


def test_text_that_moved_is_linked_both_ways(desk: Page, bare: Place) -> None:
    bare.fill(line_of([TEXTS[0], TEXTS[2], TEXTS[2] + "\nAnd more.\n"]))
    desk.goto(f"{bare.address}?from=1&to=3")
    told(desk)
    away = desk.locator(".pp-away")
    assert away.inner_text().startswith("“We keep what you told us")
    away.get_by_role("link").click()
    here = desk.locator(".pp-moved")
    assert desk.evaluate("document.querySelector(':target').closest('.pp-moved') !== null")
    assert MOVES in here.inner_text()
    here.get_by_role("link").click()
    assert desk.evaluate("document.querySelector(':target').matches('.pp-away')")


def test_lists_and_tables_stay_whole(desk: Page, bare: Place) -> None:
    bare.fill(line_of([TEXTS[0], TEXTS[2], TEXTS[2] + "\nAnd more.\n"]))
    desk.goto(f"{bare.address}?from=1&to=3")
    told(desk)
    text = desk.locator(".pp-redline")
    assert text.locator("> ol").count() == 1
    items = text.locator("> ol > li:not(.pp-was)")
    found = [item.inner_text() for item in items.all()]
    assert [re.sub(r"\[\w+:|end of \w+\]|\s", "", item) for item in found] == [
        "mail",
        "bills",
        "letters",
        "news",
    ]
    values = items.evaluate_all("found => found.map((item) => item.value)")
    assert [values[n] for n in (0, 2, 3)] == [1, 2, 3]
    rows = text.locator("> .pp-table tr")
    assert rows.count() == 4
    assert text.locator("> .pp-table").count() == 1


def test_what_cannot_be_fetched_is_told(desk: Page, bare: Place) -> None:
    unseen = [f"{TEXTS[0]}\nNo browser has this yet.\n", *TEXTS[1:]]
    for spoil in (Path.unlink, lambda path: path.write_text("<p>Not found")):
        bare.fill(line_of(unseen))
        spoil(bare.versions[0])
        desk.goto(f"{bare.address}?from=1&to=3")
        assert told(desk).startswith("The comparison could not be fetched.")
        assert desk.locator(".pp-chain li").first.is_visible()


def test_what_a_browser_kept_from_an_earlier_build_is_not_taken(desk: Page, bare: Place) -> None:
    for word in ("orders", "invoices"):
        texts = [f"## Use {{#use}}\n\nWe keep {word} {n} days.\n" for n in (30, 60, 90)]
        bare.fill(line_of(texts))
        desk.goto(f"{bare.address}?from=1&to=3")
        told(desk)
        assert words(desk, "del") == f"UseWekeep{word}90days."
