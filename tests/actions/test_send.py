"""The plan and the sending of a notice: `publisher send`."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.actions import silent
from publisher.actions.resolve import resolve
from publisher.actions.send import send
from publisher.actions.workplace import Workplace
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, SendError
from publisher.letters.sending import SendingReport
from publisher.people.deliveries import DeliveryState
from publisher.people.resolution import FoundOut, Resolution
from tests.fixtures.house import KEY, House, later
from tests.fixtures.houses import (
    CUSTOMERS,
    NOW,
    TWO,
    import_customers,
    letter_for,
    letter_states,
    send_letters,
    spooled,
    told,
    workplace,
)
from tests.fixtures.letters import read_message
from tests.fixtures.mailbox import Mailbox, body, told_house
from tests.fixtures.relays import CLOSE, HANG, Keeps, free_port, real, scripted
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


def test_everybody_is_told_once(project: Project) -> None:
    said: list[tuple[str, int, int]] = []
    report = send(workplace(project), "privacy", TWO, lambda *words: said.append(words))
    assert report == SendingReport(3, 0, 0, 0)
    assert said[-1] == ("sending", 3, 3)
    assert set(letter_states(project).values()) == {DeliveryState.ACCEPTED}
    assert send_letters(project) == SendingReport(0, 0, 0, 0)
    assert len(spooled(project)) == 3


def test_without_a_key_nothing_is_begun(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    with pytest.raises(ConfigurationError, match="no key for personal links"):
        send_letters(project)
    assert letter_states(project) == {}
    assert spooled(project) == []


def test_who_comes_later_is_told_by_the_next_run(project: Project) -> None:
    send_letters(project)
    import_customers(project, b"customer,address\nc-4,dora@x.example\n")
    assert send_letters(project).accepted == 1


def test_a_real_relay_gets_every_letter(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        assert send_letters(project) == SendingReport(3, 0, 0, 0)
        assert send_letters(project) == SendingReport(0, 0, 0, 0)
    assert keeps.told == ["anna@customer.example", "ben@customer.example", "cleo@other.example"]
    expected = letter_for(project, "c-1")
    sent = re.sub(rb"Policy-Ledger: .*\r\n(?: .*\r\n)*", b"", keeps.letters[0][1])
    assert sent == expected.data


def test_refused_is_kept_with_the_reply_and_later_is_tried_again(tmp_path: Path) -> None:
    keeps = Keeps(
        {
            "anna@customer.example": "550 5.1.1 no such user",
            "ben@customer.example": "451 4.7.1 greylisted",
        }
    )
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        report = send_letters(project)
        assert (report.accepted, report.refused, report.later, report.unsettled) == (1, 1, 1, 2)
        assert letter_states(project) == {"c-1": "refused", "c-2": "to do", "c-3": "accepted"}
        assert "no such user" in ledger_of(project).deliveries("privacy", 2)[0].reply
        keeps.refusals = {}
        assert send_letters(project) == SendingReport(1, 0, 0, 0)
        resolve(workplace(project), "privacy", TWO, "c-1", FoundOut(Resolution.AGAIN))
        assert send_letters(project) == SendingReport(1, 0, 0, 0)
    assert sorted(keeps.told) == sorted(set(keeps.told))


@pytest.mark.parametrize(
    ("step", "does", "why"),
    [
        ("RCPT", CLOSE, "3 letters in a row"),
        ("RCPT", "550 5.7.1 blocked", "3 letters in a row"),
        ("dot", "550 5.7.1 blocked", "3 letters in a row"),
        ("RCPT", "550 no mail for you", "20 letters in a row were refused alike"),
        ("dot", "550 no mail for you", "20 letters in a row were refused alike"),
    ],
)
def test_a_run_stops_when_nothing_goes_through(
    tmp_path: Path, step: str, does: str, why: str
) -> None:
    more = b"".join(b"d-%d,d%d@%d.example,\n" % (n, n, n % 7) for n in range(20))
    with scripted({step: does}) as server:
        project = told(tmp_path, port=server.port)
        import_customers(project, CUSTOMERS + more)
        with pytest.raises(SendError, match=why):
            send_letters(project)
        # The run is stopped, and not the recipients.
        states = letter_states(project)
        assert set(states.values()) <= {"to do"}
        server.script = {}
        assert send_letters(project) == SendingReport(23, 0, 0, 0)
        assert server.connections > 2


def test_no_relay_and_nobody_is_enlisted(tmp_path: Path) -> None:
    project = told(tmp_path, port=free_port())
    with pytest.raises(SendError, match="cannot be reached"):
        send_letters(project)
    assert letter_states(project) == {}
    assert ledger_of(project).releases_begun() == []


def test_what_is_put_off_is_tried_again_by_itself_until_it_is_told(tmp_path: Path) -> None:
    keeps, pauses = Keeps({"ben@customer.example": "451 4.7.1 greylisted"}), list[float]()
    said: list[str] = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            keeps.refusals = {}

    with real(keeps) as port:
        project = told(tmp_path, port=port)
        told_all = send(workplace(project), "privacy", TWO, silent, said.append, wait)
    assert told_all == SendingReport(3, 0, 0, 0)
    assert len(pauses) == 2
    assert pauses[0] >= 600
    assert any(line.startswith("1 letter was put off; tried again in") for line in said)
    assert sorted(keeps.told) == sorted(set(keeps.told))


def test_nothing_is_tried_again_that_would_come_too_late(tmp_path: Path) -> None:
    now, said = [NOW], list[str]()

    def wait(seconds: float) -> None:
        now[0] += dt.timedelta(days=40)

    with real(Keeps({"ben@customer.example": "451 4.7.1 greylisted"})) as port:
        project = told(tmp_path, port=port)
        work = Workplace(project, lambda: now[0])
        report = send(work, "privacy", TWO, silent, said.append, wait)
    assert (report.accepted, report.later) == (2, 1)
    assert "not tried again: 1 recipient would be told today" in said[-1]
    assert letter_states(project)["c-2"] == "to do"


def test_a_relay_that_is_away_is_waited_for(tmp_path: Path) -> None:
    said: list[str] = []
    with scripted({"dot": CLOSE}) as server:
        project = told(tmp_path, port=server.port)
        more = b"".join(b"d-%d,d%d@x.example,\n" % (n, n) for n in range(3))
        import_customers(project, CUSTOMERS + more)

        def wait(seconds: float) -> None:
            server.script = {}

        report = send(workplace(project), "privacy", TWO, silent, said.append, wait)
    assert (report.accepted, report.later, report.in_doubt) == (3, 0, 3)
    assert any("3 letters in a row failed" in line for line in said)


def test_killed_between_the_end_of_a_letter_and_its_reply(tmp_path: Path) -> None:
    script = (
        "import datetime as dt, sys; from pathlib import Path\n"
        "from publisher.actions.send import send; from publisher.edges.project import Project\n"
        "from publisher.actions.workplace import Workplace\n"
        "from publisher.releases.release import Number\n"
        "now = lambda: dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)\n"
        "send(Workplace(Project(Path(sys.argv[1])), now), 'privacy', Number(2), lambda *_: None)\n"
    )
    with scripted({"dot": HANG}) as server:
        project = told(tmp_path, port=server.port)
        environment = {**os.environ, "PUBLISHER_TOKEN_KEY": KEY}
        with subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], env=environment
        ) as sender:
            assert server.at_the_dot.wait(30)
            with pytest.raises(SendError, match="another run is sending"):
                send_letters(project)
            sender.send_signal(signal.SIGKILL)
        assert letter_states(project) == {"c-1": "in doubt", "c-2": "to do", "c-3": "to do"}
        server.script = {}
        assert send_letters(project) == SendingReport(2, 0, 0, 0)
        assert send_letters(project) == SendingReport(0, 0, 0, 0)
        recipients = [
            read_message(letter)["To"].addresses[0].addr_spec for letter in server.letters
        ]
    assert recipients == ["anna@customer.example", "ben@customer.example", "cleo@other.example"]


# ── by the command line ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[tuple[House, Mailbox]]:
    with told_house(tmp_path) as found:
        yield found


def test_each_customer_gets_one_letter_of_their_own(sent: tuple[House, Mailbox]) -> None:
    house, box = sent
    assert sorted(box.told) == ["ann@example.com", "bob@example.com"]
    house.ok("send", "2", "--confirm")
    assert len(box.messages) == 2
    ann, bob = box.to("ann@example.com")[0], box.to("bob@example.com")[0]
    assert ann["Reply-To"] != bob["Reply-To"]
    assert ann["Message-ID"] != bob["Message-ID"]
    assert "Dear Ann Ä," in body(ann)
    assert "Dear customer," in body(bob)
    for letter in (ann, bob):
        token = re.search(r"opt-out/\?token=(\S+)", body(letter))
        assert token is not None
        assert token[1] in str(letter["Reply-To"])
        assert token[1] in body(letter, "html")
        assert "/privacy/2/changes/" in body(letter)
        assert "Longer keys protect your data better." in body(letter)
        assert letter["List-Unsubscribe"] is None
        assert letter.get_all("Auto-Submitted") == ["auto-generated"]
    assert "accepted" in house.ok("status")


def test_a_letter_too_late_to_send_names_the_remedy(sent: tuple[House, Mailbox]) -> None:
    house, _ = sent
    (house.root.parent / "more.csv").write_text("customer,address\nc3,eve@example.com\n")
    house.ok("recipients", "import", str(house.root.parent / "more.csv"))
    late = dt.datetime.now(dt.UTC) + dt.timedelta(days=40)
    result = house.run("send", "2", "--confirm", at=late)
    assert result.exit_code == 2
    assert "freeze --correction --effective" in result.output


def test_a_postponement_tells_everybody_again_and_moves_the_window(
    sent: tuple[House, Mailbox],
) -> None:
    house, box = sent
    house.ok("freeze", "--effective", later(90), "--correction")
    assert "2.1" in house.run("send", "2").output
    house.ok("send", "2.1", "--confirm")
    assert len(box.messages) == 4
    assert "now applies from" in str(box.to("bob@example.com")[-1]["Subject"])


def test_who_is_removed_while_letters_go_out_gets_none(project: Project) -> None:
    """The page that a run has read may be older than the removal."""

    def removing(what: str, done: int, total: int) -> None:
        if done == 1 and ledger_of(project).customer("c-3"):
            ledger_of(project).take_off([(1, "c-3")], "list", NOW)

    report = send(workplace(project), "privacy", TWO, removing)
    assert report.accepted == 2
    assert len(spooled(project)) == 2


def test_the_plan_is_told_once_before_the_first_letter(project: Project) -> None:
    lines: list[str] = []

    def never(what: str, done: int, total: int) -> None:
        assert any("to tell  3 of 3" in line for line in lines)

    send(workplace(project), "privacy", TWO, never, lines.append)
    assert sum("to tell" in line for line in lines) == 1


def test_letters_are_read_page_by_page(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.edges.ledger.dues._PAGE", 2)
    assert send_letters(project).accepted == 3
    assert set(letter_states(project).values()) == {"accepted"}


def test_a_letter_goes_to_the_address_of_its_moment(tmp_path: Path) -> None:
    class Correcting(Keeps):
        """Relays take time, in which people correct what they read in a bounce."""

        async def handle_RCPT(self, *about: Any) -> str:
            address, *_ = about[3:]
            if address == "cleo@other.example":
                import_customers(project, b"customer,address\nc-3,cleo@new.example\n")
            if address == "ben@second.example":
                import_customers(project, b"customer,address\nc-2,ben@third.example\n")
                return "550 5.1.1 no such user"
            return await super().handle_RCPT(*about)

    def progress(_: str, done: int, __: int) -> None:
        if done == 1:  # the page with all of them was read
            import_customers(project, b"customer,address\nc-2,ben@second.example\n")

    keeps = Correcting()
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        report = send(workplace(project), "privacy", TWO, progress)
    assert report == SendingReport(3, 0, 0, 0)
    assert sorted(keeps.told) == ["anna@customer.example", "ben@third.example", "cleo@new.example"]
    for (address, data), recipient in zip(sorted(keeps.letters), (1, 2, 3), strict=True):
        assert address in str(read_message(data)["To"])
        one = ledger_of(project).delivery("privacy", TWO, recipient)
        assert one is not None
        assert (one.state, one.address) == (DeliveryState.ACCEPTED, address)
