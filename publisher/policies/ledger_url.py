"""The address of a ledger: what it says without its password, and which kinds there are."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, unquote_plus

_SAID = "(?:passw(?:or)?d|passphrase|pwd|secret|token)"
_NAMED = re.compile(rf"(?i)(\w*{_SAID}\w*\s*=\s*)('[^']*'|[^&\s'][^&\s]*)")
"""A password that is called one: in the query, or in the words of libpq (`password=…`)."""
_AS_PORT = re.compile(r"(://[^:/?#@\[\]]*:)(?!\d*(?:[/?#,]|$))([^/?#@,]+)(?=[/?#]|$)")
"""What stands where a port does and is none: a password whose host was forgotten."""
_SIGNS = re.compile("[/@:?#&]")
_SHORT = 2
"""A piece of so many characters tells nothing."""
_MASK = "***"
_SQLITE = "sqlite:///"


def passwords_in(url: str) -> tuple[str, ...]:
    """The passwords that an address holds, as they are written and as they are meant.

    Args:
        url: whatever somebody wrote; it need not be an address at all.
    """
    found = [named[2] for named in _NAMED.finditer(url)]
    found += [named[2] for named in _NAMED.finditer(unquote(url))]
    found += [mistaken[2] for mistaken in _AS_PORT.finditer(url)]
    if own := _own_password(url):
        # Where a sign in it was not escaped, a driver names a piece as a host or a port.
        found += [own, *(piece for piece in _SIGNS.split(own) if len(piece) > _SHORT)]
    ways = (str, lambda one: one.strip("'"), unquote, unquote_plus)
    meant = (way(one) for one in found for way in ways)
    return tuple(sorted(filter(None, dict.fromkeys(meant)), key=len, reverse=True))


def without_passwords(url: str) -> str:
    """An address as anybody may see it."""
    if own := _own_password(url):
        head, _, tail = url.rpartition("@") if "?" not in url else _at_user(url)
        url = f"{head[: -len(own)]}{_MASK}@{tail}"
    if _NAMED.search(unquote(url)) and not _NAMED.search(url):
        url = unquote(url)
    return _AS_PORT.sub(rf"\1{_MASK}", _NAMED.sub(rf"\1{_MASK}", url))


def hide_passwords(text: str, url: str) -> str:
    """What a database said, without the passwords of the address it was reached at."""
    for password in passwords_in(url):
        text = text.replace(password, _MASK)
    return text


def is_secret(name: str) -> bool:
    """Whether a parameter of an address is called what a password is."""
    return bool(re.search(f"(?i){_SAID}", name))


def is_sqlite(url: str) -> bool:
    """Whether a ledger is a file of its own, and not in a server."""
    return url.partition(":")[0].partition("+")[0] == "sqlite"


def sqlite_url(path: str) -> str:
    """The address of a ledger in a file, whose path is taken as it is, whatever signs are in it.

    Args:
        path: of the file, from the root; bytes that are no UTF-8 are surrogates (PEP 383).
    """
    return f"{_SQLITE}{quote(path, errors='surrogateescape')}"


def sqlite_path(url: str) -> str:
    """The path of the file that an address names; empty: it names none.

    Signs may be written as a URL has them (`%20`), and those that mean something else in a URL
    (`?`, `%`) have to be (RFC 3986 §2.1).
    """
    head, slashes, path = url.partition("?")[0].partition(":///")
    if not slashes or not is_sqlite(head):
        return ""
    return unquote(path, errors="surrogateescape")


def _own_password(url: str) -> str:
    """What stands between the name of a user and the `@`; empty: nothing."""
    if sqlite_path(url):
        return ""
    head = _at_user(url)[0]
    return head.partition("://")[2].partition(":")[2] if "://" in head else head.partition(":")[2]


def _at_user(url: str) -> tuple[str, str, str]:
    """An address up to the `@` that ends its user, the `@`, and the rest."""
    before, mark, query = url.partition("?")
    head, at, tail = before.rpartition("@")
    if not at and "@" in query:  # a question mark in a password, which should have been escaped
        return url.rpartition("@")
    return head, at, tail + mark + query
