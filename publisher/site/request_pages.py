"""The pages for requests, in each language of the policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from markupsafe import Markup

from publisher.answers.request_form import request_lead
from publisher.answers.request_page import RequestAddress, offered_pages, request_region
from publisher.answers.request_words import RequestPage, request_title
from publisher.markup.elements import NOTHING
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.site import languages, page_head
from publisher.site.context import PolicyOnDay
from publisher.site.footer import home_footer
from publisher.site.page import Body, Page
from publisher.site.standing import opt_out_link
from publisher.wording.words import Words


def request_pages(
    organisation: Organisation, policies: Sequence[PolicyOnDay], spoken: Sequence[Words]
) -> Iterator[Page]:
    """The pages for requests; none where the settings say nothing of requests.

    Args:
        organisation: whose.
        policies: those that have a release, in order.
        spoken: the words of each language, those of the pages without a tag first.
    """
    for page in offered_pages(organisation.requests):
        for language, words in (("", spoken[0]), *((words.language, words) for words in spoken)):
            at = RequestAddress(page, language)
            again = language == spoken[0].language  # the page without a tag says the same
            yield Page(
                at.path,
                request_title(page, words),
                partial(_page, organisation, policies, at, spoken, words),
                noindex=again or page is RequestPage.CONFIRM,
                same_as=RequestAddress(page).path if again else "",
                words=words,
                footer=home_footer(policies, organisation, words, at.root),
            )


def _page(
    organisation: Organisation,
    policies: Sequence[PolicyOnDay],
    at: RequestAddress,
    spoken: Sequence[Words],
    words: Words,
) -> Body:
    title, root = request_title(at.page, words), at.root
    trail = [(words.gettext("Policies"), root)]
    if at.page:
        above = RequestAddress(RequestPage.OVERVIEW, at.language).path
        trail.append((request_title(RequestPage.OVERVIEW, words), f"{root}{above}"))
    others = {
        each.language: f"{root}{RequestAddress(at.page, each.language if place else '').path}"
        for place, each in enumerate(spoken)
    }
    parts = [
        page_head.crumbs(trail, title, words),
        page_head.page_title(title, organisation.name),
        languages.language_switch(words.language, others, words),
    ]
    if at.page is RequestPage.OVERVIEW:
        parts.append(_overview(organisation, policies, at, words))
    else:
        parts.append(request_lead(at.page, words))
        parts.append(request_region(at.page, organisation, words))
    return Body(NOTHING.join(parts), description=title)


def _overview(
    organisation: Organisation, policies: Sequence[PolicyOnDay], at: RequestAddress, words: Words
) -> Markup:
    """What can be asked for, each with its page."""
    rows = []
    for policy in policies:
        release = policy.announced or policy.current
        there = Addresses(at.root, policy.policy_id)
        link = opt_out_link(policy, release, there, words) if release else None
        if link:
            rows.append((link, Markup("{}").format(policy.called(words.language))))
    for page in offered_pages(organisation.requests):
        if page not in (RequestPage.OVERVIEW, RequestPage.CONFIRM):
            address = f"{at.root}{RequestAddress(page, at.language).path}"
            rows.append(((request_title(page, words), address), request_lead(page, words)))
    items = NOTHING.join(
        Markup("<li><h2>{}</h2>\n{}</li>\n").format(page_head.link_html(link), said)
        for link, said in rows
    )
    return Markup('<ul class="pp-requests">\n{}</ul>\n').format(items)
