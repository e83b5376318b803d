"""What takes too long, or ends the process that reads it, waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

import pytest

from publisher.edges import inbox
from publisher.edges.inbox import forms_within_limits, mail_within_limits, read_forms
from publisher.errors import MailError
from publisher.mail import mime
from publisher.mail.reading import LARGEST_MAIL, read_mail
from tests.fixtures import hostile, pdfs
from tests.fixtures.mails import SAID, html_mail


def of_size(piece: bytes, size: int = LARGEST_MAIL - 100) -> bytes:
    return piece * (size // len(piece))


HTML = b"Content-Type: text/html\n\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=%b\n\n--%b\n" % (b"-" * i, b"-" * i)
    for i in range(mime.MOST_LEVELS, 0, -1)
)
HOSTILE = {
    "blanks of two kinds": html_mail("<p>" + ("\x0b\u00a0" * 15 + "x") * 3_000 + "</p>"),
    "a reply parser's worst": b"\n" + of_size(b"Am Am schrieb x "),
    "tags that do not end": HTML + of_size(b'<a x="'),
    "tags in tags": HTML + of_size(b"<a<a", 490_000),
    "elements in each other": HTML + of_size(b"<div>", 490_000),
    "elements in each other, many": HTML + of_size(b"<div>"),
    "hidden ends of elements": HTML + of_size(b"<div><!--</div>-->", 490_000),
    "formatting opened anew": HTML + b"".join(b"<b a=%d>" % i for i in range(999)) + b"<p>x" * 999,
    "HTML in many parts": MIXED + (b"--b\n" + HTML + of_size(b"<br>", 490_000) + b"\n") * 20,
    "attributes": HTML + b"<a " + b" ".join(b"x%d" % i for i in range(60_000)) + b">",
    "attributes of the body": HTML + b"".join(b"<body a%d>" % i for i in range(40_000)),
    "entities": HTML + of_size(b"&CounterClockwiseContourIntegral;", 490_000),
    "styles": HTML + of_size(b"<p style='color:red;color:blue;'>x</p>", 490_000),
    "a style": HTML + b"<p style='margin:" + of_size(b"1px ", 490_000) + b"'>x",
    "styles, each another": HTML + b"".join(
        b"<p style='margin:%dpx;color:#%06x;font:12px/1.2 Arial;padding:1px'>x</p>" % (i % 60, i)
        for i in range(6_000)
    ),
    "rules of a sheet": HTML + b"<style>" + of_size(b"p{color:red}", 490_000) + b"</style>x",
    "rules of many sheets": HTML + of_size(b"<style>p{color:red}</style>", 490_000),
    "a comment for some programs": HTML + b"<!--[if x]>" + of_size(b"<xml>", 490_000) + b"-->",
    "comments in a sheet": HTML + b"<style>" + of_size(b"/*{", 490_000),
    "tables": HTML + of_size(b"<table><td>", 490_000),
    "line ends of HTML": HTML + of_size(b"<br>", 490_000),
    "commas": b"To: " + b"," * 100_000 + b"\n\n",
    "commas, many": b"To: " + of_size(b","),
    "letters before no sign": b"To: " + of_size(b"a"),
    "angles": b"From: " + of_size(b"<"),
    "quotes": b"From: " + of_size(b'\\"'),
    "parts in each other": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(900)
    ),
    "parts": MIXED + b"--b\n\nx\n" * 300_000,
    "parts, almost": MIXED + of_size(b"--b \tx\n"),
    "a boundary of dashes": b"Content-Type: multipart/mixed; boundary=--------\n\n" + of_size(b"-"),
    "boundaries of hyphens in each other": NESTED + of_size(b"-", 9_900_000),
    "boundaries, almost, in each other": NESTED + of_size(b"\n--", 9_900_000),
    "line ends in each other": NESTED + of_size(b"\n", 9_900_000),
    "a header": b"X: " + of_size(b"a"),
    "a header of many fields": of_size(b"a:\n"),
    "a field in many lines": b"To:" + of_size(b" a\n"),
    "encoded words": b"Subject: " + of_size(b"=?utf-8?q?a?= "),
    "encoded words, almost": b"Subject: " + of_size(b"=?utf-8?q?"),
    "parameters": b"Content-Type: text/plain" + of_size(b";"),
    "a quoted parameter": b'Content-Type: text/plain; a="' + of_size(b";"),
    "pieces of a parameter": b"Content-Type: text/plain"
    + b"".join(b"; charset*%d=a" % i for i in range(100_000)) + b"\n\n",
    "base64": b"Content-Transfer-Encoding: base64\n\n" + of_size(b"QUFB\n"),
    "ends of base64": b"Content-Transfer-Encoding: base64\n\n" + of_size(b"="),
    "quoted-printable": b"Content-Transfer-Encoding: quoted-printable\n\n" + of_size(b"=41"),
    "punycode": b"Content-Type: text/plain; charset=punycode\n\n" + of_size(b"abc-def"),
    "UTF-7": b"Content-Type: text/plain; charset=utf-7\n\n" + of_size(b"+AGE-"),
    "one line": b"\n" + of_size(b"x"),
    "nothing": of_size(b"\0"),
    "lone carriage returns": of_size(b"\r"),
    "empty lines": b"\n" + of_size(b"\n"),
    "quotation marks": b"\n" + of_size(b">"),
    "separators of lines": b"\n" + of_size("\u2028".encode()),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_within_the_limits(name: str) -> None:
    raw = HOSTILE[name]
    assert len(raw) <= LARGEST_MAIL
    assert mail_within_limits(raw) == read_mail(raw)


def test_reading_takes_three_seconds_at_most() -> None:
    with pytest.raises(MailError, match="more than 3 s of CPU"):
        inbox._confined(hostile.read_for_ever, b"")


@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        ("one line", "its text is longer than is read"),
        ("line ends of HTML", "its HTML is longer than is read"),
        ("elements in each other", "its HTML is nested as no mail program writes it"),
        ("formatting opened anew", "its HTML is nested as no mail program writes it"),
        ("parts", "it has more parts than are read"),
        ("parts in each other", "its parts are deeper in each other than is read"),
        ("a header", "its header is larger than is read"),
        ("parameters", "the description of a part is longer than is read"),
    ],
)
def test_what_is_not_read_to_its_end_is_doubtful(name: str, doubt: str) -> None:
    assert doubt in read_mail(HOSTILE[name]).doubt


def honest() -> bytes:
    """9.9 MB: three photos and a reply."""
    mail = EmailMessage()
    mail["To"] = "opt-out+token@acme.example"
    mail.set_content(SAID)
    for number in range(3):
        photo = bytes(range(256)) * 9_420
        mail.add_attachment(photo, "image", "jpeg", disposition="inline", filename=f"{number}.jpg")
    return mail.as_bytes()


def test_a_large_honest_mail_is_read() -> None:
    raw = honest()
    assert 9_700_000 < len(raw) < LARGEST_MAIL
    mail = mail_within_limits(raw)
    assert (mail.texts, mail.doubt, mail.cut) == ((SAID,), "", False)


def test_of_a_larger_one_the_header_and_the_first_text_are_read() -> None:
    mail = mail_within_limits(honest() + bytes(1_000_000), "e@a.example")
    assert mail.cut
    assert mail.doubt.startswith("it is larger than is read")
    assert mail.texts == (SAID,)
    assert mail.addresses == ("e@a.example", "opt-out+token@acme.example")


def test_a_mail_that_ends_the_process_waits_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_mail_as_data", hostile.crash_on)
    with pytest.raises(MailError, match="SIGSEGV"):
        mail_within_limits(b"To: x@y.example\n\nI opt out")


# ── forms ─────────────────────────────────────────────────────────────────────────────────────────


def bringing(*files: bytes) -> bytes:
    mail = EmailMessage()
    mail.set_content("My form is attached.")
    for data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename="a.pdf")
    return mail.as_bytes()


def test_forms_are_read_from_the_files_of_a_mail() -> None:
    raw = bringing(pdfs.file(pdfs.FORM), b"%PDF-1.7 no more", pdfs.packed(pdfs.FORM, 2))
    mail = read_mail(raw)
    assert (mail.pdfs, mail.doubt, mail.files) == (3, "", ("a.pdf",) * 3)
    forms, fault = forms_within_limits(raw)
    assert [form.release for form in forms] == ["privacy/2"] * 2
    assert forms[0].declared
    assert fault == "this is not a PDF that can be read"
    assert (forms, fault) == read_forms(raw)


def test_a_damaged_form_waits_for_a_person() -> None:
    damaged = pdfs.file(pdfs.FORM).replace(b"startxref\n", b"startxref\n1")
    assert read_forms(bringing(damaged)) == ([], "this is not a PDF that can be read")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/V/Yes/AS/Yes", b"/V/Yes/AS/Off"),
        (b"/V/Yes/AS/Yes", b"/V/Off/AS/Yes"),
        (b"T(customer)/V", b"T(declaration)/V"),
        (b"<</Fields", b"<</XFA 1 0 R/Fields"),
    ],
)
def test_a_form_that_shows_one_thing_and_says_another_waits(old: bytes, new: bytes) -> None:
    form = pdfs.file([thing.replace(old, new) for thing in pdfs.FORM])
    assert form != pdfs.file(pdfs.FORM)
    assert read_forms(bringing(form)) == ([], "this form shows one thing and says another")


def test_of_many_files_a_few_are_read_and_the_others_doubtful() -> None:
    raw = bringing(*[pdfs.file(pdfs.FORM)] * 7)
    mail = read_mail(raw)
    assert (mail.pdfs, len(mail.files)) == (5, 7)
    assert mail.doubt == "a file is attached: a.pdf"
    assert len(read_forms(raw)[0]) == 5


def test_no_form_is_read_from_a_message_that_is_attached() -> None:
    inner = EmailMessage()
    inner["Subject"] = "x"
    inner.set_content("x")
    inner.add_attachment(pdfs.file(pdfs.FORM), maintype="application", subtype="pdf")
    outer = EmailMessage()
    outer.set_content("")
    outer.add_attachment(inner)
    assert read_mail(outer.as_bytes()).pdfs == 0
    assert read_forms(outer.as_bytes()) == ([], "")


@pytest.mark.parametrize(
    ("objects", "spare"), [([*pdfs.FORM, b" " * 500_000_000], 0), (pdfs.FORM, 500_000_000)]
)
def test_a_small_pdf_that_unpacks_to_gigabytes_takes_no_more_than_the_limits(
    objects: Sequence[bytes], spare: int
) -> None:
    bomb = pdfs.packed(objects, 3, spare)
    assert len(bomb) < 5_000
    try:
        forms, fault = forms_within_limits(bringing(bomb))
    except MailError as error:
        fault, forms = error.what, []
    assert forms == []
    assert fault
