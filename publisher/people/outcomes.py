"""What a list may say of a letter, by what is known of it, and what follows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from publisher.errors import SendError
from publisher.people.customer_list import ListFaults
from publisher.people.deliveries import DeliveryState
from publisher.people.list_text import ListName
from publisher.people.outcome_list import Reported
from publisher.releases.number import Number
from publisher.releases.release import Release

_NEVER_SENT = (DeliveryState.TO_DO, DeliveryState.AGREED)


class KnownLetter(NamedTuple):
    """What the ledger knows of a letter; days as `date.toordinal` counts."""

    recipient: int
    state: DeliveryState
    since: int
    """The day since when it is in that state."""
    told: int
    """The day on which it was handed over; 0: it is not known."""
    mailed: bool
    """Whether this program handed it to a carrier itself."""
    effective: str
    """The effective date that it tells of, ISO 8601."""


class ToldOfLetter(NamedTuple):
    """What a list tells of a letter, whatever the order of its lines; days as `date.toordinal`
    counts, 0: it says no such thing.
    """

    accepted: int = 0
    """The first day on which it was."""
    lost: int = 0
    """The first day on which it was refused, or came back."""
    lost_last: int = 0
    """The last such day."""
    bounced: bool = False
    """Whether the word for the first was one for a letter that came back."""

    @property
    def said(self) -> bool:
        """Whether it tells anything that is final."""
        return bool(self.accepted or self.lost)

    def with_line(self, one: Reported) -> ToldOfLetter:
        """It, and what another line says."""
        if one.state is DeliveryState.ACCEPTED:
            first = min(self.accepted, one.day) if self.accepted else one.day
            return self._replace(accepted=first)
        if self.lost and self.lost <= one.day:
            return self._replace(lost_last=max(self.lost_last, one.day))
        last = self.lost_last or one.day
        return self._replace(
            lost=one.day, lost_last=last, bounced=one.state is DeliveryState.BOUNCED
        )

    def lost_since(self, day: int) -> int:
        """The first day from a day on that is known on which it was lost; 0: none is."""
        return self.lost if self.lost >= day else self.lost_last if self.lost_last >= day else 0


class Follows(NamedTuple):
    """What follows from what a list tells of a letter."""

    state: DeliveryState | None = None
    """The one it has from then on; None: it is on record, or was corrected since."""
    day: int = 0
    """On which that was."""
    returned: bool = False
    """It was on record as accepted, and came back."""
    corrects: bool = False
    """Something else was on record, which a role says was wrong."""
    stays: bool = False
    """The list says that it was accepted, and it is on record as lost since."""


NOTHING = Follows()
"""It says nothing new."""


@dataclass(frozen=True)
class OutcomeOrder:
    """Which letters a list is about."""

    release: Release
    name: ListName
    now: dt.datetime
    correcting: str = ""
    """The role that states that what is on record otherwise was wrong; empty: nobody does."""

    @cached_property
    def today(self) -> int:
        """The day, as `date.toordinal` counts."""
        return self.release.day_of(self.now).toordinal()

    @cached_property
    def published(self) -> int:
        """The day on which the release was; 0: unknown."""
        return self.release.published_day.toordinal() if self.release.published_day else 0


def line_fault(one: Reported, known: KnownLetter | None, order: OutcomeOrder) -> str:
    """Why a line cannot be taken, whatever other lines say; empty: it can.

    Args:
        one: what it says.
        known: what is on record of the letter; None: there is no such customer.
        order: what the list is about.
    """
    whose = f"`{one.customer[:80]}`"
    if known is None:
        return f"there is no customer {whose}"
    if known.state in _NEVER_SENT:
        return f"no letter to {whose} was handed over: it is {known.state}"
    if one.day > order.today:
        return f"{_day(one.day)} is to come"
    if one.day < (earliest := known.told or order.published):
        return f"{_day(one.day)} is before the letter to {whose} was handed over: {_day(earliest)}"
    if known.state is DeliveryState.IN_DOUBT and known.mailed:
        return f"the letter to {whose} was handed to a carrier by `send`: settle it by its log"
    return ""


def outcome_follows(
    customer: str, told: ToldOfLetter, known: KnownLetter, order: OutcomeOrder
) -> Follows | str:
    """What follows from all that a list tells of a letter, or why it contradicts what is known.

    Args:
        customer: whose it is.
        told: what the list tells.
        known: what is on record of the letter.
        order: what the list is about.
    """
    whose, state, since = f"`{customer[:80]}`", known.state, known.since
    lost = told.lost_since(told.accepted)
    if told.accepted and told.lost and not lost:
        what = f"the letter to {whose} was accepted on {_day(told.accepted)}, which is later"
        return f"{what} than {_day(told.lost_last)}, on which it was lost"
    if lost:
        kind = told.bounced or told.accepted or state is DeliveryState.ACCEPTED
        after = Follows(DeliveryState.BOUNCED if kind else DeliveryState.REFUSED, lost)
    else:
        after = Follows(DeliveryState.ACCEPTED, told.accepted)
    if state is DeliveryState.IN_DOUBT:
        return after
    if order.correcting:
        return _corrected(after, known)
    if state is not DeliveryState.ACCEPTED:
        # That it was accepted before it came back says nothing new.
        known_before = lost or told.accepted <= since
        if known_before and not lost:
            return Follows(stays=True)
        return NOTHING if known_before else f"the letter to {whose} is {state} since {_day(since)}"
    if after.state is DeliveryState.ACCEPTED:
        return NOTHING if after.day >= since else _earlier(whose, since)
    if not (lost := told.lost_since(since)):
        return f"the letter to {whose} was accepted on {_day(since)}, which is later"
    return Follows(DeliveryState.BOUNCED, lost, returned=True)


def _earlier(whose: str, since: int) -> str:
    return f"the letter to {whose} is accepted since {_day(since)}, which is later"


def _corrected(after: Follows, known: KnownLetter) -> Follows:
    """What follows where a role says that the list is right, whatever is on record."""
    said = known.state in (DeliveryState.OTHERWISE, DeliveryState.GIVEN_UP)
    if (after.state, after.day) == (known.state, known.since):
        return NOTHING
    if said and after.state is not DeliveryState.ACCEPTED:
        return NOTHING
    return after._replace(corrects=True)


def _day(number: int) -> str:
    return dt.date.fromordinal(number).isoformat()


@dataclass(slots=True)
class OutcomesTaken:
    """What a list did, or would do."""

    number: Number
    counts: Counter[DeliveryState] = field(default_factory=Counter)
    corrected: int = 0
    """How many of those that came back were on record as accepted."""
    stated: int = 0
    """How many letters were on record otherwise, as a role says by mistake."""
    unchanged: int = 0
    staying: int = 0
    """How many letters are on record as lost, of which the list says that they were accepted."""
    erased: int = 0
    """How many lines are about customers who were erased."""
    unread: Sequence[str] = ()
    """The columns that are not read."""

    def lines(self) -> list[str]:
        """It in words."""
        found = [f"{self.counts[state]:,} {state}" for state in _SHOWN]
        more = (
            (self.corrected, "of them on record as accepted before"),
            (self.stated, "of them on record otherwise, which is corrected"),
            (self.unchanged, "on record"),
            (self.erased, "erased"),
        )
        found += [f"{count:,} {what}" for count, what in more if count]
        lines = [f"Letters about release {self.number}: {', '.join(found)}"]
        if self.staying:
            lines.append(
                f"  note: {self.staying:,} accepted by the list, and on record as lost on that day "
                "or later: that stays; if it is wrong, add --correct"
            )
        if self.unread:
            named = ", ".join(f"`{column[:60]}`" for column in self.unread)
            lines.append(f"  note: not read: {named}")
        return lines


_SHOWN = (DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.BOUNCED)


IMPORT_DELIVERIES = "publisher deliveries import"
"""What takes a list of what became of letters."""


def merged_release(numbers: Sequence[Number], wanted: Number | None) -> Number:
    """The release that a list is about.

    Args:
        numbers: those of which letters were handed to a mail merge.
        wanted: the one that was named; None: none.

    Raises:
        SendError: none was named, and there is none, or are several.
    """
    if wanted or len(numbers) == 1:
        return wanted or numbers[0]
    if not numbers:
        what = "no letter was handed to a mail merge"
        raise SendError(what, remedy="publisher notice export RELEASE -o FILE")
    named = ", ".join(map(str, numbers))
    what = f"letters about the releases {named} were handed to a mail merge"
    raise SendError(what, remedy=f"say which: {IMPORT_DELIVERIES} FILE --release {numbers[-1]}")


def require_outcomes(faults: ListFaults, order: OutcomeOrder, *, contradicted: bool) -> None:
    """Refuses a list of which a line cannot be taken.

    Args:
        faults: of its lines.
        order: what it is about.
        contradicted: whether one contradicts what is on record.

    Raises:
        RecipientsError: there are any; nothing was taken.
    """
    if faults.count:
        faults.shown.sort()
        remedy = ""
        if contradicted:
            remedy = "correct these lines and import the list again; or, if what is on record is "
            remedy += "wrong, take a list of these customers alone: "
            remedy += f"{IMPORT_DELIVERIES} FILE --release {order.release.number} --correct"
        raise faults.refusal(order.name.name, remedy)
