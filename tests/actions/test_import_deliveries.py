"""What became of letters that a mail merge sent: `publisher deliveries import`."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from io import BytesIO
from pathlib import Path

import pytest

from publisher.actions import silent
from publisher.actions.export_notice import ExportOrder, export_notice
from publisher.actions.import_deliveries import ListTaking, import_deliveries
from publisher.actions.resolve import resolve
from publisher.edges.ledger.rows import fetch
from publisher.edges.project import Project
from publisher.errors import RecipientsError, SendError
from publisher.people.outcomes import OutcomesTaken
from publisher.people.resolution import FoundOut, Resolution
from publisher.releases.number import Number
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    amend_again,
    import_customers,
    letter_states,
    send_letters,
    told,
    workplace,
)
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")
WEEK_LATER = NOW + dt.timedelta(days=7)
HEAD = b"customer,day,outcome\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three letters were handed to a mail merge."""
    (tmp_path / "house").mkdir()
    project = told(tmp_path / "house")
    order = ExportOrder(tmp_path / "letters.csv", confirmed=True)
    export_notice(workplace(project), "privacy", TWO, order)
    return project


def take(
    project: Project,
    rows: bytes,
    *,
    now: dt.datetime = WEEK_LATER,
    confirmed: bool = True,
    correcting: str = "",
) -> OutcomesTaken:
    data = rows if rows.startswith((b"\x1f", b"customer")) else HEAD + rows
    about = "privacy", None
    how = ListTaking(correcting=correcting)
    return import_deliveries(
        workplace(project, now), about, BytesIO(data), silent, how, confirmed=confirmed
    )


def accepted_on(project: Project) -> dict[int, dt.date]:
    return {d.recipient: d.at.date() for d in ledger_of(project).deliveries("privacy", 2)}


def test_what_became_of_letters_is_taken_back(project: Project) -> None:
    rows = (
        b"c-1,2027-01-12,delivered\nc-2,2027-01-13T23:30:00+02:00,Bounced\nc-3,13.01.2027,dropped\n"
    )
    planned = take(project, rows, confirmed=False)
    assert set(letter_states(project).values()) == {"in doubt"}
    done = take(project, rows)
    assert (done.counts, done.unchanged) == (planned.counts, 0)
    assert letter_states(project) == {"c-1": "accepted", "c-2": "bounced", "c-3": "refused"}
    # The notice period counts from the day of the list, not from when it was taken.
    assert accepted_on(project)[1] == dt.date(2027, 1, 12)
    again = take(project, rows)
    assert (again.counts.total(), again.unchanged) == (0, 3)
    assert ledger_of(project).audit(silent).findings == []
    assert send_letters(project).accepted == 0


def test_an_acceptance_that_came_back_is_corrected(project: Project) -> None:
    first = b"c-1,2027-01-12,sent\nc-2,2027-01-12,sent\n"
    take(project, first)
    done = take(project, b"c-1,2027-01-14,bounced\nc-2,2027-01-14,failed\n")
    assert (done.corrected, letter_states(project)["c-1"]) == (2, "bounced")
    assert letter_states(project)["c-2"] == "bounced"
    again = take(project, first)
    assert (again.unchanged, again.staying) == (2, 2)
    assert "2 accepted by the list, and on record as lost" in again.lines()[1]
    with pytest.raises(RecipientsError, match="`c-1` is bounced since 2027-01-14"):
        take(project, b"c-1,2027-01-15,accepted\n")
    with pytest.raises(RecipientsError, match="accepted on 2027-01-12, which is later"):
        take(project, b"c-3,2027-01-12,accepted\nc-3,2027-01-11,bounced\n")
    assert letter_states(project)["c-3"] == "in doubt"


@pytest.mark.parametrize("turned", [False, True])
def test_a_list_may_tell_the_story_of_a_letter(project: Project, turned: bool) -> None:
    rows = [b"c-1,2027-01-12,sent\n", b"c-1,2027-01-12,sent\n", b"c-1,2027-01-14,bounced\n"]
    story = b"".join(reversed(rows) if turned else rows)
    assert take(project, story, confirmed=False).counts == take(project, story).counts
    assert letter_states(project)["c-1"] == "bounced"
    assert take(project, story).counts.total() == 0


LOG = (
    b"c-1,2027-01-10,processed\n",
    b"c-1,2027-01-10,sent\n",
    b"c-1,2027-01-11,Delivery\n",
    b"c-1,2027-01-12,opened\n",
    b"c-2,2027-01-10,deferred\n",
    b"c-2,2027-01-11,Send\n",
    b"c-2,2027-01-12,hard_bounce\n",
    b"c-2,2027-01-13,Open\n",
    b"c-3,2027-01-12,complained\n",
)


@pytest.mark.parametrize("order", [1, -1])
def test_the_log_of_a_provider_is_taken_as_it_is(project: Project, order: int) -> None:
    """The first day of an acceptance counts, whichever line comes first."""
    log = b"".join(LOG[::order])
    done = take(project, log)
    assert dict(done.counts) == {"accepted": 2, "bounced": 1}
    assert letter_states(project) == {"c-1": "accepted", "c-2": "bounced", "c-3": "accepted"}
    assert accepted_on(project)[1] == dt.date(2027, 1, 10)
    again = take(project, log)
    assert (again.counts.total(), again.unchanged) == (0, len(LOG))
    assert take(project, b"c-1,2027-01-14,clicked\n").unchanged == 1
    assert ledger_of(project).audit(silent).findings == []


def test_what_contradicts_itself_is_named_with_its_line(project: Project) -> None:
    for rows, line in (
        (b"c-1,2027-01-11,bounced\nc-1,2027-01-12,sent\n", "3"),
        (b"c-1,2027-01-12,sent\nc-1,2027-01-11,bounced\nc-2,2027-01-12,sent\n", "3"),
    ):
        with pytest.raises(RecipientsError, match="was accepted on 2027-01-12, which is") as caught:
            take(project, rows)
        assert f":{line}: the letter to `c-1`" in caught.value.what
    with pytest.raises(RecipientsError, match="'Soft-Bounce' is not final"):
        take(project, b"c-1,2027-01-12,Soft-Bounce\n")
    assert set(letter_states(project).values()) == {"in doubt"}


def test_a_mistake_is_corrected_by_whoever_states_it(project: Project) -> None:
    take(project, b"c-1,2027-01-11,bounced\nc-2,2027-01-14,sent\nc-3,2027-01-12,sent\n")
    right = b"c-1,2027-01-13,accepted\nc-2,2027-01-12,sent\nc-3,2027-01-12,sent\n"
    with pytest.raises(RecipientsError, match="is bounced since 2027-01-11") as caught:
        take(project, right)
    assert caught.value.remedy.endswith("deliveries import FILE --release 2 --correct")
    done = take(project, right, correcting="Legal")
    assert (done.stated, done.unchanged) == (2, 1)
    assert letter_states(project) == dict.fromkeys(("c-1", "c-2", "c-3"), "accepted")
    days = accepted_on(project)
    assert (days[1], days[2]) == (dt.date(2027, 1, 13), dt.date(2027, 1, 12))
    with ledger_of(project)._reading() as db:
        facts = fetch(db, "SELECT facts FROM event WHERE facts LIKE '%Legal%' ORDER BY id")
        kept = fetch(db, "SELECT kind FROM event WHERE recipient = 1 ORDER BY id")
    assert len(facts) == 2
    assert [kind for (kind,) in kept][-3:] == ["told", "bounced", "resolved"]
    assert take(project, right, correcting="Legal").counts.total() == 0
    assert take(project, b"c-1,2027-01-14,bounced\n", correcting="Legal").stated == 1
    assert ledger_of(project).audit(silent).findings == []


def test_every_line_that_cannot_be_taken_is_named(project: Project, tmp_path: Path) -> None:
    import_customers(project, b"customer,address\nc-4,dora@customer.example\n")
    rows = (
        b"c-1,2027-01-12,accepted\n"
        b"c-1,2027-01-13,accepted\n"
        b"c-2,2027-01-18,accepted\n"
        b"c-2,2027-01-09,accepted\n"
        b"c-2,01/02/2027,accepted\n"
        b"c-2,2027-01-12,queued\n"
        b"c-2,2027-01-12,perhaps\n"
        b"c-4,2027-01-12,accepted\n"
        b"c-9,2027-01-12,accepted\n"
        b",2027-01-12,accepted\n"
    )
    with pytest.raises(RecipientsError, match="nothing was taken") as caught:
        take(project, rows)
    lines = [line.strip().split(":", 2)[1:] for line in caught.value.what.splitlines()[1:]]
    assert lines == [
        ["4", " 2027-01-18 is to come"],
        ["5", " 2027-01-09 is before the letter to `c-2` was handed over: 2027-01-10"],
        ["6", " '01/02/2027' is not read as a day: write YYYY-MM-DD"],
        ["7", " 'queued' is not final: leave the line out until it is known"],
        ["8", " the outcome 'perhaps' is not accepted, refused, bounced, or a word for one"],
        ["9", " no letter to `c-4` was handed over: it is to do"],
        ["10", " there is no customer `c-9`"],
        ["11", " the customer is empty, or no id"],
    ]
    assert set(letter_states(project).values()) == {"in doubt", "to do"}
    house, faults = House(project.root), tmp_path / "faults.csv"
    (tmp_path / "list.csv").write_bytes(HEAD + rows)
    words = ("deliveries", "import", str(tmp_path / "list.csv"), "--faults", str(faults))
    assert house.run(*words, at=WEEK_LATER).exit_code == 2
    assert len(list(csv.reader(io.StringIO(faults.read_text())))) == 9


def test_who_was_settled_by_a_person_is_not_changed_by_an_old_list(project: Project) -> None:
    first = b"c-1,2027-01-12,sent\nc-1,2027-01-13,bounced\n"
    take(project, first)
    day = dt.date(2027, 1, 15)
    otherwise = FoundOut.said(Resolution.OTHERWISE, "legal", "by phone", day)
    resolve(workplace(project, WEEK_LATER), "privacy", TWO, "c-1", otherwise)
    take(project, b"c-1,2027-01-13,bounced\n")
    assert take(project, first).counts.total() == 0
    assert letter_states(project)["c-1"] == "told otherwise"
    with pytest.raises(RecipientsError, match="`c-1` is told otherwise"):
        take(project, b"c-1,2027-01-16,accepted\n")


def test_a_letter_that_send_handed_over_is_settled_by_the_log(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    project = told(tmp_path / "house")
    send_letters(project)
    with pytest.raises(SendError, match="no letter was handed to a mail merge"):
        take(project, b"c-1,2027-01-12,bounced\n")
    about, rows = ("privacy", TWO), BytesIO(HEAD + b"c-1,2027-01-12,bounced\n")
    import_deliveries(workplace(project, WEEK_LATER), about, rows, silent, confirmed=True)
    assert letter_states(project)["c-1"] == "bounced"


def test_lines_about_whoever_was_erased_or_removed(project: Project) -> None:
    house = House(project.root)
    house.ok("recipients", "remove", "c-1", at=NOW)
    house.ok("recipients", "erase", "c-2", "--confirm", at=NOW)
    done = take(project, b"c-1,2027-01-12,sent\nc-2,2027-01-12,sent\nc-3,2027-01-12,sent\n")
    assert (done.counts.total(), done.erased) == (2, 1)
    assert ledger_of(project).audit(silent).findings == []


def test_a_person_takes_a_list(project: Project, tmp_path: Path) -> None:
    house, path = House(project.root), tmp_path / "a list.csv.gz"
    text = "sep=;\r\ncustomer;day;outcome;opens\r\nc-1;2027-01-12;sent;3\r\n"
    path.write_bytes(gzip.compress(text.encode()))
    plan = house.ok("deliveries", "import", str(path), at=WEEK_LATER)
    assert "Letters about release 2: 1 accepted, 0 refused, 0 bounced" in plan
    assert f"publisher deliveries import '{path}' --confirm" in plan
    assert "note: not read: `opens`" in plan
    house.ok("deliveries", "import", str(path), "--confirm", at=WEEK_LATER)
    rows = HEAD + b"c-2,2027-01-12,bounced\n"
    done = house.ok("deliveries", "import", "-", "--confirm", stdin=rows, at=WEEK_LATER)
    assert "1 bounced" in done
    listed = house.ok("resolve", "2", at=WEEK_LATER)
    assert "bounced on 2027-01-12, by the list of a mail merge" in listed
    words = ("deliveries", "import", "-", "--correct", "--as", "Legal")
    rows = HEAD + b"c-2,2027-01-12,sent\n"
    plan = house.ok(*words, stdin=rows, at=WEEK_LATER)
    assert "1 of them on record otherwise, which is corrected" in plan
    assert "publisher deliveries import - --correct --as Legal --confirm" in plan
    house.ok(*words, "--confirm", stdin=rows, at=WEEK_LATER)
    assert letter_states(project)["c-2"] == "accepted"
    wrong = house.run("deliveries", "import", "-", stdin=b"id,date\nx,y\n", at=WEEK_LATER)
    assert wrong.exit_code == 2
    assert "no column `customer`; the columns are: id, date" in wrong.output


def test_where_several_releases_were_exported_one_is_named(
    project: Project, tmp_path: Path
) -> None:
    amend_again(project)
    spring = dt.datetime(2027, 4, 1, 9, 0, tzinfo=dt.UTC)
    order = ExportOrder(tmp_path / "three.csv", confirmed=True)
    export_notice(workplace(project, spring), "privacy", Number(3), order)
    with pytest.raises(SendError, match="releases 2, 3 were handed") as caught:
        take(project, b"c-1,2027-04-02,sent\n", now=spring + dt.timedelta(days=7))
    assert caught.value.remedy.endswith("FILE --release 3")


def test_a_clock_that_is_behind_takes_nothing(project: Project) -> None:
    with pytest.raises(SendError, match="set the clock of this machine"):
        take(project, b"c-1,2027-01-10,sent\n", now=NOW - dt.timedelta(days=1))
