"""The reply address of one letter, which carries its recipient's token."""

from __future__ import annotations

import re
from collections.abc import Iterable

from publisher.errors import ConfigurationError


def reply_address(base: str, token: str, key: str = "mail.opt_out") -> str:
    """The reply address of one letter (RFC 5233 subaddressing): `opt-out+TOKEN@example.com`.

    Args:
        base, token: what it is made from.
        key: that has the base in `publisher.toml`.

    Raises:
        ConfigurationError: the local part would have more than 64 octets.
    """
    local, _, domain = base.rpartition("@")
    if len(local) + 1 + len(token) > 64:
        raise ConfigurationError(
            f"the reply address would have {len(local) + 1 + len(token)} octets before the @",
            where=f"publisher.toml: {key}",
            remedy="publisher check says how many letters fit",
        )
    return f"{local}+{token}@{domain}"


def token_in(address: str, base: str) -> str:
    """The token in a reply address made from `base`; empty where there is none."""
    local, _, domain = base.lower().partition("@")
    found = re.fullmatch(rf"{re.escape(local)}\+([^@]+)@{re.escape(domain)}", address.lower())
    return found[1] if found else ""


def tokens_in(addresses: Iterable[str], base: str) -> list[str]:
    """The tokens in those of some addresses that are reply addresses made from `base`."""
    return [token for address in addresses if (token := token_in(address, base))]
