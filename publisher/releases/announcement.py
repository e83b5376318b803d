"""What the letters that are frozen with a release have to tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.errors import FreezeError
from publisher.policies.policy import Note
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterCase, LetterKind
from publisher.wording.dates import moved


@dataclass(frozen=True)
class Announcement:
    """What the letters that are frozen with a release have to tell."""

    before: Release
    """The version whose place it takes."""
    summaries: tuple[Note, ...] = ()
    """What it changes in a few sentences, for who is told for the first time."""
    notes: tuple[Note, ...] = ()
    """Why each section changes."""
    first: Release | None = None
    """Of a correction: the release that it corrects, of which people were told first."""
    postponed: bool = False
    """Whether a letter before gave another day; one of them may have gone to some and not to
    others, so no letter says which."""
    additions: tuple[Note, ...] = ()
    """What a letter before did not say."""
    day_reasons: tuple[Note, ...] = ()
    """Why the day moves, where the correction says so and is no supplement."""
    supplements: bool = False
    """Whether a letter before did not say all."""
    reminds: bool = False
    """Whether there is to be a letter that reminds of the last day to opt out."""
    told: tuple[Release, ...] = ()
    """Of a correction: the numbers of the release of which people were to be told."""

    @property
    def cases(self) -> Iterator[LetterCase | None]:
        """The cases in which a letter is written; None: the usual one."""
        yield None
        yield LetterCase.AGAIN
        if self.supplements:
            yield LetterCase.SUPPLEMENT
        if self.postponed:
            yield LetterCase.POSTPONED
        if self.reminds:
            yield LetterCase.REMINDER


def reminder_day(release: Release) -> dt.date | None:
    """The day from which people may be reminded of a release, on its calendar; None: they are not,
    since nobody asks for it, or a correction comes too late for it.
    """
    days, published = release.policy.facts.remind_days_before, release.published_day
    if not (days and release.closes and published):
        return None
    day = moved(release.closes, -days)
    return day if day > published or release.materiality is Materiality.MATERIAL else None


def refuse_early_reminder(release: Release, today: dt.date) -> None:
    """People are reminded on a later day than the one on which they can be told first.

    Args:
        release: one that is about to be frozen.
        today: the day on its calendar.

    Raises:
        FreezeError: they would not be.
    """
    day, days = reminder_day(release), release.policy.facts.remind_days_before
    if day and day <= today:
        raise FreezeError(
            f"people would be reminded on {day}, {days} days before the last day to opt out "
            f"({release.closes}), and cannot be told before {today}",
            where=f"policy/{release.policy.id}/policy.toml",
            remedy="set `notice.remind_days_before` to fewer days, or the effective date later",
        )


def supplements(release: Release) -> bool:
    """Whether a release has a letter that says what one before it did not."""
    return LetterKind(LetterCase.SUPPLEMENT) in release.telling.letters


def told_so_far(release: Release, releases: Releases) -> list[Release]:
    """The numbers of a release of which people were to be told so far, by rising number; without
    those that were retracted.
    """
    own = releases.amendment(release.number.major)
    return [one for one in own if one.notice and not releases.is_retracted(one)]


def of_amendment(release: Release, before: Release) -> Announcement:
    """What the letters of a material release tell.

    Args:
        release: the release.
        before: the version whose place it takes.
    """
    notes = release.policy.notes
    return Announcement(
        before, _general(notes), _explaining(notes), reminds=reminder_day(release) is not None
    )


def of_correction(
    release: Release, before: Release, told: Sequence[Release], *, supplement: bool
) -> Announcement:
    """What the letters of a correction tell.

    Args:
        release: the correction.
        before: the version whose place the release takes that it corrects.
        told: the numbers of that release of which people were to be told, by rising number.
        supplement: whether it says what a letter before did not.
    """
    first = told[0]
    added = [note for one in told if supplements(one) for note in _general(one.policy.notes)]
    own = list(_general(release.policy.notes))
    # Why a section changes says the amendment; the note of a correction says why that was made.
    all_notes = [note for one in (*told, release) for note in one.policy.notes]
    owed = [*added, *own] if supplement else added
    return Announcement(
        before=before,
        summaries=(*_general(first.policy.notes), *owed),
        notes=_explaining(all_notes),
        first=first,
        postponed=any(one.effective != release.effective for one in told),
        additions=tuple(owed),
        day_reasons=() if supplement else tuple(own),
        supplements=bool(owed),
        reminds=reminder_day(release) is not None,
        told=tuple(told),
    )


def _general(notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple(note for note in notes if not note.anchors)


def _explaining(notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple(note for note in notes if note.anchors)
