"""Letters in doubt or refused, listed and settled: `publisher resolve`."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.actions import silent
from publisher.actions.resolve import resolve
from publisher.actions.send import send
from publisher.actions.unsettled import unsettled
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, SendError
from publisher.letters.sending import SendingReport
from publisher.people.resolution import Resolution
from publisher.releases.number import Number
from tests.fixtures.houses import (
    KEY,
    ONE,
    TWO,
    told,
    workplace,
)
from tests.fixtures.relays import CLOSE, scripted


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)


def run(project: Project, number: Number = TWO) -> SendingReport:
    return send(workplace(project), "privacy", number, silent)


def states(project: Project, number: Number = TWO) -> dict[str, str]:
    ledger = ledger_of(project)
    names = {r.number: r.customer for r in ledger.recipients()}
    rows = ledger.deliveries("privacy", number.major)
    return {names[d.recipient]: d.state for d in rows if d.release == str(number)}


def test_a_letter_in_doubt_is_never_sent_again_by_itself(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        assert run(project) == SendingReport(2, 0, 0, 1)
        assert run(project) == SendingReport(0, 0, 0, 0)
        assert len(server.letters) == 3
        assert states(project)["c-1"] == "in doubt"
        (listed,) = unsettled(workplace(project), "privacy", TWO)
        assert listed.cells()[:2] == ("c-1", "in doubt")
        assert listed.delivery.message_id in listed.cells()
        with pytest.raises(SendError, match="is not in doubt: it is accepted"):
            resolve(workplace(project), "privacy", TWO, "c-2", Resolution.AGAIN)
        resolve(workplace(project), "privacy", TWO, "c-1", Resolution.AGAIN)
        assert run(project) == SendingReport(1, 0, 0, 0)
        with pytest.raises(NotFoundError):
            resolve(workplace(project), "privacy", ONE, "c-1", Resolution.AGAIN)


def test_a_letter_in_doubt_is_settled_by_what_a_person_found(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        run(project)
        resolve(workplace(project), "privacy", TWO, "c-1", Resolution.ACCEPTED)
        assert states(project)["c-1"] == "accepted"
        assert run(project) == SendingReport(0, 0, 0, 0)
