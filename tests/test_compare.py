"""Any version against any other: what is written down for the script, and the page in a browser."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from publisher.compare.amendment import Amendment, amend
from publisher.edges import archive, pdf
from publisher.edges.project import Project
from publisher.policies.address import Addresses
from publisher.policies.policy import Facts, Policy
from publisher.policies.release import Line, Materiality, Number, Release
from publisher.site.splices import index, join, splice
from publisher.site.versus import NEAR, chooser, compared, files, near, sections
from tests.access import violations
from tests.conftest import ROOT
from tests.strategies import amendments
from tests.test_browser import browser, own_site

__all__ = ["browser", "own_site"]  # fixtures, used by their names

SCRIPTS = ("compare.js", "compare-worker.js", "steps.js")
SHEETS = ("marks.css", "views.css", "compare.css")


def release(number: int, text: str) -> Release:
    day = dt.date(2020, 1, 1) + dt.timedelta(days=number)
    facts = Facts(title="Privacy policy", language="en", contact="", remark="",
                  sections=("all.md",), profile="none", days=0, effect="")  # fmt: skip
    return Release(
        number=Number(number),
        materiality=Materiality.MATERIAL,
        policy=Policy("privacy", facts, {"all.md": text}),
        published=dt.datetime.combine(day, dt.time(), dt.UTC),
        effective=day,
        previous=Number(number - 1) if number > 1 else None,
    )


def line_of(texts: Sequence[str]) -> Line:
    return [release(number, text) for number, text in enumerate(texts, 1)]


def between(old: Release, new: Release) -> Amendment:
    return amend(old.policy.document, new.policy.document)


def written(line: Line) -> dict[str, Any]:
    return {name: json.loads(data) for name, data in files(line, between)}


def letters(found: Any) -> str:
    return "".join(html for _, texts in found for _, html in texts)


# ── what is written down ─────────────────────────────────────────────────────────────────────────

letter = st.sampled_from(list("ab \n€𝕏"))


@given(st.text(letter), st.text(letter), st.text(letter))
def test_a_text_put_together_of_its_pieces_is_the_text(old: str, new: str, more: str) -> None:
    old, new = old * 5, new * 3
    text = old[3:] + more + new + old
    pieces = splice(text, [(old, index(old)), (new, index(new))])
    assert join(pieces, old + new) == text


def test_what_a_source_has_is_copied_and_not_repeated() -> None:
    old, new = "The first sentence stands here. ", "The second one is another. "
    pieces = splice(new + "<ins>" + old, [(old, index(old)), (new, index(new))])
    assert pieces == [(len(old), len(new)), "<ins>", (0, len(old))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(amendments())
def test_the_pieces_of_a_pair_make_its_redline(pair: tuple[str, str]) -> None:
    line = line_of(pair)
    found = written(line)
    for old, new in (line, line[::-1]):
        source = "".join(letters(found[f"{r.number}.json"]) for r in (old, new))
        pieces = found[f"{old.number}-{new.number}.json"]["pieces"]
        pieces = [piece if isinstance(piece, str) else tuple(piece) for piece in pieces]
        assert join(pieces, source) == compared(between(old, new), old, new)


@pytest.fixture(scope="module")
def own() -> Line:
    return archive.line(Project(ROOT), "privacy")


def test_every_pair_of_our_own_versions_is_there_and_small(own: Line) -> None:
    found = dict(files(own, between))
    numbers = [str(r.number) for r in own]
    pairs = {f"{a}-{b}.json" for a in numbers for b in numbers if a != b}
    assert found.keys() == {f"{number}.json" for number in numbers} | pairs
    for name, data in found.items():
        assert len(gzip.compress(data)) < 12_000, name


def test_passages_keep_the_numbers_of_their_items() -> None:
    text = "Before.\n\n## Use {#use}\n\n3. three\n4. four\n\n   more\n\n| a |\n| - |\n| b |\n"
    (_, before), (title, use) = sections(release(1, text).policy.document)
    assert [html for _, html in before] == ["<p>Before.</p>\n"]
    assert title == "Use"
    heading, three, four, table = use
    assert heading == ("", '<h2 id="use">Use</h2>\n')
    assert three[0] == four[0] == '<ol start="3">\n'
    assert three[1].startswith('<li value="3">')
    assert four[1].startswith('<li value="4">')
    assert "more" in four[1]
    assert table[0] == ""


def test_a_release_costs_the_same_however_many_came_before() -> None:
    many = line_of([f"## Use {{#use}}\n\nWe keep it {n} days.\n" for n in range(1, 41)])
    found = [name for name, _ in files(many, between)]
    assert len([name for name in found if "-" in name]) == (NEAR + 1) * NEAR
    assert len([name for name in found if "-" not in name]) == 40
    assert near(many)[0] is many[0]


def test_the_scripts_are_small() -> None:
    data = b"".join(pdf.style(name).encode() for name in SCRIPTS[:2])
    assert len(gzip.compress(data, 9)) < 6_000


# ── in a browser ─────────────────────────────────────────────────────────────────────────────────

TEXTS = [
    "Terms & <em>more</em> “here”.\n\n"
    "## Use {#use}\n\nWe use it.\n\n- mail\n- bills\n\n"
    "## Old &lt;b&gt; {#old}\n\nGone soon 𝕏.\n",
    *(
        "Terms & <script>document.title='broken'</script> here.\n\n"
        '## Use "><img src=x onerror=document.title=1> {#use}\n\n'
        f"We use it for {days} days.\n\n- mail\n- bills\n- news\n\nOne.\n\nTwo.\n\nThree.\n"
        for days in range(2, NEAR + 6)
    ),
]


class _Handler(SimpleHTTPRequestHandler):
    """A host that lets browsers keep the versions."""

    def log_message(self, *args: object) -> None:
        pass

    def end_headers(self) -> None:
        kept = re.search(r"/\d+\.json$", self.path)
        self.send_header("Cache-Control", "max-age=600" if kept else "no-store")
        super().end_headers()


class Place:
    """A folder that is served, with the page and nothing around it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address

    def fill(self, line: Line) -> None:
        """Writes the page of a policy with all that its script gets."""
        page = chooser(line, Addresses("../../", "privacy"))
        for name, data in files(line, between):
            (self.folder / "privacy/compare" / name).write_bytes(data)
        (self.folder / "privacy/compare/index.html").write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Compare</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f"{''.join(f'<link rel=stylesheet href=../../{name}>' for name in SHEETS)}"
            f"<main><h1>Compare</h1>{page}</main>"
            '<script type="module" src="../../compare.js"></script>'
        )


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("bare")
    (folder / "privacy/compare").mkdir(parents=True)
    for name in (*SCRIPTS, *SHEETS):
        (folder / name).write_text(pdf.style(name))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Place(folder, f"http://127.0.0.1:{server.server_port}/privacy/compare/")
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def told(page: Page) -> str:
    """What the page says once it has compared."""
    place = page.locator(".pp-compared")
    expect(place).not_to_have_text("Comparing …")
    expect(place).not_to_be_empty()
    return place.inner_text()


def same(page: Page, html: str) -> bool:
    """Whether the page shows just this."""
    found: bool = page.evaluate(
        """html => {
            const box = document.createElement("div");
            box.innerHTML = html;
            const shown = document.querySelector(".pp-result").cloneNode(true);
            for (const here of [box, shown]) here.querySelector(".pp-steps")?.remove();
            return shown.innerHTML === box.innerHTML;
        }""",
        html,
    )
    return found


@pytest.mark.browser
def test_the_browser_shows_what_the_comparison_says_of_our_own_versions(
    desk: Page, own_site: str, own: Line
) -> None:
    for old in own:
        for new in own:
            desk.goto(f"{own_site}privacy/compare/?from={old.number}&to={new.number}")
            said = told(desk)
            if old is new:
                assert said == "Both are the same version. Choose two that differ."
            else:
                assert said.startswith(f"From version {old.number} to version {new.number}: ")
                assert same(desk, compared(between(old, new), old, new)), (old.number, new.number)


@pytest.mark.browser
def test_the_browser_shows_what_the_comparison_says_of_generated_policies(
    desk: Page, bare: Place
) -> None:
    @settings(
        max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(amendments())
    def try_one(pair: tuple[str, str]) -> None:
        line = line_of(pair)
        bare.fill(line)
        for old, new in (line, line[::-1]):
            desk.goto(f"{bare.address}?from={old.number}&to={new.number}")
            told(desk)
            assert same(desk, compared(between(old, new), old, new))

    try_one()


@pytest.mark.browser
def test_choose_step_share_and_go_back(browser: Browser, desk: Page, own_site: str) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto(own_site + "privacy/history/")
    desk.get_by_role("link", name="Compare any two").click()
    assert told(desk) == "Choose two versions."
    desk.get_by_label("From", exact=True).select_option("1")
    desk.get_by_label("To", exact=True).select_option("2.1")
    desk.get_by_role("button", name="Compare").click()
    desk.wait_for_url("**/compare/?from=1&to=2.1")
    assert told(desk).startswith("From version 1 to version 2.1: ")
    data = [url for url in asked if url.endswith(".json") and "/compare/" in url]
    assert sorted(url.rpartition("/")[2] for url in data) == ["1-2.1.json", "1.json", "2.1.json"]
    assert all(url.startswith(own_site) for url in asked)
    shown = desk.locator(".pp-redline")
    here = desk.locator(".pp-here")
    count = desk.locator(".pp-place").count()
    desk.wait_for_function("document.querySelector('.pp-steps').hidden === false")
    desk.keyboard.press("j")
    assert here.inner_text().startswith(f"Change 1 of {count}: ")
    desk.keyboard.press("j")
    desk.keyboard.press("k")
    assert here.inner_text().startswith(f"Change 1 of {count}: ")
    assert desk.locator(".pp-current").is_visible()
    desk.check("#pp-facing")
    assert desk.locator(".pp-was").first.is_visible()
    desk.check("#pp-only")
    assert desk.locator(".pp-fold").first.is_visible()
    assert desk.locator(".pp-chain li:visible").count() == 2
    shared = desk.url
    assert "?from=1&to=2.1#change-" in shared

    other = browser.new_context().new_page()
    other.goto(shared)
    assert told(other) == told(desk)
    expect(other.locator(".pp-current")).to_be_visible()
    assert other.locator(".pp-redline").text_content() == shown.text_content()
    other.context.close()

    desk.get_by_role("button", name="Swap").click()
    desk.wait_for_url("**/compare/?from=2.1&to=1")
    assert told(desk).startswith("From version 2.1 to version 1: ")
    desk.go_back()
    desk.wait_for_url(shared)
    assert told(desk).startswith("From version 1 to version 2.1: ")
    assert desk.get_by_label("From", exact=True).input_value() == "1"
    desk.go_forward()
    assert told(desk).startswith("From version 2.1 to version 1: ")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=7&to=2", "There is no version “7”. Choose two of these."),
        ("from=7&to=", "There is no version “7” and no version “”. Choose two of these."),
        ("from=2&to=2", "Both are the same version. Choose two that differ."),
        (
            "from=%3Cimg%20src=x%20onerror=document.title=1%3E&to=2",
            "There is no version “<img src=x onerror=document.title=1>”. Choose two of these.",
        ),
        ("from=../../1&to=2", "There is no version “../../1”. Choose two of these."),
    ],
)
def test_an_address_that_names_no_pair_is_told_so(
    desk: Page, own_site: str, query: str, said: str
) -> None:
    desk.goto(f"{own_site}privacy/compare/?{query}")
    assert told(desk) == said
    assert desk.locator(".pp-result").inner_html() == ""
    assert desk.locator(".pp-chain li").first.is_visible()
    assert desk.title() != "1"


@pytest.mark.browser
def test_without_a_script_the_chain_of_pages_is_there(browser: Browser, own_site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{own_site}privacy/compare/?from=1&to=2.1")
    assert not page.locator(".pp-compare").is_visible()
    links = page.locator(".pp-chain").get_by_role("link")
    assert links.all_inner_texts() == [
        "From version 1 to version 2",
        "From version 2 to version 2.1",
    ]
    links.last.click()
    assert page.url.endswith("/privacy/2.1/changes/")
    assert page.locator("ins, del").first.is_visible()
    context.close()


@pytest.mark.browser
def test_versions_far_apart_are_compared_by_passages_and_it_is_said(
    desk: Page, bare: Place
) -> None:
    line = line_of(TEXTS)
    bare.fill(line)
    for old, new in ((2, 4), (4, 2), (2, NEAR + 5)):
        desk.goto(f"{bare.address}?from={old}&to={new}")
        assert told(desk) == f"From version {old} to version {new}: 1 change."
        assert "passage by passage" in desk.locator(".pp-remark").inner_text()
        texts = desk.locator(".pp-redline")
        gone, come = texts.locator(".pp-gone"), texts.locator(".pp-come")
        assert gone.inner_text() == f"Removed:\n\nWe use it for {old} days."
        assert come.inner_text() == f"Added:\n\nWe use it for {new} days."
        desk.keyboard.press("j")
        assert desk.locator(".pp-here").inner_text().startswith("Change 1 of 1: Use")
        for number, others in ((old, ".pp-come"), (new, ".pp-gone")):
            left = texts.evaluate(
                """(text, others) => {
                    const copy = text.cloneNode(true);
                    copy.querySelectorAll(`${others}, .pp-as-now, .pp-label, .pp-fold`)
                        .forEach((part) => part.remove());
                    return copy.textContent.replace(/\\s+/g, " ");
                }""",
                others,
            )
            whole = letters(sections(line[number - 1].policy.document))
            box = desk.evaluate(
                "html => Object.assign(document.createElement('div'), {innerHTML: html})"
                ".textContent.replace(/\\s+/g, ' ')",
                whole,
            )
            assert left.strip() == box.strip()
        desk.check("#pp-facing")
        assert not violations(desk).violations_count
        left_box, right_box = gone.bounding_box(), come.bounding_box()
        assert left_box is not None
        assert right_box is not None
        assert left_box["x"] + left_box["width"] <= right_box["x"]
    assert desk.title().endswith("Compare")
    assert desk.locator("img").count() == 0


@pytest.mark.browser
def test_versions_far_back_that_follow_one_another_have_their_own_page(
    desk: Page, bare: Place
) -> None:
    bare.fill(line_of(TEXTS))
    page = bare.folder / "privacy/3/changes/index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("<title>Changes</title>")
    desk.goto(f"{bare.address}?from=2&to=3")
    desk.wait_for_url("**/privacy/3/changes/")


@pytest.mark.browser
def test_what_cannot_be_fetched_is_told(desk: Page, bare: Place) -> None:
    bare.fill(line_of(TEXTS))
    (bare.folder / f"privacy/compare/1-{NEAR + 5}.json").unlink()
    desk.goto(f"{bare.address}?from=1&to={NEAR + 5}")
    assert told(desk).startswith("The comparison could not be fetched.")


@pytest.mark.browser
def test_what_a_browser_kept_from_an_earlier_build_is_fetched_again(
    desk: Page, bare: Place
) -> None:
    for word in ("orders", "invoices"):
        line = line_of([f"## Use {{#use}}\n\nWe keep {word} {n} days.\n" for n in (30, 60)])
        bare.fill(line)
        desk.goto(f"{bare.address}?from=1&to=2")
        assert told(desk) == "From version 1 to version 2: 1 change."
        assert same(desk, compared(between(*line), *line))


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(
    browser: Browser, own_site: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    for query in ("", "?from=1&to=2.1", "?from=9&to=1"):
        page.goto(f"{own_site}privacy/compare/{query}")
        told(page)
        for layout in ("inline", "facing") if "2.1" in query else ("",):
            if layout:
                page.check(f"#pp-{layout}")
            found = violations(page)
            assert not found.violations_count, f"{query} {layout}: {found.generate_report()}"
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{query} {layout} is {wide} px wide"
    context.close()
