"""Passes: links that let their bearer do one thing, and no release is named in them.

Those in letters about a release are `token.py`'s. A pass is signed for its purpose, so that none
opens what another does, and with the customer's id, which is not written into it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.answers.token import MAC_CHARACTERS
from publisher.errors import TokenError

_LATEST = 4_000_000_000
"""Minutes since 1970 that no end of a pass lies beyond, and a time can still say."""


class Purpose(StrEnum):
    """What a pass is for."""

    MAILINGS = "mailings"
    """Leaving the mailings and joining them; without an end, for it stands in mailings, and a way
    out of these has to work for 30 days at least (15 USC 7704(a)(3))."""
    CONFIRM = "confirm"
    """Confirming a request, by its number."""
    VIEW = "view"
    """Reading what applies to a customer, what they were told and what they asked for."""


LASTS = {
    Purpose.MAILINGS: None,
    Purpose.CONFIRM: dt.timedelta(days=7),
    Purpose.VIEW: dt.timedelta(hours=1),
}
"""How long a pass is good for; None: without an end."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass lets its bearer do."""

    purpose: Purpose
    recipient: int
    """The recipient's number in the ledger."""
    request: int = 0
    """The number of the request that is confirmed; 0: it is about none."""
    until: dt.datetime | None = None
    """With its offset, to the minute; None: without an end."""

    @property
    def body(self) -> str:
        """What is written of it, without its signature."""
        end = int(self.until.timestamp()) // 60 if self.until else 0
        return f"{self.purpose}_{self.recipient:x}_{self.request:x}_{end:x}"


def new_pass(purpose: Purpose, recipient: int, now: dt.datetime, request: int = 0) -> Pass:
    """A pass that is good from now on, as long as one for its purpose is.

    Args:
        purpose: what it is for.
        recipient: whom it is for.
        now: the time.
        request: the number of the request that it confirms.
    """
    lasts = LASTS[purpose]
    until = now.replace(second=0, microsecond=0) + lasts if lasts else None
    return Pass(purpose, recipient, request, until)


def write_pass(key: bytes, own: Pass, customer: str, address: str = "") -> str:
    """A pass as it stands in a link: small letters, digits and `_`.

    Args:
        key: signs it.
        own: what it lets its bearer do.
        customer: the organisation's own id for the customer.
        address: where it is mailed: it is good as long as that is the address on record. Empty: of
            a pass that outlives addresses, as one for mailings does.
    """
    return f"{own.body}_{_mac(key, own, customer, address)}"


def parse_pass(text: str) -> Pass:
    """What a pass claims; nothing is proven yet.

    Raises:
        TokenError: it cannot be one of ours.
    """
    purposes = "|".join(Purpose)
    pattern = rf"({purposes})_([0-9a-f]{{1,12}})_([0-9a-f]{{1,12}})_([0-9a-f]{{1,9}})_\w+"
    found = re.fullmatch(pattern, _folded(text), re.ASCII)
    if found is None:
        raise TokenError(_NOT_OURS)
    end = int(found[4], 16)
    if end > _LATEST:
        raise TokenError(_NOT_OURS)
    until = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(minutes=end) if end else None
    return Pass(Purpose(found[1]), int(found[2], 16), int(found[3], 16), until)


def require_pass(
    text: str,
    purpose: Purpose,
    keys: Sequence[bytes],
    whose: tuple[str, str],
    now: dt.datetime,
) -> Pass:
    """A pass that is proven to be ours, for this purpose and this customer, and still good.

    Args:
        text: as it came in.
        purpose: what is wanted.
        keys: keys that may have signed it, the current one first.
        whose: the id and the address on record of the recipient that it names; an empty id: there
            is none.
        now: the time.

    Raises:
        TokenError: it is not, or its time is over.
    """
    own = parse_pass(text)
    customer, address = whose
    mac = _folded(text).rpartition("_")[2]
    # Every key is tried whatever came before, so that time tells nothing about the keys.
    good = [
        hmac.compare_digest(_mac(key, own, customer, address).encode(), mac.encode())
        for key in keys
    ]
    if not (bool(customer) & any(good) & (own.purpose is purpose)):
        raise TokenError(_NOT_OURS)
    if own.until is not None and now >= own.until:
        raise TokenError("this link is no longer good: ask for another one")
    return own


_NOT_OURS = "this is not a link that we issued, or it was altered"


def _folded(text: str) -> str:
    # Lower case folds some letters of other scripts into ours, which we never wrote.
    return text.strip().lower() if text.isascii() else ""


def _mac(key: bytes, own: Pass, customer: str, address: str) -> str:
    bound = "" if own.purpose is Purpose.MAILINGS else f"\0{address.lower()}"
    signed = f"pass {own.body}\0{customer}{bound}".encode()
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return b32encode(digest).decode().lower()[:MAC_CHARACTERS]
