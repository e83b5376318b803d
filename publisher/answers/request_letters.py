"""The letters that answer requests which are no declarations about a release."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from publisher.answers.passes import Purpose, new_pass, write_pass
from publisher.answers.personal_links import form_link, personal_token
from publisher.answers.receipts_due import WROTE, language_of_form, wanted_of
from publisher.answers.request_form import PASS_FIELD
from publisher.answers.request_page import RequestAddress, offered_pages
from publisher.answers.request_words import RequestPage, asked_for, page_of_kind, write_to
from publisher.letters.message import Letter
from publisher.letters.request_letter import (
    FormFacts,
    LinkFacts,
    RequestFacts,
    compose_acknowledgement,
    compose_request_link,
    compose_request_receipt,
    request_words,
)
from publisher.letters.stationery import Stationery
from publisher.people.handling import Handling, HandlingState
from publisher.people.recipients import SAMPLE, Recipient
from publisher.people.requests import (
    HANDLED_KINDS,
    MAILING_KINDS,
    Channel,
    Request,
    RequestKind,
    Timing,
)
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from publisher.wording.templates import TemplateName
from publisher.wording.words import Words

_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SAMPLE_KEY = b"the key of samples, which opens nothing"


def pass_link(organisation: Organisation, page: RequestPage, token: str, language: str = "") -> str:
    """The address where a pass is good.

    Args:
        organisation: whose site.
        page: where it leads.
        token: the pass.
        language: of the page; empty: that of the site.
    """
    return f"{organisation.site}{RequestAddress(page, language).path}?{PASS_FIELD}={token}"


def request_letter(
    request: Request,
    handling: Handling | None,
    recipient: Recipient,
    stationery: Stationery,
    key: bytes,
    now: dt.datetime,
) -> Letter:
    """The letter that answers one request: a link that was asked for, or a receipt.

    Args:
        request: what it answers.
        handling: how far it is, if a person handles it.
        recipient, stationery, key: to whom, what it is written with, and what signs its links.
        now: the time, from which its links are good.

    Raises:
        RecipientsError: no letter can be written to this customer.
    """
    name = _template_of(request)
    tags = language_of_form(request), recipient.language, stationery.organisation.language
    words = request_words(name, stationery, *tags)
    if name is TemplateName.ACKNOWLEDGEMENT:
        return acknowledgement_letter(request, (), recipient, stationery, key)
    if name is TemplateName.CONFIRM:
        facts = _link_facts(request, recipient, stationery.organisation, key, now, words)
        return compose_request_link(facts, recipient, stationery, words)
    confirm = ""
    if handling and handling.state is HandlingState.UNCONFIRMED:
        own = new_pass(Purpose.CONFIRM, recipient.number, now, request.id)
        token = write_pass(key, own, recipient.customer, recipient.address)
        page = RequestPage.CONFIRM
        confirm = pass_link(stationery.organisation, page, token, language_of_form(request))
    due = handling.due if handling else None
    said = request_facts(request, due, stationery.organisation, words, confirm)
    return compose_request_receipt(said, recipient, stationery, words)


def acknowledgement_letter(
    request: Request,
    forms: Sequence[Release],
    recipient: Recipient,
    stationery: Stationery,
    key: bytes,
) -> Letter:
    """The answer to a mail that waits for a person.

    Args:
        request: that it came.
        forms: the releases to whose forms it leads, each by the customer's own link.
        recipient, stationery, key: to whom, what it is written with, and what signs its links.

    Raises:
        RecipientsError: no letter can be written to this customer.
    """
    organisation = stationery.organisation
    tags = language_of_form(request), recipient.language, organisation.language
    words = request_words(TemplateName.ACKNOWLEDGEMENT, stationery, *tags)
    contact = write_to(RequestPage.OVERVIEW, organisation)
    own = [_form_facts(each, recipient, organisation, key, words.language) for each in forms]
    return compose_acknowledgement(request, contact, own, recipient, stationery, words)


def _form_facts(
    release: Release, recipient: Recipient, organisation: Organisation, key: bytes, language: str
) -> FormFacts:
    """The form of a release, by the link that is the customer's own."""
    facts, token = release.policy.facts, personal_token(key, release, recipient)
    translated = facts.translations.get(language)
    link = form_link(release, organisation, token, language)
    return FormFacts(translated.title if translated else facts.title, str(release.number), link)


def request_facts(
    request: Request,
    due: dt.date | None,
    organisation: Organisation,
    words: Words,
    confirm_link: str = "",
    *,
    unconfirmed: bool = False,
) -> RequestFacts:
    """What the receipt for a request says, by mail and on the page after the form.

    Args:
        request: what it is for.
        due: by when it is answered; None: no day is set.
        organisation: who was asked.
        words: of its language.
        confirm_link: where it is confirmed; empty: it is confirmed, or by a mail.
        unconfirmed: whether it waits to be confirmed.
    """
    view = ""
    if RequestPage.APPLIES in offered_pages(organisation.requests):
        at = RequestAddress(RequestPage.APPLIES, language_of_form(request))
        view = f"{organisation.site}{at.path}"
    wrote = str(json.loads(request.evidence or "{}").get(WROTE, ""))
    contact = write_to(page_of_kind(request.kind), organisation)
    asked = asked_for(request.kind, words)
    waits = unconfirmed or bool(confirm_link)
    return RequestFacts(request, asked, wrote, due, contact, confirm_link, view, waits)


def sample_request_letter(like: Request, recipient: Recipient, stationery: Stationery) -> bytes:
    """The letter of the sample customer, against which one that answers a request is kept.

    Args:
        like: the request that is answered: of its kind, in its language, without its words.
        recipient: its customer, whose language counts where the form had none.
        stationery: what it is written with.
    """
    language = language_of_form(like) or recipient.language
    evidence = json.dumps({"language": language, "wants": _wants(like)})
    request = Request(
        0,
        like.kind,
        "",
        "",
        0,
        SAMPLE.number,
        _LONG_AGO,
        Timing.IN_TIME,
        Channel.FORM,
        evidence,
        None,
    )
    return request_letter(request, None, SAMPLE, stationery, _SAMPLE_KEY, _LONG_AGO).data


def _wants(request: Request) -> str:
    return str(json.loads(request.evidence or "{}").get("wants", ""))


def _template_of(request: Request) -> TemplateName:
    if request.kind is RequestKind.WRITE:
        return TemplateName.ACKNOWLEDGEMENT
    asks = request.kind not in HANDLED_KINDS | MAILING_KINDS
    return TemplateName.CONFIRM if asks else TemplateName.REQUEST


def _link_facts(
    asked: Request,
    recipient: Recipient,
    organisation: Organisation,
    key: bytes,
    now: dt.datetime,
    words: Words,
) -> LinkFacts:
    """What a mail with a link says, and the link: to confirm something, or to see what applies."""
    kind, _ = wanted_of(asked)
    purpose = Purpose.CONFIRM if kind else Purpose.VIEW
    page = RequestPage.CONFIRM if kind else RequestPage.APPLIES
    own = new_pass(purpose, recipient.number, now, asked.id)
    token = write_pass(key, own, recipient.customer, recipient.address)
    link = pass_link(organisation, page, token, language_of_form(asked))
    said = asked_for(kind, words) if kind else ""
    assert own.until is not None
    return LinkFacts(said, link, own.until, asked.received, asked.id)
