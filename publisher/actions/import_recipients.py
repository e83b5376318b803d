"""Taking recipients from a list."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from publisher.actions import Progress
from publisher.actions.workplace import Workplace
from publisher.edges.archive import Archive
from publisher.edges.list_files import opened_list, written_faults
from publisher.people.customer_list import CustomerList
from publisher.people.recipients_import import ImportOptions, RecipientsImport, Taking
from publisher.releases.number import Number


def import_recipients(
    workplace: Workplace,
    file: BinaryIO,
    options: ImportOptions,
    progress: Progress,
    faults: Path | None = None,
) -> RecipientsImport:
    """Takes a list of customers into the ledger, all of it or nothing.

    Args:
        workplace: where the recipients are.
        file: a CSV file, see `CustomerList`; it may be compressed by gzip, and come by a pipe.
        options: how it is to be taken.
        progress: told how much of it is taken.
        faults: a file that gets all that is wrong with the list, also where it is refused.

    Raises:
        OSError: the file for the faults cannot be written; nothing was taken.
        RecipientsError: the list cannot be taken; nothing was.
        LedgerError: the ledger cannot be written; nothing was taken.
    """
    archive, policies = workplace.archive, workplace.policy_ids
    with ExitStack() as stack:
        source = stack.enter_context(opened_list(file, workplace.project.private))
        keeper = stack.enter_context(written_faults(faults, source)) if faults else None
        taking = Taking(source.name(options.words), options)
        blocks = source.blocks(progress)
        customers = CustomerList(
            blocks,
            taking.name,
            lambda: _numbers(archive, policies),
            strict=options.strict,
            keeper=keeper,
        )
        # Also into a ledger with which no release was sent: it is filled before it adopts one.
        return workplace.any_ledger.take_list(customers, taking, workplace.clock())


def _numbers(archive: Archive, policies: tuple[str, ...]) -> Mapping[str, frozenset[Number]]:
    """The releases there are."""
    return {
        policy: frozenset(release.number for release in releases)
        for policy in policies
        if (releases := archive.releases(policy))
    }
