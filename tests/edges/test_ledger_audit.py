"""Whoever alters the ledger's tables is found out, with its triggers dropped too."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, LargeBinary, Table

from publisher.edges.ledger.auditing.chain_audit import event_of_row
from publisher.edges.ledger.auditing.faults import MOST_FAULTS
from publisher.edges.ledger.schema import metadata
from publisher.edges.ledger.transaction import Writer
from publisher.errors import LedgerError
from publisher.record.batch import FIRST, Batch, read_heads
from publisher.record.event import EventKind
from publisher.record.heads import WitnessedHead
from publisher.record.merkle import MerkleTree
from publisher.record.witnessed import HeadWitness, Reach, reaches
from tests.fixtures.engines import ENGINES
from tests.fixtures.full_ledgers import FullLedger, full_ledger
from tests.fixtures.ledger_events import record
from tests.fixtures.servers import AUDITOR, server


@pytest.fixture(params=ENGINES)
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FullLedger]:
    with full_ledger(request.param, tmp_path) as made:
        yield made


def test_what_happened_is_found_as_it_was_recorded(full: FullLedger) -> None:
    reported: list[tuple[str, int, int]] = []
    with full.opened() as ledger:
        found = ledger.audit(lambda *how: reported.append(how))
    assert list(found.findings) == []
    assert [(end.chain, end.events) for end in found.ends] == [(1, found.events)]
    assert {what for what, _, _ in reported} == {"events", "states"}
    assert all(done <= total == found.events for _, done, total in reported)


FORGERIES = {
    # what happened
    "an event's recipient": (
        "UPDATE event SET recipient = 2 WHERE id = 12",
        "batch 5: is not what was recorded: an event of it was altered",
    ),
    "an event's time": ("UPDATE event SET at = at + 1 WHERE id = 12", "batch 5: is not what"),
    "an event's kind": (
        "UPDATE event SET kind = 'taken' WHERE kind = 'refused'",
        "batch 8: is not what",
    ),
    "an event's facts": (
        "UPDATE event SET facts = replace(facts, 'opt out', 'withdraw') WHERE id = 25",
        "batch 18: is not what",
    ),
    "a digest": ("UPDATE event SET digest = randomblob(32) WHERE id = 12", "batch 5: is not what"),
    "a digest that is none": ("UPDATE event SET digest = 'x' WHERE id = 12", "event 12: does not"),
    "a time that is none": (
        "UPDATE event SET at = 9223372036854775807 WHERE id = 12",
        "event 12: does not read",
    ),
    "a number that is a text": (
        "UPDATE event SET request = '' WHERE id = 12",
        "event 12: does not read",
    ),
    "a line more in an event": (
        "UPDATE event SET policy = 'privacy' || char(10) || 'x' WHERE id = 12",
        "event 12: does not read",
    ),
    "an event is gone": (
        "DELETE FROM event WHERE id = 12",
        "batch 5: was written with 1 event, and has 0",
    ),
    "all events but one of a batch are gone": (
        "DELETE FROM event WHERE id BETWEEN 2 AND 8",
        "batch 1: was written with 8 events, and has 1",
    ),
    "an event more": (
        "INSERT INTO event SELECT 999, 5, at, kind, policy, release, recipient, request, message,"
        " facts, digest FROM event WHERE id = 12",
        "batch 5: was written with 1 event, and has 2",
    ),
    "an event more in no batch": (
        "INSERT INTO event SELECT 999, 777, at, kind, policy, release, recipient, request, message,"
        " facts, digest FROM event WHERE id = 12",
        "event 999: belongs to batch 777, which is not there",
    ),
    "two events swapped in a batch": (
        "UPDATE event SET id = -1 WHERE id = 2; UPDATE event SET id = 2 WHERE id = 3;"
        "UPDATE event SET id = 3 WHERE id = -1",
        "batch 1: is not what was recorded",
    ),
    "two events swapped between batches": (
        "UPDATE event SET batch = 7 - batch + 5 WHERE batch IN (5, 7)",
        "batch 5: is not what was recorded",
    ),
    # the chain
    "a batch's time": ("UPDATE batch SET at = at - 1 WHERE id = 5", "batch 5: was altered"),
    "a batch's count": ("UPDATE batch SET count = 2 WHERE id = 5", "batch 5: was altered"),
    "a batch's root": ("UPDATE batch SET root = randomblob(32) WHERE id = 5", "batch 5: is not"),
    "a batch that does not read": ("UPDATE batch SET heads = 'x' WHERE id = 5", "does not read"),
    "a batch is gone": (
        "DELETE FROM batch WHERE id = 4",
        "batch 5: is number 5 of chain 1, and comes after 3",
    ),
    "a batch and its events are gone": (
        "DELETE FROM event WHERE batch = 5; DELETE FROM batch WHERE id = 5",
        "batch 6: is number 6 of chain 1, and comes after 4",
    ),
    "batches close up behind one that is gone": (
        "DELETE FROM event WHERE batch = 5; DELETE FROM batch WHERE id = 5;"
        "UPDATE batch SET number = -number + 1 WHERE id > 5;"
        "UPDATE batch SET number = -number WHERE id > 5",
        "batch 6: was written behind another batch",
    ),
    "two batches swapped": (
        "UPDATE batch SET number = -6 WHERE id = 5; UPDATE batch SET number = 5 WHERE id = 6;"
        "UPDATE batch SET number = 6 WHERE id = 5",
        "batch 6: was written behind another batch",
    ),
    "a chain is gone": ("DELETE FROM chain", "chain 1: is not there, and has batches"),
    "another ledger's chain": (
        "UPDATE ledger SET identity = '00000000-0000-4000-8000-000000000000'",
        "batch 1: was altered: it has another digest",
    ),
    # private values
    "a value": (
        "UPDATE private SET value = replace(value, 'person1@', 'other1@') WHERE event = 12",
        "private 12: was altered: its event has another digest of it",
    ),
    "a salt": ("UPDATE private SET salt = randomblob(16) WHERE event = 12", "private 12: was alt"),
    "a value is gone": (
        "DELETE FROM private WHERE event = 12",
        "private 12: the value of event 12 is gone and no erasure says so",
    ),
    "two values swapped": (
        "UPDATE private SET event = -1 WHERE event = 12; UPDATE private SET event = 12 WHERE event"
        " = 14; UPDATE private SET event = 14 WHERE event = -1",
        "private 12: was altered",
    ),
    "a value more": (
        "INSERT INTO private VALUES (11, randomblob(16), '{}', NULL)",
        "private 11: is there, and its event has none",
    ),
    "a value of no event": (
        "INSERT INTO private VALUES (999, randomblob(16), '{}', NULL)",
        "private 999: belongs to no event",
    ),
    "a mail": (
        "UPDATE private SET body = (SELECT body FROM private WHERE event = 36) WHERE event = 34",
        "private 34: its body was altered",
    ),
    "a mail that does not read": (
        "UPDATE private SET body = 'x' WHERE event = 34",
        "private 34: its body does not read",
    ),
    "a mail is gone": (
        "UPDATE private SET body = NULL WHERE event = 34",
        "private 34: its body is gone",
    ),
    "a mail more": (
        "UPDATE private SET body = (SELECT body FROM private WHERE event = 36) WHERE event = 14",
        "private 14: has a body that its event knows nothing of",
    ),
    # letters
    "a letter": (
        "UPDATE private SET body = (SELECT body FROM private WHERE event = 20) WHERE event = 12",
        "private 12: what is on record of the letter is not what was stored",
    ),
    "a byte of a letter": (
        "UPDATE private SET body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)"
        " WHERE event = 12",
        "private 12: what is on record of the letter is not what was stored",
    ),
    "a template": (
        "UPDATE template SET body = randomblob(32)",
        "private 12: ",
    ),
    "a template that nothing uses": (
        "INSERT INTO template SELECT randomblob(32), body FROM template",
        "was altered",
    ),
    "a template is gone": ("DELETE FROM template", "private 12: its template "),
    # states
    "an opt-out that is a withdrawal": (
        "UPDATE request SET kind = 'withdraw' WHERE id = 1",
        "request 1: `kind` is 'withdraw', and events say 'opt out'",
    ),
    "a letter that was accepted": (
        "UPDATE delivery SET state = 'accepted' WHERE recipient = 2",
        "delivery privacy/2/2: `state` is 'accepted', and events say 'to do'",
    ),
    "a letter that nobody sent": (
        "INSERT INTO delivery SELECT policy, release, 7, major, effective, state, told, event, at,"
        " tries FROM delivery WHERE recipient = 1",
        "delivery privacy/2/7: is there, and no event says so",
    ),
    "an opt-out that is gone": (
        "DELETE FROM request WHERE id = 4",
        "request 4: is missing, and events say that it is there",
    ),
    "what counts": (
        "UPDATE declaration SET kind = '' WHERE recipient = 8",
        "declaration privacy/2/8: `kind` is '', and events say 'opt out'",
    ),
    "who is told": (
        "UPDATE recipient SET state = 'removed' WHERE id = 1",
        "recipient 1: `state` is 'removed', and events say 'told'",
    ),
    "an address": (
        "UPDATE recipient SET address = 'evil@evil.example' WHERE id = 1",
        "recipient 1: `address` is not what events say",
    ),
    "a receipt that was given": (
        "UPDATE answer SET state = 'accepted' WHERE request = 3",
        "answer 3: `state` is 'accepted', and events say 'to do'",
    ),
    "a message that nobody waits for": (
        "UPDATE message SET filed = 'settled' WHERE id = 3",
        "message 3: `filed` is 'settled', and events say ''",
    ),
    "a row whose key is bytes": (
        "UPDATE delivery SET recipient = CAST('x' AS BLOB) WHERE recipient = 1",
        "delivery privacy/2/1: is missing",
    ),
    "a template of another kind": (
        "INSERT INTO template SELECT 'x', body FROM template",
        "template ",
    ),
    "a template's body of another kind": (
        "UPDATE template SET body = 'x'",
        "private 12: ",
    ),
    "a salt of another kind": ("UPDATE private SET salt = 'x' WHERE event = 12", "private 12: was"),
    "a batch's digest of another kind": (
        "UPDATE batch SET digest = 'x' WHERE id = 5",
        "batch 5: was altered",
    ),
    "an event in a batch of another kind": (
        "UPDATE event SET batch = 'x' WHERE id = 12",
        "event 12: belongs to batch x, which is not there",
    ),
    "a row of another kind": (
        "UPDATE delivery SET recipient = 'x' WHERE recipient = 1",
        "delivery privacy/2/1: is missing",
    ),
}


def test_who_may_only_read_can_audit(tmp_path: Path) -> None:
    with full_ledger("postgresql", tmp_path) as full:
        full.rows(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {AUDITOR}")
        auditor = FullLedger(server().url(full.place, AUDITOR), full.place)
        assert auditor.audited() == []
        full.forge("UPDATE request SET kind = 'withdraw' WHERE id = 1")
        assert "request 1: `kind` is 'withdraw', and events say 'opt out'" in auditor.audited()


IN_FILES_ALONE = {
    "a number that is a text",
    "a row of another kind",
    "a byte of a letter",
    "a row whose key is bytes",
    "an event in a batch of another kind",
}
"""What a server with types of its own refuses."""


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_found(full: FullLedger, forgery: str) -> None:
    if not full.in_file and forgery in IN_FILES_ALONE:
        with pytest.raises(psycopg.Error):
            full.forge(FORGERIES[forgery][0])
        return
    statements, told = FORGERIES[forgery]
    full.forge(statements)
    found = full.audited()
    assert any(told in one for one in found), found
    assert len(found) < 60
    assert "@" not in "\n".join(found), "it shows nobody an address"


@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM ledger",
        "INSERT INTO ledger VALUES ('00000000-0000-4000-8000-000000000000', 0)",
    ],
)
def test_a_ledger_has_one_identity(full: FullLedger, forgery: str) -> None:
    full.forge(forgery)
    with pytest.raises(LedgerError, match=r"the table `ledger` has [02] rows"):
        full.audited()


def test_many_faults_are_counted(full: FullLedger) -> None:
    with full.owned() as execute:
        execute("UPDATE private SET salt = randomblob(16)", ())
        (row,) = execute("SELECT count(*) AS n FROM private", ())
    found, count = full.audited(), row["n"]
    assert len(found) == MOST_FAULTS + 1
    assert found[-1] == f"private: {count - MOST_FAULTS} more are wrong"


VOUCHED_FOR_BY_NOBODY = {("ledger", "created_at"), ("chain", "name")}
"""As SECURITY.md says."""


def test_no_value_of_any_row_can_be_altered(full: FullLedger) -> None:
    """Any of them, chosen anew in each run."""
    cells: list[tuple[Table, dict[str, Any], str]] = []
    with full.owned() as execute:
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                rows = execute(f"SELECT * FROM {table.name}", ())
                cells += [(table, row, name) for row in rows for name in row]
        cells = [one for one in cells if (one[0].name, one[2]) not in VOUCHED_FOR_BY_NOBODY]
        assert len(cells) > 1_000
        chosen = random.sample(cells, 25)
        for table, row, name in chosen:
            key = list(table.primary_key.columns.keys())
            here = " AND ".join(f"{column} = ?" for column in key)
            change = f"UPDATE {table.name} SET {name} = ? WHERE {here}"
            now = {**row, name: other_than(row[name], table.columns[name])}
            execute(change, (now[name], *(row[column] for column in key)))
            execute("COMMIT", ())
            assert full.audited(), (table.name, row, name)
            execute(change, (row[name], *(now[column] for column in key)))
            execute("COMMIT", ())
    assert full.audited() == []


def other_than(value: Any, column: Column[Any]) -> Any:
    if value is None:
        return b"x" if isinstance(column.type, LargeBinary) else 77
    if isinstance(value, int):
        return value + 1_000
    if isinstance(value, bytes | memoryview):
        return bytes([bytes(value)[0] ^ 1]) + bytes(value)[1:] if value else b"x"
    return f"{value} "


def rewritten(ledger: FullLedger, alter: str) -> None:
    """The whole chain made anew, after something was altered, as its owner can.

    Args:
        ledger: which.
        alter: statements between semicolons.
    """
    ledger.forge(alter)
    with ledger.owned() as execute:
        (identity,) = (row["identity"] for row in execute("SELECT identity FROM ledger", ()))
        previous: dict[int, bytes] = {}
        for row in execute("SELECT * FROM batch ORDER BY chain, number", ()):
            tree = MerkleTree()
            for one in execute("SELECT * FROM event WHERE batch = ? ORDER BY id", (row["id"],)):
                tree.add(event_of_row(SimpleNamespace(**one)).leaf())
            place = row["chain"], row["number"], row["at"], row["count"]
            before = previous.get(row["chain"], FIRST)
            batch = Batch(identity, *place, tree.root(), before, read_heads(row["heads"]))
            execute(
                "UPDATE batch SET root = ?, previous = ?, digest = ? WHERE id = ?",
                (batch.root, before, batch.digest(), row["id"]),
            )
            previous[row["chain"]] = batch.digest()


WITHDRAWN = """
    UPDATE event SET facts = replace(facts, 'opt out', 'withdraw') WHERE id = 28;
    UPDATE request SET kind = 'withdraw' WHERE id = 4;
    UPDATE declaration SET kind = 'withdraw' WHERE recipient = 8"""


def test_a_chain_that_is_made_anew_is_found_by_a_head_alone(full: FullLedger) -> None:
    with full.opened() as ledger:
        (head,) = ledger.heads()
    rewritten(full, WITHDRAWN)
    assert full.audited() == []
    with full.opened() as ledger:
        (now,) = ledger.heads()
    assert (now.chain, now.number) == (head.chain, head.number)
    assert now.digest != head.digest


# ── several chains ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two_chains(full: FullLedger) -> FullLedger:
    """A ledger to which another machine writes too."""
    with full.opened() as ledger:
        ledger._database._writer = Writer(ledger.identity, "elsewhere")
        record(ledger, EventKind.REMOVED, recipient=5)
    with full.opened() as again:
        record(again, EventKind.REMOVED, recipient=7)
    return full


def test_a_machine_has_a_chain_of_its_own_that_names_the_heads_of_others(
    two_chains: FullLedger,
) -> None:
    assert two_chains.audited() == []
    with two_chains.opened() as ledger:
        first, second = ledger.heads()
        assert (first.chain, second.chain, second.number) == (1, 2, 1)
        assert ledger.named_before(1, first.number) == {2: 1}
        assert ledger.named_before(1, first.number - 1) == {}
        assert ledger.named_before(2, 1) == {1: first.number - 1}
        joined = ledger.joined_head()
        assert ledger.named_before(1, joined.number) == {2: 1}
    assert two_chains.audited() == []


def test_one_chain_made_anew_contradicts_another_that_names_it(two_chains: FullLedger) -> None:
    rewritten(two_chains, "UPDATE event SET at = at + 1 WHERE id = 11")
    assert any("names number " in one for one in two_chains.audited())


def test_a_chain_that_is_gone_is_missed_by_another_that_names_it(two_chains: FullLedger) -> None:
    two_chains.forge(
        "DELETE FROM event WHERE batch = (SELECT id FROM batch WHERE chain = 2);"
        "DELETE FROM batch WHERE chain = 2"
    )
    found = two_chains.audited()
    assert any("names number 1 of chain 2, which is gone" in one for one in found)


@pytest.mark.parametrize("chain", [1, 2])
def test_whoever_vouches_for_one_chain_vouches_for_what_it_names(
    two_chains: FullLedger, chain: int
) -> None:
    with two_chains.opened() as ledger:
        head = next(one for one in ledger.heads() if one.chain == chain)

        def digest_of(of: int, number: int) -> bytes | None:
            found = ledger.digest_of(of, number)
            return found[0] if found else None

        found = reaches([HeadWitness(head, "a letter")], digest_of, ledger.named_before)
        last = {one.chain: one.number for one in ledger.heads()}
        # The second chain named the first before this wrote once more.
        assert found == {
            1: Reach(last[1] if chain == 1 else last[1] - 1, "a letter"),
            2: Reach(1, "a letter"),
        }
        other = WitnessedHead(head.ledger, head.chain, head.number, bytes(32))
        assert reaches([HeadWitness(other, "forged")], digest_of, ledger.named_before) == {}


@pytest.mark.parametrize(
    "column",
    [
        "recipient.address",
        "recipient.name",
        "private.value",
        "event.facts",
        "event.kind",
        "event.digest",
        "batch.heads",
        "batch.root",
        "private.salt",
        "template.body",
        "delivery.state",
        "ledger.identity",
        "alembic_version.version_num",
    ],
)
def test_what_is_no_text_is_found_and_not_shown(tmp_path: Path, column: str) -> None:
    table, name = column.split(".")
    with full_ledger("sqlite", tmp_path) as full:
        # The bytes of `anna@` and one that begins no character.
        full.forge(f"UPDATE {table} SET {name} = CAST(x'616e6e6140ff' AS TEXT)")
        try:
            found = full.audited()
        except LedgerError as error:
            found = [str(error)]
        assert found
        assert "anna@" not in " ".join(found)
