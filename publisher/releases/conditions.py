"""On what conditions a release takes effect: where its days begin, what holds if nobody recorded
that customers were told, and who approved it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from publisher.law.calendar import Counting
from publisher.policies.notice_rules import WithoutRecord
from publisher.policies.toml import Table
from publisher.wording.dates import is_time_zone

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""The id of a git commit, SHA-1 or SHA-256."""
DIGEST = re.compile(r"[0-9a-f]{64}")
"""SHA-256, hexadecimal."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved the text of a release."""

    by: tuple[str, ...]
    """Names as they are to be read, one at least."""
    at: dt.datetime
    """When the last of them did, with an offset."""
    revision: str
    """Git commit of the draft that they approved."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """On what conditions a release takes effect."""

    time_zone: str = _UTC
    """In which its days begin and end: a name of the IANA time zone database."""
    without_record: WithoutRecord | None = None
    """None: as the profile of notice has it."""
    approval: Approval | None = None
    """None: nothing is recorded of one."""
    days_off: Mapping[str, Mapping[dt.date, str]] = field(default_factory=dict)
    """The public holidays that count for its period of notice, by place, each with its name: as
    they were known when it was made, from its publication to a year after its effect."""
    whole_periods: bool = False
    """Whether the period that its profile sets has to have run out before it applies; releases
    of earlier programs apply on its last day."""

    def counting(self, place: str) -> Counting:
        """How days are counted by what is sealed.

        Args:
            place: whose holidays count; empty: none.
        """
        days = self.days_off.get(place, {})
        return Counting(frozenset(days) if place else None, self.whole_periods)


def read_conditions(root: Table) -> Conditions:
    """The conditions in a `release.toml`.

    Raises:
        ConfigurationError: a value is none of those that are known.
    """
    zone, without = root.text("time_zone", _UTC), root.text("without_record", "")
    if not is_time_zone(zone):
        raise root.error("time_zone", f"is {zone!r}, which is no time zone we know")
    if without and without not in set(WithoutRecord):
        known = " or ".join(WithoutRecord)
        raise root.error("without_record", f"is {without!r}, not {known}")
    return Conditions(
        zone,
        WithoutRecord(without) if without else None,
        _approval(root),
        _days_off(root),
        root.flag("whole_periods") if root.has("whole_periods") else False,
    )


def _days_off(root: Table) -> dict[str, dict[dt.date, str]]:
    found: dict[str, dict[dt.date, str]] = {}
    for place, days in root.mappings("days_off").items():
        if wrong := next((day for day in days if not _DAY.fullmatch(day)), ""):
            raise root.error(f"days_off.{place}", f"has {wrong!r}, which is no day")
        try:
            found[place] = {dt.date.fromisoformat(day): name for day, name in days.items()}
        except ValueError as error:
            raise root.error(f"days_off.{place}", f"has a day that is none: {error}") from None
    return found


def _approval(root: Table) -> Approval | None:
    if not root.has("approval"):
        return None
    table = root.table("approval")
    by, at, revision = table.texts("by"), table.moment("at"), table.text("revision")
    if not by or not all(name.strip() and name.isprintable() for name in by):
        raise table.error("by", "names nobody")
    if at is None:
        raise table.error("at", "is unknown")
    if not COMMIT.fullmatch(revision):
        raise table.error("revision", f"is {revision!r}, which is no commit")
    table.done()
    return Approval(by, at, revision)


def condition_values(conditions: Conditions) -> dict[str, Any]:
    """What `release.toml` says of conditions that are not the usual ones, but for the approval."""
    values: dict[str, Any] = {}
    if conditions.time_zone != _UTC:
        values["time_zone"] = conditions.time_zone
    if conditions.without_record:
        values["without_record"] = conditions.without_record.value
    if conditions.whole_periods:
        values["whole_periods"] = True
    if conditions.days_off:
        values["days_off"] = {
            place: {day.isoformat(): name for day, name in days.items()}
            for place, days in conditions.days_off.items()
        }
    return values


def approval_values(approval: Approval) -> dict[str, Any]:
    """The table `approval` of a `release.toml`."""
    return {"by": list(approval.by), "at": approval.at, "revision": approval.revision}
