from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import hmac
import io
import json
import sqlite3
import sys
from base64 import b32encode
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from publisher.actions.optouts import optouts
from publisher.actions.read_messages import read_messages
from publisher.actions.receipts import receipts
from publisher.actions.receive import receive
from publisher.actions.requests import requests
from publisher.actions.send_receipts import send_receipts
from publisher.actions.show_message import show_message
from publisher.actions.status import status
from publisher.actions.workplace import Workplace
from publisher.answers.filing import Verdict
from publisher.answers.opt_out_form import FormState, form_state
from publisher.answers.opt_out_page import FormMessage
from publisher.edges.locks import held
from publisher.edges.project import Project
from publisher.errors import LedgerError, NotFoundError, RequestError, TokenError
from publisher.letters.message import message_id
from publisher.mail.reading import read_mail
from publisher.paper.documents import opt_out_document
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind, Timing
from publisher.releases.number import Number
from tests.fixtures.answers import ask, at, bearer_of, declare, judge, posted, words
from tests.fixtures.houses import (
    KEY,
    LATE,
    NOW,
    ONE,
    TWO,
    import_customers,
    letter_for,
    make,
    postpone,
    spooled,
    token,
    told,
)
from tests.fixtures.relays import Keeps, free_port, real
from tests.fixtures.workplaces import archive_of, ledger_of

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


def state_of_form(project: Project, token: str, moment: dt.datetime = NOW) -> FormState:
    """What the form of a customer shows."""
    bearer = bearer_of(project, token)
    requests = ledger_of(project).requests("privacy", 2, bearer.recipient.number)
    return form_state(bearer, requests, moment)


def take(project: Project, raw: bytes, to: str | None = None, now: dt.datetime = NOW) -> Verdict:
    verdict = receive(at(project, now), raw, to)
    send_receipts(at(project, now))
    assert ledger_of(project).raw(verdict.message) == raw
    return verdict


def state(project: Project, customer: str = "c-1") -> str:
    """What stands of a customer's declarations, and the mail that waits."""
    rows = [r for r in optouts(at(project), "privacy", TWO) if r.customer == customer]
    return ", ".join(r.state for r in rows if "stands" in r.remark or not r.receipt)


def listed(project: Project) -> list[tuple[str, str, str]]:
    """Every declaration that is listed: what, whether in time, and what is remarked."""
    rows = optouts(at(project), "privacy", TWO)
    return [(r.state, str(r.timing or ""), r.remark) for r in rows]


# ── mail that is understood ──────────────────────────────────────────────────────────────────────


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
    receipt = declare(project, token(project, "c-1"), OUT, NOW + HOUR)
    assert receipt.first is not None
    assert (receipt.request.receipt, receipt.first.received) == ("R-000001", NOW)
    back = declare(project, token(project, "c-1"), BACK, NOW + 2 * HOUR)
    assert back.request.receipt == "R-000003"
    assert state(project) == "withdrawn"
    take(project, reply(project, "I opt out"), now=NOW + 3 * HOUR)
    assert listed(project) == [
        ("opted out, 2 times", "in time", ""),
        ("withdrawn", "in time", ""),
        ("opted out", "in time", "stands"),
    ]


def test_late_is_kept_and_marked(project: Project) -> None:
    verdict = take(project, reply(project, "I opt out"), now=LATE)
    assert verdict.filed is Filed.OPT_OUT
    (row,) = optouts(at(project), "privacy", TWO)
    assert (row.timing, row.receipt) == (Timing.LATE, "R-000001")
    assert b"marked as late" in spooled(project)[0].replace(b"=\r\n", b"").replace(b"\r\n", b" ")


def test_what_came_in_time_is_not_overturned_by_what_came_late(project: Project) -> None:
    """And what came late is listed all the same, and its receipt says which it was."""
    declare(project, token(project, "c-1"), OUT, NOW)
    late = words(posted(project, token(project, "c-1"), BACK, LATE).html)
    assert listed(project) == [("opted out", "in time", "stands"), ("withdrawn", "late", "")]
    assert "Your withdrawal of your opt-out of version 2 of the Privacy Policy came late" in late
    assert "you opted out on 10 January 2027" in late
    assert "Version 2: upcoming" in "\n".join(status(at(project), "privacy").lines())
    assert "1 opted out, 1 late" in "\n".join(status(at(project), "privacy").lines())
    view = state_of_form(project, token(project, "c-1"), LATE)
    assert (view.declared and view.declared.kind, view.late and view.late.kind) == (OUT, BACK)


def test_a_late_opt_out_after_one_taken_back_is_listed_as_late(project: Project) -> None:
    own = token(project, "c-1")
    for hours, kind in enumerate((OUT, BACK)):
        declare(project, own, kind, NOW + hours * HOUR)
    verdict = take(project, reply(project, "I opt out"), now=LATE)
    assert verdict.reason.endswith("late")
    assert listed(project) == [
        ("opted out", "in time", ""),
        ("withdrawn", "in time", "stands"),
        ("opted out", "late", ""),
    ]
    (receipt,) = [x for x in spooled(project) if verdict.receipt.encode() in x]
    assert b"Subject: Your opt-out of version 2" in receipt
    assert b"You have opted out" not in receipt


def test_what_is_said_again_late_is_listed(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    take(project, reply(project, "I opt out"), now=LATE)
    assert listed(project) == [
        ("opted out", "in time", "stands"),
        ("opted out, again", "late", ""),
    ]


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


def test_a_postponement_moves_the_window_for_every_letter_sent(project: Project) -> None:
    postpone(project, dt.date(2027, 4, 1))
    assert declare(project, token(project, "c-1"), OUT, LATE).request.timing is Timing.IN_TIME
    other = declare(project, token(project, "c-1", Number(2, 1)), OUT, LATE)
    assert other.first


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


# ── a form that comes back ───────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The form of release 2 as it can be downloaded."""
    project = told(tmp_path_factory.mktemp("form"))
    release = archive_of(project).release("privacy", TWO)
    return Workplace(project).press.pdf_of(
        opt_out_document(release, Workplace(project).settings.organisation)
    )


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


def test_a_form_from_an_address_that_proves_nothing_waits_unopened(
    project: Project, blank: bytes
) -> None:
    raw = bringing(project, filled(blank, customer="c-1"), to="opt-out@hosting.example")
    verdict = take(project, raw)
    assert verdict.filed is Filed.UNKNOWN
    assert "c-1" not in str(verdict)
    assert ledger_of(project).requests("privacy", 2) == []
    (message,) = ledger_of(project).waiting()
    assert "claims to be from customer c-1" in message.reason
    shown = str(show_message(at(project), verdict.message))
    assert "Attached: form 0.pdf" in shown
    assert "Not opened: no personal address proves whose it is." in shown
    assert "Anna Example" not in shown
    about = ("privacy", TWO, "c-1")
    done = judge(project, verdict.message, OUT, "signed as on file", NOW, about=about)
    assert done.receipt == "R-000001"
    assert state(project) == "opted out"


def test_a_form_of_a_known_customer_is_shown_to_the_person_who_decides(
    project: Project, blank: bytes
) -> None:
    verdict = take(project, bringing(project, filled(blank), text="Is it right like this?"))
    shown = str(show_message(at(project), verdict.message))
    assert "A form of privacy/2, checked\n  name: Anna Example\n" in shown


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
    assert [m.id for m in ledger_of(project).waiting()] == [verdict.message]


@pytest.mark.parametrize("text", ["I opt out.", "As I said on the telephone."])
def test_a_form_that_was_printed_and_scanned_is_for_a_person(project: Project, text: str) -> None:
    scan = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(scan)
    verdict = take(project, bringing(project, scan.getvalue(), text=text))
    assert verdict.filed is Filed.UNCLEAR
    assert "this PDF has no fields" in verdict.reason


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
    assert str(done).endswith("opt out of privacy/2 by c-1: no, it is one, R-000001")
    (row,) = optouts(at(project), "privacy", TWO)
    assert (row.state, row.timing, row.received) == ("opted out", Timing.IN_TIME, NOW)
    taken = take(project, reply(project, "I opt out"), now=NOW + HOUR)
    with pytest.raises(NotFoundError, match="filed as opt out"):
        judge(project, taken.message, None, "it was not", LATE, again=True)


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
    assert ledger_of(project).waiting() == []
    assert optouts(at(project), "privacy", TWO) == []


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
    assert verdict.filed is Filed.UNKNOWN
    assert verdict.reason == "its reply address was altered, or belongs to another ledger"
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
        receive(at(project), b"I opt out", None)


def test_a_message_that_cannot_be_filed_is_kept_all_the_same(project: Project) -> None:
    raw = reply(project, "I opt out")
    with sqlite3.connect(project.private / "ledger.sqlite") as db:
        db.execute("DROP TABLE answer")
    verdict = receive(at(project), raw, None)
    assert verdict.filed is None
    assert [m.id for m in ledger_of(project).waiting()] == [verdict.message]


def test_without_a_key_a_message_is_kept_until_there_is_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = reply(project, "I opt out")
    with monkeypatch.context() as without:
        without.delenv("PUBLISHER_TOKEN_KEY")
        assert receive(at(project), raw, None).filed is None
    assert [m.filed for m in ledger_of(project).waiting()] == [None]
    assert take(project, reply(project, "Thank you"), now=NOW + HOUR).filed is Filed.UNCLEAR
    (row, _) = optouts(at(project), "privacy", TWO)
    assert (row.state, row.received) == ("opted out", NOW)


def test_a_message_that_no_process_can_be_started_for_is_read_by_the_next_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(sys, "executable", "/nowhere/python")
        assert receive(at(project), reply(project, "I opt out"), None).filed is None
    assert take(project, b"\n\n", now=NOW + HOUR).filed is Filed.UNKNOWN
    assert state(project) == "opted out"


def test_nobody_who_holds_the_lock_holds_a_mail_server_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.actions.read_messages.READING_PATIENCE", 0.2)
    with held(project.private / "reading.lock"):
        verdict = receive(at(project), reply(project, "I opt out"), None)
    assert (verdict.filed, verdict.reason) == (None, "others are read first")
    assert take(project, b"\n\n", now=NOW + HOUR).filed is Filed.UNKNOWN
    assert state(project) == "opted out"


def test_what_was_kept_before_the_program_was_stopped_is_read_by_the_next_run(
    project: Project,
) -> None:
    ledger = ledger_of(project)
    for hours in range(3):
        ledger.keep(reply(project, "I opt out"), "", at(project, NOW + hours * HOUR).clock)
    last = take(project, b"\n\nnothing", now=NOW + 9 * HOUR)
    assert last.filed is Filed.UNKNOWN
    assert [m.filed for m in ledger.messages()] == [Filed.OPT_OUT] * 3 + [Filed.UNKNOWN]
    assert listed(project) == [("opted out, 3 times", "in time", "stands")]
    assert read_messages(at(project)) == {}


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


# ── tokens and links ─────────────────────────────────────────────────────────────────────────────


def test_a_token_of_nobody_opens_nothing(project: Project) -> None:
    for bad in ("", "x", token(project, "c-1")[:-1], "privacy_2_0_sample"):
        with pytest.raises(TokenError):
            bearer_of(project, bad)
        assert posted(project, bad).message is FormMessage.BAD_LINK
    with pytest.raises(TokenError):
        declare(project, token(project, "c-1", ONE), OUT, NOW)


def test_a_link_opens_nothing_in_another_ledger(project: Project, tmp_path: Path) -> None:
    """There, the recipient with the same number may be another customer."""
    own = token(project, "c-1")
    (tmp_path / "other").mkdir()
    other = make(tmp_path / "other")
    people = b"customer,address\nc-2,ben@customer.example\nc-1,anna@customer.example\n"
    import_customers(other, people)
    with pytest.raises(TokenError):
        bearer_of(other, own)
    verdict = take(other, reply(project, "I opt out"))
    assert verdict.filed is Filed.UNKNOWN
    assert optouts(at(other), "privacy", TWO) == []


def row_token(project: Project, customer: str) -> str:
    """The token of a letter sent before the customer's id was part of what is signed."""
    recipient = ledger_of(project).customer(customer)
    assert recipient is not None
    body = f"privacy_2_{recipient.number:x}"
    digest = hmac.new(KEY.encode(), b"opt-out " + body.encode(), hashlib.sha256).digest()
    return f"{body}_{b32encode(digest).decode().lower()[:20]}"


def sent(project: Project, customer: str, words: str, state: DeliveryState) -> None:
    """Puts a letter on record whose Message-ID was made from these words."""
    recipient = ledger_of(project).customer(customer)
    assert recipient is not None
    ledger = ledger_of(project)
    ledger.enlist("privacy", TWO, dt.date(2027, 3, 1), [recipient.number], NOW)
    one = ledger.delivery("privacy", TWO, recipient.number)
    assert one is not None
    ledger.mark(one, recipient.address, message_id(words, "hosting.example"), NOW)
    ledger.settle(one, state, "", NOW)


@pytest.mark.parametrize("state", [DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT])
def test_the_link_in_a_letter_already_sent_goes_on_working(
    project: Project, state: DeliveryState
) -> None:
    sent(project, "c-1", "privacy/2 c-1 anna@customer.example", state)
    assert bearer_of(project, row_token(project, "c-1")).recipient.customer == "c-1"
    own = f"opt-out+{row_token(project, 'c-1')}@hosting.example"
    assert take(project, reply(project, "I opt out", to=own)).filed is Filed.OPT_OUT


def test_an_old_link_opens_nothing_where_no_such_letter_was_sent(project: Project) -> None:
    old = row_token(project, "c-1")
    with pytest.raises(TokenError):
        bearer_of(project, old)
    sent(project, "c-2", "privacy/2 c-2 ben@customer.example", DeliveryState.ACCEPTED)
    with pytest.raises(TokenError):
        bearer_of(project, old)
    # A letter that this program sent has a token of its own, so an old one is from elsewhere.
    letter = letter_for(project, "c-1")
    ledger = ledger_of(project)
    ledger.enlist("privacy", TWO, dt.date(2027, 3, 1), [1], NOW)
    one = ledger.delivery("privacy", TWO, 1)
    assert one is not None
    ledger.mark(one, "anna@customer.example", letter.id, NOW)
    ledger.settle(one, DeliveryState.ACCEPTED, "", NOW)
    with pytest.raises(TokenError):
        bearer_of(project, old)


def test_a_declaration_is_about_its_own_release_only(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    assert state(project, "c-2") == ""
    assert optouts(at(project), "privacy", ONE) == []


def test_the_form_shows_what_stands(project: Project) -> None:
    own = token(project, "c-1")
    view = state_of_form(project, own, NOW)
    assert (view.address, view.declared, view.timing) == ("a•••@c•••.example", None, Timing.IN_TIME)
    declare(project, own, OUT, NOW)
    view = state_of_form(project, own.upper(), LATE)
    assert view.declared is not None
    assert (view.declared.kind, view.declared.receipt) == (OUT, "R-000001")
    assert (view.token, view.timing) == (own, Timing.LATE)


def test_who_asks_gets_the_link_at_the_customers_address_only(project: Project) -> None:
    ask(project, "Anna@Customer.example")
    ask(project, "stranger@evil.example")
    assert send_receipts(at(project)).sent == 1
    (letter,) = spooled(project)
    assert b"anna@customer.example" in letter
    assert b"stranger" not in letter
    text = letter.replace(b"=\r\n", b"").replace(b"=3D", b"=").decode()
    assert f"token={token(project, 'c-1')}" in text
    assert optouts(at(project), "privacy", TWO) == []
    asked = ledger_of(project).requests("privacy", 2)
    assert [r.recipient for r in asked] == [None, None, 1]


def test_each_customer_behind_an_address_gets_a_link(project: Project) -> None:
    import_customers(project, b"customer,address\nc-4,anna@customer.example\n")
    ask(project, "anna@customer.example")
    assert send_receipts(at(project)).sent == 2


def test_no_link_to_a_form_that_is_not_there(project: Project) -> None:
    with pytest.raises(NotFoundError):
        ask(project, "anna@customer.example", number=ONE)


# ── the record ───────────────────────────────────────────────────────────────────────────────────


def test_status_says_where_everything_stands(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    declare(project, token(project, "c-2"), OUT, LATE)
    receive(at(project), reply(project, "How do I opt out?"), None)
    found = status(at(project), "privacy")
    assert [(str(t.release.number), str(t.status), t.opted_out, t.late) for t in found.tallies] == [
        ("1", "in force", 0, 0),
        ("2", "upcoming", 1, 1),
    ]
    text = "\n".join(status(at(project), "privacy").lines())
    assert "Version 2: upcoming from 1 March 2027, 1 opted out, 1 late" in text
    assert "to read: message 1" in text
    # The receipts of those that are declared by form are still owed.
    assert "to send: 2 receipt(s)" in text
    assert "anna" not in text


def test_rows_are_for_people(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    (row,) = optouts(at(project), "privacy", TWO)
    assert row.cells() == (
        "c-1",
        "opted out",
        "2027-01-10 09:30 UTC",
        "in time",
        "form",
        "R-000001",
        "stands",
    )
    with pytest.raises(NotFoundError):
        optouts(at(project), "privacy", Number(9))
