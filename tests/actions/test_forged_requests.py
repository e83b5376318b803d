"""What somebody else cannot do to a customer, or a customer to themselves by a slip."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from publisher.actions.send_receipts import send_receipts
from publisher.answers.passes import Purpose
from publisher.edges.project import Project
from publisher.people.handling import HandlingDecision, HandlingOutcome, HandlingState
from publisher.people.mailings import MailingState
from publisher.people.requests import Channel, Request, RequestKind, Timing, Wanted
from tests.fixtures.answers import at, reply, state, take
from tests.fixtures.houses import NOW, import_customers, spooled, token, told
from tests.fixtures.request_pages import (
    CONFIRM,
    MAILINGS,
    PERSONAL,
    WAYS,
    ask_on,
    asked_project,
    client,
    fields_of,
    link_in,
    mailed,
    pass_of,
)
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")
HOUR = dt.timedelta(hours=1)
UNCONFIRMED, OPEN = HandlingState.UNCONFIRMED, HandlingState.OPEN


@pytest.fixture
def asked(tmp_path: Path) -> Project:
    return asked_project(tmp_path)


@pytest.fixture
def offering(tmp_path: Path) -> Project:
    project = told(tmp_path, choices=("end the contract", "question"))
    settings = project.root / "publisher.toml"
    settings.write_text(settings.read_text() + WAYS)
    return project


def pressed(project: Project, action: str, words: str = "") -> str:
    fields = {"token": token(project, "c-1"), "action": action, "words": words}
    answer = client(project).post("/privacy/2/opt-out/", data=fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def want(project: Project, kind: RequestKind, *, confirmed: bool = True) -> Request:
    wanted = Wanted(kind, "", None, 1, Channel.FORM, {"words": "x"}, confirmed=confirmed)
    return ledger_of(project).record(wanted, lambda: NOW, lambda _: Timing.IN_TIME).request


def decide(project: Project, request: Request, outcome: HandlingOutcome) -> HandlingState:
    ledger, decision = ledger_of(project), HandlingDecision(outcome, "words", "support")
    assert ledger.handle(request.id, decision, NOW, list(HandlingState))
    found = ledger.handling(request.id)
    assert found
    return found.state


def test_mails_in_somebodys_name_take_nothing_away_and_fill_no_mailbox(asked: Project) -> None:
    for minute in range(22):
        moment = NOW + minute * HOUR / 60
        take(asked, reply(asked, "Spam", to="data@hosting.example"), now=moment)
    assert len(spooled(asked)) == 1, "one acknowledgement a day, and none is owed"
    assert take(asked, reply(asked, "I opt out"), now=NOW + HOUR).receipt
    assert len(spooled(asked)) == 2, "her receipt comes at once"
    left = {"t": pass_of(asked, Purpose.MAILINGS), "action": "leave the mailings"}
    assert client(asked).post(MAILINGS, data=left).status_code == 200
    send_receipts(at(asked, NOW + HOUR))
    ask_on(asked, PERSONAL, action="access")
    shown = client(asked).get(link_in(mailed(asked, NOW + 2 * HOUR), CONFIRM)).text
    assert client(asked).post(CONFIRM, data=fields_of(shown)).status_code == 200
    assert len(ledger_of(asked).handlings(OPEN)) == 1


def test_questions_do_not_use_up_the_opt_out(offering: Project) -> None:
    for number in range(20):
        pressed(offering, "question", f"Question {number}")
    assert "You opted out of version 2" in pressed(offering, "opt out")
    assert state(offering) == "opted out"


def test_what_else_was_asked_for_holds_up_no_receipt_of_an_opt_out(asked: Project) -> None:
    take(asked, reply(asked, "remove", to="remove@hosting.example", subject=""))
    take(asked, reply(asked, "I opt out"), now=NOW + HOUR)
    assert len(spooled(asked)) == 2


def test_leaving_is_never_refused(asked: Project) -> None:
    token = pass_of(asked, Purpose.MAILINGS)
    for _ in range(13):
        for action in ("leave the mailings", "join the mailings"):
            client(asked).post(MAILINGS, data={"t": token, "action": action})
    left = client(asked).post(MAILINGS, data={"t": token, "action": "leave the mailings"})
    assert left.status_code == 200
    assert ledger_of(asked).mailing_of(1) is MailingState.LEFT


@pytest.mark.parametrize("action", ["question", "end the contract"])
def test_a_second_press_of_a_button_is_the_same_request(offering: Project, action: str) -> None:
    for _ in range(3):
        pressed(offering, action, "Why?" if action == "question" else "")
    assert len(ledger_of(offering).handlings()) == 1
    assert send_receipts(at(offering)).sent == 1


def test_the_page_says_that_the_end_of_a_contract_waits_for_the_mail(offering: Project) -> None:
    page = pressed(offering, "end the contract")
    assert "Please confirm: you ask us to end your contract" in page
    assert "It counts once you confirm it, by the mail" in page
    assert "A person reads it" not in page


def test_a_link_at_an_address_that_is_no_longer_on_record_opens_nothing(asked: Project) -> None:
    ask_on(asked, PERSONAL, action="erase")
    link = link_in(mailed(asked), CONFIRM)
    import_customers(asked, b"customer,address,name\nc-1,new@customer.example,Anna\n")
    assert client(asked).get(link).status_code == 404
    assert client(asked).post(CONFIRM, data={"t": link.partition("=")[2]}).status_code == 404
    assert ledger_of(asked).handlings() == []
    kept = f"{MAILINGS}?t={pass_of(asked, Purpose.MAILINGS)}"
    assert client(asked).get(kept).status_code == 200, "leaving the mailings outlives addresses"


def test_what_nothing_proved_is_not_proven_by_a_decision(asked: Project) -> None:
    request = want(asked, RequestKind.END, confirmed=False)
    assert decide(asked, request, HandlingOutcome.EXTENDED) is UNCONFIRMED
    assert decide(asked, request, HandlingOutcome.DECLINED) is HandlingState.DECLINED
    assert decide(asked, request, HandlingOutcome.REOPENED) is UNCONFIRMED
    assert decide(asked, want(asked, RequestKind.ACCESS), HandlingOutcome.DONE)


def test_a_confirmation_after_a_decision_is_seen_by_a_person(asked: Project) -> None:
    request = want(asked, RequestKind.END, confirmed=False)
    token = pass_of(asked, Purpose.CONFIRM, request=request.id)
    decide(asked, request, HandlingOutcome.DECLINED)
    client(asked).post(CONFIRM, data={"t": token})
    assert [one.state for one in ledger_of(asked).handlings()] == [OPEN]
    decide(asked, request, HandlingOutcome.DONE)
    shown = client(asked).post(CONFIRM, data={"t": token}).text
    assert "Done on 10 January 2027" in shown
    assert "A person" not in shown


def test_the_last_word_about_mailings_is_the_one_that_came_last(asked: Project) -> None:
    ledger = ledger_of(asked)
    leave = Wanted(RequestKind.LEAVE, "", None, 1, Channel.FORM, {})
    ledger.record(leave, lambda: NOW + HOUR, lambda _: Timing.IN_TIME)
    join = Wanted(RequestKind.JOIN, "", None, 1, Channel.MAIL, {"m": 1}, received=NOW)
    ledger.record(join, lambda: NOW + 2 * HOUR, lambda _: Timing.IN_TIME)
    assert ledger.mailing_of(1) is MailingState.LEFT
    assert not ledger.audit(lambda *_: None).findings


def test_the_link_of_who_was_erased_and_came_again_is_theirs(asked: Project) -> None:
    token, ledger = pass_of(asked, Purpose.MAILINGS), ledger_of(asked)
    ledger.erase([1], "asked for", NOW)
    gone = client(asked).post(MAILINGS, data={"t": token, "action": "leave the mailings"})
    assert gone.status_code == 404
    import_customers(asked, b"customer,address,name\nc-1,anna@customer.example,Anna\n")
    client(asked).post(MAILINGS, data={"t": token, "action": "leave the mailings"})
    again = ledger.customer("c-1")
    assert again
    assert ledger.mailing_of(again.number) is MailingState.LEFT
