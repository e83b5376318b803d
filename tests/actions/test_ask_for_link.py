"""Asking for the link of the form."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.actions.optouts import optouts
from publisher.actions.send_receipts import send_receipts
from publisher.edges.project import Project
from publisher.errors import NotFoundError
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    ask,
    at,
)
from tests.fixtures.houses import ONE, TWO, import_customers, spooled, token
from tests.fixtures.workplaces import ledger_of

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


def test_who_asks_gets_the_link_at_the_customers_address_only(project: Project) -> None:
    ask(project, "Anna@Customer.example")
    ask(project, "stranger@evil.example")
    assert send_receipts(at(project)).sent == 1
    (letter,) = spooled(project)
    assert b"anna@customer.example" in letter
    assert b"stranger" not in letter
    text = letter.replace(b"=\r\n", b"").replace(b"=3D", b"=").decode()
    assert f"token={token(project, 'c-1')}" in text
    assert optouts(at(project), "privacy", TWO) == []
    asked = ledger_of(project).requests("privacy", 2)
    assert [r.recipient for r in asked] == [None, None, 1]


def test_each_customer_behind_an_address_gets_a_link(project: Project) -> None:
    import_customers(project, b"customer,address\nc-4,anna@customer.example\n")
    ask(project, "anna@customer.example")
    assert send_receipts(at(project)).sent == 2


def test_no_link_to_a_form_that_is_not_there(project: Project) -> None:
    with pytest.raises(NotFoundError):
        ask(project, "anna@customer.example", number=ONE)
