"""Writing Markdown: words as they are to be read, and addresses to lead to, so that none can act as
anything else.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_ACTS = re.compile(r"[\\`*_{}\[\]()<>#|~&!$^]")
"""What acts in a line, wherever it stands."""
_ACTS_FIRST = re.compile(r"(?:\d{1,9}(?=[.)])|)([-+=.):])")
"""What begins a list, or underlines a heading, where a line begins with it."""
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")
"""What becomes one space; those that no line may break at stay: French has them before a colon."""
_MAYBE = "\ue000"
"""Stands where a backslash has to be if a line begins there: `1. March` is a list then, and a date
anywhere else."""
_AT_BEGINNING = re.compile(rf"(?m)^([ \t>]*(?:(?:[-*+]|\d{{1,9}}[.)])[ \t]+)*\d*){_MAYBE}")
_KEPT = "%/:?#@!$&'*+,;=~-._"
"""Signs of an address that stay as they are (RFC 3986 §2.2), but for those that would end it."""


class Markdown(str):
    """A text that is Markdown, and is put into another one as it is."""

    __slots__ = ()


def written(words: str) -> Markdown:
    """Words as Markdown that is read as these words (CommonMark §2.4), in one line, once the whole
    text of which it is a part is `settled`.

    Args:
        words: anything; what is Markdown already comes back as it is.
    """
    if isinstance(words, Markdown):
        return words
    line = _ACTS.sub(r"\\\g<0>", _SPACE.sub(" ", words.replace(_MAYBE, "")).strip())
    if found := _ACTS_FIRST.match(line):
        line = f"{line[: found.start(1)]}{_MAYBE}{line[found.start(1) :]}"
    return Markdown(line)


def settled(text: str) -> str:
    """A text in which all that was `written` stands where it is to be."""
    return _AT_BEGINNING.sub(r"\1\\", text).replace(_MAYBE, "")


def written_address(address: str) -> Markdown:
    """An address as it stands between the brackets of a link, whatever signs it has."""
    # In small letters, so that braces in an address are no field of a letter.
    return Markdown(quote(address, safe=_KEPT).replace("%7B", "%7b"))


def written_link(words: str, address: str) -> Markdown:
    """A link.

    Args:
        words: what is read; they are escaped, unless they are Markdown.
        address: where it leads.
    """
    return Markdown(f"[{written(words)}]({written_address(address)})")


def written_lines(lines: tuple[str, ...]) -> Markdown:
    """Lines of words below each other, as one paragraph."""
    return Markdown("\\\n".join(written(line) for line in lines if line.strip()))


def quoted(text: str) -> Markdown:
    """Markdown as a quotation."""
    lines = text.strip().splitlines()
    return Markdown("\n".join(f"> {line}".rstrip() for line in lines))
