"""What a first visit fetches: a policy of 28 KB, with a browser that has nothing of it yet."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterator
from pathlib import Path

import material  # type: ignore[import-untyped]
import pytest
import tinycss2  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from playwright.sync_api import Browser, ViewportSize

from publisher.edges.assets import FONTS, asset_text
from publisher.edges.fonts import RANGES
from publisher.edges.mkdocs import theme
from publisher.edges.site_assets import packed
from publisher.edges.webfonts import BASIC, MORE, web_font_faces, web_font_files
from tests.fixtures import sample
from tests.fixtures.house import later, make_house
from tests.fixtures.statics import Host, hosting

pytestmark = pytest.mark.browser

SIZE = 28_000
"""Bytes of the policy's Markdown."""
MOST = 120_000
"""Bytes that a first visit may fetch."""
PACKED = (".woff2", ".png", ".pdf")
"""What no host packs once more."""


def policy() -> str:
    """A policy in English words: sections of paragraphs and lists, with what policies emphasise.

    Its words stand in no order, so that it packs worse than a text that means something.
    """
    found, luck = re.findall(r"[a-z]{2,}", sample.text("first")), random.Random(28)
    words = found[: len(found) // 2]  # a longer policy has not so many more words than a short one

    def some(least: int, most: int) -> str:
        return " ".join(luck.choices(words, k=luck.randint(least, most)))

    def sentence() -> str:
        text = some(8, 22).capitalize()
        kind = luck.random()
        if kind < 0.06:
            return f"**{text}.**"
        if kind < 0.12:
            return f"{text} *{some(1, 3)}*."
        if kind < 0.16:
            return f"{text}, see [{some(1, 3)}](#section-{luck.randrange(1, 9)})."
        return f"{text}."

    text, number = "", 0
    while len(text) < SIZE:
        number += 1
        text += f"## {some(2, 5).title()} {{#section-{number}}}\n\n"
        for _ in range(luck.randint(2, 4)):
            text += " ".join(sentence() for _ in range(luck.randint(2, 5))) + "\n\n"
        text += "".join(f"- {sentence()}\n" for _ in range(luck.randint(0, 5))) + "\n"
    return text


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    house = make_house(tmp_path_factory.mktemp("weight") / "house")
    house.write({"contact.md": policy()})
    house.commit()
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    # Where something is announced, a page says more, and has one script more.
    house.ok("freeze", "--effective", later(60))
    house.ok("build")
    with hosting(house.project.built) as served:
        yield served


def weight(host: Host, path: str) -> int:
    """Bytes of a file on its way: packed by gzip at its best, where that makes it less."""
    data = host.file(path).read_bytes()
    return len(data) if path.endswith(PACKED) else len(gzip.compress(data, 9))


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("path", ["privacy/", "privacy/1/", "privacy/2/"])
def test_a_first_visit_is_light(host: Host, browser: Browser, path: str, width: int) -> None:
    host.asked.clear()
    context = browser.new_context(viewport=ViewportSize(width=width, height=900))
    page = context.new_page()
    page.goto(host.address + path)
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 100_000)
    page.wait_for_load_state("networkidle")
    context.close()
    fetched = {name: weight(host, name) for name in host.asked}
    told = "\n".join(f"{size:8,} {name}" for name, size in fetched.items())
    assert len(fetched) == len(host.asked), "something was fetched twice"
    assert sum(fetched.values()) <= MOST, told


def test_the_search_is_fetched_when_somebody_searches(host: Host, browser: Browser) -> None:
    context = browser.new_context(viewport=ViewportSize(width=1280, height=900))
    page = context.new_page()
    page.goto(host.address + "privacy/history/")
    page.wait_for_load_state("networkidle")
    host.asked.clear()
    page.keyboard.press("/")
    page.keyboard.type("encrypt")
    page.locator(".md-search-result__link", has_text="Security").first.click()
    page.wait_for_url("**/privacy/*#security")
    assert any(re.match("assets/javascripts/workers/search", name) for name in host.asked)
    assert "search/search_index.json" in host.asked
    context.close()


# ── the theme's own sheets ───────────────────────────────────────────────────────────────────────

SHEET = """@charset "UTF-8";:root{--md-a-icon:url("data:image/svg+xml;charset=utf-8,<svg/>");\
--md-b-icon:url('data:,x')}.md-nav,.md-tabs{color:red}.md-tabs__list{margin:0}\
@media print{.admonition{display:none}}\
@media screen{.md-nav:not(.md-tabs){content:var(--md-a-icon)}\
.md-typeset :is(.admonition,details){top:0}}[data-md-color-primary=red]{--x:1}\
[data-md-color-primary=teal]{--x:2}"""


def test_rules_of_what_is_not_switched_on_are_left_out() -> None:
    sheets = theme.trimmed({"main.css": SHEET}, {"teal"}, ".x{top:var(--x)}")
    assert sheets["main.css"] == (
        '@charset "UTF-8";:root{--md-a-icon:url("data:image/svg+xml;charset=utf-8,<svg/>");}'
        ".md-nav{color:red}@media screen{.md-nav:not(.md-tabs){content:var(--md-a-icon)}"
        ".md-typeset :is(.admonition,details){top:0}}[data-md-color-primary=teal]{--x:2}"
    )


def test_no_page_has_a_class_whose_rules_were_left_out(host: Host) -> None:
    pages = [path.read_text("utf-8") for path in host.folder.rglob("*.html")]
    names = {name for page in pages for found in CLASSES.findall(page) for name in found.split()}
    assert len(names) > 80
    rules = "".join(f".{name}{{top:0}}" for name in sorted(names))
    assert theme.trimmed({"": rules}, (), "")[""] == rules


CLASSES = re.compile(r'class="([^"]*)"')


def test_a_site_that_switches_more_on_gets_the_whole_sheets(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    house.ok("freeze", "--effective", "unknown")
    settings = house.root / "mkdocs.yml"
    own = settings.read_text("utf-8")
    settings.unlink()
    whole = (Path(material.__file__).parent / "templates/assets/stylesheets").glob("main.*.css")
    (sheet,) = (path.read_text("utf-8") for path in whole)
    for more in ("", "markdown_extensions: [admonition]\n", "repo_url: https://git.example/x\n"):
        settings.write_text(own + more)
        house.commit()
        house.ok("build")
        (built,) = house.project.built.glob("assets/stylesheets/main.*.css")
        assert (built.read_text("utf-8") == sheet) == bool(more)


def test_our_sheet_is_packed_and_means_the_same() -> None:
    sheets = "".join(
        asset_text(f"{name}.css") for name in ("marks", "screen", "views", "compare", "redline")
    )
    assert meaning(packed(sheets)) == meaning(sheets)
    assert len(packed(sheets)) < len(sheets) * 0.95


def meaning(sheet: str) -> list[str]:
    """The tokens of a style sheet, but for comments and for spaces beside signs."""
    found: list[str] = []
    tokens = tinycss2.parse_component_value_list(sheet, skip_comments=True)
    text = tinycss2.serialize(tokens)
    for token in re.findall(r'"[^"]*"|[{};,]|[^\s{};,"]+|\s+', text):
        beside = found and found[-1] in ("{", "}", ";", ",")
        if not (token.isspace() and (beside or not found)):
            if token in ("{", "}", ";", ",") and found and found[-1].isspace():
                found.pop()
            if token == "}" and found[-1] == ";":
                found.pop()
            found.append(" " if token.isspace() else token)
    # "top: 1px" and "top:1px" are one declaration, "a :hover" and "a:hover" are two selectors.
    return re.findall(r"[^{};]+|[{};]", re.sub(r"(?<=[{;])([\w-]+): ", r"\1:", "".join(found)))


# ── fonts ────────────────────────────────────────────────────────────────────────────────────────

LATIN = sorted(FONTS.glob("*-latin-[46]00-*.woff2"))
PARTS = {"source-sans-3": "sans", "source-serif-4": "serif", "source-code-pro": "code"}


def read(ranges: str) -> set[int]:
    """The characters of a `unicode-range`."""
    found = (re.sub("U\\+", "", one).split("-") for one in re.split(r",\s*", ranges))
    return {c for ends in found for c in range(int(ends[0], 16), int(ends[-1], 16) + 1)}


def test_each_latin_character_is_in_one_part() -> None:
    basic, more = read(BASIC), read(MORE)
    assert basic | more == read(RANGES["latin"])
    assert not basic & more


@pytest.mark.parametrize("path", LATIN, ids=lambda path: path.stem)
def test_the_parts_of_a_font_have_what_it_has(path: Path) -> None:
    whole = TTFont(path)
    source, _, face = path.stem.partition("-latin-")
    found: dict[int, int] = {}
    for part, ranges in (("basic", BASIC), ("more", MORE)):
        font = TTFont(FONTS / f"screen/policy-{PARTS[source]}-{part}-{face}.woff2")
        own = {c: font["hmtx"][name][0] for c, name in font.getBestCmap().items()}
        assert set(own) & read(RANGES["latin"]) <= read(ranges)
        assert not set(own) & set(found)
        found |= own
        names = {record.nameID: str(record) for record in font["name"].names}
        # The licence reserves the name for the unmodified font.
        assert "Source" not in " ".join(names[key] for key in (1, 3, 4, 6))
        assert "Reserved Font Name" in names[0]
    assert found == {c: whole["hmtx"][name][0] for c, name in whole.getBestCmap().items()}


def test_every_font_file_has_its_rule() -> None:
    named = re.findall(r"url\(.*?\)", web_font_faces(""))
    assert {f'url("{path.name}")' for path in web_font_files()} == set(named)
