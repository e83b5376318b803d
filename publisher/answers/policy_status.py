"""Where everything stands at a moment, as figures: releases, letters, answers, the built site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from publisher.errors import LedgerError, PublisherError
from publisher.letters.sending import may_be_told
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Message
from publisher.people.reminding import ReminderStanding
from publisher.people.requests import RequestKind
from publisher.releases.key_ends import SigningKey
from publisher.releases.notice_period import last_day_to_tell, lawful_from
from publisher.releases.number import Number
from publisher.releases.periods import applied
from publisher.releases.release import Release
from publisher.releases.releases import DatedStatus, Releases, Status
from publisher.releases.unrecorded import Unrecorded

MOST_MESSAGES = 20
"""Limit on the messages that are listed one by one; the others are counted."""

# ── what the ledger counts ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """The letters about one release."""

    states: Mapping[DeliveryState, int] = field(default_factory=dict)
    """How many letters are on record in a state."""
    to_do: int = 0
    """Letters that the next run of `send` sends, on record or not; of a release that nobody may be
    told of any more, those on record that were put off; of one without a notice, none."""
    new: int = 0
    """How many of the letters to do are for those who were told of no number of the release."""
    apart: int = 0
    """How many of the letters, but those to do, went to customers who are told no more."""
    closed: Mapping[DeliveryState, int] = field(default_factory=dict)
    """How many of these are in doubt, refused or bounced."""
    untold: int = 0
    """Recipients who were not told of it though it is in force: it does not apply to them."""
    reminders: ReminderStanding | None = None
    """On the days on which people may be reminded of it; None: today is none."""

    @property
    def accepted(self) -> int:
        """Letters that a carrier took."""
        return self.states.get(DeliveryState.ACCEPTED, 0)

    @property
    def all_apart(self) -> bool:
        """Whether all of the letters, but those to do, went to customers who are told no more."""
        return sum(self.states.values()) - self.states.get(DeliveryState.TO_DO, 0) <= self.apart

    @property
    def unsettled(self) -> int:
        """Letters that a person has to see to: in doubt, refused or bounced; but for those to
        customers who were removed or erased, to whom nothing is sent again.
        """
        return sum(self._open(state) for state in _UNSETTLED)

    @property
    def open_by_state(self) -> dict[str, int]:
        """Letters that the next run of `send` sends, or that a person has to see to."""
        found = {**{s: self._open(s) for s in _UNSETTLED}, DeliveryState.TO_DO: self.to_do}
        return {state.value: count for state, count in found.items() if count}

    def _open(self, state: DeliveryState) -> int:
        return self.states.get(state, 0) - self.closed.get(state, 0)

    @property
    def unsettled_by_state(self) -> dict[str, int]:
        """Letters that a person has to see to, and those that were put off, by what they are."""
        found = {state.value: self._open(state) for state in _UNSETTLED}
        if self.to_do:
            found["put off"] = self.states.get(DeliveryState.TO_DO, 0)
        return {state: count for state, count in found.items() if count}

    @property
    def by_state(self) -> dict[str, int]:
        """Every state that a letter is in, with how many there are."""
        found = {**self.states, DeliveryState.TO_DO: self.to_do}
        return {state.value: count for state, count in found.items() if count}


_UNSETTLED = (DeliveryState.IN_DOUBT, DeliveryState.REFUSED, DeliveryState.BOUNCED)


@dataclass(frozen=True, slots=True)
class DeclarationCounts:
    """What customers declared about a release and its corrections, each customer once."""

    opted_out: int = 0
    """In time, and not taken back."""
    withdrawn: int = 0
    late: int = 0
    """Customers who declared something too late, whatever they declared in time."""
    accepted: int = 0
    """In time, and after an opt-out or without one."""

    @property
    def total(self) -> int:
        """How often something was declared that counts, or came late."""
        return self.opted_out + self.withdrawn + self.late + self.accepted

    def __bool__(self) -> bool:
        return bool(self.total)


@dataclass(frozen=True, slots=True)
class ReceiptCounts:
    """Receipts and links that no carrier has accepted, of all policies."""

    states: Mapping[DeliveryState, int] = field(default_factory=dict)
    overdue: int = 0
    """Those to do for longer than an hour, though nothing but a carrier keeps them."""


@dataclass(frozen=True, slots=True)
class MessageCounts:
    """Mail that waits for a person."""

    waiting: int = 0
    oldest: Sequence[Message] = ()
    """At most `MOST_MESSAGES` of it, the oldest first."""
    overdue: int = 0
    """What waits for longer than it may."""
    unread: int = 0
    """What was stored for longer than an hour and not read by this program."""


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """Requests that a person has not seen to yet."""

    waiting: Mapping[RequestKind, int] = field(default_factory=dict)
    """How many there are of a kind, unconfirmed ones among them."""
    unconfirmed: int = 0
    """How many of them were not confirmed from the address on record."""
    next_due: DueRequest | None = None
    """The first that is due today or later; None: none has a day."""
    soon: int = 0
    """How many are due today, or in as many days as are looked ahead, or fewer."""
    first_overdue: DueRequest | None = None
    """The one whose day passed first; None: none is overdue."""
    overdue: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.waiting.values())


@dataclass(frozen=True, slots=True)
class DueRequest:
    """A request that has to be answered by a day."""

    receipt: str
    due: dt.date


@dataclass(frozen=True, slots=True)
class Restored:
    """A ledger that was put back from a copy."""

    at: dt.datetime
    copied: dt.datetime | None
    """When the copy was made, if that is known: what happened after it is not on record."""
    doubtful: int
    """Letters and receipts in doubt."""


@dataclass(frozen=True, slots=True)
class ShardCounts:
    """Letters that are left to workers."""

    waiting: int
    """Shards that are not finished."""
    workers: int
    """Those who give signs of being at work."""


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """What the ledger counts, beside what it counts of one release."""

    identity: str
    recipients: int
    """Customers who are told."""
    receipts: ReceiptCounts = field(default_factory=ReceiptCounts)
    messages: MessageCounts = field(default_factory=MessageCounts)
    requests: RequestCounts = field(default_factory=RequestCounts)
    restored: Restored | None = None
    owner: str = ""
    """The role that owns its tables and is the one that uses them; empty: it owns none."""
    shards: ShardCounts | None = None
    """None: this ledger has no place for any."""


# ── what is put together ─────────────────────────────────────────────────────────────────────────


class LedgerState(StrEnum):
    """Whether there is a ledger to ask."""

    OPEN = "open"
    NONE = "none"
    """Nobody was told of anything from here yet."""
    CLOSED = "closed"
    """It cannot be read."""


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """The status of one release, and what is on record about it."""

    release: Release
    where: DatedStatus
    tell_until: dt.date | None
    """The last day on which somebody may be told of it in time; None: nobody is to be told of it,
    or not any more."""
    lawful: dt.date | None
    """The first day from which it may apply to somebody who is told of it today; None: likewise."""
    letters: LetterCounts | None
    """None: there is no ledger that could count them."""
    declared: DeclarationCounts | None
    """Of a material release, its corrections counted in; None: as for letters, or a correction."""
    unrecorded: Unrecorded | None = None
    """That nothing is on record of its notice, though people have to be told soon, or had to be;
    None: it is not so.
    """

    forestalled: Release | None = None
    """The correction that took its place before it took effect; None: none did."""
    overtaken: Release | None = None
    """The release that was made while it was held, and takes its place; None: none was."""
    needs_record: bool = False
    """Whether it has to be on record that people were told of it."""
    recorded: int | None = None
    """The number of the statement by which that is on record; None: nothing is."""

    @property
    def upcoming(self) -> bool:
        """Whether it is announced and not in force."""
        return self.where.status is Status.UPCOMING

    @property
    def corrected_before(self) -> bool:
        """Whether a correction took its place before it took effect, so that it never will."""
        return self.forestalled is not None


@dataclass(frozen=True, slots=True)
class BuiltVersions:
    """What the built site says of a policy."""

    listed: Sequence[str]
    """The numbers of the versions that it has; none: it does not know the policy."""
    stood: Sequence[str]
    """The numbers of those that were in force until the day of the build, the oldest first."""


@dataclass(frozen=True, slots=True)
class PolicyStatus:
    """The status of one policy."""

    policy_id: str
    releases: Sequence[ReleaseStatus]
    """By rising number."""
    site_lag: str
    """Why the built site is not that of today; empty: it is, or none was built here."""
    keys: Sequence[SigningKey]
    """Those that may sign its next release; none: it may go unsigned."""
    clock_fault: str
    """Why the clock must be wrong; empty: nothing speaks against it."""
    trouble: PublisherError | None = None
    """Why its releases cannot be read; all else is empty then."""
    today: dt.date = dt.date.min
    """Which day it is for its releases."""


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """Where everything stands."""

    at: dt.datetime
    policies: Sequence[PolicyStatus]
    ledger_state: LedgerState
    ledger: LedgerCounts | None
    """None: it is not open."""
    trouble: LedgerError | None = None
    """Why the ledger cannot be read."""
    unfinished: Sequence[tuple[str, str, str]] = ()
    """What makes releases and was cut off, or is at work: the release, what it does, what to do."""

    @property
    def troubles(self) -> list[PublisherError]:
        """Why parts of it cannot be told."""
        found = [policy.trouble for policy in self.policies]
        return [error for error in (*found, self.trouble) if error is not None]


def release_status(
    release: Release,
    releases: Releases,
    today: dt.date,
    letters: LetterCounts | None,
    declared: DeclarationCounts | None,
    lacking: Unrecorded | None = None,
) -> ReleaseStatus:
    """The status of a release on a day.

    Args:
        release: which.
        releases: all of its policy.
        today: the day for all of them: `Releases.today`.
        letters: those about this number.
        declared: what was declared about the release and its corrections.
        lacking: that nothing is on record of its notice, where that is so.
    """
    where = releases.status(release, today)
    told = may_be_told(release, releases, today)
    until = last_day_to_tell(release, releases) if told else None
    lawful = lawful_from(release, releases, today) if told else None
    material = release.number == Number(release.number.major)
    stated = releases.stated(release)
    overtaken = releases.overtaking(release) if releases.is_held(release) else None
    return ReleaseStatus(
        release,
        where,
        until,
        lawful,
        letters,
        declared if material else None,
        lacking,
        forestalled=releases.forestalling(release),
        overtaken=None if releases.is_retracted(release) else overtaken,
        needs_record=releases.deciding(release) is not None,
        recorded=stated.number if stated else None,
    )


def site_lag(releases: Releases, today: dt.date, built: BuiltVersions | None) -> str:
    """Why a built site does not say what applies on a day; empty: it does.

    Args:
        releases: all of a policy.
        today: the day for all of them: `Releases.today`.
        built: what the site says of it; None: none was built here.
    """
    if built is None or not releases:
        return ""
    listed = set(built.listed)
    missing = [number for r in releases if (number := str(r.number)) not in listed]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"the built site does not have version {missing[0]}{more}"
    stood = [str(p.release.number) for p in applied(releases) if p.first and p.first <= today]
    if stood == list(built.stood):
        return ""
    shown, due = (numbers[-1:] for numbers in (list(built.stood), stood))
    if shown == due:
        return "the built site tells the past otherwise than the releases do"
    now = f"version {due[0]} does" if due else "none is known to"
    said = f"says that version {shown[0]} applies" if shown else "says of no version that it does"
    return f"the built site {said}, and today {now}"
