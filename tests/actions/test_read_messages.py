"""Messages that were kept and could not be read at once."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from publisher.actions.optouts import optouts
from publisher.actions.read_messages import read_messages
from publisher.actions.receive import receive
from publisher.edges import inbox
from publisher.edges.confinement import Confinement
from publisher.edges.locks import held
from publisher.edges.project import Project
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    at,
    listed,
    reply,
    state,
    take,
)
from tests.fixtures.houses import NOW, TWO
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


def test_without_a_key_a_message_is_kept_until_there_is_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = reply(project, "I opt out")
    with monkeypatch.context() as without:
        without.delenv("PUBLISHER_TOKEN_KEY")
        assert receive(at(project), raw, None).filed is None
    assert [m.filed for m in ledger_of(project).waiting()] == [None]
    assert take(project, reply(project, "Thank you"), now=NOW + HOUR).filed is Filed.UNCLEAR
    (row, _) = optouts(at(project), "privacy", TWO)
    assert (row.state, row.received) == ("opted out", NOW)


def test_a_message_that_no_process_can_be_started_for_is_read_by_the_next_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(sys, "executable", "/nowhere/python")
        # No process that an earlier message was read in.
        without.setattr(inbox, "_READING", Confinement([inbox.__name__]))
        assert receive(at(project), reply(project, "I opt out"), None).filed is None
    assert take(project, b"\n\n", now=NOW + HOUR).filed is Filed.UNKNOWN
    assert state(project) == "opted out"


@pytest.mark.parametrize("each_engine", ["sqlite"], indirect=True)
def test_nobody_who_holds_the_lock_holds_a_mail_server_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.actions.read_messages.READING_PATIENCE", 0.2)
    with held(project.private / "reading.lock"):
        verdict = receive(at(project), reply(project, "I opt out"), None)
    assert (verdict.filed, verdict.reason) == (None, "others are read first")
    assert take(project, b"\n\n", now=NOW + HOUR).filed is Filed.UNKNOWN
    assert state(project) == "opted out"


def test_what_was_kept_before_the_program_was_stopped_is_read_by_the_next_run(
    project: Project,
) -> None:
    ledger = ledger_of(project)
    for hours in range(3):
        ledger.keep(reply(project, "I opt out"), "", at(project, NOW + hours * HOUR).clock)
    last = take(project, b"\n\nnothing", now=NOW + 9 * HOUR)
    assert last.filed is Filed.UNKNOWN
    assert [m.filed for m in ledger.messages()] == [Filed.OPT_OUT] * 3 + [Filed.UNKNOWN]
    assert listed(project) == [("opted out, 3 times", "in time", "stands")]
    assert read_messages(at(project)) == {}


@pytest.mark.parametrize("each_engine", ["sqlite"], indirect=True)
def test_a_message_is_read_however_many_wait_for_a_release_to_be_mended(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those about an altered release stay unread, and hold up none that came after them."""
    monkeypatch.setattr("publisher.actions.read_messages.MOST_UNREAD", 2)
    letter = project.versions / "privacy" / "2" / "notice.md"
    sound, raw = letter.read_bytes(), reply(project, "I opt out")
    letter.write_bytes(sound + b"altered")
    waiting = [receive(at(project), raw, None) for _ in range(3)]
    assert [verdict.filed for verdict in waiting] == [None] * 3
    assert "was altered" in waiting[0].reason
    assert take(project, b"\n\nnothing", now=NOW + HOUR).filed is Filed.UNKNOWN
    letter.write_bytes(sound)
    assert take(project, b"\n\nnothing", now=NOW + 2 * HOUR).filed is Filed.UNKNOWN
    read_messages(at(project))
    assert state(project) == "opted out, 3 times"
    assert [m.filed for m in ledger_of(project).messages()].count(Filed.OPT_OUT) == 3
