"""What HTML and CSS mail programs write, as far as it shows words just as they are written.

This is a closed set. A list of what hides words is never complete, so what is not known here is
strange, and words in it wait for a person. Which values of CSS are plain is in `properties`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from publisher.letters.html_part import LETTER_STYLE
from publisher.mail.properties import (
    EXTENTS,
    FONT,
    LARGEST,
    OWN,
    PROPERTIES,
    SIZES,
    SMALLEST,
    is_dark,
    is_extent,
    is_light,
    is_margin,
    pixels_of,
    within,
)

LONGEST_STYLE = 4_000
"""Characters of a style attribute, or of the selectors of a rule, that are looked at."""
LONGEST_SHEET = 100_000
"""Characters of style sheets that are looked at."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the words of an element are set, as far as it decides whether that is plain."""

    size: float = 16.0
    """Of its letters, in CSS pixels (1/96 inch)."""
    scaled: int = 0
    """How often that was set in relation to what is around it."""
    leading: float = 0.0
    """From line to line, in pixels; 0: as its letters need."""
    indent: float = 0.0
    """From the edge of the window, in pixels."""
    strange: bool = False
    """Whether there is anything around its words that is not known here."""

    @property
    def plain(self) -> bool:
        """Whether its words are seen just as they are written."""
        return (
            not self.strange
            and SMALLEST <= self.size <= LARGEST
            and self.scaled <= 2
            and (not self.leading or self.leading >= 0.8 * self.size)
            and self.indent <= FURTHEST
        )


FURTHEST = 600.0
"""Pixels from the edge of the window."""


def manner_of(
    tag: str, attributes: Mapping[str, str | None], around: Manner
) -> tuple[Manner, bool]:
    """How the words of an element are set.

    Args:
        tag: its name.
        attributes: as they are written.
        around: how the words around it are set.

    Returns:
        The manner, and whether the element may also change how the words outside it are seen.
    """
    manner = _scaled_by_tag(tag, attributes, around)
    strange = not is_known(tag) or not all(
        _is_plain_attribute(tag, name, (value or "").strip().lower())
        for name, value in attributes.items()
    )
    rules = _declarations(attributes.get("style") or "")
    if rules is None:
        return replace(manner, strange=True), True
    odd = [(name, value) for name, value in rules if not _is_plain(tag, name, value)]
    manner = _set(manner, rules)
    # The size of letters alone is taken back by an element within.
    lasting = any(name != "font-size" for name, _ in odd)
    strange = strange or manner.strange or lasting or _hangs_out(rules)
    moves = tag == "meta" and _darkens(attributes)
    return replace(manner, strange=strange), moves or any(_moves(tag, *one) for one in odd)


def _darkens(attributes: Mapping[str, str | None]) -> bool:
    """Whether a `meta` element makes the window dark, whatever its reader prefers."""
    scheme = "color-scheme" in (attributes.get("name") or "").lower()
    content = (attributes.get("content") or "").lower().split()
    return scheme and "dark" in content and content[:1] != ["light"]


def _moves(tag: str, name: str, value: str) -> bool:
    """Whether a declaration that is not plain may change what is seen around its element."""
    if name in ("height", "width", "max-height", "max-width", "font-size", "line-height"):
        return not within(0, 400)(value)
    return name not in OWN or tag in _WITHOUT_WORDS


def is_known(tag: str) -> bool:
    """Whether an element is one that mail programs show as words, or do not show."""
    return tag in _ELEMENTS or _is_words_own(tag)


def is_plain_sheet(sheet: str) -> bool:
    """Whether no rule of a style sheet changes which words are seen.

    Args:
        sheet: CSS; the content of a `style` element.
    """
    if len(sheet) > LONGEST_SHEET:
        return False
    text = _without_strings(re.sub(r"<!--|-->", " ", sheet))
    if text is None:
        return False
    text = " ".join(text.split()).replace(_DARK, " ")
    # It would show what is hidden where it stands.
    if "!" in text:
        return False
    return all(_is_plain_rule(head, body) for head, body in _blocks(text))


# ── elements and attributes ──────────────────────────────────────────────────────────────────────

_WITHOUT_WORDS = frozenset([
    "head", "title", "meta", "link", "base", "style", "script", "template", "noscript",
    "noframes", "noembed", "datalist", "rp",
])  # fmt: skip
# What is in a foot or a caption of a table is seen above or below all its rows.
_TEXT_ELEMENTS = frozenset([
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "big", "blockquote", "body",
    "br", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "dir", "div",
    "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "i", "img", "ins", "kbd", "li", "main", "mark", "menu", "nav", "nobr",
    "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "time", "tr", "tt", "u", "ul", "var",
    "wbr",
])  # fmt: skip
_ELEMENTS = _TEXT_ELEMENTS | _WITHOUT_WORDS
_CELLS = frozenset(["img", "hr", "table", "tbody", "tr", "td", "th", "col", "colgroup"])
"""Elements that grow with what is in them, or hold no words."""


def _is_words_own(tag: str) -> bool:
    """Whether it is an element that Word puts around words."""
    return tag in ("o:p", "u1:p", "u2:p", "w:sdt") or tag.startswith("st1:")


def _scaled_by_tag(tag: str, attributes: Mapping[str, str | None], manner: Manner) -> Manner:
    if tag == "font" and (number := re.fullmatch(r"([+-]?)([1-7])", attributes.get("size") or "")):
        step = int("".join(number.groups())) + (3 if number[1] else 0)
        return replace(manner, size=_FONT_SIZES[min(max(step, 1), 7) - 1], scaled=0)
    share = _SHARES.get(tag)
    if share:
        manner = replace(manner, size=manner.size * share, scaled=manner.scaled + 1)
    return replace(manner, indent=manner.indent + 40) if tag in _INDENTED else manner


_SHARES = {
    "small": 0.83, "sub": 0.83, "sup": 0.83, "big": 1.2, "h1": 2.0, "h2": 1.5, "h3": 1.17,
    "h5": 0.83, "h6": 0.67,
}  # fmt: skip
_FONT_SIZES = (10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0)
"""Of `font` (HTML standard, rules for parsing a legacy font size), in pixels."""
_INDENTED = frozenset(["blockquote", "dd", "dir", "menu", "ol", "ul", "figure"])


def _is_plain_attribute(tag: str, name: str, value: str) -> bool:
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
"""Attributes that show and hide nothing, whatever their value; `style` is looked at by itself."""
_SMALL = re.compile(r"\d{0,2}(?:px)?")
_SPAN = re.compile(r"\d{0,3}")
_FEW = re.compile(r"[1-9]|1\d|2[0-6]|")
"""Above 26 the letters that number a list can make words."""
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


# ── style sheets ─────────────────────────────────────────────────────────────────────────────────

_PIECE = re.compile(r"/\*.*?\*/|\"([^\"\n]*)\"|'([^'\n]*)'|[^\"'/]+|/(?!\*)", re.DOTALL)
_NAME_IN_QUOTES = re.compile(r"(?:[\w .,+&-]|\\?@|%\d|\\[0-9A-Fa-f]{4})*")


def _without_strings(css: str) -> str | None:
    """CSS without comments, its strings harmless to whoever splits it; None: it does not add up."""
    found, at = [], 0
    for piece in _PIECE.finditer(css):
        if piece.start() != at:
            return None
        at = piece.end()
        quoted = piece[1] if piece[1] is not None else piece[2]
        if quoted is not None:
            if not _NAME_IN_QUOTES.fullmatch(quoted):
                return None
            found.append(f'"{quoted}"')
        elif re.search(r"\\(?![0-9a-fA-F]{4})", piece[0]):
            return None
        else:
            found.append(" " if piece[0].startswith("/*") else piece[0])
    text = "".join(found)
    return text if at == len(css) and _balances(text) else None


def _balances(css: str) -> bool:
    """Whether what is opened is closed, and nothing else is, with no block in a parenthesis."""
    opened = ""
    for sign in re.findall(r"[()\[\]{}]", css):
        if sign in "([{":
            opened += sign
        elif opened[-1:] + sign in ("()", "[]", "{}"):
            opened = opened[:-1]
        else:
            return False
        if len(opened) > 4 or "({" in opened or "[{" in opened:
            return False
    return not opened


_BLOCK = re.compile(r"([^{}]*+)\{((?:[^{}]++|\{[^{}]*+\})*+)\}")


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """The rules of a sheet that adds up: what stands before a block, and what is in it."""
    at = 0
    while found := _BLOCK.match(css, at):
        at = found.end()
        yield found[1].strip().lower(), found[2]
    if css[at:].strip():
        yield "@", ""


_INVERTS = re.compile(r"scheme|forced|inverted|contrast|mono")
"""In a condition: the window may be dark, so that dark letters are not seen."""


def _is_plain_rule(head: str, body: str) -> bool:
    if ";" in head or len(head) > LONGEST_STYLE:
        return False
    if head.startswith("@media") and not _INVERTS.search(head):
        return all(not h.startswith("@") and _is_plain_rule(h, b) for h, b in _blocks(body))
    if "{" in body:
        return False
    rules = _declarations(body)
    if rules is None:
        return False
    if head.startswith("@page"):
        return True
    if head.startswith("@list"):
        return all(name[:4] != "mso-" or _is_words_property(name, v) for name, v in rules)
    if head == "@font-face":
        return all(_names_a_font(name) for name, _ in rules)
    if "@" in head or "\\" in head or _hangs_out(rules):
        return False
    return all(_is_plain_for(head, name, value) for name, value in rules)


def _names_a_font(name: str) -> bool:
    return name in ("font-family", "panose-1", "font-style", "font-weight") or name[:4] == "mso-"


_LAST = re.compile(r"(?:.*[\s>+~])?([a-z][a-z0-9]*)(?:[.:#][\w-]+)*", re.DOTALL)


def _is_plain_for(selectors: str, name: str, value: str) -> bool:
    """Whether a declaration is plain for whatever the selectors of its rule may choose."""
    if name == "display":
        # It would show what is in an element that holds no words.
        for selector in selectors.split(","):
            last = _LAST.fullmatch(selector.strip())
            if last is None or last[1] not in _TEXT_ELEMENTS:
                return False
    if name == "white-space" and value == "pre":
        return False
    if name in ("font-size", "font") and (size := _size_in(name, value)):
        # An element in another of the same rule would be scaled once more.
        pixels = pixels_of(size, 0)
        if size not in ("1em", "100%", "1rem") and (pixels is None or not 9 <= pixels <= LARGEST):
            return size in SIZES
    return _is_plain("", name, value)


_DARK = " ".join(LETTER_STYLE[LETTER_STYLE.index("@media") :].split())
"""What our own letter says of dark windows."""


# ── declarations ─────────────────────────────────────────────────────────────────────────────────

_DECLARATION = re.compile(r"([a-z-][\w-]*) ?: ?(.*?) ?(?:! ?important)?")
_IN_PARENTHESES = re.compile(r"\([^()]*\)")


def _declarations(style: str) -> list[tuple[str, str]] | None:
    """Properties and values, in lower case; None: it is not as mail programs write them."""
    if len(style) > LONGEST_STYLE or (text := _without_strings(style.lower())) is None:
        return None
    found = []
    for one in " ".join(text.split()).split(";"):
        if not (one := one.strip()):
            continue
        parts = _DECLARATION.fullmatch(one)
        if parts is None or "{" in one:
            return None
        found.append((parts[1], _IN_PARENTHESES.sub(_with_commas, parts[2])))
    return found


def _with_commas(found: re.Match[str]) -> str:
    inner = found[0][1:-1].strip()
    return f"({re.sub(r'[ ,/]+', ',', inner)})"


def _is_plain(tag: str, name: str, value: str) -> bool:
    if name.startswith("mso-"):
        return _is_words_property(name, value)
    if name.startswith("--"):
        return True
    if tag in _WITHOUT_WORDS and name == "display":
        return value == "none"
    if tag in _CELLS and name in EXTENTS:
        return is_extent(value)
    test = PROPERTIES.get(name)
    return test is not None and (value in _GLOBAL or test(value))


_GLOBAL = frozenset(["inherit", "initial", "unset", "revert"])


def _is_words_property(name: str, value: str) -> bool:
    """Whether a property that only Word knows leaves words as they are."""
    if name in ("mso-hide", "mso-text-raise", "mso-font-width", "mso-text-animation"):
        return value in ("none", "0", "0pt", "100%")
    if name == "mso-level-text":
        return not re.search(r"[^\W\d_]{2}", re.sub(r"\\[0-9a-f]{4}|%\d", "", value))
    if name.endswith("-alt") and re.match(r"mso-(?:margin|padding|line-height|text-indent)", name):
        return is_margin(value)
    return True


def _hangs_out(rules: list[tuple[str, str]]) -> bool:
    """Whether a first line begins further left than its element."""
    values = dict(rules)
    indent = pixels_of(values.get("text-indent", "0"), 16) or 0
    margin = values.get("margin", "0").split()
    left = values.get("margin-left") or (margin[3] if len(margin) == 4 else "0")
    return indent < 0 and -indent > (pixels_of(left, 16) or 0)


def _set(manner: Manner, rules: list[tuple[str, str]]) -> Manner:
    """A manner after what declarations say of sizes and distances."""
    for name, value in rules:
        if size := _size_in(name, value):
            manner = _sized(manner, size)
        if name in ("font", "line-height"):
            manner = replace(manner, leading=_leading(name, value, manner))
        if name in ("margin-left", "padding-left", "margin-inline-start", "padding-inline-start"):
            manner = replace(manner, indent=manner.indent + (pixels_of(value, manner.size) or 0))
        if name in ("margin", "padding") and value:
            parts = value.split()
            left = parts[-1] if len(parts) in (1, 2, 4) else parts[1]
            manner = replace(manner, indent=manner.indent + (pixels_of(left, manner.size) or 0))
    return manner


def _size_in(name: str, value: str) -> str:
    if name == "font-size":
        return value
    found = FONT.fullmatch(value) if name == "font" else None
    return found[1] if found else ""


def _sized(manner: Manner, size: str) -> Manner:
    if size in ("inherit", "unset", "1em", "100%"):
        return manner
    if size in ("larger", "smaller"):
        size = "1.2em" if size == "larger" else ".83em"
    if size in SIZES:
        return replace(manner, size=SIZES[size], scaled=0)
    pixels = pixels_of(size, manner.size, whole=manner.size)
    if pixels is None:
        return replace(manner, strange=True)
    if size.endswith(("em", "%", "ex", "ch")) and not size.endswith("rem"):
        fitting = 0.8 <= pixels / (manner.size or 1) <= 2
        return replace(
            manner, size=pixels, scaled=manner.scaled + 1, strange=manner.strange or not fitting
        )
    return replace(manner, size=pixels, scaled=0)


def _leading(name: str, value: str, manner: Manner) -> float:
    found = FONT.fullmatch(value) if name == "font" else None
    height = (found[2] or "") if found else value if name == "line-height" else ""
    if not height or height == "normal" or height[-1].isdigit() or height == "initial":
        return 0.0
    if height in ("inherit", "unset"):
        return manner.leading
    return pixels_of(height, manner.size, whole=manner.size) or 0.0
