"""The opt-out page: its form in the built page, and what the receiver puts in place of it.

The page itself, with its heading and the frozen wording, is built with the site. Between two marks
in it stands the form for everybody; the receiver shows the page with the form of one customer, a
receipt or a message there, and the form for everybody as it is on the day.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from publisher.answers.bearer import Bearer
from publisher.answers.form_messages import FormMessage, form_message
from publisher.answers.form_on_day import FormOnDay
from publisher.answers.form_region import answered, has_region, marked_region, with_region
from publisher.answers.opt_out_form import (
    BlankForm,
    FormState,
    personal_form,
    public_form,
)
from publisher.errors import NotFoundError, TokenError
from publisher.markup.html import clauses_html
from publisher.people.requests import Timing
from publisher.policies.policy import POLICY_ID
from publisher.releases.number import Number
from publisher.text.clauses import Clause, Kind
from publisher.text.parsing import parse
from publisher.wording.asked_language import asked_language
from publisher.wording.language import locale
from publisher.wording.words import Words


@dataclass(frozen=True, slots=True)
class FormAddress:
    """Which opt-out page is asked for."""

    policy_id: str
    number: Number
    language: str = ""
    """Of a translation; empty: that of the authoritative text."""

    @classmethod
    def parse(cls, policy_id: str, number: str, language: str = "") -> FormAddress | None:
        """The page at `/POLICY/NUMBER/opt-out/`, or the one for a language below it; None: no page
        has such an address.
        """
        found = Number.parse(number)
        if found is None or str(found) != number or not POLICY_ID.fullmatch(policy_id):
            return None
        if language and locale(language) is None:
            return None
        return cls(policy_id, found, language)


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
    """The opt-out page of a release on one day."""

    form: FormOnDay
    built: Markup
    """As it was built."""
    told: Words
    """In which its visitor is told what went wrong."""
    trouble: str = ""
    """What the operator has to know, whatever is shown; empty: nothing."""
    _blank: dict[tuple[bool, Timing], BlankForm] = field(default_factory=dict, compare=False)
    """The pages of those who have declared nothing, by whether they opted out before and what a
    declaration would be: made once for all of them."""
    receipts: dict[Hashable, Markup | None] = field(default_factory=dict, compare=False)
    """The receipts shown on the page without what is each one's own, by all that they depend on;
    None: they cannot be had in this way."""

    def telling(self, told: Words) -> OptOutPage:
        """The same, for a visitor who is told in a language what went wrong."""
        return self if told is self.told else replace(self, told=told)

    def personal(self, state: FormState, *, opted_out_before: bool) -> ShownPage:
        """The page with the form of one customer.

        Args:
            state: the customer's.
            opted_out_before: whether they opted out of a version before.
        """
        form = replace(self.form, opted_out_before=True) if opted_out_before else self.form
        if state.declared or state.late or not (state.token and state.address):
            return self.showing(personal_form(form, state))
        kind = opted_out_before, state.timing
        blank = self._blank.get(kind)
        if blank is None:
            region = BlankForm.of(form, state.timing).html
            blank = self._blank[kind] = BlankForm(self._with(answered(region)))
        return ShownPage(blank.filled(state), trouble=self.trouble)

    def require_own(self, bearer: Bearer) -> Bearer:
        """The bearer of a token, if it is about this release.

        Raises:
            TokenError: it is about another one.
        """
        if bearer.release.name != self.form.release.name:
            raise TokenError("this link belongs to another release")
        return bearer

    def public(self) -> ShownPage:
        """The page with the form for everybody."""
        html = self._with(public_form(self.form))
        return ShownPage(html, personal=False, trouble=self.trouble)

    def showing(self, region: Markup, trouble: str = "") -> ShownPage:
        """The page with something else in place of its form.

        Args:
            region: what.
            trouble: see `ShownPage`.
        """
        return ShownPage(self._with(answered(region)), trouble=trouble or self.trouble)

    def saying(self, message: FormMessage, trouble: str = "") -> ShownPage:
        """The page with a message in place of its form: what happened, and what to do next.

        Args:
            message: what happened.
            trouble: see `ShownPage`.
        """
        contact = self.form.release.policy.facts.contact
        region = form_message(message, contact, self.told)
        html = self._with(answered(region))
        return ShownPage(html, message=message, trouble=trouble or self.trouble)

    def _with(self, region: Markup) -> Markup:
        return with_region(self.built, region)


def language_of_messages(form: FormOnDay, asked: str) -> str:
    """The tag of the language in which a visitor is told what went wrong.

    It is that of the form where the address of its page names it, else the one that the browser
    asks for, if the policy is in it.

    Args:
        form: the form.
        asked: `Accept-Language`; empty: not known.
    """
    if form.language:
        return form.language
    known = (form.tag, *form.release.policy.translations)
    return asked_language(asked, known) or form.tag


def opt_out_page(form: FormOnDay, built: Markup, told: Words, trouble: str = "") -> OptOutPage:
    """The opt-out page of a release.

    Args:
        form: of which release and language, on which day.
        built: the built page; one without the region of a form, such as an empty one, is replaced
            by a bare page, so that a link in a letter works all the same.
        told, trouble: see `OptOutPage`.
    """
    whole = has_region(built)
    return OptOutPage(form, built if whole else _bare(form), told, trouble)


def require_form(form: FormOnDay) -> FormOnDay:
    """A form, if it was sealed with its release.

    Raises:
        NotFoundError: nobody may opt out of the release, or there is no form in this language.
    """
    release, language = form.release, form.language
    if not release.opt_out:
        raise NotFoundError(
            f"release {release.number} has no opt-out", where=f"versions/{release.name}"
        )
    if language and language not in release.telling.forms:
        raise NotFoundError(
            f"release {release.number} has no form in `{language}`",
            where=f"versions/{release.name}",
        )
    return form


def _bare(form: FormOnDay) -> Markup:
    title, body = titled_wording(form)
    return Markup(
        '<!doctype html><html{}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>{}</title></head>'
        "<body><main><h1>{}</h1>\n{}{}</main></body></html>"
    ).format(form.words.attributes, title, title, public_region(form), body)


def titled_wording(form: FormOnDay) -> tuple[str, Markup]:
    """The sealed wording of a form: its heading, which is that of the page, and the rest as HTML.

    Args:
        form: whose.
    """
    clauses = parse(form.wording)
    if clauses and _is_title(clauses[0]):
        return "".join(run.text for run in clauses[0].cells[0]), clauses_html(clauses[1:])
    title = form.words.gettext(
        "Opt out of version {version} of the {policy}", version=form.version, policy=form.title
    )
    return title, clauses_html(clauses)


def _is_title(clause: Clause) -> bool:
    return clause.kind is Kind.HEADING and clause.level == 1


def public_region(form: FormOnDay) -> Markup:
    """The region of the built page that the receiver replaces: the form for everybody."""
    return marked_region(public_form(form))
