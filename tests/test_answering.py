from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import json
import sqlite3
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from publisher.actions.answering import (
    Verdict,
    judge,
    message_text,
    optouts,
    receive,
    send_receipts,
    status,
)
from publisher.actions.declaring import ask_for_link, form_view, record
from publisher.actions.noticing import import_recipients, letter_for
from publisher.actions.printing import optout_pdf
from publisher.actions.tallying import standings
from publisher.edges import archive
from publisher.edges.database import LedgerError
from publisher.edges.inbox import read_mail
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, TokenError
from publisher.notices.optout import RequestKind, Timing
from publisher.notices.record import Filed
from publisher.policies.release import Number
from tests.houses import KEY, LATE, NOW, ONE, TWO, postpone, spooled, token, told
from tests.relays import Keeps, free_port, real

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return told(tmp_path)


def reply(
    project: Project, text: str, *, to: str = "", subject: str = "Re: Privacy Policy", **fields: str
) -> bytes:
    """A mail of customer c-1 to the reply address of the letter."""
    message = EmailMessage()
    message["From"] = "Anna <anna@customer.example>"
    message["To"] = to or f"opt-out+{token(project, 'c-1')}@hosting.example"
    message["Subject"] = subject
    message["Message-ID"] = "<1@customer.example>"
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def take(project: Project, raw: bytes, to: str | None = None, now: dt.datetime = NOW) -> Verdict:
    verdict = receive(project, raw, to, now)
    assert ledger_of(project).raw(verdict.message) == raw
    return verdict


def state(project: Project, customer: str = "c-1") -> str:
    rows = [r.state for r in optouts(project, "privacy", TWO) if r.customer == customer]
    return ", ".join(rows)


# ── mail that is understood ──────────────────────────────────────────────────────────────────────


def test_a_reply_opts_out_with_evidence_and_a_receipt(project: Project) -> None:
    quoted = "\n".join(
        f"> {line}"
        for line in letter_for(project, "privacy", TWO, "c-1", NOW).part("text/plain").splitlines()
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
        "<html><head><style>p { if: not }</style></head><body><div>I opt&nbsp;out</div>"
        '<div class="gmail_quote">On Sunday we wrote: <blockquote>If you do nothing</blockquote>'
        "</div></body></html>",
        subtype="html",
    )
    assert take(project, message.as_bytes()).filed is Filed.OPT_OUT


def test_twice_is_the_same_as_once(project: Project) -> None:
    raw = reply(project, "I opt out")
    first, second = take(project, raw), take(project, raw, now=NOW + HOUR)
    assert (first.receipt, second.receipt) == ("R-000001", "R-000001")
    assert "said before" in second.reason
    assert len(ledger_of(project).messages()) == 2
    assert len(ledger_of(project).requests("privacy", 2)) == 2
    assert len(spooled(project)) == 1


def test_mail_and_form_are_one(project: Project) -> None:
    take(project, reply(project, "I opt out"))
    receipt = record(project, token(project, "c-1"), OUT, NOW + HOUR, {})
    assert (receipt.number, receipt.repeated, receipt.received) == ("R-000001", True, NOW)
    back = record(project, token(project, "c-1"), BACK, NOW + 2 * HOUR, {})
    assert back.number == "R-000003"
    assert state(project) == "withdrawn"
    take(project, reply(project, "I opt out"), now=NOW + 3 * HOUR)
    assert state(project) == "opted out"


def test_late_is_kept_and_marked(project: Project) -> None:
    verdict = take(project, reply(project, "I opt out"), now=LATE)
    assert verdict.filed is Filed.OPT_OUT
    (row,) = optouts(project, "privacy", TWO)
    assert (row.timing, row.receipt) == (Timing.LATE, "R-000001")
    assert b"marked as late" in spooled(project)[0].replace(b"=\r\n", b"").replace(b"\r\n", b" ")


def test_what_came_in_time_is_not_overturned_by_what_came_late(project: Project) -> None:
    record(project, token(project, "c-1"), OUT, NOW, {})
    record(project, token(project, "c-1"), BACK, LATE, {})
    assert state(project) == "opted out"
    assert len(ledger_of(project).requests("privacy", 2)) == 2


def test_a_postponement_moves_the_window_for_every_letter_sent(project: Project) -> None:
    postpone(project, dt.date(2027, 4, 1))
    assert record(project, token(project, "c-1"), OUT, LATE, {}).timing is Timing.IN_TIME
    other = record(project, token(project, "c-1", Number(2, 1)), OUT, LATE, {})
    assert other.repeated


# ── a form that comes back ───────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The form of release 2 as it can be downloaded."""
    project = told(tmp_path_factory.mktemp("form"))
    return optout_pdf(project, archive.release(project, "privacy", TWO))


def filled(blank: bytes, **values: str) -> bytes:
    """A form as a PDF program saves it."""
    writer = PdfWriter(clone_from=io.BytesIO(blank))
    values = {"declaration": "/Yes", "name": "Anna Example", **values}
    writer.update_page_form_field_values(writer.pages[0], values, auto_regenerate=False)
    saved = io.BytesIO()
    writer.write(saved)
    return saved.getvalue()


def bringing(
    project: Project,
    *files: bytes,
    text: str = "Please find my form attached.",
    kind: str = "pdf",
    to: str = "",
    **fields: str,
) -> bytes:
    """The mail of customer c-1 with files attached to it."""
    raw = reply(project, text, to=to, **fields)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for number, data in enumerate(files):
        message.add_attachment(
            data, maintype="application", subtype=kind, filename=f"form {number}.pdf"
        )
    return message.as_bytes()


@pytest.mark.parametrize("kind", ["pdf", "octet-stream"])
@pytest.mark.parametrize("customer", ["", "c-1", " Anna@Customer.example "])
def test_a_form_that_comes_back_is_what_it_declares(
    project: Project, blank: bytes, customer: str, kind: str
) -> None:
    form = filled(blank, customer=customer)
    verdict = take(project, bringing(project, form, kind=kind))
    assert (verdict.filed, verdict.receipt) == (Filed.OPT_OUT, "R-000001")
    assert verdict.reason == "privacy/2, by its form, in time"
    (request,) = ledger_of(project).requests("privacy", 2)
    evidence = json.loads(request.evidence)
    assert evidence["form"]["name"] == "Anna Example"
    assert evidence["form"]["seal"] == evidence["seal"]
    assert state(project) == "opted out"
    assert len(spooled(project)) == 1


def test_a_form_alone_says_it_all(project: Project, blank: bytes) -> None:
    assert take(project, bringing(project, filled(blank), text="")).filed is Filed.OPT_OUT


def test_a_form_that_comes_late_is_kept_and_marked(project: Project, blank: bytes) -> None:
    verdict = take(project, bringing(project, filled(blank)), now=LATE)
    assert (verdict.filed, verdict.reason) == (Filed.OPT_OUT, "privacy/2, by its form, late")


def test_a_form_that_is_not_checked_declares_nothing(project: Project, blank: bytes) -> None:
    raw = bringing(project, filled(blank, declaration="/Off"), text="I opt out.")
    verdict = take(project, raw)
    assert (verdict.filed, verdict.reason) == (
        Filed.UNCLEAR,
        "its form of privacy/2 is not checked",
    )
    assert ledger_of(project).requests("privacy", 2) == []
    assert state(project) == "mail to read"


@pytest.mark.parametrize(
    "text", ["I do not want this, please ignore it.", "Did I fill it in right?", "I withdraw this"]
)
def test_words_beside_a_form_may_leave_doubts(project: Project, blank: bytes, text: str) -> None:
    verdict = take(project, bringing(project, filled(blank), text=text))
    assert verdict.filed is Filed.UNCLEAR
    assert "beside its form" in verdict.reason
    assert ledger_of(project).requests("privacy", 2) == []


def test_a_form_for_somebody_else_is_for_a_person(project: Project, blank: bytes) -> None:
    verdict = take(project, bringing(project, filled(blank, customer="c-2")))
    assert verdict.filed is Filed.UNCLEAR
    assert "somebody else" in verdict.reason
    assert "c-2" not in str(verdict)


def test_forms_that_differ_are_for_a_person(project: Project, blank: bytes) -> None:
    verdict = take(project, bringing(project, filled(blank), filled(blank, declaration="/Off")))
    assert verdict.filed is Filed.UNCLEAR
    assert take(project, bringing(project, filled(blank), filled(blank))).filed is Filed.OPT_OUT


def test_a_form_of_another_release_is_for_a_person(project: Project, blank: bytes) -> None:
    """One whose seal is not that of the release it names was not made by us."""
    with pikepdf.open(io.BytesIO(filled(blank))) as document:
        for field in document.Root.AcroForm.Fields:
            if str(field.T) == "release":
                field.V = pikepdf.String("privacy/2 " + "0" * 64)
        altered = io.BytesIO()
        document.save(altered)
    verdict = take(project, bringing(project, altered.getvalue()))
    assert verdict.filed is Filed.UNCLEAR
    assert "was not made for that release" in verdict.reason


def test_a_form_from_an_address_that_proves_nothing_waits_with_its_likely_customer(
    project: Project, blank: bytes
) -> None:
    raw = bringing(project, filled(blank, customer="c-1"), to="opt-out@hosting.example")
    verdict = take(project, raw)
    assert verdict.filed is Filed.UNKNOWN
    assert "its form opts out of privacy/2" in verdict.reason
    assert "c-1" not in str(verdict)
    assert ledger_of(project).requests("privacy", 2) == []
    (message,) = ledger_of(project).waiting()
    assert "claims to be from customer c-1" in message.reason
    assert (message.policy, message.release) == ("privacy", "2")
    shown = message_text(project, verdict.message)
    assert "A form of privacy/2, checked\n  name: Anna Example\n  customer: c-1\n" in shown
    assert judge(project, verdict.message, OUT, "signed as on file", NOW).receipt == "R-000001"
    assert state(project) == "opted out"


def test_a_form_from_a_stranger_waits(project: Project, blank: bytes) -> None:
    raw = bringing(project, filled(blank), to="opt-out@hosting.example")
    raw = raw.replace(b"anna@customer.example", b"who@else.example")
    assert take(project, raw).filed is Filed.UNKNOWN
    (message,) = ledger_of(project).waiting()
    assert (message.release, message.recipient) == ("", None)


def test_a_form_that_a_machine_sends_is_not_lost(project: Project, blank: bytes) -> None:
    machine = {"Auto_Submitted": "auto-generated"}
    verdict = take(project, bringing(project, filled(blank), **machine))
    assert verdict.filed is Filed.UNCLEAR
    assert spooled(project) == []
    empty = take(project, bringing(project, blank, **machine))
    assert empty.filed is Filed.AUTOMATIC


@pytest.mark.parametrize("text", ["I opt out.", "As I said on the telephone."])
def test_a_form_that_was_printed_and_scanned_leaves_the_words_to_decide(
    project: Project, text: str
) -> None:
    scan = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(scan)
    verdict = take(project, bringing(project, scan.getvalue(), text=text))
    if text == "I opt out.":
        assert verdict.filed is Filed.OPT_OUT
    else:
        assert verdict.filed is Filed.UNCLEAR
        assert "of its attachment: this PDF has no fields" in verdict.reason


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_file_stops_the_reader(project: Project, blank: bytes, data: st.DataObject) -> None:
    broken = bytearray(filled(blank) if data.draw(st.booleans()) else b"%PDF-1.7\n")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken)))
        broken[at : at + data.draw(st.integers(0, 900))] = data.draw(st.binary(max_size=40))
    raw = bringing(project, b"%PDF-" + bytes(broken[5:]), text="As I said.")
    assert take(project, raw).filed is not Filed.UNREADABLE


# ── mail that is for a person ────────────────────────────────────────────────────────────────────


def test_a_doubtful_mail_waits_and_counts_from_when_it_came(project: Project) -> None:
    verdict = take(project, reply(project, "How do I opt out? I do not agree."))
    assert verdict.filed is Filed.UNCLEAR
    assert ledger_of(project).requests("privacy", 2) == []
    (message,) = ledger_of(project).waiting()
    assert (message.policy, message.release, message.timing) == ("privacy", "2", Timing.IN_TIME)
    assert state(project) == "mail to read"
    done = judge(project, verdict.message, OUT, "she says so on the telephone", LATE)
    assert done.receipt == "R-000001"
    (row,) = optouts(project, "privacy", TWO)
    assert (row.state, row.timing, row.received) == ("opted out", Timing.IN_TIME, NOW)
    with pytest.raises(NotFoundError, match="is waiting"):
        judge(project, verdict.message, OUT, "again", LATE)


def test_a_person_may_find_that_nothing_was_declared(project: Project) -> None:
    verdict = take(project, reply(project, "Thank you"))
    judge(project, verdict.message, None, "a thank-you", NOW)
    assert ledger_of(project).waiting() == []
    assert optouts(project, "privacy", TWO) == []


def test_a_mail_from_nobody_knows_whom_waits(project: Project) -> None:
    verdict = take(project, reply(project, "I opt out", to="opt-out@hosting.example"))
    assert verdict.filed is Filed.UNKNOWN
    assert "c-1" not in str(verdict)
    assert "claims to be from customer c-1" in ledger_of(project).waiting()[0].reason
    with pytest.raises(NotFoundError, match="does not say which customer"):
        judge(project, verdict.message, OUT, "why", NOW)
    judge(project, verdict.message, OUT, "signed by hand", NOW, about=("privacy", TWO, "c-1"))
    assert state(project) == "opted out"


def test_an_altered_reply_address_has_no_effect(project: Project) -> None:
    good = token(project, "c-1")
    bad = good[:-1] + ("a" if good[-1] != "a" else "b")
    verdict = take(project, reply(project, "I opt out", to=f"opt-out+{bad}@hosting.example"))
    assert (verdict.filed, verdict.reason) == (Filed.UNKNOWN, "its reply address was altered")
    assert ledger_of(project).requests("privacy", 2) == []
    assert spooled(project) == []


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
def test_a_machine_is_never_answered(project: Project, fields: dict[str, str]) -> None:
    verdict = take(project, reply(project, "I opt out", **fields))
    assert verdict.filed is Filed.AUTOMATIC
    assert spooled(project) == []
    assert ledger_of(project).requests("privacy", 2) == []
    assert ledger_of(project).waiting() == []


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
        db.execute("DROP TABLE filing")
        db.execute("DROP TABLE message")
    with pytest.raises(LedgerError):
        receive(project, b"I opt out", None, NOW)


def test_a_message_that_cannot_be_filed_is_kept_all_the_same(project: Project) -> None:
    raw = reply(project, "I opt out")
    with sqlite3.connect(project.private / "ledger.sqlite") as db:
        db.execute("DROP TABLE answer")
    verdict = take(project, raw)
    assert verdict.filed is Filed.UNREADABLE
    assert [m.id for m in ledger_of(project).waiting()] == [verdict.message]


def test_without_a_key_a_message_is_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = reply(project, "I opt out")
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    assert take(project, raw).filed is Filed.UNREADABLE


def test_a_carrier_that_fails_loses_no_request_and_no_receipt(tmp_path: Path) -> None:
    port = free_port()
    project = told(tmp_path, port=port)
    verdict = take(project, reply(project, "I opt out"))
    assert verdict.filed is Filed.OPT_OUT
    assert [r.receipt for r in ledger_of(project).owed()] == ["R-000001"]
    assert "cannot be reached" in send_receipts(project, NOW).trouble
    keeps = Keeps()
    with real(keeps, port):
        assert send_receipts(project, NOW).sent == 1
        assert send_receipts(project, NOW).sent == 0
    assert keeps.told == ["anna@customer.example"]


# ── tokens and links ─────────────────────────────────────────────────────────────────────────────


def test_a_token_of_nobody_opens_nothing(project: Project) -> None:
    for bad in ("", "x", token(project, "c-1")[:-1], "privacy_2_0_sample"):
        with pytest.raises(TokenError):
            form_view(project, bad, NOW)
        with pytest.raises(TokenError):
            record(project, bad, OUT, NOW, {})
    with pytest.raises(TokenError):
        record(project, token(project, "c-1", ONE), OUT, NOW, {})


def test_a_declaration_is_about_its_own_release_only(project: Project) -> None:
    record(project, token(project, "c-1"), OUT, NOW, {})
    assert state(project, "c-2") == ""
    assert optouts(project, "privacy", ONE) == []


def test_the_form_shows_what_stands(project: Project) -> None:
    own = token(project, "c-1")
    _, view = form_view(project, own, NOW)
    assert (view.address, view.declared, view.timing) == ("a•••@c•••.example", None, Timing.IN_TIME)
    record(project, own, OUT, NOW, {})
    _, view = form_view(project, own.upper(), LATE)
    assert view.declared is not None
    assert (view.declared.kind, view.declared.receipt) == (OUT, "R-000001")
    assert (view.token, view.timing) == (own, Timing.LATE)


def test_who_asks_gets_the_link_at_the_customers_address_only(project: Project) -> None:
    ask_for_link(project, "privacy", TWO, "Anna@Customer.example", NOW)
    ask_for_link(project, "privacy", TWO, "stranger@evil.example", NOW)
    assert send_receipts(project, NOW).sent == 1
    (letter,) = spooled(project)
    assert b"anna@customer.example" in letter
    assert b"stranger" not in letter
    text = letter.replace(b"=\r\n", b"").replace(b"=3D", b"=").decode()
    assert f"token={token(project, 'c-1')}" in text
    assert optouts(project, "privacy", TWO) == []
    assert len(ledger_of(project).requests("privacy", 2)) == 2


def test_nobody_can_fill_a_customers_mailbox(project: Project) -> None:
    for minutes in range(9):
        moment = NOW + dt.timedelta(minutes=minutes)
        ask_for_link(project, "privacy", TWO, "anna@customer.example", moment)
    assert send_receipts(project, NOW).sent == 1
    ask_for_link(project, "privacy", TWO, "anna@customer.example", NOW + 2 * HOUR)
    assert send_receipts(project, NOW).sent == 1


def test_each_customer_behind_an_address_gets_a_link(project: Project) -> None:
    import_recipients(project, b"customer,address\nc-4,anna@customer.example\n", "l.csv", NOW)
    ask_for_link(project, "privacy", TWO, "anna@customer.example", NOW)
    assert send_receipts(project, NOW).sent == 2


def test_no_link_to_a_form_that_is_not_there(project: Project) -> None:
    with pytest.raises(NotFoundError):
        ask_for_link(project, "privacy", ONE, "anna@customer.example", NOW)


# ── the record ───────────────────────────────────────────────────────────────────────────────────


def test_status_says_where_everything_stands(project: Project) -> None:
    record(project, token(project, "c-1"), OUT, NOW, {})
    record(project, token(project, "c-2"), OUT, LATE, {})
    take(project, reply(project, "How do I opt out?"))
    found = standings(project, "privacy", NOW.date())
    assert [(str(t.release.number), str(t.status), t.opted_out, t.late) for t in found.tallies] == [
        ("1", "in force", 0, 0),
        ("2", "upcoming", 1, 1),
    ]
    text = "\n".join(status(project, "privacy", NOW.date()))
    assert "Version 2: upcoming from 1 March 2027, 1 opted out, 1 late" in text
    assert "to read: message 1" in text
    assert "to send: 2 receipt(s)" in text
    assert "anna" not in text


def test_rows_are_for_people(project: Project) -> None:
    record(project, token(project, "c-1"), OUT, NOW, {})
    (row,) = optouts(project, "privacy", TWO)
    assert row.cells() == (
        "c-1",
        "opted out",
        "2027-01-10 09:30 UTC",
        "in time",
        "form",
        "R-000001",
    )
    with pytest.raises(NotFoundError):
        optouts(project, "privacy", Number(9))
