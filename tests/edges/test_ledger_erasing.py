"""A person is erased: what is personal is gone from the file, and the chain still holds."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from publisher.edges.ledger import Ledger
from publisher.people.customer_list import Customer
from publisher.people.deliveries import DeliveryState
from publisher.people.handling import HandlingState
from publisher.people.messages import Filed, Filing
from publisher.people.recipients import RecipientState
from publisher.people.requests import RequestKind
from publisher.record.event import EventKind
from tests.fixtures.engines import ENGINES
from tests.fixtures.full_ledgers import FullLedger, full_ledger
from tests.fixtures.ledger_events import (
    MAIL,
    NOW,
    TWO,
    customers,
    declare,
    receive,
    record,
    tell,
)
from tests.fixtures.recipients import recipients_of, take_customers

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture(params=ENGINES)
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FullLedger]:
    with full_ledger(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def ledger(full: FullLedger) -> Iterator[Ledger]:
    with full.opened() as ledger:
        yield ledger


def faults(ledger: Ledger) -> list[str]:
    return [f"{one.where}: {one.what}" for one in ledger.audit(lambda *_: None).findings]


def events_of(full: FullLedger, kind: EventKind) -> list[tuple[object, ...]]:
    sql = "SELECT recipient, message, request, facts FROM event WHERE kind = ? ORDER BY id"
    return full.rows(sql, str(kind))


def erase(ledger: Ledger, *customer_ids: str) -> None:
    numbers = [number for number, _ in ledger.numbers_of(customer_ids, ())]
    assert len(numbers) == len(customer_ids)
    ledger.erase(numbers, "asked for", LATER)
    assert ledger.shrink()


def test_nothing_of_the_erased_is_in_the_file(ledger: Ledger, full: FullLedger) -> None:
    tell(ledger, 8, DeliveryState.REFUSED, "550 no such user: person8@one.example")
    first = declare(ledger, 3)
    ledger.mark_answers([first], NOW)
    ledger.settle_answers([first], DeliveryState.REFUSED, "550 <person3@one.example>?", NOW)
    assert all(f"person{n}@one.example".encode() in full.everything() for n in (1, 2, 3, 8))
    assert b"2020-02-29" in full.everything()
    erase(ledger, "c-1", "c-2", "c-3", "person8@one.example", "c-9")
    data = full.everything()
    assert b"2020-02-29" not in data
    assert b"business user" not in data
    for number in (1, 2, 3, 8, 9):
        assert f"person{number}@".encode() not in data
        assert f"person {number}".encode() not in data
        assert f"<{number}@hosting.example>".encode() not in data
    assert b"moved2@" not in data
    assert b"person4@one.example" in data
    assert faults(ledger) == []


def test_every_private_value_can_be_erased(full: FullLedger) -> None:
    """It is about somebody, so that an erasure covers it; but figures, which are about nobody."""
    values = "SELECT count(*) FROM event JOIN private ON private.event = event.id"
    nobodys = f"{values} WHERE recipient IS NULL AND request IS NULL AND message IS NULL"
    nobodys += " AND kind <> 'stated'"
    assert full.rows(nobodys) == [(0,)]
    assert full.rows(values) > [(30,)]


def test_what_was_told_and_declared_stays(ledger: Ledger) -> None:
    before = ledger.requests("privacy", 2, 1)
    letters = {d.recipient: d.state for d in ledger.deliveries("privacy", 2)}
    erase(ledger, "c-1")
    after = ledger.requests("privacy", 2, 1)
    assert [(r.id, r.kind, r.received, r.timing) for r in after] == [
        (r.id, r.kind, r.received, r.timing) for r in before
    ]
    assert all(r.evidence == "" for r in after)
    assert {d.recipient: d.state for d in ledger.deliveries("privacy", 2)} == letters
    found = ledger.customer("c-1")
    assert found
    assert (found.number, found.address, found.name) == (1, "", "")
    assert found.state is RecipientState.ERASED
    assert all(r.customer != "c-1" for r in recipients_of(ledger))
    delivery = ledger.delivery("privacy", TWO, 1)
    assert delivery
    assert (delivery.state, delivery.address, delivery.message_id) == (
        DeliveryState.ACCEPTED,
        "",
        "",
    )


def test_an_id_that_is_an_address_goes_too(ledger: Ledger) -> None:
    erase(ledger, "person8@one.example")
    assert ledger.customer("person8@one.example") is None
    found = ledger.recipient(8)
    assert found
    assert found.customer == "erased 8"
    assert len(ledger.requests("privacy", 2, 8)) == 1


def test_events_say_what_went_and_not_whose_it_was(ledger: Ledger, full: FullLedger) -> None:
    stranger = receive(ledger, "Person3@One.example", "Who are you?", None, Filed.SETTLED)
    erase(ledger, "c-1", "c-3")
    said = events_of(full, EventKind.ERASED)
    assert [one[:3] for one in said] == [
        (1, None, None),
        (3, None, None),
        (None, 1, None),
        (None, stranger, None),
        (None, None, 5),
    ]
    assert {str(one[3]) for one in said} == {'{"why":"asked for"}'}


def test_messages_that_name_an_address_and_are_nobodys_go(ledger: Ledger) -> None:
    naming = receive(ledger, "x@y.example", "Write to PERSON3@one.example", None, Filed.SETTLED)
    machine = receive(ledger, "x@y.example", "Re: 'person3@one.example'", None, Filed.AUTOMATIC)
    others = receive(ledger, "person3@one.example", "I write for another", 4, Filed.UNCLEAR)
    longer = receive(ledger, "aperson3@one.example", "somebody else", None, Filed.UNKNOWN)
    both = receive(
        ledger, "x@y.example", "For <mailto:Person3@one.example>, person4@One.example too", None,
        Filed.SETTLED,
    )  # fmt: skip
    plan = ledger.erasure([3])
    assert plan.waiting == ()
    assert plan.naming_others == 1
    assert "kept: 1 message filed to nobody, with an address of another" in "\n".join(plan.lines())
    erase(ledger, "c-3")
    went = [ledger.raw(n) is None for n in (naming, machine, others, longer, both)]
    assert went == [True, True, False, False, False]
    assert {m.id for m in ledger.waiting()} >= {others, longer}
    erase(ledger, "c-4")
    assert ledger.raw(both) is None, "nobody else is named in it any more"
    assert faults(ledger) == []


def test_what_waits_for_a_person_never_goes(ledger: Ledger) -> None:
    """It may be an opt-out, also of somebody else."""
    kept = [
        receive(ledger, "person3@one.example", "I opt out!", None, Filed.UNKNOWN),
        receive(ledger, "x@y.example", "Cc: person3@one.example", None, Filed.UNREADABLE),
        receive(ledger, "x@y.example", "I opt out, don't I?", 3, Filed.UNCLEAR),
        ledger.keep(MAIL % (b"person3@one.example", b"x"), "x@y.example", lambda: NOW),
        ledger.keep(b"\xff", "person3@one.example", lambda: NOW),
    ]
    take_customers(ledger, Customer("c-9", "Person3@one.example", "Family"), now=NOW)
    for addresses in ([], ["person3@one.example"]):
        plan = ledger.erasure([3], addresses)
        assert plan.waiting == tuple(kept)
        assert not set(plan.messages) & set(kept)
    ledger.erase([3], "asked for", LATER)
    assert all(ledger.raw(n) is not None for n in kept)
    assert {m.id for m in ledger.waiting()} >= set(kept)
    assert faults(ledger) == []


def test_an_address_that_others_have_too_keeps_what_is_nobodys(ledger: Ledger) -> None:
    take_customers(ledger, Customer("c-9", "Person3@one.example", "Family"), now=NOW)
    naming = receive(ledger, "person3@one.example", "Hello", None, Filed.SETTLED)
    own = receive(ledger, "person3@one.example", "Hello", 3, Filed.SETTLED)
    plan = ledger.erasure([3])
    assert plan.shared == frozenset(["c-9"])
    assert "that c-9 has too" in "\n".join(plan.lines())
    erase(ledger, "c-3")
    assert ledger.raw(naming) is not None
    assert ledger.raw(own) is None
    asked = ledger.request(5)
    assert asked
    assert json.loads(asked.evidence) == {"address": "person3@one.example"}
    assert [r.customer for r in ledger.at_address("person3@one.example")] == ["c-9"]
    erase(ledger, "c-9")
    assert ledger.raw(naming) is None
    assert faults(ledger) == []


def test_an_address_is_found_however_its_domain_is_written(ledger: Ledger) -> None:
    """The list has it in ASCII, and mail may have it in its script; so may whoever erases it."""
    own = Customer("c-30", "x@xn--bcher-kva.example", "Xaver")
    take_customers(ledger, own, now=NOW)
    assert ledger.numbers_of((), ["X@BÜCHER.example"]) == ledger.numbers_of(["c-30"], ())
    said = "It is Bücher: x@bücher.example".encode()
    mail = ledger.keep(MAIL % (b"x@y.example", said), "a@b.example", lambda: NOW)
    ledger.file(mail, Filing(Filed.SETTLED, ""), NOW)
    asked = [
        declare(ledger, None, RequestKind.ASK, address=written)
        for written in ("x@BÜCHER.example", "'x@xn--bcher-kva.example'", "N <x@bücher.example>")
    ]
    other = declare(ledger, None, RequestKind.ASK, address="xx@bücher.example")
    plan = ledger.erasure([n for n, _ in ledger.numbers_of(["c-30"], ())])
    assert plan.messages == (mail,)
    assert plan.requests == tuple(asked)
    erase(ledger, "c-30")
    left = [ledger.request(one) for one in (*asked, other)]
    assert [bool(one and one.evidence) for one in left] == [False, False, False, True]


def test_what_came_in_after_an_erasure_is_found_by_address(ledger: Ledger) -> None:
    erase(ledger, "c-3", "person8@one.example")
    later = [
        receive(ledger, "person3@one.example", "Hello again", 3, Filed.SETTLED),
        receive(ledger, "person8@one.example", "Hello again", 8, Filed.SETTLED),
        receive(ledger, "person3@one.example", "Hello again", None, Filed.SETTLED),
    ]
    asked = declare(ledger, None, RequestKind.ASK, address="person8@one.example")
    named = ["person3@one.example", "person8@one.example"]
    ledger.erase([], "asked for", LATER, named)
    assert all(ledger.raw(n) is None for n in later)
    request = ledger.request(asked)
    assert request
    assert request.evidence == ""
    assert ledger.erasure([], named).empty
    assert faults(ledger) == []


def test_nothing_is_owed_to_the_erased(ledger: Ledger) -> None:
    owed = {a.request.recipient for a in ledger.answers(DeliveryState.TO_DO)}
    assert owed >= {1, 3, 8}
    erase(ledger, "c-1", "c-3", "person8@one.example")
    left = {a.request.recipient for a in ledger.answers(DeliveryState.TO_DO)}
    assert not left & {1, 3, 8}
    late = declare(ledger, 1, RequestKind.WITHDRAW)
    assert late
    assert all(a.request.recipient != 1 for a in ledger.answers(DeliveryState.TO_DO))
    assert faults(ledger) == []


def test_one_who_was_erased_can_come_back_and_be_erased_again(
    ledger: Ledger, full: FullLedger
) -> None:
    erase(ledger, "c-1")
    assert ledger.erasure([1]).empty
    assert ledger.erase([1], "asked for", LATER).empty
    assert len(events_of(full, EventKind.ERASED)) == 2
    take_customers(ledger, Customer("c-1", "again1@one.example", "Person 1"), now=LATER)
    back = ledger.customer("c-1")
    assert back
    assert back.address == "again1@one.example"
    assert ledger.requests("privacy", 2, back.number) == []
    assert len(ledger.requests("privacy", 2, 1)) == 3
    receive(ledger, "again1@one.example", "Hello again", back.number, Filed.UNCLEAR)
    ledger.erase([back.number], "asked for", LATER)
    assert ledger.shrink()
    assert b"again1@" not in full.everything()
    assert faults(ledger) == []


def test_a_value_goes_only_where_an_event_says_so(ledger: Ledger, full: FullLedger) -> None:
    erase(ledger, "c-1")
    refused = (sqlite3.IntegrityError, psycopg.errors.RaiseException)
    with pytest.raises(refused, match="only where an event says so"):
        full.rows("DELETE FROM private WHERE event = 3")
    for statement in ("UPDATE private SET value = ''", "DELETE FROM event WHERE id = 1"):
        with pytest.raises(refused, match="never changed"):
            full.rows(statement)
    if full.in_file:
        with pytest.raises(refused, match="never changed"):
            full.rows("INSERT OR REPLACE INTO private SELECT * FROM private WHERE event = 3")


def test_an_erasure_excuses_nothing_that_came_after_it(ledger: Ledger, full: FullLedger) -> None:
    erase(ledger, "c-1")
    take_customers(ledger, Customer("c-1", "again1@one.example", "Person 1"), now=LATER)
    ((last,),) = full.rows("SELECT max(event) FROM private")
    full.forge(f"DELETE FROM private WHERE event = {last}")
    found = faults(ledger)
    assert any(f"the value of event {last} is gone and no erasure says so" in f for f in found)


def test_while_another_program_reads_the_file_is_not_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.edges.ledger.engines.LOCK_PATIENCE", 100)
    with full_ledger("sqlite", tmp_path) as full, full.opened() as impatient:
        with sqlite3.connect(full.place) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM event").fetchone()
            impatient.erase([1], "asked for", LATER)
            assert not impatient.shrink()
            reader.execute("ROLLBACK")
        assert impatient.shrink()
        assert b"person1@" not in full.everything()


def test_others_go_on_while_the_file_is_written_anew(tmp_path: Path) -> None:
    with full_ledger("sqlite", tmp_path) as full, full.opened() as receiver, full.opened() as desk:
        declare(receiver, 2)
        desk.erase([1], "asked for", LATER)
        assert desk.shrink()
        declare(receiver, 3)
        assert faults(receiver) == []


# ── what is kept no longer ───────────────────────────────────────────────────────────────────────


def test_what_is_older_than_things_are_kept_goes(ledger: Ledger, full: FullLedger) -> None:
    record(ledger, EventKind.TOLD, policy="terms", release="1", recipient=7,
           private={"address": "terms7@one.example"})  # fmt: skip
    over, until = {("privacy", "2"), ("privacy", "1")}, NOW + dt.timedelta(hours=1)
    plan = ledger.pruning(over, until, "6 years")
    assert [(p, r) for p, r, _ in plan.releases] == [("privacy", "2")]
    assert plan.messages == (1, 2)
    assert plan.waiting == 1
    assert "1 message that waits for a person, or is not read yet" in plan.lines()[-1]
    assert plan.recipients == (6,)
    ledger.prune(plan, LATER)
    assert ledger.shrink()
    data = full.everything()
    assert b"550 no such user" not in data
    assert b"person6@" not in data
    assert b"stranger@two.example" not in data
    assert b"terms7@one.example" in data
    assert b"person1@one.example" in data, "who is told stays on the list"
    assert len(ledger.requests("privacy", 2)) == 6
    assert faults(ledger) == []
    assert ledger.raw(3) is not None, "nobody read it yet"
    assert ledger.pruning(over, until, "6 years").empty
    said = events_of(full, EventKind.PRUNED)
    assert said == [(None, None, None, '{"kept":"6 years"}')]


def test_what_waits_is_not_pruned(ledger: Ledger, full: FullLedger) -> None:
    """Nor is what else is known of it, nor whoever it is from."""
    kept = [
        receive(ledger, "person6@one.example", "I opt out", None, Filed.UNKNOWN),
        receive(ledger, "person3@one.example", "I opt out?", 3, Filed.UNCLEAR),
    ]
    over, until = {("privacy", "2")}, NOW + dt.timedelta(hours=1)
    plan = ledger.pruning(over, until, "6 years")
    assert plan.recipients == ()
    assert plan.waiting == 3
    assert "kept: 3 messages that wait for a person, or are not read yet" in plan.lines()[-1]
    ledger.prune(plan, LATER)
    assert {m.id: m.reason for m in ledger.waiting()} == {
        3: "",
        kept[0]: "from person6@one.example",
        kept[1]: "from person3@one.example",
    }
    assert all(ledger.raw(n) is not None for n in kept)
    left = ledger.pruning(over, until, "6 years")
    assert left.empty
    assert faults(ledger) == []
    for number in kept:
        ledger.file(number, Filing(Filed.SETTLED, "nothing"), LATER, role="operator")
    plan = ledger.pruning(over, until, "6 years")
    assert plan.recipients == (6,)
    ledger.prune(plan, LATER)
    assert all(ledger.raw(n) is None for n in kept)
    assert faults(ledger) == []


def test_what_is_decided_between_plan_and_pruning_is_seen(ledger: Ledger) -> None:
    plan = ledger.pruning({("privacy", "2")}, NOW + dt.timedelta(hours=1), "6 years")
    late = receive(ledger, "person6@one.example", "I opt out", 6, Filed.UNCLEAR)
    ledger.prune(plan, LATER)
    assert ledger.raw(late) is not None
    found = ledger.customer("c-6")
    assert found
    assert found.state is RecipientState.REMOVED


def test_what_is_younger_stays(ledger: Ledger) -> None:
    plan = ledger.pruning((), NOW, "6 years")
    assert plan.empty
    assert plan.lines() == ["nothing is older than 6 years"]
    ledger.prune(plan, LATER)
    assert len(customers()) == len(recipients_of(ledger)), "c-6 went, c-9 came"


def test_what_the_erased_asked_for_waits_no_longer(ledger: Ledger, full: FullLedger) -> None:
    """Its words go, and what was decided about it; that it was asked for stays."""
    assert b"person 7: access" in full.everything()
    assert b"corrected, person 7." in full.everything()
    before = [(one.request.id, one.state) for one in ledger.handlings(recipient=7)]
    assert [state for _, state in before] == [HandlingState.DONE, HandlingState.OPEN]
    erase(ledger, "c-7")
    assert b"person 7" not in full.everything()
    after = ledger.handlings(recipient=7)
    assert [(one.request.id, one.state) for one in after] == [
        (number, HandlingState.DONE) for number, _ in before
    ]
    assert not any(one.request.evidence or one.words for one in after)
    assert ledger.mailing_of(7) == "joined"
    assert 7 not in [one.recipient.number for one in ledger.mailing_preferences()]
    assert faults(ledger) == [], "the states are what follows from the events"
