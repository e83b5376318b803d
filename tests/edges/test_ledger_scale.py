"""A hundred erasures among many events: the chain holds, and nobody is found."""

from __future__ import annotations

from pathlib import Path

from publisher.edges.ledger import Ledger
from publisher.people.customer_list import Customer
from publisher.people.messages import Filed, Filing
from publisher.record.event import EventKind, Happening
from tests.fixtures.ledger_events import MAIL, NOW
from tests.fixtures.recipients import take_customers
from tests.fixtures.some import EVERY

CUSTOMERS, ERASED = (25_000 if EVERY else 5_000), 100


def filled(path: Path) -> Ledger:
    """A ledger in which many customers were listed and told of three releases."""
    ledger = Ledger(f"sqlite:///{path}")
    people = [Customer(f"c-{n}", f"p{n}@one.example", f"Name{n}") for n in range(CUSTOMERS)]
    take_customers(ledger, *people, now=NOW)
    for release in ("2", "3", "4"):
        told = [
            Happening(
                EventKind.TOLD, NOW, "privacy", release, n + 1,
                private={"address": f"p{n}@one.example", "message_id": f"<{n}.{release}@us>"},
            )
            for n in range(CUSTOMERS)
        ]  # fmt: skip
        for start in range(0, CUSTOMERS, 1_000):
            some = told[start : start + 1_000]
            ledger._database.write_alone(lambda tx, some=some: tx.record_all(some))  # type: ignore[misc]
    for n in range(0, CUSTOMERS, CUSTOMERS // 50):
        number = ledger.keep(MAIL % (b"p%d@one.example" % n, b"Who are you?"), "", lambda: NOW)
        # What waits for a person is erased by nobody.
        ledger.file(number, Filing(Filed.SETTLED, "a question"), NOW, "operator")
    return ledger


def test_a_hundred_erasures_among_many_events(disk: Path) -> None:
    path = disk / "ledger.sqlite"
    ledger = filled(path)
    gone = range(0, CUSTOMERS, CUSTOMERS // ERASED)
    for n in gone[: ERASED // 2]:
        ledger.erase([n + 1], "asked for", NOW)
    ledger.erase([n + 1 for n in gone[ERASED // 2 :]], "asked for", NOW)
    assert ledger.shrink()
    data = b"".join(one.read_bytes() for one in disk.glob("ledger.sqlite*"))
    assert [n for n in gone if b"p%d@one.example" % n in data] == []
    # Whole, for a few bytes are among the digests by chance.
    assert [n for n in gone if any(b"<%d.%d@us>" % (n, of) in data for of in (2, 3, 4))] == []
    assert b"p1@one.example" in data
    found = ledger.audit(lambda *_: None)
    assert (found.findings, found.events >= 4 * CUSTOMERS + ERASED) == ([], True)
