"""What a person has to see to now: alerts, each with a name that stays, words, and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.answers.alert_limits import AlertLimits
from publisher.answers.outstanding import SETTLED_BY_HAND
from publisher.answers.policy_status import (
    LedgerCounts,
    LetterCounts,
    MessageCounts,
    PolicyStatus,
    ProjectStatus,
    ReceiptCounts,
    ReleaseStatus,
    RequestCounts,
)
from publisher.errors import PublisherError
from publisher.people.reminding import ReminderStanding
from publisher.releases.key_ends import NEVER, SigningKey
from publisher.releases.release import Release
from publisher.releases.unrecorded import Unrecorded, in_one
from publisher.wording.dates import long_date, moved

ALERT_PATIENCE = dt.timedelta(hours=1)
"""How long a receipt may be to do, and a mail unread, before somebody looks why."""
RESTORED_FOR = dt.timedelta(days=7)
"""How long after it was put back a ledger is told of in any case."""


class AlertId(StrEnum):
    """The names of alerts, which stay; `docs/machine-readable.md` has them in a table."""

    LETTERS_OPEN = "letters-open"
    NOTICE_LATE = "notice-late"
    NOTICE_UNRECORDED = "notice-unrecorded"
    REMINDER_DUE = "reminder-due"
    SHARDS_WAITING = "shards-waiting"
    RECEIPTS_STUCK = "receipts-stuck"
    MAIL_WAITING = "mail-waiting"
    MAIL_UNREAD = "mail-unread"
    REQUEST_DUE = "request-due"
    REQUEST_OVERDUE = "request-overdue"
    SITE_BEHIND = "site-behind"
    KEY_ENDS = "key-ends"
    CLOCK_BEHIND = "clock-behind"
    ACT_UNFINISHED = "act-unfinished"
    POLICY_CLOSED = "policy-closed"
    LEDGER_RESTORED = "ledger-restored"
    LEDGER_OWNER = "ledger-owner"
    LEDGER_CLOSED = "ledger-closed"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a person has to see to."""

    id: AlertId
    what: str
    remedy: str
    policy: str = ""
    """Which policy it is about; empty: all."""
    release: str = ""


def alerts_of(status: ProjectStatus, limits: AlertLimits) -> tuple[Alert, ...]:
    """What a person has to see to, what belongs together side by side.

    Args:
        status: where everything stands.
        limits: from when on a person is called.
    """
    found: list[Alert] = []
    for policy in status.policies:
        found += _about_policy(policy, status, limits)
    for place, doing, remedy in status.unfinished:
        what = f"versions/{place}: {doing} is at work, or was cut off"
        policy_id, _, number = place.partition("/")
        found.append(Alert(AlertId.ACT_UNFINISHED, what, remedy, policy_id, number))
    if status.ledger:
        found += _about_ledger(status.ledger, status.at, limits)
    if error := status.trouble:
        found.append(Alert(AlertId.LEDGER_CLOSED, _in_a_line(error), error.remedy))
    return tuple(found)


def _in_a_line(error: PublisherError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


def _about_policy(
    policy: PolicyStatus, status: ProjectStatus, limits: AlertLimits
) -> Iterator[Alert]:
    own, today = policy.policy_id, policy.today
    if policy.trouble:
        yield Alert(AlertId.POLICY_CLOSED, _in_a_line(policy.trouble), policy.trouble.remedy, own)
    counts = {one.release.number: one.letters for one in policy.releases}
    for one in policy.releases:
        if one.tell_until and one.letters:
            yield from _letters(one, one.letters, today, limits)
        if one.letters and one.letters.untold:
            yield _untold(one, one.letters)
        if one.letters and one.letters.reminders:
            yield from _reminder(one.release, one.letters.reminders, today)
        if lacks := one.unrecorded:
            yield from _unrecorded(lacks, counts.get(lacks.told_by.number), limits)
    if policy.site_lag:
        yield Alert(AlertId.SITE_BEHIND, policy.site_lag, "publisher build", own)
    if told := _keys(policy.keys, status.at, limits):
        remedy = f"name another key in policy/{own}/signers, and freeze with this one in time"
        yield Alert(AlertId.KEY_ENDS, told, remedy, own)
    if policy.clock_fault:
        remedy = "set the clock of this machine"
        yield Alert(AlertId.CLOCK_BEHIND, policy.clock_fault, remedy, own)


# ── letters ──────────────────────────────────────────────────────────────────────────────────────


def _letters(
    one: ReleaseStatus, letters: LetterCounts, today: dt.date, limits: AlertLimits
) -> Iterator[Alert]:
    """Letters that are open while the days run out, and those for which they have."""
    release = one.release
    assert release.effective is not None
    assert one.tell_until is not None
    about = (release.policy.id, str(release.number))
    late = letters.new if today > one.tell_until else 0
    if late:
        yield Alert(
            AlertId.NOTICE_LATE,
            f"{_counted(late, 'recipient')} can no longer be told of version {release.number} in "
            f"time: their notice period had to begin on {long_date(one.tell_until)}, for it "
            f"applies from {long_date(release.effective)}",
            f"postpone it: publisher freeze --correction --effective {one.lawful}",
            *about,
        )
    # Who was told of an earlier date needs no new notice period.
    last = moved(release.effective, -1) if today > one.tell_until else one.tell_until
    left = (last - today).days
    count = letters.to_do - late + letters.unsettled
    if count > 0 and left < limits.letters:
        # A run that leaves letters to see to says so by its exit code, hence no `&&`.
        steps = [f"publisher send {release.number} --confirm"] if letters.to_do > late else []
        steps += [f"publisher resolve {release.number}"] if letters.unsettled else []
        yield Alert(
            AlertId.LETTERS_OPEN,
            f"{_counted(count, 'letter')} about version {release.number} "
            f"{'is' if count == 1 else 'are'} open ({_in_words(letters)}), and the last day to "
            f"tell somebody of it is {long_date(last)}, {_ahead(left)}",
            "; ".join(steps),
            *about,
        )


def _untold(one: ReleaseStatus, letters: LetterCounts) -> Alert:
    """That a version is in force, and somebody was not told of it."""
    number, count = one.release.number, letters.untold
    were = "was" if count == 1 else "were"
    return Alert(
        AlertId.NOTICE_LATE,
        f"{_counted(count, 'recipient')} {were} not told of version {number}, which is in force: "
        "the version before it goes on applying to them",
        f"tell them in another way, and record it: publisher resolve {number} CUSTOMER --otherwise "
        f'"by post", or --all; of who joined with it, say so by a list with the column `version`: '
        "publisher recipients import FILE.csv",
        one.release.policy.id,
        str(number),
    )


def _reminder(release: Release, standing: ReminderStanding, today: dt.date) -> Iterator[Alert]:
    """That people are to be reminded: the sealed letter says that they are, so it is no choice."""
    count, last = standing.due(today), standing.window.last
    if count:
        verb = "is" if count == 1 else "are"
        yield Alert(
            AlertId.REMINDER_DUE,
            f"{_counted(count, 'recipient')} {verb} to be reminded of version {release.number}, "
            f"and the last day to opt out is {long_date(last)}, {_ahead((last - today).days)}",
            f"publisher remind {release.number} --confirm",
            release.policy.id,
            str(release.number),
        )


def _unrecorded(
    one: Unrecorded, letters: LetterCounts | None, limits: AlertLimits
) -> Iterator[Alert]:
    """That nothing is on record of a notice, with the next step that fits what became of it."""
    number, about = one.told_by.number, (one.release.policy.id, str(one.release.number))
    if letters and (letters.to_do or letters.unsettled) and one.days > limits.record:
        return  # what is said of these letters says by when
    if letters and letters.to_do and one.in_time:
        steps = [f"publisher send {number} --confirm, then {one.record}"]
    elif letters and letters.unsettled:
        steps = [f"publisher resolve {number}, then {one.record}"]
    elif letters and letters.accepted and letters.all_apart:
        steps = [f'{one.record} --otherwise "by e-mail"']
    elif letters and letters.accepted:
        steps = [one.record]
    else:
        steps = []
    # Who was told of it, or may have been, can only be told of another day.
    known = letters and (letters.accepted or letters.unsettled)
    more = one.postponement if known else one.ways(ledger=letters is not None)
    yield Alert(AlertId.NOTICE_UNRECORDED, one.what, in_one([*steps, *more]), *about)


def _in_words(letters: LetterCounts) -> str:
    return ", ".join(f"{count} {state}" for state, count in letters.open_by_state.items())


def _ahead(days: int) -> str:
    return "today" if not days else f"in {_counted(days, 'day')}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────


def _keys(keys: Sequence[SigningKey], now: dt.datetime, limits: AlertLimits) -> str:
    """What to say of keys that end; empty: nothing.

    One that has ended is no matter while another can sign: so a key is taken out of use.
    """
    ended = [key for key in keys if key.ends <= now]
    if keys and len(ended) == len(keys):
        return f"no key can sign the next release: the last one ended on {_day(_last(keys))}"
    within = dt.timedelta(days=limits.keys)
    ending = [key for key in keys if now < key.ends != NEVER and key.ends - now < within]
    if not ending:
        return ""
    first = min(ending, key=lambda key: key.ends)
    more = f", and {len(ending) - 1} more end soon" if len(ending) > 1 else ""
    return f"the key of {first.name} ends on {_day(first.ends)}{more}"


def _last(keys: Sequence[SigningKey]) -> dt.datetime:
    return max(key.ends for key in keys)


def _day(moment: dt.datetime) -> str:
    return long_date(moment.date())


# ── what the ledger holds ────────────────────────────────────────────────────────────────────────


def _about_ledger(ledger: LedgerCounts, now: dt.datetime, limits: AlertLimits) -> Iterator[Alert]:
    if (shards := ledger.shards) and shards.waiting and not shards.workers:
        verb = "waits" if shards.waiting == 1 else "wait"
        what = f"{_counted(shards.waiting, 'shard')} of letters {verb}, and no worker gives a sign"
        yield Alert(AlertId.SHARDS_WAITING, what, "publisher worker")
    yield from _receipts(ledger.receipts)
    yield from _messages(ledger.messages, limits)
    yield from _requests(ledger.requests, limits)
    restored = ledger.restored
    if restored and (restored.doubtful or now - restored.at < RESTORED_FOR):
        copied = f" from a copy of {_moment(restored.copied)}" if restored.copied else ""
        doubtful = f"; {restored.doubtful:,} letters and receipts are in doubt"
        what = f"the ledger was put back on {_moment(restored.at)}{copied}"
        what += doubtful if restored.doubtful else ""
        remedy = "look in the relay's log for what was sent and received since the copy; "
        remedy += "publisher resolve RELEASE and publisher receipts list what is in doubt"
        yield Alert(AlertId.LEDGER_RESTORED, what, remedy)
    if ledger.owner:
        what = f"the role `{ledger.owner}` owns the ledger's tables: it could alter events"
        remedy = "have another role own them, and use the ledger by one that owns none"
        yield Alert(AlertId.LEDGER_OWNER, what, remedy)


def _receipts(receipts: ReceiptCounts) -> Iterator[Alert]:
    overdue = receipts.overdue
    parts = [f"{overdue:,} to do for longer than an hour"] if overdue else []
    parts += [f"{n:,} {s}" for s in SETTLED_BY_HAND if (n := receipts.states.get(s, 0))]
    if parts:
        what = f"receipts are stuck: {', '.join(parts)}"
        by_hand = len(parts) > bool(overdue)
        remedy = "publisher receipts" if by_hand else "publisher receipts send"
        yield Alert(AlertId.RECEIPTS_STUCK, what, remedy)


def _messages(messages: MessageCounts, limits: AlertLimits) -> Iterator[Alert]:
    if messages.overdue:
        oldest = messages.oldest[0]
        what = (
            f"{_counted(messages.overdue, 'mail')} waited longer than "
            f"{_counted(limits.mail, 'day')} for a person, the oldest (message {oldest.id}) since "
            f"{_moment(oldest.received)}"
        )
        yield Alert(AlertId.MAIL_WAITING, what, "publisher requests")
    if messages.unread:
        what = f"{_counted(messages.unread, 'mail')} that came over an hour ago is not read yet"
        yield Alert(AlertId.MAIL_UNREAD, what, "publisher requests")


def _requests(requests: RequestCounts, limits: AlertLimits) -> Iterator[Alert]:
    """Requests whose day has passed, or is near."""
    if first := requests.first_overdue:
        verb = "is" if requests.overdue == 1 else "are"
        what = (
            f"{_counted(requests.overdue, 'request')} of customers {verb} overdue, the first "
            f"({first.receipt}) since {long_date(first.due)}"
        )
        yield Alert(AlertId.REQUEST_OVERDUE, what, "publisher requests --state overdue")
    if requests.soon and (first := requests.next_due):
        verb, days = "is" if requests.soon == 1 else "are", _counted(limits.requests, "day")
        what = (
            f"{_counted(requests.soon, 'request')} of customers {verb} due within {days}, the "
            f"first ({first.receipt}) on {long_date(first.due)}"
        )
        yield Alert(AlertId.REQUEST_DUE, what, f"publisher requests show {first.receipt}")


def _moment(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
