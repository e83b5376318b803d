"""A person settles messages that wait: `publisher requests settle`."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select

from publisher.actions.optouts import optouts
from publisher.actions.requests import requests
from publisher.answers.mailed_requests import forms_led_to
from publisher.answers.request_list import RequestSearch
from publisher.edges.ledger.schema import EVENTS
from publisher.edges.project import Project
from publisher.errors import NotFoundError, RequestError
from publisher.people.handling import HandlingState
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind, Timing
from tests.fixtures.answers import (
    at,
    declare,
    judge,
    reply,
    state,
    take,
)
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, TWO, spooled, token
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)
ALL = RequestSearch(everything=True)


def test_a_doubtful_mail_waits_and_counts_from_when_it_came(project: Project) -> None:
    verdict = take(project, reply(project, "How do I opt out? I do not agree."))
    assert verdict.filed is Filed.UNCLEAR
    assert ledger_of(project).requests("privacy", 2) == []
    (message,) = ledger_of(project).waiting()
    assert (message.policy, message.release, message.timing) == ("privacy", "2", Timing.IN_TIME)
    assert state(project) == "mail to read"
    done = judge(project, verdict.message, OUT, "she says so on the telephone", LATE)
    assert done.receipt == "R-000002"
    (row,) = optouts(at(project), "privacy", TWO)
    assert (row.state, row.timing, row.received) == ("opted out", Timing.IN_TIME, NOW)
    with pytest.raises(NotFoundError, match="is waiting"):
        judge(project, verdict.message, OUT, "again", LATE)


def test_what_a_person_decided_can_be_mended_and_both_are_kept(project: Project) -> None:
    number = take(project, reply(project, "Please no version 2 for me")).message
    judge(project, number, None, "a thank-you", NOW)
    with pytest.raises(NotFoundError, match="filed as settled"):
        judge(project, number, OUT, "no, it is one", LATE)
    done = judge(project, number, OUT, "no, it is one", LATE, again=True)
    assert str(done).endswith("opt-out of privacy/2 by c-1: no, it is one, R-000002")
    (row,) = optouts(at(project), "privacy", TWO)
    assert (row.state, row.timing, row.received) == ("opted out", Timing.IN_TIME, NOW)
    taken = take(project, reply(project, "I opt out"), now=NOW + HOUR)
    with pytest.raises(NotFoundError, match="filed as opt out"):
        judge(project, taken.message, None, "it was not", LATE, again=True)


@pytest.mark.parametrize("before", [[OUT], [None, OUT]], ids=["opt-out", "nothing, opt-out"])
def test_an_opt_out_on_record_is_not_settled_as_nothing(
    project: Project, before: list[RequestKind | None]
) -> None:
    number = take(project, reply(project, "Please no version 2 for me")).message
    for kind in before:
        judge(project, number, kind, "as I read it", again=True)
    with pytest.raises(RequestError, match="opt-out of privacy/2 is on record, R-000002") as no:
        judge(project, number, None, "it was a slip", again=True)
    assert "--again --withdraw" in no.value.remedy
    assert state(project) == "opted out"
    (filed,) = [m for m in requests(at(project), ALL) if m.number == number]
    assert "as I read it" in filed.reason
    judge(project, number, BACK, "it was a slip", again=True)
    assert state(project) == "withdrawn"
    judge(project, number, None, "a thank-you", again=True)
    assert state(project) == "withdrawn"


def test_a_withdrawal_on_record_is_not_settled_as_nothing(project: Project) -> None:
    declare(project, token(project, "c-1"))
    number = take(project, reply(project, "Well, thank you then"), now=NOW + HOUR).message
    judge(project, number, BACK, "a slip", LATE)
    with pytest.raises(RequestError, match=r"withdrawal .* is on record, R-000003") as no:
        judge(project, number, None, "it was a slip", LATE, again=True)
    assert "--again --opt-out" in no.value.remedy
    judge(project, number, OUT, "it was a slip", LATE, again=True)
    assert state(project) == "opted out"


def test_an_opt_out_is_taken_back_before_it_becomes_somebody_elses(project: Project) -> None:
    number = take(project, reply(project, "I opt out", to="opt-out@hosting.example")).message
    judge(project, number, OUT, "a slip", about=("privacy", TWO, "c-2"))
    with pytest.raises(RequestError, match="opt-out of privacy/2 is on record"):
        judge(project, number, OUT, "c-1, not c-2", about=("privacy", TWO, "c-1"), again=True)
    judge(project, number, BACK, "a slip", again=True)
    judge(project, number, OUT, "c-1, not c-2", about=("privacy", TWO, "c-1"), again=True)
    assert (state(project, "c-2"), state(project, "c-1")) == ("withdrawn", "opted out")


def test_what_was_taken_for_a_machines_can_be_settled(project: Project) -> None:
    number = take(project, reply(project, "", Auto_Submitted="auto-replied")).message
    assert [m.number for m in requests(at(project))] == []
    assert [(m.number, m.filed) for m in requests(at(project), ALL)] == [(number, "automatic")]
    assert judge(project, number, OUT, "by telephone", NOW, again=True).receipt == "R-000001"


def test_nobody_opts_out_for_somebody_else_by_a_slip(project: Project) -> None:
    number = take(project, reply(project, "Please no version 2 for me")).message
    with pytest.raises(RequestError, match="personal address of `c-1` for privacy/2"):
        judge(project, number, OUT, "a slip", NOW, about=("privacy", TWO, "c-2"))
    assert optouts(at(project), "privacy", TWO)[0].state == "mail to read"
    judge(project, number, OUT, "the same", NOW, about=("privacy", TWO, "c-1"))
    assert state(project) == "opted out"


def test_there_is_nothing_to_take_back_where_nothing_was_declared(project: Project) -> None:
    number = take(project, reply(project, "Please no version 2 for me")).message
    with pytest.raises(NotFoundError, match="no opt-out of privacy/2"):
        judge(project, number, BACK, "a slip", NOW)
    with pytest.raises(RequestError, match="no reason"):
        judge(project, number, OUT, "  ", NOW)
    assert ledger_of(project).requests("privacy", 2) == []


def test_a_person_may_find_that_nothing_was_declared(project: Project) -> None:
    verdict = take(project, reply(project, "Thank you"))
    judge(project, verdict.message, None, "a thank-you", NOW)
    assert list(ledger_of(project).waiting()) == []
    assert optouts(at(project), "privacy", TWO) == []


def test_a_mail_from_nobody_knows_whom_waits(project: Project) -> None:
    verdict = take(project, reply(project, "I opt out", to="opt-out@hosting.example"))
    assert verdict.filed is Filed.UNKNOWN
    assert "c-1" not in str(verdict)
    assert "claims to be from customer c-1" in next(ledger_of(project).waiting()).reason
    with pytest.raises(NotFoundError, match="does not say which customer"):
        judge(project, verdict.message, OUT, "why", NOW)
    judge(project, verdict.message, OUT, "signed by hand", NOW, about=("privacy", TWO, "c-1"))
    assert state(project) == "opted out"


def test_a_person_settles_what_waits(project: Project) -> None:
    house = House(project.root)
    number = str(take(project, reply(project, "Please no version 2 for me")).message)
    said = house.ok("requests", "settle", number, "--opt-out", "--why", "it is one", at=NOW)
    assert "opt-out of privacy/2 by c-1: it is one, R-000002" in said
    assert state(project) == "opted out"
    assert "Nothing waits" in house.ok("requests", at=NOW)


def test_what_is_missing_is_named(project: Project) -> None:
    house = House(project.root)
    settle = ("requests", "settle", "1", "--opt-out", "--why", "it is one")
    assert "--release is missing" in house.run(*settle, "--customer", "c-1", at=NOW).output
    assert "--customer is missing" in house.run(*settle, "--release", "2", at=NOW).output


def test_who_decided_is_on_record_by_their_role(project: Project) -> None:
    number = take(project, reply(project, "Please no")).message
    house = House(project.root)
    settle = ("requests", "settle", str(number), "--opt-out", "--why", "clear enough")
    assert "name a role" in house.run(*settle, "--role", " ", at=NOW).output
    assert "name a role" in house.run(*settle, "--role", "ada@hosting.example", at=NOW).output
    house.ok(*settle, "--role", "legal", at=NOW)
    events = select(EVENTS.c.kind, EVENTS.c.facts).where(EVENTS.c.message == number)
    with ledger_of(project)._reading() as db:
        found = db.execute(events.order_by(EVENTS.c.id))
        kinds = [(kind, json.loads(facts).get("role")) for kind, facts in found]
    assert kinds[-1] == ("decided", "legal")
    assert [kind for kind, _ in kinds] == ["received", "filed", "asked", "declared", "decided"]


def ask_what(project: Project, text: str = "Please read this", to: str = "") -> int:
    """The number of a message that waits."""
    return take(project, reply(project, text, to=to)).message


@pytest.mark.parametrize(
    ("option", "kind", "due"),
    [
        ("--question", "question", None),
        ("--correct", "correct", dt.date(2027, 2, 10)),
        ("--access", "access", dt.date(2027, 2, 10)),
        ("--erase", "erase", dt.date(2027, 2, 10)),
        ("--object", "object", dt.date(2027, 2, 10)),
        ("--end", "end the contract", None),
    ],
)
def test_what_a_mail_asks_for_waits_for_a_person_as_of_when_it_came(
    project: Project, option: str, kind: str, due: dt.date | None
) -> None:
    house, number = House(project.root), str(ask_what(project))
    said = house.ok("requests", "settle", number, option, "--why", "as I read it", at=LATE)
    assert "Next: publisher " in said
    (one,) = ledger_of(project).handlings()
    assert (one.request.kind, one.request.received, one.due) == (kind, NOW, due)
    assert (one.request.channel, one.request.message) == ("mail", int(number))
    assert one.state == ("unconfirmed" if kind == "end the contract" else "open")
    assert [m.id for m in ledger_of(project).waiting()] == []
    assert "Please read this" in house.ok("requests", at=LATE)
    house.ok("verify", "--ledger")


@pytest.mark.parametrize(("option", "state"), [("--leave", "left"), ("--join", "joined")])
def test_mailings_in_a_mail_are_followed_at_once(project: Project, option: str, state: str) -> None:
    number = str(ask_what(project, to="opt-out@hosting.example"))
    house = House(project.root)
    settle = ("requests", "settle", number, option, "--why", "clear enough")
    assert "does not say which customer" in house.run(*settle, at=NOW).output
    house.ok(*settle, "--customer", "c-1", at=NOW)
    assert ledger_of(project).mailing_of(1) == state
    assert ledger_of(project).requests("privacy", 2, 1) == []
    answers = [one for one in ledger_of(project).requests("", 0, 1) if any(forms_led_to(one))]
    assert len(answers) == 1, "the link of the form was mailed to the address on record"
    assert optouts(at(project), "privacy", TWO) == []


def test_who_is_named_by_a_person_confirms_what_they_ask_for(project: Project) -> None:
    house = House(project.root)
    first, second = (str(ask_what(project, to="opt-out@hosting.example")) for _ in range(2))
    settle = ("--access", "--why", "she asks", "--customer", "c-1")
    house.ok("requests", "settle", first, *settle, at=NOW)
    house.ok("requests", "settle", second, *settle, "--proven", at=NOW)
    states = [one.state for one in ledger_of(project).handlings()]
    assert states == [HandlingState.UNCONFIRMED, HandlingState.OPEN]
    own = str(ask_what(project))
    other = ("--access", "--why", "a slip", "--customer", "c-2")
    told = house.run("requests", "settle", own, *other, at=NOW).output
    assert f"message {own} came to the personal address of `c-1`" in told


def test_a_release_is_named_as_lists_name_it(project: Project) -> None:
    house, number = House(project.root), str(ask_what(project, to="opt-out@hosting.example"))
    settle = ("requests", "settle", number, "--opt-out", "--why", "clear", "--customer", "c-1")
    assert "terms" in house.run(*settle, "--release", "terms/2", at=NOW).output
    assert "not a release number" in house.run(*settle, "--release", "privacy/x", at=NOW).output
    house.ok(*settle, "--release", "privacy/2", at=NOW)
    assert state(project) == "opted out"


def test_an_acceptance_takes_an_opt_out_back(project: Project) -> None:
    declare(project, token(project, "c-1"))
    number = take(project, reply(project, "Well, all right then"), now=NOW + HOUR).message
    done = judge(project, number, RequestKind.ACCEPT, "all right", LATE)
    assert "acceptance of privacy/2 by c-1" in done.reason
    assert state(project) == "agreed"
    with pytest.raises(RequestError, match="an acceptance of privacy/2 is on record"):
        judge(project, number, None, "it was a slip", LATE, again=True)


def test_several_messages_are_settled_alike_or_none_is(project: Project) -> None:
    house = House(project.root)
    numbers = [str(ask_what(project, text)) for text in ("What is this?", "And why?")]
    nobodys = str(ask_what(project, to="opt-out@hosting.example"))
    settle = ("--question", "--why", "they ask")
    assert house.run("requests", "settle", *numbers, nobodys, *settle, at=NOW).exit_code == 2
    assert ledger_of(project).handlings() == []
    said = house.ok("requests", "settle", *numbers, *settle, at=NOW)
    found = [one.request.receipt for one in ledger_of(project).handlings()]
    assert len(found) == 2
    assert all(receipt in said for receipt in found)


def test_a_request_that_was_found_by_mistake_is_closed_first(project: Project) -> None:
    number = ask_what(project, "Please no version 2 for me")
    judge(project, number, RequestKind.QUESTION, "a question")
    with pytest.raises(RequestError, match="R-000002 was found in it before") as no:
        judge(project, number, OUT, "no, it is an opt-out", again=True)
    assert no.value.remedy.endswith("publisher requests settle R-000002 --done")
    House(project.root).ok("requests", "settle", "R-000002", "--done", at=NOW)
    judge(project, number, OUT, "no, it is an opt-out", again=True)
    assert state(project) == "opted out"


def test_mailings_that_were_left_by_mistake_are_joined_first(project: Project) -> None:
    number = ask_what(project, "No more of this")
    judge(project, number, RequestKind.LEAVE, "mailings")
    with pytest.raises(RequestError, match="leave the mailings” is on record, R-000002") as no:
        judge(project, number, OUT, "it is an opt-out", again=True)
    assert "--again --join" in no.value.remedy
    judge(project, number, RequestKind.JOIN, "a slip", again=True)
    judge(project, number, OUT, "it is an opt-out", again=True)
    assert (state(project), ledger_of(project).mailing_of(1)) == ("opted out", "joined")


def test_what_a_person_found_is_answered_at_once(project: Project) -> None:
    """Though a machine answered this customer on the same day: that the mail had come."""
    number = take(project, reply(project, "Please no version 2 for me")).message
    assert len(spooled(project)) == 1
    house = House(project.root)
    later = NOW + HOUR
    house.ok("requests", "settle", str(number), "--opt-out", "--why", "it is one", at=later)
    receipts = [raw for raw in spooled(project) if b"You opted out" in raw]
    assert len(receipts) == 1
    take(project, reply(project, "I withdraw my opt-out"), now=later + HOUR)
    assert len(spooled(project)) == 3, "a machine answers what was declared once a day"
    take(project, reply(project, "I opt out"), now=later + 2 * HOUR)
    assert len(spooled(project)) == 3
