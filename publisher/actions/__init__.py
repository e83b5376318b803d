"""One function a verb: what the doors ask for, done with the edges and the core."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told of long work as it goes on: what is being made, how many are done, how many in all."""


def silent(what: str, done: int, total: int) -> None:
    """A `Progress` that tells nobody."""


Teller = Callable[[str], None]
"""Told a line of what was done beside what was asked for."""


def unheard(line: str) -> None:
    """A `Teller` that tells nobody."""
