"""Who gets mailings, for the mail system that sends them: with each customer's own way out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from publisher.answers.list_forms import Values, utc_minute, utc_second
from publisher.answers.passes import Pass, Purpose, write_pass
from publisher.answers.request_letters import pass_link
from publisher.answers.request_page import request_language
from publisher.answers.request_words import RequestPage
from publisher.errors import ConfigurationError
from publisher.people.mailings import MailingPreference, MailingState
from publisher.people.recipients import RecipientState
from publisher.policies.organisation import Organisation

MAILINGS_FORM = "urn:policy-publisher:mailings:1"
"""The `$id` of its JSON Schema, `docs/mailings.schema.json`."""
MAILING_COLUMNS = ("customer", "address", "language", "state", "since", "unsubscribe")
"""Of the CSV file; JSON has the same keys, and the table the same columns."""
HEADER_COLUMNS = ("list_unsubscribe", "list_unsubscribe_post")
"""Beside these: what belongs into the header of a mailing (RFC 8058 §3.1, RFC 2369 §3.2)."""
_ANGLES = ("<", ">")
"""What an address stands between in a field of a header (RFC 2369 §2)."""
_ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True, slots=True)
class MailingRow:
    """What one customer declared about mailings, and where they change it."""

    customer: str
    address: str
    language: str
    state: MailingState | None
    since: dt.datetime | None
    unsubscribe: str
    """The address of their own page, in their language; one click leaves the mailings there too."""
    mailbox: str
    """Where they may write instead; empty: the header does not name it."""

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        since = utc_minute(self.since) if self.since else ""
        state = self.state or ""
        return (self.customer, self.address, self.language, state, since, self.unsubscribe)

    def values(self) -> Values:
        """For programs: as `docs/mailings.schema.json` has it."""
        found: dict[str, object] = {
            "customer": self.customer,
            "address": self.address,
            "language": self.language or None,
            "state": self.state.value if self.state else None,
            "since": utc_second(self.since) if self.since else None,
            "unsubscribe": self.unsubscribe,
        }
        if self.mailbox:
            ways = (self.unsubscribe, f"mailto:{self.mailbox}")
            found["list_unsubscribe"] = ", ".join(way.join(_ANGLES) for way in ways)
            found["list_unsubscribe_post"] = _ONE_CLICK
        return found


def mailing_rows(
    preferences: Iterable[MailingPreference],
    organisation: Organisation,
    key: bytes,
    languages: Sequence[str],
    state: MailingState | None = None,
    *,
    headers: bool = False,
) -> Iterator[MailingRow]:
    """Who gets mailings and who does not, one after the other.

    Who was removed from the list of recipients is named only if they left the mailings: that has to
    be heeded wherever an address may still be.

    Args:
        preferences: of all who are not erased.
        organisation: whose mailings.
        key: signs the addresses.
        languages: of the pages for requests, that of pages without a tag first.
        state: only those in this one; None: all.
        headers: whether the values of the header are wanted.

    Raises:
        ConfigurationError: there is no page on which mailings are left.
    """
    mailbox = organisation.requests.mailings if organisation.requests else ""
    if not mailbox:
        raise ConfigurationError(
            "`requests.mailings` is missing: nobody could leave the mailings by a link",
            where="publisher.toml",
            remedy='add mailings = "remove@…" below [requests], then publisher build',
        )
    named = mailbox if headers else ""

    def rows() -> Iterator[MailingRow]:
        for one in preferences:
            whom = one.recipient
            if state is not None and one.state is not state:
                continue
            if whom.state is not RecipientState.TOLD and one.state is not MailingState.LEFT:
                continue
            token = write_pass(key, Pass(Purpose.MAILINGS, whom.number), whom.customer)
            yield MailingRow(
                whom.customer,
                whom.address,
                whom.language,
                one.state,
                one.at,
                pass_link(
                    organisation,
                    RequestPage.MAILINGS,
                    token,
                    request_language(languages, whom.language),
                ),
                named,
            )

    return rows()
