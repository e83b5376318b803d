"""Letters that were altered on purpose, each of which `publisher verify --letter` tells."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from publisher.answers.letter_layout import layout_faults
from publisher.policies.finding import Severity
from tests.fixtures.house import House
from tests.fixtures.sent_letters import (
    forwarded,
    parts_of,
    received,
    replaced,
    spooled,
    told_house,
    verified,
    with_text,
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> House:
    """To be read; not to be changed."""
    return told_house(tmp_path_factory.mktemp("told"))


# ── altered letters ──────────────────────────────────────────────────────────────────────────────

ALTERED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a word in both": (
        lambda data: with_text(data, replaced("You may opt out", "You must opt out")),
        " You”, and “may” is sealed",
    ),
    "a word in the HTML alone": (
        lambda data: with_text(data, replaced("You may opt out", "You may not opt out"), ("html",)),
        "its HTML says “not” after",
    ),
    "a word less": (
        lambda data: with_text(data, replaced(" in either of two ways", " in two ways"), ("html",)),
        "its HTML lacks “either of”",
    ),
    "a link": (
        lambda data: with_text(
            data, replaced('href="http://127.0.0.1:8000/privacy/2/opt-out/',
                           'href="http://evil.example/privacy/2/opt-out/'), ("html",)
        ),
        "leads to “Opt out, until ",
    ),
    "a link more": (
        lambda data: with_text(
            data, replaced("</main>", '<a href="http://evil.example/"></a></main>'), ("html",)
        ),
        "leads to “http://evil.example/”, which is not sealed",
    ),
    "another link's token": (
        lambda data: with_text(data, lambda t: re.sub(r"(token=privacy_2_1_)....", r"\1aaaa", t)),
        "token=privacy_2_1_aaaa",
    ),
    "hidden words": (
        lambda data: with_text(
            data,
            replaced("</main>", '<p style="display:none">Pay us first.</p></main>'),
            ("html",),
        ),
        "hides the words “Pay us first.”",
    ),
    "words hidden in a quotation": (
        lambda data: with_text(
            data,
            replaced("</main>", "<blockquote><p hidden>Pay us.</p></blockquote></main>"),
            ("html",),
        ),
        "hides the words “Pay us.”",
    ),
    "its own words hidden": (
        lambda data: with_text(
            data,
            lambda t: re.sub(r"<p [^>]*>(If you do nothing)", r'<p style="display:none">\1', t),
            ("html",),
        ),
        "hides the words “If you do nothing",
    ),
    "words struck out": (
        lambda data: with_text(data, replaced("You may", "You <s>may</s>"), ("html",)),
        "it has text that is struck out",
    ),
    "a form": (
        lambda data: with_text(data, replaced("</main>", "<form></form></main>"), ("html",)),
        "has the element <form>",
    ),
    "a picture": (
        lambda data: with_text(data, replaced("</main>", '<img src="a.png"></main>'), ("html",)),
        "has the element <img>",
    ),
    "its subject": (
        lambda data: data.replace(b"Subject: Privacy Policy:", b"Subject: Policy:"),
        "its subject is “Policy: version 2 applies",
    ),
    "where answers go": (
        lambda data: data.replace(b"Reply-To: opt-out+", b"Reply-To: other+"),
        "answers go to other+privacy_2_1_",
    ),
    "where answers go, throughout": (
        lambda data: with_text(
            data.replace(b"@hosting.example\r\n\r\n", b"@evil.example\r\n\r\n").replace(
                b"Reply-To: opt-out", b"Reply-To: opt-in"
            ),
            lambda t: t.replace("opt-out+", "opt-in+"),
        ),
        "and publisher.toml names opt-out@hosting.example",
    ),
    "whom it addresses": (
        lambda data: with_text(data, replaced("Anna Ülmer", "Anna Ülmer, pay us first")),
        "its HTML says “pay us first,” after “…",
    ),
    "a name that is an address": (
        lambda data: with_text(
            re.sub(rb"To: .*?<anna", b"To: www.evil.example <anna", data),
            replaced("Anna Ülmer", "www.evil.example"),
        ),
        "addresses “www.evil.example”, which is no name",
    ),
    "letters that look alike": (
        lambda data: with_text(data, replaced("You may opt out", "You mаy opt out")),
        "says “mаy”",
    ),
    "letters between letters": (
        lambda data: with_text(data, replaced("You may opt out", "You m\u200bay opt out")),
        "“may” is sealed",
    ),
    "the PDF": (
        lambda data: data.replace(base64.b64encode(b"%PDF-")[:6], base64.b64encode(b"%PDX-")[:6]),
        "has the file privacy-2.pdf with it, which was not frozen with privacy/2",
    ),
    "a file more": (
        lambda data: _with_file(data),
        "has the file invoice.exe with it",
    ),
    "its line": (
        lambda data: with_text(
            data, lambda t: re.sub(r"sealed as\s+[0-9a-f]{8}", "sealed as 00000000", t)
        ),
        "names several seals",
    ),
    "its field": (
        lambda data: re.sub(rb"sha256=[0-9a-f]{8}", b"sha256=00000000", data),
        "names several seals",
    ),
    "a second field": (
        lambda data: b"Policy-Release: privacy/1; sha256=" + b"0" * 64 + b"\r\n" + data,
        "has a field Policy-Release that is not ours",
    ),
    "a field that does not read": (
        lambda data: data.replace(b"Policy-Release: privacy/2;", b"Policy-Release: 2;"),
        "has a field Policy-Release that is not ours",
    ),
    "its line taken away": (
        lambda data: with_text(data, lambda t: re.sub(r"This letter belongs[^<]*\.", "", t)),
        "lacks “This letter belongs to version 2 of our Privacy Policy, sealed as",
    ),
}  # fmt: skip


def _with_file(data: bytes) -> bytes:
    message = parts_of(data)
    message.add_attachment(b"MZ", maintype="application", subtype="x", filename="invoice.exe")
    return message.as_bytes()


@pytest.mark.parametrize("case", ALTERED)
def test_what_was_altered_in_a_letter_is_shown(told: House, case: str) -> None:
    alter, said = ALTERED[case]
    data = spooled(told)
    altered = alter(data)
    assert altered != data
    found = verified(told, altered, 1)
    assert said in found
    assert "it is as it was sealed" not in found


HIDING = {
    "a style sheet": '<style>.x { display: none }</style><p class="x">Pay us.</p>',
    "letters without size": '<p style="font-size:0">Pay us.</p>',
    "white on white": '<p style="color:#ffffff">Pay us.</p>',
    "far away": '<p style="position:absolute;left:-9999px">Pay us.</p>',
    "Outlook": "<!--[if mso]><p>Pay us.</p><![endif]-->",
    "a sheet that writes": '<style>p::after { content: "Pay us." }</style>',
    "a picture's name": '<img src="x.png" alt="Pay us.">',
    "a script": "<script>document.write('Pay us.')</script>",
    "a frame": '<iframe srcdoc="Pay us."></iframe>',
    "a base": '<base href="http://evil.example/">',
    "an address to go on to": '<meta http-equiv="refresh" content="0;url=http://evil.example/">',
    "a template": "<template>Pay us.</template>",
    "letters turned round": '<bdo dir="rtl">.su yaP</bdo>',
    "another link": '<a href="http://evil.example/">Privacy Policy</a>',
    "a map": '<map><area href="http://evil.example/"></map>',
    "below the letter": "<p>-- <br>You have until May.</p>",
}


@pytest.mark.parametrize("how", HIDING)
def test_what_html_can_hide_or_add(told: House, how: str) -> None:
    letter = spooled(told)
    for place in ("</main>", "</blockquote>", "</h1>", "</a></td>"):
        if place in parts_of(letter).get_body(("html",)).get_content():  # type: ignore[union-attr]
            change = replaced(place, f"{HIDING[how]}{place}")
            found = verified(told, with_text(letter, change, ("html",)), 1)
            assert "error" in found


def test_another_text_beside_its_own(told: House) -> None:
    message = parts_of(spooled(told))
    for kind in ("html", "plain", "x-amp-html", "calendar"):
        more = EmailMessage(policy=SMTP)
        more.set_content("<p>Pay us.</p>", subtype=kind)
        altered = parts_of(message.as_bytes())
        payload = altered.get_payload()
        assert isinstance(payload, list)
        payload.append(more)
        verified(told, altered.as_bytes(), 1)


def test_who_sends_it_is_told(told: House) -> None:
    data = spooled(told).replace(b"<notices@hosting.example>", b"<notices@evil.example>", 1)
    found = verified(told, data)
    assert "comes from notices@evil.example, and publisher.toml names notices@hosting.ex" in found


def test_what_lacks_a_part_is_told(told: House) -> None:
    message = parts_of(spooled(told))
    for kind, other in (("plain", "HTML"), ("html", "plain text")):
        part = message.get_body((kind,))
        assert part
        alone = (
            b"".join(
                b"%s: %s\r\n" % (name.encode(), str(message[name]).encode())
                for name in ("To", "Subject", "Reply-To", "Policy-Release")
                if name != "To"
            )
            + b"To: =?utf-8?q?Anna_=C3=9Clmer?= <anna@customer.example>\r\n"
            + part.as_bytes()
        )
        assert f"has no {other}, which was sent with it" in verified(told, alone)


# ── fields, elements and layout that our letters have not ────────────────────────────────────────


def with_field(line: str) -> Callable[[bytes], bytes]:
    """With a field more, which stands first."""
    return lambda data: f"{line}\r\n".encode() + data


def behind(line: str) -> Callable[[bytes], bytes]:
    """With a field more, which stands last."""
    return lambda data: data.replace(b"\r\n\r\n", f"\r\n{line}\r\n\r\n".encode(), 1)


TWICE = ("From: Evil <e@evil.example>", "To: Otto <o@evil.example>", "Subject: It is void",
         "Date: Mon, 2 Jan 2023 10:00:00 +0000", "Reply-To: e@evil.example",
         "Policy-Release: privacy/1; sha256=00", "subject: It is void")  # fmt: skip


@pytest.mark.parametrize("place", [with_field, behind])
def test_a_field_that_is_there_twice(
    told: House, place: Callable[[str], Callable[[bytes], bytes]]
) -> None:
    for line in TWICE:
        found = verified(told, place(line)(spooled(told)), 1)
        name = line.partition(":")[0].strip().capitalize()
        assert f"has the field {name} more than once".lower() in found.lower()
        assert line.partition(":")[2].strip() in found


HEAD = f"6f1c2a34-9b1d-4c55-8e1f-0a2b3c4d5e6f; 1/204; sha256={'3f2a' * 16}"


def test_the_head_of_the_ledger_has_one_form(told: House) -> None:
    line = f"Policy-Ledger: {HEAD}".replace("; sha", ";\r\n sha")
    data = spooled(told)
    assert "Policy-Ledger" not in verified(told, behind(line)(_without_head(data)), 0)
    for value in ("", "1/204", HEAD.upper(), f"{HEAD} https://evil.example/", f"Re: {HEAD}"):
        found = verified(told, behind(f"Policy-Ledger: {value}")(_without_head(data)), 1)
        assert "has a field Policy-Ledger that is not ours" in found
    two = behind(line)(behind(line)(_without_head(data)))
    assert "has the field Policy-Ledger more than once" in verified(told, two, 1)


def _without_head(data: bytes) -> bytes:
    return re.sub(rb"Policy-Ledger:.*\r\n(?: .*\r\n)*", b"", data)


def test_a_header_that_programs_may_read_otherwise(told: House) -> None:
    for line in ("Subject : It is void", "Comments: a\x00b", "Comments: a\x1b[2Kb"):
        verified(told, behind(line)(spooled(told)), 1)


FOREIGN = (
    "List-Unsubscribe: <https://evil.example/>", "List-Id: <legal.lists.example>",
    "Sender: e@evil.example", "Resent-From: e@evil.example", "Comments: It is void",
    "Mail-Followup-To: e@evil.example", "Disposition-Notification-To: e@evil.example",
    "Cc: e@evil.example", "Organization: Evil",
)  # fmt: skip


def test_fields_that_no_letter_of_ours_has_are_told(told: House) -> None:
    said = verified(told, with_field("\r\n".join(FOREIGN))(spooled(told)))
    for line in FOREIGN:
        name, _, value = line.partition(": ")
        assert f"has the field {name}, which no letter of ours has: {value}" in said
    many = "".join(f"Comments: {n}\r\n" for n in range(30))
    said = verified(told, with_field(f"{many}List-Unsubscribe: <https://x>")(spooled(told)))
    assert "has more fields that no letter of ours has: Comments, List-Unsubscribe" in said
    part = spooled(told).replace(b"Content-Type: text/html", b"Content-Description: Void\r\n"
                                 b"Content-Type: text/html")  # fmt: skip
    assert "has the field Content-Description, which no letter" in verified(told, part)


def test_the_fields_of_a_letter_that_was_sent_and_delivered_are_our_own(told: House) -> None:
    said = verified(told, received(spooled(told)))
    assert "review" not in said


def test_a_field_for_the_seal_that_was_taken_away_is_told(told: House) -> None:
    data = re.sub(rb"Policy-Release:.*?\r\n .*?\r\n", b"", spooled(told))
    assert "has no field Policy-Release, which was sent with it" in verified(told, data)


def test_the_name_of_the_sender_is_held_to_the_settings(told: House) -> None:
    data = re.sub(rb"From: .*? <", b"From: It is void <", spooled(told), count=1)
    said = verified(told, data)
    assert "calls its sender “It is void”, and publisher.toml names “Example Hosting" in said
    data = spooled(told).replace(b"From: ", b"From: Evil <e@evil.example>, ", 1)
    assert "names more than one sender or addressee: " in verified(told, data)


def named(data: bytes, header: str, plain: str = "", html: str = "") -> bytes:
    """To another name, which stands in the text as given."""
    data = re.sub(rb"To: .*? <anna@", f'To: "{header}" <anna@'.encode(), data, count=1)
    data = with_text(data, replaced("Anna Ülmer", plain or header), ("plain",))
    return with_text(data, replaced("Anna Ülmer", html or header), ("html",))


def test_the_name_is_shown_and_is_one_line(told: House) -> None:
    data = spooled(told)
    said = verified(told, named(data, "Anna. It is void"))
    assert "written to Anna. It is void <anna@customer.example> from Example" in said
    torn = named(data, "Anna It is void. Yours", "Anna\n\nIt is void.\n\nYours")
    assert "in more than one paragraph: that is no name" in verified(told, torn, 1)
    torn = named(data, "Anna It is void", html="Anna<br>It is void")
    assert "its HTML has <br>" in verified(told, torn, 1)
    verified(told, named(data, "A" * 201), 1)
    encoded = re.sub(rb"To: .*? <anna@", b"To: =?utf-8?q?Anna=0A?= <anna@", data, count=1)
    assert "has control characters in its header" in verified(told, encoded, 1)


def test_a_field_whose_end_is_far_away(told: House) -> None:
    far = f"{' ' * 70}\r\n" * 70
    data = re.sub(rb"(Subject: [^\r]*\r\n)", rf"\1{far} It is void\r\n".encode(), spooled(told))
    assert "its field Subject is longer than is read" in verified(told, data, 1)


SENTENCE = "If you do nothing"
ELEMENTS = {
    "<sup>": replaced(SENTENCE, f"<sup>{SENTENCE}</sup>"),
    "<small>": replaced(SENTENCE, f"<small>{SENTENCE}</small>"),
    "<strong>": replaced(SENTENCE, f"<strong>{SENTENCE}</strong>"),
    "<span>": replaced(SENTENCE, f"<span></span>{SENTENCE}"),
    "<blockquote>": replaced('<div class="letter"', '<blockquote><div class="letter"'),
    "<title>It": lambda t: re.sub(r"<title>[^<]*", "<title>It is void", t),
    "<title>No": replaced(SENTENCE, f"<title>No</title>{SENTENCE}"),
    "title=": replaced("<strong>", '<strong title="It is void">'),
    'alt="': replaced("<strong>", '<strong alt="It is void">'),
    "class=": replaced('class="letter" ', 'class="moz-signature" '),
    "vertical-align": replaced("<strong>", '<strong style="vertical-align: super">'),
    "text-transform": replaced("<strong>", '<strong style="text-transform: uppercase">'),
    "font-size:12px": replaced("font-size: 18px", "font-size: 12px"),
    "color:#1d232b !important": replaced("color: #1d232b", "color: #1d232b !important"),
    "value=": replaced("<li ", '<li value="7" '),
    'media="print"': replaced("<style>", '<style media="print">'),
    'name="x"': replaced(SENTENCE, f'<a name="x">{SENTENCE}</a>'),
    "<br>": replaced(SENTENCE, f"{'<br>' * 40}{SENTENCE}"),
    "lacks <strong>": lambda t: re.sub("</?strong>", "", t),
    "href=x": replaced('<a href="', '<a href=x href="'),
    "</p x": replaced("</p>", '</p x="It is void">'),
    "control characters": replaced(SENTENCE, "If y\0ou do nothing"),
    "U+1680": replaced(SENTENCE, "If\u1680you do nothing"),
}  # fmt: skip


@pytest.mark.parametrize("what", ELEMENTS)
def test_elements_attributes_and_styles_are_our_own(told: House, what: str) -> None:
    found = verified(told, with_text(spooled(told), ELEMENTS[what], ("html",)), 1)
    assert what in found


def test_an_element_around_other_words_of_the_same_letter(told: House) -> None:
    def moved(text: str) -> str:
        return (
            text.replace("<strong>", "", 1)
            .replace("</strong>", "", 1)
            .replace(SENTENCE, f"<strong>{SENTENCE}</strong>")
        )

    found = verified(told, with_text(spooled(told), moved, ("html",)), 1)
    assert "its HTML lacks <strong>" in found
    assert "its HTML has <strong>" in found


def test_white_space_and_quotation_marks_of_html_alter_nothing(told: House) -> None:
    def spelled(text: str) -> str:
        text = re.sub(r'style="[^"]*"', lambda style: style[0].replace(";", " ;\n "), text)
        text = text.replace("><", ">\r\n  <").replace("<p ", "<P  ")
        return text.replace('lang="en"', "lang=en").replace("privacy/2/", "privacy/&#50;/")

    letter = with_text(spooled(told), spelled, ("html",))
    assert "review" not in verified(told, letter)


@pytest.mark.parametrize("comment", ["<!-- It is void -->", "<?xml It is void?>", "</ It is void>"])
def test_words_that_no_program_shows_are_told(told: House, comment: str) -> None:
    letter = with_text(spooled(told), replaced("</main>", f"{comment}</main>"), ("html",))
    said = verified(told, letter)
    assert "has words that no program shows: “" in said
    assert "is void" in said.lower()


def test_words_around_the_parts_are_told(told: House) -> None:
    data = spooled(told)
    head, blank, body = data.partition(b"\r\n\r\n")
    assert "no program shows: “It is void”" in verified(
        told, head + blank + b"It is void\r\n" + body
    )
    assert "no program shows: “It is void”" in verified(told, data + b"It is void\r\n")
    usual = b"This is a multi-part message in MIME format.\r\n"
    assert "review" not in verified(told, head + blank + usual + body)


LAYOUTS = {
    "has the mark of a quotation before “If you do nothing": replaced(SENTENCE, f"> {SENTENCE}"),
    "blank lines in a row": replaced(SENTENCE, f"{chr(10) * 200}{SENTENCE}"),
    "more than 60 blanks in a row": replaced("do nothing", f"do{' ' * 100}nothing"),
    "has control characters": replaced("do nothing", "do\x1b[2Knothing"),
    "U+3000": replaced("do nothing", "do\u3000nothing"),
}


@pytest.mark.parametrize("what", LAYOUTS)
def test_the_layout_of_the_plain_text(told: House, what: str) -> None:
    found = verified(told, with_text(spooled(told), LAYOUTS[what], ("plain",)), 1)
    assert what in found


def test_a_line_that_is_written_over(told: House) -> None:
    data = spooled(told).replace(b"If you do nothing", b"If you=0Ddo nothing", 1)
    assert "has control characters" in verified(told, data, 1)


def test_other_paragraphs_are_told(told: House) -> None:
    said = verified(
        told, with_text(spooled(told), replaced(SENTENCE, f"\n\n{SENTENCE}"), ("plain",))
    )
    assert "it is as it was sealed" in said
    doubled = with_text(spooled(told), lambda t: t.replace("\n", "\n\n"), ("plain",))
    assert "its plain text has other paragraphs at “" in verified(told, doubled)


def test_a_line_that_begins_with_from_may_be_marked(told: House) -> None:
    """So that it is told from the beginning of the next message in a mailbox."""
    assert not [*layout_faults("Hello\n>From now on\n", "Hello From now on\n", "", 4)]


def test_a_line_of_dashes_is_a_signature_for_mail_programs() -> None:
    sealed = "We can\n-- as before --\nchange it.\n"
    assert not [*layout_faults(sealed, sealed, "", 7)]
    ((severity, what),) = layout_faults("We can\n-- \nas before -- change it.\n", sealed, "", 7)
    assert severity is Severity.ERROR
    assert "has a line “--”, below which mail programs fold what follows: “-- as before" in what


def test_of_a_letter_in_another_message_the_letter_alone_is_checked(told: House) -> None:
    wrapped = (
        b"From: e@evil.example\r\nSubject: It is void\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + spooled(told)
    )
    for data in (wrapped, forwarded(wrapped)):
        said = verified(told, data)
        assert "attached letter was checked; the message that brings it was not" in said
    assert "subject “It is void” nor its sender e@evil.example" in verified(told, wrapped)


def test_a_charset_that_programs_may_read_otherwise(told: House) -> None:
    data = re.sub(rb'(text/html; charset=)"utf-8"', rb'\1"utf-7"', spooled(told))
    assert "in a charset that is not known here" in verified(told, data, 1)


def test_what_a_list_writes_below_the_html_is_no_style(told: House) -> None:
    listed = b"List-Id: <legal.lists.example>\r\n" + spooled(told)
    footer = '<hr><p><a href="http://lists.example/">The list</a></p>'
    said = verified(told, with_text(listed, replaced("</main>", f"{footer}</main>"), ("html",)))
    assert "“The list” stands below the letter" in said
    sheet = "<style>p { text-transform: uppercase }</style>"
    letter = with_text(listed, replaced("</main>", f"{footer}{sheet}</main>"), ("html",))
    assert "<style>" in verified(told, letter, 1)
