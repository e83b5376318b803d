"""What was told in a way that no program saw is stated in the register, committed and tagged."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

import pytest

from publisher.edges.project import Project
from publisher.errors import SealError
from publisher.releases.number import Number
from publisher.releases.statement import Means
from tests.fixtures.house import House, copied_house, git, later, today
from tests.fixtures.workplaces import archive_of

TWO = Number(2)
IN_SPRING = dt.datetime.now(dt.UTC) + dt.timedelta(days=58)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", House.freeze_two)


def in_force(project: Project, days: int) -> Number | None:
    found = archive_of(project).releases("privacy").in_force(today() + dt.timedelta(days=days))
    return found.number if found else None


def test_a_release_is_in_force_only_once_it_is_recorded(house: House) -> None:
    assert in_force(house.project, 61) == Number(1)
    said = house.ok("notice", "record", "2", "--otherwise", "by post", "--as", "Legal")
    assert "Recorded: the notice of privacy/2 (statement 1 of the register)" in said
    assert (in_force(house.project, 59), in_force(house.project, 60)) == (Number(1), TWO)
    statement = archive_of(house.project).register("privacy")[0]
    assert statement.notice
    assert (statement.role, statement.release, statement.number) == ("Legal", TWO, 1)
    assert (statement.notice.means, statement.notice.described) == (Means.OTHERWISE, "by post")
    assert statement.notice.applies == today() + dt.timedelta(days=30)
    assert f"Digest: {statement.digest}" in git(
        house.root, "cat-file", "tag", "privacy.register/0001"
    )
    assert git(house.root, "status", "--porcelain") == ""
    assert (
        house.ok("verify") == "privacy: 2 release(s) and 1 statement(s) checked; none is signed\n"
    )


def test_it_applies_from_the_end_of_the_period_of_those_who_were_told(house: House) -> None:
    """Told by post on the 50th day, with 30 days of notice."""
    at = dt.datetime.now(dt.UTC) + dt.timedelta(days=50)
    house.ok("notice", "record", "2", "--otherwise", "by post", "--on", later(50), at=at)
    assert (in_force(house.project, 79), in_force(house.project, 80)) == (Number(1), TWO)


def test_where_there_is_nobody_it_applies_from_its_day(house: House) -> None:
    words = ("notice", "record", "2", "--nobody", "no customers yet")
    refused = house.run(*words)  # where no ledger is, nothing can tell
    assert refused.exit_code == 2
    assert "there is no ledger" in " ".join(refused.output.split())
    assert "if you know that there is nobody: --confirm" in " ".join(refused.output.split())
    said = house.ok(*words, "--confirm")
    assert f"privacy/2 has nobody to tell, as of {later(0)}" in said
    assert (in_force(house.project, 59), in_force(house.project, 60)) == (Number(1), TWO)


def test_what_cannot_be_so_is_refused(house: House) -> None:
    for words, why in (
        (("2",), "there is no ledger here"),
        (("2", "--on", "2027-01-01"), "--on is the day of"),
        (("2", "--nobody", "x", "--figures"), "--figures are those of the ledger"),
        (("2", "--otherwise", "x", "--nobody", "y"), "say how people were told"),
        (("2", "--otherwise", " "), "says nothing"),
        (("2", "--otherwise", "by post", "--on", later(1)), "is to come"),
        (("2", "--otherwise", "by post", "--on", later(-1)), "was published on"),
        (("1", "--otherwise", "by post"), "nobody is told of it"),
        (("7", "--otherwise", "by post"), "there is no release 7"),
        (("2", "--otherwise", "by post", "--as", "a@b.example"), "name a role"),
    ):
        result = house.run("notice", "record", *words)
        assert result.exit_code == 2
        assert why in " ".join(result.output.split()), result.output
    assert git(house.root, "status", "--porcelain") == ""
    assert archive_of(house.project).register("privacy") == ()


def test_a_statement_that_was_altered_or_lost_stops_everything(house: House) -> None:
    house.ok("notice", "record", "2", "--otherwise", "by post")
    place = house.root / "versions/privacy/register/0001.toml"
    text = place.read_text()
    place.write_text(text.replace("by post", "by mail"))
    with pytest.raises(SealError, match=r"privacy\.register/0001 bears witness to"):
        archive_of(house.project).releases("privacy")
    git(house.root, "pack-refs", "--all")
    place.unlink()
    with pytest.raises(SealError, match="is missing; its tag") as lost:
        archive_of(house.project).releases("privacy")
    assert house.run("build").exit_code == 2
    git(house.root, *lost.value.remedy.split()[1:])
    assert place.read_text() == text
    archive_of(house.project).releases("privacy")


def test_nobody_is_not_believed_where_the_ledger_knows_somebody(house: House) -> None:
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-1,a@one.example\n")
    result = house.run("notice", "record", "2", "--nobody", "no customers yet")
    assert result.exit_code == 2
    assert "there is somebody to tell: the ledger has 1 recipient" in result.output
    assert archive_of(house.project).register("privacy") == ()


def test_who_was_told_and_removed_since_is_somebody(house: House) -> None:
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-1,a@one.example\n")
    house.ok("send", "2", "--confirm")
    house.ok("recipients", "remove", "c-1")
    result = house.run("notice", "record", "2", "--nobody", "no customers yet")
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "somebody was told: the ledger knows of 1 letter about release 2" in said
    refused = " ".join(house.run("notice", "record", "2").output.split())
    assert "whoever was on the list of release 2 was removed since" in refused
    assert "retract" not in refused
    command = 'publisher notice record 2 --otherwise "by e-mail"'
    assert command in said
    assert command in refused
    assert command in " ".join(house.run("status", at=IN_SPRING).output.split())
    house.ok(*shlex.split(command)[1:])


def test_nobody_contradicts_what_is_stated(house: House) -> None:
    house.ok("notice", "record", "2", "--otherwise", "by post")
    for words in ((), ("--confirm",)):
        result = house.run("notice", "record", "2", "--nobody", "none", *words)
        assert result.exit_code == 2
        assert "as statement 1 of the register says" in " ".join(result.output.split())
    assert len(archive_of(house.project).register("privacy")) == 1


def test_where_there_is_nobody_in_the_ledger_it_is_believed(house: House) -> None:
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-1,a@one.example\n")
    house.ok("recipients", "remove", "c-1")
    house.ok("notice", "record", "2", "--nobody", "all left before")
    assert in_force(house.project, 60) == TWO


def test_a_clock_that_is_behind_states_nothing(house: House) -> None:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=20)
    for words in (("--otherwise", "by post"), ("--nobody", "none", "--confirm"), ()):
        result = house.run("notice", "record", "2", *words, at=at)
        assert result.exit_code == 2
        assert "set the clock of this machine" in " ".join(result.output.split())
    assert archive_of(house.project).register("privacy") == ()


def test_what_is_stated_already_is_stated_once(house: House) -> None:
    words = ("notice", "record", "2", "--otherwise", "by post", "--on", later(0))
    said = house.ok(*words)
    assert not [line for line in said.splitlines() if line != line.rstrip()]
    assert f"it is in force from its own day, {later(60)}" in said
    assert "Nothing is new: statement 1" in house.ok(*words)
    # Without a day, the same words say nothing new on any other day.
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert "Nothing is new: statement 1" in house.ok(*words[:5], at=tomorrow)
    house.ok(*words, "--as", "Legal")
    assert len(archive_of(house.project).register("privacy")) == 2


def test_a_draft_that_is_held_word_for_word_needs_no_notes(house: House) -> None:
    """Nobody has begun another amendment; what is so is that nothing is on record."""
    at = dt.datetime.now(dt.UTC) + dt.timedelta(days=62)
    said = " ".join(house.ok("check", at=at).split())
    assert "no note says why" not in said
    assert "nothing is on record of its notice: version 1 stays in force" in said
    house.write({"use.md": "## How We Use Data {#use}\n\nWe use your data for your orders.\n"})
    assert "no note says why" in house.run("check", at=at).output


def test_what_a_later_letter_says_is_not_made_untrue(house: House) -> None:
    """Version 3 was frozen while 2 was held: until then, it says, version 1 applies."""
    day = dt.datetime.now(dt.UTC)
    house.write({"use.md": "## How We Use Data {#use}\n\nWe use your data for your orders.\n"})
    house.write({"notes/use.md": "Shorter.\n", "notes/security.md": "Longer keys.\n"})
    house.commit()
    house.ok("freeze", "--effective", later(110), at=day + dt.timedelta(days=62))
    words = ("notice", "record", "2", "--otherwise", "by post", "--on", later(1))
    result = house.run(*words, at=day + dt.timedelta(days=63))
    assert result.exit_code == 2
    assert "says that version 1 applies until" in " ".join(result.output.split())
    said = house.run("status", at=day + dt.timedelta(days=63)).output
    assert "postpone it" not in said
    frozen = f"{day + dt.timedelta(days=62):%-d %B %Y}"
    passed = f"never in force: version 3 takes its place (frozen on {frozen}); nothing is to do"
    for later_on in (63, 120):  # before version 3 takes effect, and after
        said = house.run("status", at=day + dt.timedelta(days=later_on)).output
        (line,) = (each for each in said.splitlines() if each.startswith("  Version 2 "))
        assert line == f"  Version 2  {passed}"


def test_a_statement_that_nobody_vouches_for_is_not_believed(house: House) -> None:
    house.ok("notice", "record", "2", "--otherwise", "by post")
    git(house.root, "tag", "-d", "privacy.register/0001")
    with pytest.raises(SealError, match=r"has no tag privacy\.register/0001"):
        archive_of(house.project).releases("privacy")
    for words in (("status",), ("check",), ("build",)):
        assert house.run(*words).exit_code > 0, words
    for number in ("1", "2"):  # a clone without any tag is told so, and believes the folders
        git(house.root, "tag", "-d", f"privacy/{number}")
    archive_of(house.project).releases("privacy")
