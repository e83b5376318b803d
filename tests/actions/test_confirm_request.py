"""Confirming a request by its link."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from publisher.answers.passes import Purpose
from publisher.edges.project import Project
from publisher.people.handling import HandlingState
from publisher.people.mailings import MailingState
from publisher.people.requests import Channel, RequestKind, Timing, Wanted
from tests.fixtures.houses import NOW
from tests.fixtures.request_pages import (
    CONFIRM,
    MAILINGS,
    PERSONAL,
    ask_on,
    asked_project,
    client,
    fields_of,
    handlings,
    link_in,
    mailed,
    pass_of,
)
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return asked_project(tmp_path)


def test_a_request_about_personal_data_counts_once_it_is_confirmed(project: Project) -> None:
    ask_on(project, PERSONAL, action="correct", words="My name is Ana.\n<b>Please</b>")
    assert handlings(project) == []
    text = mailed(project)
    assert text.startswith("Please confirm: you ask us to correct your personal data")
    assert "Ana" not in text, "a stranger's words are mailed to nobody"
    link = link_in(text, CONFIRM)
    shown = client(project).get(link)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert "You ask us to correct your personal data" in shown.text
    assert "&lt;b&gt;Please&lt;/b&gt;" in shown.text
    assert handlings(project) == [], "reading never acts"
    for _ in range(2):
        done = client(project).post(CONFIRM, data=fields_of(shown.text))
        assert done.status_code == 200
        assert "You asked us to correct your personal data" in done.text
        assert "10 February 2027" in done.text, "a month from 10 January"
    due = dt.date(2027, 2, 10)
    assert handlings(project) == [(RequestKind.CORRECT, HandlingState.OPEN, due)]
    receipt = mailed(project)
    assert receipt.startswith("You asked us to correct your personal data")
    assert "10 February 2027" in receipt


def test_joining_needs_the_link(project: Project) -> None:
    ask_on(project, MAILINGS, action="join the mailings")
    link = link_in(mailed(project), CONFIRM)
    assert ledger_of(project).mailing_of(1) is None
    form = fields_of(client(project).get(link).text)
    client(project).post(CONFIRM, data=form)
    assert ledger_of(project).mailing_of(1) is MailingState.JOINED
    assert "You asked us to send you our mailings" in client(project).get(link).text
    own = pass_of(project, Purpose.MAILINGS)
    client(project).post(MAILINGS, data={"t": own, "action": "leave the mailings"})
    for again in (client(project).get(link), client(project).post(CONFIRM, data=form)):
        assert again.status_code == 200
        assert "You get no mailings from us." in again.text, "what stands, not what was"
        assert "You asked us to send you our mailings" not in again.text
    assert ledger_of(project).mailing_of(1) is MailingState.LEFT


def test_a_request_by_mail_is_confirmed_by_the_link_in_its_receipt(project: Project) -> None:
    wanted = Wanted(
        RequestKind.END, "privacy", None, 1, Channel.MAIL, {"words": "I quit."}, confirmed=False
    )
    ledger_of(project).record(wanted, lambda: NOW, lambda _: Timing.IN_TIME)
    link = link_in(mailed(project), CONFIRM)
    shown = client(project).get(link).text
    assert "You ask us to end your contract" in shown
    assert "I quit." in shown
    assert "nothing is recorded" not in shown, "its mail is on record"
    assert "stays on record as unconfirmed" in shown
    client(project).post(CONFIRM, data=fields_of(shown))
    assert handlings(project) == [(RequestKind.END, HandlingState.OPEN, None)]
    again = client(project).get(link).text
    assert "You asked us to end your contract" in again
    assert fields_of(again) == {}, "there is nothing more to confirm"
