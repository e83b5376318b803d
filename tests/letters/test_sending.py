"""When a notice may be sent, when a run stops, and what a person is shown of both."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from publisher.errors import SendError
from publisher.letters.sending import (
    SendingPlan,
    SendingReport,
    require_current,
    require_in_time,
    require_notice,
    require_taken,
)
from publisher.people.deliveries import DeliveryState, Fate, Outcome
from publisher.people.due import Due
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from tests.fixtures.amendments import EFFECTIVE, LATER, amendments, supplemented

DAY = dt.timedelta(days=1)


def release(number: Number) -> Release:
    found = amendments().find(number)
    assert found is not None
    return found


TWO, POSTPONED = release(Number(2)), release(Number(2, 1))


def due(*new: int, to_tell: int = 2) -> Due:
    return Due(2, to_tell, told=2 - to_tell, agreed=0, in_doubt=0, refused=0, new=len(new))


NOBODY = Due(0, 0, 0, 0, 0, 0, 0)


# ── whether it may be sent ───────────────────────────────────────────────────────────────────────


def test_nobody_is_told_of_a_first_release_or_a_mere_correction() -> None:
    require_notice(TWO)
    with pytest.raises(SendError, match="release 1 is the first release: nobody is told of it"):
        require_notice(release(Number(1)))
    with pytest.raises(SendError, match=r"release 2\.1 is a correction: nobody is told of it"):
        require_notice(replace(POSTPONED, notice=""))


def test_a_postponed_release_is_not_announced_with_its_old_date() -> None:
    with pytest.raises(
        SendError, match=r"2\.1 has taken the place of 2: it applies from"
    ) as caught:
        require_current(TWO, amendments())
    assert caught.value.remedy == "publisher send 2.1"
    require_current(POSTPONED, amendments())
    # A supplement of the same day is another reason.
    with pytest.raises(SendError, match=r"2\.1 has taken .* of 2: its letters say what those bef"):
        require_current(TWO, supplemented())
    silent = replace(POSTPONED, notice="")
    require_current(TWO, Releases((release(Number(1)), TWO, silent)))


def test_there_has_to_be_somebody_to_tell() -> None:
    with pytest.raises(SendError, match="there is no recipient to tell") as caught:
        require_in_time(TWO, amendments(), NOBODY, dt.date(2027, 1, 10))
    assert caught.value.remedy == "publisher recipients import FILE.csv"


def test_the_notice_period_is_kept_to_the_day() -> None:
    last = EFFECTIVE - 30 * DAY
    require_in_time(TWO, amendments(), due(1, 2), last)
    with pytest.raises(SendError, match="2 recipients would be told today") as caught:
        require_in_time(TWO, amendments(), due(1, 2), last + DAY)
    assert str(caught.value.remedy).endswith("--effective 2027-03-02")


def test_who_was_told_of_an_earlier_date_needs_no_new_period() -> None:
    late = LATER - DAY
    require_in_time(POSTPONED, amendments(), due(), late)
    with pytest.raises(SendError, match="1 recipient would be told today"):
        require_in_time(POSTPONED, amendments(), due(2), late)


def test_nobody_is_told_of_what_applies_already() -> None:
    with pytest.raises(SendError, match="was announced for 2027-04-01: a notice would come too"):
        require_in_time(POSTPONED, amendments(), due(), LATER)


def test_nothing_is_too_late_once_everybody_was_told() -> None:
    require_in_time(TWO, amendments(), due(to_tell=0), EFFECTIVE + 99 * DAY)


# ── a test letter ────────────────────────────────────────────────────────────────────────────────

ACCEPTED = Outcome(Fate.ACCEPTED, "250 2.0.0 taken")
LOST = Outcome(Fate.LATER, "the connection was lost before the end of the letter")
DOUBTFUL = Outcome(Fate.UNKNOWN, "no reply after the end of the letter")
BLOCKED = Outcome(Fate.REFUSED, "550 5.7.1 blocked")


def test_a_test_letter_that_was_not_taken_is_told() -> None:
    require_taken(ACCEPTED, "me@hosting.example")
    for outcome in (LOST, DOUBTFUL, BLOCKED):
        with pytest.raises(SendError, match="the test letter was not taken"):
            require_taken(outcome, "me@hosting.example")


# ── what a person is shown ───────────────────────────────────────────────────────────────────────


def test_the_plan_in_words() -> None:
    some = Due(3, 1, told=0, agreed=1, in_doubt=1, refused=0, new=1)
    plan = SendingPlan(TWO, some, "from@x.example", "relay:587", "policy.pdf", "it is 1980")
    assert plan.lines() == [
        "Privacy Policy, version 2: applies from 1 March 2027, opting out until 28 February 2027",
        "  letter   Privacy Policy: version 2 applies from 1 March 2027",
        "  from     from@x.example",
        "  by       relay:587",
        "  to tell  1 of 3 recipients",
        "  with     policy.pdf",
        "  to mend  it is 1980: set the clock of this machine first",
        "  agreed   1",
        "  in doubt 1",
    ]


def test_the_plan_says_what_speaks_against_it() -> None:
    some = Due(39_000, 1200, told=37_800, agreed=0, in_doubt=0, refused=0, new=0)
    plan = SendingPlan(TWO, some, "from@x.example", "relay:587", "", "", "no key", 1001, 2)
    assert plan.lines()[4:] == [
        "  to tell  1,200 of 39,000 recipients",
        "  to mend  no key",
        "  beware   1,001 of them have a letter about a later version already: they would get the "
        "older one after it",
        "  told     37,800",
        "  removed  2",
    ]


def test_the_report_in_words() -> None:
    states = [DeliveryState.ACCEPTED] * 4 + [DeliveryState.TO_DO, DeliveryState.IN_DOUBT]
    report = SendingReport.of(Counter([*states, DeliveryState.REFUSED]))
    assert report == SendingReport(accepted=4, refused=1, later=1, in_doubt=1)
    assert report.unsettled == 3
    assert len(report.lines()) == 4
    assert [step.partition(": ")[2] for step in report.next_steps(Number(2, 1))] == [
        "publisher send 2.1 --confirm", "publisher resolve 2.1",
    ]  # fmt: skip
    assert SendingReport(9, 0, 0, 0).next_steps(Number(2)) == []
    assert SendingReport(39_000, 0, 0, 0).lines() == ["39,000 accepted by the carrier"]
    assert SendingReport.of(Counter()).lines() == ["0 accepted by the carrier"]
