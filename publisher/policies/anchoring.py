"""Putting anchors on the headings of an imported text, and taking them off again to the byte.

An old text may hold raw HTML, a heading in a list, two headings of one name, or no heading at all.
It is cut into section files only where the parts, read one by one, say what the whole says.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from anyascii import anyascii
from markdown_it.token import Token

from publisher.policies.file_names import device, section_file
from publisher.text.clauses import Clause, Kind
from publisher.text.markdown import markdown_reader
from publisher.text.parsing import parse, source_lines

ANCHOR = re.compile(r"[a-z][a-z0-9-]*")
BEGINNING = "beginning"
"""Name of the file for what comes before the first heading; no anchor has this name."""
LONGEST_ANCHOR = 40
"""Limit on the letters of an anchor made by machine: people read it in addresses."""

_SUFFIX = re.compile(r" \{#([^{}\s]*)\}$")
_AT_ENDS = re.compile(r" \{#([^{}\s]*)\}(?=[ \t]*$)", re.MULTILINE)
_CLOSING = re.compile(r"[ \t]+#+$")


@dataclass(frozen=True)
class Anchored:
    """A text cut into section files, with an anchor on every heading."""

    files: Mapping[str, str]
    """Markdown of each section file by name, in order; put end to end they are the text."""
    kept: tuple[str, ...] = ()
    """The anchors that the text had itself, which are part of it."""

    @property
    def source(self) -> str:
        """The text as it was before, to the byte."""
        text = "".join(self.files.values())
        lines = source_lines(text)
        for heading in _headings(text, lines):
            found = _SUFFIX.search(lines[heading.line][: heading.end])
            if found and found[1] not in self.kept:
                line = lines[heading.line]
                lines[heading.line] = line[: found.start()] + line[found.end() :]
        return "".join(lines)

    def stems_from(self, digest: str) -> bool:
        """Whether the text as it was before has this digest: SHA-256, hexadecimal."""
        text = "".join(self.files.values())
        # Most lines that end like an anchor are headings; if these give the text, it is the one.
        bare = _AT_ENDS.sub(lambda found: found[0] if found[1] in self.kept else "", text)
        return _sha256(bare) == digest or _sha256(self.source) == digest


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def source_text(data: bytes) -> str:
    """The text of a Markdown file, with Unix line ends and without a byte order mark.

    Raises:
        ValueError: it is not text: not UTF-8, or with a zero byte in it.
    """
    text = data.decode("utf-8-sig")
    if "\0" in text:
        raise ValueError("it holds a zero byte")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def anchored(
    clauses: Sequence[Clause], anchors: Sequence[str], kept: Collection[str] = ()
) -> Anchored:
    """A text with its anchors, cut into section files.

    Args:
        clauses: of the text, which has Unix line ends.
        anchors: of each heading, in order.
        kept: those of them that the text has itself.
    """
    text = "".join([clause.raw for clause in clauses])
    lines = source_lines(text)
    headings = _headings(text, lines)
    for heading, anchor in zip(headings, anchors, strict=True):
        if anchor not in kept:
            line = lines[heading.line]
            lines[heading.line] = f"{line[: heading.end]} {{#{anchor}}}{line[heading.end :]}"
    starts = {h.start: a for h, a in zip(headings, anchors, strict=True) if h.cuts}
    files = _cut(lines, starts)
    parts = [clause for part in files.values() for clause in parse(part)]
    if _said(parts) != _said(clauses):
        # A link whose address is defined in another part would cease to be one.
        files = {next(iter(files)): "".join(lines)}
    return Anchored(files, tuple([anchor for anchor in anchors if anchor in kept]))


def own_anchors(anchors: Mapping[int, str]) -> dict[int, str]:
    """Which of a text's own anchors can stay: those we allow, where they occur first.

    Args:
        anchors: by the place of their section, in order; empty where it has none.
    """
    found: dict[int, str] = {}
    for place, anchor in anchors.items():
        if ANCHOR.fullmatch(anchor) and anchor != BEGINNING and anchor not in found.values():
            found[place] = anchor
    return found


def anchor_for(title: str, taken: Collection[str]) -> str:
    """A new anchor, made from the words of a heading.

    Args:
        title: the heading.
        taken: every anchor ever given; `-2`, `-3` … makes the new one differ.
    """
    words = re.sub(r"<[^>]*>|['’]", "", title)
    name = re.sub(r"[^a-z0-9]+", "-", _in_latin(words).lower()).lstrip("0123456789-")
    if len(name) > LONGEST_ANCHOR:
        name = name[:LONGEST_ANCHOR].rpartition("-")[0] or name[:LONGEST_ANCHOR]
    name = name.strip("-") or "section"
    names = (f"{name}-{n}" if n > 1 else name for n in range(1, len(taken) + 4))
    # A note is called by its anchor, so an anchor is better none that is no file on Windows.
    return next(n for n in names if n not in taken and n != BEGINNING and not device(n))


def _in_latin(words: str) -> str:
    """Words in the letters of ASCII: accents left out, other scripts as they are spelled there.

    A syllable that is a sign of its own script is parted from the next.
    """
    plain = unicodedata.normalize("NFC", words)
    return _LETTERS.sub(lambda run: _SYLLABLES.sub("-", anyascii(run[0])), plain)


_LETTERS = regex.compile(r"[[\p{L}\p{M}\p{N}]--[\x00-\x7f]]+|\p{Cf}+", regex.V1)
"""Letters of other scripts, and signs that nobody sees."""
_SYLLABLES = re.compile("(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Heading:
    start: int
    """Its first line, from 0."""
    line: int
    """The line on which its words end …"""
    end: int
    """… and the place in that line where they do."""
    level: int
    outermost: bool
    """Whether it is outside of every list and quotation."""
    cuts: bool = False
    """Whether a section file begins with it."""


def _headings(text: str, lines: Sequence[str]) -> list[_Heading]:
    found: list[_Heading] = []
    tokens: list[Token] = []
    # To find the headings, the words between them need not be parsed.
    reader = markdown_reader(raw_html=True)
    reader.block.parse(text, reader, {}, tokens)
    for token in tokens:
        if token.type != "heading_open" or token.map is None:
            continue
        underlined = not token.markup.startswith("#")
        at = token.map[1] - 2 if underlined else token.map[0]
        words = lines[at].rstrip()
        opened = len(words) if underlined else words.index("#") + len(token.markup)
        if closing := _CLOSING.search(words, opened):
            words = words[: closing.start()].rstrip()
        outermost = token.level == 0
        found.append(_Heading(token.map[0], at, len(words), int(token.tag[1]), outermost))
    return list(_cutting(found))


def _cutting(headings: Sequence[_Heading]) -> Iterator[_Heading]:
    """Marks the headings that section files begin with: the uppermost, and as many levels more as
    it takes to have two of them.
    """
    levels = sorted(h.level for h in headings if h.outermost)
    lowest = levels[:2][-1] if levels else 0
    for h in headings:
        cuts = h.outermost and h.level <= lowest
        yield _Heading(h.start, h.line, h.end, h.level, h.outermost, cuts)


def _cut(lines: Sequence[str], starts: Mapping[int, str]) -> dict[str, str]:
    """The section files: each begins where the one before it ends, the first with the text."""
    begins = list(starts.items())
    if not begins or "".join(lines[: begins[0][0]]).strip():
        begins.insert(0, (0, BEGINNING))
    else:
        begins[0] = (0, begins[0][1])
    ends = [start for start, _ in begins[1:]] + [len(lines)]
    return {
        section_file(name): "".join(lines[start:end])
        for (start, name), end in zip(begins, ends, strict=True)
    }


def _said(clauses: Sequence[Clause]) -> list[Any]:
    """What a text says, leaving its anchors aside."""
    return [
        (c.level, c.cells) if c.kind is Kind.HEADING else c.key
        for c in clauses
        if c.kind is not Kind.BLANK
    ]
