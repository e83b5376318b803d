"""Reminders of the last day to opt out: `publisher remind`."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from publisher.actions import silent
from publisher.actions.adopt_release import AdoptionOrder, adopt_release
from publisher.actions.evidence import evidence
from publisher.actions.plan_reminding import plan_reminding
from publisher.actions.remind import remind
from publisher.actions.remove_recipients import remove_recipients
from publisher.actions.status import status
from publisher.actions.verify_evidence import verify_evidence
from publisher.actions.verify_ledger import LedgerOrder, verify_ledger
from publisher.answers.alerts import AlertId
from publisher.answers.status_report import StatusReport
from publisher.edges.ledger.reminders import ReminderMark
from publisher.edges.project import Project
from publisher.errors import LedgerError, MovedError, NotToldError, SendError
from publisher.letters.splicing import KeptLetter
from publisher.people.messages import Filed
from publisher.people.reminding import ReminderState
from tests.fixtures.answers import declare, reply, take
from tests.fixtures.houses import (
    CUSTOMERS,
    NOW,
    TWO,
    import_customers,
    letter_states,
    make,
    postpone,
    send_letters,
    spooled,
    token,
    workplace,
)
from tests.fixtures.letters import read_message
from tests.fixtures.relays import Keeps, real

pytestmark = pytest.mark.usefixtures("each_engine")

DUE = dt.datetime(2027, 2, 21, 0, 0, tzinfo=dt.UTC)
"""A week before the last day to opt out, at its first moment."""
DAY = dt.timedelta(1)
FIVE = CUSTOMERS + b"c-4,dora@other.example,Dora\nc-5,eve@other.example,Eve\n"


def house(root: Path, port: int = 0) -> Project:
    project = make(root, port=port, remind_days_before=7)
    import_customers(project, FIVE)
    return project


def run(project: Project, now: dt.datetime) -> dict[ReminderState, int]:
    return dict(remind(workplace(project, now), "privacy", TWO, silent).states)


def test_who_was_told_and_said_nothing_is_reminded_once(tmp_path: Path) -> None:
    project = house(tmp_path)
    send_letters(project)
    notices = len(spooled(project))
    before = letter_states(project)
    declare(project, token(project, "c-1"), moment=NOW)
    import_customers(project, FIVE + b"c-6,finn@other.example,\n")
    remove_recipients(workplace(project), ["c-2"], None)

    # Nobody before its day; on it, who was told, is still told and has declared nothing.
    assert run(project, DUE - dt.timedelta(seconds=1)) == {}
    plan = plan_reminding(workplace(project, DUE), "privacy", TWO)
    assert (plan.count, plan.reminded.to_remind) == (3, 3)
    assert "  to remind  3 who were told before 21 February 2027" in "\n".join(plan.lines())
    assert run(project, DUE) == {ReminderState.ACCEPTED: 3}
    assert run(project, DUE + DAY) == {}
    assert len(spooled(project)) == notices + 3

    # It is a letter of its own, sealed with the release, that leaves the notice as it was.
    sent = [read_message(one) for one in spooled(project)]
    own = [one for one in sent if "you may opt out" in str(one["Subject"])]
    assert len(own) == 3
    assert len({one["Message-ID"] for one in sent}) == len(sent)
    assert own[0]["Policy-Release"] == sent[0]["Policy-Release"]
    assert {**letter_states(project), **before} == {**before, "c-6": "to do"}

    # It is on record, with the letter; the ledger is sound, and a rebuild knows it still.
    found = verify_ledger(workplace(project, DUE + DAY), LedgerOrder(), silent)
    assert found.sound, found.findings
    file = tmp_path / ".publisher/c-3.json"
    evidence(workplace(project, DUE + DAY), "privacy", "c-3", None, file)
    assert file.read_text("utf-8").count('"reminded"') == 2  # handed over, and taken
    assert not verify_evidence(workplace(project), file, None).findings


def test_whoever_answers_it_opts_out_as_by_the_notice(tmp_path: Path) -> None:
    project = house(tmp_path)
    send_letters(project)
    run(project, DUE)
    raw = next(one for one in spooled(project) if "you may" in read_message(one)["Subject"])
    letter = read_message(raw)
    part = letter.get_body(("plain",))
    assert part
    quoted = "\n".join(f"> {line}" for line in part.get_content().splitlines())
    answer = reply(project, f"I opt out\n\n{quoted}", to=str(letter["Reply-To"]))
    assert take(project, answer, now=DUE).filed is Filed.OPT_OUT


def test_outside_of_the_days_for_it_and_without_one_nobody_is_reminded(tmp_path: Path) -> None:
    project = house(tmp_path)
    send_letters(project)
    plan = plan_reminding(workplace(project, DUE - DAY), "privacy", TWO)
    assert plan.lines()[-1] == "Nobody is reminded before 21 February 2027."
    late = plan_reminding(workplace(project, DUE + 8 * DAY), "privacy", TWO)
    assert late.lines()[-1] == "Nobody is reminded any more: the last day was 28 February 2027."
    assert run(project, DUE + 8 * DAY) == {}
    # Whose day was moved are told of the other one, and reminded of that.
    third = postpone(project, dt.date(2027, 4, 1))
    with pytest.raises(SendError, match=r"2\.1 has taken the place of 2"):
        run(project, DUE)
    moved = plan_reminding(workplace(project, DUE), "privacy", third.number)
    assert (moved.window.first, moved.reminded.to_remind) == (dt.date(2027, 3, 24), 0)
    send_letters(project, third.number)
    moved = plan_reminding(workplace(project, DUE), "privacy", third.number)
    assert moved.reminded.to_remind == 5

    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(SendError, match="no reminder was sealed with release 2"):
        run(make(other), DUE)


def test_a_ledger_that_takes_the_release_up_may_not_know_who_was_reminded(tmp_path: Path) -> None:
    project = house(tmp_path)
    send_letters(project)
    shutil.rmtree(tmp_path / ".publisher/sent")  # a copy laid down on another machine
    order = AdoptionOrder("privacy", TWO, confirmed=True, elsewhere=True)
    # Before anybody could be reminded, nothing is unknown.
    adopt_release(workplace(project, DUE - DAY), order)
    assert plan_reminding(workplace(project, DUE), "privacy", TWO).count == 5
    shutil.rmtree(tmp_path / ".publisher/sent")
    adopt_release(workplace(project, DUE), order)
    plan = plan_reminding(workplace(project, DUE), "privacy", TWO)
    assert plan.lines()[-1] == (
        "Nobody is reminded: since 2027-02-21 this ledger goes on from a copy, or for another "
        "one, and may not know who had a reminder."
    )
    assert run(project, DUE) == {}
    found = status(workplace(project, DUE), ["privacy"])
    assert AlertId.REMINDER_DUE not in {one.id for one in found.alerts}


def test_what_happens_meanwhile_keeps_a_reminder_back(tmp_path: Path) -> None:
    project = house(tmp_path)
    send_letters(project)
    work = workplace(project, DUE)
    release, ledger = work.archive.release("privacy", TWO), work.ledger
    whom = {one.customer: one for one in ledger.to_remind(release, DUE, 0, 9)}
    assert sorted(whom) == ["c-1", "c-2", "c-3", "c-4", "c-5"]
    marks = {
        name: ReminderMark(one, f"<{name}>", KeptLetter(b"", "")) for name, one in whom.items()
    }
    declare(project, token(project, "c-1"), moment=NOW)
    remove_recipients(work, ["c-2"], None)
    import_customers(project, FIVE.replace(b"cleo@", b"chloe@"), DUE)
    some = [marks[name] for name in ("c-1", "c-2", "c-3", "c-4")]
    kept_back = ledger.note_reminders(release, some, [], DUE)
    assert {number: type(why) for number, why in kept_back.items()} == {
        whom["c-1"].number: NotToldError,
        whom["c-3"].number: MovedError,
    }  # c-2 is on the list again
    with pytest.raises(LedgerError, match="another run has sent this reminder"):
        ledger.note_reminders(release, [marks["c-4"]], [], DUE)
    # Who was marked and nothing else is known of may have theirs, and gets no other.
    found = ledger.reminded(release, DUE)
    assert found.states == {ReminderState.IN_DOUBT: 2}
    assert [one.customer for one in ledger.to_remind(release, DUE, 0, 9)] == ["c-3", "c-5"]


def test_what_a_relay_does_is_on_record_and_in_doubt_is_not_sent_again(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = house(tmp_path, port)
        send_letters(project)
        keeps.refusals = {
            "anna@customer.example": "550 5.1.1 no such user",
            "ben@customer.example": "451 4.7.1 greylisted",
        }
        first = run(project, DUE)
        assert first == {
            ReminderState.ACCEPTED: 3,
            ReminderState.REFUSED: 1,
            ReminderState.PUT_OFF: 1,
        }
        assert set(letter_states(project).values()) == {"accepted"}  # of the notice
        keeps.refusals = {}
        assert run(project, DUE + DAY) == {ReminderState.ACCEPTED: 1}
        assert run(project, DUE + DAY) == {}
    assert len(keeps.told) == 5 + 4


def test_a_person_is_called_on_the_days_for_it(tmp_path: Path) -> None:
    project = house(tmp_path)
    send_letters(project)

    def asked(moment: dt.datetime) -> StatusReport:
        return status(workplace(project, moment), ["privacy"])

    def of_reminders(report: StatusReport) -> list[str]:
        return [one.what for one in report.alerts if one.id is AlertId.REMINDER_DUE]

    assert of_reminders(asked(DUE - dt.timedelta(seconds=1))) == []
    (called,) = of_reminders(found := asked(DUE))
    assert called == (
        "5 recipients are to be reminded of version 2, and the last day to opt out is "
        "28 February 2027, in 7 days"
    )
    block = next(one for one in found.blocks() if one.heading == "privacy: reminders")
    assert block.rows == [("release 2", "until 28 February 2027", "5 to remind")]
    # What it prints is what helps.
    (remedy,) = {one.remedy for one in found.alerts if one.id is AlertId.REMINDER_DUE}
    assert remedy == "publisher remind 2 --confirm"
    run(project, DUE)
    found = asked(DUE)
    assert of_reminders(found) == []
    (value,) = [
        one["reminders"]
        for one in json.loads(found.json())["policies"][0]["releases"]
        if one["number"] == "2"
    ]
    assert value == {"last": "2027-02-28", "to_remind": 0, "reminded": {"accepted": 5}}
    # After the last day nothing is said of it any more.
    later = json.loads(asked(DUE + 8 * DAY).json())["policies"][0]["releases"]
    assert {one["reminders"] for one in later} == {None}


def test_a_reminder_goes_to_the_address_of_its_moment(tmp_path: Path) -> None:
    before = list[str]()

    class Correcting(Keeps):
        """Relays take time, in which people correct an address."""

        async def handle_RCPT(self, *about: Any) -> str:
            if before and about[3] == "cleo@other.example":
                import_customers(project, b"customer,address\nc-3,cleo@new.example\n", DUE)
            return await super().handle_RCPT(*about)

    keeps = Correcting()
    with real(keeps) as port:
        project = house(tmp_path, port)
        send_letters(project)
        before += keeps.told
        assert run(project, DUE) == {ReminderState.ACCEPTED: 5}
    assert "cleo@other.example" in before
    assert sorted(keeps.told[len(before) :]) == sorted(
        "cleo@new.example" if address == "cleo@other.example" else address for address in before
    )
