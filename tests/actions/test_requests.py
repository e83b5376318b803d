"""The messages that wait for a person: `publisher requests`."""

from __future__ import annotations

import pytest

from publisher.edges.project import Project
from tests.fixtures.answers import (
    at,
    reply,
    state,
    take,
)
from tests.fixtures.house import House
from tests.fixtures.houses import NOW

pytestmark = pytest.mark.usefixtures("each_engine")


def test_what_waits_is_listed_with_the_reason(project: Project) -> None:
    house = House(project.root)
    assert "No message waits" in house.ok("requests", at=NOW)
    take(project, reply(project, "How do I opt out?"))
    take(project, reply(project, "I opt out"))
    listed = " ".join(house.ok("requests", at=NOW).split())
    assert "not an opt-out beyond doubt, about privacy/2" in listed
    assert "privacy 2 c-1" in listed
    assert "opt out" not in listed.replace("not an opt-out", "")
    everything = " ".join(house.ok("requests", "--all", at=NOW).split())
    assert "privacy/2, in time" in everything
    assert "about remark 1" in everything
    assert "about why it waits 1" in listed


def test_what_was_kept_is_read_before_it_is_listed(project: Project) -> None:
    work = at(project)
    work.ledger.keep(reply(project, "I opt out"), "", work.clock)
    assert "No message waits" in House(project.root).ok("requests", at=NOW)
    assert state(project) == "opted out"


def test_without_the_key_what_was_kept_is_listed_all_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = at(project)
    work.ledger.keep(reply(project, "I opt out"), "", work.clock)
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    assert "not read yet" in House(project.root).ok("requests", at=NOW)
