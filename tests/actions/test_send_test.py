"""One copy to look at: `publisher send --test`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.actions.send_test import send_test
from publisher.answers.reply_address import token_in
from publisher.answers.token import is_signed, parse_token
from publisher.edges.project import Project
from publisher.errors import RecipientsError, SendError
from publisher.people.recipients import SAMPLE
from tests.fixtures.house import KEY, House
from tests.fixtures.houses import TWO, letter_for, letter_states, spooled, told, workplace
from tests.fixtures.letters import read_message
from tests.fixtures.mailbox import Mailbox, told_house
from tests.fixtures.relays import scripted


def test_a_test_letter_is_marked_and_leaves_no_trace(project: Project) -> None:
    send_test(workplace(project), "privacy", TWO, "me@hosting.example")
    (data,) = spooled(project)
    message = read_message(data)
    assert str(message["Subject"]).startswith("[Test] Privacy Policy: version 2 applies from")
    assert message["To"].addresses[0].addr_spec == "me@hosting.example"
    token = token_in(str(message["Reply-To"]), "opt-out@hosting.example")
    assert not is_signed([KEY.encode()], parse_token(token), SAMPLE.customer)
    assert letter_states(project) == {}
    assert message["Message-ID"] != f"<{letter_for(project, None).id}>"


def test_a_test_letter_that_is_not_taken_is_told(tmp_path: Path) -> None:
    with scripted({"RCPT": "550 no"}) as server:
        project = told(tmp_path, port=server.port)
        with pytest.raises(SendError, match="was not taken: 550 no"):
            send_test(workplace(project), "privacy", TWO, "me@hosting.example")
        with pytest.raises(RecipientsError, match="not an address"):
            send_test(workplace(project), "privacy", TWO, "jösé@hosting.example")


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[tuple[House, Mailbox]]:
    with told_house(tmp_path) as found:
        yield found


def test_a_test_letter_tells_no_customer(sent: tuple[House, Mailbox]) -> None:
    house, box = sent
    house.ok("send", "2", "--test", "me@hosting.example")
    letter = box.to("me@hosting.example")[0]
    assert letter["Subject"].startswith("[Test]")
    assert "2 accepted" in house.ok("status")
