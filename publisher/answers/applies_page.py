"""What applies to a customer, as the customer reads it: versions, letters, requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.applies import AmendmentFacts, AppliesTo
from publisher.answers.opt_out_form import masked
from publisher.answers.request_words import asked_for
from publisher.markup.elements import NOTHING
from publisher.people.handling import Handling, HandlingState
from publisher.people.mailings import MailingState
from publisher.people.recipients import Recipient
from publisher.releases.address import Addresses
from publisher.releases.releases import Status
from publisher.wording.dates import day_in
from publisher.wording.words import Words


@dataclass(frozen=True, slots=True)
class PolicyForCustomer:
    """One policy, as it applies to one customer."""

    title: str
    """In the language of the page."""
    at: Addresses
    """As seen from the page."""
    found: AppliesTo


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that the page shows of one customer."""

    recipient: Recipient
    policies: Sequence[PolicyForCustomer]
    handlings: Sequence[Handling]
    mailings: MailingState | None
    time_zone: str
    """Of the organisation: its days are those of requests."""


def applies_region(view: CustomerView, words: Words) -> Markup:
    """The region of the page.

    Args:
        view: what is known of the customer.
        words: of the page.
    """
    address = Markup('<bdi dir="ltr">{}</bdi>').format(masked(view.recipient.address))
    whose = words.markup(
        "For the customer with the address {address}. This page is yours alone, and its link ends "
        "an hour after you asked for it.",
        address=address,
    )
    parts = [
        Markup('<p class="pp-small">{}</p>\n').format(whose),
        *(_policy(one, words) for one in view.policies),
        _requests(view, words),
        _mailings(view.mailings, words),
    ]
    return Markup('<section class="pp-optout pp-applies"{}>\n{}</section>\n').format(
        words.attributes, NOTHING.join(parts)
    )


def _policy(one: PolicyForCustomer, words: Words) -> Markup:
    found = one.found
    title = Markup("<h2>{}</h2>\n").format(one.title)
    if found.version is None:
        said = words.markup("No version of it that we know applies to you.")
        return title + Markup("<p>{}</p>\n").format(said)
    version = words.gettext("Version {number}", number=str(found.version))
    link = Markup('<a href="{}">{}</a>').format(one.at.release(found.version), version)
    said = words.markup("{version} applies to you.", version=link)
    if found.since:
        said = words.markup(
            "{version} applies to you since {day}.", version=link, day=words.day(found.since)
        )
    lines = NOTHING.join(
        Markup("<li>{}</li>\n").format(line)
        for amendment in found.amendments
        for line in _amendment(amendment, one.at, words)
    )
    every = Markup("<ul>\n{}</ul>\n").format(lines) if lines else NOTHING
    return title + Markup("<p>{}</p>\n").format(said) + every


def _amendment(one: AmendmentFacts, at: Addresses, words: Words) -> Iterator[Markup]:
    """What is known of one amendment and the customer, a line each."""
    release = one.terms.release
    version = words.gettext("Version {number}", number=str(release.number))
    if one.terms.status.status is Status.RETRACTED:
        yield words.markup(
            "{version} was retracted on {day}.",
            version=version,
            day=words.day(one.terms.status.since),
        )
        return
    letter = Markup('<a href="{}">{}</a>').format(
        at.notice(release.number) if release.notice else at.release(release.number), version
    )
    if one.told:
        yield words.markup(
            "{version}: we told you on {day}.", version=letter, day=words.day(one.told)
        )
    elif release.notice and one.letter is None:
        yield words.markup("{version}: no letter to you is on record.", version=letter)
    if one.opted_out:
        yield words.markup(
            "{version}: you opted out on {day}.", version=version, day=words.day(one.opted_out)
        )
    if one.late:
        yield words.markup(
            "{version}: you opted out on {day}, after the last day.",
            version=version,
            day=words.day(one.late),
        )
    if not one.binds and one.applies and not one.opted_out:
        yield words.markup(
            "{version} applies to you from {day}.", version=version, day=words.day(one.applies)
        )


def _requests(view: CustomerView, words: Words) -> Markup:
    if not view.handlings:
        return NOTHING
    rows = NOTHING.join(handling_line(one, view.time_zone, words) for one in view.handlings)
    title = words.gettext("What you asked for")
    return Markup("<h2>{}</h2>\n<ul>\n{}</ul>\n").format(title, rows)


def handling_line(one: Handling, zone: str, words: Words) -> Markup:
    """What was asked for and how far it is, an item of a list.

    Args:
        one: the request.
        zone: the organisation's time zone, in whose days this is said.
        words: of the page.
    """
    request = one.request
    day = words.day(day_in(request.received, zone))
    head = words.gettext(
        "On {day} you asked us {what} (receipt {number}).",
        day=day,
        what=asked_for(request.kind, words),
        number=request.receipt,
    )
    since = words.day(day_in(one.at, zone))
    said = {
        HandlingState.UNCONFIRMED: words.gettext("You have not confirmed it yet."),
        HandlingState.OPEN: words.gettext("A person sees to it."),
        HandlingState.DONE: words.gettext("Done on {day}.", day=since),
        HandlingState.DECLINED: words.gettext("Declined on {day}.", day=since),
    }[one.state]
    if one.state is HandlingState.OPEN and one.due:
        said = words.gettext(
            "A person sees to it. You get an answer by {day}.", day=words.day(one.due)
        )
    told = Markup('<br><q dir="auto">{}</q>').format(one.words) if one.words else NOTHING
    return Markup("<li>{} {}{}</li>\n").format(head, said, told)


def _mailings(state: MailingState | None, words: Words) -> Markup:
    if state is None:
        return NOTHING
    said = {
        MailingState.LEFT: words.gettext("You get no mailings from us."),
        MailingState.JOINED: words.gettext("You asked for our mailings."),
    }[state]
    return Markup("<h2>{}</h2>\n<p>{}</p>\n").format(words.gettext("Our mailings"), said)
