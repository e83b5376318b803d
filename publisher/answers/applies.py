"""Which version applies to a customer on a day, and why: facts, and no conclusion of law.

A version applies to all from the day on which it is in force. To one customer it applies from the
end of their own period of notice, if that is later; and not, if they opted out in time or were not
told. What is known now decides, about days of the past too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from publisher.people.deliveries import DeliveryState
from publisher.people.known_customer import CustomerFacts, LetterFacts
from publisher.people.requests import RequestKind
from publisher.policies.notice_rules import WithoutRecord
from publisher.record.event import moment_of
from publisher.releases.notice_period import lawful_from
from publisher.releases.number import Number
from publisher.releases.periods import Period, applied
from publisher.releases.release import Release
from publisher.releases.releases import DatedStatus, Releases, Status
from publisher.releases.statement import Statement
from publisher.wording.dates import moved

_REMEMBERED = 10_000
"""Customers of whom other things are known each, and days, that are kept with what follows."""
_TOLD = (DeliveryState.ACCEPTED, DeliveryState.OTHERWISE)


class Ground(StrEnum):
    """Why a version applies to a customer, or does not."""

    RETRACTED = "retracted"
    OPTED_OUT = "opted out"
    CAME_WITH = "came with it"
    UPCOMING = "upcoming"
    HELD = "held"
    """Its day has come, and nobody stated that people were told."""
    BY_DATE = "by its date"
    """No record of a notice is asked for, or none is waited for."""
    TOLD = "told"
    STATED = "stated"
    """A role states that people were told, in a way that no program saw, or that nobody was to
    be."""
    JOINED = "joined"
    """They became a customer while it was in force."""
    NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True, eq=False)
class AmendmentTerms:
    """When and how an amendment takes effect, whoever the customer is."""

    release: Release
    """The number whose letter counts, or, without a letter, the amendment itself."""
    status: DatedStatus
    """On the day that is asked about, of its last number that stands."""
    periods: Sequence[Period]
    """In which its numbers applied, up to that day."""
    record: Statement | None
    by_date: bool
    """Whether its date alone decides for everybody."""
    later: Statement | None = None
    """That people were told, stated once its date had decided; None: it is not so."""

    @classmethod
    def of(cls, releases: Releases, own: Releases, day: dt.date) -> AmendmentTerms:
        """Those of one amendment.

        Args:
            releases: all of the policy.
            own: the numbers of the amendment.
            day: which is asked about.
        """
        told = [one for one in own if one.notice and one.effective]
        release = told[-1] if told else own[0]
        major = release.number.major
        begun = [p for p in applied(releases) if p.release.number.major == major]
        begun = [p for p in begun if p.first is None or p.first <= day]
        record = releases.record(release)
        needs = releases.deciding(release) is not None
        waits = record is not None or release.without_record is WithoutRecord.HOLD
        shown = begun[-1].release if begun else own[-1]
        by_date = not (needs and waits)
        later = releases.stated(release) if by_date else None
        return cls(release, releases.status(shown, day), begun, record, by_date, later)

    @property
    def begins(self) -> dt.date | None:
        """The first day on which it applied to all who were told in time; None: unknown, or it is
        to come.
        """
        return self.periods[0].first if self.periods else None


@dataclass(frozen=True, slots=True)
class AmendmentFacts:
    """What is known of one amendment and one customer."""

    terms: AmendmentTerms
    ground: Ground
    letter: LetterFacts | None
    """That by which they were told first, or else the last one to them; None: there is none."""
    told: dt.date | None
    """The first day on which they were told of any number of it."""
    period_ends: dt.date | None
    """The last day of their period of notice."""
    opted_out: dt.date | None
    """The day of the opt-out that counts."""
    late: dt.date | None
    """The day of an opt-out that came late, and changes nothing."""
    applies: dt.date | None
    """The first day on which it applies to them; None: it does not, or that day is not known."""
    binds: bool
    """Whether it applies to them on the day that is asked about."""

    @property
    def in_time(self) -> bool | None:
        """Whether their period ended before the effective date; None: there is no period."""
        effective = self.terms.release.effective
        return self.period_ends < effective if self.period_ends and effective else None


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """Which version applies to one customer on a day."""

    version: Number | None
    """None: none that is known."""
    since: dt.date | None
    """None: it is not known."""
    joined: dt.date | None
    """When they became a customer; None: it is not known."""
    came_with: Number | None
    amendments: tuple[AmendmentFacts, ...] = ()
    """Those that were published by then, the latest first, down to the one that applies."""

    @property
    def certain(self) -> bool:
        """Whether it depends on no letter that is in doubt."""
        return not any(
            one.ground is Ground.NOT_TOLD
            and one.letter
            and one.letter.state is DeliveryState.IN_DOUBT
            for one in self.amendments
        )


class Appliance:
    """Answers for one policy and one day."""

    def __init__(self, releases: Releases, day: dt.date, margin_days: int = 0) -> None:
        """Args:
        releases: all of the policy.
        day: on which.
        margin_days: how many days the operator allows a carrier to bring a letter.
        """
        self.releases, self.day, self._margin = releases, day, margin_days
        majors = sorted({one.number.major for one in releases}, reverse=True)
        own = ([one for one in releases.amendment(m) if _published(one, day)] for m in majors)
        self._terms = [
            AmendmentTerms.of(releases, releases.part(some), day) for some in own if some
        ]
        self._lawful = lru_cache(_REMEMBERED)(self._lawful_from)
        self.to = lru_cache(_REMEMBERED)(self._to)
        """Which version applies to somebody of whom this is known; of most the same is."""

    def _lawful_from(self, terms: AmendmentTerms, told: dt.date) -> dt.date:
        return lawful_from(terms.release, self.releases, moved(told, self._margin))

    def _to(self, facts: CustomerFacts) -> AppliesTo:
        known = facts.joined, facts.came_with
        if facts.joined and facts.joined > self.day:
            return AppliesTo(None, None, *known)
        found: list[AmendmentFacts] = []
        for terms in self._terms:
            found.append(self._about(terms, facts))
            if found[-1].binds:
                return AppliesTo(*_version(found[-1], facts), *known, tuple(found))
        return AppliesTo(None, None, *known, tuple(found))

    def _about(self, terms: AmendmentTerms, facts: CustomerFacts) -> AmendmentFacts:
        release = terms.release
        major = release.number.major
        letters = [one for one in facts.letters if one.number.major == major]
        first = min((n for n in letters if n.state in _TOLD), key=lambda n: n.at, default=None)
        letter = first or max(letters, key=lambda n: n.number, default=None)
        told = release.day_of(moment_of(first.at)) if first else None
        end = self._lawful(terms, told) if told and release.effective else None
        out, late = _opted_out(terms, facts)
        ground, applies = self._decided(terms, facts, end, opted_out=out is not None)
        return AmendmentFacts(
            terms=terms,
            ground=ground,
            letter=letter,
            told=told,
            period_ends=moved(end, -1) if end else None,
            opted_out=out,
            late=late,
            applies=applies,
            binds=ground in _BINDING and (applies is None or applies <= self.day),
        )

    def _decided(
        self,
        terms: AmendmentTerms,
        facts: CustomerFacts,
        end: dt.date | None,
        *,
        opted_out: bool,
    ) -> tuple[Ground, dt.date | None]:
        """Why an amendment applies to a customer or not, and from when.

        Args:
            terms: of the amendment.
            facts: what is known of the customer.
            end: the first day after their period of notice; None: they were not told.
            opted_out: whether they did, in time.
        """
        begins, came = terms.begins, facts.came_with
        if terms.status.status is Status.RETRACTED:
            return Ground.RETRACTED, None
        if opted_out:
            return Ground.OPTED_OUT, None
        if came and came.major >= terms.release.number.major:
            return Ground.CAME_WITH, facts.joined
        if not terms.periods:
            return Ground.HELD if terms.status.held else Ground.UPCOMING, None
        if terms.by_date:
            return Ground.BY_DATE, begins
        if end:
            return Ground.TOLD, max(end, begins) if begins else end
        notice = terms.record.notice if terms.record else None
        # Who joined later was not among those of whom that is stated.
        joined_since = notice and facts.joined and facts.joined > notice.last
        if notice and not notice.counted and not joined_since:
            return Ground.STATED, begins
        if facts.joined and begins and facts.joined >= begins:
            return Ground.JOINED, facts.joined
        return Ground.NOT_TOLD, None


_BINDING = (Ground.CAME_WITH, Ground.BY_DATE, Ground.TOLD, Ground.STATED, Ground.JOINED)


def _published(one: Release, day: dt.date) -> bool:
    """Whether a release was known on a day, or says of itself that it applied by then."""
    begun = one.begins is not None and one.begins <= day
    return begun or one.published_day is None or one.published_day <= day


def _version(found: AmendmentFacts, facts: CustomerFacts) -> tuple[Number, dt.date | None]:
    """Which number of an amendment applies, and since when."""
    periods, came = found.terms.periods, facts.came_with
    last = periods[-1] if periods else None
    ahead = came and came.major == found.terms.release.number.major
    if came and ahead and (last is None or last.release.number < came):
        return came, facts.joined
    assert last is not None
    return last.release.number, max((d for d in (last.first, found.applies) if d), default=None)


def _opted_out(
    terms: AmendmentTerms, facts: CustomerFacts
) -> tuple[dt.date | None, dt.date | None]:
    """The day of the opt-out that counts, and that of one that came late."""
    release = terms.release
    for one in facts.declarations:
        if one.major == release.number.major:
            day = release.day_of(moment_of(one.received))
            counts, late = one.kind is RequestKind.OPT_OUT, one.late is RequestKind.OPT_OUT
            return day if counts else None, day if late and not counts else None
    return None, None
