"""Who is still to be told of a release, and which version each recipient was last told of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.recipients import Recipient
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

REACHED = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT, DeliveryState.AGREED)
"""States of a letter that may have arrived: no other letter with the same content may follow."""
_KNOWS = (DeliveryState.ACCEPTED, DeliveryState.AGREED)
"""States in which a recipient counts as told."""


@dataclass(frozen=True)
class Due:
    """The recipients of a release, by what became of their letters."""

    recipients: Sequence[Recipient]
    to_tell: Sequence[Recipient]
    told: int
    """How many were told of it, or of another number of it with the same effective date."""
    in_doubt: int
    refused: int
    """How many letters were refused or bounced."""
    new: frozenset[int]
    """The numbers of those in `to_tell` who have not been told of any number of this release."""


def recipients_due(
    release: Release, recipients: Sequence[Recipient], deliveries: Sequence[Delivery]
) -> Due:
    """Who is still to be told of a release.

    Args:
        release: a release with a notice.
        recipients: everybody who is told.
        deliveries: those of the release and of its corrections.
    """
    number = str(release.number)
    own = {d.recipient: d.state for d in deliveries if d.release == number}
    sisters = [d for d in deliveries if d.release != number and d.state in REACHED]
    same = {d.recipient for d in sisters if d.effective == release.effective}
    before = {d.recipient for d in sisters}
    rest = [r for r in recipients if r.number not in same]
    states = Counter(own.get(r.number, DeliveryState.TO_DO) for r in rest)
    to_tell = [r for r in rest if own.get(r.number, DeliveryState.TO_DO) is DeliveryState.TO_DO]
    return Due(
        recipients=recipients,
        to_tell=to_tell,
        told=sum(states[state] for state in _KNOWS) + len(recipients) - len(rest),
        in_doubt=states[DeliveryState.IN_DOUBT],
        refused=states[DeliveryState.REFUSED] + states[DeliveryState.BOUNCED],
        new=frozenset(r.number for r in to_tell if r.number not in before),
    )


def delivery_due(release: Release, recipient: Recipient, now: dt.datetime) -> Delivery:
    """The delivery of a notice that is about to be sent.

    Args:
        release: a release with a notice.
        recipient: who is still to be told.
        now: the time, with its offset.
    """
    about = release.policy.id, str(release.number), recipient.number
    return Delivery(*about, release.effective, DeliveryState.TO_DO, "", "", "", now, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """Which version each recipient was last told of, before a release."""

    numbers: Mapping[int, Number]
    """By the recipient's number."""
    others: Number | None
    """Of those who are not in `numbers`, since no letter was ever due to them: the version that the
    release replaces; None: it replaces none."""

    def before(self, recipient: Recipient) -> Number | None:
        """The version that a recipient knows, from the last letter or from before any was due."""
        return self.numbers.get(recipient.number, self.others)


def told_before(
    release: Release,
    releases: Releases,
    letters_about: Callable[[Number], Iterable[tuple[int, DeliveryState]]],
) -> Told:
    """Which version each recipient was last told of: that of the last letter a carrier accepted.

    Recipients whose first letter was not accepted still know the version before it.

    Args:
        release: before which release.
        releases: all releases of the policy.
        letters_about: the letters about a release, each as (recipient's number, its state); asked
            of each release before this one that has a notice, by rising number.
    """
    numbers: dict[int, Number] = {}
    for earlier in releases:
        if earlier.number >= release.number or not earlier.notice:
            continue
        missed = releases.material_predecessor(earlier)
        for recipient, state in letters_about(earlier.number):
            if state in _KNOWS:
                numbers[recipient] = earlier.number
            elif missed:
                numbers.setdefault(recipient, missed.number)
    before = releases.material_predecessor(release)
    return Told(numbers, before.number if before else None)
