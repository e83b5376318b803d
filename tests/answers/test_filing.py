"""How a mail is filed, by what it is, who it is from, its words and its forms."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import pytest

from publisher.answers.bearer import Bearer, bearer_of_token
from publisher.answers.correspondence import Correspondence, correspondence
from publisher.answers.filing import (
    Attachments,
    Senders,
    decide,
    decide_unread,
    filing_of,
    opt_out_evidence,
)
from publisher.answers.phrases import read_phrases
from publisher.answers.returned_form import CUSTOMER_FIELD, ReturnedForm
from publisher.mail.mail import Mail
from publisher.mail.reading import read_mail
from publisher.people.messages import Filed
from tests.answers.test_bearer import ANNA, amendment, token
from tests.fixtures.amendments import HOSTING

SHIPPED = resources.files("publisher") / "assets" / "declarations"
PHRASES = read_phrases(
    {f.name: f.read_bytes() for f in SHIPPED.iterdir() if f.name.endswith(".toml")}
)


def anna() -> Bearer:
    return bearer_of_token(token(), ANNA, amendment())


def letter() -> Correspondence:
    return correspondence(anna(), None, HOSTING, PHRASES)


def mail(text: str, fields: str = "", files: int = 0) -> Mail:
    """A mail of these words, with so many PDFs."""
    read = read_mail(f"From: anna@customer.example\n{fields}\n{text}\n".encode())
    names = tuple(f"form {n}.pdf" for n in range(files))
    return replace(read, files=names, pdfs=files)


def form(**other: str) -> ReturnedForm:
    release = anna().release
    return ReturnedForm(release.name, release.seal, declared=True, fields={**other})


def formed(*forms: ReturnedForm) -> Attachments:
    return Attachments(forms or (form(),), "", anna().release)


# ── without reading its words ────────────────────────────────────────────────────────────────────


def test_what_one_customer_writes_is_read() -> None:
    assert decide_unread(mail("I opt out"), Senders((anna(),), ours=True)) is None


@pytest.mark.parametrize(
    ("senders", "filed", "reason"),
    [
        (Senders((), ours=False), Filed.UNKNOWN, "no personal reply address is on it"),
        (Senders((), ours=True), Filed.UNKNOWN, "its reply address was altered"),
        (Senders((anna(), anna()), ours=True), Filed.UNCLEAR, "several personal addresses"),
    ],
)
def test_what_is_not_proven_to_be_one_customers_waits(
    senders: Senders, filed: Filed, reason: str
) -> None:
    decision = decide_unread(mail("I opt out"), senders)
    assert decision is not None
    assert decision.filed is filed
    assert reason in decision.reason


def test_whom_it_claims_to_be_from_only_the_ledger_learns() -> None:
    decision = decide_unread(mail("I opt out"), Senders((), ours=False, claims=("c-1", "c-4")))
    assert decision is not None
    assert "c-1" not in decision.reason
    filing = filing_of(decision, None, None)
    assert filing.reason.endswith("; it claims to be from customer c-1 or c-4")
    assert (filing.policy, filing.recipient, filing.timing) == ("", None, None)


def test_a_machine_nobody_has_to_read_unless_it_may_have_passed_on_a_customers_words() -> None:
    machine = mail("away", "Auto-Submitted: auto-replied\n")
    for senders, filed in (
        (Senders((), ours=False), Filed.AUTOMATIC),
        (Senders((), ours=False, claims=("c-1",)), Filed.UNKNOWN),
        (Senders((), ours=True), Filed.UNKNOWN),
    ):
        decision = decide_unread(machine, senders)
        assert decision is not None
        assert decision.filed is filed
    report = replace(machine, report=True)
    decision = decide_unread(report, Senders((anna(),), ours=True))
    assert decision is not None
    assert decision.filed is Filed.AUTOMATIC


# ── by its words ─────────────────────────────────────────────────────────────────────────────────


def test_a_declaration_beyond_doubt_opts_out_and_its_words_are_kept() -> None:
    written = mail("I opt out.")
    decision = decide(written, letter(), Attachments())
    assert (decision.filed, decision.reason) == (Filed.OPT_OUT, "privacy/2")
    evidence = opt_out_evidence(7, written, decision)
    assert (evidence["message"], evidence["text"]) == (7, "I opt out.")
    assert "form" not in evidence


@pytest.mark.parametrize("text", ["I opt out. And delete my data.", "How do I opt out?", ""])
def test_anything_else_waits(text: str) -> None:
    decision = decide(mail(text), letter(), Attachments())
    assert decision.filed is Filed.UNCLEAR
    assert decision.reason.endswith(", about privacy/2")


def test_the_words_of_a_machine_wait_and_its_silence_does_not() -> None:
    machine = "Auto-Submitted: auto-replied\n"
    assert decide(mail("I opt out", machine), letter(), Attachments()).filed is Filed.UNCLEAR
    assert decide(mail("", machine), letter(), Attachments()).filed is Filed.AUTOMATIC
    assert decide(mail("", machine, files=1), letter(), Attachments()).filed is Filed.UNCLEAR


# ── by its form ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("customer", ["", "c-1", " Anna@Customer.example "])
def test_a_form_opts_out(customer: str) -> None:
    attached = formed(form(**{CUSTOMER_FIELD: customer}))
    decision = decide(mail("", files=1), letter(), attached)
    assert (decision.filed, decision.reason) == (Filed.OPT_OUT, "privacy/2, by its form")
    evidence = opt_out_evidence(7, mail("", files=1), decision)
    assert evidence["form"] == {
        "release": "privacy/2",
        "seal": anna().release.seal,
        CUSTOMER_FIELD: customer,
    }


@pytest.mark.parametrize(
    ("attached", "files", "reason"),
    [
        (Attachments(), 1, "a file is attached, about privacy/2"),
        (Attachments(fault="no fields"), 1, "a file is attached; no fields, about privacy/2"),
        (Attachments(beyond_limits="too much"), 1, "of its attachment: too much"),
        (formed(), 2, "other files are attached to its form of privacy/2"),
        (formed(form(), replace(form(), declared=False)), 2, "its forms do not say the same"),
        (replace(formed(), release=None), 1, "was not made for that release"),
        (formed(replace(form(), declared=False)), 1, "its form of privacy/2 is not checked"),
        (formed(form(customer="c-2")), 1, "names somebody else than its reply address"),
    ],
)
def test_a_form_with_a_doubt_waits(attached: Attachments, files: int, reason: str) -> None:
    decision = decide(mail("", files=files), letter(), attached)
    assert decision.filed is Filed.UNCLEAR
    assert reason in decision.reason


def test_words_beside_a_form_may_leave_a_doubt() -> None:
    decision = decide(mail("Did I fill it in right?", files=1), letter(), formed())
    assert decision.filed is Filed.UNCLEAR
    assert "beside its form of privacy/2" in decision.reason
