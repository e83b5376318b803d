"""Mails that come in: `publisher receive`."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from publisher.actions.receipts import receipts
from publisher.actions.receive import receive
from publisher.actions.send_receipts import send_receipts
from publisher.actions.show_message import show_message
from publisher.edges.project import Project
from publisher.errors import LedgerError
from publisher.mail.reading import read_mail
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    at,
    judge,
    reply,
    state,
    take,
)
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, letter_for, spooled, token, told
from tests.fixtures.relays import Keeps, free_port, real
from tests.fixtures.workplaces import ledger_of

BOTH = pytest.mark.usefixtures("each_engine")
"""Where the engine matters; reading a mail is the same on each."""

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


# ── mail that is understood ──────────────────────────────────────────────────────────────────────


@BOTH
def test_a_reply_opts_out_with_evidence_and_a_receipt(project: Project) -> None:
    quoted = "\n".join(
        f"> {line}" for line in letter_for(project, "c-1").part("text/plain").splitlines()
    )
    text = f"I opt out.\n\nOn Sun, 10 Jan 2027 at 10:00, Example Hosting wrote:\n\n{quoted}\n"
    verdict = take(project, reply(project, text))
    assert (verdict.filed, verdict.receipt) == (Filed.OPT_OUT, "R-000001")
    assert "anna" not in str(verdict).lower()
    (request,) = ledger_of(project).requests("privacy", 2)
    evidence = json.loads(request.evidence)
    assert evidence["text"] == "I opt out."
    assert evidence["message"] == verdict.message
    assert len(evidence["seal"]) == 64
    (letter,) = spooled(project)
    assert b"To: Anna Example <anna@customer.example>" in letter
    assert b"R-000001" in letter
    assert b"Auto-Submitted: auto-replied" in letter
    assert state(project) == "opted out"


@pytest.mark.parametrize("field", ["Delivered-To", "X-Original-To", "To", "Cc", "envelope"])
def test_the_reply_address_is_found_wherever_it_stands(project: Project, field: str) -> None:
    address = f"OPT-OUT+{token(project, 'c-1').upper()}@Hosting.example"
    plain = EmailMessage()
    plain["From"] = "somebody@else.example"
    if field != "envelope":
        plain[field] = f"Opt out <{address}>" if field in ("To", "Cc") else address
    plain.set_content("I opt out")
    to = address if field == "envelope" else None
    assert take(project, plain.as_bytes(), to).filed is Filed.OPT_OUT


def test_an_html_mail_is_read_without_what_it_quotes(project: Project) -> None:
    message = EmailMessage()
    message["To"] = f"opt-out+{token(project, 'c-1')}@hosting.example"
    message.set_content(
        "<html><head><style>/* if not */ p { margin: 0 }</style></head>"
        "<body><div>I opt&nbsp;out</div>"
        '<div class="gmail_quote">On Sunday we wrote: <blockquote>If you do nothing</blockquote>'
        "</div></body></html>",
        subtype="html",
    )
    assert take(project, message.as_bytes()).filed is Filed.OPT_OUT


@BOTH
def test_twice_is_the_same_as_once(project: Project) -> None:
    raw = reply(project, "I opt out")
    first, second = take(project, raw), take(project, raw, now=NOW + HOUR)
    assert (first.receipt, second.receipt) == ("R-000001", "R-000001")
    assert "said before" in second.reason
    assert len(list(ledger_of(project).messages())) == 2
    assert len(ledger_of(project).requests("privacy", 2)) == 2
    assert len(spooled(project)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "I opt out. Please also delete my data.",
        "I opt out.\n\nHow long do you keep my invoices",
        "I opt out. Regards, Anna. PS: my address has changed to 1 Other Street.",
    ],
)
def test_what_says_more_than_the_declaration_waits_whole(project: Project, text: str) -> None:
    verdict = take(project, reply(project, text))
    assert verdict.filed is Filed.UNCLEAR
    assert text.split(".")[1].split()[0] in str(show_message(at(project), verdict.message))
    assert [m.id for m in ledger_of(project).waiting()] == [verdict.message]
    assert ledger_of(project).requests("privacy", 2) == []


def test_lawyers_may_add_sentences(project: Project) -> None:
    text = "Not with me."
    assert take(project, reply(project, text)).filed is Filed.UNCLEAR
    own = project.root / "wording/declarations/en.toml"
    own.parent.mkdir(parents=True)
    own.write_text('declarations = ["not with (me | us)"]\n')
    again = Project(project.root)
    assert take(again, reply(again, text)).filed is Filed.OPT_OUT
    assert take(again, reply(again, f"{text} Really?")).filed is Filed.UNCLEAR
    own.write_text("declarations = [")
    broken = Project(project.root)
    assert receive(at(broken), reply(broken, text), None).filed is None
    own.unlink()
    assert take(Project(project.root), b"\n\n").filed is Filed.UNKNOWN
    assert [m.filed for m in ledger_of(project).waiting()].count(None) == 0


# ── mail that is for a person ────────────────────────────────────────────────────────────────────


@BOTH
def test_an_altered_reply_address_has_no_effect(project: Project) -> None:
    good = token(project, "c-1")
    bad = good[:-1] + ("a" if good[-1] != "a" else "b")
    verdict = take(project, reply(project, "I opt out", to=f"opt-out+{bad}@hosting.example"))
    assert verdict.filed is Filed.UNKNOWN
    assert verdict.reason == "its reply address was altered, or belongs to another ledger"
    assert ledger_of(project).requests("privacy", 2) == []
    (acknowledged,) = spooled(project)
    assert b"Subject: Your mail has come" in acknowledged
    assert good.encode() not in acknowledged


@BOTH
def test_two_customers_in_one_mail_are_for_a_person(project: Project) -> None:
    both = ", ".join(f"opt-out+{token(project, c)}@hosting.example" for c in ("c-1", "c-2"))
    assert take(project, reply(project, "I opt out", to=both)).filed is Filed.UNCLEAR


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; by=vacation"},
        {"Precedence": "bulk"},
        {"Precedence": "Junk"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"List_Id": "<list.example>"},
    ],
)
def test_a_machine_is_never_answered_and_its_words_are_for_a_person(
    project: Project, fields: dict[str, str]
) -> None:
    """A help desk or a list may have passed on what a customer wrote."""
    verdict = take(project, reply(project, "I opt out", **fields))
    assert verdict.filed is Filed.UNCLEAR
    assert ledger_of(project).requests("privacy", 2) == []
    assert state(project) == "mail to read"
    done = judge(project, verdict.message, OUT, "they wrote so themselves", NOW)
    send_receipts(at(project))
    assert (done.receipt, state(project)) == ("R-000001", "opted out")
    assert "no receipt is mailed" in done.reason
    assert spooled(project) == []


@pytest.mark.parametrize("quotes", [False, True])
def test_a_machine_without_words_of_its_own_is_for_nobody(project: Project, quotes: bool) -> None:
    letter = letter_for(project, "c-1").part("text/plain")
    text = "".join(f"> {line}\n" for line in letter.splitlines()) if quotes else ""
    verdict = take(project, reply(project, text, Auto_Submitted="auto-replied"))
    assert verdict.filed is Filed.AUTOMATIC
    assert list(ledger_of(project).waiting()) == []


def test_a_report_of_a_mail_server_is_a_machine(project: Project) -> None:
    raw = (
        b"To: x@y.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\nI opt out\n--b--\n"
    )
    assert take(project, raw).filed is Filed.AUTOMATIC


def test_a_person_who_says_auto_submitted_no_is_a_person(project: Project) -> None:
    assert take(project, reply(project, "I opt out", Auto_Submitted="no")).filed is Filed.OPT_OUT


# ── nothing is lost ──────────────────────────────────────────────────────────────────────────────


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
@example(b"")
@example(b"\x00\xff")
@example(b"To: =?x?q?=zz?=\nContent-Type: text/plain; charset=nonsense\n\nI opt out")
@example(b"Content-Type: multipart/mixed\n\nno boundary")
@example(b"Subject: " + b"=?utf-8?b?//8=?= " * 9 + b"\nTo: <<>>@,;:\n\n")
def test_whatever_comes_is_kept(project: Project, raw: bytes) -> None:
    take(project, raw)


@given(st.binary(max_size=200), st.sampled_from(["To", "From", "Subject", "Auto-Submitted"]))
def test_no_header_stops_the_reader(value: bytes, name: str) -> None:
    read_mail(name.encode() + b": " + value + b"\n\nI opt out\n", "")


def test_a_message_that_cannot_be_kept_is_given_back(project: Project) -> None:
    path = project.private / "ledger.sqlite"
    ledger_of(project)
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE message")
    with pytest.raises(LedgerError):
        receive(at(project), b"I opt out", None)


def test_a_message_that_cannot_be_filed_is_kept_all_the_same(project: Project) -> None:
    raw = reply(project, "I opt out")
    with sqlite3.connect(project.private / "ledger.sqlite") as db:
        db.execute("DROP TABLE answer")
    verdict = receive(at(project), raw, None)
    assert verdict.filed is None
    assert [m.id for m in ledger_of(project).waiting()] == [verdict.message]


@BOTH
def test_a_carrier_that_fails_loses_no_request_and_no_receipt(tmp_path: Path) -> None:
    port = free_port()
    project = told(tmp_path, port=port)
    verdict = take(project, reply(project, "I opt out"))
    assert verdict.filed is Filed.OPT_OUT
    assert [o.answer.request.receipt for o in receipts(at(project))] == ["R-000001"]
    assert "cannot be reached" in send_receipts(at(project)).trouble
    keeps = Keeps()
    with real(keeps, port):
        assert send_receipts(at(project)).sent == 1
        assert send_receipts(at(project)).sent == 0
    assert keeps.told == ["anna@customer.example"]


def test_a_mail_server_is_told_what_became_of_it(project: Project) -> None:
    said = House(project.root).ok("receive", stdin=reply(project, "I opt out"), at=NOW)
    assert said == "message 1 kept: opt out, privacy/2, in time, R-000001\n"
