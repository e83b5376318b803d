"""On what conditions a release takes effect: where its days begin, what holds if nobody recorded
that customers were told, and who approved it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from publisher.policies.notice_rules import WithoutRecord
from publisher.policies.toml import Table
from publisher.wording.dates import is_time_zone

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""The id of a git commit, SHA-1 or SHA-256."""
DIGEST = re.compile(r"[0-9a-f]{64}")
"""SHA-256, hexadecimal."""
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
    return Conditions(zone, WithoutRecord(without) if without else None, _approval(root))


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
    return values


def approval_values(approval: Approval) -> dict[str, Any]:
    """The table `approval` of a `release.toml`."""
    return {"by": list(approval.by), "at": approval.at, "revision": approval.revision}
