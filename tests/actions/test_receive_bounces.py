"""What mail servers send back of a letter: `publisher receive`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from publisher.answers.personal_links import envelope_sender
from publisher.edges.project import SETTINGS_FILE, Project
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.due import delivery_due
from publisher.people.messages import Filed
from publisher.people.resolution import FoundOut, Resolution
from publisher.releases.number import Number
from tests.actions.test_deliveries import listed
from tests.fixtures.answers import at, posted, state, take
from tests.fixtures.bounces import complaint, delayed, exchange, gmail, plain, postfix, vacation
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    import_customers,
    letter_states,
    postpone,
    send_letters,
    token,
    told,
)
from tests.fixtures.relays import Keeps, real
from tests.fixtures.some import some
from tests.fixtures.workplaces import archive_of, ledger_of

BOTH = pytest.mark.usefixtures("each_engine")
BASE = "bounces@hosting.example"
LATER = NOW + dt.timedelta(hours=5)
NAMED = f'opt_out = "opt-out@hosting.example"\nbounces = "{BASE}"'


def with_bounces(project: Project) -> Project:
    """A project whose letters have senders of their own on their envelopes."""
    settings = project.root / SETTINGS_FILE
    text = settings.read_text().replace('opt_out = "opt-out@hosting.example"', NAMED)
    settings.write_text(text)
    return project


@pytest.fixture
def sent(tmp_path: Path) -> Project:
    project = with_bounces(told(tmp_path))
    send_letters(project)
    return project


def back_to(project: Project, customer: str, number: Number = TWO) -> str:
    """The sender on the envelope of the letter to a customer."""
    whom, work = ledger_of(project).customer(customer), at(project)
    assert whom
    release = archive_of(project).release("privacy", number)
    return envelope_sender(work.keys[0], release, whom, work.settings.organisation)


def letter_to(project: Project, customer: str, number: Number = TWO) -> Delivery:
    whom = ledger_of(project).customer(customer)
    assert whom
    found = ledger_of(project).delivery("privacy", number, whom.number)
    assert found
    return found


def kinds(project: Project) -> list[str]:
    with ledger_of(project)._reading() as db:
        return [kind for (kind,) in db.exec_driver_sql("SELECT kind FROM event ORDER BY id")]


@BOTH
def test_a_letter_that_comes_back_is_on_record_as_bounced(tmp_path: Path) -> None:
    relay = Keeps()
    with real(relay) as port:
        project = with_bounces(told(tmp_path, port=port))
        send_letters(project)
    senders = dict(zip(relay.told, relay.senders, strict=True))
    assert senders == {
        f"{name}.example": back_to(project, customer)
        for customer, name in (
            ("c-1", "anna@customer"), ("c-2", "ben@customer"), ("c-3", "cleo@other")
        )
    }  # fmt: skip
    assert all(
        b"From: Example Hosting <notices@hosting.example>" in one for _, one in relay.letters
    )
    verdict = take(project, postfix(senders["ben@customer.example"]), now=LATER)
    assert (verdict.filed, verdict.reason) == (
        Filed.AUTOMATIC, "privacy/2: the letter came back (5.1.1)",
    )  # fmt: skip
    assert letter_states(project) == {"c-1": "accepted", "c-2": "bounced", "c-3": "accepted"}
    (row,) = listed(project, at=LATER)
    assert (row["customer"], row["state"], row["since"]) == (
        "c-2", "bounced", "2027-01-10T14:30:00Z",
    )  # fmt: skip
    assert row["reply"].startswith("550 5.1.1 <ben@customer.example>: Recipient address rejected")
    house = House(project.root)
    assert "1 bounced" in house.ok("status", at=LATER)
    assert "the letter to them is bounced" in house.ok("applies", "c-2", at=LATER)
    # The same report once more, and another one by a server behind the first, say nothing new.
    before = kinds(project).count("bounced")
    for raw in (postfix(back_to(project, "c-2")), gmail(back_to(project, "c-2"))):
        again = take(project, raw, now=LATER)
        assert "it was bounced, which stays" in again.reason
    assert kinds(project).count("bounced") == before == 1
    house.ok("verify", "--ledger", at=LATER)
    proof = tmp_path.parent / f"{tmp_path.name}.evidence.json"
    house.ok("evidence", "c-2", "-o", str(proof), at=LATER)
    house.ok("verify", "--evidence", str(proof), at=LATER)
    assert '"bounced"' in proof.read_text()
    house.ok("recipients", "erase", "c-2", "--confirm", at=LATER)
    house.ok("verify", "--ledger", at=LATER)
    assert "ben@customer.example" not in house.ok("deliveries", "2", "--all", at=LATER)


def test_whatever_is_no_proof_changes_nothing(sent: Project) -> None:
    own, other = back_to(sent, "c-2"), back_to(sent, "c-1")
    personal = token(sent, "c-2")
    forged = own.replace("_2_2_", "_2_1_")
    changed = own.replace("@", "a@")
    person = plain(own, "Ben <ben@customer.example>", "I opt out")
    cases: dict[str, tuple[bytes, Filed]] = {
        "a token of another recipient's number": (postfix(forged), Filed.AUTOMATIC),
        "an altered token": (postfix(changed), Filed.AUTOMATIC),
        "no token": (postfix(BASE), Filed.AUTOMATIC),
        "the token of the personal link": (
            postfix(f"bounces+{personal}@hosting.example"), Filed.AUTOMATIC,
        ),
        "the token of an envelope where opt-outs come": (
            postfix(own.replace("bounces+", "opt-out+")), Filed.UNKNOWN,
        ),
        "delayed": (delayed(own), Filed.AUTOMATIC),
        "away": (vacation(own), Filed.AUTOMATIC),
        "a complaint at its envelope": (complaint(own, own), Filed.AUTOMATIC),
        "a complaint elsewhere": (complaint(BASE, own), Filed.AUTOMATIC),
        "a person": (person.replace(b"Return-Path: <>\n", b""), Filed.UNCLEAR),
        "a person without a token": (
            plain(BASE, "Ben <ben@customer.example>", "I opt out").replace(
                b"Return-Path: <>\n", b""
            ),
            Filed.UNKNOWN,
        ),
        "a daemon that nobody understands": (
            plain(own, "MAILER-DAEMON@mx.example", "I opt out. I opt out."), Filed.UNCLEAR,
        ),
        "several letters": (
            postfix(f"{own}, {other}"), Filed.UNCLEAR,
        ),
    }  # fmt: skip
    for name, (raw, filed) in some(cases.items()):
        assert take(sent, raw).filed is filed, name
        assert set(letter_states(sent).values()) == {"accepted"}, name
        assert not ledger_of(sent).requests("privacy", 2), name
    about = [m for m in ledger_of(sent).messages() if "complaint" in m.reason]
    assert [(m.policy, m.release, m.recipient) for m in about] == [("privacy", "2", 2)] * 2


@BOTH
def test_what_was_known_before_and_what_comes_after(sent: Project) -> None:
    ledger = ledger_of(sent)
    # Delayed first, and then for good; the envelope says whose it is, whatever the header has.
    assert "changes nothing" in take(sent, delayed(back_to(sent, "c-3"))).reason
    hidden = postfix("undisclosed-recipients:;")
    assert "came back" in take(sent, hidden, back_to(sent, "c-3").upper()).reason
    # Somebody opted out by the link in the letter that a copy of came back.
    posted(sent, token(sent, "c-1"))
    take(sent, exchange(back_to(sent, "c-1")))
    assert state(sent) == "opted out"
    assert letter_states(sent) == {"c-1": "bounced", "c-2": "accepted", "c-3": "bounced"}
    # One that is to be sent again is, and to a corrected address: the old one says nothing of it.
    old = back_to(sent, "c-3")
    ledger.resolve(letter_to(sent, "c-3"), FoundOut(Resolution.AGAIN), NOW)
    assert "it was to do, which stays" in take(sent, postfix(old)).reason
    import_customers(sent, b"customer,address,name\nc-3,cleo@new.example,\n")
    send_letters(sent)
    assert take(sent, postfix(old)).filed is Filed.AUTOMATIC
    assert letter_states(sent)["c-3"] == "accepted"
    # A person's word stays.
    take(sent, postfix(back_to(sent, "c-2")))
    said = FoundOut.said(Resolution.OTHERWISE, "Legal", "by phone")
    ledger.resolve(letter_to(sent, "c-2"), said, NOW, NOW)
    assert "it was told otherwise, which stays" in take(sent, postfix(back_to(sent, "c-2"))).reason
    # The next release is another letter.
    postpone(sent, dt.date(2027, 4, 1))
    send_letters(sent, Number(2, 1))
    take(sent, postfix(back_to(sent, "c-1", TWO)))
    assert letter_to(sent, "c-1", Number(2, 1)).state is DeliveryState.ACCEPTED
    take(sent, postfix(back_to(sent, "c-1", Number(2, 1))))
    assert letter_to(sent, "c-1", Number(2, 1)).state is DeliveryState.BOUNCED


@BOTH
@pytest.mark.parametrize("settled", [DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT])
def test_a_letter_may_be_back_before_it_is_known_to_be_accepted(
    tmp_path: Path, settled: DeliveryState
) -> None:
    project = with_bounces(told(tmp_path))
    ledger, due = ledger_of(project), due_letter(project)
    ledger.mark(due, "ben@customer.example", "m@hosting.example", NOW)
    assert "came back" in take(project, postfix(back_to(project, "c-2"))).reason
    ledger.settle(due, settled, "250 ok", LATER)
    assert letter_to(project, "c-2").state is DeliveryState.BOUNCED


def due_letter(project: Project) -> Delivery:
    whom = ledger_of(project).customer("c-2")
    assert whom
    return delivery_due(archive_of(project).release("privacy", TWO), whom, NOW)


def test_without_an_address_for_them_envelopes_are_as_they_were(tmp_path: Path) -> None:
    project = told(tmp_path)
    assert back_to(project, "c-2") == "notices@hosting.example"
    assert take(project, postfix(BASE)).filed is Filed.AUTOMATIC
