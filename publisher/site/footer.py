"""The foot of every page: who publishes, what one may ask for and where, the page for programs."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from publisher.answers.request_page import RequestAddress
from publisher.answers.request_words import RequestPage, request_title
from publisher.markup.elements import NOTHING
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.outlook import Outlook
from publisher.site.catalogue import moment
from publisher.site.context import PolicyOnDay
from publisher.site.page_head import TextLink, link_html
from publisher.site.release_words import spoken
from publisher.site.standing import opt_out_link
from publisher.wording.words import Words

UNTIL_SCRIPT = "assets/publisher/until.js"
"""The script that tells of a page that may be out of date, from the site's root."""


def policy_footer(policy: PolicyOnDay, at: Addresses, words: Words) -> Markup:
    """The foot of the pages of a policy.

    Args:
        policy: on which day.
        at: addresses as seen from the page.
        words: of the page.
    """
    links = [
        (words.gettext("All versions"), at.history),
        (words.gettext("For programs"), at.programs),
        *_requests(policy.organisation, at.root, words),
    ]
    asked = [_questions(policy, words), _opting_out(policy, at, words)]
    until = _until(policy.outlook, at.root, words)
    return _footer(asked, links, policy.organisation, words) + until


def home_footer(
    policies: Sequence[PolicyOnDay], organisation: Organisation, words: Words, root: str
) -> Markup:
    """The foot of the pages that are about all policies.

    Args:
        policies: those that have a release.
        organisation: who publishes.
        words: of the page.
        root: the way from the page to the site's root.
    """
    links = []
    for policy in policies:
        said = words.gettext("For programs")
        if len(policies) > 1:
            said = words.gettext("For programs: {policy}", policy=policy.called(words.language))
        links.append((said, Addresses(root, policy.policy_id).programs))
    links += _requests(organisation, root, words)
    contacts = {policy.contact: policy for policy in policies if policy.contact}
    if len(contacts) == 1 < len(policies):
        asked = [
            words.markup(
                "Questions about one of these policies, or something to ask us for? "
                "Write to {mail}.",
                mail=_mail(next(iter(contacts))),
            )
        ]
    else:
        asked = [_questions(policy, words, named=len(contacts) > 1) for policy in contacts.values()]
    ends = [policy.outlook for policy in policies if policy.outlook]
    first = min(ends, key=lambda each: each.ends, default=None)
    return _footer(asked, links, organisation, words) + _until(first, root, words)


def _requests(organisation: Organisation, root: str, words: Words) -> list[TextLink]:
    """The page that says what one can ask for, in the language of the page, if there is one."""
    if organisation.requests is None:
        return []
    at = RequestAddress(RequestPage.OVERVIEW, words.language)
    return [(request_title(RequestPage.OVERVIEW, words), f"{root}{at.path}")]


def _until(found: Outlook | None, root: str, words: Words) -> Markup:
    """Until when a page is right; after that day a script says at its top that it may not be.

    Args:
        found: until when; None: no day is known on which anything changes.
        root: the way from the page to the site's root.
        words: of the page.
    """
    if found is None:
        return NOTHING
    day = Markup('<time datetime="{}">{}</time>').format(found.last, words.day(found.last))
    late = words.gettext(
        "This page may be out of date: it was right until {day}.", day=words.day(found.last)
    )
    return Markup(
        '<p class="pp-until" data-ends="{}" data-late="{}">{}</p>\n'
        '<script src="{}{}" defer></script>\n'
    ).format(
        moment(found.ends),
        late,
        words.markup("This page is right until {day}.", day=day),
        root,
        UNTIL_SCRIPT,
    )


def _footer(
    asked: Sequence[Markup], links: Sequence[TextLink], organisation: Organisation, words: Words
) -> Markup:
    lines = NOTHING.join(Markup("<p>{}</p>\n").format(line) for line in asked if line)
    address = Markup(", ").join(organisation.letterhead)
    items = NOTHING.join(Markup("<li>{}</li>").format(link_html(link)) for link in links)
    return Markup(
        '<div class="pp-foot">\n{}<p dir="auto">{}</p>\n<ul aria-label="{}">{}</ul>\n</div>\n'
    ).format(lines, address, words.gettext("More"), items)


def _questions(policy: PolicyOnDay, words: Words, *, named: bool = False) -> Markup:
    if not policy.contact:  # nobody is named in what was imported
        return NOTHING
    mail = _mail(policy.contact)
    if not named:
        return words.markup(
            "Questions about this policy, or something to ask us for? Write to {mail}.", mail=mail
        )
    tag = words.language if words.language in policy.derived.languages else policy.language
    title = Markup("<bdi{}>{}</bdi>").format(spoken(tag, words), policy.called(tag))
    return words.markup(
        "Questions about {policy}, or something to ask us for? Write to {mail}.",
        policy=title,
        mail=mail,
    )


def _opting_out(policy: PolicyOnDay, at: Addresses, words: Words) -> Markup:
    """How to opt out of what is announced; empty where nothing can be opted out of."""
    release = policy.announced or policy.current
    link = opt_out_link(policy, release, at, words) if release else None
    if link is None:
        return NOTHING
    return words.markup(
        "{form}, or write to {mail}.", form=link_html(link), mail=_mail(policy.organisation.reply)
    )


def _mail(address: str) -> Markup:
    return Markup('<a href="mailto:{}"><bdi dir="ltr">{}</bdi></a>').format(address, address)
