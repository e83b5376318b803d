"""What the pages for requests say: their titles, what may be asked for, what went wrong."""

from __future__ import annotations

from enum import StrEnum

from markupsafe import Markup

from publisher.answers.form_messages import FormMessage
from publisher.people.requests import RequestKind
from publisher.policies.organisation import Organisation
from publisher.wording.words import Words, noop


class RequestPage(StrEnum):
    """A page for requests, by the last part of its address."""

    OVERVIEW = ""
    MAILINGS = "mailings"
    PERSONAL_DATA = "personal-data"
    QUESTION = "question"
    APPLIES = "applies"
    """What applies to a customer."""
    CONFIRM = "confirm"
    """Where a link in a mail leads."""


_TITLES = {
    RequestPage.OVERVIEW: noop("What you can ask us for"),
    RequestPage.MAILINGS: noop("Our mailings"),
    RequestPage.PERSONAL_DATA: noop("Your personal data"),
    RequestPage.QUESTION: noop("Ask a question"),
    RequestPage.APPLIES: noop("What applies to you"),
    RequestPage.CONFIRM: noop("Confirm your request"),
}
_LEADS = {
    RequestPage.MAILINGS: noop(
        "Leave our mailings, or join them, at any time. This is no answer to a change of our "
        "policies, and letters about such changes go on coming."
    ),
    RequestPage.PERSONAL_DATA: noop(
        "Have your personal data corrected or erased, ask which we hold, or object to what we do "
        "with them. We answer within a month."
    ),
    RequestPage.QUESTION: noop(
        "Ask about our policies, or about anything else. A person reads it."
    ),
    RequestPage.APPLIES: noop(
        "Which version of our policies applies to you and why, what we told you and when, what you "
        "declared, and how far your requests are."
    ),
    RequestPage.CONFIRM: noop("The link in our mail leads here."),
}
"""What each page is for, in a sentence or two."""
_ASKED_FOR = {
    RequestKind.LEAVE: noop("to send you no more mailings"),
    RequestKind.JOIN: noop("to send you our mailings"),
    RequestKind.END: noop("to end your contract"),
    RequestKind.QUESTION: noop("to answer a question"),
    RequestKind.CORRECT: noop("to correct your personal data"),
    RequestKind.ACCESS: noop("which of your personal data we hold"),
    RequestKind.ERASE: noop("to erase your personal data"),
    RequestKind.OBJECT: noop("to stop using your personal data"),
}
"""What a customer asks for, after “You ask us”."""
OFFERED_KINDS = {
    RequestPage.MAILINGS: (RequestKind.LEAVE, RequestKind.JOIN),
    RequestPage.PERSONAL_DATA: (
        RequestKind.CORRECT,
        RequestKind.ACCESS,
        RequestKind.ERASE,
        RequestKind.OBJECT,
    ),
    RequestPage.QUESTION: (RequestKind.QUESTION,),
}
"""What can be asked for on a page."""


def request_title(page: RequestPage, words: Words) -> str:
    """What a page is called, in a language."""
    return words.gettext(_TITLES[page])


def request_purpose(page: RequestPage, words: Words) -> str:
    """What a page is for, in a sentence or two; empty: its title says it."""
    lead = _LEADS.get(page)
    return words.gettext(lead) if lead else ""


def page_of_kind(kind: RequestKind) -> RequestPage:
    """The page on which something can be asked for."""
    found = (page for page, kinds in OFFERED_KINDS.items() if kind in kinds)
    return next(found, RequestPage.OVERVIEW)


def asked_for(kind: RequestKind, words: Words) -> str:
    """What a request asks for, after “You ask us”, in a language."""
    return words.gettext(_ASKED_FOR[kind])


def write_to(page: RequestPage, organisation: Organisation) -> str:
    """The mail address for what a page is about."""
    ways = organisation.requests
    if ways is None:
        return organisation.reply
    own = {
        RequestPage.MAILINGS: ways.mailings,
        RequestPage.PERSONAL_DATA: ways.personal_data,
    }.get(page, "")
    return own or ways.questions or ways.personal_data or organisation.reply


def request_message(
    message: FormMessage, page: RequestPage, organisation: Organisation, words: Words
) -> Markup:
    """A message in place of a form for requests: what happened, and what to do next.

    Args:
        message: which.
        page: where.
        organisation: whose.
        words: in the reader's language.
    """
    title, body = _SAYS[message]
    address = write_to(page, organisation)
    link = Markup('<a href="mailto:{}"><bdi dir="ltr">{}</bdi></a>').format(address, address)
    return Markup(
        '<section class="pp-optout" aria-labelledby="pp-form-title"{}>\n'
        '<h2 id="pp-form-title">{}</h2>\n<p role="status">{}</p>\n</section>\n'
    ).format(words.attributes, words.gettext(title), words.markup(body, contact=link))


_SAYS = {
    FormMessage.ASKED: (
        noop("Check your mailbox"),
        noop(
            "If this address belongs to a customer we know, we send it a link. Nothing is recorded "
            "before you open that link and confirm. If no mail comes within an hour, try another "
            "address of yours, or write to {contact}."
        ),
    ),
    FormMessage.BAD_LINK: (
        noop("This link does not work"),
        noop(
            "It was cut off or altered, its time is over, or we no longer have the data of its "
            "customer. Nothing was recorded. Ask for another one here, or write to {contact}."
        ),
    ),
    FormMessage.NOT_RECORDED: (
        noop("Your request was not recorded"),
        noop(
            "Our records cannot be written at this moment. Nothing was recorded. Please try again "
            "in a few minutes, or write to {contact}."
        ),
    ),
    FormMessage.NOT_SHOWN: (
        noop("This cannot be shown at the moment"),
        noop(
            "Our records cannot be read. Please try again in a few minutes, or write to {contact}."
        ),
    ),
    FormMessage.NOT_UNDERSTOOD: (
        noop("The form could not be read"),
        noop("Nothing was recorded. Please go back and try again, or write to {contact}."),
    ),
    FormMessage.TOO_LARGE: (
        noop("That was too much for this form"),
        noop("Nothing was recorded. Please go back and try again, or write to {contact}."),
    ),
    FormMessage.TOO_OFTEN: (
        noop("Too many attempts"),
        noop(
            "A link was asked for too often from your network. Nothing was recorded. Please try "
            "again in an hour, or write to {contact}."
        ),
    ),
    FormMessage.CHANGED_TOO_OFTEN: (
        noop("Too many requests in one day"),
        noop(
            "This was asked for so often today that it was not recorded again. Please come back "
            "tomorrow, or write to {contact}."
        ),
    ),
}
"""A heading and a sentence or two, by what happened."""
