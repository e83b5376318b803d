"""Taking back what became of the letters that a mail merge sent."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from publisher.actions import Progress
from publisher.actions.workplace import Workplace
from publisher.edges.ledger.causes import require_begun
from publisher.edges.list_files import opened_list, written_faults
from publisher.people.outcome_list import OutcomeList
from publisher.people.outcomes import (
    IMPORT_DELIVERIES,
    OutcomeOrder,
    OutcomesTaken,
    merged_release,
)
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number


@dataclass(frozen=True)
class ListTaking:
    """How a list is taken."""

    faults: Path | None = None
    """A file that gets all that is wrong with it."""
    correcting: str = ""
    """The role that states that what is on record otherwise was a mistake; empty: what contradicts
    the record is refused.
    """


def import_deliveries(
    workplace: Workplace,
    about: tuple[str, Number | None],
    file: BinaryIO,
    progress: Progress,
    how: ListTaking = ListTaking(),
    *,
    confirmed: bool = False,
) -> OutcomesTaken:
    """Takes a list of what became of letters into the ledger, all of it or nothing.

    Args:
        workplace: where the ledger is.
        about: the policy, and the release that the letters are about; None: the one of which
            letters were handed to a mail merge.
        file: a CSV file, see `OutcomeList`; it may be compressed by gzip, and come by a pipe.
        progress: told how much of it is taken.
        how: what is done with lines that cannot be taken, or that contradict the record.
        confirmed: do it; otherwise what it would do alone is wanted.

    Raises:
        SendError: nobody says which release is meant, or the clock is wrong.
        NotFoundError: there is no such release.
        RecipientsError: the list cannot be taken; nothing was.
        LedgerError: the ledger cannot be written; nothing was taken.
        OSError: the file for the faults cannot be written; nothing was taken.
    """
    require_begun(workplace.has_ledger)
    policy_id, wanted = about
    ledger = workplace.ledger
    number = merged_release(ledger.merged_releases(policy_id), wanted)
    release = workplace.archive.release(policy_id, number)
    now = workplace.clock()
    require_clock(workplace.archive.releases(policy_id), ledger.last_moment(), now)
    with ExitStack() as stack:
        source = stack.enter_context(opened_list(file, workplace.project.private))
        keeper = None
        if how.faults:
            keeper = stack.enter_context(written_faults(how.faults, source))
        chosen = f" --release {wanted}" if wanted else ""
        name = source.name(chosen, IMPORT_DELIVERIES)
        outcomes = OutcomeList(source.blocks(progress), name, release.day_of, keeper)
        take = ledger.take_outcomes if confirmed else ledger.plan_outcomes
        return take(outcomes, OutcomeOrder(release, name, now, how.correcting))
