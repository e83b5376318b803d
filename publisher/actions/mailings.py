"""Who gets mailings, for the mail system that sends them."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.actions.workplace import Workplace
from publisher.answers.mailing_list import MailingRow, mailing_rows
from publisher.people.mailings import MailingState


def mailings(
    workplace: Workplace, state: MailingState | None = None, *, headers: bool = False
) -> Iterator[MailingRow]:
    """What every customer who was not erased declared about mailings, and where they change it;
    read a page at a time.

    Args:
        workplace: where.
        state: only those in this one; None: all, also those who declared nothing.
        headers: with what belongs into the header of a mailing.

    Raises:
        ConfigurationError: `publisher.toml` names no address for mailings, or there is no key.
        LedgerError: the ledger cannot be read.
    """
    found = workplace.ledger.mailing_preferences()
    organisation, key = workplace.settings.organisation, workplace.keys[0]
    languages = workplace.request_languages
    return mailing_rows(found, organisation, key, languages, state, headers=headers)
