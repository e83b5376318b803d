"""Forms that come back attached to a mail: `publisher receive`."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
import json
from email.message import EmailMessage

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from publisher.actions.show_message import show_message
from publisher.actions.workplace import Workplace
from publisher.answers.mailed_requests import forms_led_to
from publisher.edges.project import Project
from publisher.paper.documents import opt_out_document
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    at,
    judge,
    reply,
    state,
    take,
)
from tests.fixtures.houses import LATE, NOW, TWO, spooled, told
from tests.fixtures.workplaces import archive_of, ledger_of

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


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
    (answer,) = ledger_of(project).requests("", 0)
    assert answer.kind is RequestKind.WRITE
    led = list(forms_led_to(answer))
    assert led == [("privacy", TWO)], "the link is mailed to the address on record"
    (message,) = ledger_of(project).waiting()
    assert "claims to be from customer c-1" in message.reason
    shown = str(show_message(at(project), verdict.message))
    assert "Attached: form 0.pdf" in shown
    assert "Not opened: no personal address proves whose it is." in shown
    assert "Anna Example" not in shown
    about = ("privacy", TWO, "c-1")
    done = judge(project, verdict.message, OUT, "signed as on file", NOW, about=about)
    assert done.receipt.startswith("R-")
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
