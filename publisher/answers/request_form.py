"""The forms for requests, as HTML: for everybody, and for the bearer of a pass."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from publisher.answers.confirming import Confirmable
from publisher.answers.form_region import ANSWER
from publisher.answers.opt_out_form import (
    ACTION_FIELD,
    ADDRESS_FIELD,
    LONGEST_REQUEST,
    WORDS_FIELD,
    masked,
)
from publisher.answers.request_words import (
    OFFERED_KINDS,
    RequestPage,
    asked_for,
    request_purpose,
    write_to,
)
from publisher.markup.elements import NOTHING
from publisher.people.mailings import MailingState
from publisher.people.recipients import Recipient
from publisher.people.requests import RequestKind
from publisher.policies.addresses import LONGEST_ADDRESS
from publisher.policies.organisation import Organisation
from publisher.wording.words import Words

PASS_FIELD = "t"  # noqa: S105 - the name of a field
LETTER_FIELD = "letter"
"""In the query of what applies: the letter that is wanted, `privacy/2`."""
ONE_CLICK_FIELD, ONE_CLICK = "List-Unsubscribe", "One-Click"
"""What a mail program posts for its user (RFC 8058 §3.1)."""


def public_request_form(page: RequestPage, organisation: Organisation, words: Words) -> Markup:
    """The form of a page for everybody: it asks for a link to be mailed. Nothing is asked for by it
    but that.

    Args:
        page: which.
        organisation: whose.
        words: of the page.
    """
    kinds = OFFERED_KINDS.get(page, ())
    if not kinds and page is not RequestPage.APPLIES:
        return NOTHING
    asks = kinds == (RequestKind.QUESTION,)
    text = _text(words, required=asks) if _has_text(kinds) else NOTHING
    fields = [_choice(kinds, words), text, _address(words)]
    why = words.gettext("We send a link there. Nothing is recorded before you open it and confirm.")
    button = words.gettext("Send me the link")
    address = write_to(page, organisation)
    mail = Markup('<a href="mailto:{}"><bdi dir="ltr">{}</bdi></a>').format(address, address)
    by_mail = words.markup("Or write to {mail}, from the address that we know.", mail=mail)
    return _section(
        words,
        words.gettext("By a link to your address"),
        _form(NOTHING.join(fields), button, words)
        + Markup('<p class="pp-small">{}</p>\n').format(why)
        + (Markup('<p class="pp-small">{}</p>\n').format(by_mail) if kinds else NOTHING),
    )


def mailings_form(
    token: str, recipient: Recipient, state: MailingState | None, words: Words
) -> Markup:
    """The form of one customer about mailings: what holds, and the buttons that change it.

    Args:
        token: the pass of its bearer.
        recipient: the customer.
        state: what they declared last; None: nothing.
        words: of the page.
    """
    said = {
        MailingState.LEFT: words.gettext("You get no mailings from us."),
        MailingState.JOINED: words.gettext("You asked for our mailings."),
        None: words.gettext("You have asked for nothing about our mailings yet."),
    }[state]
    offers = {
        RequestKind.LEAVE: words.gettext("Send me no more mailings"),
        RequestKind.JOIN: words.gettext("Send me your mailings"),
    }
    gone = {MailingState.LEFT: RequestKind.LEAVE, MailingState.JOINED: RequestKind.JOIN}
    forms = [
        _form(_hidden(token, kind), button, words, primary=kind is RequestKind.LEAVE)
        for kind, button in offers.items()
        if state is None or gone[state] is not kind
    ]
    return _section(words, said, NOTHING.join(forms) + _whose(recipient, words))


def confirm_form(token: str, recipient: Recipient, found: Confirmable, words: Words) -> Markup:
    """The form that confirms a request: what is asked for, in whose name, and the button.

    Args:
        token: the pass of its bearer.
        recipient: the customer.
        found: what is asked for.
        words: of the page.
    """
    title = words.gettext("You ask us {what}", what=asked_for(found.kind, words))
    button = words.gettext("Yes, I ask for this")
    if found.is_recorded:
        otherwise = words.gettext(
            "A mail in your name asks for this. If it was not you who wrote it, close this page: "
            "it stays on record as unconfirmed."
        )
    else:
        otherwise = words.gettext(
            "If it was not you who asked, close this page: nothing is recorded."
        )
    return _section(
        words,
        title,
        _quoted(found.wrote)
        + _form(_hidden(token, found.kind), button, words)
        + Markup('<p class="pp-small">{}</p>\n').format(otherwise)
        + _whose(recipient, words),
    )


def is_offered(page: RequestPage, action: str) -> tuple[bool, RequestKind | None]:
    """Whether something can be asked for on a page, and what it is; None: to see what applies.

    Args:
        page: which.
        action: what was posted.
    """
    if page is RequestPage.APPLIES:
        return not action, None
    found = next((kind for kind in OFFERED_KINDS.get(page, ()) if kind == action), None)
    return found is not None, found


def request_lead(page: RequestPage, words: Words) -> Markup:
    """What a page is for."""
    lead = request_purpose(page, words)
    return Markup("<p>{}</p>\n").format(lead) if lead else NOTHING


def _has_text(kinds: Sequence[RequestKind]) -> bool:
    return bool(kinds) and not {RequestKind.LEAVE, RequestKind.JOIN}.intersection(kinds)


def _choice(kinds: Sequence[RequestKind], words: Words) -> Markup:
    """One of several things to ask for; none is chosen, so that nobody asks for one by a slip."""
    if len(kinds) < 2:
        kind = kinds[0].value if kinds else ""
        return Markup('<input type="hidden" name="{}" value="{}">\n').format(ACTION_FIELD, kind)
    items = NOTHING.join(
        Markup(
            '<label class="pp-choice">'
            '<input type="radio" name="{}" value="{}" required> {}</label>\n'
        ).format(ACTION_FIELD, kind.value, asked_for(kind, words))
        for kind in kinds
    )
    legend = words.gettext("You ask us")
    return Markup('<fieldset class="pp-field"><legend>{}</legend>\n{}</fieldset>\n').format(
        legend, items
    )


def _text(words: Words, *, required: bool) -> Markup:
    return Markup(
        '<div class="pp-field"><label for="pp-words">{}</label>\n'
        '<textarea id="pp-words" name="{}" rows="5" maxlength="{}" dir="auto"{}></textarea></div>\n'
    ).format(
        words.gettext("In your words"),
        WORDS_FIELD,
        LONGEST_REQUEST,
        Markup(" required") if required else NOTHING,
    )


def _address(words: Words) -> Markup:
    return Markup(
        '<div class="pp-field"><label for="pp-address">{}</label>\n'
        '<input id="pp-address" name="{}" type="email" autocomplete="email" dir="ltr" '
        'maxlength="{}" required></div>\n'
    ).format(words.gettext("Your e-mail address"), ADDRESS_FIELD, LONGEST_ADDRESS)


def _hidden(token: str, kind: RequestKind) -> Markup:
    pairs = ((PASS_FIELD, token), (ACTION_FIELD, kind.value))
    return NOTHING.join(
        Markup('<input type="hidden" name="{}" value="{}">\n').format(*pair) for pair in pairs
    )


def _form(fields: Markup, button: str, words: Words, *, primary: bool = True) -> Markup:
    look = " md-button--primary" if primary else ""
    return Markup(
        '<form class="pp-form" method="post" action="./#{}">\n{}<p class="pp-buttons">'
        '<button class="pp-button md-button{}" type="submit">{}</button></p>\n</form>\n'
    ).format(ANSWER, fields, look, button)


def _quoted(wrote: str) -> Markup:
    """The customer's own words, line by line."""
    lines = [line for line in wrote.splitlines() if line.strip()]
    if not lines:
        return NOTHING
    return Markup('<blockquote dir="auto">\n{}</blockquote>\n').format(
        NOTHING.join(Markup("<p>{}</p>\n").format(line) for line in lines)
    )


def _whose(recipient: Recipient, words: Words) -> Markup:
    if not recipient.address:
        return NOTHING
    address = Markup('<bdi dir="ltr">{}</bdi>').format(masked(recipient.address))
    said = words.markup("For the customer with the address {address}.", address=address)
    return Markup('<p class="pp-small">{}</p>\n').format(said)


def _section(words: Words, title: str, body: Markup) -> Markup:
    return Markup(
        '<section class="pp-optout" aria-labelledby="pp-form-title"{}>\n'
        '<h2 id="pp-form-title">{}</h2>\n{}</section>\n'
    ).format(words.attributes, title, body)
