"""Taking recipients from a list."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.people.customer_list import RecipientsImport, read_customers


def import_recipients(workplace: Workplace, data: bytes, name: str) -> RecipientsImport:
    """Merges a list of customers into the ledger; nobody is ever removed by it.

    Args:
        workplace: where the recipients are.
        data: a CSV file, see `read_customers`.
        name: the file's name, for messages.

    Raises:
        RecipientsError: the list cannot be taken; nothing was.
        LedgerError: the ledger cannot be written.
    """
    read = read_customers(data, name)
    # Also into a ledger with which no release was sent: it is filled before it adopts one.
    merged = workplace.any_ledger.merge_recipients(read.customers, workplace.clock())
    return RecipientsImport(merged.new, merged.changed, merged.unchanged, read.shared)
