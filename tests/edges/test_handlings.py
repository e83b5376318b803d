"""Requests that a person handles, and mailings, on both engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.edges.ledger import Ledger
from publisher.errors import TooOftenError
from publisher.people.customer_list import Customer
from publisher.people.deliveries import DeliveryState
from publisher.people.handling import HandlingDecision, HandlingOutcome, HandlingState
from publisher.people.mailings import MailingState
from publisher.people.requests import Channel, Recorded, RequestKind, Timing, Wanted
from publisher.releases.number import Number
from tests.fixtures.engines import ENGINES, empty_ledger
from tests.fixtures.recipients import take_customers

NOW = dt.datetime(2027, 1, 31, 9, 30, tzinfo=dt.UTC)
DUE = dt.date(2027, 2, 28)
OPEN, DONE = HandlingState.OPEN, HandlingState.DONE


@pytest.fixture(params=ENGINES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with empty_ledger(request.param, tmp_path) as url:
        ledger = Ledger(url)
        people = (Customer("c-1", "anna@one.example", "Anna"), Customer("c-2", "b@x.example", ""))
        take_customers(ledger, *people, now=NOW)
        yield ledger
        ledger.close()


def ask(
    ledger: Ledger,
    kind: RequestKind,
    *,
    whom: int = 1,
    release: Number | None = None,
    due: dt.date | None = None,
    confirmed: bool = True,
    after: int = 0,
) -> Recorded:
    about = "privacy" if release else ""
    words = {"words": f"My name is Ana {after}."}
    wanted = Wanted(kind, about, release, whom, Channel.FORM, words, due=due, confirmed=confirmed)
    now = NOW + dt.timedelta(minutes=after)
    return ledger.record(wanted, lambda: now, lambda _: Timing.IN_TIME)


def decide(
    ledger: Ledger, request: int, outcome: HandlingOutcome, due: dt.date | None = None
) -> bool:
    decision = HandlingDecision(outcome, "We did.", "Support", due)
    return ledger.handle(request, decision, NOW, [HandlingState.OPEN])


def sound(ledger: Ledger) -> bool:
    return not ledger.audit(lambda *_: None).findings


def test_a_request_is_open_until_a_person_decided(ledger: Ledger) -> None:
    asked = ask(ledger, RequestKind.CORRECT, due=DUE).request
    (one,) = ledger.handlings(OPEN)
    assert (one.request.id, one.due, one.words, one.at) == (asked.id, DUE, "", NOW)
    assert decide(ledger, asked.id, HandlingOutcome.EXTENDED, dt.date(2027, 4, 30))
    assert [h.due for h in ledger.handlings(OPEN)] == [dt.date(2027, 4, 30)]
    assert decide(ledger, asked.id, HandlingOutcome.DONE)
    done = ledger.handling(asked.id)
    assert done
    assert (done.state, done.words, done.role) == (DONE, "We did.", "Support")
    assert done.due == dt.date(2027, 4, 30)
    assert not decide(ledger, asked.id, HandlingOutcome.DECLINED), "it was decided already"
    assert ledger.handlings(OPEN) == []
    assert sound(ledger)


def test_what_nothing_proves_waits_to_be_confirmed(ledger: Ledger) -> None:
    asked = ask(ledger, RequestKind.END, release=Number(2), confirmed=False).request
    assert [h.state for h in ledger.handlings()] == [HandlingState.UNCONFIRMED]
    assert not decide(ledger, asked.id, HandlingOutcome.DONE)
    assert ledger.confirm(asked.id, NOW)
    assert not ledger.confirm(asked.id, NOW), "once is enough"
    assert [h.state for h in ledger.handlings(recipient=1)] == [OPEN]
    assert ledger.handlings(recipient=2) == []
    assert sound(ledger)


def test_mailings_are_nobodys_refusal(ledger: Ledger) -> None:
    ask(ledger, RequestKind.LEAVE)
    again = ask(ledger, RequestKind.LEAVE, after=1)
    assert again.first, "what was said before is a repeat"
    assert ledger.mailing_of(1) is MailingState.LEFT
    assert ledger.mailing_of(2) is None
    ask(ledger, RequestKind.JOIN, after=2)
    assert ledger.mailing_of(1) is MailingState.JOINED
    states = [(p.recipient.customer, p.state) for p in ledger.mailing_preferences()]
    assert states == [("c-1", MailingState.JOINED), ("c-2", None)]
    assert ledger.requests("privacy", 2, 1) == []
    assert sound(ledger)


def test_nobody_fills_the_ledger(ledger: Ledger) -> None:
    for minute in range(20):
        ask(ledger, RequestKind.QUESTION, after=minute)
    with pytest.raises(TooOftenError):
        ask(ledger, RequestKind.QUESTION, after=21)
    ask(ledger, RequestKind.QUESTION, whom=2)


def test_a_question_about_a_release_declares_nothing(ledger: Ledger) -> None:
    two = Number(2)
    ask(ledger, RequestKind.OPT_OUT, release=two)
    ask(ledger, RequestKind.QUESTION, release=two, after=1)
    counts = ledger.count_declarations("privacy")[2]
    assert (counts.opted_out, counts.withdrawn) == (1, 0)
    ask(ledger, RequestKind.ACCEPT, release=two, after=2)
    assert ledger.count_declarations("privacy")[2].opted_out == 0
    assert sound(ledger)


def test_each_is_owed_a_receipt(ledger: Ledger) -> None:
    kinds = (RequestKind.LEAVE, RequestKind.ACCESS, RequestKind.QUESTION)
    for minute, kind in enumerate(kinds):
        ask(ledger, kind, after=minute)
    owed = ledger.answers(DeliveryState.TO_DO)
    assert [answer.request.kind for answer in owed] == list(kinds)
