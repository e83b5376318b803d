"""The plan of a notice: `publisher send` without `--confirm`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from publisher.actions.plan_sending import plan_sending
from publisher.actions.workplace import Workplace
from publisher.edges.project import Project
from publisher.errors import NotFoundError, SendError
from publisher.releases.number import Number
from tests.fixtures.house import KEY, House
from tests.fixtures.houses import (
    NOW,
    ONE,
    TWO,
    amend_again,
    correct,
    import_customers,
    letter_states,
    make,
    postpone,
    record,
    send_letters,
    spooled,
    workplace,
)


def test_the_plan_says_what_a_person_must_see(project: Project) -> None:
    found = plan_sending(workplace(project), "privacy", TWO)
    assert found.due.to_tell == 3
    text = "\n".join(found.lines())
    assert "applies from 1 March 2027, opting out until 28 February 2027" in text
    assert "to tell  3 of 3 recipients" in text
    assert "until    30 January 2027: the last day to have them accepted in time" in text
    assert str(Workplace(project).spool) in text
    assert letter_states(project) == {}


def test_no_letter_for_a_release_without_notice(project: Project) -> None:
    with pytest.raises(SendError, match="it has no notice"):
        plan_sending(workplace(project), "privacy", ONE)
    with pytest.raises(NotFoundError):
        plan_sending(workplace(project), "privacy", Number(7))


def test_no_letter_without_recipients(tmp_path: Path) -> None:
    with pytest.raises(SendError, match="no recipient") as caught:
        plan_sending(workplace(make(tmp_path)), "privacy", TWO)
    assert caught.value.remedy == "publisher recipients import FILE.csv"


def test_no_letter_after_the_notice_period_has_begun_to_run_out(project: Project) -> None:
    last = dt.datetime(2027, 1, 30, 23, 59, tzinfo=dt.UTC)
    plan_sending(workplace(project, last), "privacy", TWO)
    with pytest.raises(SendError) as caught:
        plan_sending(workplace(project, last + dt.timedelta(minutes=1)), "privacy", TWO)
    assert "freeze --correction --effective 2027-03-02" in caught.value.remedy
    day = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    with pytest.raises(SendError, match="was announced for 2027-03-01: a notice would come too"):
        plan_sending(workplace(project, day), "privacy", TWO)
    record(project)
    with pytest.raises(SendError, match="in force since"):
        plan_sending(workplace(project, day), "privacy", TWO)


def test_nothing_is_too_late_once_everybody_was_told(project: Project) -> None:
    send_letters(project)
    after = dt.datetime(2027, 4, 1, tzinfo=dt.UTC)
    assert plan_sending(workplace(project, after), "privacy", TWO).due.told == 3


def test_a_postponed_release_is_not_announced_with_its_old_date(project: Project) -> None:
    postpone(project, dt.date(2027, 4, 1))
    with pytest.raises(SendError, match=r"2\.1 has taken the place of 2") as caught:
        plan_sending(workplace(project), "privacy", TWO)
    assert caught.value.remedy == "publisher send 2.1"


def test_a_correction_that_nobody_is_told_of_leaves_the_letter_as_it_is(project: Project) -> None:
    correct(project)
    assert plan_sending(workplace(project), "privacy", TWO).due.to_tell == 3
    with pytest.raises(SendError, match="it has no notice"):
        plan_sending(workplace(project), "privacy", Number(2, 1))


def test_who_was_told_of_a_date_is_told_of_a_later_one_without_a_new_period(
    project: Project,
) -> None:
    send_letters(project)
    postpone(project, dt.date(2027, 3, 8), dt.datetime(2027, 2, 20, tzinfo=dt.UTC))
    later = dt.datetime(2027, 2, 20, tzinfo=dt.UTC)
    assert plan_sending(workplace(project, later), "privacy", Number(2, 1)).due.to_tell == 3
    import_customers(project, b"customer,address\nc-4,dora@x.example\n", later)
    with pytest.raises(SendError, match="1 recipient would be told today"):
        plan_sending(workplace(project, later), "privacy", Number(2, 1))


def test_the_same_date_is_told_once_under_two_numbers(project: Project) -> None:
    send_letters(project)
    postpone(project, dt.date(2027, 3, 1))
    found = plan_sending(workplace(project), "privacy", Number(2, 1)).due
    assert (found.told, found.to_tell) == (3, 0)
    assert send_letters(project, Number(2, 1)).accepted == 0
    assert len(spooled(project)) == 3


def test_without_confirmation_nothing_is_sent(project: Project) -> None:
    shown = House(project.root).ok("send", "2", at=NOW)
    assert "  to tell  3 of 3 recipients\n" in shown
    assert "Nothing was sent. To send: publisher send 2 --confirm" in shown
    assert spooled(project) == []
    assert letter_states(project) == {}


def test_who_has_a_letter_about_a_later_version_is_counted(project: Project) -> None:
    amend_again(project, NOW)
    import_customers(project, b"customer,address,version\nc-4,d@x.example,3\n")
    assert "beware" not in House(project.root).ok("send", "2", at=NOW)
    send_letters(project, Number(3))
    import_customers(project, b"customer,address\nc-5,e@x.example\n")
    said = House(project.root).ok("send", "2", at=NOW)
    assert "  to tell  4 of 5 recipients\n" in said
    assert "  beware   3 of them have a letter about a later version already" in said
    send_letters(project)
    assert "beware" not in House(project.root).ok("send", "2", at=NOW)


def test_what_a_role_stated_is_named(project: Project) -> None:
    """Whoever was told by post gets no second letter without a word."""
    assert "beware" not in House(project.root).ok("send", "2", at=NOW)
    record(project)
    plan = " ".join(House(project.root).ok("send", "2", at=NOW).split())
    assert "beware statement 1 of the register says that people were told on 10 January" in plan
    assert "“by post”; whoever was a customer then needs no letter" in plan


def test_a_clock_that_is_behind_tells_nobody(project: Project, tmp_path: Path) -> None:
    """A period of notice would begin before the text was there."""
    early, house = NOW - dt.timedelta(days=9), House(project.root)
    assert "  to mend  the clock says 2027-01-01" in house.ok("send", "2", at=early)
    place = str(tmp_path.with_name(f"{tmp_path.name}.csv"))
    for words in (("send", "2"), ("notice", "export", "2", "-o", place)):
        refused = house.run(*words, "--confirm", at=early)
        assert refused.exit_code == 2
        said = " ".join(refused.output.split())
        assert "version 2 was published at 2027-01-10 09:30:00 UTC" in said
        assert "set the clock of this machine" in said
    assert spooled(project) == []
    assert not Path(place).exists()
    import_customers(project, b"customer,address\nc-9,x@one.example\n", NOW + dt.timedelta(2))
    refused = house.run("send", "2", "--confirm", at=NOW)
    assert refused.exit_code == 2
    assert "the ledger has what happened at 2027-01-12" in " ".join(refused.output.split())
    house.ok("send", "2", "--confirm", at=NOW + dt.timedelta(2))


def test_who_was_removed_is_named_in_the_plan_and_in_the_status(project: Project) -> None:
    send_letters(project)
    house = House(project.root)
    house.ok("recipients", "remove", "c-3", at=NOW)
    plan = house.ok("send", "2", at=NOW)
    assert ("to tell  0 of 2" in plan, "told     2\n" in plan) == (True, True)
    assert "  removed  1\n" in plan
    assert "3 accepted (1 of these removed since)" in house.ok("status", at=NOW)


def test_a_plan_says_that_there_is_no_key(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(project.root)
    assert "to mend" not in house.ok("send", "2", at=NOW)
    for begun, what in ((False, "export PUBLISHER_TOKEN_KEY=$("), (True, "went out with before")):
        if begun:
            send_letters(project)
        monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
        if begun:  # where nobody is to be told, no key is needed
            assert "to mend" not in house.ok("send", "2", at=NOW)
            import_customers(project, b"customer,address\nc-9,x@x.example\n")
        (line,) = [one for one in house.ok("send", "2", at=NOW).splitlines() if "to mend" in one]
        assert "PUBLISHER_TOKEN_KEY: no key for personal links" in line
        assert what in line
        refused = house.run("send", "2", "--confirm", at=NOW)
        assert (refused.exit_code, "went out with before" in refused.output) == (2, True)
        monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)


def test_a_plan_needs_no_key(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    assert "to tell  3 of 3" in House(project.root).ok("send", "2", at=NOW)
