"""The receipt for a request, in place of the form by which it was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup

from publisher.answers.applies_page import handling_line
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.request_letters import request_facts
from publisher.answers.request_page import RequestAddress, RequestsPage
from publisher.answers.request_words import RequestPage
from publisher.errors import TemplateError
from publisher.letters.request_letter import request_receipt_text, request_words
from publisher.letters.stationery import Stationery
from publisher.markup.html import clauses_html
from publisher.people.handling import FINISHED, Handling, HandlingState
from publisher.people.mailings import MAILING_STATE_AFTER, MailingState
from publisher.people.requests import Request
from publisher.text.parsing import parse
from publisher.wording.dates import day_in
from publisher.wording.templates import TemplateName
from publisher.wording.words import Words, noop


@dataclass(frozen=True, slots=True)
class StandingRequest:
    """A request that is on record, and what has become of it."""

    request: Request
    handling: Handling | None = None
    """How far it is, if a person handles it."""
    mailing: MailingState | None = None
    """What its customer declared last about mailings; None: nothing."""
    changed_at: str = ""
    """Where they declare otherwise: the page for mailings, as seen from the one shown."""

    @property
    def is_past(self) -> bool:
        """Whether the customer chose otherwise since."""
        then = MAILING_STATE_AFTER.get(self.request.kind)
        return then is not None and self.mailing is not then


def showing_receipt(
    page: RequestsPage,
    about: StandingRequest,
    stationery: Callable[[], Stationery],
    without_own: Callable[[], Stationery],
) -> ShownPage:
    """The page with the receipt: what is on record is shown, whatever is wrong with a template.

    Args:
        page: where.
        about: what is on record.
        stationery: gives what receipts are written with.
        without_own: gives the same without the project's own templates.
    """
    there = page.at.root + RequestAddress(RequestPage.MAILINGS, page.at.language).path
    about = replace(about, changed_at=there)
    try:
        return page.showing(request_receipt_region(about, page.language, stationery()))
    except TemplateError as error:
        region = request_receipt_region(about, page.language, without_own())
        return page.showing(region, trouble=f"{error.where}: {error.line}")


def request_receipt_region(about: StandingRequest, language: str, stationery: Stationery) -> Markup:
    """The region of the page: what the mail says that follows; of what is over, what stands now.

    Args:
        about: what is on record.
        language: of the page (BCP 47).
        stationery: what receipts are written with.
    """
    request, handling = about.request, about.handling
    words = request_words(TemplateName.REQUEST, stationery, language)
    zone = stationery.organisation.time_zone
    if about.mailing and about.is_past:
        return _past(about, about.mailing, zone, words)
    if handling and handling.state in FINISHED:
        return Markup('<section class="pp-optout"{}>\n<ul>\n{}</ul>\n</section>\n').format(
            words.attributes, handling_line(handling, zone, words)
        )
    due = handling.due if handling else None
    waits = handling is not None and handling.state is HandlingState.UNCONFIRMED
    facts = request_facts(request, due, stationery.organisation, words, unconfirmed=waits)
    text = request_receipt_text(facts, stationery, words)
    # The page has its heading already, so that of the receipt goes one level down.
    return Markup('<section class="pp-optout pp-receipt"{}>\n{}</section>\n').format(
        words.attributes, clauses_html(parse(f"#{text}"))
    )


def _past(about: StandingRequest, now: MailingState, zone: str, words: Words) -> Markup:
    """What stands about mailings, for whoever opens again a link that was used before."""
    stands = {
        MailingState.LEFT: noop("You get no mailings from us."),
        MailingState.JOINED: noop("You asked for our mailings."),
    }[now]
    said = words.gettext(
        "This link was used on {day}, and you chose otherwise since. It changes nothing more.",
        day=words.day(day_in(about.request.received, zone)),
    )
    change = words.gettext("Change it")
    return Markup(
        '<section class="pp-optout" aria-labelledby="pp-form-title"{}>\n'
        '<h2 id="pp-form-title">{}</h2>\n<p role="status">{}</p>\n'
        '<p><a href="{}">{}</a></p>\n</section>\n'
    ).format(words.attributes, words.gettext(stands), said, about.changed_at, change)
