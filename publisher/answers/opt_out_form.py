"""The opt-out form of a release: for a visitor without a link, and for one customer, as HTML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.bearer import Bearer
from publisher.answers.declarations import current_declaration, last_late
from publisher.markup.elements import NOTHING
from publisher.people.requests import Request, RequestKind, Timing
from publisher.policies.addresses import LONGEST_ADDRESS
from publisher.policies.dates import long_date
from publisher.releases.release import Release

ANSWER = "pp-answer"
"""The anchor of what the receiver shows, so that a phone shows it without scrolling."""
ADDRESS_FIELD, TOKEN_FIELD, ACTION_FIELD = "address", "token", "action"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a customer has declared about a release, as the form shows it."""

    kind: RequestKind
    timing: Timing
    received: dt.datetime
    receipt: str


@dataclass(frozen=True, slots=True)
class FormState:
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


def form_state(bearer: Bearer, requests: Sequence[Request], now: dt.datetime) -> FormState:
    """What the personal form of a customer shows now.

    Args:
        bearer: the customer.
        requests: all that this customer declared about the release and its corrections.
        now: the time.
    """
    return FormState(
        bearer.token.text if bearer.token else "",
        masked(bearer.recipient.address),
        bearer.timing(now),
        _declared(current_declaration(requests)),
        _declared(last_late(requests)),
    )


def _declared(request: Request | None) -> Declared | None:
    if request is None:
        return None
    return Declared(request.kind, request.timing, request.received, request.receipt)


def masked(address: str) -> str:
    """An e-mail address that its owner recognises and nobody else learns: `c•••@e•••.com`; empty:
    nobody knows one, for it was erased.
    """
    if not address:
        return ""
    local, _, domain = address.partition("@")
    host, _, top = domain.rpartition(".")
    return f"{local[:1]}•••@{host[:1]}•••.{top}"


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


def personal_form(release: Release, state: FormState) -> Markup:
    """The form of one customer: what stands, and the button that changes it.

    Args:
        release: the release whose window and dates hold now.
        state: the customer's state.
    """
    version = _version(release)
    last = state.late if state.late and state.timing is Timing.LATE else state.declared
    out = last is not None and last.kind is RequestKind.OPT_OUT
    action = RequestKind.WITHDRAW if out else RequestKind.OPT_OUT
    verb = f"I withdraw my opt-out of {version}" if out else f"I opt out of {version}"
    parts = [_standing(release, state.declared), _standing(release, state.late)]
    if state.declared and state.late:
        parts.append(Markup("<p>What you declared in time stands.</p>\n"))
    belongs = Markup("<p>This form belongs to the customer with the address {}.</p>\n")
    parts += [_window(release, state)]
    if state.address:
        parts.append(belongs.format(state.address))
    fields = NOTHING.join(
        Markup('<input type="hidden" name="{}" value="{}">\n').format(name, value)
        for name, value in ((TOKEN_FIELD, state.token), (ACTION_FIELD, action.value))
    )
    return _form("Your declaration", NOTHING.join(parts) + fields, verb)


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


def _window(release: Release, state: FormState) -> Markup:
    closes = long_date(release.closes, release.policy.facts.language)
    if state.timing is Timing.IN_TIME:
        can = "change this" if state.declared else "opt out, and take it back,"
        return Markup("<p>You can {} until the end of {} (UTC).</p>\n").format(can, closes)
    return Markup(
        "<p><strong>The last day was {} (UTC).</strong> You can still declare something "
        "here: it is kept and marked as late, and we will tell you what follows from it.</p>\n"
    ).format(closes)
