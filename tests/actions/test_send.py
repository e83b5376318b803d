"""The plan and the sending of a notice: `publisher send`."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from publisher.actions import silent
from publisher.actions.plan_sending import plan_sending
from publisher.actions.resolve import resolve
from publisher.actions.send import send
from publisher.actions.send_test import send_test
from publisher.answers.reply_address import token_in
from publisher.answers.token import is_signed, parse_token
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, NotFoundError, RecipientsError, SendError
from publisher.letters.sending import SendingReport
from publisher.people.deliveries import DeliveryState
from publisher.people.recipients import SAMPLE
from publisher.people.resolution import Resolution
from publisher.releases.number import Number
from tests.fixtures.house import House, later
from tests.fixtures.houses import (
    CUSTOMERS,
    KEY,
    ONE,
    TWO,
    correct,
    import_customers,
    letter_for,
    make,
    postpone,
    spooled,
    told,
    workplace,
)
from tests.fixtures.mailbox import Mailbox, body, told_house
from tests.fixtures.relays import CLOSE, HANG, Keeps, real, scripted


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return told(tmp_path)


def run(project: Project, number: Number = TWO) -> SendingReport:
    return send(workplace(project), "privacy", number, silent)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def states(project: Project, number: Number = TWO) -> dict[str, str]:
    ledger = ledger_of(project)
    names = {r.number: r.customer for r in ledger.recipients()}
    rows = ledger.deliveries("privacy", number.major)
    return {names[d.recipient]: d.state for d in rows if d.release == str(number)}


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────


def test_the_plan_says_what_a_person_must_see(project: Project) -> None:
    found = plan_sending(workplace(project), "privacy", TWO)
    assert len(found.due.to_tell) == 3
    text = "\n".join(found.lines())
    assert "applies from 1 March 2027, opting out until 28 February 2027" in text
    assert "to tell  3 of 3 recipients" in text
    assert str(project.spool) in text
    assert states(project) == {}


def test_no_letter_for_a_release_without_notice(project: Project) -> None:
    with pytest.raises(SendError, match="it has no notice"):
        plan_sending(workplace(project), "privacy", ONE)
    with pytest.raises(NotFoundError):
        plan_sending(workplace(project), "privacy", Number(7))


def test_no_letter_without_recipients(tmp_path: Path) -> None:
    with pytest.raises(SendError, match="no recipient") as caught:
        plan_sending(workplace(make(tmp_path)), "privacy", TWO)
    assert caught.value.remedy == "publisher recipients import FILE.csv"


def test_no_letter_after_the_notice_period_has_begun_to_run_out(project: Project) -> None:
    last = dt.datetime(2027, 1, 30, 23, 59, tzinfo=dt.UTC)
    plan_sending(workplace(project, last), "privacy", TWO)
    with pytest.raises(SendError) as caught:
        plan_sending(workplace(project, last + dt.timedelta(minutes=1)), "privacy", TWO)
    assert "freeze --correction --effective 2027-03-02" in caught.value.remedy
    with pytest.raises(SendError, match="in force since"):
        plan_sending(workplace(project, dt.datetime(2027, 3, 1, tzinfo=dt.UTC)), "privacy", TWO)


def test_nothing_is_too_late_once_everybody_was_told(project: Project) -> None:
    run(project)
    after = dt.datetime(2027, 4, 1, tzinfo=dt.UTC)
    assert plan_sending(workplace(project, after), "privacy", TWO).due.told == 3


def test_a_postponed_release_is_not_announced_with_its_old_date(project: Project) -> None:
    postpone(project, dt.date(2027, 4, 1))
    with pytest.raises(SendError, match=r"2\.1 has taken the place of 2") as caught:
        plan_sending(workplace(project), "privacy", TWO)
    assert caught.value.remedy == "publisher send 2.1"


def test_a_correction_that_nobody_is_told_of_leaves_the_letter_as_it_is(project: Project) -> None:
    correct(project)
    assert len(plan_sending(workplace(project), "privacy", TWO).due.to_tell) == 3
    with pytest.raises(SendError, match="it has no notice"):
        plan_sending(workplace(project), "privacy", Number(2, 1))


def test_who_was_told_of_a_date_is_told_of_a_later_one_without_a_new_period(
    project: Project,
) -> None:
    run(project)
    postpone(project, dt.date(2027, 3, 8), dt.datetime(2027, 2, 20, tzinfo=dt.UTC))
    later = dt.datetime(2027, 2, 20, tzinfo=dt.UTC)
    assert len(plan_sending(workplace(project, later), "privacy", Number(2, 1)).due.to_tell) == 3
    import_customers(project, b"customer,address\nc-4,dora@x.example\n", later)
    with pytest.raises(SendError, match="1 recipients would be told today"):
        plan_sending(workplace(project, later), "privacy", Number(2, 1))


def test_the_same_date_is_told_once_under_two_numbers(project: Project) -> None:
    run(project)
    postpone(project, dt.date(2027, 3, 1))
    found = plan_sending(workplace(project), "privacy", Number(2, 1)).due
    assert (found.told, len(found.to_tell)) == (3, 0)
    assert run(project, Number(2, 1)).accepted == 0
    assert len(spooled(project)) == 3


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def test_everybody_is_told_once(project: Project) -> None:
    said: list[tuple[str, int, int]] = []
    report = send(workplace(project), "privacy", TWO, lambda *words: said.append(words))
    assert report == SendingReport(3, 0, 0, 0)
    assert said[-1] == ("sending", 3, 3)
    assert set(states(project).values()) == {DeliveryState.ACCEPTED}
    assert run(project) == SendingReport(0, 0, 0, 0)
    assert len(spooled(project)) == 3


def test_without_a_key_nothing_is_begun(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    with pytest.raises(ConfigurationError, match="no key for personal links"):
        run(project)
    assert states(project) == {}
    assert spooled(project) == []


def test_who_comes_later_is_told_by_the_next_run(project: Project) -> None:
    run(project)
    import_customers(project, b"customer,address\nc-4,dora@x.example\n")
    assert run(project).accepted == 1


def test_a_real_relay_gets_every_letter(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        assert run(project) == SendingReport(3, 0, 0, 0)
        assert run(project) == SendingReport(0, 0, 0, 0)
    assert keeps.told == ["anna@customer.example", "ben@customer.example", "cleo@other.example"]
    expected = letter_for(project, "c-1")
    assert keeps.letters[0][1] == expected.data


def test_refused_is_kept_with_the_reply_and_later_is_tried_again(tmp_path: Path) -> None:
    keeps = Keeps(
        {
            "anna@customer.example": "550 5.1.1 no such user",
            "ben@customer.example": "451 4.7.1 greylisted",
        }
    )
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        report = run(project)
        assert (report.accepted, report.refused, report.later, report.unsettled) == (1, 1, 1, 2)
        assert states(project) == {"c-1": "refused", "c-2": "to do", "c-3": "accepted"}
        assert "no such user" in ledger_of(project).deliveries("privacy", 2)[0].reply
        keeps.refusals = {}
        assert run(project) == SendingReport(1, 0, 0, 0)
        resolve(workplace(project), "privacy", TWO, "c-1", Resolution.AGAIN)
        assert run(project) == SendingReport(1, 0, 0, 0)
    assert sorted(keeps.told) == sorted(set(keeps.told))


@pytest.mark.parametrize("does", [CLOSE, "550 5.7.1 blocked"])
def test_a_run_stops_when_nothing_goes_through(tmp_path: Path, does: str) -> None:
    more = b"".join(b"d-%d,d%d@x.example,\n" % (n, n) for n in range(20))
    with scripted({"RCPT": does}) as server:
        project = told(tmp_path, port=server.port)
        import_customers(project, CUSTOMERS + more)
        with pytest.raises(SendError, match="3 letters in a row"):
            run(project)
        assert sum(state == "to do" for state in states(project).values()) >= 20


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
                run(project)
            sender.send_signal(signal.SIGKILL)
        assert states(project) == {"c-1": "in doubt", "c-2": "to do", "c-3": "to do"}
        server.script = {}
        assert run(project) == SendingReport(2, 0, 0, 0)
        assert run(project) == SendingReport(0, 0, 0, 0)
        recipients = [read(letter)["To"].addresses[0].addr_spec for letter in server.letters]
    assert recipients == ["anna@customer.example", "ben@customer.example", "cleo@other.example"]


def test_a_test_letter_is_marked_and_leaves_no_trace(project: Project) -> None:
    send_test(workplace(project), "privacy", TWO, "me@hosting.example")
    (data,) = spooled(project)
    message = read(data)
    assert str(message["Subject"]).startswith("[Test] Privacy Policy: version 2 applies from")
    assert message["To"].addresses[0].addr_spec == "me@hosting.example"
    token = token_in(str(message["Reply-To"]), "opt-out@hosting.example")
    assert not is_signed([KEY.encode()], parse_token(token), SAMPLE.customer)
    assert states(project) == {}
    assert message["Message-ID"] != f"<{letter_for(project, None).id}>"


def test_a_test_letter_that_is_not_taken_is_told(tmp_path: Path) -> None:
    with scripted({"RCPT": "550 no"}) as server:
        project = told(tmp_path, port=server.port)
        with pytest.raises(SendError, match="was not taken: 550 no"):
            send_test(workplace(project), "privacy", TWO, "me@hosting.example")
        with pytest.raises(RecipientsError, match="not an address"):
            send_test(workplace(project), "privacy", TWO, "jösé@hosting.example")


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


def test_a_test_letter_tells_no_customer(sent: tuple[House, Mailbox]) -> None:
    house, box = sent
    house.ok("send", "2", "--test", "me@hosting.example")
    letter = box.to("me@hosting.example")[0]
    assert letter["Subject"].startswith("[Test]")
    assert "2 accepted" in house.ok("status")


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
