"""Releases that contradict themselves or the ones before them, as no freeze makes them.

Whoever seals a release by hand can write any number and any date into it. What `freezing` never
allowed is looked for here, from what the releases themselves say.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set

from publisher.policies.finding import Finding, Severity
from publisher.releases.announcement import supplements
from publisher.releases.notice_period import lawful_from, promised_from
from publisher.releases.number import Materiality, Number, number_after
from publisher.releases.register import Register
from publisher.releases.release import Release
from publisher.releases.release_toml import RELEASE_FILE
from publisher.releases.releases import Releases
from publisher.releases.revisions import Revision, TagObject
from publisher.releases.told_flaws import told_flaws
from publisher.wording.dates import moved

_LATE = 2
"""Days between a release and its tag without a word: clocks and time zones differ."""


def incoherent(
    releases: Releases,
    tags: Mapping[str, TagObject],
    commits: Mapping[str, Sequence[Revision]],
    altered: Set[Number] = frozenset(),
) -> Iterator[Finding]:
    """Numbers, dates and periods that no freeze gives.

    Args:
        releases: those of a policy that read.
        tags: by the names of the releases.
        commits: those that touched each release's folder, by its number, the latest first.
        altered: what is not as it was sealed, and told as that: what follows from it is nobody
            else's doing.
    """
    for release in releases:
        touched = () if altered else commits.get(str(release.number), ())
        by = f", by commit {touched[0]}" if touched else ""
        place = f"versions/{release.name}/{RELEASE_FILE}"
        remedy = f"git log -p -- {place}"
        found = list(_contradictions(release, releases))
        for what in found:
            yield Finding(Severity.ERROR, place, 0, what + by, remedy)
        # Of one that says of itself what is not so, nobody knows what it was compared with; nor
        # what is compared with one that is not as it was sealed.
        held = found or altered & _compared(release, releases)
        for name, what, more in () if held else told_flaws(release, releases):
            file = f"versions/{release.name}/{name}"
            if more:
                yield Finding(Severity.CUE, file, 0, what, more)
            else:
                yield Finding(Severity.ERROR, file, 0, what + by, f"git log -p -- {file}")
        for what in _doubts(release, releases, tags.get(release.name)):
            yield Finding(Severity.CUE, place, 0, what + by, remedy)


def _compared(release: Release, releases: Releases) -> set[Number]:
    """The release, and those that what it tells is about."""
    before = (releases.predecessor(release), releases.material_predecessor(release))
    return {release.number, *(each.number for each in before if each)}


def _contradictions(release: Release, releases: Releases) -> Iterator[str]:
    yield from _of_number(release, releases)
    if release.imported:  # nothing is known of its dates
        return
    if _is_first(release, releases):
        if release.closes:
            yield "is a first release, which nobody can opt out of, and has a last day to do so"
        return
    yield from _of_publication(release, releases)
    yield from _of_effect(release, releases)
    yield from _of_closing(release, releases)
    if too_short := _below(release, _promised(release, releases)):
        yield too_short


def _of_number(release: Release, releases: Releases) -> Iterator[str]:
    number, previous, kind = release.number, release.previous, release.materiality
    if (number.minor > 0) != (kind is Materiality.EDITORIAL):
        yield f"is {kind}, and has the number {number}"
    elif number != (due := number_after(previous, kind)):
        last = f"after {previous}" if previous else "as the first one"
        yield f"has the number {number}; {last} comes {due}"
    if release.replaces:
        yield from _of_replaced(release, release.replaces, releases)


def _of_replaced(release: Release, replaces: Number, releases: Releases) -> Iterator[str]:
    """What a release says that it replaces, where that is not the one before it: right is what
    stood when it was made, by the register.
    """
    if releases.find(replaces) is None:
        yield f"says that it replaces release {replaces}, which there is not"
        return
    stood = _stood(release, releases)
    if replaces in stood:
        return
    due = next((number for number in stood if number), release.previous)
    if due == release.previous:
        yield f"says that it replaces release {replaces}, and {due} was made before it"
    else:
        yield f"says that it replaces release {replaces}; what stood when it was made was {due}"


def _stood(release: Release, releases: Releases) -> set[Number | None]:
    """The releases that one may follow, by what had been stated when it was made: several, where
    something was stated in that very second, for then the place in the register alone says what
    came first. None: nothing stood.
    """
    found, day, made = set[Number | None](), release.published_day, release.published
    if day is None or made is None:
        return found
    earlier = releases[: releases.place_of(release)]
    stated = [one.stated for one in releases.register]
    for count in range(bisect_left(stated, made), bisect_right(stated, made) + 1):
        before = Releases(earlier, Register(releases.register[:count]))
        followed = before.followed(day, release.materiality)
        found.add(followed[-1].number if followed else None)
    return found


def _is_first(release: Release, releases: Releases) -> bool:
    """Whether there was no version before a release: all that were made had been retracted."""
    return release.previous is None or releases.begins_anew(release)


def _of_publication(release: Release, releases: Releases) -> Iterator[str]:
    if release.published is None:
        yield "does not say when it was published"
        return
    before = [r for r in releases if r.number < release.number and r.published]
    latest = max(before, key=lambda r: (r.published, r.number), default=None)
    if latest and latest.published and release.published < latest.published:
        yield (
            f"says that it was published at {_moment(release.published)}, before release "
            f"{latest.number} was ({_moment(latest.published)})"
        )


def _of_effect(release: Release, releases: Releases) -> Iterator[str]:
    day = release.effective
    if day is None:
        yield "does not say from which day it is in force"
        return
    published = release.published_day
    if published and day < published:
        yield f"is in force from {day}, before it was published ({published})"
    amended = releases.predecessor(release)
    if amended is None or amended.effective is None:
        return
    if day < amended.effective:
        yield f"is in force from {day}, before release {amended.number} is ({amended.effective})"
    elif day == amended.effective and release.materiality is Materiality.MATERIAL:
        yield f"is in force from {day}, the very day of release {amended.number}, which it amends"


def _of_closing(release: Release, releases: Releases) -> Iterator[str]:
    if release.effective is None:
        return
    closes, due = release.closes, moved(release.effective, -1)
    if closes is None:
        if release.materiality is Materiality.MATERIAL:
            yield f"does not say until when one may opt out; it is {due}, the day before its effect"
    elif closes != due:
        yield f"lets opt out until {closes}; the day before its effect is {due}"
    elif release.materiality is Materiality.EDITORIAL:
        before = releases.predecessor(release)
        unmoved = before is not None and before.effective == release.effective
        if unmoved and not supplements(release):
            yield f"is a correction that moves no date, and lets opt out until {closes}"


def _doubts(release: Release, releases: Releases, tag: TagObject | None) -> Iterator[str]:
    published = release.published
    if published is None:
        return
    if tag and tag.made and abs((tag.made - published.date()).days) > _LATE:
        yield f"says that it was published on {published.date()}; its tag was made on {tag.made}"
    if release.imported or _is_first(release, releases):
        return
    if not release.replaces and release.previous not in (stood := _stood(release, releases)):
        due = next((number for number in stood if number), "nothing")
        yield f"was compared with release {release.previous}; what stood when it was made was {due}"
    if _below(release, _promised(release, releases)):
        return
    # What a profile asks for is in this program, which may have learned it since.
    if too_short := _below(release, lawful_from(release, releases, release.day_of(published))):
        yield too_short


def _promised(release: Release, releases: Releases) -> dt.date:
    """The first day that the days of notice leave which the releases themselves promise."""
    published = release.published_day
    return promised_from(release, releases, published) if published else dt.date.min


def _below(release: Release, first: dt.date) -> str:
    """That the notice of an amendment is too short; empty: it is not."""
    day, published = release.effective, release.published_day
    if release.materiality is Materiality.EDITORIAL or day is None or published is None:
        return ""
    if day < published or day >= first:
        return ""
    return (
        f"is in force from {day}, and was published on {published}; the period of notice "
        f"allows {first} at the earliest"
    )


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
