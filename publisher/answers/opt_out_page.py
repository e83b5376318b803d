"""The forms of the opt-out page, as HTML.

The page itself, with its heading and the frozen wording, is built with the site. Between two marks
in it stands `public_form`; the receiver puts `personal_form` in its place for the bearer of a link.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.people.requests import RequestKind, Timing
from publisher.policies.dates import long_date
from publisher.releases.release import Release

START, END = Markup("<!-- form -->"), Markup("<!-- /form -->")
"""The marks around the region of the built page that the receiver replaces."""
ANSWER = "pp-answer"
"""The anchor of what the receiver puts there, so that a phone shows it without scrolling."""
ADDRESS_FIELD, TOKEN_FIELD, ACTION_FIELD = "address", "token", "action"
LONGEST_ADDRESS = 254
"""Octets of an address (RFC 5321 §4.5.3.1.3, less the angle brackets)."""


class Said(StrEnum):
    """What the page says in place of its form: a heading."""

    ASKED = "Look into your mailbox"
    BAD_LINK = "This link does not work"
    NOT_RECORDED = "Your declaration was not recorded"
    NOT_UNDERSTOOD = "The form could not be read"
    TOO_LARGE = "That was too much for this form"
    TOO_OFTEN = "Too many attempts"
    CHANGED_TOO_OFTEN = "Too many changes in one day"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a customer has declared about a release, as the form shows it."""

    kind: RequestKind
    timing: Timing
    received: dt.datetime
    receipt: str


@dataclass(frozen=True, slots=True)
class View:
    """What the personal form of one customer shows."""

    token: str
    address: str
    """Masked, so that whoever was forwarded the link does not learn it."""
    timing: Timing
    """That of a declaration made now."""
    declared: Declared | None
    """The declaration that stands; None where none came in time."""
    late: Declared | None
    """The last one that came late."""


def public_form(release: Release) -> Markup:
    """The form for a visitor without a personal link: it asks for that link to be mailed.

    Args:
        release: a release that people may opt out of.
    """
    closes = long_date(release.closes, release.policy.facts.language)
    return _form(
        f"Opt out of {_version(release)} by form",
        Markup(
            '<p id="pp-address-why">Your notice has a link to your own form. If you do not have it '
            "at hand, enter the e-mail address that the notice went to, and we send the link "
            "there. You can opt out until the end of {} (UTC).</p>\n"
            '<div class="pp-field"><label for="pp-address">Your e-mail address</label>\n'
            '<input id="pp-address" name="{}" type="email" autocomplete="email" '
            'maxlength="{}" aria-describedby="pp-address-why" required></div>\n'
        ).format(closes, ADDRESS_FIELD, LONGEST_ADDRESS),
        "Send me the link to my form",
    )


def personal_form(release: Release, view: View) -> Markup:
    """The form of one customer: what stands, and the button that changes it.

    Args:
        release: the release whose window and dates hold now.
        view: the customer's state.
    """
    version = _version(release)
    last = view.late if view.late and view.timing is Timing.LATE else view.declared
    out = last is not None and last.kind is RequestKind.OPT_OUT
    action = RequestKind.WITHDRAW if out else RequestKind.OPT_OUT
    verb = f"I withdraw my opt-out of {version}" if out else f"I opt out of {version}"
    parts = [_standing(release, view.declared), _standing(release, view.late)]
    if view.declared and view.late:
        parts.append(Markup("<p>What you declared in time stands.</p>\n"))
    belongs = Markup("<p>This form belongs to the customer with the address {}.</p>\n")
    parts += [_window(release, view), belongs.format(view.address)]
    fields = NOTHING.join(
        Markup('<input type="hidden" name="{}" value="{}">\n').format(name, value)
        for name, value in ((TOKEN_FIELD, view.token), (ACTION_FIELD, action.value))
    )
    return _form("Your declaration", NOTHING.join(parts) + fields, verb)


_SAID = {
    Said.ASKED: "If this address belongs to a customer we know, we send it a link to the "
    "form, once a day at most. Nothing is recorded before you open that link and confirm. If no "
    "mail comes within an hour, try the address that our notice went to,",
    Said.BAD_LINK: "It was cut off or altered, or it belongs to another version. Nothing was "
    "recorded. Copy the whole link from the notice, reply to the notice with the words “I opt "
    "out”,",
    Said.NOT_RECORDED: "Our records cannot be written at this moment. Nothing was recorded. Please "
    "try again in a few minutes, reply to the notice with the words “I opt out”,",
    Said.NOT_UNDERSTOOD: "Nothing was recorded. Please go back and try again,",
    Said.TOO_LARGE: "Nothing was recorded. Please go back and try again,",
    Said.TOO_OFTEN: "A link was asked for too often from your network. Nothing was recorded. "
    "Please try again in an hour, reply to the notice with the words “I opt out”,",
    Said.CHANGED_TOO_OFTEN: "You opted out and took it back so often today that this was not "
    "recorded. What you declared before it stands. Please come back tomorrow,",
}


def said(release: Release, what: Said) -> Markup:
    """A message in place of the form: what happened, and what to do next."""
    contact = release.policy.facts.contact
    return Markup(
        '<h2>{}</h2>\n<p role="status">{} or write to <a href="mailto:{}">{}</a>.</p>\n'
    ).format(what, _SAID[what], contact, contact)


def _version(release: Release) -> str:
    return f"version {release.number.major}"


def _form(title: str, body: Markup, button: str) -> Markup:
    return Markup(
        '<h2 id="pp-form-title">{}</h2>\n'
        '<form class="pp-form" method="post" action="./#{}" '
        'aria-labelledby="pp-form-title">\n'
        '{}<button class="pp-button md-button md-button--primary" type="submit">'
        "{}</button>\n</form>\n"
    ).format(title, ANSWER, body, button)


def _standing(release: Release, declared: Declared | None) -> Markup:
    version = _version(release)
    if declared is None:
        return NOTHING
    moment = declared.received.astimezone(dt.UTC)
    day = f"{long_date(moment.date(), release.policy.facts.language)}, {moment:%H:%M} UTC"
    late = ""
    if declared.timing is Timing.LATE:
        late = " This came after the last day; it is kept and marked as late."
    said = "opted out of" if declared.kind is RequestKind.OPT_OUT else "withdrew your opt-out of"
    return Markup("<p><strong>You {} {}</strong> on {}. Receipt: {}.{}</p>\n").format(
        said, version, day, declared.receipt, late
    )


def _window(release: Release, view: View) -> Markup:
    closes = long_date(release.closes, release.policy.facts.language)
    if view.timing is Timing.IN_TIME:
        can = "change this" if view.declared else "opt out, and take it back,"
        return Markup("<p>You can {} until the end of {} (UTC).</p>\n").format(can, closes)
    return Markup(
        "<p><strong>The last day was {} (UTC).</strong> You can still declare something "
        "here: it is kept and marked as late, and we will tell you what follows from it.</p>\n"
    ).format(closes)


def masked(address: str) -> str:
    """An e-mail address that its owner recognises and nobody else learns: `c•••@e•••.com`."""
    local, _, domain = address.partition("@")
    host, _, top = domain.rpartition(".")
    return f"{local[:1]}•••@{host[:1]}•••.{top}"
