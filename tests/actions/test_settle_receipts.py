"""Settling receipts by hand: `publisher receipts settle`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from publisher.actions.receipts import receipts
from publisher.actions.send_receipts import send_receipts
from publisher.actions.settle_receipts import settle_receipts
from publisher.actions.status import status
from publisher.edges.project import Project
from publisher.errors import NotFoundError
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import Channel, RequestKind
from tests.fixtures import answers
from tests.fixtures.answers import at
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, token, told
from tests.fixtures.relays import scripted

pytestmark = pytest.mark.usefixtures("each_engine")

OUT, BACK, ASK = RequestKind.OPT_OUT, RequestKind.WITHDRAW, RequestKind.ASK
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def declare(
    project: Project,
    kind: RequestKind = OUT,
    moment: dt.datetime = NOW,
    customer: str = "c-1",
    channel: Channel = Channel.FORM,
) -> None:
    answers.declare(project, token(project, customer), kind, moment, channel)


@pytest.mark.parametrize(
    ("script", "state"),
    [({"RCPT": "550 nobody"}, DeliveryState.REFUSED), ({"dot": "close"}, DeliveryState.IN_DOUBT)],
)
def test_a_receipt_that_is_stuck_is_listed_and_settled(
    tmp_path: Path, script: dict[str, str], state: DeliveryState
) -> None:
    with scripted(dict(script)) as server:
        project = told(tmp_path, port=server.port)
        declare(project)
        assert send_receipts(at(project)).sent == 0
        (one,) = receipts(at(project))
        assert (one.answer.state, one.customer) == (state, "c-1")
        assert one.cells()[:5] == ("R-000001", "c-1", "privacy/2", "opt out", state)
        ledger = status(at(project), ["privacy"]).status.ledger
        assert ledger
        assert ledger.receipts.states == {state: 1}
        with pytest.raises(NotFoundError, match="R-000009"):
            settle_receipts(at(project), ["R-000001", "R-000009"], again=True)
        assert receipts(at(project)) == [one]
        settle_receipts(at(project), ["R-000001"], again=True)
        server.script.clear()
        assert send_receipts(at(project)).sent == 1
        assert b"R-000001" in server.letters[-1]
    with pytest.raises(NotFoundError):
        settle_receipts(at(project), ["R-000001"], again=True)


def test_a_receipt_that_arrived_after_all_is_settled_without_sending(tmp_path: Path) -> None:
    with scripted({"dot": "close"}) as server:
        project = told(tmp_path, port=server.port)
        declare(project)
        send_receipts(at(project))
        settle_receipts(at(project), [" r-000001"], again=False)
        assert send_receipts(at(project)).sent == 0
    assert receipts(at(project)) == []


def test_only_what_is_in_doubt_or_refused_is_settled(project: Project) -> None:
    declare(project)
    result = House(project.root).run("receipts", "settle", "R-000001", "--accepted", at=NOW)
    assert result.exit_code == 2
    assert "R-000001 is not a receipt in doubt" in result.output


def test_a_receipt_is_settled_by_its_number(tmp_path: Path) -> None:
    with scripted({"dot": "close"}) as server:
        project = told(tmp_path, port=server.port)
        declare(project)
        send_receipts(at(project))
    said = House(project.root).ok("receipts", "settle", "R-000001", "--accepted", at=NOW)
    assert "Recorded for R-000001: accepted" in said
    assert receipts(at(project)) == []
