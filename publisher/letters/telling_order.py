"""Which releases beside one people are told of as well, and of which letters may be out."""

from __future__ import annotations

import datetime as dt

from publisher.letters.sending import told_instead
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Means, Statement


def untold_before(release: Release, releases: Releases) -> list[Release]:
    """The material releases before one of which people are to be told, and nobody has stated that
    they were.

    Args:
        release: which.
        releases: all of the policy.
    """
    return [
        one
        for one in releases.standing
        if one.number.major < release.number.major
        and one.notice
        and releases.lacks_record(one)
        and told_instead(one, releases) is None
    ]


def applying_instead(release: Release, releases: Releases) -> Number | None:
    """The last correction of a release that nobody is told of, and that applies in its place; None:
    there is none.

    Args:
        release: which; people are told of it.
        releases: all of the policy.
    """
    last = releases.amendment(release.number.major)[-1]
    later = last.number > release.number and told_instead(release, releases) is None
    return last.number if later else None


def told_otherwise(release: Release, releases: Releases) -> Statement | None:
    """The first statement of a role that people were told of a release, or of another number of it
    that gave the same day, in a way that no program saw; None: there is none.

    Args:
        release: which.
        releases: all of the policy.
    """
    own = releases.amendment(release.number.major)
    same = [one.number for one in own if one.notice and one.effective == release.effective]
    said = (one for one in releases.register.notices(same) if one.notice)
    return next(
        (
            one
            for one in said
            if one.notice and one.notice.means is Means.OTHERWISE and not one.notice.counted
        ),
        None,
    )


def may_have_been_sent_since(release: Release, releases: Releases, moment: dt.datetime) -> bool:
    """Whether letters about a release can have gone out after a moment.

    Args:
        release: which.
        releases: all releases of the policy, or of the amendment alone.
        moment: in any time zone.
    """
    if not release.notice:
        return False
    if release.effective is not None and release.effective <= release.day_of(moment):
        return False
    return not any(
        later.number > release.number
        and later.notice
        and later.published is not None
        and later.published <= moment
        for later in releases.amendment(release.number.major)
    )
