"""The messages that wait for a person."""

from __future__ import annotations

from contextlib import suppress

from publisher.actions.read_messages import read_messages
from publisher.actions.workplace import Workplace
from publisher.answers.message_list import MessageRow, message_list
from publisher.errors import ConfigurationError


def requests(workplace: Workplace, everything: bool = False) -> list[MessageRow]:
    """The messages that a person has to decide about, oldest first.

    What was kept by runs that were stopped before they read it is read first. Without the keys
    that this needs, it goes on waiting.

    Args:
        workplace: where.
        everything: all that came in, whatever became of it.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    with suppress(ConfigurationError):
        read_messages(workplace)
    ledger = workplace.ledger
    messages = list(ledger.messages() if everything else ledger.waiting())
    return message_list(messages, ledger.customers(one.recipient for one in messages))
