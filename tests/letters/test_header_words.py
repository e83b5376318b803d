"""Subjects and names in a header, read by Python's parser and by a strict reader of RFC 2047."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import example, given
from hypothesis import strategies as st

from publisher.letters.header_words import MAIL
from publisher.letters.message import Content, notice_message
from publisher.letters.receipt import OwnLinks, compose_link
from publisher.people.recipients import Recipient
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.lettered import stationery
from tests.fixtures.letters import LINK

_ENCODED = re.compile(r"=\?utf-8\?([qb])\?([!-~]+?)\?=")
TEXT = """
Your opt-out of version 2 „Allgemeine Geschäftsbedingungen, Datenschutzerklärung “ «Condiciones
generales» condiciones rechazó — 2.1 (2026) "quoted" \\ back; semi <b> a@b.example =?utf-8?q?no?=
=? ?= سياسة الخصوصية 服务条款 𝒜 👩‍👩‍👧 é ü
"""
WORDS = [*TEXT.split(), "Rechtsschutzversicherungsgesellschaften" * 3, "ö" * 90, "x" * 75]
SUBJECTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map(" ".join)
NAMES = st.one_of(
    SUBJECTS,
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=90),
)


def _lines(data: bytes, name: str) -> list[str]:
    """The lines of a field, without line ends."""
    assert data.isascii()
    head = data.decode().partition("\r\n\r\n")[0]
    (found,) = re.findall(rf"^{name}:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*", head, re.MULTILINE)
    lines = str(found).split("\r\n")
    for line in lines:
        assert len(line) <= 78, line
        assert line.partition(":")[2].strip() if line is lines[0] else line.strip(), lines
        if "=?" in line:
            assert len(line) <= 76, line
    return lines


def _strictly_read(unfolded: str) -> str:
    """Words of a field by RFC 2047: encoded words are whole words, each of whole characters, and
    the space between two of them is no part of what they say.
    """
    said, before = "", False
    for place, word in enumerate(unfolded.split(" ")):
        assert word or place == 0 or not before, unfolded
        found = _ENCODED.fullmatch(word)
        if found is None:
            assert "=?" not in word, word
        said += " " if place and not (before and found) else ""
        said += _decoded(found[1], found[2]) if found else word
        before = found is not None
    return said


def _decoded(way: str, coded: str) -> str:
    assert len(coded) + 12 <= 75
    if way == "b":
        return b64decode(coded, validate=True).decode()
    assert re.fullmatch(r"(?:[A-Za-z0-9!*+/_-]|=[0-9A-F]{2})+", coded), coded
    parts = re.findall(r"=([0-9A-F]{2})|(.)", coded)
    return bytes(int(h, 16) if h else ord(c.replace("_", " ")) for h, c in parts).decode()


def _phrase(field: str) -> str:
    """The name before an address, by RFC 5322."""
    name, _, _ = field.rpartition(" <")
    if not name.startswith('"'):
        return _strictly_read(name)
    assert "=?" not in name
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', name)
    return re.sub(r"\\(.)", r"\1", name[1:-1])


@given(SUBJECTS)
@example("Usted rechazó la versión 3 de «Condiciones generales» el 28 de noviembre de 2026")
@example("You opted out of version 2 of the „Allgemeine Geschäftsbedingungen, Datenschutz “ on")
@example("Your opt-out of version 2 of the " + "x" * 60)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    message = EmailMessage(policy=MAIL)
    message["Subject"] = subject
    data = message.as_bytes()
    assert message_from_bytes(data, policy=SMTP)["Subject"] == subject
    assert _strictly_read("".join(_lines(data, "Subject")).removeprefix("Subject: ")) == subject
    assert message.as_string() == data.decode()


@given(NAMES)
@example("Größe, “Ä” GmbH & Co. KG für Geschäftskundinnen und Geschäftskunden")
@example('Anna "the 1st" O\\Neil, ' + "and others " * 9)
@example("=?utf-8?q?no?=")
@example(" a ")
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    message = EmailMessage(policy=MAIL)
    message["To"] = Address(name, addr_spec="anna@customer.example")
    data = message.as_bytes()
    (read,) = message_from_bytes(data, policy=SMTP)["To"].addresses
    assert read.addr_spec == "anna@customer.example"
    # Python reads the space between two encoded words of a name along with the name.
    if all(len(word) < 10 for word in name.split()):
        assert read.display_name.split() == name.split()
    assert "".join(read.display_name.split()) == "".join(name.split())
    if name:
        assert _phrase("".join(_lines(data, "To")).removeprefix("To: ")) == name


def test_every_field_of_a_letter_fits_its_lines() -> None:
    title = "Allgemeine Geschäftsbedingungen für „Geschäftskundinnen“ und =?utf-8?q?x?= 服务条款"
    name = "Größe, „Ä“ GmbH & Co. KG für Geschäftskundinnen und Geschäftskunden"
    organisation = replace(HOSTING, name=name)
    anna = Recipient(1, "c-1", "anna@customer.example", "Anna Ö. O’Neil, “die Erste”")
    text = f"# You opted out of the {title} on 1 March 2027\n\nDear\n"
    sealed = f"privacy/2.11; sha256={'a' * 64}"
    content = Content(text, "de", organisation, anna, PUBLISHED, "n", sealed, "h" * 60)
    link = compose_link(
        amendments()[1],
        anna,
        stationery(organisation),
        links=OwnLinks(LINK, "opt-out+t@hosting.example"),
        date=PUBLISHED,
    )
    for letter in (notice_message(content, "opt-out+t@hosting.example", mark="[Test]"), link):
        head = letter.data.partition(b"\r\n\r\n")[0].decode()
        for field in re.findall(r"^([A-Za-z-]+):", head, re.MULTILINE):
            _lines(letter.data, field)
        message = message_from_bytes(letter.data, policy=SMTP)
        assert message["To"].addresses[0].display_name.split() == anna.name.split()
    sent = message_from_bytes(
        notice_message(content, "opt-out+t@hosting.example").data, policy=SMTP
    )
    assert sent["Subject"] == text.partition("\n")[0].removeprefix("# ")
    assert sent["From"].addresses[0].display_name.split() == name.split()
