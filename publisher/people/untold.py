"""Who was not told of the version in force, so that the one before it goes on applying to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.policies.notice_rules import WithoutRecord
from publisher.releases.release import Release
from publisher.releases.releases import Releases


@dataclass(frozen=True, slots=True)
class BindingNotice:
    """The notice by which the version in force applies to each who was told."""

    release: Release
    """The one whose letter decides."""
    begins: dt.date | None
    """Since when it is in force: whoever became a customer later came under it."""
    stated: dt.date | None
    """The day on which people were told, as a role states and no ledger counted: whoever was a
    customer then was told by it. None: it is not so.
    """


def binding_notice(releases: Releases, today: dt.date) -> BindingNotice | None:
    """The notice that decides to whom the version in force applies; None: its date does, or nothing
    is in force.

    Args:
        releases: all of a policy.
        today: the day for all of them: `Releases.today`.
    """
    current = releases.in_force(today)
    release = releases.deciding(current) if current else None
    if current is None or release is None:
        return None
    record = releases.record(release)
    if record is None and release.without_record is not WithoutRecord.HOLD:
        return None
    notice = record.notice if record else None
    said = notice.last if notice and not notice.counted else None
    return BindingNotice(release, releases.begins(release), said)
