"""Who opted out of a release."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_list import OptOut, is_about, opt_out_list
from publisher.releases.number import Number


def optouts(workplace: Workplace, policy_id: str, number: Number) -> list[OptOut]:
    """Every declaration about a release or its corrections, and the mail about it that waits.

    Raises:
        NotFoundError: no such release.
        SealError: it was altered.
        LedgerError: the ledger cannot be read.
    """
    workplace.archive.release(policy_id, number)
    ledger = workplace.ledger
    requests = ledger.requests(policy_id, number.major)
    messages = [m for m in ledger.waiting() if is_about(m, policy_id, number.major)]
    whose = [r.recipient for r in requests] + [m.recipient for m in messages]
    return opt_out_list(requests, messages, ledger.customers(whose), ledger.erased_of(whose))
