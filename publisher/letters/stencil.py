"""A letter composed once, with holes for what belongs to one recipient.

What a letter says is the same for all who get it in one language and case, and composing it takes
milliseconds. So one is composed for somebody who does not exist, and the places of their name,
address, token and digest in it become holes, into which the bytes of others are put. What is put
in is the same to the byte as what `compose_notice` would have composed: who does not fit, because
their name would break a line elsewhere, say, is not spliced but composed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from publisher.letters.header_words import folded, mailbox_items
from publisher.letters.letter_holes import (
    LINE_OF_PARTS,
    Frame,
    Hole,
    NameLine,
    Own,
    Piece,
    Reader,
    date_field,
    holes_of,
    letter_digest,
    next_line_of_part,
    quoted_words,
)
from publisher.letters.message import Letter

_LONGEST_NAME = 64
"""Characters of a name that is spliced; with a longer one the letter is composed."""
_LONGEST_ADDRESS = 64
"""Characters: the field with it takes one line, whoever folds it."""
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ATOMS = re.compile(rf"{_ATOM}(?: {_ATOM})*")
_EASY = re.compile(r"[A-Za-z0-9' .,-]+")
"""Words that are the same bytes in any part of a letter."""
_TOKEN = re.compile(r"[a-z0-9._-]+")
_SIGNED = 20
"""Characters at the end of a token that are another for each."""
_FIELD = re.compile(r"\{\{name\}\}")
_APART = re.compile(r"(?:^|(?<=\S ))\{\{name\}\}(?=[,،:!]|\s|$)", re.MULTILINE)
"""Where no sign beside it can make Markdown of a name (CommonMark §6.2: it matters what is beside a
delimiter)."""
_PROBES = {
    (False, True): ("Qxzvkjq", "Ægir O'Neil & <Söhne>"),
    (True, True): ("קרשתצפק", "גדעון A. לוי"),
    (False, False): ("7351926408", "9 = 8"),
}
"""Names of those who do not exist: whether they have letters from right to left, and any letters,
for a letter is laid out by these; with the second one a stencil is tried."""
_CUSTOMERS = ("stencil-one", "stencil-two")
_ADDRESSES = ("one@stencil.example", "two.more@elsewhere.example")


class Stencil:
    """A letter with holes."""

    def __init__(self, data: bytes, holes: Sequence[Hole], frame: Frame) -> None:
        """Takes a letter.

        Args:
            data: the letter.
            holes: in order, none within another one.
            frame: what it has in common with others.
        """
        self._frame = frame
        self._domain = frame.sender.partition("@")[2]
        self._dated = frame.date, date_field(frame.date)
        fills = list(dict.fromkeys(hole.fill for hole in holes))
        pieces = [fill for fill in fills if isinstance(fill, Piece)]
        lines = [fill for fill in fills if isinstance(fill, NameLine)]
        self._slices = [slice(*piece) for piece in pieces]
        self._lines = [_Line(line) for line in lines]
        in_turn: list[object] = [*Own, *pieces, *lines]
        ends = [0, *(hole.end for hole in holes)]
        starts = [*(hole.start for hole in holes), len(data)]
        self._fixed = tuple(data[end:start] for end, start in zip(ends, starts, strict=True))
        order = [0]
        for number, hole in enumerate(holes, 1):
            order += [len(self._fixed) + in_turn.index(hole.fill), number]
        self._in_order = itemgetter(*order)

    def letter(self, reader: Reader, date: dt.datetime) -> Letter | None:
        """The letter to somebody.

        Args:
            reader: to whom; their `layout` is that of the stencil.
            date: for the Date field.

        Returns:
            None: it has to be composed, as something about them does not fit, or could begin
            another line or act as markup.
        """
        _, address, name, shown, token = reader
        if not _is_plain(shown) or not _is_address(address) or not _TOKEN.fullmatch(token):
            return None
        easy = _EASY.fullmatch(shown)
        plain = html = shown if easy else quoted_words(shown)
        if not easy:
            # What a serializer of HTML escapes in text; no-break spaces are in no name here.
            html = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        columns = len(shown) if easy or shown.isascii() else 2 * len(shown)
        lines = [line.filled(html if line.html else plain, columns) for line in self._lines]
        if None in lines:
            return None
        if self._dated[0] != date:
            self._dated = date, date_field(date)
        digest, written = letter_digest(self._frame, reader), token.encode("ascii")
        boundary = digest[:40].encode("ascii")
        parts = self._in_order(
            (
                *self._fixed,
                _addressed(name, address),
                self._dated[1],
                boundary[:32],
                boundary,
                *[written[piece] for piece in self._slices],
                *lines,
            )
        )
        return Letter(f"{digest[:32]}@{self._domain}", self._frame.sender, address, b"".join(parts))


class _Line:
    """The end of a line, to be filled in."""

    def __init__(self, line: NameLine) -> None:
        self.html = line.room < 0
        self._room = line.room
        self._before, self._behind = line.before, line.behind
        self._signs = LINE_OF_PARTS - len(line.before) - len(line.behind)

    def filled(self, name: str, columns: int) -> bytes | None:
        """The line with a name.

        Args:
            name: as it stands in such a part.
            columns: that it takes at most.

        Returns:
            None: with this name the line would be broken elsewhere, which moves other words.
        """
        if columns > self._room and not self.html:
            return None
        text = f"{self._before}{name}{self._behind}"
        if len(name) <= self._signs:
            return text.encode("ascii")
        start, pieces = 0, list[str]()
        while start + LINE_OF_PARTS < len(text):
            piece, start = next_line_of_part(text, start)
            pieces.append(piece)
        return "\r\n".join([*pieces, text[start:]]).encode("ascii")


def stencil_of(
    frame: Frame,
    like: Reader,
    compose: Callable[[Reader], Letter],
) -> Stencil | None:
    """The stencil of the letters of one kind to all whose letters are laid out alike.

    Args:
        frame: what they have in common.
        like: one whose letter is laid out so; nothing of theirs comes into the stencil.
        compose: composes the letter to somebody, with the date of the frame, in the slow way.

    Returns:
        None: these letters cannot be spliced; each has to be composed.
    """
    names = _PROBES.get(like.layout[:2])
    if names is None or len(_FIELD.findall(frame.notice)) != len(_APART.findall(frame.notice)):
        return None
    made = [_token_like(like.token, seed) for seed in ("one", "two")]
    first, second = (
        Reader(customer, address, name, name, own)
        for customer, address, name, own in zip(_CUSTOMERS, _ADDRESSES, names, made, strict=True)
    )
    letter = compose(first)
    holes = holes_of(letter, frame, first)
    if holes is None:
        return None
    stencil = Stencil(letter.data, holes, frame)
    # Letters are laid out by rules that are not known here; a stencil that misses one of them is
    # not used.
    for one in (first, second, second._replace(customer="x", token=first.token)):
        if stencil.letter(one, frame.date) != compose(one):
            return None
    return stencil


def _token_like(token: str, seed: str) -> str:
    """A token of the same length that nobody signed."""
    places, signed = token[:-_SIGNED], hashlib.sha256(f"{seed} {token}".encode()).hexdigest()
    return places + signed[: len(token) - len(places)]


# ── how they are filled ──────────────────────────────────────────────────────────────────────────


def _is_plain(shown: str) -> bool:
    """Whether a name is nothing but signs that are seen, and single spaces between them."""
    return (
        shown.isprintable()
        and 0 < len(shown) <= _LONGEST_NAME
        and shown[0] != " " != shown[-1]
        and "  " not in shown
        and '"' not in shown
        and "\\" not in shown
        and "=?" not in shown
    )


def _is_address(address: str) -> bool:
    return len(address) <= _LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(address))


def _addressed(name: str, address: str) -> bytes:
    """The To field."""
    if not name:
        return f"To: {address}\r\n".encode("ascii")
    # "To: ", two brackets and a space; nothing is folded up to 76 characters.
    if len(name) + len(address) <= 69 and len(name) <= 60 and _ATOMS.fullmatch(name):
        return f"To: {name} <{address}>\r\n".encode("ascii")
    return folded("To", mailbox_items(name, address), "\r\n").encode("ascii")
