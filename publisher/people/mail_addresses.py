"""A customer's mail address as mail needs it."""

from __future__ import annotations

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from publisher.errors import RecipientsError
from publisher.policies.addresses import LONGEST_ADDRESS

_PLAIN = re.compile(
    r"([A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*)"
    r"@((?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+([A-Za-z]{2,}))"
)
"""Before the @, a dot-atom (RFC 5322 §3.2.3); behind it, a name of the DNS in ASCII (RFC 1123
§2.1) without two hyphens in a row, which may begin an A-label (RFC 5890 §2.3.1)."""
_LONGEST_LABEL = 63
"""Characters between two dots (RFC 1035 §2.3.1): a shorter domain has none too long."""
_RESERVED = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
"""The last labels of names that no mail goes to."""


def read_address(address: str) -> str:
    """An address as mail needs it: a domain of another script in its ASCII form.

    What nearly all addresses look like is seen in a microsecond; `email_validator` reads the rest,
    and a test holds the two to each other.

    Raises:
        RecipientsError: it is no address, or has letters before the @ that not every server takes.
    """
    if len(address) <= LONGEST_ADDRESS and (found := _PLAIN.fullmatch(address)):
        local, domain, last = found.groups()
        if len(domain) <= _LONGEST_LABEL and last.lower() not in _RESERVED:
            return address if domain.islower() else f"{local}@{domain.lower()}"
    try:
        read = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise RecipientsError(
            f"`{address[:80]}` is not an address: {error}", remedy="correct it"
        ) from None
    return read.ascii_email or ""


def spellings(address: str) -> frozenset[str]:
    """How an address may be written, in lower case: with its domain in ASCII, and in its script.

    Args:
        address: in either way; what is no address is left as it is.
    """
    lower = unicodedata.normalize("NFKC", address).lower()
    local, at, domain = lower.rpartition("@")
    if not at or (domain.isascii() and "xn--" not in domain):
        return frozenset([lower])
    try:
        read = validate_email(f"x@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return frozenset([lower])
    return frozenset([lower, f"{local}@{read.domain}", f"{local}@{read.ascii_domain}"])
