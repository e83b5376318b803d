"""The release that a correction corrects, and what that keeps a correction from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.errors import FreezeError
from publisher.releases.announcement import told_so_far
from publisher.releases.notice_period import lawful_from
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status


def only_moves_day(release: Release, correction: Release) -> bool:
    """Whether a correction gives a release another day, and changes nothing else that is read.

    Args:
        release: which.
        correction: a later number of it.
    """
    alike = release.policy.files == correction.policy.files
    return alike and release.effective != correction.effective


@dataclass(frozen=True)
class Corrected:
    """The release that a correction corrects, as it stands when that is made."""

    last: Release
    today: dt.date
    pending: bool
    """Whether its day is to come."""
    held: bool
    """Whether its day has come, and nobody has stated that people were told."""

    @classmethod
    def on(cls, today: dt.date, last: Release, releases: Releases) -> Corrected:
        """How the last of some releases stands on a day."""
        pending = last.effective is not None and last.effective > today
        return cls(last, today, pending, releases.status(last, today).held)

    @property
    def floor(self) -> dt.date:
        """The first day on which the correction may take effect."""
        return self.last.effective if self.pending and self.last.effective else self.today

    def refuse_not_postponed(self, release: Release, releases: Releases) -> None:
        """One that is held is corrected only to give it another day, of which people are told.

        Raises:
            FreezeError: the correction does not, or leaves nobody their period of notice.
        """
        number, effective = self.last.number, release.effective
        earliest = lawful_from(release, releases, self.today)
        if effective is None or effective < earliest:
            raise FreezeError(
                f"release {number} was to be in force from {self.last.effective}, and no record "
                f"of its notice has been made: who is told of it now has until {earliest}",
                where=_draft_of(release),
                remedy=f"postpone it: --correction --effective {earliest}; or, if people were "
                f"told: publisher notice record {number}; or take it back: publisher retract "
                f'{number} --why "…"',
            )


def refuse_out_of_order(
    release: Release, last: Release, releases: Releases, today: dt.date
) -> None:
    """Numbers rise: what comes after a whole amendment that was retracted corrects the version that
    is in force, and none that is still to come, whose letters name its own number.

    Raises:
        FreezeError: it would correct one that is to come.
    """
    number = last.number
    if number.major == release.number.major:
        return
    if releases.status(last, today).status is Status.IN_FORCE:
        return
    raise FreezeError(
        f"release {release.number.major} was made after {number} and retracted, and numbers rise: "
        f"nothing corrects release {number} before it is in force",
        where=_draft_of(release),
        remedy="correct it once it is in force; or amend it, so that customers are told: leave "
        "--correction out",
    )


def refuse_supplement(release: Release, releases: Releases, *, pending: bool) -> None:
    """Nothing is added to a letter that there was not, or too late, or without words.

    Raises:
        FreezeError: it would be.
    """
    number = release.number.major
    if not told_so_far(release, releases):
        raise FreezeError(
            f"no letter tells of release {number}, so nothing can be added to one",
            where="--supplement",
            remedy="leave --supplement out",
        )
    if not pending:
        raise FreezeError(
            f"release {number} is in force: who is told of it now cannot opt out of it any more",
            where="--supplement",
            remedy="freeze a material release, which customers may opt out of: leave --correction "
            "and --supplement out",
        )
    if not any(not note.anchors and note.text.strip() for note in release.policy.notes):
        raise FreezeError(
            "nothing says what the letter before did not say",
            where=f"{_draft_of(release)}/notes/_summary.md",
            remedy="write it there, in a few sentences for the customers",
        )


def _draft_of(release: Release) -> str:
    return f"policy/{release.policy.id}"
