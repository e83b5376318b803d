"""Settling many letters at once, by what a person found out or decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from publisher.actions import silent
from publisher.actions.workplace import Workplace
from publisher.edges.list_files import opened_list
from publisher.letters.sending import is_too_late, require_notice
from publisher.people.id_list import read_ids
from publisher.people.resolution import FoundOut, Settled, Settlement
from publisher.releases.number import Number
from publisher.text.amounts import amount


@dataclass(frozen=True)
class ResolutionOrder:
    """Which letters are to be settled, and how."""

    policy: str
    number: Number
    found: FoundOut
    file: BinaryIO | None = None
    """A list with the ids of the customers, see `read_ids`; None: all of which it can be said."""
    confirmed: bool = False
    """Do it; otherwise the plan alone is wanted."""


@dataclass(frozen=True)
class Resolved:
    """Letters that were settled, or would be."""

    order: ResolutionOrder
    settled: Settled

    def lines(self) -> Iterator[str]:
        """What was done, or would be, for people."""
        verb = "recorded as" if self.order.confirmed else "would be recorded as"
        yield f"{amount(self.settled.count, 'letter')} {verb}: {self.order.found.recorded}"
        if self.settled.before:
            yield f"{self.settled.before} had been so before, or are named twice"


def resolve_many(workplace: Workplace, order: ResolutionOrder) -> Resolved:
    """Settles letters: all of a release of which it can be said, or those to the customers on a
    list.

    Args:
        workplace: where the ledger is.
        order: which letters.

    Raises:
        NotFoundError: there is no such release; or of some on the list there is nothing to settle,
            and nothing was changed.
        SendError: nobody is told of the release, or nobody can have been on that day.
        RecipientsError: the list does not read; nothing was changed.
        LedgerError: the ledger cannot be written.
    """
    archive, ledger, now = workplace.archive, workplace.ledger, workplace.clock()
    release, releases = archive.release(order.policy, order.number), archive.releases(order.policy)
    require_notice(release)
    order.found.then(release, now)
    too_late = is_too_late(release, releases, now)
    settlement = Settlement(release, releases, order.found, now, too_late)
    if order.file is None:
        settle = ledger.settle_all if order.confirmed else ledger.count_settled
        return Resolved(order, Settled(settle(settlement)))
    with opened_list(order.file, workplace.project.private) as source:
        name = source.name()
        listed = ledger.settle_listed if order.confirmed else ledger.plan_settling
        return Resolved(order, listed(settlement, read_ids(source.blocks(silent), name), name.name))
