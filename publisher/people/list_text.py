"""The text of a list of customers: its bytes as lines, and what is said of bytes that are none."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from publisher.errors import RecipientsError
from publisher.releases.remedies import shell_word as quote

_LONGEST_LINE = 1 << 20
"""Bytes of a line, beyond which a file is no list."""
STRAY = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is no UTF-8, in a line that is given out all the same (PEP 383)."""
_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
"""How text begins that is not UTF-8 (Unicode §23.8)."""
_OTHERS = (
    (b"PK\x03\x04", "a workbook or an archive"),
    (b"\xd0\xcf\x11\xe0", "a workbook of an old Excel"),
    (b"%PDF", "a PDF"),
    (b"BZh", "compressed in a way that is not read here"),
    (b"\xfd7zXZ", "compressed in a way that is not read here"),
    (b"\x28\xb5\x2f\xfd", "compressed in a way that is not read here"),
)
"""How files begin that are given in place of a list."""


IMPORT_RECIPIENTS = "publisher recipients import"
"""What takes a list of customers."""


@dataclass(frozen=True, slots=True)
class ListName:
    """What a list is called in messages, and how its bytes are had again."""

    name: str
    """Of the file; `-` for standard input."""
    path: str = ""
    """Where it is, from the root; empty: it has no place, or is gone when it was read."""
    packed: bool = False
    """Whether it is compressed by gzip."""
    options: str = ""
    """Those that the list is imported with, each after a space."""
    command: str = IMPORT_RECIPIENTS
    """What takes it."""

    def recoded(self, encoding: str) -> str:
        """The command of a shell that imports it from another encoding.

        Args:
            encoding: as iconv calls it.
        """
        path = quote(self.path)
        change = f"iconv -f {encoding} -t UTF-8"
        if not self.path:
            change = f"… | {change}"
        elif self.packed:
            change = f"gzip -dc {path} | {change}"
        else:
            change = f"{change} {path}"
        return f"{change} | {self.command} -{self.options}"

    def again_with(self, option: str) -> str:
        """How it is imported again with one option more."""
        if not self.path:
            return f"run the command again with {option}"
        return f"{self.command} {quote(self.path)}{self.options} {option}"


class ListText:
    """The lines of a list, read once, in a stream.

    What is not UTF-8 as a whole is refused, with what it seems to be. In a list that otherwise is
    UTF-8, the odd byte is given out as a surrogate (`STRAY`).
    """

    def __init__(self, blocks: Iterable[bytes], name: ListName) -> None:
        """Reads nothing yet.

        Args:
            blocks: the bytes, in pieces of any size.
            name: of the list.
        """
        self._blocks, self._name = blocks, name
        self._line = 0
        self._wide = False
        """Whether letters beyond ASCII were read as UTF-8."""

    def __iter__(self) -> Iterator[str]:
        """The lines, each with its end: LF, CR LF, or CR.

        Raises:
            RecipientsError: it is no text in UTF-8.
        """
        rest, first = b"", True
        for block in self._blocks:
            rest += block
            if first and len(rest) < 4:
                continue
            if first:
                rest, first = self._begun(rest), False
            cut = _whole(rest)
            if not cut and len(rest) > _LONGEST_LINE:
                raise self._refused("a line of more than a million characters", _CSV)
            yield from self._lines(rest[:cut])
            rest = rest[cut:]
        yield from self._lines(self._begun(rest) if first else rest)

    def _begun(self, data: bytes) -> bytes:
        """The first bytes without the mark of UTF-8, once they are seen to be text."""
        for mark, encoding in _MARKS:
            if data.startswith(mark):
                raise self._recode(encoding, "")
        head = data[:200]
        if head.count(0) > len(head) // 4:
            raise self._recode("UTF-16LE" if head[1:2] == b"\0" else "UTF-16BE", "")
        for mark, what in _OTHERS:
            if data.startswith(mark):
                raise self._refused(f"this is {what}, not CSV", _CSV)
        return data.removeprefix(b"\xef\xbb\xbf")

    def _lines(self, data: bytes) -> Iterator[str]:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self._require_mixed(data, error)
            text = data.decode("utf-8", "surrogateescape")
        self._wide = self._wide or not text.isascii()
        for line in io.StringIO(text, newline=""):
            self._line += 1
            yield line

    def _require_mixed(self, data: bytes, error: UnicodeDecodeError) -> None:
        """Refuses lines that are not UTF-8, unless others are."""
        lines = data.splitlines()
        if self._wide or any(not line.isascii() and _utf8(line) for line in lines):
            return
        # Lines end in the same way for bytes and for `StringIO`.
        self._line += len(data[: error.start + 1].splitlines())
        wrong = next(line for line in lines if not _utf8(line))
        try:
            shown = wrong.decode("windows-1252").strip()
        except UnicodeDecodeError:
            raise self._refused("not UTF-8 text, nor Windows-1252", _CSV) from None
        raise self._recode("WINDOWS-1252", f"; so read, this line says: {shown[:200]}")

    def _recode(self, encoding: str, shown: str) -> RecipientsError:
        what = {"WINDOWS-1252": "not UTF-8 text, perhaps Windows-1252"}
        told = what.get(encoding, f"not UTF-8 text but {encoding[:6]}")
        command = self._name.recoded(encoding)
        return self._refused(f"{told}{shown}", f"{_CSV}, or run\n{command}")

    def _refused(self, what: str, remedy: str) -> RecipientsError:
        where = f"{self._name.name}:{self._line or 1}"
        return RecipientsError(f"{what}; nothing was taken", where=where, remedy=remedy)


_CSV = "save the list as “CSV UTF-8”"


def _whole(data: bytes) -> int:
    """How many of the bytes are whole lines: CR at the end may be half of CR LF."""
    return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, -1) + 1


def _utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
