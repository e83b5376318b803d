"""When a person is called: alerts, their names, their limits."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace

import pytest

from publisher.answers.alert_limits import AlertLimits
from publisher.answers.alerts import Alert, AlertId, alerts_of
from publisher.answers.policy_status import (
    LedgerCounts,
    LedgerState,
    LetterCounts,
    MessageCounts,
    PolicyStatus,
    ProjectStatus,
    ReceiptCounts,
    Restored,
    release_status,
)
from publisher.errors import LedgerError, SealError
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Filed, Message
from publisher.releases.key_ends import NEVER, SigningKey
from tests import ROOT
from tests.fixtures.amendments import PUBLISHED, amendments

LIMITS = AlertLimits()
TO_DO, DOUBT, REFUSED = DeliveryState.TO_DO, DeliveryState.IN_DOUBT, DeliveryState.REFUSED
NOTHING = PolicyStatus("privacy", (), "", (), "")
LEDGER = LedgerCounts("identity", 3)


def project(policy: PolicyStatus = NOTHING, ledger: LedgerCounts | None = LEDGER) -> ProjectStatus:
    state = LedgerState.OPEN if ledger else LedgerState.NONE
    return ProjectStatus(PUBLISHED, [policy], state, ledger)


def of_ledger(ledger: LedgerCounts, limits: AlertLimits = LIMITS) -> list[Alert]:
    return list(alerts_of(project(ledger=ledger), limits))


def ids(found: ProjectStatus, limits: AlertLimits = LIMITS) -> list[str]:
    return [alert.id.value for alert in alerts_of(found, limits)]


def on(day: str, letters: LetterCounts, place: int = 2) -> ProjectStatus:
    """How 2.1 stands on a day: it applies from 1 April, and 2 March is the last day to tell."""
    releases = amendments()
    today = dt.date.fromisoformat(day)
    one = release_status(releases[place], releases, today, letters, None)
    found = project(replace(NOTHING, releases=[one], today=today))
    return replace(found, at=dt.datetime.combine(today, dt.time(12), dt.UTC))


OPEN, LATE = "letters-open", "notice-late"


@pytest.mark.parametrize(
    ("day", "letters", "expected"),
    [
        ("2027-02-23", LetterCounts({}, 3, 3), []),  # seven days are left
        ("2027-02-24", LetterCounts({}, 3, 3), [OPEN]),
        ("2027-03-02", LetterCounts({}, 3, 3), [OPEN]),
        ("2027-03-03", LetterCounts({}, 3, 3), [LATE]),
        ("2027-03-03", LetterCounts({}, 3, 0), []),  # all of them know of the release
        ("2027-03-26", LetterCounts({}, 3, 0), [OPEN]),
        ("2027-03-26", LetterCounts({REFUSED: 1}, 3, 2), [LATE, OPEN]),
        ("2027-03-31", LetterCounts({}, 3, 3), [LATE]),
        ("2027-04-01", LetterCounts({}, 3, 3), []),  # in force
        ("2027-03-01", LetterCounts({DeliveryState.ACCEPTED: 9}), []),
        ("2027-03-01", LetterCounts({DOUBT: 1}), [OPEN]),
        ("2027-03-01", LetterCounts({REFUSED: 1}), [OPEN]),
        ("2027-03-01", LetterCounts({DeliveryState.BOUNCED: 1}), [OPEN]),
        ("2027-03-01", LetterCounts({TO_DO: 1}, 1, 1), [OPEN]),
    ],
)
def test_letters_are_open_until_their_day_has_passed(
    day: str, letters: LetterCounts, expected: list[str]
) -> None:
    assert ids(on(day, letters)) == expected


def test_nobody_is_called_for_a_release_whose_date_was_moved() -> None:
    assert ids(on("2027-02-28", LetterCounts({REFUSED: 4}, 3, 3), place=1)) == []


def test_the_limit_of_days_is_an_option() -> None:
    letters = LetterCounts({}, 1, 1)
    assert ids(on("2027-02-10", letters), AlertLimits(letters=20)) == []
    assert ids(on("2027-02-11", letters), AlertLimits(letters=20)) == [OPEN]
    assert ids(on("2027-03-02", letters), AlertLimits(letters=0)) == []
    assert ids(on("2027-03-03", letters), AlertLimits(letters=0)) == [LATE]


def test_letters_are_told_with_what_to_do() -> None:
    (one,) = alerts_of(on("2027-03-01", LetterCounts({REFUSED: 1, TO_DO: 2}, 5, 5)), LIMITS)
    assert one.what == (
        "6 letters about version 2.1 are open (1 refused, 5 to do), and the last day to tell "
        "somebody of it is 2 March 2027, in 1 day"
    )
    assert (one.remedy, one.policy, one.release) == (
        "publisher send 2.1 --confirm; publisher resolve 2.1", "privacy", "2.1",
    )  # fmt: skip
    (one,) = alerts_of(on("2027-03-02", LetterCounts({DOUBT: 1})), LIMITS)
    assert "1 letter about version 2.1 is open (1 in doubt)" in one.what
    assert one.what.endswith("2 March 2027, today")
    assert one.remedy == "publisher resolve 2.1"
    (one,) = alerts_of(on("2027-03-03", LetterCounts({}, 1, 1)), LIMITS)
    assert "1 recipient can no longer be told of version 2.1 in time" in one.what
    assert one.remedy.endswith("publisher freeze --correction --effective 2027-04-02")


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────


def key(days: float | None, name: str = "legal") -> SigningKey:
    ends = NEVER if days is None else PUBLISHED + dt.timedelta(days=days)
    return SigningKey(name, f"SHA256:{name}", ends)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], ""),
        ([None], ""),
        ([None, 31], ""),
        ([30], ""),
        ([29.9], "the key of legal ends on 9 February 2027"),
        ([None, 3, 2], "ends on 12 January 2027, and 1 more end soon"),
        ([None, -1], ""),  # taken out of use
        ([40, -1], ""),
        ([-1], "no key can sign the next release: the last one ended on 9 January 2027"),
        ([0, -5], "no key can sign"),
    ],
)
def test_a_key_that_ends(days: list[float | None], said: str) -> None:
    keys = [SigningKey("legal", str(n), key(one).ends) for n, one in enumerate(days)]
    found = alerts_of(project(replace(NOTHING, keys=keys)), LIMITS)
    assert [one.id for one in found] == ([AlertId.KEY_ENDS] if said else [])
    assert all(said in one.what and "policy/privacy/signers" in one.remedy for one in found)


def test_for_how_long_a_key_has_to_last_is_an_option() -> None:
    found = project(replace(NOTHING, keys=[key(29)]))
    assert ids(found, AlertLimits(keys=29)) == []
    assert ids(found, AlertLimits(keys=30)) == ["key-ends"]


# ── what the ledger holds ────────────────────────────────────────────────────────────────────────


def test_receipts_that_are_stuck() -> None:
    assert of_ledger(replace(LEDGER, receipts=ReceiptCounts({TO_DO: 4}))) == []
    (one,) = of_ledger(replace(LEDGER, receipts=ReceiptCounts({TO_DO: 4}, overdue=3)))
    assert one.what == "receipts are stuck: 3 to do for longer than an hour"
    assert one.remedy == "publisher receipts send"
    (one,) = of_ledger(replace(LEDGER, receipts=ReceiptCounts({TO_DO: 4, DOUBT: 1, REFUSED: 2}, 4)))
    assert one.what.endswith("4 to do for longer than an hour, 1 in doubt, 2 refused")
    assert one.remedy == "publisher receipts"


def test_mail_that_waited_too_long_or_was_not_read() -> None:
    mail = Message(7, PUBLISHED, "", Filed.UNCLEAR, "why", "", "", None, None, None)
    waiting = MessageCounts(3, (mail,))
    assert of_ledger(replace(LEDGER, messages=waiting)) == []
    (one,) = of_ledger(replace(LEDGER, messages=replace(waiting, overdue=2)), AlertLimits(mail=1))
    assert one.what == (
        "2 mails waited longer than 1 day for a person, the oldest (message 7) since "
        "2027-01-10 09:30 UTC"
    )
    (one,) = of_ledger(replace(LEDGER, messages=replace(waiting, unread=1)))
    assert one.id is AlertId.MAIL_UNREAD


def test_a_ledger_that_was_put_back() -> None:
    hour = dt.timedelta(hours=1)
    lately = Restored(PUBLISHED - 24 * hour, PUBLISHED - 30 * hour, 0)
    (one,) = of_ledger(replace(LEDGER, restored=lately))
    assert one.what == (
        "the ledger was put back on 2027-01-09 09:30 UTC from a copy of 2027-01-09 03:30 UTC"
    )
    long_ago = Restored(PUBLISHED - 24 * 7 * hour, None, 0)
    assert of_ledger(replace(LEDGER, restored=long_ago)) == []
    (one,) = of_ledger(replace(LEDGER, restored=replace(long_ago, doubtful=2)))
    assert one.what.endswith("09:30 UTC; 2 letters and receipts are in doubt")


def test_what_else_is_told() -> None:
    (owner,) = of_ledger(replace(LEDGER, owner="publisher"))
    assert (owner.id, "`publisher` owns" in owner.what) == (AlertId.LEDGER_OWNER, True)
    broken = LedgerError("it is no database", where="ledger.sqlite", remedy="put it back")
    closed = replace(project(ledger=None), ledger_state=LedgerState.CLOSED, trouble=broken)
    (one,) = alerts_of(closed, LIMITS)
    assert one == Alert(AlertId.LEDGER_CLOSED, "ledger.sqlite: it is no database", "put it back")
    altered = SealError("was altered", where="versions/privacy/2/notice.md", remedy="git restore .")
    (one,) = alerts_of(project(replace(NOTHING, trouble=altered)), LIMITS)
    assert (one.id.value, one.policy, one.remedy) == ("policy-closed", "privacy", "git restore .")
    assert one.what == "versions/privacy/2/notice.md: was altered"
    assert ids(project(ledger=None)) == []
    policy = replace(NOTHING, site_lag="the built site is old", clock_fault="the clock says 1970")
    cut = ("privacy/2", "the freeze of privacy/2", "publisher freeze")
    found = alerts_of(replace(project(policy), unfinished=[cut]), LIMITS)
    assert [(a.id.value, a.policy, a.release) for a in found] == [
        ("site-behind", "privacy", ""),
        ("clock-behind", "privacy", ""),
        ("act-unfinished", "privacy", "2"),
    ]


def test_every_name_is_documented() -> None:
    names = {one.value for one in AlertId}
    page = (ROOT / "docs/machine-readable.md").read_text("utf-8")
    table = page.split("## The status, for monitors")[1]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == {*names, "id"}
    schema = json.loads((ROOT / "docs/status.schema.json").read_text("utf-8"))
    assert set(schema["$defs"]["alert"]["properties"]["id"]["enum"]) == names
    for option, days in (("--days", 7), ("--mail-days", 5), ("--key-days", 30)):
        assert re.search(rf"{days} days \(`{option}`\)", table), option
    assert AlertLimits(7, 5, 30) == LIMITS
