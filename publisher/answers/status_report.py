"""The status of a project told: in words for people, in JSON for programs, both from one value."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from publisher.answers.alerts import Alert, AlertId
from publisher.answers.policy_status import (
    DeclarationCounts,
    LedgerState,
    PolicyStatus,
    ProjectStatus,
    ReleaseStatus,
    RequestCounts,
    ShardCounts,
)
from publisher.people.messages import Message
from publisher.releases.corrected import only_moves_day
from publisher.releases.key_ends import NEVER, SigningKey
from publisher.releases.release import Release
from publisher.releases.releases import Status
from publisher.wording.dates import long_date

STATUS = "urn:policy-publisher:status:1"
"""The `$id` of its JSON Schema; its number rises when a reader of the old form would misread."""
SHOWN_RELEASES = 20
"""Limit on the releases of a policy that are shown in words; the others are counted."""


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """Some rows under a heading, to be aligned by whoever shows them."""

    heading: str
    rows: Sequence[Sequence[str]] = ()
    more: str = ""
    """What is not shown, in words."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Where everything stands, and what a person has to see to."""

    status: ProjectStatus
    alerts: tuple[Alert, ...]
    typed: Callable[[str, str], str] = lambda text, _: text
    """Makes a command so that it works as it is printed, for the policy that it is about."""

    @property
    def alerts_beside_troubles(self) -> tuple[Alert, ...]:
        """All but those of what cannot be read, where that is told as an error."""
        closed = (AlertId.LEDGER_CLOSED, AlertId.POLICY_CLOSED)
        return tuple(one for one in self.alerts if one.id not in closed)

    def blocks(self) -> list[StatusBlock]:
        """In words; alerts are not among them."""
        found: list[StatusBlock] = []
        for policy in self.status.policies:
            found.append(_policy_block(policy))
            steps = [step for one in policy.releases if (step := self._next_step(one))]
            found += [StatusBlock(f"{policy.policy_id}: letters to see to", steps)] if steps else []
            reminders = [row for one in policy.releases if (row := _reminder_cells(one))]
            if reminders:
                found.append(StatusBlock(f"{policy.policy_id}: reminders", reminders))
        return [*found, *_ledger_blocks(self.status)]

    def _next_step(self, one: ReleaseStatus) -> tuple[str, ...]:
        """What to do about letters that are in doubt, were refused or put off; none: nothing."""
        letters = one.letters.unsettled_by_state if one.letters else {}
        if not letters:
            return ()
        said = ", ".join(f"{count:,} {what}" for what, count in letters.items())
        step = self.typed(f"publisher resolve {one.release.number}", one.release.policy.id)
        return f"release {one.release.number}", said, step.replace("\n", " ")

    def with_remedies(self, typed: Callable[[str, str], str]) -> StatusReport:
        """The same, with each next step as it is to be typed.

        Args:
            typed: makes it so of a remedy, for the policy that it is about.
        """
        alerts = (replace(a, remedy=typed(a.remedy, a.policy)) for a in self.alerts)
        return replace(self, alerts=tuple(alerts), typed=typed)

    def json(self) -> str:
        """For programs, as `docs/status.schema.json` describes it: nothing personal is in it."""
        value = {
            "$schema": STATUS,
            "at": _instant(self.status.at),
            "policies": [_policy_value(policy) for policy in self.status.policies],
            "ledger": _ledger_value(self.status),
            "alerts": [_alert_value(alert) for alert in self.alerts],
        }
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


# ── in words ─────────────────────────────────────────────────────────────────────────────────────


def _policy_block(policy: PolicyStatus) -> StatusBlock:
    """The releases of a policy, the newest first."""
    newest = list(reversed(policy.releases))
    rest = len(newest) - SHOWN_RELEASES
    none = "closed" if policy.trouble else "no release yet"
    return StatusBlock(
        policy.policy_id + _zone(newest[0].release) if newest else f"{policy.policy_id}: {none}",
        [_release_cells(one, policy) for one in newest[:SHOWN_RELEASES]],
        f"and {rest} older" if rest > 0 else "",
    )


def _zone(newest: Release) -> str:
    """In which time zone the days of the newest release are; empty: in UTC."""
    zone = newest.conditions.time_zone
    return "" if zone == "UTC" else f" (days in {zone})"


def _release_cells(one: ReleaseStatus, policy: PolicyStatus) -> tuple[str, ...]:
    since, status = one.where.since, one.where.status
    word = "since" if status in (Status.SUPERSEDED, Status.RETRACTED) else "from"
    letters = one.letters.by_state if one.letters else {}
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(letters.items()))
    if one.letters and one.letters.untold:
        told = ", ".join(filter(None, [told, f"{one.letters.untold:,} not told"]))
    apart = one.letters.apart if one.letters else 0
    never = _never_applied(one, policy)
    held = "upcoming, no notice on record" if one.where.held and not never else ""
    return (
        one.release.version,
        never or held or status,
        f"{word} {long_date(since)}" if since and not never else "",
        f"{told} ({apart:,} of these removed since)" if apart else told,
        "" if held else _recorded(one),
        ", ".join(_declared(one.declared)) if one.declared else "",
    )


def _reminder_cells(one: ReleaseStatus) -> tuple[str, ...]:
    """Where the reminders of a release stand; none: today nobody may be reminded of it."""
    standing = one.letters.reminders if one.letters else None
    if standing is None:
        return ()
    counts = [("to remind", standing.reminded.to_remind), *standing.reminded.states.items()]
    said = ", ".join(f"{count:,} {what}" for what, count in counts if count)
    if standing.unknown_since:
        since = f"{standing.unknown_since:%Y-%m-%d}"
        said = f"nobody is reminded: the ledger goes on from a copy, or for another, since {since}"
    until = f"until {long_date(standing.window.last)}"
    return f"release {one.release.number}", until, said or "nobody to remind"


def _recorded(one: ReleaseStatus) -> str:
    """Whether it is on record that people were told; empty: it need not be, or not any more."""
    if one.recorded is not None:
        return f"recorded (statement {one.recorded})"
    gone = one.forestalled or one.overtaken or one.where.status is Status.RETRACTED
    return "no notice on record" if one.needs_record and not gone else ""


def _never_applied(one: ReleaseStatus, policy: PolicyStatus) -> str:
    """What to say of a release whose place another took before it took effect; empty: none did."""
    if by := one.overtaken:
        frozen = f" (frozen on {long_date(by.published_day)})" if by.published_day else ""
        return f"never in force: version {by.number} takes its place{frozen}; nothing is to do"
    by = one.forestalled
    if by is None or one.where.status is Status.RETRACTED:
        return ""
    last = one
    by_number = {each.release.number: each for each in policy.releases}
    while last.forestalled and last.forestalled.number in by_number:
        last = by_number[last.forestalled.number]
    upcoming = "upcoming, " if last.upcoming else ""
    moved = only_moves_day(one.release, by)
    return f"{upcoming}{'postponed' if moved else 'corrected'} by {by.number}"


def _declared(counts: DeclarationCounts) -> Iterator[str]:
    said = {
        "opted out": counts.opted_out,
        "withdrawn": counts.withdrawn,
        "agreed": counts.accepted,
        "late": counts.late,
    }
    yield from (f"{count:,} {word}" for word, count in said.items() if count)


def _ledger_blocks(status: ProjectStatus) -> Iterator[StatusBlock]:
    ledger = status.ledger
    if ledger is None:
        none = status.ledger_state is LedgerState.NONE
        said = "none yet: `publisher recipients import FILE.csv` begins one" if none else "closed"
        yield StatusBlock(f"ledger: {said}")
        return
    receipts = ", ".join(f"{n:,} {s}" for s, n in sorted(ledger.receipts.states.items()) if n)
    rows = [
        ("recipients", f"{ledger.recipients:,}"),
        ("receipts", receipts),
        ("requests", ", ".join(_requests(ledger.requests))),
        ("shards", _shards(ledger.shards)),
    ]
    yield StatusBlock("ledger", [row for row in rows if row[1]])
    messages = ledger.messages
    if messages.waiting:
        rest = messages.waiting - len(messages.oldest)
        listed = [_message_cells(message) for message in messages.oldest]
        yield StatusBlock("to read", listed, f"and {rest:,} more" if rest > 0 else "")


def _shards(shards: ShardCounts | None) -> str:
    """The letters that are left to workers; empty: none are."""
    if shards is None or not shards.waiting:
        return ""
    workers = f"{shards.workers:,} worker{'s' if shards.workers > 1 else ''}"
    return f"{shards.waiting:,} to do, {workers if shards.workers else 'no worker'} at work"


def _requests(requests: RequestCounts) -> Iterator[str]:
    """The requests that wait, by kind, and which is due next."""
    yield from (f"{count:,} {kind}" for kind, count in sorted(requests.waiting.items()) if count)
    if requests.unconfirmed:
        yield f"{requests.unconfirmed:,} of these unconfirmed"
    if requests.overdue:
        yield f"{requests.overdue:,} overdue"
    if requests.next_due:
        yield f"next due {long_date(requests.next_due.due)} ({requests.next_due.receipt})"


def _message_cells(message: Message) -> tuple[str, ...]:
    moment = f"{message.received.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    what = ", ".join(filter(None, (message.filed or "not read yet", message.reason)))
    about = "/".join(filter(None, (message.policy, message.release)))
    return (f"message {message.id}", moment, about, what)


# ── in JSON ──────────────────────────────────────────────────────────────────────────────────────


def _policy_value(policy: PolicyStatus) -> dict[str, Any]:
    return {
        "policy": policy.policy_id,
        "closed": policy.trouble.what if policy.trouble else None,
        "releases": [_release_value(one) for one in policy.releases],
        "site_behind": policy.site_lag or None,
        "keys": [_key_value(key) for key in policy.keys],
    }


def _release_value(one: ReleaseStatus) -> dict[str, Any]:
    release = one.release
    declared = one.declared
    return {
        "number": str(release.number),
        "status": one.where.status.value,
        "held": one.where.held,
        "since": _date(one.where.since),
        "effective": _date(release.effective),
        "time_zone": release.conditions.time_zone,
        "overtaken_by": str(one.overtaken.number) if one.overtaken else None,
        "record": {"needed": one.needs_record, "statement": one.recorded},
        "tell_until": _date(one.tell_until),
        "letters": _counts(one.letters.by_state) if one.letters else None,
        "untold": one.letters.untold if one.letters else None,
        "reminders": _reminders_value(one),
        "declarations": {
            "opted_out": declared.opted_out,
            "withdrawn": declared.withdrawn,
            "accepted": declared.accepted,
            "late": declared.late,
        }
        if declared is not None
        else None,
    }


def _reminders_value(one: ReleaseStatus) -> dict[str, Any] | None:
    standing = one.letters.reminders if one.letters else None
    if standing is None:
        return None
    due = 0 if standing.unknown_since else standing.reminded.to_remind
    states = _counts({s.value: n for s, n in standing.reminded.states.items()})
    return {"last": _date(standing.window.last), "to_remind": due, "reminded": states}


def _key_value(key: SigningKey) -> dict[str, Any]:
    ends = None if key.ends == NEVER else _instant(key.ends)
    return {"name": key.name, "fingerprint": key.fingerprint, "ends": ends}


def _ledger_value(status: ProjectStatus) -> dict[str, Any]:
    ledger = status.ledger
    if ledger is None:
        return {"state": status.ledger_state.value}
    messages, restored = ledger.messages, ledger.restored
    return {
        "state": status.ledger_state.value,
        "identity": ledger.identity,
        "recipients": ledger.recipients,
        "receipts": _counts({s.value: n for s, n in ledger.receipts.states.items()}),
        "messages": {
            "waiting": messages.waiting,
            "oldest": [_message_value(message) for message in messages.oldest],
        },
        "requests": _requests_value(ledger.requests),
        "restored": _instant(restored.at) if restored else None,
        "shards": {"to_do": ledger.shards.waiting, "workers": ledger.shards.workers}
        if ledger.shards
        else None,
    }


def _requests_value(requests: RequestCounts) -> dict[str, Any]:
    return {
        "waiting": _counts({kind.value: n for kind, n in requests.waiting.items()}),
        "unconfirmed": requests.unconfirmed,
        "overdue": requests.overdue,
        "next_due": _date(requests.next_due.due if requests.next_due else None),
    }


def _message_value(message: Message) -> dict[str, Any]:
    return {
        "number": message.id,
        "received": _instant(message.received),
        "filed": message.filed.value if message.filed else None,
        "policy": message.policy or None,
        "release": message.release or None,
    }


def _alert_value(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id.value,
        "policy": alert.policy or None,
        "release": alert.release or None,
        "what": alert.what,
        "remedy": alert.remedy,
    }


def _counts(states: Mapping[str, int]) -> dict[str, int]:
    """By the state, an underscore in place of each space; states of none are left out."""
    return {state.replace(" ", "_"): n for state, n in sorted(states.items()) if n}


def _date(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _instant(moment: dt.datetime) -> str:
    """RFC 3339, in UTC, to the second."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
