"""Addresses as readers are shown them: without what only follows them, and not too long."""

from __future__ import annotations

import re

_TRACKING = re.compile(
    r"(?i)(?<=[?&;])(?:utm_\w+|mtm_\w+|pk_\w+|[gd]clid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|igshid"
    r"|mc_[ce]id|_ga|_gl|_hs\w+)=[^&#;]*[&;]?"
)
"""What mailings and advertisements add to an address to follow who comes by it."""
_LONGEST = 80
"""Letters of an address that are shown."""


def plain_address(address: str) -> str:
    """An address in short: without parameters that follow its reader, and cut if it is long."""
    return _short(_untracked(address))


def shown_addresses(old: str, new: str) -> tuple[str, str]:
    """Two addresses in short, but as long as it takes to see in what they differ."""
    ways = (plain_address, _untracked, str)
    return next((pair for way in ways if (pair := (way(old), way(new)))[0] != pair[1]), (old, new))


def _untracked(address: str) -> str:
    return re.sub(r"[?&;]+(?=#|$)", "", _TRACKING.sub("", address))


def _short(address: str) -> str:
    return address if len(address) <= _LONGEST else address[: _LONGEST - 1] + "…"
