"""What applies to a customer, as the customer reads it: versions, letters, what they declared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.applies import AmendmentFacts, AppliesTo, Ground
from publisher.answers.declarations import current_declaration, declarations
from publisher.answers.declared_words import declared_words
from publisher.answers.opt_out_form import masked
from publisher.answers.request_form import LETTER_FIELD
from publisher.answers.request_words import asked_for
from publisher.answers.token import without_tokens
from publisher.markup.elements import NOTHING
from publisher.people.deliveries import DeliveryState
from publisher.people.handling import Handling, HandlingState
from publisher.people.known_customer import LetterFacts
from publisher.people.mailings import MailingState
from publisher.people.recipients import Recipient
from publisher.people.requests import Channel, Request
from publisher.record.event import moment_of
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.releases import Releases, Status
from publisher.wording.dates import day_in
from publisher.wording.words import Words, noop


@dataclass(frozen=True, slots=True)
class PolicyForCustomer:
    """One policy, as it applies to one customer."""

    title: str
    """In the language of the page."""
    at: Addresses
    """As seen from the page."""
    found: AppliesTo
    releases: Releases
    letters: Sequence[LetterFacts] = ()
    """What became of the letters to the customer."""
    declared: Sequence[Request] = ()
    """What they ever declared, in order of receipt."""


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that the page shows of one customer."""

    recipient: Recipient
    policies: Sequence[PolicyForCustomer]
    handlings: Sequence[Handling]
    mailings: MailingState | None
    time_zone: str
    """Of the organisation: its days are those of requests."""
    pass_query: str = ""
    """The query of the page's own address, `t=…`, which its links repeat."""


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
        *(_policy(one, view.pass_query, words) for one in view.policies),
        _requests(view, words),
        _mailings(view.mailings, words),
    ]
    return Markup('<section class="pp-optout pp-applies"{}>\n{}</section>\n').format(
        words.attributes, NOTHING.join(parts)
    )


def _policy(one: PolicyForCustomer, query: str, words: Words) -> Markup:
    lists = [
        _list("", (line for each in one.found.amendments for line in _amendment(each, one, words))),
        _list(words.gettext("What we told you"), _letters(one, query, words)),
        _list(words.gettext("What you declared"), _declared(one, words)),
    ]
    title = Markup("<h2>{}</h2>\n").format(one.title)
    return title + Markup("<p>{}</p>\n").format(_which(one, words)) + NOTHING.join(lists)


def _list(title: str, lines: Iterable[Markup]) -> Markup:
    items = NOTHING.join(Markup("<li>{}</li>\n").format(line) for line in lines)
    head = Markup("<h3>{}</h3>\n").format(title) if title else NOTHING
    return Markup("{}<ul>\n{}</ul>\n").format(head, items) if items else NOTHING


def _which(one: PolicyForCustomer, words: Words) -> Markup:
    """Which version applies, since when, and why."""
    found = one.found
    if found.version is None:
        return words.markup("No version of it that we know applies to you.")
    version = words.gettext("Version {number}", number=str(found.version))
    link = Markup('<a href="{}">{}</a>').format(one.at.release(found.version), version)
    said = words.markup("{version} applies to you.", version=link)
    if found.since:
        said = words.markup(
            "{version} applies to you since {day}.", version=link, day=words.day(found.since)
        )
    why = next((_WHY.get(each.ground) for each in found.amendments if each.binds), None)
    return Markup("{} {}").format(said, words.gettext(why)) if why else said


_WHY = {
    Ground.CAME_WITH: noop("You agreed to it when you became a customer."),
    Ground.BY_DATE: noop("Its date decides, for all customers alike."),
    Ground.TOLD: noop("We told you of it, and no opt-out of yours stands."),
    Ground.STATED: noop(
        "It is on record that customers were told of it, and no opt-out of yours stands."
    ),
    Ground.JOINED: noop("It was in force when you became a customer."),
}
"""Why a version applies to a customer."""


def _amendment(one: AmendmentFacts, policy: PolicyForCustomer, words: Words) -> Iterator[Markup]:
    """What is known of one amendment and the customer, a line each, but for what is listed below:
    what they were told, and what they declared.
    """
    release = one.terms.release
    version = words.gettext("Version {number}", number=str(release.number))
    if one.terms.status.status is Status.RETRACTED:
        yield words.markup(
            "{version} was retracted on {day}.",
            version=version,
            day=words.day(one.terms.status.since),
        )
        return
    if not one.told and release.notice and one.letter is None:
        letter = _called(release.number, policy, words)
        yield words.markup("{version}: no letter to you is on record.", version=letter)
    if one.ground is Ground.UPCOMING and release.effective:
        yield words.markup(
            "Version {version} applies from {day}.",
            version=str(release.number),
            day=words.day(release.effective),
        )
    if not one.binds and one.applies and not one.opted_out:
        yield words.markup(
            "{version} applies to you from {day}.", version=version, day=words.day(one.applies)
        )


def _called(number: Number, policy: PolicyForCustomer, words: Words) -> Markup:
    """The name of a version, which leads to what was said of it to all."""
    release = policy.releases.find(number)
    at, version = policy.at, words.gettext("Version {number}", number=str(number))
    leads = at.notice(number) if release and release.notice else at.release(number)
    return Markup('<a href="{}">{}</a>').format(leads, version)


def _letters(policy: PolicyForCustomer, query: str, words: Words) -> Iterator[Markup]:
    """When the customer was told of each version, the latest first."""
    for one in sorted(policy.letters, key=lambda letter: letter.number, reverse=True):
        release = policy.releases.find(one.number)
        if one.state not in (DeliveryState.ACCEPTED, DeliveryState.OTHERWISE) or release is None:
            continue
        said = words.markup(
            "{version}: we told you on {day}.",
            version=_called(one.number, policy, words),
            day=words.day(release.day_of(moment_of(one.at))),
        )
        if one.state is DeliveryState.ACCEPTED:
            asked = f"?{query}&{LETTER_FIELD}={policy.at.policy}/{one.number}"
            link = words.gettext("Our letter, as we sent it")
            said += Markup(' <a href="{}">{}</a>').format(asked, link)
        yield said


def _declared(policy: PolicyForCustomer, words: Words) -> Iterator[Markup]:
    """What the customer declared, by which way and when, the latest first."""
    own = declarations(policy.declared)
    stands = {current_declaration(r for r in own if r.major == one.major) for one in own}
    for one in reversed(own):
        release = policy.releases.find(Number.parse(one.release) or Number(one.major))
        if one.repeats is not None or release is None:
            continue
        zone = release.conditions.time_zone
        said = declared_words(one, str(release.number), release.day_of(one.received), words)
        way = {
            Channel.FORM: noop("Receipt {receipt}, {moment}, by form"),
            Channel.MAIL: noop("Receipt {receipt}, {moment}, by e-mail"),
        }[one.channel]
        receipt = words.markup(
            way,
            receipt=Markup("<bdi>{}</bdi>").format(one.receipt),
            moment=Markup("<bdi>{}</bdi>").format(words.moment(one.received, zone)),
        )
        counts = f" {words.gettext('This is what stands.')}" if one in stands else ""
        yield Markup('{}.{}<br><span class="pp-small">{}</span>').format(said, counts, receipt)


def sent_letter_region(version: str, text: str, day: dt.date, query: str, words: Words) -> Markup:
    """The region of the page with the text of one letter as it went out, but for its tokens.

    Whoever opens the page may read: a token in the letter would let them declare.

    Args:
        version: what it told of.
        text: of the letter; empty: it is not kept, or was erased.
        day: on which it was sent.
        query: of the page's own address.
        words: of the page.
    """
    title = words.gettext("Our letter about version {version}", version=version)
    back = words.gettext("Back to what applies to you")
    said = words.gettext("We sent this text on {day}.", day=words.day(day))
    shown = without_tokens(text, f"[{words.gettext('personal link left out')}]")
    if shown != text:
        why = words.gettext(
            "Your personal links in it are left out here: with this page one can read, and "
            "declare nothing."
        )
        said = f"{said} {why}"
    letter = Markup('<pre class="pp-sent" dir="auto" tabindex="0">{}</pre>\n').format(shown)
    if not text:
        said, letter = words.gettext("This letter is not kept here any more."), NOTHING
    return Markup(
        '<section class="pp-optout pp-applies" aria-labelledby="pp-form-title"{}>\n'
        '<h2 id="pp-form-title">{}</h2>\n<p>{}</p>\n{}<p><a href="?{}">{}</a></p>\n</section>\n'
    ).format(words.attributes, title, said, letter, query, back)


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
