"""Page addresses: which part of a web address changed, where its site stayed."""

from __future__ import annotations

import re

from publisher.compare.sequences import common_start

_ADDRESS = re.compile(r"(https?://[^\s/?#]+/)\S*")


def kept_ends(old: str, new: str) -> tuple[int, int]:
    """How many letters two web addresses have in common at either end, in whole parts.

    Args:
        old, new: any texts. Unless each is one web address, and both of one site, it is none: who
            reads that a page is on another site has to read its whole address.
    """
    was, now = _ADDRESS.fullmatch(old), _ADDRESS.fullmatch(new)
    if not was or not now or was[1] != now[1]:
        return 0, 0
    start = common_start(old, new)
    while _within(old, start) or _within(new, start):
        start -= 1
    end = common_start(old[start:][::-1], new[start:][::-1])
    while _within(old, len(old) - end) or _within(new, len(new) - end):
        end -= 1
    return start, end


def _within(address: str, place: int) -> bool:
    """Whether a place is between two letters or figures, and no part begins there."""
    return 0 < place < len(address) and address[place - 1 : place + 1].isalnum()
