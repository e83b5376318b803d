"""Addresses in `publisher.toml` that mail and links can use: of mailboxes, hosts and the site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST_LOCAL = 64
"""Octets before the @ (RFC 5321 §4.5.3.1.1)."""
LONGEST_ADDRESS = 254
"""Octets of an address (RFC 5321 §4.5.3.1.3, without the angle brackets)."""
_LONGEST_HOST = 253
_LONGEST_LABEL = 63
"""Octets of a name and of what stands between two of its dots (RFC 1035 §2.3.4)."""
# Others may stand there too (RFC 5321 §4.1.2), but then a link would have to spell them out, and
# not every mail program reads that.
_LOCAL = re.compile(r"[A-Za-z0-9._+-]")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


def unusable_mail_address(value: str) -> tuple[str, str] | None:
    """Why letters cannot use an address, and what helps; None: they can.

    Args:
        value: as it is written.
    """
    local, at, domain = value.rpartition("@")
    if not at or not local:
        return "is not a mail address: there must be something before and after an @", _EXAMPLE
    if local.startswith('"') or "@" in local:
        return "has a quoted part before the @, which few mail servers take", _EXAMPLE
    if strange := next((sign for sign in local if not _LOCAL.match(sign)), ""):
        return f"has {_shown(strange)} before the @", _SIGNS
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return "has a dot at the beginning, at the end or beside another one before the @", _SIGNS
    if len(local) > LONGEST_LOCAL:
        what = f"has {len(local)} characters before the @, and mail allows {LONGEST_LOCAL}"
        return what, "choose a shorter address"
    if "." not in domain and not domain.startswith("["):
        return f"has `{domain}` behind the @, which is not a domain", _EXAMPLE
    if wrong := unusable_host(domain):
        return f"has `{domain}` behind the @, which {wrong[0]}", wrong[1]
    if len(value) > LONGEST_ADDRESS:
        what = f"has {len(value)} characters, and mail allows {LONGEST_ADDRESS}"
        return what, "choose a shorter address"
    return None


_EXAMPLE = "write it like legal@company.example"
_SIGNS = "use letters, digits, dots, hyphens, _ and + before the @: legal@company.example"


def unusable_host(name: str) -> tuple[str, str] | None:
    """Why a name cannot be one of a host in the network, and what helps; None: it can.

    Args:
        name: with letters of ASCII, so that a name in another script stands as it is looked up
            (A-labels, RFC 5890 §2.3.2.1).
    """
    if not name.isascii():
        return "has letters that mail and links do not carry", f"write {_in_ascii(name)}"
    labels = name.split(".")
    if not all(map(_LABEL.fullmatch, labels)):
        return "is not the name of a host", "use letters, digits, dots and hyphens, as in the DNS"
    if len(labels) > 1 and labels[-1].isdigit():
        return "is a number, not a name", "use the name that the DNS has"
    if len(name) > _LONGEST_HOST or any(len(label) > _LONGEST_LABEL for label in labels):
        what = f"is too long: {_LONGEST_HOST} characters are allowed, {_LONGEST_LABEL} between dots"
        return what, "choose a shorter name"
    return None


def unusable_site(value: str) -> tuple[str, str] | None:
    """Why a value cannot be the address of a site, and what helps; None: it can."""
    # Characters that no address has (RFC 3986 §2), or that would end the attribute around it.
    if not re.fullmatch(r"https?://[^\s?#\"'<>\\^`{|}]+", value):
        return f"is not an address: {value}", "write https://…/"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        return f"is not an address: {error}", _SITE
    if parts.username is not None or parts.password is not None:
        return "has a name or a password before its host, which every page would show", _SITE
    host = parts.hostname or ""
    if port == 0 or not host:
        return f"has no {'port' if host else 'host'} that anybody can reach: {value}", _SITE
    if not value.isascii():
        return "has letters that links do not carry", _site_in_ascii(value, host)
    if ":" not in host and not _is_number(host) and (wrong := unusable_host(host)):
        return f"names `{host}`, which {wrong[0]}", wrong[1]
    return None


_SITE = "write https://www.company.example/"


def _is_number(host: str) -> bool:
    """Whether it is an IPv4 address."""
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)


def _site_in_ascii(value: str, host: str) -> str:
    if host.isascii():
        return "write its path in letters of ASCII, or as %C3%BC for ü"
    return f"write its host as {_in_ascii(host)}"


def _in_ascii(name: str) -> str:
    """A host's name as it is looked up."""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return "it as it is looked up, beginning with xn--"


def _shown(sign: str) -> str:
    if sign.isspace() or not sign.isprintable():
        return f"the invisible character U+{ord(sign):04X}"
    return f"`{sign}`"
