"""The status of all policies: figures, and what a person has to see to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from publisher.actions.workplace import Workplace
from publisher.answers.alert_limits import AlertLimits
from publisher.answers.alerts import ALERT_PATIENCE, alerts_of
from publisher.answers.policy_status import (
    BuiltVersions,
    DeclarationCounts,
    LedgerCounts,
    LedgerState,
    LetterCounts,
    PolicyStatus,
    ProjectStatus,
    ReleaseStatus,
    release_status,
    site_lag,
)
from publisher.answers.status_report import StatusReport
from publisher.edges.built_versions import read_built_versions
from publisher.edges.ledger import Ledger
from publisher.edges.merges import refuse_two_of_a_number
from publisher.errors import ConfigurationError, LedgerError, PublisherError, SealError
from publisher.letters.reminding import sealed_window
from publisher.letters.sending import may_be_told, told_instead
from publisher.letters.shards import WORKER_PATIENCE
from publisher.people.deliveries import DeliveryState
from publisher.people.reminding import ReminderStanding
from publisher.people.untold import binding_notice
from publisher.releases.chronology import behind
from publisher.releases.key_ends import signing_keys
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.signers import signers_of_next
from publisher.releases.unrecorded import unrecorded
from publisher.wording.dates import day_in


def status(
    workplace: Workplace,
    policies: Sequence[str],
    limits: AlertLimits = AlertLimits(),  # noqa: B008 - it never changes
) -> StatusReport:
    """The status of policies now: releases, letters, answers, and what a person has to see to.

    A ledger, or a policy, that cannot be read hides nothing else: the report says so. No ledger is
    begun.

    Args:
        workplace: of which project.
        policies: their ids.
        limits: from when on a person is called.

    Raises:
        HistoryError: two releases of one number are being merged.
    """
    refuse_two_of_a_number(workplace.project.root)
    now = workplace.clock()
    lines: dict[str, Releases] = {}
    closed: dict[str, PublisherError] = {}
    for name in policies:
        try:
            lines[name] = workplace.archive.releases(name)
        except (SealError, ConfigurationError) as error:
            lines[name], closed[name] = Releases(()), error
    has_ledger = workplace.has_ledger
    asked = _Asked(lines, now, limits, workplace.settings.organisation.time_zone)
    counted = _count(lambda: workplace.ledger, asked) if has_ledger else _Counted(LedgerState.NONE)
    found = ProjectStatus(
        at=now,
        policies=[
            _policy(
                name, asked, counted, read_built_versions(workplace.project.built, name), closed
            )
            for name in lines
        ],
        ledger_state=counted.state,
        ledger=counted.ledger,
        trouble=counted.trouble,
        unfinished=[(act.name, act.doing, act.remedy) for act in workplace.journals.all()],
    )
    return StatusReport(found, alerts_of(found, limits))


@dataclass(frozen=True)
class _Asked:
    """What the ledger is asked about."""

    lines: Mapping[str, Releases]
    now: dt.datetime
    limits: AlertLimits
    zone: str
    """In which days begin and end for the organisation."""


@dataclass(frozen=True)
class _Counted:
    """What the ledger counts."""

    state: LedgerState
    ledger: LedgerCounts | None = None
    trouble: LedgerError | None = None
    letters: Mapping[tuple[str, Number], LetterCounts] = field(default_factory=dict)
    declared: Mapping[tuple[str, int], DeclarationCounts] = field(default_factory=dict)


def _count(open_ledger: Callable[[], Ledger], asked: _Asked) -> _Counted:
    try:
        ledger = open_ledger()
        letters, declared = {}, {}
        for policy_id, releases in asked.lines.items():
            for one in _letters(ledger, policy_id, releases, releases.today(asked.now)):
                letters[policy_id, one[0].number] = one[1]
            for major, counts in ledger.count_declarations(policy_id).items():
                declared[policy_id, major] = counts
        found = _ledger_counts(ledger, asked)
    except LedgerError as error:
        return _Counted(LedgerState.CLOSED, trouble=error)
    doubtful = sum(one.states.get(DeliveryState.IN_DOUBT, 0) for one in letters.values())
    if found.restored:
        doubtful += found.receipts.states.get(DeliveryState.IN_DOUBT, 0)
        found = replace(found, restored=replace(found.restored, doubtful=doubtful))
    return _Counted(LedgerState.OPEN, found, None, letters, declared)


def _ledger_counts(ledger: Ledger, asked: _Asked) -> LedgerCounts:
    overdue = asked.now - dt.timedelta(days=asked.limits.mail)
    return LedgerCounts(
        identity=ledger.identity,
        recipients=ledger.count_recipients(),
        receipts=ledger.count_receipts(asked.now, ALERT_PATIENCE),
        messages=ledger.count_messages(asked.lines, overdue, asked.now - ALERT_PATIENCE),
        requests=ledger.count_requests(day_in(asked.now, asked.zone), asked.limits.requests),
        restored=ledger.last_restored(),
        owner=ledger.owning_role(),
        shards=ledger.count_shards(WORKER_PATIENCE),
    )


def _letters(
    ledger: Ledger, policy_id: str, releases: Releases, today: dt.date
) -> list[tuple[Release, LetterCounts]]:
    """The letters about each release: to do are those that `send` would send, by its own rule."""
    counted = ledger.count_letters(policy_id)
    found, binding = [], binding_notice(releases, today)
    for release in releases:
        own = counted.get(str(release.number), {})
        put_off = own.get(DeliveryState.TO_DO, 0) if release.notice else 0
        to_do = new = put_off
        if may_be_told(release, releases, today):
            due = ledger.due(release, releases)
            to_do, new = due.to_tell, due.new
        apart = ledger.letters_apart(release) if own else 0
        closed = ledger.unsettled_apart(release) if apart else {}
        binds = binding is not None and binding.release.number == release.number
        untold = ledger.count_untold(binding, releases) if binding and binds else 0
        reminders = _reminders(ledger, release, releases, today)
        counts = LetterCounts(own, to_do, new, apart, closed, untold, reminders)
        found.append((release, counts))
    return found


def _reminders(
    ledger: Ledger, release: Release, releases: Releases, today: dt.date
) -> ReminderStanding | None:
    """Where the reminders of a release stand; None: nobody may be reminded of it on this day."""
    window = sealed_window(release)
    if window is None or not window.holds(today):
        return None
    if releases.is_retracted(release) or told_instead(release, releases):
        return None
    return ledger.reminder_standing(release, window)


def _policy(
    name: str,
    asked: _Asked,
    counted: _Counted,
    built: BuiltVersions | None,
    closed: Mapping[str, PublisherError],
) -> PolicyStatus:
    releases = asked.lines[name]
    today = releases.today(asked.now)
    return PolicyStatus(
        name,
        list(_releases(releases, today, counted, asked.limits.record)),
        site_lag(releases, today, built),
        signing_keys(signers_of_next([r.policy.signers for r in releases])),
        behind(releases, asked.now),
        closed.get(name),
        today,
    )


def _releases(
    releases: Releases, today: dt.date, counted: _Counted, ahead: int
) -> Sequence[ReleaseStatus]:
    is_open = counted.state is LedgerState.OPEN
    lacking = {one.release.number: one for one in unrecorded(releases, today, ahead)}
    return [
        release_status(
            one,
            releases,
            today,
            counted.letters.get((one.policy.id, one.number)),
            counted.declared.get((one.policy.id, one.number.major), DeclarationCounts())
            if is_open
            else None,
            lacking.get(one.number),
        )
        for one in releases
    ]
