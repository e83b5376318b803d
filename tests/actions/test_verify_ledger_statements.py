"""A statement about a notice is held to the ledger it was made with: `verify --ledger`."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.actions.workplace import Workplace
from publisher.edges.ledger import close_ledgers
from publisher.letters.recording import notice_statement
from publisher.people.deliveries import DeliveryState
from publisher.people.notice_list import CountedNotice
from publisher.record.event import EventKind, Happening
from publisher.releases.number import Number
from publisher.releases.statement import Figures, Means, NoticeGiven
from tests.fixtures.full_ledgers import without_triggers
from tests.fixtures.house import House, copied_house, today
from tests.fixtures.workplaces import ledger_of

TWO = Number(2)
NOW = dt.datetime.now(dt.UTC)
CUSTOMERS = b"customer,address\nc-1,anna@customer.example\nc-2,ben@customer.example\n"


def sent(house: House) -> None:
    """Two customers, who were sent the notice of release 2; one letter came back."""
    house.freeze_two()
    house.ok("recipients", "import", "-", stdin=CUSTOMERS)
    house.ok("send", "2", "--confirm")
    settle(house, "c-2", DeliveryState.BOUNCED)
    house.ok("resolve", "2", "c-2", "--give-up", "the address is dead")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", sent)


def settle(house: House, customer: str, state: DeliveryState) -> None:
    ledger = ledger_of(house.project)
    whom = ledger.customer(customer)
    assert whom
    one = ledger.delivery("privacy", TWO, whom.number)
    assert one
    ledger.settle(one, state, "550 5.1.1 no such user", NOW, was=one.state)


def found(house: House, code: int = 1) -> str:
    result = house.run("verify", "--ledger")
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def state(house: House, alter: Callable[[NoticeGiven], NoticeGiven]) -> None:
    """States what the ledger has counted last, but for something."""
    workplace = Workplace(house.project)
    releases = workplace.archive.releases("privacy")
    release, ledger = workplace.archive.release("privacy", TWO), workplace.ledger
    counted = ledger.notices_counted("privacy/2")[-1].counted
    given = replace(counted.given, heads=(ledger.joined_head().line(),), figures=None)
    statement = notice_statement(release, alter(given), "Legal", NOW)
    workplace.registrar.make(statement, releases, "notice record 2")


def test_what_the_ledger_counted_holds_whatever_came_after(house: House) -> None:
    house.ok("notice", "record", "2", "--figures")
    assert "witnessed by versions/privacy/register/0001.toml" in found(house, 0)
    house.ok("recipients", "import", "-", stdin=b"customer,address\nc-9,dora@other.example\n")
    settle(house, "c-1", DeliveryState.BOUNCED)
    house.ok("recipients", "remove", "c-2")
    house.ok("recipients", "erase", "c-1", "--confirm")
    found(house, 0)
    house.ok("ledger", "rebuild")
    found(house, 0)


def test_what_the_ledger_did_not_count_is_an_error(house: House) -> None:
    house.ok("notice", "record", "2")
    other = Figures(9, 9, 0, 0, 0, 0, 0)
    day = dt.timedelta(1)
    for alter, why in (
        (lambda given: replace(given, figures_digest="0" * 64), "no event has its digest"),
        (lambda given: replace(given, applies=given.applies - day), "`applies` is"),
        (lambda given: replace(given, figures=other), "publishes other figures"),
    ):
        state(house, alter)
        assert why in found(house)


def test_what_was_counted_has_to_follow_from_what_had_happened(house: House) -> None:
    """Somebody who may write records that both were told."""
    ledger, figures = ledger_of(house.project), Figures(2, 2, 0, 0, 0, 0, 0)
    applies = today() + dt.timedelta(30)
    given = NoticeGiven(Means.MAIL, applies, today(), today(), figures=figures)
    false = CountedNotice("privacy/2", given, 2, 0)
    private = {"salt": "00", "listed": 2, "told": 2}
    happened = Happening(EventKind.STATED, NOW, facts=false.facts(), private=private)
    ledger._database.write(lambda tx: tx.record(happened))
    state(house, lambda one: one)
    said = found(house)
    assert "its figures are not those that the ledger keeps" in said
    assert "what was counted does not follow from what had happened: figures" in said


def test_a_statement_of_another_ledger_is_named(house: House) -> None:
    house.ok("notice", "record", "2")
    close_ledgers()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (house.root / ".publisher" / name).unlink(missing_ok=True)
    (house.root / ".publisher/sent/privacy/2").unlink()
    house.ok("recipients", "import", "-", stdin=CUSTOMERS)
    assert "versions/privacy/register/0001.toml: error: is about the ledger" in found(house)


def test_a_retraction_of_what_somebody_was_told_is_an_error(house: House) -> None:
    """Made where there is no ledger: nobody there could know."""
    found(house, 0)
    private, aside = house.root / ".publisher", house.root.parent / "private"
    close_ledgers()
    shutil.copytree(private, aside)
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (private / name).unlink(missing_ok=True)
    shutil.rmtree(private / "sent")
    house.ok("retract", "2", "--why", "a slip", "--confirm")
    shutil.rmtree(private)
    shutil.move(aside, private)
    said = found(house)
    assert "says that release 2 was retracted before anybody was told of it" in said
    assert "knows of 2 letters about it" in said


def known_of(house: House) -> str:
    return str(house.root.parent / "heads")


def verified(house: House, *words: str, code: int = 0) -> str:
    close_ledgers()
    result = house.run("verify", "--ledger", "--known-heads", known_of(house), *words)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def accepted(house: House, said: str) -> None:
    """By the command that is named; what is stated stands, and heads are kept again."""
    place = "versions/privacy/register/0001.toml"
    assert f"{place}: review:" in said
    assert "error:" not in said
    command = said.split("then: publisher ")[1].split(" versions/")[0]
    words = shlex.split(command)
    assert house.run(*words[: words.index("--accept-restored") + 1]).exit_code == 0
    again = verified(house)
    assert f"{place}: review:" in again
    assert "nothing is to be done: that was accepted" in again
    house.ok("ledger", "head")
    assert "1 head added" in verified(house)


def test_what_was_stated_before_a_restoration_stands(house: House) -> None:
    """It was true of the ledger that is gone; the copy is from before it."""
    copy = house.root.parent / "copy"
    house.ok("ledger", "backup", str(copy))
    verified(house)
    house.ok("notice", "record", "2", "--figures")
    verified(house)
    close_ledgers()
    house.ok("ledger", "restore", str(copy))
    accepted(house, verified(house, code=1))
    if house.run("notice", "record", "2").exit_code:  # letters are in doubt since
        house.ok("resolve", "2", "--all", "--accepted", "--confirm")
        house.ok("notice", "record", "2")
    assert "error:" not in verified(house)


def test_what_was_stated_after_a_restoration_is_not_forgotten_by_it(house: House) -> None:
    copy = house.root.parent / "copy"
    house.ok("ledger", "backup", str(copy))
    close_ledgers()
    house.ok("ledger", "restore", str(copy))
    house.ok("notice", "record", "2", at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    with without_triggers(house.root / ".publisher/ledger.sqlite") as db:
        (last,) = db.execute("SELECT max(id) FROM batch WHERE id < (SELECT max(id) FROM batch)")
        for table, column in (("private", "event"), ("event", "batch"), ("batch", "id")):
            chosen = "IN (SELECT id FROM event WHERE batch >= ?)" if column == "event" else ">= ?"
            db.execute(f"DELETE FROM {table} WHERE {column} {chosen}", last)
    shutil.rmtree(house.root / ".publisher/sent")
    said = found(house)
    assert "0001.toml: error: saw batch" in said
    assert "no event has its digest" in said


def test_a_release_that_was_adopted_keeps_what_is_stated_of_it(house: House) -> None:
    house.ok("notice", "record", "2")
    verified(house)
    close_ledgers()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (house.root / ".publisher" / name).unlink(missing_ok=True)
    os.environ["PUBLISHER_LEDGER_URL"] = f"sqlite:///{house.root}/.publisher/other.sqlite"
    try:
        refused = house.run("recipients", "import", "-", stdin=CUSTOMERS)
        assert refused.exit_code == 0, refused.output
        said = verified(house, code=1)
        assert "0001.toml: error: is about the ledger" in said
        house.ok("ledger", "adopt", "2", "--confirm")
        accepted(house, verified(house, code=1))
    finally:
        del os.environ["PUBLISHER_LEDGER_URL"]
        close_ledgers()


def test_where_there_is_no_ledger_none_is_begun(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", House.freeze_two)
    rows = b"customer,day,outcome\n"
    for words in (("verify", "--ledger"), ("applies", "--all"), ("deliveries", "import", "-")):
        result = house.run(*words, stdin=rows)
        assert result.exit_code == 2
        assert "there is no ledger here" in result.output
    assert not (house.root / ".publisher/ledger.sqlite").exists()
