"""How letters look: on telephones and desktops, light and dark, in every language; and that both
parts state the same facts.

The fonts that mail programs have are not on every machine. DejaVu Sans is, and is wider than all of
them; scaled so that its letter `n` has their advance, it stands for Roboto (Android), San Francisco
(iOS) and Segoe UI (Windows).
"""

from __future__ import annotations

import colorsys
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from rich.cells import cell_len
from selectolax.lexbor import LexborHTMLParser

from publisher.letters.design import LetterDesign, button_places, plain_part
from publisher.letters.html_part import LARGEST_HTML_PART, styled, subject_of
from publisher.text.parsing import parse
from publisher.wording.language import is_right_to_left
from tests.fixtures.access import violations
from tests.fixtures.letter_samples import SAMPLES, filled
from tests.fixtures.some import by_turns, some
from tests.fixtures.template_letters import TEXTS, template_letters

pytestmark = pytest.mark.browser

FONTS = {
    "Roboto": 0.5517 / 0.6338,
    "San Francisco": 0.5859 / 0.6338,
    "Segoe UI": 0.5654 / 0.6338,
    "DejaVu Sans": 1.0,
}
"""The advance of `n` as a share of that of DejaVu Sans."""
WIDTHS = (320, 375, 600)
PHONE = ViewportSize(width=375, height=812)
LEAST_CONTRAST = 4.5
"""Of text (WCAG 2.2, 1.4.3)."""


@dataclass(frozen=True)
class Shown:
    """A letter and its two parts."""

    language: str
    text: str

    @property
    def html(self) -> str:
        return str(styled(self.text, self.language))

    @property
    def without_sheet(self) -> str:
        """As a program shows it that drops style sheets."""
        return re.sub(r"<style>.*?</style>", "", self.html, flags=re.DOTALL)

    @property
    def plain(self) -> str:
        return plain_part(self.text, LetterDesign.BUTTONS)


LETTERS = {
    **{name: Shown(language, filled(name)) for name, (language, _) in SAMPLES.items()},
    **{name: Shown(*letter) for name, letter in template_letters().items()},
}
each_letter = pytest.mark.parametrize("name", LETTERS)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page(viewport=PHONE)
    yield made
    made.close()


def show(page: Page, html: str, scheme: str = "light", width: int = 375) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=812))
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_content(html)


# ── room ─────────────────────────────────────────────────────────────────────────────────────────


def in_font(html: str, share: float) -> str:
    """The letter where the fonts that it asks for are as wide as those of some program."""
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; size-adjust: {share:.1%};'
        f' src: local("DejaVu Sans{face}") }}'
        for family in ("Segoe UI", "Roboto", "Helvetica", "Arial")
        for weight, face in ((400, ""), (700, " Bold"))
    )
    return html.replace("</head>", f"<style>{faces}</style></head>")


EDGES = """[...document.querySelectorAll('body *')].map(element => {
  const box = element.getBoundingClientRect();
  return [box.left, box.right];
})"""
BOXES = """[...document.querySelectorAll('.button a')].map(a => {
  const box = a.getBoundingClientRect();
  return [box.top + scrollY, box.bottom + scrollY, box.width, box.height];
})"""
FIRST_LINE = """(() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('p'));
  return range.getClientRects()[0].width;
})()"""


@each_letter
def test_there_is_room_for_all_of_it(page: Page, name: str) -> None:
    """Nothing is wider than the screen, and the first one of a telephone has all buttons."""
    widths = set()
    for share in FONTS.values():
        show(page, in_font(LETTERS[name].html, share))
        require_buttons(page, len(button_places(parse(LETTERS[name].text))))
        for width in WIDTHS:
            page.set_viewport_size(ViewportSize(width=width, height=PHONE["height"]))
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            edges = some(page.evaluate(EDGES))
            assert all(left >= 0 and right <= width for left, right in edges)
        widths.add(page.evaluate(FIRST_LINE))
    assert len(widths) == len(FONTS), "the fonts were not those that were asked for"


def require_buttons(page: Page, count: int) -> None:
    """All buttons of a letter in sight, each large enough for a thumb that hits it alone."""
    boxes = page.evaluate(BOXES)
    assert len(boxes) == count >= 2
    for _, bottom, width, height in boxes:
        assert bottom <= PHONE["height"]
        assert min(width, height) >= 44
    for (_, above, *_), (below, *_) in pairwise(boxes):
        assert below - above >= 8


@each_letter
def test_a_button_needs_no_style_sheet_and_no_picture(name: str) -> None:
    """Outlook shows letters by Word, which knows the colour and the height of a cell."""
    root = LexborHTMLParser(LETTERS[name].html)
    assert not root.css("img, svg, button, input, form, script, link")
    first, *others = (table.css_first("td") for table in some(root.css("table.button")))
    for cell in (first, *others):
        assert cell is not None
        named = cell.attributes
        assert int(named["height"] or 0) >= 44
        assert f"background-color: {named['bgcolor']}" in (named["style"] or "")
        (link,) = cell.css("a")
        assert "color:" in (link.attributes["style"] or "").replace("-color:", "")
    assert first is not None
    assert {first.attributes["bgcolor"]}.isdisjoint(
        other.attributes["bgcolor"] for other in others if other is not None
    )


# ── colours ──────────────────────────────────────────────────────────────────────────────────────

COLOURS = """(() => {
  const found = {}, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data.trim();
    if (!words) continue;
    let element = walker.currentNode.parentElement, ground = element;
    const ink = getComputedStyle(element).color;
    const colour = () => getComputedStyle(ground).backgroundColor;
    while (ground && colour() === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
    found[`${ink} on ${ground ? colour() : 'rgb(255, 255, 255)'}`] = words;
  }
  return found;
})()"""
"""The colours of all words and of the grounds they stand on, with some of the words."""
Colour = tuple[float, ...]


def colours(page: Page) -> dict[tuple[Colour, Colour], str]:
    def read(colour: str) -> Colour:
        return tuple(int(part) / 255 for part in re.findall(r"\d+", colour)[:3])

    found: dict[tuple[Colour, Colour], str] = {}
    for pair, words in some(page.evaluate(COLOURS).items()):
        ink, _, ground = pair.partition(" on ")
        found[read(ink), read(ground)] = words
    return found


def luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """As WCAG 2.2 has it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def turned(colour: Colour) -> Colour:
    """A colour as programs turn it for a dark window: as light as it was dark."""
    hue, light, full = colorsys.rgb_to_hls(*colour)
    return colorsys.hls_to_rgb(hue, 1 - light, full)


def darkened(ground: Colour) -> Colour:
    return turned(ground) if colorsys.rgb_to_hls(*ground)[1] > 0.5 else ground


def lightened(ink: Colour) -> Colour:
    return turned(ink) if colorsys.rgb_to_hls(*ink)[1] < 0.5 else ink


@each_letter
def test_words_are_legible_in_light_and_dark_windows(page: Page, name: str) -> None:
    letter = LETTERS[name]
    shown = {"light": letter.html, "dark": letter.html, "dark, without": letter.without_sheet}
    for scheme, html in shown.items():
        show(page, html, scheme[:5].rstrip(","))
        for (ink, ground), words in colours(page).items():
            assert contrast(ink, ground) >= LEAST_CONTRAST, (scheme, words)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(20, 24, 29)" if scheme == "dark" else "rgb(255, 255, 255)")


@each_letter
def test_words_are_legible_where_a_program_turns_the_colours(page: Page, name: str) -> None:
    """All of them, or only light grounds and dark words, as programs do that ask nobody."""
    show(page, LETTERS[name].without_sheet)
    for (ink, ground), words in colours(page).items():
        assert contrast(turned(ink), turned(ground)) >= LEAST_CONTRAST, words
        assert contrast(lightened(ink), darkened(ground)) >= LEAST_CONTRAST, words


def test_buttons_are_legible_where_chromium_turns_the_colours(page: Page) -> None:
    """By its own rules, as they are painted."""
    session = page.context.new_cdp_session(page)
    show(page, LETTERS["English"].without_sheet)
    session.send("Emulation.setAutoDarkModeOverride", {"enabled": True})
    body = painted(page.screenshot(clip={"x": 0, "y": 0, "width": 300, "height": 15}))[0]
    assert luminance(body) < 0.1, "the window is not dark"
    for link in some(page.locator(".button a").all()):
        colours_of_button = painted(link.screenshot())
        ground = colours_of_button[0]
        assert max(contrast(one, ground) for one in colours_of_button) >= LEAST_CONTRAST
    session.send("Emulation.setAutoDarkModeOverride", {})
    session.detach()


def painted(data: bytes) -> list[Colour]:
    """The colours of a picture, the most frequent first."""
    picture = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
    found = Counter(zip(*(picture[channel::3] for channel in range(3)), strict=True))
    return [tuple(part / 255 for part in colour) for colour, _ in found.most_common()]


# ── who reads by ear, and in which language ──────────────────────────────────────────────────────


@each_letter
def test_it_says_its_language_direction_role_and_title(name: str) -> None:
    letter = LETTERS[name]
    root = LexborHTMLParser(letter.html)
    way = "rtl" if is_right_to_left(letter.language) else "ltr"
    html, article = root.css_first("html"), root.css_first("[role=article]")
    assert html is not None
    assert article is not None
    for one in (html, article):
        assert (one.attributes["lang"], one.attributes["dir"]) == (letter.language, way)
    title = root.css_first("title")
    assert title is not None
    assert title.text() == article.attributes["aria-label"] == subject_of(letter.text)
    assert len(root.css("h1")) == 1
    assert len(letter.html.encode()) <= LARGEST_HTML_PART
    for table in some(root.css("table.button")):
        assert table.attributes["role"] == "presentation"


@pytest.mark.parametrize(
    ("name", "scheme"),
    by_turns([*SAMPLES, *(f"{each}, amendment, usual" for each in TEXTS)], ["light", "dark"]),
)
def test_axe_finds_nothing(page: Page, name: str, scheme: str) -> None:
    show(page, LETTERS[name].html, scheme)
    found = violations(page)
    assert not found.violations_count, found.generate_report()


def test_from_right_to_left_everything_stands_on_the_other_side(page: Page) -> None:
    """Also a paragraph that begins with a Latin name."""
    show(page, LETTERS["Arabic"].html)
    edges = page.evaluate(
        """['h1', 'p:nth-of-type(2)', '.button', 'li', 'blockquote'].map(name => {
          const one = document.querySelector(name), style = getComputedStyle(one);
          return [style.direction, style.textAlign, one.getBoundingClientRect().right];
        })"""
    )
    assert [way for way, _, _ in edges] == ["rtl"] * 5
    assert [right for _, _, right in edges] == [359, 359, 359, 359 - 22, 359]
    border = "getComputedStyle(document.querySelector('blockquote')).border"
    assert page.evaluate(f"{border}RightWidth") == "4px"
    assert page.evaluate(f"{border}LeftWidth") == "0px"
    assert page.evaluate("getComputedStyle(document.querySelector('ul')).paddingLeft") == "0px"


def test_a_name_in_another_script_goes_its_own_way(page: Page) -> None:
    text = filled("English", "דנה לוי").replace("Dear דנה לוי,", "דנה לוי היקרה,")
    show(page, styled(text))
    ways = page.evaluate(
        "[...document.querySelectorAll('p')].slice(0, 2).map(p => getComputedStyle(p).direction)"
    )
    assert ways == ["rtl", "ltr"]


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "subject", "words"),
    [("English", "Opt-out", "I opt out"), ("German", "Widerspruch", "Ich widerspreche")],
)
def test_an_answer_is_addressed_and_filled_in(
    page: Page, name: str, subject: str, words: str
) -> None:
    """RFC 6068: a mail program makes of the link a message that has only to be sent."""
    show(page, LETTERS[name].html)
    (link,) = page.evaluate(
        "[...document.links].map(a => a.href).filter(href => href.includes('?subject='))"
    )
    parts = urlsplit(link)
    assert unquote(parts.path).startswith("opt-out+privacy_2_1f_")
    assert parse_qs(parts.query) == {"subject": [subject], "body": [words]}


# ── the same facts ───────────────────────────────────────────────────────────────────────────────


LONGEST = 40
"""Letters of a word that is surely whole in a line."""


def said(text: str) -> tuple[set[str], set[str]]:
    """The words of a text that no line end may break; and all of them."""
    words = set(re.findall(r"\w+", text))
    return {word for word in words if cell_len(word) == len(word) <= LONGEST}, words


def lines_of(plain: str) -> list[str]:
    """The lines of a plain part without what marks a list or a quotation."""
    return [re.sub(r"^(?:> |- |\d+\. | )*", "", line) for line in plain.splitlines()]


@each_letter
def test_both_parts_state_the_same_facts(name: str) -> None:
    letter = LETTERS[name]
    body = LexborHTMLParser(letter.html).body
    assert body is not None
    shown, lines = body.text(separator=" "), lines_of(letter.plain)
    addresses = {line for line in lines if re.fullmatch(r"\w+://\S+|\S+@\S+", line)}
    words = " ".join(line for line in lines if line not in addresses)
    written = [address for address in addresses if address in shown]
    (short, all_shown), (short_plain, _) = said(shown), said(f"{words} {' '.join(written)}")
    compact, compact_shown = "".join(letter.plain.split()), "".join(shown.split())
    assert short - short_plain == set()
    assert all(word in compact for word in all_shown)
    assert all(word in compact_shown for word in short_plain - short)
    led = {link.attributes["href"] or "" for link in some(body.css("a"))}
    boxes = {unquote(one[7:].partition("?")[0]) for one in led if one.startswith("mailto:")}
    assert all(box in letter.plain for box in boxes)
    pages = {one for one in led if not one.startswith("mailto:")}
    assert pages <= addresses <= pages | boxes, "each has a line of its own"


@each_letter
def test_no_line_of_the_plain_part_is_too_long(name: str) -> None:
    """76 columns by the measure of others; an address is whole, alone in its line."""
    for line, bare in zip(
        some(LETTERS[name].plain.splitlines()), lines_of(LETTERS[name].plain), strict=True
    ):
        if not re.fullmatch(r"\w+://\S+|\S+@\S+", bare):
            assert cell_len(line) <= 76, line
            assert "://" not in line


@each_letter
def test_a_button_is_its_words_and_below_them_where_it_leads(name: str) -> None:
    letter = LETTERS[name]
    clauses = parse(letter.text)
    for place in some(button_places(clauses)):
        (run,) = clauses[place].cells[0]
        block = letter.plain.split(f"\n{run.marks[0].value}\n")[0].rpartition("\n\n")[2]
        assert "".join(block.split()) == "".join(run.text.split())
