"""From when on a person is called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """From when on there is an alert, in days."""

    letters: int = 7
    """Letters are open, and fewer days are left to tell somebody in time."""
    mail: int = 5
    """Mail has waited longer for a person."""
    keys: int = 30
    """The key of a signer ends in fewer."""
