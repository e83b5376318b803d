"""Letters in doubt or refused, listed and settled: `publisher resolve`."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.actions.resolve import resolve
from publisher.actions.unsettled import unsettled
from publisher.errors import NotFoundError, SendError
from publisher.letters.sending import SendingReport
from publisher.people.resolution import Resolution
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, ONE, TWO, letter_states, send_letters, told, workplace
from tests.fixtures.relays import CLOSE, scripted

pytestmark = pytest.mark.usefixtures("each_engine")


def test_a_letter_in_doubt_is_never_sent_again_by_itself(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        assert send_letters(project) == SendingReport(2, 0, 0, 1)
        assert send_letters(project) == SendingReport(0, 0, 0, 0)
        assert len(server.letters) == 3
        assert letter_states(project)["c-1"] == "in doubt"
        (listed,) = unsettled(workplace(project), "privacy", TWO).rows
        assert listed.cells()[:2] == ("c-1", "in doubt")
        assert listed.delivery.message_id in listed.cells()
        with pytest.raises(SendError, match="is not in doubt: it is accepted"):
            resolve(workplace(project), "privacy", TWO, "c-2", Resolution.AGAIN)
        resolve(workplace(project), "privacy", TWO, "c-1", Resolution.AGAIN)
        assert send_letters(project) == SendingReport(1, 0, 0, 0)
        with pytest.raises(NotFoundError):
            resolve(workplace(project), "privacy", ONE, "c-1", Resolution.AGAIN)


def test_a_letter_in_doubt_is_settled_by_what_a_person_found(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        send_letters(project)
        resolve(workplace(project), "privacy", TWO, "c-1", Resolution.ACCEPTED)
        assert letter_states(project)["c-1"] == "accepted"
        assert send_letters(project) == SendingReport(0, 0, 0, 0)


def test_a_person_says_what_became_of_a_letter(tmp_path: Path) -> None:
    with scripted({"dot": CLOSE}, times=1) as server:
        project = told(tmp_path, port=server.port)
        house = House(project.root)
        assert house.run("send", "2", "--confirm", at=NOW).exit_code == 1
        assert letter_states(project)["c-1"] == "in doubt"
        assert house.ok("resolve", "2", "c-1", "--again", at=NOW) == "Recorded for c-1: again\n"
        assert letter_states(project)["c-1"] == "to do"
        assert "1 accepted by the carrier" in house.ok("send", "2", "--confirm", at=NOW)
