"""Lists in the ledger: what they write is what events written one by one would be."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.schema import DELIVERIES, EVENTS, PRIVATE, RECIPIENTS
from publisher.people.customer_list import CustomerList
from publisher.people.list_text import ListName
from publisher.people.recipients_import import ImportOptions, RecipientsImport, Taking
from publisher.record.private import canonical
from publisher.releases.number import Number
from tests.fixtures.engines import ENGINES, empty_ledger

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
COLUMNS = ("customer", "address", "name", "language", "class", "joined", "version")
NAME = ListName("list.csv")
RELEASES = {"privacy": {Number(1), Number(2), Number(2, 1)}, "terms": {Number(1)}}


@pytest.fixture(params=ENGINES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with empty_ledger(request.param, tmp_path) as url:
        ledger = Ledger(url)
        yield ledger
        ledger.close()


def take(ledger: Ledger, rows: Sequence[Sequence[str]]) -> RecipientsImport:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *rows])
    customers = CustomerList(iter([text.getvalue().encode()]), NAME, lambda: RELEASES)
    return ledger.take_list(customers, Taking(NAME, ImportOptions()), NOW)


def found(ledger: Ledger, *columns: Any) -> list[tuple[Any, ...]]:
    with ledger._reading() as db:
        return [tuple(row) for row in db.execute(select(*columns).order_by(*columns[:3]))]


def states(ledger: Ledger) -> list[list[tuple[Any, ...]]]:
    return [found(ledger, *table.columns) for table in (RECIPIENTS, DELIVERIES)]


ROWS = [
    ("c-1", "anna@one.example", 'Anna "A" Örg\\', "de", "customer", "2020-01-02", "privacy/2"),
    ("ben@id.example", "ben@one.example", "数据 🙂", "", "", "", "privacy/1 terms/1"),
    ("c-3", "cleo@one.example", "", "pt-BR", "business user", "", ""),
    ("c-4", "dora@one.example", "", "", "", "", ""),
]


def test_what_a_list_says_is_on_record(ledger: Ledger) -> None:
    assert take(ledger, ROWS).new == 4
    facts = [json.loads(text) for (text,) in found(ledger, EVENTS.c.facts)]
    assert {"customer": "c-3"} in facts
    private = [json.loads(text) for (text,) in found(ledger, PRIVATE.c.value)]
    more = {"language": "pt-BR", "class": "business user"}
    assert {"address": "cleo@one.example", "name": "", **more} in private
    assert {"versions": {"privacy": "1", "terms": "1"}} in facts
    agreed = found(
        ledger,
        DELIVERIES.c.recipient,
        DELIVERIES.c.policy,
        DELIVERIES.c.release,
        DELIVERIES.c.state,
    )
    assert agreed == [
        (1, "privacy", "2", "agreed"),
        (2, "privacy", "1", "agreed"),
        (2, "terms", "1", "agreed"),
    ]
    assert take(ledger, ROWS).unchanged == 4


def test_versions_of_a_later_list_take_the_place_of_those_before(ledger: Ledger) -> None:
    take(ledger, ROWS)
    rows = [(*ROWS[0][:6], "privacy/2.1"), (*ROWS[1][:6], "terms/1"), *ROWS[2:]]
    assert take(ledger, rows).changed == 2
    columns = (DELIVERIES.c.recipient, DELIVERIES.c.policy, DELIVERIES.c.release)
    with ledger._reading() as db:
        agreed = select(*columns).where(DELIVERIES.c.state == "agreed").order_by(*columns)
        assert [tuple(row) for row in db.execute(agreed)] == [
            (1, "privacy", "2.1"),
            (2, "terms", "1"),
        ]
    assert take(ledger, rows).unchanged == 4
    assert take(ledger, ROWS).changed == 2
    assert take(ledger, ROWS).unchanged == 4


cells = st.text("aé\"\\'/<>🙂 ,;{}:", max_size=8).map(str.strip)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.text('cd-1é@"\\', min_size=1, max_size=4),
        st.tuples(
            cells,
            st.sampled_from(["", "de", "zh-TW"]),
            st.sampled_from(["", "customer"]),
            st.sampled_from(["", "2020-02-03"]),
            st.sampled_from(["", "privacy/2", "terms/1 privacy/2.1"]),
        ),
        max_size=5,
    )
)
def test_a_list_is_written_as_its_events_would_be(
    ledger: Ledger, rows: dict[str, tuple[str, ...]]
) -> None:
    take(ledger, [(one, "a@one.example", *more) for one, more in rows.items()])
    for (text,) in [*found(ledger, PRIVATE.c.value), *found(ledger, EVENTS.c.facts)]:
        assert text == "" or canonical(json.loads(text)) == text
    assert list(ledger.audit(lambda *_: None).findings) == []


def test_states_of_lists_are_the_same_when_they_are_made_again(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    take(ledger, ROWS)
    for version in ("", "privacy/2", "privacy/2 terms/1", ""):
        take(ledger, [(*ROWS[0][:6], version)])
    take(ledger, [(*ROWS[0][:6], "privacy/1"), (ROWS[2][0], "cleo@new.example", *ROWS[2][2:])])
    ledger.take_off([(1, "c-4")], "list", NOW)
    take(ledger, ROWS)
    before = states(ledger)
    assert all(before)
    ledger.rebuild(lambda *_: None)
    assert states(ledger) == before
    ledger.close()


def test_nothing_of_a_list_is_written_outside_the_ledger(tmp_path: Path) -> None:
    """SQLite keeps what a statement would undo; for large lists, in a file outside, if it may."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    asked = "PRAGMA temp_store"
    for _ in range(2):
        assert ledger._write(lambda tx: tx.db.exec_driver_sql(asked).scalar()) == 2
        with ledger._reading() as db:
            assert db.exec_driver_sql(asked).scalar() == 0
    ledger.close()
