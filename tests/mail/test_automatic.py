"""Whom a message is for, who wrote it, and whether that was a machine."""

from __future__ import annotations

import pytest

from publisher.mail.reading import read_mail
from tests.fixtures.mails import parts


def test_addresses_come_in_the_order_of_their_certainty() -> None:
    raw = (
        b'Cc: cc@a.example\nTo: "A, B" <to@a.example>, to-2@a.example\nX-Original-To: x@a.example\n'
        b"Delivered-To: d@a.example\nTO: to-3@a.example\n\n"
    )
    found = ("e@a.example", "d@a.example", "x@a.example", "to@a.example", "to-2@a.example")
    assert read_mail(raw, "<e@a.example>").addresses == (*found, "to-3@a.example", "cc@a.example")


@pytest.mark.parametrize(
    "value",
    [
        "opt-out+t_1@acme.example", "<opt-out+t_1@acme.example>", "x <opt-out+t_1@acme.example>",
        "'opt-out+t_1@acme.example' <opt-out+t_1@acme.example>", "x:;,(opt-out+t_1@acme.example)",
        "\"opt-out+t_1@acme.example\"\n <opt-out+t_1@acme.example>",
        "a" * 500 + " opt-out+t_1@acme.example",
        "," * 50_000 + "opt-out+t_1@acme.example.", "mailto:opt-out+t_1@acme.example",
    ],
)  # fmt: skip
def test_an_address_is_found_whatever_stands_around_it(value: str) -> None:
    found = read_mail(f"To: {value}\n\n".encode()).addresses
    assert "opt-out+t_1@acme.example" in [address.strip("'") for address in found]


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-replied", "Auto-Submitted: no\nAuto-Submitted: auto-generated",
        "Auto-Submitted: auto-generated; by=vacation", "Precedence: bulk", "Precedence: Junk",
        "Precedence: list", "Precedence: x\nPrecedence: auto_reply",
        "X-Auto-Response-Suppress: All",
        "X-Autoreply: yes", "Return-Path: <>", "Return-Path: < >", "List-Id: <a.b>",
        "Return-Path: <a@b>\nReturn-Path: <>", "X-Loop: a", "From: MAILER-DAEMON@mx.example",
        "Content-Type: multipart/report; boundary=b", "LIST-ID: a", "From: owner-x@lists.example",
    ],
)  # fmt: skip
def test_a_machine_is_known_by_any_of_its_fields(fields: str) -> None:
    assert read_mail(f"{fields}\n\nI opt out".encode()).automatic


@pytest.mark.parametrize(
    "fields", ["Auto-Submitted: no", "Auto-Submitted: No (typed)", "Precedence: first-class",
               "Return-Path: <a@b.example>", "X-Auto-Response-Suppress: None"]
)  # fmt: skip
def test_a_person_is_no_machine(fields: str) -> None:
    assert read_mail(f"{fields}\n\nI opt out".encode()).automatic == ""


STATUS = "Content-Type: message/delivery-status\n\nStatus: 5.1.1\n"


@pytest.mark.parametrize(
    ("raw", "report"),
    [
        (parts("multipart/report; report-type=delivery-status", "\nUnknown\n", STATUS), True),
        (parts("multipart/report", "\nUnknown\n", STATUS), True),
        (b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\n\nUnknown", True),
        (b"Return-Path: <>\nX-Failed-Recipients: a@b.example\n\nUnknown", True),
        (parts("multipart/report; report-type=disposition-notification", "\nRead\n"), False),
        (b"Return-Path: <>\nFrom: a@b.example\n\nI am away", False),
        (b"From: MAILER-DAEMON@mx.example\n\nI opt out", False),
    ],
)
def test_a_report_about_a_delivery_is_told_from_other_machines(raw: bytes, report: bool) -> None:
    mail = read_mail(raw)
    assert mail.report is report
    assert len(mail.texts) == 1
    assert mail.doubt == ""


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: (by filter) auto-replied", "Auto-Submitted: ((a) b) auto-generated; x=y",
        "Auto-Submitted: (no)", "Auto-Submitted:\tauto-replied", "Auto-Submitted: AUTO-REPLIED",
        "Auto-Submitted: yes", "Return-Path: <MAILER-DAEMON>", "Return-Path: < >",
        "Return-Path: <mailer-daemon@mx.example>", "Sender: mailer-daemon@mx.example",
        "From: no-reply@x.example", "From: NoReply@x.example", "List-Help: <mailto:x@y.example>",
        "X-MS-Exchange-Inbox-Rules-Loop: a@b.example", "X-POST-MessageClass: 9; Autoresponder",
    ],
)  # fmt: skip
def test_who_says_it_is_a_machine_is_one(field: str) -> None:
    assert read_mail(f"{field}\nTo: a@b.example\n\nI opt out\n".encode()).automatic


@pytest.mark.parametrize("value", ["no", " No ", "no (a person)", "(x) no; y=z", "NO"])
def test_who_says_it_is_no_machine_is_none(value: str) -> None:
    assert not read_mail(f"Auto-Submitted: {value}\n\nI opt out\n".encode()).automatic
