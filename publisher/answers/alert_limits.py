"""From when on a person is called."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.releases.unrecorded import AHEAD


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """From when on there is an alert, in days."""

    letters: int = 7
    """Letters are open, and fewer days are left to tell somebody in time."""
    mail: int = 5
    """Mail has waited longer for a person."""
    keys: int = 30
    """The key of a signer ends in fewer."""
    record: int = AHEAD
    """The last day to tell people of a release in time is as many or fewer ahead, and nothing is on
    record of its notice."""
    requests: int = 7
    """A request of a customer is due in as many or fewer."""
