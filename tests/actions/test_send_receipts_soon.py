"""Receipts right after a declaration."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from publisher.actions.send_receipts_soon import send_receipts_soon
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    at,
    declare,
    reply,
)
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, spooled, token, told
from tests.fixtures.relays import Keeps, real


def test_into_the_spool_a_receipt_goes_with_its_mail(project: Project) -> None:
    house = House(project.root)
    assert "R-000001" in house.ok("receive", stdin=reply(project, "I opt out"), at=NOW)
    (letter,) = spooled(project)
    assert b"R-000001" in letter


def test_to_a_relay_another_process_sends_it(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        declare(project, token(project, "c-1"), RequestKind.OPT_OUT, dt.datetime.now(dt.UTC))
        send_receipts_soon(at(project))
    assert keeps.told == ["anna@customer.example"]


def test_where_nothing_is_owed_no_relay_is_called(tmp_path: Path) -> None:
    send_receipts_soon(at(told(tmp_path, port=9)))
