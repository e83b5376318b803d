"""Keeping messages that come in, several at once."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.actions.workplace import Workplace


def keep_messages(workplace: Workplace, messages: Sequence[tuple[bytes, str]]) -> None:
    """Keeps messages, in one transaction, before anything reads them.

    When this returns, they are on the disk, and whoever brought them may be told so.

    Args:
        workplace: where.
        messages: each as it came (RFC 5322), and the recipient on its envelope; empty: not known.

    Raises:
        LedgerError: none of them was kept.
    """
    workplace.ledger.keep_all(messages, workplace.clock)
