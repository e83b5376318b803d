"""The style sheets of letters, one for each design and way of writing.

All but the rules for dark windows become inline styles, for most mail programs drop style sheets.
None of them may change: `verify --letter` composes a letter anew to compare it, so letters that
were sent before would differ from it. Another look is another `LetterDesign`.
"""

from __future__ import annotations

from markupsafe import Markup

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
"""Of letters without buttons, its last rule for dark windows."""

_BUTTONS_STYLE = Markup("""
body { margin: 0; padding: 0; background-color: #ffffff; color: #1d232b; }
.letter { max-width: 600px; margin: 0 auto; padding: 20px 16px 28px; overflow-wrap: anywhere;
  word-break: break-word; text-align: start; font-size: 16px; line-height: 1.5;
  font-family: 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 22px; line-height: 1.25; margin: 0 0 14px; }
h2 { font-size: 18px; line-height: 1.3; margin: 26px 0 8px; }
h3 { font-size: 16px; line-height: 1.4; margin: 18px 0 6px; }
p, ul, ol, pre { margin: 0 0 12px; }
ul, ol { padding-BEGIN: 22px; padding-END: 0; }
li { margin: 0 0 6px; }
li p, li ul, li ol { margin: 0 0 6px; }
a { color: #1b4f9c; }
pre { white-space: pre-wrap; }
hr { border: 0; border-top: 1px solid #6b7683; margin: 20px 0; }
blockquote { margin: 0 0 12px; padding: 8px 14px; background-color: #fff4d6; color: #4a3800;
  border-BEGIN: 4px solid #b98900; }
blockquote p { margin: 0; }
table { border-collapse: collapse; margin: 0 0 12px; }
th, td { border: 1px solid #6b7683; padding: 5px 6px; text-align: BEGIN; vertical-align: top;
  hyphens: auto; }
.pp-right { text-align: END; }
.pp-center { text-align: center; }
.button { border-collapse: separate; margin: 0 0 12px; }
.button td { border: 2px solid #1b4f9c; border-radius: 8px; padding: 0 14px; text-align: center;
  vertical-align: middle; hyphens: manual; }
.button a { display: block; min-width: 220px; padding: 11px 4px; font-size: 16px;
  line-height: 22px; font-weight: bold; text-decoration: none; }
.button .first { background-color: #d6e4ff; }
.button .first a { color: #123a75; }
.button .other { background-color: #ffffff; }
""")
BUTTONS_STYLES = {
    "ltr": _BUTTONS_STYLE.replace("BEGIN", "left").replace("END", "right"),
    "rtl": _BUTTONS_STYLE.replace("BEGIN", "right").replace("END", "left"),
}
"""Of letters with buttons, by the way of writing: many programs know no sides but left and right.

What is not 44 px high is no button for a thumb (WCAG 2.2, 2.5.5). Word, by which Outlook shows
letters, knows neither `display` nor the padding of a link: there the cell is as high. Letters are
dark on a light ground, also in the first button: of an answer that quotes them without a mark it is
known, then, that all its words are seen.
"""
DARK_STYLE = Markup("""
@media (prefers-color-scheme: dark) {
  body { background-color: #14181d !important; color: #e6e9ed !important; }
  a { color: #9cc3ff !important; }
  blockquote { background-color: #3a2f10 !important; color: #ffe9b3 !important; }
  .button td { border-color: #9cc3ff !important; }
  .button .first { background-color: #9cc3ff !important; color: #10233d !important; }
  .button .first a { color: #10233d !important; }
  .button .other { background-color: #14181d !important; color: #9cc3ff !important; }
}
""")
"""Of letters with buttons in dark windows."""
KEPT_SHEETS = (LETTER_STYLE[LETTER_STYLE.index("@media") :], DARK_STYLE)
"""The style sheets that stand in letters of ours, whichever program composed them."""
