"""The fields of a message: whom it is for, and from whom it says to be."""

from __future__ import annotations

import re
from itertools import islice

from publisher.mail import mime
from publisher.mail.mime import Part

MOST_ADDRESSES, LONGEST_ADDRESSES = 1_000, 100_000
"""Limits on the addresses read from a message, and on the characters searched for them."""


def decoded_fields(message: Part, name: str) -> list[str]:
    """The values of all fields of a name, decoded."""
    return [mime.decoded(value) for value in message.fields(name)]


_TO = ("Delivered-To", "X-Original-To", "To", "Cc")
_ATOM = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.-"
# A part of something longer is not an address.
_ADDRESS = re.compile(rf"(?<![{_ATOM}])[{_ATOM}]{{1,256}}@[A-Za-z0-9.\-\[\]:\x80-\uffff]{{1,256}}")


def addresses_in(message: Part, name: str) -> list[str]:
    """The mail addresses in all fields of a name."""
    values = message.fields(name)[:MOST_ADDRESSES]
    found = (
        _ADDRESS.finditer(mime.without_surrogates(value[:LONGEST_ADDRESSES])) for value in values
    )
    return [one[0].rstrip(".:") for each in found for one in islice(each, MOST_ADDRESSES)]


def addressees(message: Part, to: str) -> tuple[str, ...]:
    """The addresses that a message is for, as written, whatever is around them.

    Args:
        message: which.
        to: the envelope's recipient; empty: it is not known.
    """
    found = [to.strip().strip("<>")] if to.strip() else []
    for name in _TO:
        found += addresses_in(message, name)
    return tuple(dict.fromkeys(found[:MOST_ADDRESSES]))


_ANGLE = re.compile(r"<([^<>\s@]{1,256}@[^<>\s@]{1,256})>")


def sender_of(message: Part) -> str:
    """The address in From; empty: there is none."""
    value = mime.without_surrogates(next(iter(message.fields("From")), "")[: mime.LONGEST_FIELD])
    found = [angle[1] for angle in _ANGLE.finditer(value)] or _ADDRESS.findall(value)
    return found[-1] if found else ""
