"""Taking customers off the list of recipients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from publisher.actions import silent
from publisher.actions.workplace import Workplace
from publisher.edges.list_files import opened_list
from publisher.people.id_list import read_ids
from publisher.people.recipients_import import Unlisting


def remove_recipients(
    workplace: Workplace, customers: Sequence[str], file: BinaryIO | None = None
) -> Unlisting:
    """Has customers told no more. What they were told and declared stays on record.

    Args:
        workplace: where the recipients are.
        customers: their ids.
        file: a list with the ids of others, see `read_ids`; None: there is none.

    Raises:
        NotFoundError: there is no recipient with one of the ids; nobody was removed.
        RecipientsError: the list does not read; nobody was removed.
        LedgerError: the ledger cannot be written; nobody was removed.
    """
    ledger, now = workplace.ledger, workplace.clock()
    if file is None:
        return ledger.take_off(enumerate(customers, 1), "", now)
    with opened_list(file, workplace.project.private) as source:
        name = source.name()
        return ledger.take_off(read_ids(source.blocks(silent), name), name.name, now)
