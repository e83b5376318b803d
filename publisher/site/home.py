"""What is about all policies: the list of them on the home page, and the page for lost readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from publisher.answers.error_page import lost_region
from publisher.markup.elements import NOTHING
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.site import page_head
from publisher.site.context import PolicyOnDay
from publisher.site.footer import home_footer
from publisher.site.page import HomePage
from publisher.site.release_words import spoken
from publisher.site.standing import announcement
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import Words


def site_words(organisation: Organisation, languages: Sequence[str], catalogs: Catalogs) -> Words:
    """The words of what is about all policies: in the language of the settings, else in that of
    the policies where they share one, else in English.

    Args:
        organisation: who publishes.
        languages: the authoritative language of each policy.
        catalogs: the words of each language.
    """
    return catalogs.words(organisation.site_language(languages))


def home_page(
    organisation: Organisation, policies: Sequence[PolicyOnDay], words: Words, head: Markup
) -> HomePage:
    """What stands on the pages that are about all policies.

    Args:
        organisation: who publishes.
        policies: those that have a release, in order.
        words: of these pages.
        head: HTML for the head of the home page.
    """
    footer = partial(home_footer, policies, organisation, words)
    title = words.gettext("Policies of {organisation}", organisation=organisation.name)
    return HomePage(words, title, policy_list(policies, words), lost_region(words), footer, head)


def policy_list(policies: Sequence[PolicyOnDay], words: Words, root: str = "") -> Markup:
    """The list of the policies, for a hand-written page: those that change lead.

    Args:
        policies: those that have a release, in order.
        words: of the page.
        root: the way from the page to the site's root.
    """
    order = sorted(policies, key=_soonest)
    cards = NOTHING.join(_card(policy, words, root) for policy in order)
    said = words.gettext("Every new version in your feed reader")
    feed = page_head.link_html((said, f"{root}feed.atom"))
    feeds = Markup("<p>{}</p>\n").format(feed) if policies else NOTHING
    return Markup('<div class="pp-policies">\n{}</div>\n{}').format(cards, feeds)


def _soonest(policy: PolicyOnDay) -> tuple[int, dt.date]:
    """What changes next leads; then what is not in force yet, and so changes nothing for anybody;
    then all others.
    """
    coming = policy.coming
    if coming is None or coming.imported:
        return 2, dt.date.max
    return (0 if policy.current else 1), policy.releases.begins(coming) or dt.date.max


def _card(policy: PolicyOnDay, words: Words, root: str) -> Markup:
    at, current = Addresses(root, policy.policy_id), policy.current
    facts = (current or policy.releases[-1]).policy.facts
    links = [(words.gettext("All versions"), at.history)]
    if current:
        links.insert(0, (words.gettext("Read it"), at.current))
        if policy.releases.has_pdf(current):
            links.append((words.gettext("PDF"), at.download(current.number, "policy.pdf")))
    return Markup(
        '<section class="pp-policy" aria-labelledby="pp-policy-{}">'
        '<h2 id="pp-policy-{}"{}>{}</h2>\n{}{}</section>\n'
    ).format(
        policy.policy_id,
        policy.policy_id,
        spoken(facts.language, words),
        page_head.link_html((facts.title, at.current)),
        announcement(policy, at, words),
        page_head.action_row(links, words.gettext("Go to: {policy}", policy=facts.title)),
    )


def robots(site: str) -> str:
    """What robots are told (RFC 9309): where the sitemap is, and to leave personal links alone.

    Args:
        site: the site's address; robots ask for this only at the root of a host.
    """
    return f"User-agent: *\nDisallow: /*?token=\nDisallow: /*?t=\n\nSitemap: {site}sitemap.xml\n"
