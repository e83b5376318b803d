"""Releases that contradict themselves or the ones before them, as no freeze makes them.

Whoever seals a release by hand can write any number and any date into it. What `freezing` never
allowed is looked for here, from what the releases themselves say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from publisher.policies.dates import moved
from publisher.policies.finding import Finding, Severity
from publisher.releases.notice_period import lawful_from
from publisher.releases.number import Materiality, number_after
from publisher.releases.release import Release
from publisher.releases.release_toml import RELEASE_FILE
from publisher.releases.releases import Releases
from publisher.releases.revisions import Revision, TagObject

_LATE = 2
"""Days between a release and its tag without a word: clocks and time zones differ."""


def incoherent(
    releases: Releases,
    tags: Mapping[str, TagObject],
    commits: Mapping[str, Sequence[Revision]],
) -> Iterator[Finding]:
    """Numbers, dates and periods that no freeze gives.

    Args:
        releases: those of a policy that read.
        tags: by the names of the releases.
        commits: those that touched each release's folder, by its number, the latest first.
    """
    for release in releases:
        touched = commits.get(str(release.number), ())
        by = f", by commit {touched[0]}" if touched else ""
        place = f"versions/{release.name}/{RELEASE_FILE}"
        remedy = f"git log -p -- {place}"
        for what in _contradictions(release, releases):
            yield Finding(Severity.ERROR, place, 0, what + by, remedy)
        for what in _doubts(release, releases, tags.get(release.name)):
            yield Finding(Severity.CUE, place, 0, what + by, remedy)


def _contradictions(release: Release, releases: Releases) -> Iterator[str]:
    yield from _of_number(release, releases)
    if release.imported:  # nothing is known of its dates
        return
    if release.previous is None:
        if release.closes:
            yield "is a first release, which nobody can opt out of, and has a last day to do so"
        return
    yield from _of_publication(release, releases)
    yield from _of_effect(release, releases)
    yield from _of_closing(release, releases)
    if too_short := _below(release, _promised(release, releases)):
        yield too_short


def _of_number(release: Release, releases: Releases) -> Iterator[str]:
    number, previous, replaces = release.number, release.previous, release.replaces
    kind = release.materiality
    if (number.minor > 0) != (kind is Materiality.EDITORIAL):
        yield f"is {kind}, and has the number {number}"
    elif number != (due := number_after(previous, kind)):
        last = f"after {previous}" if previous else "as the first one"
        yield f"has the number {number}; {last} comes {due}"
    if replaces is None or previous is None:
        return
    if releases.find(replaces) is None:
        yield f"says that it replaces release {replaces}, which there is not"
    elif replaces != previous:
        yield f"says that it replaces release {replaces}, and {previous} was made before it"


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
    day, published = release.effective, release.published
    if day is None:
        yield "does not say from which day it is in force"
        return
    if published and day < moved(published.date(), -_slack(release)):
        yield f"is in force from {day}, before it was published ({published.date()})"
    amended = releases.find(release.previous) if release.previous else None
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
        before = releases.find(release.previous) if release.previous else None
        if before and before.effective == release.effective:
            yield f"is a correction that moves no date, and lets opt out until {closes}"


def _doubts(release: Release, releases: Releases, tag: TagObject | None) -> Iterator[str]:
    published = release.published
    if published is None:
        return
    if tag and tag.made and abs((tag.made - published.date()).days) > _LATE:
        yield f"says that it was published on {published.date()}; its tag was made on {tag.made}"
    if (
        release.imported
        or release.previous is None
        or _below(release, _promised(release, releases))
    ):
        return
    # What a profile asks for is in this program, which may have learned it since.
    if too_short := _below(release, lawful_from(release, releases, published.date())):
        yield too_short


def _promised(release: Release, releases: Releases) -> dt.date:
    """The first day that the days of notice leave which the releases themselves promise."""
    before = releases.material_predecessor(release)
    facts = [each.policy.facts for each in (release, before) if each and not each.imported]
    published = release.published
    return moved(published.date(), max(f.days for f in facts)) if published else dt.date.min


def _below(release: Release, first: dt.date) -> str:
    """That the notice of an amendment is too short; empty: it is not."""
    day, published = release.effective, release.published
    if release.materiality is Materiality.EDITORIAL or day is None or published is None:
        return ""
    if day < published.date() or day >= moved(first, -_slack(release)):
        return ""
    return (
        f"is in force from {day}, and was published on {published.date()}; the period of notice "
        f"allows {first} at the earliest"
    )


def _slack(release: Release) -> int:
    """Days by which a day of a release may lie before the same one in UTC."""
    return 0 if release.conditions.time_zone == "UTC" else 1


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
