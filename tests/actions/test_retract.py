"""A release that nobody was told of is taken back by a statement, and the next one goes past it."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from publisher.people.deliveries import DeliveryState
from publisher.people.due import delivery_due
from publisher.releases.number import Number
from publisher.releases.releases import Releases, Status
from publisher.wording.dates import long_date
from tests.fixtures.house import KEY, House, copied_house, git, later, today
from tests.fixtures.recipients import recipients_of
from tests.fixtures.workplaces import archive_of, ledger_of

ONE, TWO = Number(1), Number(2)
WHY = ("--why", "the date was mistyped", "--confirm")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", House.freeze_two)


def releases_of(house: House) -> Releases:
    return archive_of(house.project).releases("privacy")


def notes_again(house: House, said: str) -> None:
    """Does what is printed to bring the notes back into the draft."""
    command = next(line for line in said.splitlines() if line.startswith("  git checkout"))
    subprocess.run(["sh", "-ec", command], cwd=house.root, check=True, capture_output=True)
    assert git(house.root, "status", "--porcelain") == ""


def test_it_is_taken_back_and_nothing_is_deleted(house: House) -> None:
    said = house.ok("retract", "2", *WHY, "--as", "Legal")
    assert "Retracted: privacy/2 (statement 1 of the register)" in said
    found = releases_of(house)
    status = found.status(found[1], today())
    assert (status.status, status.since) == (Status.RETRACTED, today())
    assert found.in_force(today() + dt.timedelta(days=90)) == found[0]
    assert (found.register[0].role, found.register[0].why) == ("Legal", "the date was mistyped")
    assert "privacy/2" in git(house.root, "tag").split()
    assert house.ok("verify").startswith("privacy: 2 release(s) and 1 statement(s) checked;")
    assert "is retracted" in house.run("retract", "2", *WHY).output


def test_the_same_text_is_frozen_again_with_an_earlier_day(house: House) -> None:
    said = house.ok("retract", "2", *WHY)
    notes_again(house, said)
    house.ok("freeze", "--effective", later(31))
    one, two, three = releases_of(house)
    assert (three.number, three.previous, three.replaces) == (Number(3), TWO, ONE)
    assert three.previous_seal == two.seal
    assert three.policy.files == two.policy.files
    assert releases_of(house).predecessor(three) == one
    assert house.ok("verify").startswith("privacy: 3 release(s) and 1 statement(s) checked;")
    assert "version 1" in three.notice.lower()
    assert "version 2" not in three.notice.lower()
    house.ok("check")


def at(days: int) -> dt.datetime:
    """A moment of a later day."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)


def mend(house: House) -> None:
    """Mends a typing error in the draft."""
    text = (house.root / "policy/privacy/contact.md").read_text()
    text = text.replace("Write to us", "Wriet to us")
    house.write({"contact.md": text, "notes/contact.md": "A typing error.\n"})
    house.commit("Spelling")


def refused(house: House, *words: str, at: dt.datetime | None = None) -> str:
    result = house.run(*words, at=at)
    assert result.exit_code == 2, result.output
    return " ".join(result.output.split())


def test_what_applies_or_was_told_is_not_taken_back(house: House) -> None:
    assert "release 1 is in force" in refused(house, "retract", "1", *WHY).replace(
        "was superseded", "is in force"
    )
    assert "cannot be told here" in refused(house, "retract", "2", "--why", "x")
    assert "says nothing" in refused(house, "retract", "2", "--why", " ", "--confirm")
    house.ok("notice", "record", "2", "--otherwise", "by post")
    assert "people were told of release 2" in refused(house, "retract", "2", *WHY)
    assert "is in force since" in refused(house, "retract", "2", *WHY, at=at(61))


def test_a_postponement_is_taken_back_alone(house: House) -> None:
    house.ok("freeze", "--correction", "--effective", later(90))
    assert "release 2.1 was made after it" in refused(house, "retract", "2", *WHY)
    house.ok("retract", "2.1", *WHY)
    found = releases_of(house)
    assert found.status(found[1], today()).since == today() + dt.timedelta(days=60)
    house.ok("freeze", "--correction", "--effective", later(75))
    last = releases_of(house)[-1]
    assert (last.number, last.previous, last.replaces) == (Number(2, 2), Number(2, 1), TWO)
    house.ok("verify")


def test_what_came_first_in_a_second_is_known_by_its_place(house: House) -> None:
    """Seals and numbers of the register say it, where the clock does not."""
    then = at(1)
    postponed = ("freeze", "--correction", "--effective", later(90))
    for words in (
        postponed,
        ("retract", "2.1", *WHY),
        postponed,
        ("retract", "2.2", *WHY),
        ("retract", "2", *WHY),
    ):
        house.ok(*words, at=then)
    _, _, first, second = found = releases_of(house)
    assert {one.published for one in (first, second)} == {one.stated for one in found.register}
    assert [found.predecessor(one) for one in (first, second)] == [found[1], found[1]]
    house.ok("verify", at=then)
    assert found.as_of(second).register == found.register[:1]


def test_nothing_comes_into_force_in_the_past_because_something_is_taken_back(
    house: House,
) -> None:
    house.ok("notice", "record", "2", "--otherwise", "by post")
    house.ok("freeze", "--correction", "--effective", later(90))
    said = refused(house, "retract", "2.1", *WHY, at=at(70))
    assert "release 2 would be in force" in said


def test_after_a_whole_amendment_a_correction_mends_what_is_in_force(house: House) -> None:
    house.ok("retract", "2", *WHY)
    git(house.root, "checkout", "-q", "privacy/1", "--", "policy/privacy/security.md")
    mend(house)
    house.ok("freeze", "--correction", "--effective", later(0))
    last = releases_of(house)[-1]
    assert (last.number, last.previous, last.replaces) == (Number(2, 1), TWO, ONE)
    found = releases_of(house)
    assert found.in_force(today()) == last
    house.ok("verify")
    house.ok("status")
    assert house.run("build").exit_code == 0


def test_a_held_release_is_overtaken_and_compared_past(house: House) -> None:
    late = at(61)
    mend(house)
    said = refused(house, "freeze", "--correction", "--effective", later(61), at=late)
    assert "no record of its notice has been made" in said
    git(house.root, "revert", "--no-edit", "HEAD")
    house.edit(security="Much longer keys.\n")
    house.ok("freeze", "--effective", later(120), at=late)
    one, _, three = releases_of(house)
    assert (three.number, three.previous, three.replaces) == (Number(3), TWO, ONE)
    assert releases_of(house).predecessor(three) == one
    assert "ersion 2" not in three.notice
    house.ok("verify", at=late)


def test_a_held_release_is_postponed(house: House) -> None:
    late = at(61)
    house.ok("freeze", "--correction", "--effective", later(120), at=late)
    found = releases_of(house)
    last = found[-1]
    assert (last.number, last.replaces) == (Number(2, 1), None)
    assert last.notice
    assert found.upcoming(today() + dt.timedelta(days=62)) == last
    house.ok("verify", at=late)


def test_a_first_release_begins_anew(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", first_to_come)
    house.ok("retract", "1", *WHY)
    house.ok("freeze", "--effective", later(5))
    _, two = releases_of(house)
    assert (two.number, two.previous, two.replaces, two.closes) == (TWO, ONE, None, None)
    assert releases_of(house).predecessor(two) is None
    assert not two.notice
    assert releases_of(house).in_force(today() + dt.timedelta(days=5)) == two
    house.ok("verify")
    house.ok("check")


def first_to_come(house: House) -> None:
    house.ok("freeze", "--effective", later(300))


def test_every_command_meets_a_retracted_release(house: House, tmp_path: Path) -> None:
    house.ok("retract", "2", *WHY)
    house.ok("status")
    house.ok("diff", "1", "2")
    house.ok("diff", "2")
    house.ok("pdf", "2", "-o", str(tmp_path / "two.pdf"))
    house.ok("optouts", "2")
    lacking = house.run("check").output  # its notes lie in its folder
    assert "no note says why" in lacking
    brought = re.search(r"git (checkout [0-9a-f]{40} -- policy/privacy/notes)", lacking)
    assert brought, lacking
    assert "retracted" in refused(house, "send", "2")
    assert "retracted" in refused(house, "notice", "record", "2", "--otherwise", "by post")
    assert house.run("build").exit_code == 0, house.run("build").output
    git(house.root, *brought[1].split())
    assert "no note says why" not in house.run("check").output


def test_the_letter_of_a_retracted_release_says_so_first(house: House, tmp_path: Path) -> None:
    stands = house.ok("notice", "2")
    assert "retracted" not in stands
    house.ok("retract", "2", *WHY)
    said = f"Version 2 was retracted on {long_date(today())}, before anybody was told of it.\n"
    shown = house.run("notice", "2")
    assert (shown.stderr, shown.stdout) == (said, stands)
    there = tmp_path / "letter.eml"
    to_file = house.run("notice", "2", "--format", "eml", "-o", str(there))
    assert to_file.stderr.startswith(said)
    assert b"retracted" not in there.read_bytes()


def with_customers(house: House) -> None:
    """Releases 1 and 2, and somebody to tell, by a folder in place of a relay."""
    place = house.root / "publisher.toml"
    place.write_text(place.read_text().replace("[mail]\n", '[mail]\ncarrier = "spool"\n'))
    house.commit("A folder for letters")
    house.freeze_two()
    listed = b"customer,address,name\nc-1,anna@customer.example,Anna\n"
    house.ok("recipients", "import", "-", "--confirm", stdin=listed)


def test_the_ledger_knows_whether_somebody_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    house = copied_house(tmp_path / "house", with_customers)
    house.ok("send", "2", "--test", "legal@hosting.example")
    other = House(shutil.copytree(house.root, tmp_path / "other", symlinks=True))
    other.ok("retract", "2", "--why", "a slip")  # the ledger knows: nobody is asked
    assert "was retracted" in refused(other, "send", "2", "--confirm")
    house.ok("send", "2", "--confirm")
    assert "1 letter(s) about it went out" in refused(house, "retract", "2", *WHY)
    # Nor is it believed that nobody was told where the ledger is gone: it is asked.
    (house.root / ".publisher/ledger.sqlite").rename(tmp_path / "away.sqlite")
    said = refused(house, "retract", "2", "--why", "a slip")
    assert "cannot be told here" in said
    assert "--confirm" in said


def test_what_came_back_is_known(house: House) -> None:
    """No carrier took a letter; of one that came back somebody may know."""
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-1,a@one.example\n")
    house.ok("send", "2", "--confirm")
    ledger = ledger_of(house.project)
    (one,) = ledger.deliveries("privacy", 2)
    now = dt.datetime.now(dt.UTC)
    ledger.settle(one, DeliveryState.BOUNCED, "550", now, was=one.state)
    house.ok("resolve", "2", "c-1", "--give-up", "dead")
    refused = house.run("retract", "2", "--why", "a slip")
    assert refused.exit_code == 2
    assert "1 letter(s) about it went out, or may have" in " ".join(refused.output.split())


def test_what_was_refused_by_all_is_taken_back(house: House) -> None:
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-1,a@one.example\n")
    ledger, now = ledger_of(house.project), dt.datetime.now(dt.UTC)
    release = archive_of(house.project).release("privacy", Number(2))
    (whom,) = recipients_of(ledger)
    due = delivery_due(release, whom, now)
    ledger.settle(due, DeliveryState.REFUSED, "550", now, was=due.state)
    house.ok("resolve", "2", "c-1", "--give-up", "dead")
    house.ok("retract", "2", "--why", "a slip")
