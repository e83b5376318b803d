"""A person is erased: `publisher recipients erase`."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pytest

from publisher.actions.opt_out_form import opt_out_form
from publisher.actions.unsettled import unsettled
from publisher.answers.opt_out_page import FormAddress
from publisher.edges.ledger import close_ledgers
from publisher.edges.locks import held
from publisher.edges.project import Project
from publisher.errors import TokenError
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    ask,
    asked_for,
    at,
    bearer_of,
    declare,
    listed,
    posted,
    reply,
    state_of_form,
    take,
    words,
)
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    import_customers,
    letter_states,
    send_letters,
    spooled,
    token,
)
from tests.fixtures.workplaces import ledger_of

LATER = NOW + dt.timedelta(hours=3)


@pytest.fixture
def house(project: Project) -> House:
    send_letters(project)
    take(project, reply(project, "I opt out"))
    own = f"opt-out+{token(project, 'c-2')}@hosting.example"
    take(project, reply(project, "What is this?", to=own).replace(b"Anna <anna@", b"Ben <ben@"))
    return House(project.root)


def everything(house: House) -> bytes:
    """All that lies in the private folder."""
    close_ledgers()
    files = [path for path in (house.root / ".publisher").rglob("*") if path.is_file()]
    assert files
    return b"".join(path.read_bytes() for path in files).lower()


def address_of(house: House, customer: str = "c-1") -> str:
    found = ledger_of(house.project).customer(customer)
    assert found
    return found.address


def test_the_plan_comes_first(house: House) -> None:
    before = everything(house)
    plan = house.ok("recipients", "erase", "c-1", at=LATER)
    assert "c-1: address and name, " in plan
    assert "1 message that they wrote, or that names their address" in plan
    assert "2 letters in the spool" in plan
    assert "kept: the customer's number" in plan
    assert plan.endswith("To erase: publisher recipients erase c-1 --confirm\n")
    assert everything(house) == before


def test_nothing_that_is_personal_is_left_anywhere(house: House) -> None:
    address = address_of(house).encode()
    assert address in everything(house)
    done = house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert "Erased." in done
    left = everything(house)
    assert address not in left
    assert ledger_of(house.project).raw(1) is None
    assert address_of(house, "c-2").encode() in everything(house)
    house.ok("verify", "--ledger")
    assert "nothing is left that is personal" in house.ok("recipients", "erase", "c-1", at=LATER)
    again = house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert again == "c-1: nothing is left that is personal\nNothing was left to erase\n"


def test_copies_from_before_are_named(house: House) -> None:
    ledger = house.root / ".publisher/ledger.sqlite"
    names = ("schema-1.20270101T000000Z", "before-20270101T000000Z")
    copies = [ledger.with_name(f"ledger.sqlite.{name}") for name in names]
    for path in copies:
        path.touch()
    done = house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    for path in copies:
        assert f"Not erased in {path}, which is from before" in done


def test_what_was_declared_still_counts_and_is_listed(house: House) -> None:
    before = listed(house.project)
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert before[0] == ("opted out", "in time", "stands")
    after = listed(house.project)
    assert [row[:2] for row in after] == [row[:2] for row in before]
    assert after[0] == ("opted out", "in time", "stands, erased since")
    assert "c-1" in house.ok("optouts", "2", at=LATER)
    assert "1 opted out" in house.ok("status", at=LATER)


def test_nobody_writes_to_the_erased(house: House) -> None:
    project = house.project
    import_customers(project, b"customer,address,name\nc-9,new@customer.example,Nora\n", NOW)
    import_customers(project, b"customer,address,name\nc-8,old@customer.example,Olaf\n", NOW)
    house.ok("recipients", "erase", "c-8", "c-1", "--confirm", at=LATER)
    count = len(spooled(project))
    assert "to tell  1 of 3" in house.ok("send", "2", at=LATER)
    assert "1 accepted by the carrier" in house.ok("send", "2", "--confirm", at=LATER)
    assert len(spooled(project)) == count + 1
    assert not unsettled(at(project), "privacy", TWO).rows
    assert "receipt" not in house.ok("status", at=LATER)


def test_a_link_of_the_erased_shows_no_name_and_still_takes_what_is_declared(
    house: House,
) -> None:
    project, own = house.project, token(house.project, "c-1")
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    view = state_of_form(project, own, LATER)
    assert view.declared
    assert view.address == ""
    shown = words(opt_out_form(at(project, LATER), FormAddress("privacy", TWO), own).html)
    assert "I opt out of version 2" in shown
    assert "belongs to the customer" not in shown
    page = posted(project, own, RequestKind.WITHDRAW, LATER)
    assert "customer.example" not in words(page.html)
    assert listed(project)[1] == ("withdrawn", "in time", "stands, erased since")
    house.ok("receipts", "send", at=LATER)
    house.ok("verify", "--ledger")


def test_what_is_gone_is_told_as_that(house: House) -> None:
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    for words_, told in (
        (["notice", "2", "--as", "c-1"], "the address and the name of `c-1` were erased"),
        (
            ["notice", "2", "--as", "c-1", "--sent"],
            "the letter about version 2 to `c-1` was erased",
        ),
        (["requests", "show", "1"], "message 1 was erased"),
        (["resolve", "2", "c-1", "--again"], "the letter to `c-1` is not in doubt: it is accepted"),
        (["receipts", "settle", "R-000001", "--again"], "R-000001 is not a receipt in doubt"),
    ):
        refused = house.run(*words_, at=LATER)
        assert refused.exit_code == 2
        assert told in refused.output
    assert "Every receipt was accepted" in house.ok("receipts", at=LATER)
    assert "No letter is in doubt or refused" in house.ok("resolve", "2", at=LATER)
    listed_ = house.ok("requests", "--all", at=LATER)
    assert "opt out" in listed_
    assert "•••" not in listed_


def test_a_letter_in_doubt_to_the_erased_can_be_settled(project: Project) -> None:
    send_letters(project)
    one = ledger_of(project).delivery("privacy", TWO, 1)
    assert one
    ledger_of(project).settle(one, DeliveryState.BOUNCED, "5.1.1", NOW, was=one.state)
    house = House(project.root)
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert "c-1       bounced" in house.ok("resolve", "2", at=LATER)
    assert "no letter is sent to them" in house.ok("resolve", "2", "c-1", "--again", at=LATER)
    assert "to tell  0 of 2" in house.ok("send", "2", at=LATER)
    assert "0 accepted by the carrier" in house.ok("send", "2", "--confirm", at=LATER)
    house.ok("verify", "--ledger")


def test_mail_of_the_erased_is_taken_and_can_be_erased_again(house: House) -> None:
    project, raw = house.project, reply(house.project, "I opt out")
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    verdict = take(project, raw, now=LATER)
    assert verdict.filed is Filed.OPT_OUT
    house.ok("requests", "--all", at=LATER)
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert ledger_of(project).raw(verdict.message) is None
    house.ok("verify", "--ledger")


def test_an_id_that_is_an_address_goes_and_its_link_with_it(house: House) -> None:
    project = house.project
    own = b"customer,address,name\nolga@customer.example,olga@customer.example,Olga\n"
    import_customers(project, own, NOW)
    send_letters(project)
    link = token(project, "olga@customer.example")
    declare(project, link, RequestKind.OPT_OUT, NOW)
    house.ok("recipients", "erase", "--address", "OLGA@customer.example", "--confirm", at=LATER)
    assert b"olga" not in everything(house)
    assert any("erased 4" in line for line in house.ok("optouts", "2", at=LATER).splitlines())
    with pytest.raises(TokenError):
        bearer_of(project, link)
    refused = house.run("recipients", "erase", "olga@customer.example", at=LATER)
    assert "there is no recipient with the customer id" in refused.output


def test_traces_are_told_and_a_rebuild_takes_them_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_ledgers()
    monkeypatch.setattr("publisher.edges.ledger.engines.LOCK_PATIENCE", 100)
    path, address = house.root / ".publisher/ledger.sqlite", b"anna@customer.example"
    with sqlite3.connect(path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        done = house.run("recipients", "erase", "c-1", "--confirm", at=LATER)
        assert done.exit_code == 1
        assert "another program is reading the ledger's file" in done.output
        assert "try: publisher ledger rebuild" in done.output
        assert address in ledger_files(house)
        reader.execute("ROLLBACK")
    house.ok("ledger", "rebuild")
    assert address not in ledger_files(house)


def ledger_files(house: House) -> bytes:
    """What is in the ledger's file and its log, while it is open."""
    return b"".join(p.read_bytes() for p in (house.root / ".publisher").glob("ledger.sqlite*"))


def test_whoever_is_not_known_is_no_slip(house: House) -> None:
    for given, told in (
        (["c-1", "c-77"], "there is no recipient with the customer id `c-77`"),
        (["--address", "nobody@customer.example"], "nobody has this address"),
    ):
        refused = house.run("recipients", "erase", *given, "--confirm", at=LATER)
        assert refused.exit_code == 2
        assert told in " ".join(refused.output.split())
    assert address_of(house)
    assert house.run("recipients", "erase").exit_code == 2


def settled(house: House, message: int) -> None:
    house.ok("requests", "settle", str(message), "--nothing", "--why", "a question", at=LATER)


def test_what_waits_for_a_person_is_settled_first(house: House) -> None:
    """Nothing is erased before: neither the mail, nor a letter in the spool."""
    project = house.project
    raw = reply(project, "I opt out, or do I?", to="opt-out@hosting.example")
    own = take(project, raw.replace(b"I opt out", b"Perhaps I opt out"))
    link = f"opt-out+{token(project, 'c-3')}@hosting.example"
    other = reply(project, "Why?", to="opt-out@hosting.example").replace(b"anna@", b"cara@", 1)
    copied = take(project, b"Cc: 'anna@customer.example'\r\n" + other)
    filed = take(project, reply(project, "What is this?"))
    others = take(project, reply(project, "What is this, Anna?", to=link))
    assert (own.filed, copied.filed, filed.filed, others.filed) == (
        Filed.UNKNOWN, Filed.UNKNOWN, Filed.UNCLEAR, Filed.UNCLEAR,
    )  # fmt: skip
    before = everything(house)
    which = f"messages {own.message}, {copied.message} and {filed.message} wait for a person"
    plan = house.ok("recipients", "erase", "c-1", at=LATER)
    assert which in plan
    assert "Settle what waits first: publisher requests" in plan
    for given in (["c-1"], ["--address", "anna@customer.example"]):
        refused = house.run("recipients", "erase", *given, "--confirm", at=LATER)
        assert refused.exit_code == 2
        assert which in " ".join(refused.output.split())
        assert "try: publisher requests" in refused.output
    assert everything(house) == before
    house.ok(
        "requests", "settle", str(own.message), "--opt-out", "--why", "she does", "--release", "2",
        "--customer", "c-1", at=LATER,
    )  # fmt: skip
    settled(house, copied.message)
    settled(house, filed.message)
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    ledger = ledger_of(project)
    went = [ledger.raw(one.message) is None for one in (own, copied, filed, others)]
    assert went == [True, True, True, False]
    assert listed(project)[0] == ("opted out, 2 times", "in time", "stands, erased since")
    house.ok("verify", "--ledger")


def test_a_stranger_can_be_erased_by_address(house: House) -> None:
    project = house.project
    raw = reply(project, "Who are you?", to="opt-out@hosting.example")
    verdict = take(project, raw.replace(b"Anna <anna@customer", b"S <stranger@elsewhere"))
    for written in ("Stranger@elsewhere.example", "'stranger@elsewhere.example'",
                    "nobody <stranger@elsewhere.example>"):  # fmt: skip
        ask(project, written)
    assert verdict.filed is Filed.UNKNOWN
    settled(house, verdict.message)
    for given in (["--address", "stranger@elsewhere.example"], ["stranger@elsewhere.example"]):
        plan = house.ok("recipients", "erase", *given, at=LATER)
        assert "1 message that they wrote" in plan
        assert "3 requests for a link" in plan
    house.ok("recipients", "erase", *given, "--confirm", at=LATER)
    assert ledger_of(project).raw(verdict.message) is None
    assert b"stranger@" not in everything(house)
    house.ok("verify", "--ledger")


def test_what_came_in_after_an_erasure_can_be_erased(house: House) -> None:
    project = house.project
    own = b"customer,address,name\nolga@customer.example,olga@customer.example,Olga\n"
    import_customers(project, own, NOW)
    for given in ("olga@customer.example", "c-1"):
        house.ok("recipients", "erase", given, "--confirm", at=LATER)
    raw = reply(project, "Who are you?", to="opt-out@hosting.example")
    mails = [take(project, raw), take(project, raw.replace(b"anna@", b"olga@"))]
    for mail in mails:
        settled(house, mail.message)
    ask(project, "olga@customer.example")
    house.ok("recipients", "erase", "olga@customer.example", "--confirm", at=LATER)
    house.ok("recipients", "erase", "--address", "anna@customer.example", "--confirm", at=LATER)
    assert b"olga@" not in everything(house)
    assert b"anna@" not in everything(house)
    house.ok("verify", "--ledger")


def test_an_address_that_is_no_id_is_told_as_that(house: House) -> None:
    refused = house.run("recipients", "erase", "ben@customer.example", "--confirm", at=LATER)
    assert "there is no recipient with the customer id `ben@customer.example`" in refused.output
    assert "try: publisher recipients erase --address=ben@customer.example" in refused.output


def test_letters_in_the_spool_go_but_for_those_of_others(house: House) -> None:
    """Receipts and links too, whose address another customer has."""
    project = house.project
    family = b"customer,address,name\nc-7,ANNA@customer.example,Family\n"
    import_customers(project, family, NOW)
    send_letters(project)
    declare(project, token(project, "c-7"), RequestKind.OPT_OUT, NOW)
    house.ok("receipts", "send", at=LATER)
    before = spooled(project)

    def left() -> list[bytes]:
        return [one for one in spooled(project) if b"anna@customer.example" in one.lower()]

    assert len(left()) == 4, "two letters, and two receipts"
    settled(house, 2)
    house.ok("recipients", "erase", "c-1", "c-2", "--confirm", at=LATER)
    assert len(left()) == 2
    assert all(b"Family" in one or b"R-000002" in one for one in left())
    assert len(before) - len(spooled(project)) == 4, "that the mail of c-2 had come, too"
    house.ok("recipients", "erase", "c-7", "--confirm", at=LATER)
    assert left() == []


def test_not_while_letters_are_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.actions.erase_recipients._PATIENCE", 0.1)
    for doing in ("send", "receipts", "reading"):
        with held(Path(house.project.private) / f"{doing}.lock") as ours:
            assert ours
            refused = house.run("recipients", "erase", "c-1", "--confirm", at=LATER)
        assert refused.exit_code == 2
        assert "letters are being sent at this moment, or mail is read" in refused.output
    assert letter_states(house.project)["c-1"] == "accepted"
    assert address_of(house)


def test_a_request_holds_up_no_erasure_and_stays_without_words(house: House) -> None:
    project = house.project
    erase = asked_for(project, "c-1", RequestKind.ERASE, "Erase me, I am Anna Secret")
    ask = asked_for(project, "c-1", RequestKind.QUESTION, "Or am I?", confirmed=False)
    other = asked_for(project, "c-2", RequestKind.ERASE, "Me too")
    done = asked_for(project, "c-1", RequestKind.CORRECT, "Anna with two n")
    house.ok("requests", "settle", done, "--done", "--words", "Dear Anna Secret", at=NOW)
    plan = house.ok("recipients", "erase", "c-1", at=LATER)
    assert f"requests {erase} and {ask} are closed, for nobody can be answered any more" in plan
    assert b"anna secret" in everything(house)
    house.ok("recipients", "erase", "c-1", "--confirm", at=LATER)
    assert b"anna secret" not in everything(house)
    listed = house.ok("requests", "--all", at=LATER)
    assert [line.split()[0] for line in listed.splitlines() if " c-1 " in line] == [
        "1", erase, ask, done,
    ]  # fmt: skip
    waiting = house.ok("requests", at=LATER)
    assert "c-1" not in waiting
    assert other in waiting
    assert "closed, for its customer was erased" in house.ok("requests", "show", erase, at=LATER)
    assert "closed" not in house.ok("requests", "show", done, at=LATER)
    house.ok("verify", "--ledger")
    house.ok("ledger", "rebuild", at=LATER)
    assert house.ok("requests", at=LATER) == waiting
