"""All that is on record of one request: `publisher requests show R-…`."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.edges.project import Project
from publisher.people.requests import RequestKind, receipt_of
from tests.fixtures.answers import asked_for, declare, judge, reply, take
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, send_letters, token
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


def shown(project: Project, number: str, at: dt.datetime = NOW) -> str:
    return House(project.root).ok("requests", "show", number, at=at)


def test_it_says_whose_it_is_and_what_happened_since(project: Project) -> None:
    send_letters(project)
    number = asked_for(project, "c-2", RequestKind.ERASE, "All of it.\nToday.", confirmed=False)
    before = shown(project, number)
    assert "Not confirmed from the address on record: anybody may have asked for it" in before
    assert f'settle {number} --done --proven --words "…"' in before, "what works is offered"
    assert ledger_of(project).confirm(receipt_of(number), NOW + dt.timedelta(hours=1))
    text = shown(project, number)
    for line in (
        f"{number}: erase",
        "Customer: c-2",
        "Received: 2027-01-10 09:30 UTC, by form",
        "State: open, since 2027-01-10 10:30 UTC",
        "Due: 10 February 2027",
        "> All of it.\n> Today.",
        "language: en",
        "  2027-01-10 09:30 UTC  asked for",
        "  2027-01-10 10:30 UTC  confirmed from the address on record",
        "  privacy: version 1 applies on 10 January 2027",
        f'Next: publisher requests settle {number} --done --words "…", then publisher recipients '
        "erase c-2 --confirm",
    ):
        assert line in text
    assert "open, overdue" in shown(project, number, LATE)


def test_it_says_what_was_decided(project: Project) -> None:
    number = asked_for(project, "c-2", RequestKind.ACCESS)
    house = House(project.root)
    settle = ("requests", "settle", number, "--as", "legal")
    house.ok(*settle, "--extend", "--words", "It is much.", at=NOW)
    house.ok(*settle, "--decline", "--words", "It names\nothers.", at=LATE)
    text = shown(project, number)
    assert "extended until 2027-04-10 by legal\n      | It is much." in text
    assert "declined by legal\n      | It names\n      | others." in text
    assert "Next:" not in text
    assert "(They wrote nothing.)" in text


def test_one_that_came_by_mail_names_its_message(project: Project) -> None:
    message = take(project, reply(project, "What do you know of me?")).message
    number = judge(project, message, RequestKind.ACCESS, "she asks").receipt
    text = shown(project, number)
    assert f"In message {message}: publisher requests show {message}" in text
    assert "> What do you know of me?" in text
    assert "why: she asks" in text


def test_a_declaration_is_shown_and_nobody_has_to_decide(project: Project) -> None:
    out = declare(project, token(project, "c-1")).request.receipt
    text = shown(project, out)
    assert "About: privacy/2" in text
    assert "State:" not in text
    assert "opted out on 10 January 2027" in text


def test_nothing_that_is_shown_acts_on_a_terminal(project: Project) -> None:
    number = asked_for(project, "c-2", RequestKind.QUESTION, "Hello\x1b[2J\u202e")
    text = shown(project, number)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "> Hello\\x1b[2J" in text


def test_what_was_erased_is_said_to_be_gone(project: Project) -> None:
    number = asked_for(project, "c-2", RequestKind.CORRECT, "My name is Ben")
    House(project.root).ok("recipients", "erase", "c-2", "--confirm", at=NOW)
    text = shown(project, number)
    assert "Ben" not in text
    assert "Customer: c-2, erased since" in text
    assert "What they wrote was erased, or is kept no longer." in text


def test_what_is_not_there_is_told(project: Project) -> None:
    house = House(project.root)
    assert "there is no request R-7" in house.run("requests", "show", "R-7", at=NOW).output
    assert "there is no request" in house.run("requests", "show", str(10**30), at=NOW).output
    assert "--raw is for a message" in house.run("requests", "show", "R-7", "--raw", at=NOW).output
    assert "there is no message 9" in house.run("requests", "show", "9", at=NOW).output
