"""When letters that a relay put off are tried again."""

from __future__ import annotations

_FIRST = 15 * 60.0
"""Seconds; a server that greylists wants some minutes, and RFC 5321 §4.5.4.1 half an hour at least
for the usual."""
_LONGEST = 4 * 3600.0
_SPREAD = 0.25
"""Part of a pause by which it may be shorter or longer."""


def pause_after(round_: int, chance: float) -> float:
    """Seconds until the next round: twice as long after each, up to four hours.

    Args:
        round_: which one has ended, from 0.
        chance: from 0 to 1, by which the rounds of several senders fall on different moments.
    """
    usual = min(_FIRST * 2.0 ** min(round_, 16), _LONGEST)
    return usual * (1 + _SPREAD * (2 * chance - 1))
