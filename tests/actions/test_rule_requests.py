"""A person says what was done about requests: `publisher requests settle R-…`."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.actions.rule_requests import rule_requests
from publisher.answers.ruling import Ruling
from publisher.edges.project import Project
from publisher.errors import NotFoundError, RequestError
from publisher.people.handling import Handling, HandlingOutcome, HandlingState
from publisher.people.requests import RequestKind, receipt_of
from tests.fixtures.answers import asked_for, at, declare, reply, take
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, spooled, token
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

CORRECT, QUESTION, ERASE = RequestKind.CORRECT, RequestKind.QUESTION, RequestKind.ERASE
DONE, DECLINED = HandlingState.DONE, HandlingState.DECLINED
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def handling(project: Project, number: str) -> Handling:
    found = ledger_of(project).handling(receipt_of(number))
    assert found
    return found


def refused(house: House, *words: str, at: dt.datetime = NOW) -> str:
    done = house.run("requests", "settle", *words, at=at)
    assert done.exit_code == 2, done.output
    return " ".join(done.output.split())


def test_what_was_done_is_on_record_with_the_role(project: Project) -> None:
    house, number = House(project.root), asked_for(project, "c-2", CORRECT, "Ben")
    said = ("--done", "--words", "It says Ben now.", "--as", "support")
    assert house.ok("requests", "settle", number, *said, at=NOW) == (
        f"{number}: done; its customer is told by mail\n"
    )
    one = handling(project, number)
    assert (one.state, one.words, one.role) == (DONE, "It says Ben now.", "support")
    assert "Nothing waits" in house.ok("requests", at=NOW)
    again = refused(house, number, "--done")
    assert f"{number} is done already" in again
    assert f"publisher requests settle {number} --reopen" in again
    house.ok("requests", "settle", number, "--reopen", at=NOW)
    assert handling(project, number).state is HandlingState.OPEN
    assert "was not decided yet" in refused(house, number, "--reopen")
    house.ok("verify", "--ledger")


def test_several_are_decided_alike_or_none_is(project: Project) -> None:
    house = House(project.root)
    first, second = (asked_for(project, who, QUESTION, "?") for who in ("c-1", "c-2"))
    out = declare(project, token(project, "c-3")).request.receipt
    told = refused(house, first, second, out, "--done")
    assert f"{out} is recorded as “opt out”: nobody has to decide about it" in told
    assert f"publisher requests show {out}" in told
    for unknown in ("R-000099", "R-", "R-0", f"R-{10**30}", str(10**30), "R-\u0663"):
        assert f"there is no request {unknown}" in refused(house, first, unknown, "--done")
    assert handling(project, first).state is HandlingState.OPEN
    unproven = asked_for(project, "c-3", ERASE, confirmed=False)
    assert "was not confirmed" in refused(house, first, unproven, "--done")
    assert handling(project, first).state is HandlingState.OPEN
    house.ok("requests", "settle", first, second, first, "--done", at=NOW)
    states = [handling(project, one).state for one in (first, second, unproven)]
    assert states == [DONE, DONE, HandlingState.UNCONFIRMED]


def test_what_nobody_confirmed_is_done_only_by_who_knows_whose_it_is(project: Project) -> None:
    house, number = House(project.root), asked_for(project, "c-2", ERASE, confirmed=False)
    assert "--proven" in refused(house, number, "--done")
    house.ok("requests", "settle", number, "--done", "--proven", at=NOW)
    assert "which nothing from the address on record confirmed" in house.ok(
        "requests", "show", number, at=NOW
    )
    other = asked_for(project, "c-2", ERASE, confirmed=False)
    house.ok("requests", "settle", other, "--decline", "--words", "We asked twice.", at=NOW)
    assert handling(project, other).state is DECLINED


def test_who_declines_says_why(project: Project) -> None:
    house, number = House(project.root), asked_for(project, "c-2", CORRECT)
    assert "GDPR Art. 12(4)" in refused(house, number, "--decline")
    assert "GDPR Art. 12(4)" in refused(house, number, "--decline", "--words", " \n ")
    assert "cannot be shown" in refused(house, number, "--decline", "--words", "No\x1b[31m")
    assert "may be 4,000" in refused(house, number, "--decline", "--words", "n" * 4_001)
    words = "You told us this name yourself.\nYou may complain."
    house.ok("requests", "settle", number, "--decline", "--words", words, at=NOW)
    assert handling(project, number).words == words


def test_it_takes_longer_only_if_that_is_said_within_the_first_month(project: Project) -> None:
    house, number = House(project.root), asked_for(project, "c-2", RequestKind.ACCESS)
    longer = ("--extend", "--words", "There is much of it.")
    assert "GDPR Art. 12(3)" in refused(house, number, "--extend")
    last = dt.datetime(2027, 2, 10, 23, 59, tzinfo=dt.UTC)
    late = refused(house, number, *longer, at=last + DAY)
    assert f"{number} could be extended until 10 February 2027" in late
    said = house.ok("requests", "settle", number, *longer, at=last)
    assert said == f"{number}: extended, due 2027-04-10; its customer is told by mail\n"
    one = handling(project, number)
    assert (one.state, one.due) == (HandlingState.OPEN, dt.date(2027, 4, 10))
    assert "was extended before, until 10 April 2027" in refused(house, number, *longer, at=last)
    assert "overdue" not in house.ok("requests", at=LATE)
    assert "no day by which it is due" in refused(
        house, asked_for(project, "c-1", QUESTION), *longer
    )


def test_what_is_for_messages_is_not_for_requests(project: Project) -> None:
    house, number = House(project.root), asked_for(project, "c-2", QUESTION)
    assert "of a request, choose --done" in refused(house, number, "--opt-out")
    assert "of a request, choose --done" in refused(house, number)
    assert "of a request, say --words" in refused(house, number, "--done", "--why", "x")
    assert "name messages or requests" in refused(house, number, "7", "--done")
    assert "of a message, choose --opt-out" in refused(house, "7", "--done", "--why", "x")
    assert "Missing option '--why'" in refused(house, "7", "--question")
    assert "of a message, say --why" in refused(house, "7", "--question", "--words", "x")


def test_two_people_do_not_decide_the_same_request(project: Project) -> None:
    number = asked_for(project, "c-2", QUESTION)
    work = at(project)
    rule_requests(work, [number], Ruling(HandlingOutcome.DONE, role="support"))
    with pytest.raises(RequestError, match="done already"):
        rule_requests(work, [number], Ruling(HandlingOutcome.DONE, role="legal"))
    with pytest.raises(NotFoundError, match="there is no request x"):
        rule_requests(work, ["x"], Ruling(HandlingOutcome.DONE))
    found = ledger_of(project).handling(receipt_of(number))
    assert found
    assert found.role == "support"


def decisions(project: Project) -> list[str]:
    """The letters in the spool that tell what was decided, without line ends."""
    found = [raw.replace(b"=\r\n", b"").replace(b"\r\n", b" ").decode() for raw in spooled(project)]
    return [letter for letter in found if "asked us" in letter and "under the number" in letter]


def test_the_customer_gets_the_words_at_once(project: Project) -> None:
    """Whatever was mailed to them on that day: no machine answers here."""
    house, number = House(project.root), asked_for(project, "c-2", CORRECT, "Ben")
    house.ok("receipts", "send", at=NOW)
    for minute in range(1, 6):
        asked_for(project, "c-2", QUESTION, f"And now, {minute}?", NOW + minute * MINUTE)
        house.ok("receipts", "send", at=NOW + minute * MINUTE)
    longer = ("--extend", "--words", "We have to look for it.")
    house.ok("requests", "settle", number, *longer, at=NOW + 7 * MINUTE)
    (letter,) = decisions(project)
    assert "<ben@customer.example>" in letter
    assert " Reply-To: " in letter, "somebody reads what is answered"
    assert f"under the number {number}" in letter.replace("**", "")
    assert "We have to look for it." in letter
    waiting = house.ok("receipts", at=NOW + 7 * MINUTE)
    assert waiting.count("to do") == 1, "machines answer so often in a day, and no more"
    house.ok("requests", "settle", number, "--done", "--words", "It says Ben now.", at=LATE)
    assert len(decisions(project)) == 2
    text = house.ok("requests", "show", number, at=LATE)
    assert text.count("the carrier took it") == 3
    house.ok("verify", "--ledger")


def test_who_is_told_nothing_gets_no_letter(project: Project) -> None:
    house, number = House(project.root), asked_for(project, "c-2", QUESTION, "Why?")
    house.ok("receipts", "send", at=NOW)
    before = spooled(project)
    house.ok("requests", "settle", number, "--done", at=NOW)
    assert spooled(project) == before
    house.ok("requests", "settle", number, "--reopen", "--words", "We look again.", at=NOW)
    assert "We look again." in decisions(project)[0]


def test_a_decision_that_comes_before_the_receipt_takes_its_place(project: Project) -> None:
    house, number = House(project.root), asked_for(project, "c-2", QUESTION, "Why?")
    house.ok("requests", "settle", number, "--decline", "--words", "We do not know.", at=NOW)
    (letter,) = spooled(project)
    assert b"We do not know." in letter
    assert number.encode() in letter
    assert "Every receipt was accepted" in house.ok("receipts", at=NOW)


def test_who_got_no_receipt_gets_the_words_all_the_same(project: Project) -> None:
    """No machine answers a machine, but a person may."""
    house = House(project.root)
    mail = reply(project, "Why 256 bits?", Auto_Submitted="auto-generated")
    message = take(project, mail).message
    settle = ("requests", "settle", str(message), "--question", "--why", "a help desk passed it on")
    assert "no receipt is mailed" in house.ok(*settle, at=NOW)
    assert spooled(project) == []
    house.ok("requests", "settle", "R-000001", "--done", "--words", "Against guessing.", at=NOW)
    (letter,) = spooled(project)
    assert b"Our answer to your question" in letter
    assert b"Against guessing." in letter
    house.ok("verify", "--ledger")
