"""Whether a message names an address, in whatever way it is encoded."""

from __future__ import annotations

import base64
import quopri
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail.naming import names_any, pattern_of, possible_addresses

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
    "written",
    [
        "https://x.example/?email=anna.muster@customer.example&x=1",
        "'anna.muster@customer.example'",
        "*anna.muster@customer.example*",
        "_anna.muster@customer.example_",
        "|anna.muster@customer.example|",
        "/anna.muster@customer.example/",
        "-anna.muster@customer.example.",
        "{anna.muster@customer.example}",
        '"anna.muster"@customer.example',
        "List-Unsubscribe: <https://x.example/u?e=anna.muster%40customer.example>",
        "https://x.example/?to=https%3A%2F%2Fy.example%2F%3Fe%3Danna.muster%2540customer.example",
        "mailto:anna%2Emuster@customer.example",
        "Return-Path: <bounce+anna.muster=customer.example@lists.example>",
        "Return-Path: <list-return-17-anna.muster=customer.example@lists.example>",
        "Return-Path: <SRS0=HHH=TT=customer.example=anna.muster@forwarder.example>",
        "Return-Path: <prvs=0123456789=anna.muster@customer.example>",
        "RCPT TO:<anna.muster%customer.example@relay.example>",
        "anna.muster&#64;<wbr>customer.example",
        r'{"to":"anna.muster\u0040customer.example"}',
        r"Hello\nanna.muster@customer.example\n",
        "请写信给anna.muster@customer.example谢谢",
        "anna.muster@\u200bcustomer.example",
    ],
)
def test_an_address_in_its_usual_surroundings(written: str) -> None:
    for how in ("8bit", "quoted-printable", "base64"):
        assert names_any(composed(f"See\n{written}\n", how), ANNA), how
        assert "anna.muster@customer.example" in possible_addresses(composed(written, how)), how


@pytest.mark.parametrize("length", [1, 4, 7, 10, 13, 60])
def test_base64_in_lines_of_any_length(length: int) -> None:
    for words in (b"anna.muster@customer.example", b"Dear Sir,\n\nanna.muster@customer.example"):
        signs = base64.b64encode(words + b" is me. " * 9)
        lines = [signs[start : start + length] for start in range(0, len(signs), length)]
        for ends in (b"\n", b"\r\n", b" \r\n", b"\n> "):
            head = b"Content-Transfer-Encoding: base64" + 2 * ends.rstrip(b"> ")
            assert names_any(head + ends.join(lines) + ends, ANNA) or ends == b"\n> "


def test_base64_that_is_quoted_and_a_mail_that_is_a_file() -> None:
    signs = base64.encodebytes(b"Please note that I am anna.muster@customer.example, and so on")
    assert names_any(b"> " + b"\n> ".join(signs.splitlines()), ANNA)
    for how in ("quoted-printable", "base64"):
        inner = composed(WORDS, how)
        assert names_any(b"X: y\n\n" + base64.encodebytes(inner), ANNA)


def test_words_of_a_header_that_are_one() -> None:
    for field in (
        "Subject: =?utf-8?q?Hello_anna=2Emus?= =?utf-8?q?ter=40customer=2Eexample?=",
        "Subject: =?utf-8?q?anna=2Emus?=\r\n =?utf-8?b?dGVyQGN1c3RvbWVyLmV4YW1wbGU=?=",
    ):
        assert names_any(f"{field}\r\n\r\nHello\r\n".encode(), ANNA)


@pytest.mark.parametrize(
    "given_as", ["x@bücher.example", "x@xn--bcher-kva.example", "X@BÜCHER.Example"]
)
def test_a_domain_in_its_script_or_in_ascii(given_as: str) -> None:
    wanted = pattern_of([given_as])
    for written in (
        "x@bücher.example",
        "X@BÜCHER.EXAMPLE",
        "x@XN--bcher-kva.example",
        "x@bu\u0308cher.example",
        "x%40b%C3%BCcher.example",
        "x@b&uuml;cher.example",
    ):
        for how in ("8bit", "quoted-printable", "base64"):
            assert names_any(composed(f"It is {written}.", how), wanted), (written, how)
        assert "x@xn--bcher-kva.example" in possible_addresses(composed(written, "8bit"))
    assert names_any("It is x@bücher.example.".encode("latin-1"), wanted)
    assert names_any("It is x@bücher.example.".encode("utf-16"), wanted)
    assert not names_any("It is x@bucher.example, xx@bücher.example".encode(), wanted)


@pytest.mark.parametrize(
    "other",
    [
        "joanna.muster@customer.example",
        "am@x.example.org",
        "am@x.example-2",
        "i-am@x.example",
        "amx@x.example",
        "am@xyexample",
        "i_am@x.example",
        "i+am@x.example",
        "i--am@x.example",
        "o'am@x.example",
        "éam@x.example",
        "am@x.exampleé",
        "first.am=x.example@lists.example",
        "xam=x.example@lists.example",
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
