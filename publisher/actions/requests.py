"""What waits for a person: mails and requests."""

from __future__ import annotations

from contextlib import suppress

from publisher.actions.read_messages import read_messages
from publisher.actions.workplace import Workplace
from publisher.answers.request_list import (
    RequestRow,
    RequestSearch,
    RequestsFound,
    request_list,
)
from publisher.errors import ConfigurationError


def requests(
    workplace: Workplace,
    search: RequestSearch = RequestSearch(),  # noqa: B008 - it never changes
) -> list[RequestRow]:
    """The mails and the requests that a person has to see to, the oldest first.

    What was kept by runs that were stopped before they read it is read first. Without the keys
    that this needs, it goes on waiting.

    Args:
        workplace: where.
        search: which are wanted, if not those that wait.

    Raises:
        ConfigurationError: `publisher.toml` does not read.
        LedgerError: the ledger cannot be used.
    """
    with suppress(ConfigurationError):
        read_messages(workplace)
    ledger = workplace.ledger
    came = ledger.messages() if search.finished else ledger.waiting()
    messages = list(came) if search.mail else []
    handlings = ledger.handlings()
    whose = [m.recipient for m in messages] + [h.request.recipient for h in handlings]
    found = RequestsFound(
        handlings,
        messages,
        ledger.customers(whose),
        ledger.subjects([one.id for one in messages]),
    )
    zone = workplace.settings.organisation.time_zone
    return [row for row in request_list(found, workplace.clock(), zone) if search.wants(row)]
