"""The parts of a message are those that mail programs see, whatever its charset and encoding."""

from __future__ import annotations

import base64
import re
import string
from email import message_from_bytes
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.mail import mime
from publisher.mail.reading import read_mail
from tests.fixtures.mails import SAID, TO, parts

PLAIN, RICH = f"\n{SAID}\n", f"Content-Type: text/html\n\n<p>{SAID}</p>\n"


def test_what_is_said_in_two_ways_is_two_texts() -> None:
    mail = read_mail(
        parts("multipart/alternative", "\nplain\n", "Content-Type: text/html\n\nrich\n")
    )
    assert (mail.texts, mail.doubt) == (("plain", "rich"), "")


def test_what_is_said_only_where_nobody_looks_is_doubtful() -> None:
    raw = parts("multipart/alternative", PLAIN, "Content-Type: text/html\n\n<p></p>\n")
    assert read_mail(raw).doubt == "it says nothing where mail programs look first"
    raw = parts("multipart/alternative", "\n\n", RICH)
    assert (read_mail(raw).texts, read_mail(raw).doubt) == ((SAID,), "")


def test_the_footer_of_a_list_belongs_to_each_way() -> None:
    both = parts("multipart/alternative", "\nplain\n", "Content-Type: text/html\n\nrich\n")
    raw = parts(
        "multipart/mixed", both.decode().replace("b\n", "c\n").replace("--b", "--c"), "\nfoot\n"
    )
    mail = read_mail(raw)
    assert mail.doubt == ""
    assert [text.split() for text in mail.texts] == [["plain", "foot"], ["rich", "foot"]]


def test_html_around_a_picture_is_one_text() -> None:
    picture = "Content-Type: image/png; name=a.png\nContent-Disposition: inline\n\nx\n"
    raw = parts("multipart/mixed", RICH, picture, "Content-Type: text/html\n\n<p>More.</p>\n")
    mail = read_mail(raw)
    assert mail.doubt == ""
    assert [text.split() for text in mail.texts] == [["I", "opt", "out.", "More."]]


@pytest.mark.parametrize(
    "part",
    [
        "Content-Type: application/pgp-signature; name=signature.asc\n\nx\n",
        "Content-Type: application/pkcs7-signature; name=a.p7s\nContent-Disposition: attachment"
        "\n\nx\n",
        "Content-Type: text/vcard; name=a.vcf\n\nx\n",
        "Content-Type: image/png\nContent-ID: <a@b>\n\nx\n",
        "Content-Type: application/pgp-keys; name=publickey.asc\n\nx\n",
    ],
)  # fmt: skip
def test_what_mail_programs_add_is_harmless(part: str) -> None:
    mail = read_mail(parts("multipart/mixed", PLAIN, part))
    assert (mail.texts, mail.doubt, mail.files) == ((SAID,), "", ())


@pytest.mark.parametrize(
    ("part", "doubt"),
    [
        ("Content-Type: application/msword; name=contract.docx\n\nx\n", "contract.docx"),
        ("Content-Type: text/plain; name=note.txt\n\nI opt out\n", "note.txt"),
        ("Content-Disposition: attachment\n\nI opt out\n", "unnamed text/plain"),
        ("Content-Type: message/rfc822\n\nSubject: x\n\nI opt out\n", "a message is attached"),
        ("Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n", "unnamed text/calendar"),
        ("Content-Type: image/jpeg; name=a.jpg\nContent-Disposition: attachment\n\nx\n", "a.jpg"),
        ("Content-Type: application/ms-tnef; name=winmail.dat\n\nx\n", "winmail.dat"),
        ("Content-Type: application/x; name=\"../../a\x1b[2J.sh\"\n\nx\n", "a [2J.sh"),
        ("Content-Type: application/x; name*=utf-8''%C3%A4.bin\n\nx\n", "ä.bin"),
        ("Content-Type: application/x; name*0=a; name*1=.bin\n\nx\n", "a.bin"),
        ("Content-Type: application/x; name=\"=?utf-8?q?=C3=A4?=.bin\"\n\nx\n", "ä.bin"),
    ],
)  # fmt: skip
def test_a_file_is_doubtful_and_named(part: str, doubt: str) -> None:
    mail = read_mail(parts("multipart/mixed", PLAIN, part))
    assert mail.texts == (SAID,)
    assert doubt in mail.doubt
    assert len(mail.files) == 1


def test_a_message_that_is_attached_to_an_empty_one_says_nothing() -> None:
    mail = read_mail(parts("multipart/digest", "\nSubject: x\n\nI opt out\n"))
    assert (mail.texts, mail.doubt) == ((), "a message is attached")


@pytest.mark.parametrize("kind", ["multipart/encrypted", "application/pkcs7-mime"])
def test_what_is_encrypted_is_doubtful(kind: str) -> None:
    mail = read_mail(parts(kind, PLAIN, PLAIN))
    assert (mail.texts, mail.doubt) == ((), "it is encrypted")


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed\n\nI opt out",
        b"Content-Type: multipart/mixed; boundary=b\n\nI opt out",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nI opt out\n",
        b"Content-Type: text/plain\nContent-Type: text/html\n\nI opt out",
        b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n)22!O<'0@;W5T\n",
        b"Content-Transfer-Encoding: base64\n\nSSBvcHQgb3V0=\nbm90\n",
        b"Subject: a\nSubject: b\n\nI opt out",
        b"From: a@b.example\nFrom: c@d.example\n\nI opt out",
        b"Subject: a\nno field\n\nI opt out",
        b"Content-Disposition: inline; filename*=idna''%ff%fe\n\nI opt out",
        b"Content-Type: text/plain; charset*0*=u\0''a; charset*1*=b\n\nI opt out",
        b"Content-Type: text/plain; charset*=a; charset*0*=b\n\nI opt out",
        b"Content-Type: text/plain; charset=utf-8; charset=utf-16\n\nI opt out",
        b"Content-Type: multipart/mixed; boundary=b; boundary=c\n\n--b\n\nI opt out\n--b--",
        b"\n\xe2\x80\xaetuo tpo I",
    ],
)
def test_what_mail_programs_may_read_in_two_ways_is_doubtful(raw: bytes) -> None:
    assert read_mail(TO + raw).doubt


LEAVES = st.builds(
    lambda text, subtype, coded: MIMEText(text, subtype, "utf-8" if coded else "us-ascii"),
    st.text(string.ascii_letters + " -\n", max_size=30),
    st.sampled_from(["plain", "html"]),
    st.booleans(),
)


def together(parts: list[Message], kind: str, boundary: str) -> Message:
    whole = MIMEMultipart(kind, boundary)
    for part in parts:
        whole.attach(part)
    return whole


@given(
    st.recursive(
        LEAVES,
        lambda parts: st.builds(
            together,
            st.lists(parts, min_size=1, max_size=3),
            st.sampled_from(["mixed", "alternative", "related"]),
            st.uuids().map(str) | st.uuids().map(lambda uuid: f"{uuid}'()+_,-./:=?"),
        ),
        max_leaves=8,
    )
)
def test_the_parts_are_those_that_the_standard_library_finds(message: Message) -> None:
    raw = message.as_bytes()
    theirs = [
        (part.get_content_type(), part.get_payload(decode=True) or b"")
        for part in message_from_bytes(raw).walk()
        if not part.is_multipart()
    ]
    ours = [(p.kind, p.data(10_000)) for p in mime.read(raw).walk() if not p.parts]
    assert ours == theirs
    assert not re.search("header|part|text", read_mail(raw).doubt)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_parts_are_found_whatever_ends_a_line(end: str) -> None:
    body = "one\n\ntwo\n--bb\n--b x\n --b\n"
    raw = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\npreamble\n--b \t\n\n" + body
    raw += "--b\n--b\n\nthree\n--b--\nafter\n--b\n\nnothing\n"
    mail = read_mail(raw.replace("\n", end).encode())
    assert mail.texts == ("one\n\ntwo\n--bb\n--b x\n --b\n\nthree",)
    assert (mail.subject, mail.doubt) == ("s", "")


def test_a_message_from_a_mailbox_file_is_one() -> None:
    mail = read_mail(b"From ann@customer.example Sun Jan 10 10:00:00 2027\nSubject: a\n\nb\n")
    assert (mail.subject, mail.texts, mail.doubt) == ("a", ("b",), "")


# ── charsets and encodings ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", "ä€".encode()),
        ("", "ä€".encode()),
        ("nonsense", "ä€".encode()),
        ("nonsense", "ä€".encode("cp1252")),
        ("us-ascii", "ä€".encode("cp1252")),
        ("us-ascii", "ä€".encode()),
        ("iso-8859-1", "ä€".encode("cp1252")),
        ("iso-8859-15", "ä€".encode("iso-8859-15")),
        ("utf-16", "ä€".encode("utf-16")),
        ("utf-8", b"\xef\xbb\xbf" + "ä€".encode()),
        ("rot13", "ä€".encode()),
        ("punycode", "ä€".encode()),
        ("unicode_escape", "ä€".encode()),
        ("a" * 5_000, "ä€".encode()),
    ],
)
def test_words_are_read_in_their_charset(charset: str, data: bytes) -> None:
    mail = read_mail(b'Content-Type: text/plain; charset="%b"\n\n%b' % (charset.encode(), data))
    assert mail.texts == ("ä€",)


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        (b"=?utf-8?q?=C3=A4_b?= =?iso-8859-1?b?5A==?= c", "ä bä c"),
        (b"\xc3\xa4", "ä"),
        (b"\xe4", "ä"),
        (b"=?nonsense?q?=C3=A4?=", "ä"),
        (b"=?utf-8?b?w?=", "=?utf-8?b?w?="),
        (b"a\r\n b\tc\x1b[2J", "a b c [2J"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"C:\\users", "C:\\users"),
    ],
)
def test_the_subject_is_one_decoded_line(value: bytes, subject: str) -> None:
    assert read_mail(b"Subject: " + value + b"\n\nx").subject == subject


def test_base64_that_is_no_base64_is_read_as_far_as_it_goes() -> None:
    encoded = base64.b64encode(SAID.encode())[:-1] + b"\xff*"
    raw = b"Content-Transfer-Encoding: base64\n\n" + encoded
    assert read_mail(raw).texts
