"""A person settles messages that wait: `publisher requests settle`."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select

from publisher.actions.optouts import optouts
from publisher.actions.requests import requests
from publisher.edges.ledger.schema import EVENTS
from publisher.edges.project import Project
from publisher.errors import NotFoundError, RequestError
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
from tests.fixtures.houses import LATE, NOW, TWO, token
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


def test_a_doubtful_mail_waits_and_counts_from_when_it_came(project: Project) -> None:
    verdict = take(project, reply(project, "How do I opt out? I do not agree."))
    assert verdict.filed is Filed.UNCLEAR
    assert ledger_of(project).requests("privacy", 2) == []
    (message,) = ledger_of(project).waiting()
    assert (message.policy, message.release, message.timing) == ("privacy", "2", Timing.IN_TIME)
    assert state(project) == "mail to read"
    done = judge(project, verdict.message, OUT, "she says so on the telephone", LATE)
    assert done.receipt == "R-000001"
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
    assert str(done).endswith("opt-out of privacy/2 by c-1: no, it is one, R-000001")
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
    with pytest.raises(RequestError, match="opt-out of privacy/2 is on record, R-000001") as no:
        judge(project, number, None, "it was a slip", again=True)
    assert "--again --withdraw" in no.value.remedy
    assert state(project) == "opted out"
    (filed,) = [m for m in requests(at(project), everything=True) if m.number == number]
    assert "as I read it" in filed.reason
    judge(project, number, BACK, "it was a slip", again=True)
    assert state(project) == "withdrawn"
    judge(project, number, None, "a thank-you", again=True)
    assert state(project) == "withdrawn"


def test_a_withdrawal_on_record_is_not_settled_as_nothing(project: Project) -> None:
    declare(project, token(project, "c-1"))
    number = take(project, reply(project, "Well, thank you then"), now=NOW + HOUR).message
    judge(project, number, BACK, "a slip", LATE)
    with pytest.raises(RequestError, match=r"withdrawal .* is on record, R-000002") as no:
        judge(project, number, None, "it was a slip", LATE, again=True)
    assert "--again --opt-out" in no.value.remedy
    judge(project, number, OUT, "it was a slip", LATE, again=True)
    assert state(project) == "opted out"


def test_an_opt_out_is_taken_back_before_it_becomes_somebody_elses(project: Project) -> None:
    number = take(project, reply(project, "I opt out", to="opt-out@hosting.example")).message
    judge(project, number, OUT, "a slip", about=("privacy", TWO, "c-2"))
    with pytest.raises(RequestError, match="opt-out of privacy/2 is on record, R-000001"):
        judge(project, number, OUT, "c-1, not c-2", about=("privacy", TWO, "c-1"), again=True)
    judge(project, number, BACK, "a slip", again=True)
    judge(project, number, OUT, "c-1, not c-2", about=("privacy", TWO, "c-1"), again=True)
    assert (state(project, "c-2"), state(project, "c-1")) == ("withdrawn", "opted out")


def test_what_was_taken_for_a_machines_can_be_settled(project: Project) -> None:
    number = take(project, reply(project, "", Auto_Submitted="auto-replied")).message
    assert [m.number for m in requests(at(project))] == []
    assert [(m.number, m.filed) for m in requests(at(project), everything=True)] == [
        (number, "automatic")
    ]
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
    assert "opt-out of privacy/2 by c-1: it is one, R-000001" in said
    assert state(project) == "opted out"
    assert "No message waits" in house.ok("requests", at=NOW)


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
    assert [kind for kind, _ in kinds] == ["received", "filed", "declared", "decided"]
