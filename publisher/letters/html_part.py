"""The HTML part of a letter: its Markdown rendered, with styles that mail programs keep."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from publisher.errors import RenderError
from publisher.letters.design import LetterDesign
from publisher.letters.letter_html import letter_html
from publisher.letters.letter_style import BUTTONS_STYLES, DARK_STYLE, LETTER_STYLE
from publisher.markup.html import clauses_html
from publisher.text.parsing import parse
from publisher.wording.language import is_right_to_left

LARGEST_HTML_PART = 90_000
"""Limit on the HTML part, bytes; a widely used mail program cuts a letter off at about 102 kB."""
FILLED_IN = 4_000
"""Bytes that names, links and the seal may take, which are filled in when a letter is sent."""


@lru_cache(maxsize=2)
def subject_of(text: str) -> str:
    """The subject of a letter: the first heading of its Markdown."""
    return parse(text)[0].text


def styled(
    text: str,
    language: str = "en",
    *,
    design: LetterDesign = LetterDesign.BUTTONS,
    room: int = 0,
) -> Markup:
    """The HTML part of a letter.

    Args:
        text: the letter's Markdown, its fields filled in.
        language: of the text, BCP 47.
        design: how it looks.
        room: bytes that have to be left for what is filled in later.

    Raises:
        RenderError: it is so large that mail programs would cut it off.
    """
    import css_inline

    composed = _with_buttons if design is LetterDesign.BUTTONS else _plain
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
    document = inliner.inline(composed(text, language))
    html = Markup(document + "\n")  # noqa: S704 - the same, with its styles
    if (size := len(html.encode())) > LARGEST_HTML_PART - room:
        raise RenderError(
            f"the letter has {size:,} bytes of HTML; mail programs cut it off at about 102,000",
            remedy="shorten the notes; the site has every change word by word",
        )
    return html


def _plain(text: str, language: str) -> Markup:
    """A letter as earlier programs composed it."""
    return Markup(
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        "<title>{}</title><style>{}</style></head><body><main>{}</main></body></html>"
    ).format(language, subject_of(text), LETTER_STYLE, clauses_html(parse(text)))


# ── with buttons ─────────────────────────────────────────────────────────────────────────────────


def _with_buttons(text: str, language: str) -> Markup:
    """A letter in which the links that stand for themselves at its beginning are buttons.

    The element in `body` says language and direction once more, for many mail programs put no more
    of a letter into a page of theirs than what it has in there.
    """
    way = "rtl" if is_right_to_left(language) else "ltr"
    return Markup(
        '<!DOCTYPE html><html lang="{language}" dir="{way}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        "<title>{subject}</title><style>{style}{dark}</style></head><body><main>"
        '<div class="letter" role="article" aria-label="{subject}" lang="{language}" dir="{way}">\n'
        "{text}</div></main></body></html>"
    ).format(
        language=language,
        way=way,
        subject=subject_of(text),
        style=BUTTONS_STYLES[way],
        dark=DARK_STYLE,
        text=letter_html(parse(text), language),
    )
