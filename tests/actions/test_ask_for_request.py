"""Asking for a link that confirms a request."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.actions.send_receipts import send_receipts
from publisher.answers.receipts_due import MOST_LINKS_A_DAY
from publisher.edges.project import Project
from tests.fixtures.answers import at
from tests.fixtures.request_pages import (
    ANNA,
    APPLIES,
    CONFIRM,
    MAILINGS,
    PERSONAL,
    ask_on,
    asked_project,
    client,
)
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return asked_project(tmp_path)


def test_an_unknown_address_gets_nothing_and_cannot_be_told_apart(project: Project) -> None:
    known = ask_on(project, PERSONAL, action="access")
    answer = client(project).post(PERSONAL, data={"address": "b@x.example", "action": "access"})
    assert answer.text == known
    assert send_receipts(at(project)).sent == 1


def test_nobody_fills_a_mailbox(project: Project) -> None:
    for _ in range(MOST_LINKS_A_DAY + 3):
        ask_on(project, PERSONAL, action="access")
    assert send_receipts(at(project)).sent == MOST_LINKS_A_DAY


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        (PERSONAL, {"action": "leave the mailings"}),
        (PERSONAL, {"action": "opt out"}),
        (PERSONAL, {"action": ""}),
        (MAILINGS, {"action": "erase"}),
        (APPLIES, {"action": "erase"}),
        (CONFIRM, {"action": "erase"}),
        ("/requests/question/", {"action": "question", "words": "x" * 4_001}),
        ("/requests/question/", {"action": "question", "words": " \n"}),
    ],
)
def test_what_a_page_does_not_offer_is_not_recorded(
    project: Project, page: str, fields: dict[str, str]
) -> None:
    answer = client(project).post(page, data={"address": ANNA, **fields})
    assert answer.status_code in (400, 413)
    assert ledger_of(project).answers() == []
