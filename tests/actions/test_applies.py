"""Which version applies to whom, and why: `publisher applies`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest

from publisher.actions.opt_out import opt_out
from publisher.answers.opt_out_page import FormAddress
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from publisher.people.untold import BindingNotice
from publisher.releases.number import Number
from publisher.releases.statement import Statement, statement_toml
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    amend_again,
    correct,
    import_customers,
    make,
    postpone,
    record,
    record_counted,
    send_letters,
    token,
    told,
    workplace,
)
from tests.fixtures.workplaces import archive_of, ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")
PEOPLE = b"customer,address,joined\n" + b"".join(
    b"%s,%s@one.example,2020-01-01\n" % (one, one)
    for one in (b"in-time", b"opted-out", b"late", b"given-up", b"by-phone", b"withdrew")
)
OUTCOMES = b"""customer,day,outcome
in-time,2027-01-12,delivered
opted-out,2027-01-12,delivered
withdrew,2027-01-12,delivered
late,2027-02-05,delivered
given-up,2027-01-12,bounced
by-phone,2027-01-12,bounced
"""
MARCH = dt.datetime(2027, 3, 5, 9, 30, tzinfo=dt.UTC)


def asked(project: Project, *words: str, at: dt.datetime = MARCH) -> Any:
    done = House(project.root).run("applies", *words, "--format", "json", at=at)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def everybody(project: Project, *words: str, at: dt.datetime = MARCH) -> dict[str, Any]:
    return {one["customer"]: one for one in asked(project, "--all", *words, at=at)}


def declare(project: Project, customer: str, kind: RequestKind, at: dt.datetime) -> None:
    opt_out(workplace(project, at), FormAddress("privacy", TWO), token(project, customer), kind)


@pytest.fixture
def merged(tmp_path: Path) -> Project:
    """A notice by a mail merge that reached some, is recorded, and took effect."""
    (tmp_path / "house").mkdir()
    project = make(tmp_path / "house")
    house = House(project.root)
    import_customers(project, PEOPLE)
    house.ok("notice", "export", "2", "-o", str(tmp_path / "rows.csv"), "--confirm", at=NOW)
    then = NOW + dt.timedelta(days=30)
    house.ok("deliveries", "import", "-", "--confirm", stdin=OUTCOMES, at=then)
    for customer in ("opted-out", "withdrew"):
        declare(project, customer, RequestKind.OPT_OUT, then)
    declare(project, "withdrew", RequestKind.WITHDRAW, then)
    by_phone = ("--otherwise", "by phone", "--on", "2027-01-20")
    house.ok("resolve", "2", "by-phone", *by_phone, "--as", "support", at=then)
    house.ok("resolve", "2", "given-up", "--give-up", "address is dead", at=then)
    record_counted(project, at=then)
    joined = b"customer,address,joined\nnew,new@one.example,2027-03-02\n"
    import_customers(project, joined, MARCH)
    came = b"customer,address,version\ncame-with,came@one.example,privacy/2\n"
    import_customers(project, came, then)
    return project


def test_which_version_applies_to_each_and_since_when(merged: Project) -> None:
    found = everybody(merged)
    one = ["2", "2027-03-01"]
    assert {who: [said["version"], said["since"]] for who, said in found.items()} == {
        "in-time": one,
        "opted-out": ["1", "2026-01-01"],
        "late": ["1", "2026-01-01"],
        "given-up": ["1", "2026-01-01"],
        "by-phone": one,
        "withdrew": one,
        "new": ["2", "2027-03-02"],
        "came-with": one,
    }
    grounds = {who: said["amendments"][0]["ground"] for who, said in found.items()}
    assert grounds == {
        "in-time": "told",
        "opted-out": "opted out",
        "late": "told",
        "given-up": "not told",
        "by-phone": "told",
        "withdrew": "told",
        "new": "joined",
        "came-with": "came with it",
    }
    before, after = everybody(merged, "--on", "2027-02-28"), everybody(merged, "--on", "2027-03-08")
    assert {said["version"] for who, said in before.items() if who != "came-with"} == {"1", None}
    assert before["new"]["version"] is None, "on that day they were no customer"
    assert (after["late"]["version"], after["late"]["since"]) == ("2", "2027-03-07")
    assert asked(merged, "late") == found["late"]


def test_the_reasons_are_facts(merged: Project) -> None:
    house = House(merged.root)
    assert house.ok("applies", "in-time", at=MARCH) == (
        "in-time: version 2 applies on 5 March 2027, since 1 March 2027\n"
        "  became a customer on 1 January 2020\n"
        "  version 2: in force from 1 March 2027, told by mail merge on 12 January 2027, notice "
        "period until 10 February 2027, applies to them from 1 March 2027\n"
        "\n"
    ).replace("\n\n", "\n")
    late = house.ok("applies", "late", at=MARCH)
    assert "notice period until 6 March 2027, applies to them from 7 March 2027" in late
    assert "version 1: in force from 1 January 2026, by its date" in late
    assert "opted out on 9 February 2027" in house.ok("applies", "opted-out", at=MARCH)
    by_phone = house.ok("applies", "by-phone", at=MARCH)
    assert "told otherwise (by phone; support) on 20 January 2027" in by_phone
    given_up = house.ok("applies", "given-up", at=MARCH)
    assert "they were not told, the letter to them is given up (address is dead; " in given_up
    (amendment,) = asked(merged, "in-time")["amendments"]
    assert (amendment["in_time"], amendment["period_ends"]) == (True, "2027-02-10")
    assert asked(merged, "late")["amendments"][0]["in_time"] is False
    assert "compliant" not in late + by_phone + given_up


def test_all_as_rows_and_lines(merged: Project) -> None:
    house = House(merged.root)
    rows = list(
        csv.DictReader(
            io.StringIO(house.run("applies", "--all", "--format", "csv", at=MARCH).stdout)
        )
    )
    lines = house.run("applies", "--all", "--format", "jsonl", at=MARCH)
    said = [json.loads(line) for line in lines.stdout.splitlines()]
    assert said == list(everybody(merged).values())
    assert [(r["customer"], r["version"]) for r in rows] == [
        (one["customer"], one["version"]) for one in said
    ]
    late = next(row for row in rows if row["customer"] == "late")
    assert (late["latest"], late["in_time"], late["applies"]) == ("2", "no", "2027-03-07")
    assert lines.stderr == "2027-03-05: version 1: 3, version 2: 5\n"
    assert house.ok("applies", "--all", at=MARCH).count("applies on 5 March 2027") == 8


def test_who_is_not_there_is_refused(merged: Project) -> None:
    house = House(merged.root)
    house.ok("recipients", "erase", "late", "--confirm", at=MARCH)
    house.ok("recipients", "remove", "in-time", at=MARCH)
    assert house.run("applies", "nobody", at=MARCH).exit_code == 2
    assert "were erased" in house.run("applies", "late", at=MARCH).output
    assert house.run("applies", at=MARCH).exit_code == 2
    assert house.run("applies", "--all", "new", at=MARCH).exit_code == 2
    assert asked(merged, "in-time")["version"] == "2", "it applies to whoever is told no more"
    assert everybody(merged).keys() == {
        "opted-out", "given-up", "by-phone", "withdrew", "new", "came-with",
    }  # fmt: skip


def test_a_release_that_is_held_applies_to_nobody(tmp_path: Path) -> None:
    project = told(tmp_path)
    send_letters(project)
    held = asked(project, "c-1")
    assert (held["version"], held["amendments"][0]["ground"]) == ("1", "held")
    assert held["amendments"][0]["why"] == (
        "version 2: announced for 1 March 2027, no record of its notice has been published, told "
        "by e-mail on 10 January 2027, notice period until 8 February 2027"
    )
    upcoming = asked(project, "c-1", "--on", "2027-02-01")
    assert upcoming["amendments"][0]["ground"] == "upcoming"
    early = asked(project, "c-1", "--on", "2027-01-01")
    assert [one["release"] for one in early["amendments"]] == ["1"]


def test_by_its_date_where_the_profile_has_it_so(tmp_path: Path) -> None:
    project = make(tmp_path, profile="gdpr")
    import_customers(project, b"customer,address\nc-1,anna@customer.example\n")
    found = asked(project, "c-1")
    assert (found["version"], found["amendments"][0]["ground"]) == ("2", "by its date")


def test_a_statement_that_came_after_its_date_is_named(tmp_path: Path) -> None:
    """It changes no day, and whoever answers for it learns of it."""
    project = make(tmp_path, profile="gdpr")
    import_customers(project, b"customer,address\nc-1,anna@customer.example\n")
    record(project, at=MARCH)
    found = asked(project, "c-1")
    assert (found["since"], found["amendments"][0]["ground"]) == ("2027-03-01", "by its date")
    assert found["amendments"][0]["why"] == (
        "version 2: in force from 1 March 2027, by its date; a statement of the role Legal that "
        "people were told by post on 5 March 2027 came later, and changes no day"
    )


def test_an_address_is_enough(merged: Project) -> None:
    assert asked(merged, "Late@one.example") == asked(merged, "late")
    import_customers(merged, b"customer,address,joined\nb-1,late@one.example,2027-03-02\n", MARCH)
    assert [one["customer"] for one in asked(merged, "late@one.example")] == ["late", "b-1"]
    said = House(merged.root).ok("applies", "late@one.example", at=MARCH)
    assert ("late: version 1" in said, "b-1: version 2" in said) == (True, True)
    for wanted in ("nobody@one.example", "c-99"):
        refused = House(merged.root).run("applies", wanted, at=MARCH)
        assert refused.exit_code == 2
        said = " ".join(refused.output.split())
        assert f"nobody with the customer id or the address `{wanted}`" in said
        assert "recipients import" not in said


def test_told_as_a_role_states(tmp_path: Path) -> None:
    project = told(tmp_path)
    record(project)
    found = asked(project, "c-1")
    assert (found["version"], found["since"]) == ("2", "2027-03-01")
    assert found["amendments"][0]["why"] == (
        "version 2: in force from 1 March 2027, by a statement of the role Legal that people were "
        "told by post on 10 January 2027, no letter to them is on record"
    )


def test_a_statement_says_nothing_of_who_joined_after_it(tmp_path: Path) -> None:
    """Told by post on 10 January: not whoever came on the 12th."""
    project = told(tmp_path)
    record(project)
    import_customers(project, b"customer,address,joined\nc-10,j@one.example,2027-01-12\n")
    found = asked(project, "c-10")
    assert (found["version"], found["amendments"][0]["ground"]) == ("1", "not told")
    assert asked(project, "c-1")["version"] == "2"


def test_a_first_version_applied_before_it_was_published_here(tmp_path: Path) -> None:
    day = dt.date(2025, 6, 1)
    project = make(tmp_path, began=day)
    import_customers(project, PEOPLE)
    assert asked(project, "in-time", "--on", str(day))["version"] == "1"
    assert asked(project, "in-time", "--on", str(day - dt.timedelta(1)))["version"] is None


def test_a_postponed_date_and_a_correction_are_those_of_their_amendment(tmp_path: Path) -> None:
    project = told(tmp_path)
    send_letters(project)
    postpone(project, dt.date(2027, 4, 1))
    record(project, Number(2, 1))
    march, april = asked(project, "c-1"), asked(project, "c-1", "--on", "2027-04-01")
    assert (march["version"], april["version"], april["since"]) == ("1", "2.1", "2027-04-01")
    assert april["amendments"][0]["told"] == "2027-01-10", "who was told the first day was told"


def test_a_letter_in_doubt_leaves_it_open(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    project = told(tmp_path / "house")
    house = House(project.root)
    send_letters(project)
    record_counted(project)
    import_customers(project, b"customer,address\nc-4,dora@customer.example\n")
    house.ok("notice", "export", "2", "-o", str(tmp_path / "rows.csv"), "--confirm", at=NOW)
    doubted = house.run("applies", "c-4", "--format", "json", at=MARCH)
    found = json.loads(doubted.stdout)
    assert (doubted.exit_code, found["certain"], found["version"]) == (1, False, "1")
    assert "the letter to them is in doubt" in found["amendments"][0]["why"]
    everyone = house.run("applies", "--all", at=MARCH)
    assert everyone.exit_code == 1
    assert everyone.stderr == "2027-03-05: version 1: 1, version 2: 3; in doubt: 1\n"


def test_a_release_that_was_retracted_is_passed_over(tmp_path: Path) -> None:
    project = told(tmp_path)
    releases = archive_of(project).releases("privacy")
    two = releases[-1]
    why = "a mistyped date"
    taken = Statement("privacy", 1, two.number, two.seal, NOW, "Legal", why=why)
    folder = project.root / "versions/privacy/register"
    folder.mkdir()
    (folder / taken.file).write_bytes(statement_toml(taken))
    found = asked(project, "c-1")
    assert (found["version"], found["amendments"][0]["ground"]) == ("1", "retracted")
    assert found["amendments"][0]["why"] == (
        "version 2: retracted on 10 January 2027, before anybody was told"
    )


def test_a_refusal_of_one_says_nothing_about_the_next(tmp_path: Path) -> None:
    project = told(tmp_path)
    send_letters(project)
    declare(project, "c-1", RequestKind.OPT_OUT, NOW)
    record(project)
    correct(project)
    amend_again(project)
    record(project, Number(3), at=dt.datetime(2027, 4, 2, tzinfo=dt.UTC))
    assert asked(project, "c-1")["version"] == "1"
    assert asked(project, "c-2")["version"] == "2.1"
    june = asked(project, "c-1", "--on", "2027-06-01")
    assert (june["version"], june["amendments"][0]["ground"]) == ("3", "stated")


def test_who_was_not_told_is_counted_where_it_does_not_apply(merged: Project) -> None:
    """By the status as by `applies`, on either engine."""
    rows = b"customer,address,joined\nn-1,n1@one.example,\nn-2,n2@one.example,2026-12-01\n"
    import_customers(merged, rows, MARCH)
    found = everybody(merged)
    untold = [
        who
        for who, one in found.items()
        if one["amendments"][0]["ground"] == "not told" and not one["amendments"][0]["letter"]
    ]
    assert untold == ["n-1", "n-2"]
    said = " ".join(House(merged.root).run("status", at=MARCH).output.split())
    assert "2 recipients were not told of version 2, which is in force" in said
    release, ledger = archive_of(merged).release("privacy", TWO), ledger_of(merged)
    assert (ledger.count_reached(release), ledger.count_came_with(release)) == (6, 1)
    assert ledger.last_moment() == MARCH
    for moment in (NOW, MARCH):  # a role states that all were told by then
        notice = BindingNotice(release, release.effective, moment.date())
        count = ledger.count_untold(notice, archive_of(merged).releases("privacy"))
        assert count == 0, "of n-1 nobody knows; n-2 was a customer then"


def test_a_release_that_was_adopted_is_known_on_either_engine(merged: Project) -> None:
    ledger, now = ledger_of(merged), MARCH
    ledger.adopt(("privacy", TWO), dt.date(2027, 3, 1), now)
    (one,) = ledger.adoptions()
    assert (one.release, one.at) == ("privacy/2", now)
