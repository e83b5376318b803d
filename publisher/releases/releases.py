"""The releases of a policy in order: which is in force on a day, and which came before which."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, takewhile

from publisher.releases.number import Materiality, Number, number_after
from publisher.releases.release import Release


class Status(StrEnum):
    """Whether a release applies on a day; computed, never stored."""

    UPCOMING = "upcoming"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class DatedStatus:
    """The status of a release on a day, since when it has it, and which release ended it."""

    status: Status
    since: dt.date | None
    """In force: from when, if that is known. Superseded: since when. Upcoming: from when it will
    be in force. An imported release counts from the day it was seen."""
    by: Number | None = None
    """Of a superseded release: what took its place."""


class Releases(tuple[Release, ...]):
    """All releases of one policy, by rising number.

    Days are days in UTC. A release that is asked about must be one of these, or, where the method
    says so, one that is about to be frozen after them.
    """

    __slots__ = ()

    def status(self, of: Release, day: dt.date) -> DatedStatus:
        """The status of a release on a day.

        A correction that was published before the release it corrects took effect takes that
        release's place at once: the corrected release will never be in force, on whatever day the
        correction is.
        """
        correction = self._replacement_while_upcoming(of)
        if correction is not None and correction.published is not None:
            return DatedStatus(Status.SUPERSEDED, correction.published.date(), correction.number)
        if of.begins is not None and of.begins > day:
            return DatedStatus(Status.UPCOMING, of.begins)
        for later in self._after(of):
            begun = later.begins is not None and later.begins <= day
            if begun and not self._replacement_while_upcoming(later):
                return DatedStatus(Status.SUPERSEDED, later.begins, later.number)
        return DatedStatus(Status.IN_FORCE, of.effective)

    def _replacement_while_upcoming(self, of: Release) -> Release | None:
        if of.effective is None:
            return None
        for other in self._after(of):
            if other.number.major != of.number.major:
                break
            if other.published and other.published.date() < of.effective:
                return other
        return None

    def _after(self, one: Release) -> Iterator[Release]:
        """The releases with higher numbers, rising; histories are long, so none is read twice."""
        return islice(self, bisect_right(self, one.number, key=lambda r: r.number), None)

    def in_force(self, day: dt.date) -> Release | None:
        """The release in force on a day; None before the first."""
        late = (r for r in reversed(self) if self.status(r, day).status is Status.IN_FORCE)
        return next(late, None)

    def upcoming(self, day: dt.date) -> Release | None:
        """The next release to take effect after a day, if one is announced."""
        due = [r for r in self if self.status(r, day).status is Status.UPCOMING]
        return min(due, key=lambda r: (r.begins or dt.date.max, r.number), default=None)

    def amendment(self, major: int) -> Releases:
        """The release `major` and its corrections."""
        first = bisect_left(self, Number(major), key=lambda r: r.number)
        return Releases(takewhile(lambda r: r.number.major == major, islice(self, first, None)))

    def closing_day(self, of: Release) -> dt.date | None:
        """The last day to opt out of an amendment: a postponement moves it for every letter."""
        own = self.amendment(of.number.major)
        return max([r.closes for r in own if r.closes], default=None)

    def window(self, of: Release) -> Release:
        """The release whose dates hold for opting out of a release: itself, or the last of its
        corrections that moved them.
        """
        return [r for r in self.amendment(of.number.major) if r.closes][-1]

    def place_of(self, one: Release) -> int:
        """The place of a release among all, counted from 0."""
        return bisect_left(self, one.number, key=lambda r: r.number)

    def predecessor(self, of: Release) -> Release | None:
        """The release before this one by number, which may be about to be frozen."""
        place = self.place_of(of)
        return self[place - 1] if place else None

    def material_predecessor(self, of: Release) -> Release | None:
        """What customers compare an amendment with: the last text before release N."""
        before = bisect_left(self, Number(of.number.major), key=lambda r: r.number)
        return self[before - 1] if before else None

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
        """The number the next release gets."""
        return number_after(self[-1].number if self else None, materiality)
