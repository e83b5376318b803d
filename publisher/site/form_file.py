"""The opt-out page of a release as one file, to be looked at before it is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.form_on_day import FormOnDay
from publisher.answers.opt_out_form import FormState, masked, personal_form
from publisher.answers.opt_out_page import opt_out_page
from publisher.answers.personal_links import sample_token
from publisher.people.recipients import SAMPLE
from publisher.people.requests import Timing
from publisher.releases.release import Release
from publisher.site.context import PolicyOnDay
from publisher.site.form_pages import form_on_day, form_pages
from publisher.site.page import Page
from publisher.wording.words import Words

_FORM = "opt-out/"


@dataclass(frozen=True)
class FormFile:
    """The form in one language."""

    language: str
    """Of a translation; empty: that of the authoritative text."""
    personal: Markup
    """As a customer sees it who came by the link in the letter."""
    public: Markup
    """As everybody else sees it."""


def form_files(policy: PolicyOnDay, release: Release, style: Markup) -> Iterator[FormFile]:
    """The form of a release in each of its languages, each a file that needs no other.

    Args:
        policy: with the release as its last.
        release: which; nothing is given where nobody may opt out of it.
        style: style sheets.
    """
    for page in form_pages(policy, release):
        language = page.path.removeprefix(f"{release.name}/{_FORM}").rstrip("/")
        yield _form_file(policy, form_on_day(policy, release, language), page, style)


def _form_file(policy: PolicyOnDay, shown: FormOnDay, page: Page, style: Markup) -> FormFile:
    up = "../" * page.path.count("/")
    site = Markup('href="{}').format(policy.organisation.site)
    built = page.body().html.replace(Markup('href="{}').format(up), site)
    state = FormState(
        sample_token(shown.release),
        masked(SAMPLE.address),
        Timing.IN_TIME,
        declared=None,
        late=None,
    )
    form = personal_form(shown, state)
    served = opt_out_page(shown, built, shown.words)
    owner = policy.organisation.name
    own, public = (
        _file(shown.words, page.title, owner, html, style)
        for html in (served.showing(form).html, served.public().html)
    )
    return FormFile(shown.language, own, public)


def _file(words: Words, title: str, organisation: str, html: Markup, style: Markup) -> Markup:
    """A page without the frame of the theme, under the name of who publishes."""
    return Markup(
        '<!DOCTYPE html>\n<html{}><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
        "form-action 'none'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>{}</title>\n'
        '<style>\n{}</style></head>\n<body data-md-color-scheme="default">\n'
        '<header class="pp-owner">{}</header>\n'
        '<main class="md-content__inner md-typeset">\n{}</main></body></html>\n'
    ).format(words.attributes, title, style, organisation, html)
