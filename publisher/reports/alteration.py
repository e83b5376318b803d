"""A file of a release as it was frozen and as it is now, for a terminal."""

from __future__ import annotations

import difflib


def alteration(path: str, frozen: bytes | None, found: bytes | None) -> str:
    """What differs in a file, as `diff -u` writes it; of what is no text, the sizes.

    Args:
        path: of the file, from the project's root.
        frozen: its bytes as they were frozen; None: there was no such file.
        found: its bytes now; None: it is gone.
    """
    before = "/dev/null" if frozen is None else f"frozen/{path}"
    after = "/dev/null" if found is None else path
    old, new = _lines(frozen or b""), _lines(found or b"")
    if old is None or new is None:
        sizes = [f"{len(data)} bytes" if data is not None else "none" for data in (frozen, found)]
        return f"--- {before}\n+++ {after}\nnot text: {sizes[0]} frozen, {sizes[1]} now\n"
    lines = difflib.unified_diff(old, new, before, after)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(data: bytes) -> list[str] | None:
    """The lines with their ends, which are line feeds alone; None: it is no text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    *lines, rest = text.split("\n")
    return [f"{line}\n" for line in lines] + ([rest] if rest else [])
