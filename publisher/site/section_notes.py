"""The site's own notes beneath headings of a policy: where what a section is about is asked for.

They are no part of the text, and in no release: the settings name them, so the page of the text in
force has them, in each language, and no page of a version.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from publisher.answers.request_page import RequestAddress
from publisher.answers.request_words import RequestPage, request_title
from publisher.markup.html import HeadingLabel
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.wording.words import Words

Notes = Mapping[str, HeadingLabel]
"""By the anchor of the section."""

_OVERVIEW = "requests"


def section_notes(organisation: Organisation, at: Addresses, words: Words) -> Notes:
    """The notes of one policy.

    Args:
        organisation: whose settings name them.
        at: addresses of the policy, as seen from the page.
        words: of the page.
    """
    ways, found = organisation.requests, {}
    for named, there in ways.sections if ways else ():
        policy_id, _, anchor = named.partition("/")
        if policy_id != at.policy:
            continue
        page = RequestPage.OVERVIEW if there == _OVERVIEW else RequestPage(there)
        address = f"{at.root}{RequestAddress(page, words.language).path}"
        link = Markup('<a href="{}">{}</a>').format(address, request_title(page, words))
        said = words.markup("On this site, and not part of the text: {link}", link=link)
        found[anchor] = HeadingLabel(
            Markup(
                '<p class="pp-asked pp-small" role="note"{} data-search-exclude>{}</p>\n'
            ).format(words.attributes, said)
        )
    return found


def notes_key(notes: Notes) -> str:
    """What a text with these notes is kept under."""
    return "".join(f"{anchor} {note.html}" for anchor, note in sorted(notes.items()))
