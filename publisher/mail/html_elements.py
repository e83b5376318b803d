"""The closed set of HTML elements and attributes that are known to show words as written."""

from __future__ import annotations

import re

from publisher.mail.css_properties import is_dark, is_light

WITHOUT_WORDS = frozenset([
    "head", "title", "meta", "link", "base", "style", "script", "template", "noscript",
    "noframes", "noembed", "datalist", "rp",
])  # fmt: skip
# Without `tfoot` and `caption`, which are shown away from where they are written.
TEXT_ELEMENTS = frozenset([
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "big", "blockquote", "body",
    "br", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "dir", "div",
    "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "i", "img", "ins", "kbd", "li", "main", "mark", "menu", "nav", "nobr",
    "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "time", "tr", "tt", "u", "ul", "var",
    "wbr",
])  # fmt: skip
_ELEMENTS = TEXT_ELEMENTS | WITHOUT_WORDS
CELLS = frozenset(["img", "hr", "table", "tbody", "tr", "td", "th", "col", "colgroup"])
"""Elements that grow with their content, or contain no words."""


def is_known_element(tag: str) -> bool:
    """Whether it is known how mail programs show an element, or that they do not show it."""
    return tag in _ELEMENTS or _is_words_own(tag)


def is_plain_attribute(tag: str, name: str, value: str) -> bool:
    """Whether an attribute is known to leave the words of its element as written.

    Args:
        tag: the element's name.
        name, value: of the attribute, in lower case; any `style` passes: `layout` reads it.
    """
    if name in _ANY or name.startswith(("data-", "aria-", "xmlns", "item")):
        return True
    if name in ("color", "text", "link", "vlink", "alink"):
        return is_dark(value)
    if name == "align" and tag == "table":
        return value in ("", "left", "center")
    if name == "bgcolor":
        return is_light(value)
    test = _ATTRIBUTES.get(name)
    return test is not None and bool(test.fullmatch(value))


_ANY = frozenset([
    "abbr", "alt", "apple-content-edited", "apple-inline", "apple-width", "apple-height", "axis",
    "bordercolor", "charset", "cite", "class", "content", "crossorigin", "datetime", "download",
    "goomoji", "headers", "href", "hreflang", "http-equiv", "id", "jslog", "lang", "language",
    "link-id", "loading", "media", "moz-do-not-send", "name", "o:spid", "originalsrc", "profile",
    "property", "rel", "role", "scheme", "scope", "shash", "spellcheck", "autocorrect", "src",
    "style", "summary", "tabindex", "target", "title", "translate", "v:ext", "v:shapes",
    "xml:lang", "referrerpolicy", "moz-signature", "moznomarginboxes", "dropzone", "draggable",
])  # fmt: skip
"""Attributes that show and hide nothing, whatever their value; `style` is read elsewhere."""
_SMALL = re.compile(r"\d{0,2}(?:px)?")
_SPAN = re.compile(r"\d{0,3}")
_FEW = re.compile(r"[1-9]|1\d|2[0-6]|")
"""Above 26 the letters that number a list can form words."""
_EXTENT = re.compile(r"\d{0,3}(?:\.\d+)?(?:px|%)?|1\d{3}|\*|auto")
_ATTRIBUTES = {
    "dir": re.compile(r"ltr|auto|"),
    "face": re.compile(r"(?!.*(?:ding|symbol|icon|blank|mdl2|marlett|extra|code ?39|emoji))[^\\]*"),
    "size": re.compile(r"[+-]?[1-7]|100%"),
    "width": _EXTENT, "height": _EXTENT,
    "align": re.compile(r"left|center|right|justify|top|middle|bottom|absmiddle|baseline|"),
    "valign": re.compile(r"top|middle|bottom|baseline|"),
    "border": _SMALL, "cellpadding": _SMALL, "cellspacing": _SMALL,
    "leftmargin": _SMALL, "topmargin": _SMALL, "rightmargin": _SMALL, "bottommargin": _SMALL,
    "marginwidth": _SMALL, "marginheight": _SMALL, "hspace": _SMALL, "vspace": _SMALL,
    "colspan": _SPAN, "rowspan": _SPAN, "span": _SPAN, "start": _FEW, "value": _FEW,
    "type": re.compile(r"[\w/+-]*"), "nowrap": re.compile(r"nowrap|true|"),
    "clear": re.compile(r"all|both|left|right|none|"), "noshade": re.compile(r"noshade|"),
    "compact": re.compile(r"compact|"), "frame": re.compile(r"\w*"), "rules": re.compile(r"\w*"),
}  # fmt: skip


def _is_words_own(tag: str) -> bool:
    """Whether it is an element that Word puts around words."""
    return tag in ("o:p", "u1:p", "u2:p", "w:sdt") or tag.startswith("st1:")
