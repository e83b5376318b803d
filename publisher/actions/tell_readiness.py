"""What keeps the receiver from answering customers, for whoever sends them to it."""

from __future__ import annotations

import logging

from publisher.actions.workplace import Workplace
from publisher.errors import PublisherError

_NOBODY = 0
"""No recipient has this number: to look for it shows that the ledger can be read."""

_log = logging.getLogger("publisher.actions.readiness")


def tell_readiness(workplace: Workplace, *, forms_only: bool = False) -> list[str]:
    """Why customers should not be sent here now, a sentence each; nothing: they may be.

    The sentences are for anybody: they name no place and no cause. The cause goes to the log.

    Args:
        workplace: where.
        forms_only: the built site is served elsewhere.
    """
    reasons = []
    try:
        _ = workplace.keys
    except PublisherError as error:
        reasons.append(_reason("the key of personal links is missing", error))
    try:
        ledger = workplace.ledger
        ledger.recipient(_NOBODY)
        if not ledger.may_write():
            reasons.append("the ledger cannot be written to")
    except PublisherError as error:
        reasons.append(_reason("the ledger cannot be used", error))
    if not forms_only and not (workplace.project.built / "index.html").is_file():
        reasons.append("the site is not built")
    return reasons


def _reason(what: str, error: PublisherError) -> str:
    _log.warning("not ready: %s: %s", what, error.what)
    return what
