"""The opt-out form of a release: for a visitor without a link, and for one customer, as HTML.

What matters stands first, so that a phone shows it without scrolling: until when, what applies, and
the button. Small print and ways to go on from here come below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.bearer import Bearer
from publisher.answers.declarations import current_declaration, declarations, last_late
from publisher.answers.form_on_day import FormOnDay
from publisher.answers.form_region import ANSWER
from publisher.answers.form_standing import FormStanding, open_or_closed, standing
from publisher.markup.elements import NOTHING
from publisher.people.requests import Request, RequestKind, Timing
from publisher.policies.addresses import LONGEST_ADDRESS

ADDRESS_FIELD, TOKEN_FIELD, ACTION_FIELD = "address", "token", "action"
WORDS_FIELD = "words"
LONGEST_REQUEST = 4_000
"""Characters that a customer may write into a form."""


@dataclass(frozen=True, slots=True)
class FormState:
    """What the personal form of one customer shows."""

    token: str
    address: str
    """Masked, so that whoever was forwarded the link does not learn it."""
    timing: Timing
    """That of a declaration made now."""
    declared: Request | None
    """The declaration that stands; None where none came in time."""
    late: Request | None
    """The last one that came late, unless what had come in time was said again since."""


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
        current_declaration(requests),
        _late_one(requests),
    )


def _late_one(requests: Sequence[Request]) -> Request | None:
    """The last declaration that came late, unless what had come in time was said again since."""
    late, stands, every = last_late(requests), current_declaration(requests), declarations(requests)
    again = stands is not None and every[-1].repeats == stands.id
    return None if again else late


def masked(address: str) -> str:
    """An e-mail address that its owner recognises and nobody else learns: `c•••@e•••.com`; empty:
    nobody knows one, for it was erased.
    """
    if not address:
        return ""
    local, _, domain = address.partition("@")
    host, _, top = domain.rpartition(".")
    return f"{local[:1]}•••@{host[:1]}•••.{top}"


def public_form(form: FormOnDay) -> Markup:
    """The form for a visitor without a personal link: it asks for that link to be mailed.

    Args:
        form: of a release that people may opt out of, on the day on which it is shown.
    """
    words = form.words
    fields = Markup(
        '<div class="pp-field"><label for="pp-address">{}</label>\n'
        '<input id="pp-address" name="{}" type="email" autocomplete="email" dir="ltr" '
        'maxlength="{}" aria-describedby="pp-address-why" required></div>\n'
    ).format(words.gettext("Your e-mail address"), ADDRESS_FIELD, LONGEST_ADDRESS)
    why = Markup('<p id="pp-address-why" class="pp-small">{}</p>\n').format(
        words.gettext(
            "Our letter has a link to your own form. If you do not have it at hand, enter the "
            "address that the letter went to, and we send the link there."
        )
    )
    button = words.gettext("Send me the link to my form")
    stands = open_or_closed(form)
    return _region(form, stands, fields, button) + (why if stands.offers else NOTHING)


def personal_form(form: FormOnDay, state: FormState) -> Markup:
    """The form of one customer: what stands, and the button that changes it.

    Args:
        form: the form on the day on which it is shown.
        state: the customer's state.
    """
    words, version = form.words, form.version
    stands = standing(form, state.declared, state.late)
    if stands.offers is RequestKind.OPT_OUT:
        button = words.gettext("I opt out of version {version}", version=version)
    else:
        button = words.gettext("I withdraw my opt-out of version {version}", version=version)
    action = stands.offers.value if stands.offers else ""
    fields = NOTHING.join(
        Markup('<input type="hidden" name="{}" value="{}">\n').format(name, value)
        for name, value in ((TOKEN_FIELD, state.token), (ACTION_FIELD, action))
    )
    whose = (
        words.markup(
            "This form belongs to the customer with the address {address}.",
            address=Markup('<bdi dir="ltr">{}</bdi>').format(state.address),
        )
        if state.address
        else words.markup("This form belongs to a customer whose address we no longer have.")
    )
    fields += Markup('<p class="pp-small">{}</p>\n').format(whose)
    return _region(form, stands, fields, button) + _choices(form, state)


_TOKEN_HOLE, _ADDRESS_HOLE = "\0token\0", "\0address\0"
"""No text that is read has a character of this kind."""


@dataclass(frozen=True, slots=True)
class BlankForm:
    """The form of whoever has declared nothing, or the page with it, without what is one customer's
    own.
    """

    html: Markup

    @classmethod
    def of(cls, form: FormOnDay, timing: Timing) -> BlankForm:
        """The one into which a customer's token and address are put.

        Args:
            form: the form on the day on which it is shown.
            timing: that of a declaration made now.
        """
        return cls(personal_form(form, FormState(_TOKEN_HOLE, _ADDRESS_HOLE, timing, None, None)))

    def filled(self, state: FormState) -> Markup:
        """What `personal_form` gives for a customer."""
        return self.html.replace(_TOKEN_HOLE, state.token).replace(_ADDRESS_HOLE, state.address)


def _choices(form: FormOnDay, state: FormState) -> Markup:
    """What else the form offers, as its release was sealed; below all that is about opting out."""
    words, chosen = form.words, form.release.policy.facts.choices
    agreed = state.declared is not None and state.declared.kind is RequestKind.ACCEPT
    parts = []
    if RequestKind.ACCEPT in chosen and not agreed:
        button = words.gettext("I agree to version {version}", version=form.version)
        parts.append(_choice(state, RequestKind.ACCEPT, button, NOTHING))
    if RequestKind.END in chosen:
        said = words.gettext(
            "We record that you end your contract, and confirm it to you. It counts once you "
            "confirm it by the mail that we send to your address."
        )
        button = words.gettext("I end my contract")
        above = Markup("<p>{}</p>\n").format(said)
        parts.append(_choice(state, RequestKind.END, button, above))
    if RequestKind.QUESTION in chosen:
        text = Markup(
            '<div class="pp-field"><label for="pp-words">{}</label>\n<textarea id="pp-words" '
            'name="{}" rows="4" maxlength="{}" dir="auto" required></textarea></div>\n'
        ).format(words.gettext("Your question"), WORDS_FIELD, LONGEST_REQUEST)
        button = words.gettext("Send my question")
        parts.append(_choice(state, RequestKind.QUESTION, button, text))
    if not parts or not state.token:
        return NOTHING
    return Markup('<details class="pp-more"{}><summary>{}</summary>\n{}</details>\n').format(
        words.attributes, words.gettext("Another answer"), NOTHING.join(parts)
    )


def _choice(state: FormState, kind: RequestKind, button: str, above: Markup) -> Markup:
    pairs = ((TOKEN_FIELD, state.token), (ACTION_FIELD, kind.value))
    fields = NOTHING.join(
        Markup('<input type="hidden" name="{}" value="{}">\n').format(*pair) for pair in pairs
    )
    return Markup(
        '<form class="pp-form" method="post" action="./#{}">\n{}{}<p class="pp-buttons">'
        '<button class="pp-button md-button" type="submit">{}</button></p>\n</form>\n'
    ).format(ANSWER, above, fields, button)


def _region(form: FormOnDay, stands: FormStanding, fields: Markup, button: str) -> Markup:
    """What stands, the form with its button if there is anything to declare, and where to go on."""
    beside = Markup('<p class="pp-buttons">{}</p>\n').format(changes_link(form))
    if stands.offers:
        beside = Markup(
            '<form class="pp-form" method="post" action="./#{}" aria-labelledby="pp-form-title">\n'
            '{}<p class="pp-buttons">'
            '<button class="pp-button md-button md-button--primary" type="submit">{}</button>\n'
            "{}</p>\n</form>\n"
        ).format(ANSWER, fields, button, changes_link(form))
    return Markup(
        '<section class="pp-optout" aria-labelledby="pp-form-title"{}>\n'
        '<h2 id="pp-form-title">{}</h2>\n{}{}{}</section>\n'
    ).format(
        form.words.attributes,
        stands.title,
        NOTHING.join(stands.lines),
        beside,
        NOTHING.join(stands.below),
    )


def changes_link(form: FormOnDay) -> Markup:
    """A link to what the version changes, in the language of the form where there is that."""
    first = form.amendment[0]
    said = form.words.gettext("See what changes, word by word")
    address = form.at.changes(first.number)
    if form.language and form.changes_are_translated:
        address = form.at.retranslated(first.number, form.language)
    return Markup('<a class="pp-beside" href="{}">{}</a>').format(address, said)
