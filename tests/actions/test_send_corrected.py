"""The notice of a release that was corrected or retracted, or comes after one never sent."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from publisher.actions.plan_sending import plan_sending
from publisher.edges.project import Project
from publisher.errors import SendError
from publisher.people.messages import Filed
from publisher.releases.number import Number
from publisher.releases.statement import Statement, statement_toml
from tests.fixtures.answers import reply, take
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    amend_again,
    correct,
    import_customers,
    letter_states,
    record,
    send_letters,
    spooled,
    told,
    under_git,
    workplace,
)
from tests.fixtures.workplaces import archive_of

LATER = b"customer,address,name\nc-9,dora@customer.example,Dora Example\n"
COMPARED = "/privacy/compare/?from=1&to=2.1"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three customers were told of 2; then its typo was corrected, and a fourth came."""
    project = told(tmp_path)
    send_letters(project)
    correct(project)
    import_customers(project, LATER)
    return project


def plain(data: bytes) -> str:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain",))
    assert part
    return str(part.get_content())


def letter_to(project: Project, address: str) -> bytes:
    return next(
        one for one in spooled(project) if address.encode() in one.partition(b"\r\n\r\n")[0]
    )


def test_nobody_who_was_told_is_told_again(project: Project) -> None:
    assert plan_sending(workplace(project), "privacy", TWO).due.to_tell == 1
    assert send_letters(project).accepted == 1
    assert len(spooled(project)) == 4
    assert send_letters(project).accepted == 0
    assert set(letter_states(project).values()) == {"accepted"}
    with pytest.raises(SendError, match="nobody is told of it"):
        send_letters(project, Number(2, 1))


def test_the_letter_leads_to_what_will_apply(project: Project) -> None:
    send_letters(project)
    assert COMPARED not in plain(letter_to(project, "anna@"))
    letter = letter_to(project, "dora@")
    assert COMPARED in plain(letter)
    house = House(project.root)
    shown = house.ok("notice", "2", "--as", "c-9", at=NOW)
    assert COMPARED in shown
    under_git(project)
    path = project.root.parent / f"{project.root.name}.eml"
    for data in (letter, letter_to(project, "anna@")):
        path.write_bytes(data)
        assert "it is as it was sealed" in house.ok("verify", "--letter", str(path), at=NOW)
    forged = letter.replace(b"to=3D2.1", b"to=3D9.1").replace(b"to=2.1", b"to=9.1")
    assert forged != letter
    path.write_bytes(forged)
    assert house.run("verify", "--letter", str(path), at=NOW).exit_code == 1


def test_an_answer_that_quotes_either_letter_is_understood(project: Project) -> None:
    send_letters(project)
    for customer, address in (("c-1", "anna@"), ("c-9", "dora@")):
        quoted = "".join(f"> {line}\n" for line in plain(letter_to(project, address)).splitlines())
        to = reply_to(letter_to(project, address))
        raw = reply(project, f"I opt out.\n\nOn Sunday, Example Hosting wrote:\n{quoted}", to=to)
        assert take(project, raw).filed is Filed.OPT_OUT, customer


def reply_to(data: bytes) -> str:
    return str(message_from_bytes(data, policy=SMTP)["Reply-To"])


def test_of_a_retracted_release_nobody_is_told(tmp_path: Path) -> None:
    project = told(tmp_path)
    release = archive_of(project).release("privacy", TWO)
    statement = Statement("privacy", 1, TWO, release.seal, NOW, "Legal", why="a mistyped date")
    folder = project.root / "versions/privacy/register"
    folder.mkdir()
    (folder / statement.file).write_bytes(statement_toml(statement))
    for words in (["send", "2"], ["send", "2", "--confirm"], ["notice", "record", "2"]):
        if words[0] == "send":
            refused = House(project.root).run(*words, at=NOW)
            assert refused.exit_code == 2
            assert "release 2 was retracted: nobody is told of it" in refused.output
    assert spooled(project) == []


def test_one_that_was_never_sent_is_named_before_the_next(tmp_path: Path) -> None:
    project = told(tmp_path)
    amend_again(project)
    house, spring = House(project.root), dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
    beware = "version 2 before it was not sent, and no record of its notice is there"
    assert beware in house.ok("send", "3", at=spring)
    record(project)
    assert beware not in house.ok("send", "3", at=spring)


def test_one_that_was_sent_is_not_named(tmp_path: Path) -> None:
    project = told(tmp_path)
    send_letters(project)
    amend_again(project)
    spring = dt.datetime(2027, 4, 2, tzinfo=dt.UTC)
    assert "before it was not sent" not in House(project.root).ok("send", "3", at=spring)


def test_after_the_last_letter_the_record_is_named(tmp_path: Path) -> None:
    project = told(tmp_path)
    house = House(project.root)
    step = "to record that people were told: publisher notice record 2"
    assert step in house.ok("send", "2", "--confirm", at=NOW)
    assert step in house.ok("send", "2", "--confirm", at=NOW)
    record(project)
    assert step not in house.ok("send", "2", "--confirm", at=NOW)


def test_one_that_is_held_is_not_sent_once_its_day_has_come(tmp_path: Path) -> None:
    project = told(tmp_path)
    late = dt.datetime(2027, 3, 5, tzinfo=dt.UTC)
    refused = House(project.root).run("send", "2", at=late)
    assert refused.exit_code == 2
    said = " ".join(refused.output.split())
    assert "release 2 was announced for 2027-03-01: a notice would come too late" in said
    assert "postpone it: publisher freeze --correction --effective 2027-04-04" in said
