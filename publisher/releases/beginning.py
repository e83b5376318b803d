"""From when a version is in force, as far as it is known: what lists say of it on any day.

What is said here follows from the releases and what is stated of them, not from a day: so it can
stand in a feed or on paper.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases


@dataclass(frozen=True, slots=True)
class Beginning:
    """From when a version is in force."""

    holds: Release
    """The version whose dates hold for it: itself, or the last of the corrections that took its
    place before it could be in force."""
    day: dt.date | None
    """From when that one is in force; of one that is held, for when it was announced. None: nobody
    knows."""
    held: bool = False
    """Whether it waits for a statement that people were told."""
    retracted: dt.date | None = None
    """The day on which it was taken back, before anybody was told of it."""
    overtaken: Number | None = None
    """Of one that waits so, the version that was made meanwhile and takes its place."""
    known: dt.datetime | None = None
    """When that was stated by which all of this is known; None: it is known since it was
    published."""

    @property
    def key(self) -> str:
        """All of it in one line: what is made of it is known again by it."""
        own = f"{self.holds.number} {self.day} {self.held} {self.retracted} {self.known}"
        return f"{own} {self.overtaken}" if self.overtaken else own


def beginning(release: Release, releases: Releases) -> Beginning:
    """From when a version is in force, by what is known now.

    Args:
        release: the version.
        releases: all of its policy.
    """
    if statement := releases.register.retraction(release.number):
        day = release.day_of(statement.stated)
        return Beginning(release, release.effective, retracted=day, known=statement.stated)
    found = release
    while begins := releases.begins(found):
        correction = correction_of(found, releases, begins)
        if correction is None or found.imported:
            break
        later = releases.find(correction)
        assert later
        found = later
    record = releases.record(found)
    held, known = releases.is_held(found), record.stated if record else None
    by = releases.overtaking(found) if held else None
    return Beginning(
        found,
        releases.begins(found),
        held,
        overtaken=by.number if by else None,
        known=by.published if by else known,
    )


def correction_of(release: Release, releases: Releases, day: dt.date) -> Number | None:
    """The correction that took the place of a version; None: none did until the end of a day."""
    now = releases.status(release, day)
    same = now.by and now.by.major == release.number.major and not release.imported
    return now.by if same else None
