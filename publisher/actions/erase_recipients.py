"""Erasing what is personal of recipients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.carriers.spool import remove_spooled, spooled_letters
from publisher.edges.ledger import Ledger
from publisher.errors import NotFoundError, SendError
from publisher.people.erasing import (
    ErasurePlan,
    require_found,
    require_none_waiting,
    require_something,
)

_PATIENCE = 10.0
"""Seconds to wait for a run that sends letters or reads mail."""
ASKED_FOR = "asked for"
"""Why somebody is erased, as it stays on record."""


@dataclass(frozen=True)
class ErasureOrder:
    """Who is to be erased."""

    customers: Sequence[str] = ()
    """The organisation's own ids."""
    addresses: Sequence[str] = ()
    """All customers with one of these, and what came in from them, whosever they are."""
    confirmed: bool = False
    """Do it; otherwise the plan alone is wanted."""


@dataclass(frozen=True)
class Erasure:
    """What goes, or went."""

    plan: ErasurePlan
    done: bool
    traces: bool = False
    """Whether the file may still have traces, since another program is reading it."""
    copies: Sequence[Path] = ()
    """Files beside the ledger that have what was in it before."""


def erase_recipients(workplace: Workplace, order: ErasureOrder) -> Erasure:
    """Erases recipients: what is personal goes, what was told and declared stays.

    Args:
        workplace: where the ledger and the spool are.
        order: whom.

    Raises:
        NotFoundError: one of them is not known; nothing was erased.
        RequestError: a message of theirs waits for a person; nothing was erased.
        SendError: letters are being sent at this moment, or mail is read.
        LedgerError: the ledger cannot be written.
    """
    ledger, spool = workplace.ledger, workplace.spool
    found = ledger.numbers_of(order.customers, order.addresses)
    missing = require_found(order.customers, [customer for _, customer in found])
    for one in missing:
        whose = [customer for _, customer in ledger.numbers_of((), [one])]
        alone = ledger.erasure((), [one])
        something = not alone.empty or bool(_spooled(spool, alone))
        require_something(one, whose, something=something)
    numbers, addresses = [number for number, _ in found], [*order.addresses, *missing]
    plan = ledger.erasure(numbers, addresses)
    if not numbers and plan.empty and not _spooled(spool, plan):
        raise NotFoundError(
            "nobody has this address, and nothing that came in names it",
            where=", ".join(addresses),
            remedy="name the customer's id: an earlier address is found by it",
        )
    if not order.confirmed:
        return Erasure(replace(plan, spooled=len(_spooled(spool, plan))), done=False)
    with _nobody_else(ledger, workplace.project.private):
        plan = ledger.erasure(numbers, addresses)
        require_none_waiting(plan)
        # The letters first: who they were to is known by the ledger alone.
        letters = _spooled(spool, plan)
        remove_spooled(letters)
        plan = ledger.erase(numbers, ASKED_FOR, workplace.clock(), addresses)
    return Erasure(
        replace(plan, spooled=len(letters)),
        done=True,
        traces=not ledger.shrink(),
        copies=ledger.earlier_copies(),
    )


@contextmanager
def _nobody_else(ledger: Ledger, private: Path) -> Iterator[None]:
    """While this is held, no letter is on its way to whoever is erased, and no mail is read."""
    with ExitStack() as stack:
        for doing in ("send", "receipts", "reading"):
            if not stack.enter_context(ledger.alone(doing, private, _PATIENCE)):
                what = "letters are being sent at this moment, or mail is read"
                raise SendError(what, remedy="wait until that ends, and run the command again")
        yield


def _spooled(spool: Path, plan: ErasurePlan) -> list[Path]:
    return spooled_letters(spool, plan.addresses, plan.letters, plan.letters_of_others)
