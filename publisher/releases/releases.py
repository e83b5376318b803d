"""The releases of a policy in order: which is in force on a day, and which came before which.

What follows from dates and from the register is answered here, for pages, programs, letters and
terminals alike.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, takewhile

from publisher.policies.notice_rules import WithoutRecord
from publisher.policies.policy import Policy
from publisher.releases.number import Materiality, Number, number_after
from publisher.releases.register import Register
from publisher.releases.release import Release
from publisher.releases.statement import Statement
from publisher.wording.dates import day_in, first_moment, moved

RECORDS_SINCE = dt.date(2026, 12, 1)
"""Of releases that take effect from this day on it is asked whether people were told. Nothing could
be stated of it before: what took effect by its date alone, then, stays so."""


class Status(StrEnum):
    """Whether a release applies on a day; computed, never stored."""

    UPCOMING = "upcoming"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class DatedStatus:
    """The status of a release on a day, since when it has it, and which release ended it."""

    status: Status
    since: dt.date | None
    """In force: from when, if that is known. Superseded, retracted: since when. Upcoming: from when
    it will be in force, or would have been. An imported release counts from the day it was seen."""
    by: Number | None = None
    """Of a superseded release: what took its place."""
    held: bool = False
    """Upcoming: whether its day has come, and nobody has stated that people were told."""


class Releases(tuple[Release, ...]):
    """All releases of one policy, by rising number, and what is stated of them.

    A day is the one on the calendar of the release that it is about: `Release.day_of` says which
    day it is there, `today` which it is for all of them. A release that is asked about must be one
    of these, or, where the method says so, one that is about to be frozen after them.
    """

    register: Register
    """The statements about them."""

    def __new__(cls, releases: Iterable[Release] = (), register: Register = Register()) -> Releases:  # noqa: B008 - it never changes
        """The releases.

        Args:
            releases: by rising number.
            register: the statements about releases of the policy.
        """
        made = super().__new__(cls, releases)
        made.register = register
        return made

    def part(self, releases: Iterable[Release]) -> Releases:
        """Some of these, or these with one that is about to be frozen, and the same register."""
        return Releases(releases, self.register)

    # ── what is in force ─────────────────────────────────────────────────────────────────────────

    def status(self, of: Release, day: dt.date) -> DatedStatus:
        """The status of a release on a day, by what is known now.

        A correction that was published before the release it corrects took effect takes that
        release's place at once: the corrected release will never be in force, on whatever day the
        correction is.
        """
        if statement := self.register.retraction(of.number):
            return DatedStatus(Status.RETRACTED, of.day_of(statement.stated))
        correction = self.forestalling(of)
        if correction is not None and correction.published is not None:
            return DatedStatus(Status.SUPERSEDED, correction.published_day, correction.number)
        begins, held = self.begins(of), self.is_held(of)
        ahead = not held and begins is not None and begins > day
        if ahead and begins == of.begins:
            return DatedStatus(Status.UPCOMING, begins)
        # One that people were told of late may be overtaken before it applies.
        for later in self._after(of):
            if self._has_begun(later, day) and not self.forestalling(later):
                return DatedStatus(Status.SUPERSEDED, self.begins(later), later.number)
        if ahead:
            return DatedStatus(Status.UPCOMING, begins)
        if held:
            past = begins is not None and begins <= day
            return DatedStatus(Status.UPCOMING, begins, held=past)
        return DatedStatus(Status.IN_FORCE, begins if of.effective else None)

    def begins(self, of: Release) -> dt.date | None:
        """The day from which a release takes the place of the one before: its effective date; or a
        later one, from which it may apply to those who were told. Of one that is held, the day on
        which it was to. Of an imported text, whose effective date nobody knows, the day on which it
        was first seen. None: unknown, as of the first text of all.
        """
        begins = of.begins
        record = self.record(of)
        if begins is None or record is None or record.notice is None:
            return begins
        return max(begins, record.notice.applies)

    def is_held(self, of: Release) -> bool:
        """Whether a release does not take effect, because nobody has stated that people were told.

        Whether its day has come is another question.
        """
        if self.record(of) is not None:
            return False
        needs = self.deciding(of)
        return needs is not None and needs.without_record is WithoutRecord.HOLD

    def deciding(self, of: Release) -> Release | None:
        """The release whose letter has to be on record before a release takes effect: itself, or
        of a correction without a letter the one that it corrects. None: nothing is asked.

        A release needs a record if it has a letter, and a day from `RECORDS_SINCE` on.
        """
        told = [one for one in self._up_to(of) if one.notice and one.effective]
        if not told or told[-1].effective is None or told[-1].effective < RECORDS_SINCE:
            return None
        return told[-1]

    def record(self, of: Release) -> Statement | None:
        """The statement by which a release may be in force; None: there is none, or none is needed.

        It is the first one about a letter of this release, or of another number of it, that gave
        the same day: what was stated later corrects figures, and no day.
        """
        needs, found = self.deciding(of), self.stated(of)
        if needs and found and needs.without_record is WithoutRecord.WARN and needs.effective:
            # The date decided already: nobody takes a release out of force by stating something.
            return found if of.day_of(found.stated) < needs.effective else None
        return found

    def stated(self, of: Release) -> Statement | None:
        """The first sufficient statement about the letter that decides about a release, or about
        one of another number that gave the same day; it may have come too late to decide anything.
        None: there is none, or none is needed.
        """
        if (needs := self.deciding(of)) is None:
            return None
        same = {
            one.number for one in self._up_to(of) if one.notice and one.effective == needs.effective
        }
        return next((one for one in self.register.notices(same) if one.sufficient), None)

    @property
    def sealed_rule(self) -> WithoutRecord | None:
        """What holds without a record by the last letter; None: none of them has one."""
        told = (one.without_record for one in reversed(self) if one.notice)
        return next(told, None)

    def lacks_record(self, of: Release) -> bool:
        """Whether nobody has stated that people were told of a release, though it is asked."""
        if self.deciding(of) is None or self.register.retraction(of.number):
            return False
        return self.stated(of) is None

    def _up_to(self, of: Release) -> Iterator[Release]:
        """The numbers of a release that stand, up to and with one that may be about to be frozen;
        of one that was retracted, it alone.
        """
        for one in self.amendment(of.number.major):
            if one.number < of.number and not self.is_retracted(one):
                yield one
        yield of

    def _has_begun(self, one: Release, day: dt.date) -> bool:
        if self.is_retracted(one) or self.is_held(one):
            return False
        begins = self.begins(one)
        return begins is not None and begins <= day

    def forestalling(self, of: Release) -> Release | None:
        """The correction that took the place of a release before it could apply; None: none did."""
        if of.effective is None:
            return None
        for other in self._after(of):
            if other.number.major != of.number.major:
                break
            if self.is_retracted(other) or other.published is None:
                continue
            published = other.day_of(other.published)
            # A date that was moved was moved before it came, or while nobody had been told.
            postponed = other.closes and other.effective and other.effective > of.effective
            if published < of.effective:
                return other
            if postponed and not self._had_begun(of, other.published, published):
                return other
        return None

    def _had_begun(self, of: Release, moment: dt.datetime, day: dt.date) -> bool:
        """Whether a release was in force already at a moment, by what was stated until then."""
        begins, needs, record = self.begins(of), self.deciding(of), self.record(of)
        if self.is_held(of) or begins is None or begins > day:
            return False
        hold = needs is not None and needs.without_record is WithoutRecord.HOLD
        return not hold or (record is not None and record.stated <= moment)

    def _after(self, one: Release) -> Iterator[Release]:
        """The releases with higher numbers, rising; histories are long, so none is read twice."""
        return islice(self, bisect_right(self, one.number, key=lambda r: r.number), None)

    def in_force(self, day: dt.date) -> Release | None:
        """The release in force on a day; None before the first."""
        late = (r for r in reversed(self) if self.status(r, day).status is Status.IN_FORCE)
        return next(late, None)

    def upcoming(self, day: dt.date) -> Release | None:
        """The next release to take effect after a day, if one is announced whose day is to come."""
        dated = [(r, self.status(r, day)) for r in self]
        due = [r for r, at in dated if at.status is Status.UPCOMING and not at.held]
        return min(due, key=lambda r: (self.begins(r) or dt.date.max, r.number), default=None)

    def held(self, day: dt.date) -> Release | None:
        """The release whose day has come, and which nobody was told of as far as is stated; of
        several, the last. None: there is none.
        """
        late = (r for r in reversed(self) if self.status(r, day).held)
        return next(late, None)

    def overtaking(self, of: Release) -> Release | None:
        """The release that was made while this one was held, and whose letter says so: it takes the
        place of an earlier one. None: there is none that stands.
        """
        for later in self._after(of):
            before = self.predecessor(later) if later.number.major > of.number.major else None
            if before and before.number < of.number and not self.is_retracted(later):
                return later
        return None

    def has_begun(self, correction: Release) -> bool:
        """Whether an amendment was in force when a correction of it was published."""
        day, own = correction.published_day, self.amendment(correction.number.major)
        return day is not None and any(
            self.status(one, day).status is Status.IN_FORCE for one in own
        )

    def is_retracted(self, of: Release) -> bool:
        """Whether a release was taken back before anybody was told of it."""
        return self.register.retraction(of.number) is not None

    # ── which day it is ──────────────────────────────────────────────────────────────────────────

    def today(self, now: dt.datetime) -> dt.date:
        """The day on which these releases are looked at, at a moment.

        That on the calendar of the next to take effect, or else of the latest. Where releases have
        different time zones, a release whose first day has begun, where it is sealed, counts as
        begun, and no other does.

        Args:
            now: with an offset.
        """
        turns = sorted(self._turns(), key=lambda turn: (turn[0], turn[1].number))
        begun = [day for day, one in turns if day <= one.day_of(now)]
        later = [(day, one) for day, one in turns if day > one.day_of(now)]
        if later:
            return max(later[0][1].day_of(now), *begun[-1:], dt.date.min)
        zoned = turns[-1][1] if turns else self[-1] if self else None
        return max(zoned.day_of(now) if zoned else day_in(now, "UTC"), *begun[-1:], dt.date.min)

    def day_ends(self, now: dt.datetime) -> dt.datetime:
        """The next moment, in UTC, at which a day begins for one of these releases.

        Args:
            now: with an offset.
        """
        zones = {one.conditions.time_zone for one in self} or {"UTC"}
        return min(first_moment(moved(day_in(now, zone), 1), zone) for zone in zones)

    def _turns(self) -> Iterator[tuple[dt.date, Release]]:
        """The first days of releases that stand, with the release on whose calendar they are: the
        effective date, with which opting out ends, and a later day from which it applies.
        """
        for one in self:
            if not self.is_retracted(one):
                yield from ((day, one) for day in {one.effective, self.begins(one)} if day)

    # ── what belongs together ────────────────────────────────────────────────────────────────────

    def amendment(self, major: int) -> Releases:
        """The release `major` and its corrections: those that were not retracted, or all where
        every one was.
        """
        first = bisect_left(self, Number(major), key=lambda r: r.number)
        every = list(takewhile(lambda r: r.number.major == major, islice(self, first, None)))
        standing = [one for one in every if not self.is_retracted(one)]
        return self.part(standing or every)

    @property
    def standing(self) -> Releases:
        """Those that were not retracted."""
        return self.part(one for one in self if not self.is_retracted(one))

    def followed(self, day: dt.date, materiality: Materiality = Materiality.MATERIAL) -> Releases:
        """Those that a release follows which is frozen on a day: the last of them is what it is
        compared with. None that was retracted, and no amendment follows one that is held: what
        applies is the version before that. A correction corrects it.
        """
        kept = list(self.standing)
        if materiality is Materiality.MATERIAL:
            while kept and self.status(kept[-1], day).held:
                major = kept[-1].number.major  # what it corrects never applied either
                kept = [one for one in kept if one.number.major != major]
        return self.part(kept)

    def reviewed(self, day: dt.date, draft: Policy) -> Releases:
        """Those that a draft is looked at against: those that an amendment follows; but where it is
        the text of a release that is held, nobody has begun one, and it is held to that.
        """
        held = self.held(day)
        same = held is not None and held.policy.files == draft.files
        return self.followed(day, Materiality.EDITORIAL if same else Materiality.MATERIAL)

    def as_of(self, of: Release) -> Releases:
        """The releases before one, with what had been stated when that was published. What was
        stated in that very second of it, or of a later one, came after it, as all that follows.
        """
        made = of.published
        stated = takewhile(
            lambda one: (
                (one.release < of.number and one.stated == made)
                or made is None
                or one.stated < made
            ),
            self.register,
        )
        return Releases((one for one in self if one.number < of.number), Register(stated))

    def closing_day(self, of: Release) -> dt.date | None:
        """The last day to opt out of an amendment: a postponement moves it for every letter."""
        own = self.amendment(of.number.major)
        return max([r.closes for r in own if r.closes], default=None)

    def window(self, of: Release) -> Release:
        """The release whose dates hold for opting out of a release: itself, or the last of its
        corrections that moved them. Of one that was retracted, always itself.
        """
        own = [r for r in self.amendment(of.number.major) if r.closes]
        return own[-1] if own and not self.is_retracted(of) else of

    def place_of(self, one: Release) -> int:
        """The place of a release among all, counted from 0."""
        return bisect_left(self, one.number, key=lambda r: r.number)

    def predecessor(self, of: Release) -> Release | None:
        """The release whose text one was made from and is compared with, which may be about to be
        frozen: the one before it, but for those that were retracted or held then. None: there is
        none, or all before it had been retracted.
        """
        if of.replaces:
            return self.find(of.replaces)
        if of.previous:
            return None if self.begins_anew(of) else self.find(of.previous)
        place = self.place_of(of)
        return self[place - 1] if place else None

    def begins_anew(self, of: Release) -> bool:
        """Whether every release before one had been retracted when it was made."""
        if of.previous is None or not self.is_retracted(self[0]):
            return False
        return all(map(self.as_of(of).is_retracted, self[: self.place_of(of)]))

    def material_predecessor(self, of: Release) -> Release | None:
        """What customers compare an amendment with: the last text before release N."""
        first = next(iter(self.amendment(of.number.major)), of)
        return self.predecessor(first)

    def find(self, number: Number) -> Release | None:
        """The release of a number; None: there is none."""
        place = bisect_left(self, number, key=lambda r: r.number)
        return self[place] if place < len(self) and self[place].number == number else None

    def has_pdf(self, of: Release) -> bool:
        """Whether the site offers a version, and what it changes, as PDF: of imported versions,
        which may be hundreds, only the latest. `publisher pdf` makes any other.
        """
        return not of.imported or not any(r.imported for r in self._after(of))

    def next_number(self, materiality: Materiality) -> Number:
        """The number the next release gets; that of a retracted one is never given again."""
        return number_after(self[-1].number if self else None, materiality)
