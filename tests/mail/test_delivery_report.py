"""What mail servers report is read as they mean it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail.delivery_report import MOST_SAID, DeliveryReport, ReportKind, read_report
from tests.fixtures.bounces import (
    TO,
    complaint,
    delayed,
    exchange,
    exim,
    gmail,
    plain,
    postfix,
    qmail,
    report,
    vacation,
)

BACK = "bounces+t@hosting.example"
FAILED, DELAYED, DELIVERED = ReportKind.FAILED, ReportKind.DELAYED, ReportKind.DELIVERED


def group(action: str, status: str, code: str = "") -> str:
    diagnostic = f"\nDiagnostic-Code: smtp; {code}" if code else ""
    return f"Final-Recipient: rfc822; {TO}\nAction: {action}\nStatus: {status}{diagnostic}\n"


HEAD = "Reporting-MTA: dns; mx.example\n\n"

CASES = {
    "postfix": (postfix(BACK), FAILED, "5.1.1"),
    "gmail": (gmail(BACK), FAILED, "5.2.1"),
    "exchange": (exchange(BACK), FAILED, "5.1.10"),
    "exim": (exim(BACK), FAILED, "5.1.1"),
    "qmail": (qmail(BACK), FAILED, "5.1.1"),
    "delayed": (delayed(BACK), DELAYED, "4.4.1"),
    "vacation": (vacation(BACK), ReportKind.NOTHING, ""),
    "given up in the end, for a reason that passes": (
        report(BACK, HEAD + group("failed", "4.4.7", "delivery expired")), FAILED, "4.4.7",
    ),
    "two addresses behind it, of which one got it": (
        report(BACK, HEAD + group("failed", "5.1.1") + "\n" + group("relayed", "2.0.0")),
        DELIVERED, "2.0.0",
    ),
    "two addresses behind it, of which one may still get it": (
        report(BACK, HEAD + group("failed", "5.1.1") + "\n" + group("delayed", "4.2.2")),
        DELAYED, "4.2.2",
    ),
    "no action, and a code": (
        report(BACK, HEAD + f"Final-Recipient: rfc822; {TO}\nStatus: 5.0.0\n"), FAILED, "5.0.0",
    ),
    "a code in the words alone": (
        report(BACK, HEAD + f"Action: failed\nDiagnostic-Code: smtp; 552 5.2.2 {TO} is full\n"),
        FAILED, "5.2.2",
    ),
    "fields that say nothing": (
        report(BACK, "Reporting-MTA: dns; mx.example\n", sender="Relay <relay@mx.example>"),
        ReportKind.UNREAD, "",
    ),
    "a daemon that nobody understands": (
        plain(BACK, "MAILER-DAEMON@mx.example", "Something happened."), ReportKind.UNREAD, "",
    ),
    "a person": (
        plain(BACK, f"Ben <{TO}>", "550 5.1.1 user unknown, says the daemon"),
        ReportKind.NOTHING, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_report_is_read_as_it_is_meant(name: str) -> None:
    raw, said, status = CASES[name]
    found = read_report(raw)
    assert (found.said, found.status) == (said, status)
    assert "third person" not in found.words


def test_the_words_of_the_server_stay() -> None:
    words = f"550 5.1.1 <{TO}>: Recipient address rejected: User unknown in virtual mailbox table"
    assert read_report(postfix(BACK)).words == words
    assert read_report(exim(BACK)).words == f"550 5.1.1 <{TO}>: no such person here"
    assert read_report(qmail(BACK)).words == "Sorry, no mailbox here by that name. (#5.1.1)"


def test_a_complaint_names_the_envelope() -> None:
    found = read_report(complaint("fbl@hosting.example", BACK))
    assert found == DeliveryReport(ReportKind.COMPLAINT, words="abuse", envelopes=(BACK,))
    in_the_letter = complaint("fbl@hosting.example", BACK).replace(b"Original-Mail-From", b"X-None")
    assert read_report(in_the_letter) == found


@given(cut=st.integers(0, 3_000), put=st.binary(max_size=12), which=st.sampled_from(sorted(CASES)))
def test_whatever_is_cut_or_put_in_it_is_read(cut: int, put: bytes, which: str) -> None:
    raw = CASES[which][0]
    found = read_report(raw[:cut] + put + raw[cut:])
    assert len(found.words) <= MOST_SAID
    assert found.words.isprintable() or not found.words
