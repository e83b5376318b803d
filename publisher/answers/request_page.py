"""The pages for requests: which there are, and what the receiver puts into them.

Like the form of a release each is built with the site, and has a region that the receiver replaces:
the form for everybody by that of one customer, a receipt or a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.form_messages import FormMessage
from publisher.answers.form_region import answered, has_region, marked_region, with_region
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.request_form import public_request_form
from publisher.answers.request_words import RequestPage, request_message, request_title
from publisher.markup.elements import NOTHING
from publisher.policies.organisation import Organisation, RequestAddresses
from publisher.wording.language import locale
from publisher.wording.words import Words


@dataclass(frozen=True, slots=True)
class RequestAddress:
    """Which page for requests is asked for."""

    page: RequestPage
    language: str = ""
    """Empty: that of the pages that are about all policies."""

    @classmethod
    def parse(cls, page: str, language: str = "") -> RequestAddress | None:
        """The page at `/requests/PAGE/` or `/requests/PAGE/LANGUAGE/`; None: there is none."""
        if page not in set(RequestPage) or (language and locale(language) is None):
            return None
        return cls(RequestPage(page), language)

    @property
    def path(self) -> str:
        """From the site's root: `requests/mailings/de/`."""
        parts = ("requests", self.page, self.language)
        return "".join(f"{part}/" for part in parts if part)

    @property
    def root(self) -> str:
        """The way from the page to the site's root."""
        return "../" * self.path.count("/")


def offered_pages(ways: RequestAddresses | None) -> tuple[RequestPage, ...]:
    """The pages that a site has, in the order in which they are listed.

    Args:
        ways: where requests go; None: none has a page.
    """
    if ways is None:
        return ()
    found = {
        RequestPage.OVERVIEW: True,
        RequestPage.MAILINGS: bool(ways.mailings),
        RequestPage.PERSONAL_DATA: bool(ways.personal_data),
        RequestPage.QUESTION: bool(ways.questions),
        RequestPage.APPLIES: True,
        RequestPage.CONFIRM: True,
    }
    return tuple(page for page, offered in found.items() if offered)


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """A page for requests in one language, as it was built."""

    at: RequestAddress
    organisation: Organisation
    words: Words
    built: Markup
    trouble: str = ""
    """What the operator has to know, whatever is shown; empty: nothing."""

    @property
    def language(self) -> str:
        """Its tag (BCP 47)."""
        return self.words.language

    def public(self) -> ShownPage:
        """The page with the form for everybody."""
        region = public_request_form(self.at.page, self.organisation, self.words)
        return ShownPage(with_region(self._whole, region), personal=False, trouble=self.trouble)

    def showing(self, region: Markup, trouble: str = "") -> ShownPage:
        """The page with something else in place of its form.

        Args:
            region: what.
            trouble: see `ShownPage`.
        """
        html = with_region(self._whole, answered(region))
        return ShownPage(html, trouble=trouble or self.trouble)

    def saying(self, message: FormMessage, trouble: str = "") -> ShownPage:
        """The page with a message in place of its form.

        Args:
            message: what happened.
            trouble: see `ShownPage`.
        """
        region = request_message(message, self.at.page, self.organisation, self.words)
        html = with_region(self._whole, answered(region))
        return ShownPage(html, message=message, trouble=trouble or self.trouble)

    @property
    def _whole(self) -> Markup:
        """The built page; one that is not built is replaced by a bare one, so that a link in a mail
        works all the same.
        """
        if has_region(self.built):
            return self.built
        title = request_title(self.at.page, self.words)
        return Markup(
            '<!doctype html><html{}><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>{}</title></head>'
            "<body><main><h1>{}</h1>\n{}</main></body></html>"
        ).format(self.words.attributes, title, title, marked_region(NOTHING))


def request_region(page: RequestPage, organisation: Organisation, words: Words) -> Markup:
    """The region of a built page: the form for everybody."""
    return marked_region(public_request_form(page, organisation, words))


def request_languages(organisation: Organisation, spoken: Sequence[Sequence[str]]) -> list[str]:
    """The languages in which there are pages for requests: first that of the pages without a tag.

    Args:
        organisation: whose.
        spoken: of each policy its languages, the authoritative one first.
    """
    first = organisation.site_language([each[0] for each in spoken])
    return list(dict.fromkeys([first, *(tag for each in spoken for tag in each)]))


def request_language(languages: Sequence[str], wanted: str) -> str:
    """The language of the page for requests that somebody reads: theirs, or the one that it is a
    kind of (`de` for `de-AT`); empty: that of the pages without a tag.

    Args:
        languages: those that there are such pages in, that of pages without a tag first.
        wanted: the tag of the language (BCP 47); empty: it is not known.
    """
    parts = wanted.split("-")
    ways = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    found = next((way for way in ways if way in languages), "")
    return found if found not in languages[:1] else ""
