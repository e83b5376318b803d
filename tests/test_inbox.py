"""What a mail says is what its writer sees in it; what takes too long waits for a person."""

from __future__ import annotations

import base64
import html
import json
import re
import string
from collections.abc import Callable, Sequence
from dataclasses import asdict
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.edges import inbox, mime
from publisher.edges.inbox import (
    LARGEST,
    as_it_came,
    forms_within_limits,
    mail_within_limits,
    read_forms,
    read_mail,
)
from publisher.errors import MailError
from tests import hostile, pdfs
from tests.programs import DOCUMENT, PROGRAMS, SIGNATURES

SAID = "I opt out."
TO = b"To: opt-out+token@acme.example\n"


def own(text: str) -> list[str]:
    """The lines that are not marked as quoted."""
    return [line for line in text.splitlines() if line.strip() and not line.startswith("> ")]


def html_mail(document: str) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\n\n" + document.encode()


def parts(kind: str, *bodies: str) -> bytes:
    inner = "".join(f"--b\n{body}\n" for body in bodies)
    return f"Content-Type: {kind}; boundary=b\n\n{inner}--b--\n".encode()


# ── a reply, as mail programs write it ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_reply_says_what_was_written_above_the_letter(
    program: Callable[[str], bytes],
) -> None:
    mail = read_mail(program(SAID))
    plain, rich = mail.texts
    assert mail.doubt == ""
    assert mail.automatic == ""
    assert (mail.files, mail.pdfs, mail.cut, mail.report) == ((), 0, False, False)
    assert [line for line in own(rich) if line not in SIGNATURES] == [SAID]
    assert own(plain)[0] == SAID
    assert "> By form: your form" in rich
    assert mail.addresses == ("opt-out+token@acme.example",)
    assert mail.sender == "ann@customer.example"
    assert mail.id == "<1@customer.example>"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
@pytest.mark.parametrize(
    "said",
    ['I <span style="display:none">do not </span>opt out.', "I <s>do not</s> opt out."],
)
def test_what_is_hidden_above_the_letter_is_doubtful_in_each_of_them(
    program: Callable[[str], bytes], said: str
) -> None:
    assert "it has text that is" in read_mail(program(said)).doubt


def test_our_own_letter_has_nothing_doubtful() -> None:
    mail = read_mail(html_mail(DOCUMENT))
    assert mail.doubt == ""
    (text,) = mail.texts
    assert "Version 2 applies to you from 1 February 2027." in text


# ── HTML as it is seen ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("I opt&nbsp;out<br>of it", "I opt out\nof it"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("<div>one</div><div>two <b>three</b></div>four", "one\ntwo three\nfour"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a\nb\nc"),
        ("a &lt;b&gt; &#228; &auml; &unknown;", "a <b> ä ä &unknown;"),
        ("<blockquote>q</blockquote>a", "> q\n\na"),
        ("a<span class=gmail_quote>q</span>b", "a\n> q\nb"),
        (
            "a<div class=gmail_quote>We wrote:<blockquote>q<div class=gmail_quote>r<blockquote>s"
            "</blockquote>t</div></blockquote>b<blockquote>u</blockquote>c</div>d",
            "a\n> We wrote:\n\n> q\n> r\n\n> s\n\n> t\n\nb\n\n> u\n\nc\nd",
        ),
        ("<pre>one\n  two</pre>", "one\ntwo"),
        ("<p style='white-space:pre-wrap'>one\ntwo</p>", "one\ntwo"),
        ("<title>t</title><script>s</script><!-- c -->a", "a"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("I <q>opt out</q>", 'I "opt out"'),
        ("I op<wbr>t <i>o</i><b>ut</b>", "I opt out"),
    ],
)
def test_html_is_read_in_lines(document: str, text: str) -> None:
    mail = read_mail(html_mail(document))
    assert mail.texts == (text,)
    assert mail.doubt == ""


WAYS_TO_HIDE = [
    "display:none", "DISPLAY : NONE !important", "display:/**/none", "visibility:hidden",
    "visibility:collapse", "opacity:0", "opacity:0.01", "opacity:.0", "font-size:0",
    "font-size:1px", "font-size:0.5pt", "font:0/0 a", "font: 1px Arial", "height:0;overflow:hidden",
    "max-height:0px", "width:0", "max-width:0", "text-indent:-9999px", "text-indent:-100em",
    "margin-left:-9999px", "margin:0 0 0 -5000px", "left:-9999px;position:absolute",
    "clip:rect(0,0,0,0)", "clip-path:inset(100%)", "mso-hide:all", "color:white", "color:#fff",
    "color:#fefefe", "color:#ffffffff", "color:rgb(255,255,255)", "color:rgb(100% 100% 100%)",
    "color:hsl(0,0%,100%)", "color:transparent", "color:rgba(0,0,0,0)", "color:#0000",
    "color:#333;background:#333", "color:red;background-color:red", "content-visibility:hidden",
    "-webkit-text-fill-color:white", "zoom:0", "color:snow", "max-height:1px", "width:.5pt",
    "background:url(a.png) #123;color:#124", "background:black no-repeat;color:black",
]  # fmt: skip
WAYS_TO_SHOW = [
    "color:#000", "color:white;background:#1b4f9c", "color:rgb(36,36,36)", "color:windowtext",
    "font-size:11.0pt", "font:16px/1.55 'Segoe UI', Helvetica", "opacity:1", "height:auto",
    "width:98%", "max-width:38em", "text-indent:-18.0pt", "margin:0 auto", "position:relative",
    "display:inline-block", "visibility:visible", "text-decoration:none", "color:inherit",
    "text-decoration:underline", "background:url(data:image/png;base64,AAAA)", "color:#0563C1",
    "mso-fareast-language:EN-US", "font-size:small", "letter-spacing:normal", "float:none",
    "caret-color:rgb(0, 0, 0)", "font-weight:400", "font:bold 12px Arial", "transform:none",
    "border-bottom:0px;padding:0;margin:0", "direction:ltr;unicode-bidi:isolate", "zoom:1",
    "color:rgba(0,0,0,.9)", "line-height:1.25", "text-indent:0px", "line-height:normal",
    "line-height:115%", "color:red", "background:rgb(255, 255, 255)", "background:none",
    "background:0 0", "height:1em", "font-size:large", "line-height:12.0pt",
    "display:block;display:block", "font-family:'\\@SimSun'",
]  # fmt: skip


@pytest.mark.parametrize("style", WAYS_TO_HIDE)
def test_what_a_style_hides_is_no_text_but_doubtful(style: str) -> None:
    mail = read_mail(html_mail(f"<p>Thank you.</p><div style='{style}'>{SAID}</div>"))
    assert mail.texts == ("Thank you.",)
    assert "it has text that is hidden" in mail.doubt
    below = read_mail(html_mail(f"<p>Hi</p><div style='{style}'><b><i>{SAID}</i></b></div>"))
    assert "it has text that is hidden" in below.doubt
    sheet = read_mail(html_mail(f"<style>.x {{ {style} }}</style><p class=x>{SAID}</p>"))
    assert "its style sheet may hide text or show other text" in sheet.doubt


@pytest.mark.parametrize("style", WAYS_TO_HIDE)
def test_what_is_hidden_and_holds_no_words_is_not_doubtful(style: str) -> None:
    mail = read_mail(html_mail(f"<p>{SAID}</p><div style='{style}'>&nbsp;&zwnj;</div>"))
    assert (mail.texts, mail.doubt) == ((SAID,), "")


@pytest.mark.parametrize("style", WAYS_TO_SHOW)
def test_what_a_style_shows_is_text(style: str) -> None:
    mail = read_mail(html_mail(f'<div style="{style}">{SAID}</div>'))
    assert (mail.texts, mail.doubt) == ((SAID,), "")
    sheet = read_mail(html_mail(f"<style>p {{ {style} }}</style><p>{SAID}</p>"))
    assert sheet.doubt == ""


@pytest.mark.parametrize(
    "document",
    [
        f"<p hidden>{SAID}</p>", f"<template>{SAID}</template>",
        f"<p></p><noscript>{SAID}</noscript>",
        f"<font color=white>{SAID}</font>", f"<body text='#fff'>{SAID}",
        f"<table bgcolor=black><td>{SAID}</table>", f"<noembed>{SAID}</noembed>",
        f"<div style='color:white'><b>{SAID}</b></div>", f"<dialog>{SAID}</dialog>",
        f"<div style='background:#000'><p style='color:#111'>{SAID}</p></div>",
        f"<datalist><option>{SAID}</datalist>",
    ],
)  # fmt: skip
def test_what_an_element_hides_is_no_text_but_doubtful(document: str) -> None:
    mail = read_mail(html_mail(document))
    assert mail.texts == ()
    assert "it has text that is hidden" in mail.doubt


@pytest.mark.parametrize(
    "document",
    [
        f"<input value='{SAID}'>",
        f"<textarea>{SAID}</textarea>", f"<select><option>{SAID}</select>",
        f"<object>{SAID}</object>", f"<iframe srcdoc='{SAID}'></iframe>",
        f"<button>{SAID}</button>",
        f"<svg><text>{SAID}</text></svg>", f"<math><mtext>{SAID}</mtext></math>",
        f"<video>{SAID}</video>", f"<bdo dir=rtl>{SAID}</bdo>", f"<details>{SAID}</details>",
        f"<p style='unicode-bidi:bidi-override;direction:rtl'>{SAID}</p>",
        f"<p style='position:absolute'>{SAID}</p>", f"<p style='transform:scaleX(-1)'>{SAID}</p>",
        f"<p style='float:right'>{SAID}</p>", f"<p style='filter:blur(9px)'>{SAID}</p>",
        f"<p style='line-height:0'>{SAID}</p>", f"<p style='dis\\70lay:none'>{SAID}</p>",
        f"<p style='display:n\\6fne'>{SAID}</p>", f"<marquee>{SAID}</marquee>",
        f"<p style='display:flex;flex-direction:row-reverse'>{SAID}</p>",
        f"<style>p::before {{ content: 'not ' }}</style><p>{SAID}</p>",
        f"<style>p {{ unicode-bidi: bidi-override }}</style><p>{SAID}</p>",
        f"<style>@import 'x'</style><p>{SAID}</p>",
        f"<style>@media screen {{ p {{ display: none }} }}</style><p>{SAID}</p>",
        f"<p style='display:none!important;display:block'>{SAID}</p>",
        f"<p style='display:none;display:bogus'>{SAID}</p>",
        f"<p style='opacity:calc(0)'>{SAID}</p>", f"<p style='color:bogus'>{SAID}</p>",
        f"<p style='background-color:bogus'>{SAID}</p>", f"<p style='line-height:1px'>{SAID}</p>",
        f"<p style='color:lab(100% 0 0)'>{SAID}</p>", f"<p style='font-size:min(0px)'>{SAID}</p>",
        f"<link rel=stylesheet href='data:text/css,'><p>{SAID}</p>",
        f"{SAID}<blockquote><style>body {{ display: none }}</style>x</blockquote>",
        f"<p style='font-family:Wingdings'>{SAID}</p>", f"<font face=webdings>{SAID}</font>",
        f"<s>{SAID}</s>", f"<strike>{SAID}</strike>", f"<del>{SAID}</del>",
        f"<p style='text-decoration:line-through'>{SAID}</p>",
        f"<p style='text-decoration-line: underline line-through'><b>{SAID}</b></p>",
        f"<noscript>{SAID}</noscript>", "<p>\u202etuo tpo I</p>", "<p>&#x202e;tuo tpo I</p>",
    ],
)  # fmt: skip
def test_what_may_be_seen_otherwise_is_doubtful(document: str) -> None:
    assert read_mail(html_mail(document)).doubt


def test_a_style_that_a_child_takes_back_hides_nothing() -> None:
    document = f"<table style='font-size:0'><td style='font-size:14px'>{SAID}</table>"
    mail = read_mail(html_mail(document))
    assert (mail.texts, mail.doubt) == ((SAID,), "")


def test_what_is_struck_out_in_a_quotation_is_not_doubtful() -> None:
    mail = read_mail(html_mail(f"{SAID}<blockquote><s>old</s> <p hidden>x</p></blockquote>"))
    assert (mail.texts, mail.doubt) == ((f"{SAID}\n\n> old",), "")


VISIBLE = st.text(string.ascii_letters + " <>&\"'äß€-.,", max_size=40)


@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "div", "b", "i", "span", "li", "td", "h1", "a"]), VISIBLE)
    )
)
def test_every_word_that_is_seen_is_read(pieces: list[tuple[str, str]]) -> None:
    document = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in pieces)
    mail = read_mail(html_mail(document))
    assert "".join("".join(mail.texts).split()) == "".join("".join(t.split()) for _, t in pieces)
    assert mail.doubt == ""


@given(st.lists(st.sampled_from(WAYS_TO_SHOW), max_size=4), st.sampled_from(WAYS_TO_HIDE))
def test_nothing_shows_again_what_is_hidden_for_good(shown: list[str], hidden: str) -> None:
    last = re.split(r"[:;]", hidden)[0].strip().lower()
    rest = [style for style in shown if last.split("-")[0] not in style]
    rest = [style for style in rest if "color" not in style and "background" not in style]
    mail = read_mail(html_mail(f'<p style="{";".join([*rest, hidden])}">{SAID}</p>'))
    assert mail.doubt


# ── parts ────────────────────────────────────────────────────────────────────────────────────────

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


# ── charsets and encodings ───────────────────────────────────────────────────────────────────────


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


# ── whom it is for, and who wrote it ─────────────────────────────────────────────────────────────


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


# ── within limits ────────────────────────────────────────────────────────────────────────────────


def of_size(piece: bytes, size: int = LARGEST - 100) -> bytes:
    return piece * (size // len(piece))


HTML = b"Content-Type: text/html\n\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=%b\n\n--%b\n" % (b"-" * i, b"-" * i)
    for i in range(mime.MOST_LEVELS, 0, -1)
)
HOSTILE = {
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
    assert len(raw) <= LARGEST
    assert mail_within_limits(raw) == read_mail(raw)


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
    assert 9_700_000 < len(raw) < LARGEST
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


# ── forms ────────────────────────────────────────────────────────────────────────────────────────


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


def test_base64_that_is_no_base64_is_read_as_far_as_it_goes() -> None:
    encoded = base64.b64encode(SAID.encode())[:-1] + b"\xff*"
    raw = b"Content-Transfer-Encoding: base64\n\n" + encoded
    assert read_mail(raw).texts


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
