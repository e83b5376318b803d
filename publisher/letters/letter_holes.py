"""Where in a letter stands what belongs to its recipient, so that others' can be put there."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from email.quoprimime import body_encode
from email.utils import format_datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from publisher.letters.html_part import FILLED_IN, LARGEST_HTML_PART
from publisher.letters.message import Letter
from publisher.markup.html import is_written_right_to_left
from publisher.text.wrapping import WIDTH, columns_of

LINE_OF_PARTS = 78
"""Characters of a line of quoted-printable, as the standard library is told by its policy."""
_QP = {code: body_encode(chr(code), 1000) for code in range(256) if chr(code) not in " \t\r\n"}


class Reader(NamedTuple):
    """What is a letter's recipient's own, as it stands in the letter."""

    customer: str
    address: str
    name: str
    """Empty: none."""
    shown: str
    """What stands for the name in the text; the name, where there is one."""
    token: str

    @property
    def layout(self) -> tuple[bool, bool, int]:
        """What decides about the layout of the letter: one stencil is good for one of these."""
        shown = self.shown
        letters = shown.isalpha() or any(map(str.isalpha, shown))
        return is_written_right_to_left(shown), letters, len(self.token)


class Frame(NamedTuple):
    """What letters of a kind have in common that is not read off one of them."""

    notice: str
    """The Markdown of the letter, with its fields."""
    titled: str
    """What the letter is before whom it is for: its Message-ID is made from both."""
    sender: str
    """Of the envelope."""
    date: dt.datetime
    """Of the letter that becomes the stencil."""


class Own(StrEnum):
    """What is a recipient's own and stands in a letter once, or as it is."""

    ADDRESSEE = "addressee"
    """The To field."""
    DATE = "date"
    """The Date field."""
    NAME = "name"
    """Of the letter: 32 digits of its Message-ID."""
    BOUNDARY = "boundary"
    """40 digits of what separates its parts."""


class NameLine(NamedTuple):
    """The end of a line with the name in it; in quoted-printable, as its part is."""

    before: str
    """From where the line was last broken."""
    behind: str
    room: int
    """Columns that the name may take; -1: as many as it likes, it is in the HTML part."""


class Piece(NamedTuple):
    """Some of the token."""

    start: int
    stop: int


class Hole(NamedTuple):
    """A place in a letter."""

    start: int
    end: int
    fill: Own | Piece | NameLine
    """What comes there."""


def holes_of(letter: Letter, frame: Frame, probe: Reader) -> list[Hole] | None:
    """The holes of a letter.

    Args:
        letter: as it was composed.
        frame: what it has in common with others.
        probe: whose it is; their name, address and token stand nowhere else in it.

    Returns:
        In order; None: it has some that cannot be filled by bytes alone.
    """
    data, digest = letter.data, letter_digest(frame, probe)
    names = _name_lines(data, probe.shown)
    to = re.search(rb"(?m)^To: .*\r\n(?:[ \t].*\r\n)*", data)
    name = re.search(rf"<{digest[:32]}@".encode(), data)
    date = data.find(date_field(frame.date))
    full = len(letter.part("text/html").encode()) > LARGEST_HTML_PART - FILLED_IN
    if names is None or to is None or name is None or date < 0 or full:
        return None
    holes = [
        Hole(*to.span(), Own.ADDRESSEE),
        Hole(date, date + len(date_field(frame.date)), Own.DATE),
        Hole(name.start() + 1, name.end() - 1, Own.NAME),
        *(Hole(*one.span(), Own.BOUNDARY) for one in re.finditer(digest[:40].encode(), data)),
        *names,
        *_token_holes(data, probe.token),
    ]
    holes.sort(key=lambda hole: hole.start)
    apart = all(one.end <= other.start for one, other in pairwise(holes))
    return holes if apart else None


def letter_digest(frame: Frame, reader: Reader) -> str:
    """What the Message-ID and the boundaries of a letter are made of, hexadecimal."""
    whom = f"{frame.titled} to {reader.customer} at {reader.address}"
    return hashlib.sha256(whom.encode()).hexdigest()


def _token_holes(data: bytes, token: str) -> list[Hole]:
    """Where a token stands, in one piece or, in quoted-printable, in several."""
    spread = rb"(?:=\r\n)?".join(re.escape(sign.encode()) for sign in token)
    holes = list[Hole]()
    for found in re.finditer(spread, data):
        start, taken = found.start(), 0
        for piece in found[0].split(b"=\r\n"):
            end = start + len(piece)
            holes.append(Hole(start, end, Piece(taken, taken + len(piece))))
            start, taken = end + 3, taken + len(piece)
    return [hole for hole in holes if hole.end > hole.start]


def _name_lines(data: bytes, shown: str) -> list[Hole] | None:
    """Where a name stands in the parts; None: it stands where it would move other words."""
    coded = quoted_words(shown)
    spread = rb"(?:=\r\n)?".join(re.escape(sign.encode()) for sign in coded)
    body, html = data.find(b"\r\n\r\n"), data.find(b"Content-Type: text/html")
    holes = list[Hole]()
    for found in re.finditer(spread, data[body:]):
        place = body + found.start()
        start = _line_start(data, place)
        end = _line_end(data, place)
        raw = data[start:end]
        line = raw.replace(b"=\r\n", b"").decode("ascii")
        before, _, behind = line.partition(coded)
        kept, broken = _broken_before(before)
        if coded in behind or not raw.startswith(broken) or behind.endswith((" ", "\t")):
            return None
        room = -1
        if place < html:
            alone = data[start - 4 : start] == data[end : end + 4] == b"\r\n\r\n"
            room = WIDTH - columns_of(_read(before) + _read(behind)) if alone else 0
        elif before.rfind("<") > before.rfind(">"):
            return None  # in an attribute other signs are escaped
        if room == 0:
            return None
        holes.append(Hole(start + len(broken), end, NameLine(kept, behind, room)))
    return holes


def _line_start(data: bytes, place: int) -> int:
    """Where the line begins that a soft break may have broken before this place."""
    start = data.rfind(b"\r\n", 0, place)
    while data[start - 1 : start] == b"=":
        start = data.rfind(b"\r\n", 0, start)
    return start + 2


def _line_end(data: bytes, place: int) -> int:
    end = data.find(b"\r\n", place)
    while data[end - 1 : end] == b"=":
        end = data.find(b"\r\n", end + 2)
    return end


def _read(coded: str) -> str:
    """What quoted-printable says."""
    return re.sub(
        rb"=([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), coded.encode()
    ).decode(errors="replace")


def _broken_before(before: str) -> tuple[str, bytes]:
    """What of a line is broken in the same way whatever follows.

    Returns:
        What is left of it, and the bytes before.
    """
    start, pieces = 0, list[str]()
    while start + LINE_OF_PARTS < len(before):
        piece, start = next_line_of_part(before, start)
        pieces.append(f"{piece}\r\n")
    return before[start:], "".join(pieces).encode("ascii")


def quoted_words(words: str) -> str:
    """Words in quoted-printable, in one line."""
    if words.isascii() and "=" not in words:
        return words
    return words.encode().decode("latin-1").translate(_QP)


def date_field(date: dt.datetime) -> bytes:
    """The Date field of a letter."""
    return b"Date: " + format_datetime(date).encode("ascii") + b"\r\n"


def next_line_of_part(text: str, start: int) -> tuple[str, int]:
    """A line of quoted-printable, up to where it is broken, as `email.quoprimime` breaks it.

    Args:
        text: encoded, longer than a line from `start` on.
        start: where it begins.

    Returns:
        The line with the sign that it is broken, and where the next one begins.
    """
    stop = start + LINE_OF_PARTS - 1
    if text[stop - 2] == "=":
        return text[start : stop - 1], stop - 2
    if text[stop - 1] == "=":
        return text[start:stop], stop - 1
    return f"{text[start:stop]}=", stop
