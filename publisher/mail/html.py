"""The text that the reader of an HTML mail sees, and reasons to doubt it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from publisher.mail.css_plain import LONGEST_SHEET, is_plain_sheet
from publisher.mail.html_cost import is_costly, strip_tags
from publisher.mail.html_elements import is_known_element
from publisher.mail.html_quotes import (
    ORIGINAL_COMMENT,
    begins_original,
    is_quotation,
    is_quote_frame,
)
from publisher.mail.layout import Layout, layout_of
from publisher.mail.visibility import SHEET, Look, look_of, sheet_doubt

LONGEST_HTML = 500_000
"""Limit on the characters of HTML that are read."""
MOST_NODES = 50_000
"""Limit on the elements and texts that are read."""
MOST_BLANK, WIDEST_BLANK = 100, 80
"""Blank lines, and blanks in a line, after which words may be out of sight."""
_HIDDEN = "it has text that is hidden"
_STRUCK_OUT = "it has text that is struck out"
_DIFFERS = "it has text in an element that mail programs show in different ways"
_TOO_LONG = "its HTML is longer than is read"
_TOO_COSTLY = "its HTML is nested as no mail program writes it"


def words_of_html(html: str) -> tuple[str, tuple[str, ...]]:
    """The words of an HTML mail.

    Args:
        html: a document, or a part of one.

    Returns:
        Its text in lines, of which quoted ones begin with `> `, and reasons why that may not be
        what its reader sees, or what its writer meant to say.
    """
    shown = shown_by_html(html, quotes=True)
    return shown.text, shown.doubts


@dataclass(frozen=True, slots=True)
class Shown:
    """What an HTML mail shows."""

    text: str
    """In lines; what is hidden is left out."""
    doubts: tuple[str, ...]
    """Reasons why that may not be what its reader sees."""
    hidden: tuple[str, ...] = ()
    """The words that are hidden, a piece of text each."""


def shown_by_html(html: str, *, quotes: bool = False) -> Shown:
    """What an HTML mail shows.

    Args:
        html: a document, or a part of one.
        quotes: mark quoted lines by `> `, and doubt nothing in them; else all is read alike.
    """
    if len(html) > LONGEST_HTML:
        return Shown(strip_tags(html[:LONGEST_HTML]), (_TOO_LONG,))
    if is_costly(html):
        return Shown(strip_tags(html), (_TOO_COSTLY,))
    reader = _Reader(quotes)
    if (root := LexborHTMLParser(html).root) is not None:
        reader.read(root)
    text = "\n".join(reader.lines).strip("\n")
    return Shown(text, tuple(reader.doubts), tuple(reader.hidden))


_SILENT = frozenset(["head", "script", "style", "title", "meta", "link", "base"])
_UNSEEN = frozenset(["template", "noscript", "noframes", "noembed", "datalist", "rp", "dialog"])
_UNSURE = frozenset([
    "input", "textarea", "select", "button", "option", "object", "applet", "embed", "iframe",
    "frame", "frameset", "svg", "math", "video", "audio", "canvas", "progress", "meter",
    "details", "bdo", "marquee", "slot", "portal", "plaintext",
])  # fmt: skip
_STRUCK = frozenset(["s", "strike", "del"])
_LINES = frozenset([
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "listing", "main", "menu", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul", "xmp",
])  # fmt: skip
_KEPT = frozenset(["pre", "listing", "xmp", "textarea", "plaintext"])
_APART = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"])

_CONDITION = re.compile(r"\A\[if[^]]*\]>?|<!\[endif\]\Z")
_UNSPOKEN = re.compile(r"<(style|xml)\b")

_WORD = re.compile(r"\w")
_BLANK = re.compile(r"[ \t\n\r\f\u00a0]+")


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within an element."""

    look: Look
    layout: Layout
    unseen: bool = False
    """Whether it is hidden, whatever its look."""
    silent: bool = False
    """Whether it contains no words at all, like a script."""
    struck: bool = False
    unsure: bool = False
    quoted: bool = False
    framed: bool = False
    """Whether it is in an element that holds a quotation and the line above it."""
    kept: bool = False


@dataclass(slots=True)
class _Reader:
    quotes: bool
    """Whether quotations are told from the rest."""
    doubts: list[str] = field(default_factory=list)
    rest: bool = False
    """Whether everything that follows is quoted."""
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    """The pieces of the current line."""
    mark: str = ""
    """What the current line begins with: `> ` in a quotation."""
    pictured: bool = False
    """Whether the current line has a picture."""
    sheets: int = 0
    """Characters of style sheets read so far."""
    displays: bool = False
    """Whether one of the style sheets may show what is hidden."""
    hidden: list[str] = field(default_factory=list)
    """Words that are hidden."""
    concealed: bool = False
    """Whether a quotation has hidden words."""
    blank: int = 0
    """Lines without words since the last one with words."""
    seen: int = 0
    """Nodes read so far."""

    def read(self, root: LexborNode) -> None:
        """Reads all below an element; without recursion, for strangers decide how deep it is."""
        states = [_State(Look(), Layout())]
        for comment in _beside(root):
            self._comment(comment, states[-1])
        for node, opens in each_node(root):
            self.seen += opens
            if self.seen > MOST_NODES:
                self._doubt(_TOO_LONG)
                break
            tag = node.tag or "-"
            if tag == "-text":
                self._text(node.text_content or "", states[-1])
            elif tag == "-comment":
                self._comment((node.comment_content or "").strip(), states[-1])
            elif tag.startswith("-"):
                continue
            elif opens:
                states.append(self._opened(node, tag, states[-1]))
            else:
                self._closed(tag, states)
        self._end()
        self._doubt(_HIDDEN if self.displays and self.concealed else "")

    def _opened(self, node: LexborNode, tag: str, around: _State) -> _State:
        named = node.attributes
        self.rest = self.rest or begins_original(named)
        look, hidden = look_of(tag, named, around.look)
        layout, moves = layout_of(tag, named, around.layout)
        self._doubt(_DIFFERS if moves else "")
        state = _State(
            look=look,
            layout=layout,
            unseen=around.unseen or hidden or tag in _UNSEEN,
            silent=around.silent or tag in _SILENT,
            struck=around.struck or tag in _STRUCK,
            unsure=around.unsure or tag in _UNSURE,
            quoted=around.quoted or is_quotation(tag, named),
            framed=around.framed or is_quote_frame(named),
            kept=tag in _KEPT or (around.kept and "white-space" not in (named.get("style") or "")),
        )
        self._edge(tag, state)
        if tag == "img":
            self._picture(named, state)
        # A style sheet applies to all, wherever it is.
        if tag == "style":
            self._sheet(node.text())
        elif tag == "link" or not self._quoted(state):
            self._doubt(_own_doubt(node, tag, named))
        return state

    def _closed(self, tag: str, states: list[_State]) -> None:
        state = states.pop()
        if tag != "br":
            self._edge(tag, state)
        if tag == "blockquote" and states[-1].framed and not states[-1].quoted:
            states[:] = [replace(around, framed=False) for around in states]

    def _sheet(self, sheet: str) -> None:
        self.sheets += len(sheet)
        self.displays |= "display" in sheet.lower()
        if self.sheets > LONGEST_SHEET or not is_plain_sheet(sheet):
            self._doubt(SHEET)
        else:
            self._doubt(sheet_doubt(sheet))

    def _comment(self, comment: str, state: _State) -> None:
        self.rest |= comment == ORIGINAL_COMMENT
        # Outlook shows what to others is a comment.
        if comment.startswith("[if") and not self._quoted(state):
            self._doubt(_DIFFERS if _WORD.search(_said_in(comment)) else "")

    def _picture(self, named: Mapping[str, str | None], state: _State) -> None:
        """A picture may show words, or stand for the word that reverses a sentence."""
        if self._quoted(state):
            return
        self.pictured = True
        if _WORD.search(named.get("alt") or ""):
            self._doubt(_DIFFERS)

    def _text(self, text: str, state: _State) -> None:
        if state.silent:
            return
        unseen = state.unseen or state.look.faint
        if _WORD.search(text) and not self._quoted(state):
            self._doubt(_HIDDEN if unseen else "")
            self._doubt(_STRUCK_OUT if state.struck or state.look.struck else "")
            self._doubt(_DIFFERS if state.unsure or _is_unsure(state) else "")
            self._doubt(_DIFFERS if self.blank > MOST_BLANK or _is_far(text, state) else "")
        elif unseen and _WORD.search(text):
            self.concealed = True
        else:
            self.blank += "\u00a0" in text
        if unseen:
            self.hidden += [" ".join(text.split())] if text.strip() else []
            return
        first, *others = text.splitlines() or [""]
        if not (state.kept or state.look.kept):
            first, others = _BLANK.sub(" ", text), []
        self._add(first, state)
        for other in others:
            self._end(empty=True)
            self._add(other, state)

    def _edge(self, tag: str, state: _State) -> None:
        """Where an element begins or ends."""
        if state.silent or state.unseen:
            return
        if tag in _LINES:
            self._end(empty=tag == "br")
        if tag in _APART and self.lines and self.lines[-1]:
            self.lines.append("")
        if tag == "q":
            self._add('"', state)

    def _add(self, text: str, state: _State) -> None:
        mark = "> " if self._quoted(state) else ""
        if text.strip() and mark != self.mark:
            self._end()
            self.mark = mark
        self.line.append(text)

    def _end(self, empty: bool = False) -> None:
        line = _BLANK.sub(" ", "".join(self.line)).strip()
        self.blank = 0 if line else self.blank + empty
        self.line.clear()
        if self.pictured and not self.mark and _WORD.search(line):
            self._doubt(_DIFFERS)
        self.pictured = False
        if line:
            self.lines.append(self.mark + line)
        elif empty and self.lines and self.lines[-1]:
            self.lines.append("")

    def _quoted(self, state: _State) -> bool:
        return self.quotes and (state.quoted or state.framed or self.rest)

    def _doubt(self, doubt: str) -> None:
        if doubt and doubt not in self.doubts:
            self.doubts.append(doubt)


def _said_in(comment: str) -> str:
    """The words in a comment that some mail programs show."""
    pieces, at, comment = [], 0, _CONDITION.sub(" ", comment)
    for found in _UNSPOKEN.finditer(comment):
        if found.start() < at:
            continue
        if (end := comment.find(f"</{found[1]}", found.end())) < 0:
            break
        pieces.append(comment[at : found.start()])
        at = end
    return strip_tags("".join([*pieces, comment[at:]]))


def _beside(root: LexborNode) -> Iterator[str]:
    """The comments before and after the root."""
    node = root.parent.first_child if root.parent is not None else None
    while node is not None:
        if node.tag == "-comment":
            yield (node.comment_content or "").strip()
        node = node.next


def each_node(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """A node and all below it, each as it opens, and elements once more as they close."""
    node: LexborNode | None = root
    while node is not None:
        yield node, True
        below = node.first_child
        while below is None and node is not None:
            if not (node.tag or "-").startswith("-"):
                yield node, False
            if node.mem_id == root.mem_id:
                return
            below = node.next
            node = node.parent
        node = below


# What may follow each blank cannot match as one itself, so that the search does not backtrack.
_HARD_BLANKS = re.compile(rf"(?:[^\S \t\r\n][ \t\r\n]?){{{WIDEST_BLANK}}}")
_KEPT_BLANKS = re.compile(rf"\s{{{WIDEST_BLANK}}}")


def _is_far(text: str, state: _State) -> bool:
    """Whether blanks may move words out of the window."""
    kept = state.kept or state.look.kept
    return bool((_KEPT_BLANKS if kept else _HARD_BLANKS).search(text))


def _is_unsure(state: _State) -> bool:
    return state.look.unsure or not state.layout.plain


def _is_late(node: LexborNode) -> bool:
    """Whether an element follows other rows of its table, above which it is shown."""
    before = node.prev
    if before is not None and before.tag == "-text":
        before = before.prev
    return before is not None and before.tag not in ("col", "colgroup")


def _own_doubt(node: LexborNode, tag: str, named: Mapping[str, str | None]) -> str:
    """Why an element is doubtful whatever text is in it; empty: it is not."""
    if tag == "link" and "stylesheet" in (named.get("rel") or "").lower():
        return SHEET
    # If it is in the head, the HTML standard moves its text into the body.
    if tag == "noscript":
        return _HIDDEN
    if tag == "thead" and _is_late(node):
        return _DIFFERS
    # The content of a template is not among its children.
    if tag == "template" and _WORD.search(strip_tags(node.html or "")):
        return _HIDDEN
    shown = " ".join(named.get(name) or "" for name in ("value", "placeholder", "label", "srcdoc"))
    return _DIFFERS if not is_known_element(tag) or (tag in _UNSURE and _WORD.search(shown)) else ""
