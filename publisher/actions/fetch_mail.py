"""Fetching the mail of a mailbox that nobody has seen."""

from __future__ import annotations

import datetime as dt
import hashlib

from publisher.actions.workplace import Workplace
from publisher.edges.mailbox import open_mailbox
from publisher.edges.secrets import mailbox_password
from publisher.errors import ConfigurationError

TOGETHER = 20
"""Messages that are stored in one transaction, and marked as seen after it."""
REMEMBERED = dt.timedelta(days=60)
"""How far back a message is looked for that was kept before, and not marked as seen since."""


def fetch_mail(workplace: Workplace) -> int:
    """Keeps the messages in the mailbox that nobody has seen, and marks them as seen after that.

    Where this was stopped in between, a message that is kept already, byte for byte, is only
    marked. While another process or thread fetches, nothing is done.

    Returns:
        How many messages were kept.

    Raises:
        ConfigurationError: no mailbox is named.
        MailboxError: the mailbox cannot be used; what was not kept is unseen.
        LedgerError: a message could not be kept; it is unseen.
    """
    settings = workplace.settings.mailbox
    if settings is None:
        raise ConfigurationError(
            "no mailbox is named",
            where="publisher.toml",
            remedy="name its host and user under [mail.imap]: docs/policy.md",
        )
    ledger, kept = workplace.ledger, 0
    with ledger.alone("fetching", workplace.project.private) as ours:
        if not ours:
            return 0
        with open_mailbox(settings, mailbox_password()) as mailbox:
            unseen = mailbox.unseen()
            known = ledger.kept_since(workplace.clock() - REMEMBERED) if unseen else set()
            for place in range(0, len(unseen), TOGETHER):
                messages = mailbox.fetch(unseen[place : place + TOGETHER])
                fresh = {_digest(raw): raw for raw in messages.values()}
                fresh = {digest: raw for digest, raw in fresh.items() if digest not in known}
                if fresh:
                    ledger.keep_all([(raw, "") for raw in fresh.values()], workplace.clock)
                known |= fresh.keys()
                kept += len(fresh)
                if messages:
                    mailbox.mark_seen([*messages])
    return kept


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
