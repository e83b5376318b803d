"""The parts of a message (RFC 5322, 2045, 2046), found in linear time and within limits.

The standard library reads the fields, a bounded part of each. The boundaries of parts are found
here, because the library's parser tries all open levels for each line.
"""

from __future__ import annotations

import binascii
import codecs
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser

LARGEST_HEAD, LARGEST_PART_HEAD = 200_000, 20_000
"""Limits on the header of a message, and of a part, in bytes."""
LONGEST_FIELD = 4_000
"""Limit on the characters of a field that describes a part or is decoded."""
MOST_PARTS, MOST_LEVELS = 300, 8
"""Limits on the number of parts, and on how deep they are nested."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLANK = re.compile(rb"(?>\r\n|\r|\n)(?:\r\n|\r|\n)")
_DESCRIBING = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition")


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a part of one."""

    header: Message
    kind: str
    """Its media type in lower case: `text/plain`."""
    raw: bytes
    """The whole message."""
    start: int
    end: int
    """Where its body begins and ends in `raw`."""
    parts: tuple[Part, ...] = ()
    faults: tuple[str, ...] = ()
    """Why mail programs may read it differently."""

    def walk(self) -> Iterator[Part]:
        """The part itself and all parts within it, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def fields(self, name: str) -> list[str]:
        """The values of all fields of a name.

        Returns:
            Each as written; bytes beyond ASCII are represented by surrogates.
        """
        return [value for key, value in self.header.raw_items() if key.lower() == name.lower()]

    @property
    def disposition(self) -> str:
        """How it is to be shown (RFC 2183), in lower case: `inline`, `attachment` or empty."""
        return str(self.header.get("Content-Disposition", "")).split(";")[0].strip().lower()

    @property
    def name(self) -> str:
        """Its file name, decoded; empty: none."""
        name = self.header.get_filename("")
        return decoded(name[:LONGEST_FIELD]).strip()

    @property
    def encoding(self) -> str:
        """How its body is encoded (RFC 2045 §6), in lower case."""
        return str(self.header.get("Content-Transfer-Encoding", "")).strip().lower()

    def data(self, most: int) -> bytes:
        """The beginning of its body, decoded.

        Args:
            most: limit in bytes, roughly.
        """
        if self.encoding == "base64":
            return _from_base64(self.raw[self.start : min(self.end, self.start + most * 3 // 2)])
        if self.encoding == "quoted-printable":
            piece = self.raw[self.start : min(self.end, self.start + most * 3)]
            return binascii.a2b_qp(piece)[:most]
        return self.raw[self.start : min(self.end, self.start + most)]

    def text(self, most: int) -> tuple[str, str]:
        """The beginning of its body as text.

        Args:
            most: limit in characters.

        Returns:
            The text, and why it may not be what a mail program shows; empty: no reason.
        """
        fault = ""
        if self.encoding not in ("", "7bit", "8bit", "binary", "base64", "quoted-printable"):
            fault = "its text is encoded in a way that is not known here"
        elif self.encoding == "base64" and self._goes_on():
            fault = "its text goes on after its end"
        data = self.data(4 * most + 1)
        text = in_charset(data, str(self.header.get_content_charset("")))
        if len(text) > most or len(data) > 4 * most:
            fault = "its text is longer than is read"
        return text[:most], fault

    def _goes_on(self) -> bool:
        end = self.raw.find(b"=", self.start, self.end)
        return end >= 0 and bool(self.raw[end : self.end].strip(b"=\r\n\t "))


_LETTERS = string.ascii_letters.encode() + string.digits.encode() + b"+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_LETTERS))


def _from_base64(body: bytes) -> bytes:
    letters = body.partition(b"=")[0].translate(None, _NOT_BASE64)
    # A single letter at the end is less than a byte.
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def read(raw: bytes) -> Part:
    """Reads a message.

    Args:
        raw: the message (RFC 5322); anything is read, in time linear in its size.
    """
    return _Reader(raw).part(0, len(raw), LARGEST_HEAD, 0)


@dataclass(slots=True)
class _Reader:
    raw: bytes
    seen: int = field(default=0)

    def part(
        self, start: int, end: int, largest: int, level: int, kind: str = "text/plain"
    ) -> Part:
        """The part between two places of the message; `kind` is its type if it states none."""
        self.seen += 1
        most = min(end, start + largest)
        none = _LINE_END.match(self.raw, start, end)
        blank = none or _BLANK.search(self.raw, start, most)
        stop = blank.end() if blank else most
        header, faults = _header(self.raw[start:stop])
        if not blank and stop < end:
            faults.append("its header is larger than is read")
            stop = end
        kind = header.get_content_type() if header.get("Content-Type") else kind
        parts: tuple[Part, ...] = ()
        if kind.startswith("multipart/"):
            parts, fault = self._within(header, kind, stop, end, level)
            faults += [fault] if fault else []
        return Part(header, kind, self.raw, stop, end, parts, tuple(faults))

    def _within(
        self, header: Message, kind: str, start: int, end: int, level: int
    ) -> tuple[tuple[Part, ...], str]:
        boundary = header.get_boundary("").encode("ascii", "replace")
        if not boundary:
            return (), "its parts cannot be told apart"
        if level == MOST_LEVELS:
            return (), "its parts are deeper in each other than is read"
        given = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        parts, fault = [], ""
        places, closed = _places(self.raw, boundary, start, end)
        for first, last in places:
            if self.seen >= MOST_PARTS:
                fault = "it has more parts than are read"
                break
            parts.append(self.part(first, last, LARGEST_PART_HEAD, level + 1, given))
        if not parts:
            return (), fault or "its parts cannot be told apart"
        return tuple(parts), fault or ("" if closed else "its last part is cut off")


def _header(raw: bytes) -> tuple[Message, list[str]]:
    header = BytesHeaderParser().parsebytes(raw)
    faults = ["its header is damaged"] if header.defects else []
    for name in _DESCRIBING:
        values = header.get_all(name, [])
        if len(values) > 1:
            faults.append("a part of it is described twice")
        if values and len(str(values[0])) > LONGEST_FIELD:
            faults.append("the description of a part is longer than is read")
            header.replace_header(name, str(values[0])[:LONGEST_FIELD])
    try:
        header.get_filename()
        header.get_boundary()
        header.get_content_charset()
        named = [name.lower() for name, _ in header.get_params([])]
    except Exception:  # noqa: BLE001 - malformed parameters make the library fail in many ways
        for name in _DESCRIBING:
            del header[name]
        return header, [*faults, "the description of a part cannot be read"]
    if len(named) > len(set(named)):
        faults.append("a part of it is described twice")
    return header, faults


def _places(
    raw: bytes, boundary: bytes, start: int, end: int
) -> tuple[list[tuple[int, int]], bool]:
    """Where the parts between two places begin and end, and whether the last is closed (§5.1.1)."""
    # Beginning with the line end keeps the search fast in a text of nothing but hyphens.
    line = re.compile(rb"[\r\n]--" + re.escape(boundary) + rb"(--)?[ \t]*+(?=[\r\n]|\Z)")
    places, first = [], -1
    for found in line.finditer(raw, start - 1, end):
        if first >= 0:
            # The line end before a boundary belongs to the boundary.
            last = found.start()
            last -= raw[last - 1 : last + 1] == b"\r\n"
            places.append((first, max(first, last)))
        ended = _LINE_END.match(raw, found.end(), end)
        first = ended.end() if ended else end
        if found[1]:
            return places, True
        if len(places) >= MOST_PARTS:
            break
    if first >= 0:
        places.append((first, end))
    return places, False


# ── words ────────────────────────────────────────────────────────────────────────────────────────

_CHARSET = re.compile(
    r"ascii|utf-(?:8|16|32).*|iso(?:8859|2022).*|cp\d+|koi8-.*|big5.*|gb.*|euc_.*|shift_jis.*"
    r"|mac-.*|hz|johab|tis-620|ptcp154|kz1048"
)
"""The charsets that mail is written in; some other codecs of Python take very long."""


def in_charset(data: bytes, charset: str) -> str:
    """Bytes as text.

    Args:
        data: the bytes; invalid ones become U+FFFD.
        charset: its name as written. If it is empty or unknown, the bytes are read as UTF-8, or as
            windows-1252 if they are not valid UTF-8.
    """
    try:
        name = codecs.lookup(charset.strip()).name if len(charset) < 40 else ""
    except (LookupError, ValueError):
        name = ""
    # As in all mail programs, Latin-1 means windows-1252.
    name = "cp1252" if name == "iso8859-1" else name
    if name == "ascii" or not _CHARSET.fullmatch(name):
        try:
            return data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            name = "cp1252"
    return data.decode(name, "replace").removeprefix("\ufeff")


_WHITE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def decoded(value: str) -> str:
    """The words of a field (RFC 2047), on one line, without control characters.

    Args:
        value: of the field; bytes beyond ASCII are represented by surrogates.
    """
    return _WHITE.sub(" ", _as_encoded(value)).strip()


def encodes_controls(value: str) -> bool:
    """Whether the words of a field have control characters or line ends that were encoded."""
    return bool(_CONTROLS.search(_as_encoded(value)))


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _as_encoded(value: str) -> str:
    value = _WHITE.sub(" ", without_surrogates(value[:LONGEST_FIELD]))
    try:
        # The library escapes what is not encoded, so backslashes have to be escaped too.
        pieces = decode_header(value.replace("\\", r"\u005c"))
    except (MessageError, ValueError):
        return value
    return without_surrogates("".join(_piece(piece, charset) for piece, charset in pieces))


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        piece = piece.encode("raw-unicode-escape")
    return in_charset(piece, charset) if charset else piece.decode("raw-unicode-escape")


def without_surrogates(value: str) -> str:
    """A text without surrogates: those that represent bytes are decoded, others replaced."""
    try:
        return in_charset(value.encode("utf-8", "surrogateescape"), "")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode()
