"""The seal of its release in a letter that is sent: a line that people read, a field that programs
read. Whoever has the letter can tell whether the release is still what it was then.

The letter that is frozen lies in the folder that the seal is made of, so it cannot hold it: the
seal is filled in when the letter is sent. The line itself is sealed, in the language of the letter,
with a field for the seal; letters that were frozen before there was such a field get an English
line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from publisher.letters.fields import SEAL, fill
from publisher.releases.number import Number
from publisher.releases.release import Release

SEAL_FIELD = "Policy-Release"
"""The header field `Policy-Release: privacy/2; sha256=…`, which has no `X-` (RFC 6648)."""
_LINE = "This letter belongs to version {number} of our {{{{title}}}}, sealed as {seal} (SHA-256)."
_VALUE = re.compile(
    r"\s*([a-z][a-z0-9-]{0,15})/([0-9.]+)\s*;\s*sha256\s*=\s*([0-9a-f]{64})\s*", re.IGNORECASE
)
_FIELD = f"{{{{{SEAL}}}}}"
_SEAL = re.compile(r"(?<![0-9a-zA-Z])([0-9a-f]{64})(?![0-9a-zA-Z])")
"""A seal; which words stand before it depends on the language."""


class SealedRelease(NamedTuple):
    """The release that a letter says to belong to."""

    policy: str
    number: Number
    seal: str
    """SHA-256 of its `SHA256SUMS`, hexadecimal."""


def with_seal(text: str, release: Release) -> str:
    """A letter with the line that has the seal of its release.

    Args:
        text: the letter's Markdown.
        release: which it belongs to; one that is not sealed yet has no line.
    """
    if _FIELD in text or not release.seal:
        return with_own_line(text, release)
    line = _LINE.format(number=release.number, seal=release.seal)
    return f"{text}\n{fill(line, {'title': release.policy.facts.title})}\n"


def with_own_line(text: str, release: Release) -> str:
    """A letter with the seal of its release where it has a field for it, and nowhere else.

    Args:
        text, release: as for `with_seal`.
    """
    if release.seal:
        return fill(text, {SEAL: release.seal})
    paragraphs = text.rstrip("\n").split("\n\n")
    return "\n\n".join(one for one in paragraphs if _FIELD not in one) + "\n"


def seal_field(release: Release) -> str:
    """The value of the header field; empty: the release is not sealed yet.

    Where it is folded (RFC 5322 §2.2.3), each line is shorter than 78 characters.
    """
    return f"{release.name}; sha256={release.seal}" if release.seal else ""


def read_seal_field(value: str) -> SealedRelease | None:
    """The release that a header field names; None: it does not read."""
    found = _VALUE.fullmatch(value)
    number = Number.parse(found[2]) if found else None
    return SealedRelease(found[1].lower(), number, found[3].lower()) if found and number else None


def seals_in(words: str) -> tuple[str, ...]:
    """The seals that the words of a letter name, hexadecimal, each once."""
    return tuple(dict.fromkeys(_SEAL.findall(" ".join(words.split()))))
