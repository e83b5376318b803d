"""Opting out by form, and who bears a link."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from base64 import b32encode
from pathlib import Path

import pytest

from publisher.actions.ask_for_link import ask_for_link
from publisher.actions.opt_out_form import opt_out_form
from publisher.actions.optouts import optouts
from publisher.actions.send_receipts import send_receipts
from publisher.actions.tell_error import tell_error
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import FormAddress
from publisher.edges.project import Project
from publisher.errors import TokenError
from publisher.letters.message import message_id
from publisher.people.deliveries import DeliveryState
from publisher.people.due import delivery_due
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    at,
    bearer_of,
    declare,
    posted,
    reply,
    state,
    take,
    words,
)
from tests.fixtures.house import KEY, House
from tests.fixtures.houses import NOW, ONE, TWO, import_customers, letter_for, make, token
from tests.fixtures.workplaces import archive_of, ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


def test_a_token_of_nobody_opens_nothing(project: Project) -> None:
    for bad in ("", "x", token(project, "c-1")[:-1], "privacy_2_0_sample"):
        with pytest.raises(TokenError):
            bearer_of(project, bad)
        assert posted(project, bad).message is FormMessage.BAD_LINK
    with pytest.raises(TokenError):
        declare(project, token(project, "c-1", ONE), OUT, NOW)


BROKEN = [
    ("receipt.en.md", b"{% block change %}{{ earlier[9] }}{% endblock %}"),
    ("receipt.en.md", b"\xff"),
    ("en.po", b'msgid "Your declaration\n'),
    ("en.po", b"\xff"),
    ("en.po", b'msgid "{day}, {time} UTC"\nmsgstr "{hour}"\n'),
]


@pytest.mark.parametrize("each_engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "broken"), BROKEN)
def test_words_of_ones_own_that_break_keep_nobody_from_their_receipt(
    project: Project, name: str, broken: bytes
) -> None:
    folder = project.root / "wording"
    folder.mkdir()
    (folder / name).write_bytes(broken)
    place = f"wording/{name}:1: "
    own, address = token(project, "c-1"), FormAddress("privacy", TWO)
    form = opt_out_form(at(project, NOW), address, own)
    assert "I opt out of version 2" in words(form.html)
    assert form.trouble.startswith(place) is name.endswith(".po")
    assert tell_error(at(project, NOW), 404, "/privacy/9/")
    page = posted(project, own)
    assert page.message is None
    assert "You opted out of version 2" in words(page.html)
    assert page.trouble.startswith(place)
    assert ask_for_link(at(project, NOW), address, "ben@customer.example").message
    run = send_receipts(at(project, NOW))
    assert (run.sent, run.left) == (2, 0)
    assert run.trouble.startswith(place)


@pytest.mark.parametrize("each_engine", ["sqlite"], indirect=True)
def test_a_link_opens_nothing_in_another_ledger(project: Project, tmp_path: Path) -> None:
    """There, the recipient with the same number may be another customer."""
    own = token(project, "c-1")
    (tmp_path / "other").mkdir()
    other = make(tmp_path / "other")
    people = b"customer,address\nc-2,ben@customer.example\nc-1,anna@customer.example\n"
    import_customers(other, people)
    with pytest.raises(TokenError):
        bearer_of(other, own)
    verdict = take(other, reply(project, "I opt out"))
    assert verdict.filed is Filed.UNKNOWN
    assert optouts(at(other), "privacy", TWO) == []


def row_token(project: Project, customer: str) -> str:
    """The token of a letter sent before the customer's id was part of what is signed."""
    recipient = ledger_of(project).customer(customer)
    assert recipient is not None
    body = f"privacy_2_{recipient.number:x}"
    digest = hmac.new(KEY.encode(), b"opt-out " + body.encode(), hashlib.sha256).digest()
    return f"{body}_{b32encode(digest).decode().lower()[:20]}"


def sent(project: Project, customer: str, words: str, state: DeliveryState) -> None:
    """Puts a letter on record whose Message-ID was made from these words."""
    recipient = ledger_of(project).customer(customer)
    assert recipient is not None
    ledger = ledger_of(project)
    one = delivery_due(archive_of(project).release("privacy", TWO), recipient, NOW)
    ledger.mark(one, recipient.address, message_id(words, "hosting.example"), NOW)
    ledger.settle(one, state, "", NOW)


@pytest.mark.parametrize("state", [DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT])
def test_the_link_in_a_letter_already_sent_goes_on_working(
    project: Project, state: DeliveryState
) -> None:
    sent(project, "c-1", "privacy/2 c-1 anna@customer.example", state)
    assert bearer_of(project, row_token(project, "c-1")).recipient.customer == "c-1"
    own = f"opt-out+{row_token(project, 'c-1')}@hosting.example"
    assert take(project, reply(project, "I opt out", to=own)).filed is Filed.OPT_OUT


def test_an_old_link_opens_nothing_where_no_such_letter_was_sent(project: Project) -> None:
    old = row_token(project, "c-1")
    with pytest.raises(TokenError):
        bearer_of(project, old)
    sent(project, "c-2", "privacy/2 c-2 ben@customer.example", DeliveryState.ACCEPTED)
    with pytest.raises(TokenError):
        bearer_of(project, old)
    # A letter that this program sent has a token of its own, so an old one is from elsewhere.
    letter = letter_for(project, "c-1")
    ledger = ledger_of(project)
    anna = ledger.recipient(1)
    assert anna is not None
    one = delivery_due(archive_of(project).release("privacy", TWO), anna, NOW)
    ledger.mark(one, "anna@customer.example", letter.id, NOW)
    ledger.settle(one, DeliveryState.ACCEPTED, "", NOW)
    with pytest.raises(TokenError):
        bearer_of(project, old)


def test_a_declaration_is_about_its_own_release_only(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    assert state(project, "c-2") == ""
    assert optouts(at(project), "privacy", ONE) == []


def test_a_form_that_is_posted_is_answered_with_its_receipt(project: Project) -> None:
    page = posted(project, token(project, "c-1"))
    assert (page.message, page.personal) == (None, True)
    assert "You opted out of version 2" in words(page.html)
    assert "opted out" in House(project.root).ok("optouts", "2", at=NOW)
