"""The organisation whose policies these are, as pages, letters and PDFs name it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.wording.words import ENGLISH

REQUEST_PAGES = {
    "requests": "",
    "mailings": "mailings",
    "personal-data": "personal_data",
    "question": "questions",
    "applies": "",
}
"""The pages to which a section may lead, and the key in `[requests]` without which each is not
there; empty: it always is."""


@dataclass(frozen=True, slots=True)
class RequestAddresses:
    """Where mail with requests goes that are about no release; what has no address has no page."""

    mailings: str = ""
    """Leaves and joins the mailings: the remove address."""
    personal_data: str = ""
    """Takes what is asked about personal data."""
    questions: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    """Sections of the policies, `privacy/contact`, and the page to which each leads: one of
    `REQUEST_PAGES`."""

    @property
    def all(self) -> dict[str, str]:
        """Those that there are, by their key in `publisher.toml`."""
        known = {
            "mailings": self.mailings,
            "personal_data": self.personal_data,
            "questions": self.questions,
        }
        return {key: address for key, address in known.items() if address}


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who publishes the policies, where, and under which mail addresses."""

    name: str
    address: str
    """Postal address, lines joined by newlines (15 USC 7704(a)(5) wants one in mailings)."""
    site: str
    """Address of the published site, ending in `/`."""
    sender: str
    """The From address of its letters."""
    reply: str
    """Address that takes opt-outs by e-mail; each letter's own address is made from it."""
    language: str = ""
    """Of the pages that are about all its policies, its tag (BCP 47); empty: that of the policies,
    where they share one, and else English."""
    time_zone: str = "UTC"
    """In which days begin and end for the releases that it freezes: a name of the IANA time zone
    database."""
    bounces: str = ""
    """Address that takes what mail servers report of letters; the sender on the envelope of each is
    made from it. Empty: letters have `sender` on their envelopes, and no report is read."""
    requests: RequestAddresses | None = None
    """Where requests go; None: there are no pages for any, as `[requests]` says nothing."""

    def site_language(self, languages: Sequence[str]) -> str:
        """The tag of the language of what is about all policies: that of the settings, else that of
        the policies where they share one, else English.

        Args:
            languages: the authoritative language of each policy.
        """
        return self.language or (languages[0] if len(set(languages)) == 1 else ENGLISH.language)

    @property
    def letterhead(self) -> tuple[str, ...]:
        """Its name and its postal address, line by line."""
        return (self.name, *self.address.splitlines())
