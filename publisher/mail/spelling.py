"""Words of a mail as they are compared: however they are spelled, cased, hyphenated or quoted.

The characters come from strangers: whatever is not plainly a word or plain punctuation is an item
of its own, which no phrase contains.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import regex

BLANK, LINE, RULE, QUOTE, DASH, DOTS, LINK = "\n\n", "\n", "--", '"', "-", "…", "://"
"""The items that are no words: a blank line, a line end, a line of dashes, and so on.

`LINK` stands for the address of a page.
"""

# The Greek question mark looks like a semicolon, and NFKC would make it one.
_FOLDED = str.maketrans({**dict.fromkeys("’‘ʼ′`´", "'"), "\xad": None, "\u037e": "?"})
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
    """A text with one spelling for letters (NFKC, case folded), apostrophes and line ends.

    Accents go, for many leave them out; a combining mark that stands alone stays. A soft hyphen
    goes, as does the byte order mark at the start; a no-break space is a space.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFKC", text.translate(_FOLDED)).casefold()
    return "".join(map(_plain, unicodedata.normalize("NFKC", text)))


@cache
def _plain(letter: str) -> str:
    return letter if letter.isascii() else unicodedata.normalize("NFD", letter)[0]


def items(text: str) -> list[str]:
    """The words and signs of a text, in order.

    `opt-out` is two words, as `opt out` is; so is `don't`. `v2` is two, `2.1` is one. Paired `*`
    and `_` around words go: they are how plain text writes bold.
    """
    found = _ITEM.finditer(fold(_EMPHASIS.sub(r"\2", text)))
    return [_AS.get(one.lastgroup or "", one[0]) for one in found if one.lastgroup != "none"]


def loose_words(text: str) -> list[str]:
    """The words, numbers and mail addresses of a text, whatever stands between them.

    Addresses of pages are left out, for mail programs rewrite them.
    """
    return [found[1] for found in _LOOSE.finditer(fold(text)) if found[1]]


def page_words(text: str) -> frozenset[str]:
    """The words inside the addresses of pages and mailboxes in a text: a line may break there."""
    plain = regex.sub(r"[^\p{L}\p{M}\p{Nd}]+", " ", fold(text))
    return frozenset(loose_words(plain))
