"""The words of a mail in one spelling, so that case, hyphens and quotes do not matter.

The characters come from strangers. Whatever is not plainly a word or plain punctuation is an item
of its own, which no phrase contains.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import regex

BLANK, LINE, RULE, QUOTE, DASH, DOTS, LINK = "\n\n", "\n", "--", '"', "-", "…", "://"
"""The items that are not words: a blank line, a line end, a line of dashes, and so on.

`LINK` stands for the address of a page.
"""

# The Greek question mark looks like a semicolon, and NFKC would make it one.
_SIGNS = {**dict.fromkeys("’‘ʼ′`´", "'"), "\xad": None, "\u037e": "?"}
_ARABIC = {"\u060c": ",", "\u061b": ";"} | {
    chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)
}
_FOLDED = str.maketrans(_SIGNS | _ARABIC)
_EMPHASIS = regex.compile(
    r"(?<![\w*])([*_]{1,3})(?=[^\s*_])([^\n*_]+)(?<=[^\s*_])\1(?![\w*])", regex.ASCII
)
_LETTER = r"[\p{L}\p{M}\p{Nd}]"
_ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_ITEM = regex.compile(
    r"(?P<link><?(?:https?://|www\.)[^\s<>]{1,500}>?)"
    rf"|(?P<word>{_ADDRESS}|[\p{{L}}\p{{M}}]+|\p{{Nd}}+(?:\.\p{{Nd}}+)*)"
    rf"|(?P<none>[ \t]+|(?<={_LETTER})['‐–-](?={_LETTER}))"
    r"|(?P<rule>(?<![^\n])(?:-{2,}|_{2,}|={3,})[ \t]*(?![^\n]))"
    r"|(?P<blank>\n(?:[ \t]*\n)+)"
    r"|(?P<line>\n)"
    r"|(?P<dots>\.{2,})"
    r"|(?P<quote>[“”„‟‚‛«»‹›\"'])"
    r"|(?P<dash>[‐‒–—―-])"
    r"|(?P<other>.)",
    regex.DOTALL,
)
_AS = {
    "link": LINK,
    "rule": RULE,
    "blank": BLANK,
    "line": LINE,
    "dots": DOTS,
    "quote": QUOTE,
    "dash": DASH,
}
_LOOSE = regex.compile(
    rf"(?:https?|ftp)://[^\s<>\"]*|\bwww\.[^\s<>\"]*|\bmailto:"
    rf"|({_ADDRESS}|[\p{{L}}\p{{M}}]+|\p{{Nd}}+)"
)


def fold(text: str) -> str:
    """A text in one spelling: letters (NFKC, case folded), apostrophes and line ends.

    Accents are dropped, since many people omit them; a combining mark by itself stays. Soft hyphens
    and a byte order mark at the start are dropped; a no-break space becomes a space. Arabic commas,
    semicolons and digits become those of other scripts; an Arabic question mark stays what it is.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFKC", text.translate(_FOLDED)).casefold()
    return "".join(map(_plain, unicodedata.normalize("NFKC", text)))


@cache
def _plain(letter: str) -> str:
    return letter if letter.isascii() else unicodedata.normalize("NFD", letter)[0]


def items(text: str) -> list[str]:
    """The words and signs of a text, in order.

    `opt-out` is two words, like `opt out`; so are `don't` and `v2`; `2.1` is one. Paired `*` and
    `_` around words, which mean bold in plain text, are dropped.
    """
    found = _ITEM.finditer(fold(_EMPHASIS.sub(r"\2", text)))
    return [_AS.get(one.lastgroup or "", one[0]) for one in found if one.lastgroup != "none"]


def loose_words(text: str) -> list[str]:
    """The words, numbers and mail addresses of a text, without anything between them.

    Addresses of pages are left out, because mail programs rewrite them.
    """
    return [found[1] for found in _LOOSE.finditer(fold(text)) if found[1]]


def page_words(text: str) -> frozenset[str]:
    """The words inside addresses of pages and mailboxes, where a line may break."""
    plain = regex.sub(r"[^\p{L}\p{M}\p{Nd}]+", " ", fold(text))
    return frozenset(loose_words(plain))
