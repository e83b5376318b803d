"""The whole chain by the command line, with a real SMTP server: from an edit to an opt-out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.fixtures.house import CONFIGURATION, House, later, make_house
from tests.fixtures.relays import Keeps, real

PEOPLE = "customer,address,name\nc1,ann@example.com,Ann Ä\nc2,bob@example.com,\n"


class Mailbox(Keeps):
    """A relay that takes every message."""

    @property
    def messages(self) -> list[EmailMessage]:
        return [message for address in sorted(set(self.told)) for message in self.to(address)]

    def to(self, address: str) -> list[EmailMessage]:
        """What an address was sent, in order."""
        found = [message_from_bytes(d, policy=default) for to, d in self.letters if to == address]
        return [message for message in found if isinstance(message, EmailMessage)]


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with real(box) as port:
        yield box, port


@pytest.fixture
def told(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> tuple[House, Mailbox]:
    """A project whose release 2 has been sent to two customers."""
    box, port = mailbox
    relay = (
        f'carrier = "smtp"\n\n[mail.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    )
    house = make_house(tmp_path / "house", CONFIGURATION + relay)
    house.freeze_two()
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE)
    assert "2 new" in house.ok("recipients", "import", str(people))
    assert "to tell  2 of 2" in house.ok("send", "2")
    assert box.messages == []
    house.ok("send", "2", "--confirm")
    return house, box


def body(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def answer(letter: EmailMessage, text: str, **headers: str) -> bytes:
    """What a customer's mail program sends back."""
    reply = EmailMessage()
    reply["From"] = letter["To"]
    reply["To"] = letter["Reply-To"]
    reply["Subject"] = f"Re: {letter['Subject']}"
    reply["Message-ID"] = "<answer@example.com>"
    for name, value in headers.items():
        reply[name.replace("_", "-")] = value
    quoted = "\n".join(f"> {line}" for line in body(letter).splitlines())
    reply.set_content(f"{text}\n\nOn Monday, Example Hosting wrote:\n{quoted}\n")
    return reply.as_bytes()


def test_each_customer_gets_one_letter_of_their_own(told: tuple[House, Mailbox]) -> None:
    house, box = told
    assert sorted(box.told) == ["ann@example.com", "bob@example.com"]
    house.ok("send", "2", "--confirm")
    assert len(box.messages) == 2
    ann, bob = box.to("ann@example.com")[0], box.to("bob@example.com")[0]
    assert ann["Reply-To"] != bob["Reply-To"]
    assert ann["Message-ID"] != bob["Message-ID"]
    assert "Dear Ann Ä," in body(ann)
    assert "Dear customer," in body(bob)
    for letter in (ann, bob):
        token = re.search(r"opt-out/\?token=(\S+)", body(letter))
        assert token is not None
        assert token[1] in str(letter["Reply-To"])
        assert token[1] in body(letter, "html")
        assert "/privacy/2/changes/" in body(letter)
        assert "Longer keys protect your data better." in body(letter)
        assert letter["List-Unsubscribe"] is None
        assert letter.get_all("Auto-Submitted") == ["auto-generated"]
    assert "accepted" in house.ok("status")


def test_an_opt_out_by_mail_is_recorded_and_receipted(told: tuple[House, Mailbox]) -> None:
    house, box = told
    letter = box.to("ann@example.com")[0]
    assert "c1" not in house.ok("optouts", "2")
    output = house.ok("receive", stdin=answer(letter, "I opt out."))
    receipt = re.search(r"R-\d+", output)
    assert receipt is not None
    row = next(line for line in house.ok("optouts", "2").splitlines() if "c1" in line)
    assert "in time" in row
    assert "mail" in row
    assert receipt[0] in row
    confirmation = box.to("ann@example.com")[-1]
    assert confirmation.get_all("Auto-Submitted") == ["auto-replied"]
    assert receipt[0] in body(confirmation)
    assert len(box.to("bob@example.com")) == 1


def test_the_same_answer_twice_is_one_opt_out(told: tuple[House, Mailbox]) -> None:
    house, box = told
    mail = answer(box.to("ann@example.com")[0], "I opt out.")
    first = re.findall(r"R-\d+", house.ok("receive", stdin=mail))
    again = re.findall(r"R-\d+", house.ok("receive", stdin=mail))
    assert first == again
    assert house.ok("optouts", "2").count("c1") == 1
    assert len(box.to("ann@example.com")) == 2


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("Why do you change this?", {}),
        ("I do not want to opt out.", {}),
        ("I am away until Monday.", {"Auto_Submitted": "auto-replied"}),
        ("I opt out.", {"Auto_Submitted": "auto-replied"}),
    ],
)
def test_what_is_unclear_or_automatic_is_kept_and_has_no_effect(
    told: tuple[House, Mailbox], text: str, headers: dict[str, str]
) -> None:
    house, box = told
    before = len(box.messages)
    output = house.ok("receive", stdin=answer(box.to("ann@example.com")[0], text, **headers))
    assert "kept" in output
    assert "opted out" not in house.ok("optouts", "2")
    assert len(box.messages) == before


def test_a_person_settles_what_was_unclear(told: tuple[House, Mailbox]) -> None:
    house, box = told
    assert house.ok("requests") == "No message waits\n"
    house.ok("receive", stdin=answer(box.to("ann@example.com")[0], "Please no version 2 for me"))
    number = re.search(r"^(\d+) .*unclear", house.ok("requests"), re.MULTILINE)
    assert number is not None
    assert "no version 2 for me" in house.ok("requests", "show", number[1])
    assert house.run("requests", "settle", number[1], "--why", "x").exit_code == 2
    output = house.ok("requests", "settle", number[1], "--opt-out", "--why", "She refuses it")
    receipt = re.search(r"R-\d+", output)
    assert receipt is not None
    assert receipt[0] in house.ok("optouts", "2")
    assert receipt[0] in body(box.to("ann@example.com")[-1])
    assert house.ok("requests") == "No message waits\n"


@pytest.mark.parametrize("mail", [b"", b"\xff\xfe\x00", b"Subject: =?x?q?=\n\n", b"\n\nI opt out"])
def test_whatever_comes_in_is_kept(told: tuple[House, Mailbox], mail: bytes) -> None:
    house, _ = told
    assert "kept" in house.ok("receive", stdin=mail)


@pytest.mark.parametrize(
    ("form", "start"),
    [("eml", b"From: "), ("html", b"<!DOCTYPE"), ("text", b"Pri"), ("pdf", b"%PDF")],
)
def test_the_letter_in_every_form(
    told: tuple[House, Mailbox], tmp_path: Path, form: str, start: bytes
) -> None:
    house, _ = told
    target = tmp_path / "letter"
    house.ok("notice", "2", "--as", "c1", "--format", form, "-o", str(target))
    assert target.read_bytes().startswith(start)


def test_a_test_letter_tells_no_customer(told: tuple[House, Mailbox]) -> None:
    house, box = told
    house.ok("send", "2", "--test", "me@hosting.example")
    letter = box.to("me@hosting.example")[0]
    assert letter["Subject"].startswith("[Test]")
    assert "2 accepted" in house.ok("status")


@pytest.mark.parametrize(
    ("words", "told_of"),
    [
        (("send", "1"), "Try"),
        (("send", "7"), "there is no release 7"),
        (("notice", "2", "--as", "nobody"), "nobody"),
        (("resolve", "2", "c1", "--accepted"), "doubt"),
        (("resolve", "2", "c1"), "--accepted or --again"),
        (("resolve", "2", "c1", "--accepted", "--again"), "contradicts"),
        (("requests", "settle", "1", "--opt-out", "--nothing", "--why", "x"), "contradicts"),
        (("receipts", "settle", "R-000001", "--accepted", "--again"), "contradicts"),
        (("receipts", "settle", "R-000001"), "--accepted or --again"),
        (("send", "two"), "not a release number"),
    ],
)
def test_refusals(told: tuple[House, Mailbox], words: tuple[str, ...], told_of: str) -> None:
    house, box = told
    before = len(box.messages)
    result = house.run(*words)
    assert result.exit_code == 2
    assert told_of.lower() in result.output.lower()
    assert len(box.messages) == before


def test_a_letter_too_late_to_send_names_the_remedy(told: tuple[House, Mailbox]) -> None:
    house, _ = told
    (house.root.parent / "more.csv").write_text("customer,address\nc3,eve@example.com\n")
    house.ok("recipients", "import", str(house.root.parent / "more.csv"))
    late = dt.datetime.now(dt.UTC) + dt.timedelta(days=40)
    result = house.run("send", "2", "--confirm", at=late)
    assert result.exit_code == 2
    assert "freeze --correction --effective" in result.output


def test_a_postponement_tells_everybody_again_and_moves_the_window(
    told: tuple[House, Mailbox],
) -> None:
    house, box = told
    house.ok("freeze", "--effective", later(90), "--correction")
    assert "2.1" in house.run("send", "2").output
    house.ok("send", "2.1", "--confirm")
    assert len(box.messages) == 4
    assert "now applies from" in str(box.to("bob@example.com")[-1]["Subject"])


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("customer,address\nc1,not an address\n", "bad.csv:2"),
        ("customer,address\nc1,a@example.com\nc1,b@example.com\n", "c1"),
        ("customer,mail\nc1,a@example.com\n", "address"),
        ('customer,address,name\nc1,a@example.com,"Ann\r\nBcc: x@example.com"\n', "bad.csv:2"),
        ("", "customer"),
    ],
)
def test_a_bad_list_is_refused_whole(house: House, tmp_path: Path, text: str, told_of: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode())
    result = house.run("recipients", "import", str(path))
    assert result.exit_code == 2
    assert told_of in result.output
