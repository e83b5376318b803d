"""The letter about a release as one recipient gets it: `publisher notice`."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from pypdf import PdfReader

from publisher.actions import silent
from publisher.actions.notice import NoticeLook, notice
from publisher.actions.send import send
from publisher.answers.reply_address import token_in
from publisher.answers.token import is_signed, parse_token
from publisher.edges.project import Project
from publisher.errors import NotFoundError, SendError
from publisher.letters.message import LetterForm
from publisher.people.deliveries import DeliveryState
from publisher.people.recipients import SAMPLE
from publisher.releases.number import Number
from tests.fixtures.house import KEY, House
from tests.fixtures.houses import (
    NOW,
    SPRING,
    TWO,
    amend_again,
    import_customers,
    letter_for,
    make,
    postpone,
    reseal,
    send_letters,
    spooled,
    workplace,
)
from tests.fixtures.letters import read_message
from tests.fixtures.mailbox import Mailbox, told_house
from tests.fixtures.workplaces import archive_of, ledger_of


def test_the_letter_of_a_customer_has_that_customers_own_links(project: Project) -> None:
    letter = letter_for(project, "c-2")
    message = read_message(letter.data)
    assert message["To"] == '"Ben <b>Example</b>" <ben@customer.example>'
    assert message.get_all("Auto-Submitted") == ["auto-generated"]
    token = token_in(str(message["Reply-To"]), "opt-out@hosting.example")
    parsed = parse_token(token)
    assert is_signed([KEY.encode()], parsed, "c-2")
    capability = parsed.capability
    assert (capability.policy, capability.number, capability.recipient) == ("privacy", TWO, 2)
    link = f"http://127.0.0.1:8000/privacy/2/opt-out/?token={token}"
    assert link in letter.part("text/plain")
    assert f'href="{link}"' in letter.part("text/html")
    assert "Dear Ben <b>Example</b>," in letter.part("text/plain")
    assert "Dear Ben &lt;b&gt;Example&lt;/b&gt;," in letter.part("text/html")


def test_the_letter_of_a_sample_leads_nowhere(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    message = read_message(letter_for(project, None).data)
    token = token_in(str(message["Reply-To"]), "opt-out@hosting.example")
    assert not is_signed([KEY.encode()], parse_token(token), SAMPLE.customer)


@pytest.mark.parametrize("form", list(LetterForm))
def test_a_sample_needs_no_ledger(tmp_path: Path, form: LetterForm) -> None:
    project = make(tmp_path)
    assert notice(workplace(project), "privacy", TWO, None, NoticeLook(form))
    assert not list(project.private.glob("ledger*"))


def test_the_same_letter_has_the_same_bytes(project: Project) -> None:
    one, two = (letter_for(project, "c-1") for _ in range(2))
    assert one == two
    assert letter_for(project, "c-3").id != one.id


def test_a_stranger_has_no_letter(project: Project) -> None:
    with pytest.raises(NotFoundError, match="`c-9`"):
        letter_for(project, "c-9")


def test_the_text_travels_with_the_letter_where_the_profile_says_so(tmp_path: Path) -> None:
    project = make(tmp_path, profile="p2b")
    message = read_message(letter_for(project, None).data)
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "privacy-2.pdf"
    frozen = project.versions / "privacy/2/policy.pdf"
    assert attached.get_content() == frozen.read_bytes()
    frozen.unlink()
    reseal(frozen.parent)
    with pytest.raises(SendError, match=r"no policy\.pdf"):
        letter_for(project, None)


THREE = Number(3)


SITE = "http://127.0.0.1:8000/privacy"


def settle(project: Project, customer: str, state: DeliveryState, number: Number = TWO) -> None:
    """Says what became of the letter to a customer."""
    ledger = ledger_of(project)
    recipient = ledger.customer(customer)
    assert recipient is not None
    (one,) = [
        d
        for d in ledger.deliveries("privacy", number.major)
        if d.recipient == recipient.number and d.release == str(number)
    ]
    ledger.settle(one, state, "550 5.1.1 no such user", NOW, was=one.state)


def since(project: Project, customer: str | None, number: Number) -> str:
    """Where the letter to a customer leads, in all its parts."""
    letter = letter_for(project, customer, number)
    link = re.search(r"See what changes\s+(http\S+)\s", letter.part("text/plain"))
    assert link is not None
    assert f'href="{escape(link[1])}"' in letter.part("text/html")
    return link[1]


def test_each_customer_sees_what_changed_since_the_last_letter(project: Project) -> None:
    for customer in ("c-1", "c-2", None):
        assert since(project, customer, TWO) == f"{SITE}/2/changes/"
    send_letters(project)
    settle(project, "c-2", DeliveryState.REFUSED)
    settle(project, "c-3", DeliveryState.IN_DOUBT)
    import_customers(project, b"customer,address\nc-4,dan@x.example\n")
    amend_again(project)
    assert since(project, "c-1", THREE) == f"{SITE}/3/changes/"
    assert since(project, "c-2", THREE) == f"{SITE}/compare/?from=1&to=3"
    assert since(project, "c-3", THREE) == f"{SITE}/compare/?from=1&to=3"
    assert since(project, "c-4", THREE) == f"{SITE}/3/changes/"  # version 2 is all they know
    assert since(project, None, THREE) == f"{SITE}/3/changes/"
    # Looking back, nothing has changed.
    assert since(project, "c-2", TWO) == f"{SITE}/2/changes/"


def test_what_is_sent_leads_where_the_preview_led(project: Project) -> None:
    send_letters(project)
    settle(project, "c-2", DeliveryState.BOUNCED)
    amend_again(project)
    expected = {c: since(project, c, THREE) for c in ("c-1", "c-2")}
    assert expected["c-1"] != expected["c-2"]
    send(workplace(project, SPRING), "privacy", THREE, silent)
    letters = {
        read_message(data)["To"].addresses[0].addr_spec: data
        for data in spooled(project)
        if "version 3" in read_message(data)["Subject"]
    }
    for customer, address in (("c-1", "anna@customer.example"), ("c-2", "ben@customer.example")):
        body = read_message(letters[address]).get_body(("plain",))
        assert body is not None
        assert expected[customer] in body.get_content()


def test_who_missed_a_letter_and_got_the_next_one_is_up_to_date(project: Project) -> None:
    send_letters(project)
    settle(project, "c-2", DeliveryState.REFUSED)
    postpone(project, dt.date(2027, 4, 1))
    # Who was told of version 2 is told another day, and shown what version 2 changes.
    assert since(project, "c-1", Number(2, 1)) == f"{SITE}/2/changes/"
    assert since(project, "c-2", Number(2, 1)) == f"{SITE}/compare/?from=1&to=2.1"
    send_letters(project, Number(2, 1))
    amend_again(project)
    assert since(project, "c-2", THREE) == f"{SITE}/3/changes/"


def test_the_pdf_of_a_letter_leads_there_too(project: Project) -> None:
    send_letters(project)
    settle(project, "c-2", DeliveryState.REFUSED)
    amend_again(project)
    data = notice(workplace(project), "privacy", THREE, "c-2", NoticeLook(LetterForm.PDF))
    links = {
        str(annotation["/A"]["/URI"])
        for page in PdfReader(io.BytesIO(data)).pages
        for annotation in (a.get_object() for a in page.get("/Annots") or [])
        if "/URI" in annotation.get("/A", {})
    }
    assert f"{SITE}/compare/?from=1&to=3" in links


def test_a_letter_frozen_before_there_was_such_a_link_goes_as_it_is(project: Project) -> None:
    second = archive_of(project).release("privacy", TWO)
    text = second.notice.replace("[See what changes]({{changes_link}})\n\n", "")
    assert text != second.notice
    folder = project.versions / "privacy/2"
    (folder / "notice.md").write_text(text)
    reseal(folder)
    letter = letter_for(project, "c-1")
    assert "See what changes" not in letter.part("text/plain")
    assert "{{" not in letter.part("text/plain")


# ── by the command line ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[tuple[House, Mailbox]]:
    with told_house(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    ("form", "start"),
    [("eml", b"From: "), ("html", b"<!DOCTYPE"), ("text", b"Pri"), ("pdf", b"%PDF")],
)
def test_the_letter_in_every_form(
    sent: tuple[House, Mailbox], tmp_path: Path, form: str, start: bytes
) -> None:
    house, _ = sent
    target = tmp_path / "letter"
    house.ok("notice", "2", "--as", "c1", "--format", form, "-o", str(target))
    assert target.read_bytes().startswith(start)
