"""Leaving and joining the mailings by a pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.answers.passes import Purpose
from publisher.edges.project import Project
from publisher.people.mailings import MailingState
from tests.fixtures.houses import letter_states, send_letters
from tests.fixtures.request_pages import (
    MAILINGS,
    asked_project,
    client,
    pass_of,
)
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return asked_project(tmp_path)


def test_leaving_the_mailings_stops_no_notice(project: Project) -> None:
    token = pass_of(project, Purpose.MAILINGS)
    shown = client(project).get(f"{MAILINGS}?t={token}")
    assert "Send me no more mailings" in shown.text
    assert ledger_of(project).mailing_of(1) is None
    left = client(project).post(MAILINGS, data={"t": token, "action": "leave the mailings"})
    assert "You asked us to send you no more mailings" in left.text
    assert ledger_of(project).mailing_of(1) is MailingState.LEFT
    assert "Send me your mailings" in client(project).get(f"{MAILINGS}?t={token}").text
    send_letters(project)
    assert letter_states(project) == {"c-1": "accepted"}, "who left is told of a release"
    joined = client(project).post(MAILINGS, data={"t": token, "action": "join the mailings"})
    assert joined.status_code == 200
    assert ledger_of(project).mailing_of(1) is MailingState.JOINED


@pytest.mark.parametrize("parts", [False, True], ids=["urlencoded", "multipart"])
def test_one_click_leaves(project: Project, parts: bool) -> None:
    """RFC 8058 §3.1: the body in either form, no cookie, no redirect."""
    token = pass_of(project, Purpose.MAILINGS)
    body = {"List-Unsubscribe": "One-Click"}
    files = {name: (None, value) for name, value in body.items()}
    sent = {"files": files} if parts else {"data": body}
    answer = client(project).post(f"{MAILINGS}?t={token}", **sent)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert ledger_of(project).mailing_of(1) is MailingState.LEFT


def test_a_link_outlives_the_languages_of_the_site(project: Project) -> None:
    """It stands in mailings for ever, and a way out of them has to work."""
    token = pass_of(project, Purpose.MAILINGS)
    there = f"{MAILINGS}fr/"
    assert client(project).get(there).status_code == 404
    shown = client(project).get(f"{there}?t={token}")
    assert (shown.status_code, '<html lang="en"' in shown.text) == (200, True)
    answer = client(project).post(f"{there}?t={token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert ledger_of(project).mailing_of(1) is MailingState.LEFT


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "No"}, {}, {"List-Unsubscribe": ""}])
def test_another_body_is_no_click(project: Project, body: dict[str, str]) -> None:
    token = pass_of(project, Purpose.MAILINGS)
    assert client(project).post(f"{MAILINGS}?t={token}", data=body).status_code in (400, 415)
    assert ledger_of(project).mailing_of(1) is None
