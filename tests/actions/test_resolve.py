"""Letters in doubt or refused, listed and settled: `publisher resolve`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.actions.resolve import resolve
from publisher.actions.unsettled import unsettled
from publisher.errors import NotFoundError, SendError
from publisher.letters.sending import SendingReport
from publisher.people.resolution import FoundOut, Resolution
from tests.fixtures.house import House
from tests.fixtures.houses import (
    CUSTOMERS,
    NOW,
    ONE,
    TWO,
    import_customers,
    letter_states,
    send_letters,
    told,
    workplace,
)
from tests.fixtures.relays import CLOSE, Keeps, real, scripted
from tests.fixtures.workplaces import archive_of, ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


def test_a_letter_in_doubt_is_never_sent_again_by_itself(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        assert send_letters(project) == SendingReport(2, 0, 0, 1)
        assert send_letters(project) == SendingReport(0, 0, 0, 0)
        assert len(server.letters) == 3
        assert letter_states(project)["c-1"] == "in doubt"
        (listed,) = unsettled(workplace(project), "privacy", TWO).rows
        assert listed.cells()[:2] == ("c-1", "in doubt")
        assert listed.delivery.message_id in listed.cells()
        with pytest.raises(SendError, match="is not in doubt: it is accepted"):
            resolve(workplace(project), "privacy", TWO, "c-2", FoundOut(Resolution.AGAIN))
        resolve(workplace(project), "privacy", TWO, "c-1", FoundOut(Resolution.AGAIN))
        assert send_letters(project) == SendingReport(1, 0, 0, 0)
        with pytest.raises(NotFoundError):
            resolve(workplace(project), "privacy", ONE, "c-1", FoundOut(Resolution.AGAIN))


def test_a_letter_in_doubt_is_settled_by_what_a_person_found(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        send_letters(project)
        resolve(workplace(project), "privacy", TWO, "c-1", FoundOut(Resolution.ACCEPTED))
        assert letter_states(project)["c-1"] == "accepted"
        assert send_letters(project) == SendingReport(0, 0, 0, 0)


def test_a_person_says_what_became_of_a_letter(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        house = House(project.root)
        assert house.run("send", "2", "--confirm", at=NOW).exit_code == 1
        assert letter_states(project)["c-1"] == "in doubt"
        assert house.ok("resolve", "2", "c-1", "--again", at=NOW) == "Recorded for c-1: again\n"
        assert letter_states(project)["c-1"] == "to do"
        assert "1 accepted by the carrier" in house.ok("send", "2", "--confirm", at=NOW)


@pytest.fixture
def refused(tmp_path: Path) -> Iterator[House]:
    """The letter to c-2 was refused for good, that to c-3 put off; c-1 has theirs."""
    keeps = Keeps({"ben@customer.example": "550 5.1.1 no such user",
                   "cleo@other.example": "450 4.2.1 busy"})  # fmt: skip
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        send_letters(project)
        keeps.refusals = {}
        yield House(project.root)


def states(house: House) -> list[str]:
    return list(letter_states(house.project).values())


def test_who_was_told_in_another_way_or_is_given_up_gets_no_letter(refused: House) -> None:
    said = refused.ok("resolve", "2", "c-2", "--otherwise", "by phone", "--as", "Support", at=NOW)
    assert said == "Recorded for c-2: told otherwise\n"
    assert states(refused) == ["accepted", "told otherwise", "to do"]
    refused.ok("send", "2", "--confirm", at=NOW)
    assert states(refused) == ["accepted", "told otherwise", "accepted"]
    assert "told otherwise 1" in " ".join(refused.ok("send", "2", at=NOW).split())
    assert "1 told otherwise" in refused.ok("status", at=NOW)
    refused.ok("resolve", "2", "c-2", "--again", at=NOW)
    assert states(refused)[1] == "to do"
    refused.ok("send", "2", "--confirm", at=NOW)
    assert states(refused)[1] == "accepted"
    refused.ok("verify", "--ledger", at=NOW)


def test_one_that_is_given_up_is_put_back_by_a_person_alone(refused: House) -> None:
    refused.ok("resolve", "2", "c-2", "--give-up", "the address is dead", at=NOW)
    refused.ok("send", "2", "--confirm", at=NOW)
    assert states(refused) == ["accepted", "given up", "accepted"]
    refused.ok("recipients", "import", "-", at=NOW, stdin=CUSTOMERS.replace(b"ben@", b"benno@"))
    refused.ok("send", "2", "--confirm", at=NOW)
    assert states(refused)[1] == "given up"
    refused.ok("verify", "--ledger", at=NOW)
    refused.ok("resolve", "2", "c-2", "--again", at=NOW)
    refused.ok("send", "2", "--confirm", at=NOW)
    assert states(refused)[1] == "accepted"


def test_what_cannot_be_said_of_a_letter_is_refused(refused: House) -> None:
    for words, why in (
        (("c-1", "--give-up", "x"), "the letter to `c-1` is accepted"),
        (("c-1", "--otherwise", "x"), "the letter to `c-1` is accepted"),
        (("c-3", "--give-up", "x"), "it may still be sent"),
        (("c-3", "--otherwise", "x"), "publisher send 2 --confirm"),
        (("c-2", "--otherwise", "x", "--on", "2027-01-11"), "is to come"),
        (("c-2", "--otherwise", "x", "--on", "2027-01-09"), "was published on 2027-01-10"),
        (("c-2", "--give-up", "  "), "says nothing"),
        (("c-2", "--give-up", "x", "--again"), "choose one of"),
        (("c-2", "--give-up", "x", "--on", "2027-01-10"), "--on is the day"),
        (("--all", "--otherwise", "x", "--on", "2027-01-11"), "is to come"),
        (("nobody", "--give-up", "x"), "nobody"),
    ):
        done = refused.run("resolve", "2", *words, at=NOW)
        assert (done.exit_code, why in " ".join(done.output.split())) == (2, True), done.output
    assert states(refused) == ["accepted", "refused", "to do"]


def test_where_it_is_too_late_for_a_letter_it_is_settled_by_hand(refused: House) -> None:
    """The last day to tell somebody in time was 30 January."""
    late = NOW.replace(day=31)
    assert "to do: no more" in refused.ok("resolve", "2", at=late)
    words = ("resolve", "2", "--all", "--otherwise", "by post", "--on", "2027-01-30")
    plan = refused.ok(*words, at=late)
    assert "2 letters would be recorded as: told otherwise" in plan
    command = shlex.split(plan.split("To record it: publisher ")[1])
    assert "2 letters recorded as: told otherwise" in refused.ok(*command, at=late)
    assert states(refused) == ["accepted", "told otherwise", "told otherwise"]
    assert refused.run("send", "2", at=late).exit_code == 0
    refused.ok("verify", "--ledger", at=late)


def test_who_had_no_try_at_all_is_settled_too(tmp_path: Path) -> None:
    project = told(tmp_path)
    house, late = House(project.root), NOW.replace(day=31)
    ledger_of(project).begin("privacy", TWO, NOW, b"a sample", 3)
    house.ok("resolve", "2", "c-1", "--otherwise", "by post", at=late)
    ids = b"c-2\n"
    house.ok("resolve", "2", "--from", "-", "--give-up", "moved", "--confirm", stdin=ids, at=late)
    import_customers(project, b"customer,address,name\nc-9,dora@customer.example,\n", late)
    said = house.ok("resolve", "2", "--all", "--give-up", "too late", "--confirm", at=late)
    assert "1 letter recorded as: given up" in said, "c-9 is not on the list"
    assert states(house) == ["told otherwise", "given up", "given up", "to do"]
    # Who was told by post was, whenever they came.
    said = house.ok("resolve", "2", "--all", "--otherwise", "by post", "--confirm", at=late)
    assert "1 letter recorded as: told otherwise" in said
    assert states(house) == ["told otherwise", "given up", "given up", "told otherwise"]


def test_a_letter_that_was_accepted_counts_from_when_it_was_handed_over(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        send_letters(project)
        house, later = House(project.root), NOW.replace(day=20)
        house.ok("resolve", "2", "c-1", "--accepted", at=later)
        (first, *_) = ledger_of(project).deliveries("privacy", 2)
        assert (first.state, first.at) == ("accepted", NOW)
        release, releases = (archive_of(project).release("privacy", TWO),
                             archive_of(project).releases("privacy"))  # fmt: skip
        found = ledger_of(project).count_list(release, releases)
        assert found
        assert [one.day for one in found.accepted] == [NOW.date()]
