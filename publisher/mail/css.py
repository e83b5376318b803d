"""Parsing of the CSS that mail programs write: sheets into rules, styles into declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_STYLE = 4_000
"""Limit on the characters of a style attribute, and of the selectors of a rule."""

_PIECE = re.compile(r"/\*.*?\*/|\"([^\"\n]*)\"|'([^'\n]*)'|[^\"'/]+|/(?!\*)", re.DOTALL)
_NAME_IN_QUOTES = re.compile(r"(?:[\w .,+&-]|\\?@|%\d|\\[0-9A-Fa-f]{4})*")


def without_strings(css: str) -> str | None:
    """CSS without comments and with harmless strings, safe to split; None: it is malformed."""
    found, at = [], 0
    for piece in _PIECE.finditer(css):
        if piece.start() != at:
            return None
        at = piece.end()
        quoted = piece[1] if piece[1] is not None else piece[2]
        if quoted is not None:
            if not _NAME_IN_QUOTES.fullmatch(quoted):
                return None
            found.append(f'"{quoted}"')
        elif re.search(r"\\(?![0-9a-fA-F]{4})", piece[0]):
            return None
        else:
            found.append(" " if piece[0].startswith("/*") else piece[0])
    text = "".join(found)
    return text if at == len(css) and _balances(text) else None


def _balances(css: str) -> bool:
    """Whether brackets are balanced, with no block inside parentheses."""
    opened = ""
    for sign in re.findall(r"[()\[\]{}]", css):
        if sign in "([{":
            opened += sign
        elif opened[-1:] + sign in ("()", "[]", "{}"):
            opened = opened[:-1]
        else:
            return False
        if len(opened) > 4 or "({" in opened or "[{" in opened:
            return False
    return not opened


_BLOCK = re.compile(r"([^{}]*+)\{((?:[^{}]++|\{[^{}]*+\})*+)\}")


def css_rules(css: str) -> Iterator[tuple[str, str]]:
    """The rules of a well-formed sheet, as (selectors or at-rule, content of the block)."""
    at = 0
    while found := _BLOCK.match(css, at):
        at = found.end()
        yield found[1].strip().lower(), found[2]
    if css[at:].strip():
        yield "@", ""


_DECLARATION = re.compile(r"([a-z-][\w-]*) ?: ?(.*?) ?(?:! ?important)?")
_IN_PARENTHESES = re.compile(r"\([^()]*\)")


def css_declarations(style: str) -> list[tuple[str, str]] | None:
    """The declarations of a style, as (property, value) in lower case; None: it is malformed."""
    if len(style) > LONGEST_STYLE or (text := without_strings(style.lower())) is None:
        return None
    found = []
    for one in " ".join(text.split()).split(";"):
        if not (one := one.strip()):
            continue
        parts = _DECLARATION.fullmatch(one)
        if parts is None or "{" in one:
            return None
        found.append((parts[1], _IN_PARENTHESES.sub(_with_commas, parts[2])))
    return found


def _with_commas(found: re.Match[str]) -> str:
    inner = found[0][1:-1].strip()
    return f"({re.sub(r'[ ,/]+', ',', inner)})"
