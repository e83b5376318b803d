"""The opt-out page: its form in the built page, and what the receiver puts in place of it.

The page itself, with its heading and the frozen wording, is built with the site. Between two marks
in it stands the form for everybody; the receiver shows the page with the form of one customer, a
receipt or a message there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from publisher.answers.bearer import Bearer
from publisher.answers.declarations import current_declaration
from publisher.answers.opt_out_form import ANSWER, TOKEN_FIELD, public_form
from publisher.errors import NotFoundError, TokenError
from publisher.letters.fields import fill
from publisher.letters.receipt import receipt_text
from publisher.markup.html import clauses_html
from publisher.people.requests import Recorded, Request
from publisher.policies.organisation import Organisation
from publisher.policies.policy import POLICY_ID
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.text.parsing import parse

_START, _END = Markup("<!-- form -->"), Markup("<!-- /form -->")
"""The marks around the region of the built page that the receiver replaces."""


class FormMessage(StrEnum):
    """What the page says in place of its form: a heading."""

    ASKED = "Look into your mailbox"
    BAD_LINK = "This link does not work"
    NOT_RECORDED = "Your declaration was not recorded"
    NOT_UNDERSTOOD = "The form could not be read"
    TOO_LARGE = "That was too much for this form"
    TOO_OFTEN = "Too many attempts"
    CHANGED_TOO_OFTEN = "Too many changes in one day"


@dataclass(frozen=True, slots=True)
class FormAddress:
    """Which opt-out page is asked for."""

    policy_id: str
    number: Number

    @classmethod
    def parse(cls, policy_id: str, number: str) -> FormAddress | None:
        """The page at `/POLICY/NUMBER/opt-out/`; None: no page has such an address."""
        found = Number.parse(number)
        if found is None or str(found) != number or not POLICY_ID.fullmatch(policy_id):
            return None
        return cls(policy_id, found)


@dataclass(frozen=True, slots=True)
class ShownPage:
    """The opt-out page as one visitor is shown it."""

    html: Markup
    personal: bool = True
    """Whether it is for this visitor alone."""
    message: FormMessage | None = None
    """What stands in place of the form; None: the form, or a receipt."""
    trouble: str = ""
    """What the operator has to know; empty: nothing."""


@dataclass(frozen=True, slots=True)
class OptOutPage:
    """The opt-out page of a release."""

    release: Release
    built: Markup
    """As it was built."""

    def require_own(self, bearer: Bearer) -> Bearer:
        """The bearer of a token, if it is about this release.

        Raises:
            TokenError: it is about another one.
        """
        if bearer.release.name != self.release.name:
            raise TokenError("this link belongs to another release")
        return bearer

    def public(self) -> ShownPage:
        """The page as it was built."""
        return ShownPage(self.built, personal=False)

    def showing(self, region: Markup) -> ShownPage:
        """The page with something else in place of its form."""
        return ShownPage(self._with(region))

    def saying(self, message: FormMessage, trouble: str = "") -> ShownPage:
        """The page with a message in place of its form: what happened, and what to do next.

        Args:
            message: what happened.
            trouble: see `ShownPage`.
        """
        contact = self.release.policy.facts.contact
        region = Markup(
            '<h2>{}</h2>\n<p role="status">{} or write to <a href="mailto:{}">{}</a>.</p>\n'
        ).format(message, _NEXT[message], contact, contact)
        return ShownPage(self._with(region), message=message, trouble=trouble)

    def _with(self, region: Markup) -> Markup:
        before, _, rest = self.built.partition(_START)
        _, _, after = rest.partition(_END)
        return Markup('{}{}\n<div id="{}">\n{}</div>\n{}{}').format(
            before, _START, ANSWER, region, _END, after
        )


def opt_out_page(release: Release, built: Markup) -> OptOutPage:
    """The opt-out page of a release.

    Args:
        release: which.
        built: the built page; one without the region of a form, such as an empty one, is replaced
            by a bare page, so that a link in a letter works all the same.

    Raises:
        NotFoundError: nobody may opt out of the release.
    """
    if not release.opt_out:
        raise NotFoundError(
            f"release {release.number} has no opt-out", where=f"versions/{release.name}"
        )
    whole = _START in built and _END in built
    return OptOutPage(release, built if whole else _bare(release))


def _bare(release: Release) -> Markup:
    return Markup(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Opt out</title></head>'
        "<body><main>{}{}</main></body></html>"
    ).format(
        release.policy.facts.language, clauses_html(parse(release.opt_out)), public_region(release)
    )


def public_region(release: Release) -> Markup:
    """The region of the built page that the receiver replaces: the form for everybody."""
    return Markup("{}\n{}{}").format(_START, public_form(release), _END)


def receipt_region(
    bearer: Bearer, recorded: Recorded, requests: Sequence[Request], organisation: Organisation
) -> Markup:
    """The receipt for a declaration by form, in place of the form.

    Args:
        bearer: who declared it, with a token.
        recorded: what is on record; for what repeats another declaration, that one's receipt.
        requests: all that this customer declared about the release and its corrections.
        organisation: whose receipt it is.
    """
    own = f"./?{TOKEN_FIELD}={bearer.token.text if bearer.token else ''}"
    first = recorded.first or recorded.request
    text = receipt_text(
        bearer.window, organisation, first, own, stands=current_declaration(requests)
    )
    # The page has its heading already, so that of the receipt goes one level down.
    return clauses_html(parse(fill(f"#{text}", {"opt_out_link": own})))


_NEXT = {
    FormMessage.ASKED: "If this address belongs to a customer we know, we send it a link to the "
    "form, once a day at most. Nothing is recorded before you open that link and confirm. If no "
    "mail comes within an hour, try the address that our notice went to,",
    FormMessage.BAD_LINK: "It was cut off or altered, or it belongs to another version. Nothing "
    "was recorded. Copy the whole link from the notice, reply to the notice with the words “I opt "
    "out”,",
    FormMessage.NOT_RECORDED: "Our records cannot be written at this moment. Nothing was "
    "recorded. Please try again in a few minutes, reply to the notice with the words “I opt out”,",
    FormMessage.NOT_UNDERSTOOD: "Nothing was recorded. Please go back and try again,",
    FormMessage.TOO_LARGE: "Nothing was recorded. Please go back and try again,",
    FormMessage.TOO_OFTEN: "A link was asked for too often from your network. Nothing was "
    "recorded. Please try again in an hour, reply to the notice with the words “I opt out”,",
    FormMessage.CHANGED_TOO_OFTEN: "You opted out and took it back so often today that this was "
    "not recorded. What you declared before it stands. Please come back tomorrow,",
}
"""What the page says below each heading; every sentence goes on with whom to write to."""
