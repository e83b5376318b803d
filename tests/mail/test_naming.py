"""Whether a message names an address, in whatever way it is encoded."""

from __future__ import annotations

import base64
import quopri
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail.naming import names_any, pattern_of

ANNA = pattern_of(["Anna.Muster@customer.example", "am@x.example"])
WORDS = "Please note that my address is Anna.MUSTER@customer.example, as ever."


def composed(words: str, how: str, subtype: str = "plain") -> bytes:
    message = EmailMessage()
    message["From"] = "Somebody <somebody@else.example>"
    message["Subject"] = "Grüße"
    message.set_content(f"{'ä' * 30}\n" * 3 + words, subtype=subtype, cte=how)
    return message.as_bytes()


@pytest.mark.parametrize("how", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_an_address_in_words(how: str, ends: bytes) -> None:
    for before in range(80):
        data = composed(" " * before + WORDS, how).replace(b"\n", ends)
        assert names_any(data, ANNA)
    assert not names_any(composed("Nobody is named here. " * 20, how), ANNA)


def test_an_address_in_html() -> None:
    for written in ("anna.muster&#64;customer.example", "anna&#x2e;muster@customer.example"):
        for how in ("8bit", "quoted-printable", "base64"):
            assert names_any(composed(f"<p>{written}</p>", how, "html"), ANNA)


def test_an_address_in_a_header() -> None:
    name = base64.b64encode("Ännä anna.muster@customer.example".encode()).decode()
    for field in (
        "From: anna.muster@customer.example",
        "To: <AM@X.example>",
        f"Subject: =?utf-8?B?{name}?=",
        "Subject: =?utf-8?q?anna=2Emuster=40customer=2Eexample?=",
    ):
        assert names_any(f"{field}\r\n\r\nHello\r\n".encode(), ANNA), field


@pytest.mark.parametrize(
    "other",
    [
        "joanna.muster@customer.example",
        "am@x.example.org",
        "am@x.example-2",
        "i-am@x.example",
        "amx@x.example",
        "am@xyexample",
    ],
)
def test_an_address_is_not_part_of_another(other: str) -> None:
    assert not names_any(f"From: {other}\r\n\r\nI am <{other}>.\r\n".encode(), ANNA)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_looked_at(raw: bytes) -> None:
    assert not names_any(raw, ANNA)
    assert names_any(raw + b" am@x.example", ANNA) or raw.endswith(b"=")
    quoted = quopri.encodestring(raw + b" am@x.example ")
    assert names_any(quoted, ANNA)
    assert names_any(base64.encodebytes(raw + b"\n am@x.example \n" + bytes(12)), ANNA) or not raw
