"""The whole chain by the command line, with a real SMTP server: from an edit to an opt-out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.house import House
from tests.fixtures.mailbox import Mailbox, answer, body, told_house


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[House, Mailbox]]:
    with told_house(tmp_path) as found:
        yield found


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
    confirmation = box.to("ann@example.com", 2)[-1]
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
    assert len(box.to("ann@example.com", 2)) == 2


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
    before = {message["Message-ID"] for message in box.messages}
    output = house.ok("receive", stdin=answer(box.to("ann@example.com")[0], text, **headers))
    assert "kept" in output
    assert "opted out" not in house.ok("optouts", "2")
    since = {m["Subject"] for m in box.messages if m["Message-ID"] not in before}
    assert since <= {"Your mail has come"}, "nothing is answered but that it came"


def test_a_person_settles_what_was_unclear(told: tuple[House, Mailbox]) -> None:
    house, box = told
    assert house.ok("requests") == "Nothing waits\n"
    house.ok("receive", stdin=answer(box.to("ann@example.com")[0], "Please no version 2 for me"))
    number = re.search(r"^(\d+) .*unclear", house.ok("requests"), re.MULTILINE)
    assert number is not None
    assert "no version 2 for me" in house.ok("requests", "show", number[1])
    assert house.run("requests", "settle", number[1], "--why", "x").exit_code == 2
    output = house.ok("requests", "settle", number[1], "--opt-out", "--why", "She refuses it")
    receipt = re.search(r"R-\d+", output)
    assert receipt is not None
    assert receipt[0] in house.ok("optouts", "2")
    assert receipt[0] in body(box.to("ann@example.com", 3)[-1])
    assert house.ok("requests") == "Nothing waits\n"


@pytest.mark.parametrize("mail", [b"", b"\xff\xfe\x00", b"Subject: =?x?q?=\n\n", b"\n\nI opt out"])
def test_whatever_comes_in_is_kept(told: tuple[House, Mailbox], mail: bytes) -> None:
    house, _ = told
    assert "kept" in house.ok("receive", stdin=mail)


@pytest.mark.parametrize(
    ("words", "told_of"),
    [
        (("send", "1"), "Try"),
        (("send", "7"), "there is no release 7"),
        (("notice", "2", "--as", "nobody"), "nobody"),
        (("resolve", "2", "c1", "--accepted"), "doubt"),
        (("resolve", "2", "c1"), "--accepted, --again, --otherwise or --give-up"),
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
