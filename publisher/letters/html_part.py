"""The HTML part of a letter: its Markdown rendered, with styles that mail programs keep."""

from __future__ import annotations

from markupsafe import Markup

from publisher.errors import RenderError
from publisher.markup.html import clauses_html
from publisher.text.parsing import parse

LARGEST_HTML_PART = 90_000
"""Limit on the HTML part, bytes; a widely used mail program cuts a letter off at about 102 kB."""
FILLED_IN = 4_000
"""Bytes that names, links and the seal may take, which are filled in when a letter is sent."""

LETTER_STYLE = Markup("""
body { margin: 0; padding: 0; background: #ffffff; color: #1d232b; }
main { max-width: 38em; margin: 0 auto; padding: 24px 16px; overflow-wrap: anywhere;
  font: 16px/1.55 'Source Sans 3', 'Segoe UI', Helvetica, Arial, sans-serif; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 20px; }
h2 { font-size: 19px; line-height: 1.3; margin: 28px 0 8px; }
p, ul { margin: 0 0 14px; }
ul { padding-left: 22px; }
li { margin: 0 0 6px; }
a { color: #1b4f9c; }
blockquote { margin: 0 0 14px; padding: 8px 14px; background: #fff4d6; color: #4a3800;
  border-left: 4px solid #b98900; }
blockquote p { margin: 0; }
@media (prefers-color-scheme: dark) {
  body { background: #14181d !important; color: #e6e9ed !important; }
  a { color: #9cc3ff !important; }
  blockquote { background: #3a2f10 !important; color: #ffe9b3 !important; }
}
""")
"""All but its last rule becomes inline styles, for most mail programs drop style sheets.

`verify --letter` composes a letter anew to compare it: once this is another, letters that were sent
before differ from it.
"""


def subject_of(text: str) -> str:
    """The subject of a letter: the first heading of its Markdown."""
    return parse(text)[0].text


def styled(text: str, language: str = "en", *, room: int = 0) -> Markup:
    """The HTML part of a letter.

    Args:
        text: the letter's Markdown, its fields filled in.
        language: of the text, BCP 47.
        room: bytes that have to be left for what is filled in later.

    Raises:
        RenderError: it is so large that mail programs would cut it off.
    """
    import css_inline

    document = Markup(
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="supported-color-schemes" content="light dark">'
        "<title>{}</title><style>{}</style></head><body><main>{}</main></body></html>"
    ).format(language, subject_of(text), LETTER_STYLE, clauses_html(parse(text)))
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
    html = Markup(inliner.inline(document) + "\n")  # noqa: S704 - the same, with its styles
    if (size := len(html.encode())) > LARGEST_HTML_PART - room:
        raise RenderError(
            f"the letter has {size:,} bytes of HTML; mail programs cut it off at about 102,000",
            remedy="shorten the notes; the site has every change word by word",
        )
    return html
