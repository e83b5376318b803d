"""Any message is read, and what cannot be is shown as it came."""

from __future__ import annotations

import json
from dataclasses import asdict
from email.message import EmailMessage

from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.mail.reading import as_it_came, read_mail


@settings(max_examples=300)
@given(st.binary(max_size=300))
@example(b"")
@example(b"\x00\xff")
@example(b"Content-Type: multipart/mixed; boundary=b\n--b\r--b--")
@example(b"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n")
def test_whatever_comes_is_read(raw: bytes) -> None:
    mail = read_mail(raw, "a@b.example")
    assert json.loads(json.dumps(asdict(mail)).encode())["addresses"][0] == "a@b.example"
    as_it_came(raw).encode()


FIELDS = ["To", "From", "Subject", "Auto-Submitted", "Content-Type", "Content-Disposition",
          "Content-Transfer-Encoding", "Message-ID", "Return-Path", "Precedence"]  # fmt: skip


@settings(max_examples=300)
@given(st.binary(max_size=100), st.sampled_from(FIELDS))
def test_no_field_stops_the_reader(value: bytes, name: str) -> None:
    read_mail(name.encode() + b": " + value + b"\n\nI opt out\n")


@given(st.text(max_size=200))
def test_a_plain_text_is_read_as_it_is(text: str) -> None:
    text = "".join(letter for letter in text if letter.isprintable() and letter not in ">\ufeff")
    raw = EmailMessage()
    raw.set_content(text, cte="base64")
    assert "".join(read_mail(raw.as_bytes()).texts).strip() == text.strip()


def test_a_mail_that_cannot_be_read_is_shown_as_it_came() -> None:
    assert as_it_came(b"To: a\r\n\r\n\xe4b\x00" + b"x" * 90_000, 12) == "To: a\n\n\ufffdb\x00"
    assert len(as_it_came(b"\xff" * 90_000)) == 20_000
