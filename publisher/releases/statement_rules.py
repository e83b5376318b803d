"""What no program states of a release, held against its dates and those before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from publisher.releases.notice_period import lawful_from, promised_from
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.releases.statement import Means, NoticeGiven, Statement


def untenable(one: Statement, releases: Releases) -> Iterator[str]:
    """Where a statement contradicts its release, or the statement before it.

    Args:
        one: the statement.
        releases: all of the policy, with the statements before it.
    """
    release = releases.find(one.release)
    before = releases.register[-1:]
    if before and one.stated < before[0].stated:
        yield f"was stated at {_moment(one.stated)}, before statement {before[0].number} was"
    if release is None:
        return
    if release.published and one.stated < release.published:
        yield (
            f"was stated at {_moment(one.stated)}, before release {release.number} was made "
            f"({_moment(release.published)})"
        )
    elif one.notice:
        yield from _of_notice(one, one.notice, release, releases)
    else:
        yield from _of_retraction(one, release, releases)


def _of_notice(
    one: Statement, notice: NoticeGiven, release: Release, releases: Releases
) -> Iterator[str]:
    if not release.notice or release.effective is None:
        yield f"says that people were told of release {release.number}, of which nobody is told"
        return
    if release.published_day and notice.first < release.published_day:
        yield (
            f"says that people were told on {notice.first}, and release {release.number} was "
            f"published on {release.published_day}"
        )
    if notice.last > release.day_of(one.stated):
        yield f"says that people were told on {notice.last}, after it was stated"
    if notice.means is not Means.NOBODY and notice.applies < _promised(notice, release, releases):
        yield (
            f"says that release {release.number} may apply from {notice.applies}; the days of "
            f"notice of those told on {notice.first} end later"
        )


def _promised(notice: NoticeGiven, release: Release, releases: Releases) -> dt.date:
    """The first day that the days of notice leave which the releases themselves promise."""
    told = promised_from(release, releases, notice.first)
    # Who was told of an earlier day, and is told another, has had their days.
    earlier = any(one.notice and one.number < release.number for one in _told(release, releases))
    return notice.first if earlier else told


def _told(release: Release, releases: Releases) -> Iterator[Release]:
    return (one for one in releases.amendment(release.number.major) if one.notice)


def _of_retraction(one: Statement, release: Release, releases: Releases) -> Iterator[str]:
    """What is in force, or is not the last that stands, nobody takes back."""
    made = [r for r in releases if r == release or not r.published or r.published < one.stated]
    then, day = Releases(made, releases.register), release.day_of(one.stated)
    standing = [each for each in made if not releases.is_retracted(each)]
    at = then.status(release, day)
    if at.status is Status.IN_FORCE:
        yield f"retracts release {release.number}, which was in force, since {at.since}"
    elif standing and standing[-1].number > release.number:
        yield f"retracts release {release.number}, after which {standing[-1].number} was made"


def doubtful(one: Statement, releases: Releases) -> Iterator[str]:
    """What of a statement a person has to look at.

    Args:
        one: the statement.
        releases: all of the policy, with the statements before it.
    """
    release = releases.find(one.release)
    if release is None or one.notice is None:
        return
    if not one.sufficient:
        yield f"says that not all is settled, so release {release.number} is not in force by it"
    later = [
        each
        for each in _told(release, releases)
        if each.number > release.number and each.published and each.published <= one.stated
    ]
    if later and later[-1].effective != release.effective:
        yield f"is about release {release.number}, whose day release {later[-1].number} had moved"
    if one.notice.means is not Means.NOBODY and release.effective:
        first = lawful_from(release, releases, one.notice.first)
        promised = _promised(one.notice, release, releases)
        if promised <= one.notice.applies < first and promised != one.notice.first:
            applies = one.notice.applies
            yield f"says that it may apply from {applies}; who was told has until {first}"


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
