"""Names of files that are one on some disks, and bytes that are one text.

The disks of macOS and Windows do not tell names apart by case, macOS not by how an accent is
written: as a part of its letter (NFC), or as a sign of its own behind it (NFD;
https://unicode.org/reports/tr15/).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

LONGEST_NAME = 100
"""Characters of a file's name: before it come the folders of a release and of the clone, and
Windows takes 260 for all of it."""
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|\s*$)", re.IGNORECASE
)


def device(name: str) -> str:
    """The device that Windows takes a file of this name for; empty: none.

    https://learn.microsoft.com/windows/win32/fileio/naming-a-file
    """
    found = _DEVICES.match(name)
    return found[1] if found else ""


def section_file(anchor: str) -> str:
    """A name for the file of a section, that every clone can have."""
    name = f"{anchor}-section" if device(anchor) else anchor
    if len(name) > LONGEST_NAME - len(".md"):
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f"{name[: LONGEST_NAME - 12]}-{digest}"
    return f"{name}.md"


def one_file(name: str) -> str:
    """What is the same for two names that are one file on some disk."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def written_otherwise(name: str, names: Iterable[str]) -> str | None:
    """The one of the names that is one file with this name on some disk; None: there is none."""
    return next((each for each in names if one_file(each) == one_file(name)), None)


def spelled(name: str) -> str:
    """A name with every sign spelled out that is not of ASCII, as a shell reads it in $''."""
    data = name.encode("utf-8", "surrogateescape")
    return "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in "'\\" else f"\\x{byte:02x}"
        for byte in data
    )


def unix_lines(data: bytes) -> bytes:
    """A text with the line ends that git keeps, whatever the checkout made of them.

    A carriage return that stands alone is no line end of a checkout, and stays.
    """
    return data.replace(b"\r\n", b"\n")
