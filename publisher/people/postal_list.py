"""A list of postal addresses, which is read to print letters and is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from publisher.people.customer_list import ListFaults
from publisher.people.list_cells import LONGEST_CELL
from publisher.people.list_rows import ListRows
from publisher.people.list_text import STRAY, ListName

POSTAL_LINES = ("line1", "line2", "line3", "line4", "line5")
"""The columns of the lines below a name, as many as the window of DIN 5008 has room for."""
POSTAL_COLUMNS = ("customer", *POSTAL_LINES)
"""Of such a list; of the lines, the first is needed."""
_LONGEST = 45
"""Characters of a line that has room in the window."""


def postal_addresses(blocks: Iterable[bytes], name: ListName) -> Mapping[str, tuple[str, ...]]:
    """The postal addresses in a list, by the id of the customer: their lines without a name.

    Args:
        blocks: the bytes of a CSV file in UTF-8, in pieces of any size.
        name: of the list.

    Raises:
        RecipientsError: it cannot be read as such a list, or a line of it cannot be printed.
    """
    rows, faults = ListRows(blocks, name, POSTAL_COLUMNS), ListFaults()
    columns = rows.columns
    for needed in POSTAL_COLUMNS[:2]:
        if needed not in columns:
            there = ", ".join(filter(None, columns)) or "none"
            faults.add(rows.line, f"no column `{needed}`; the columns are: {there}")
    if faults.count:
        raise faults.refusal(name.name, f"name the columns so: {', '.join(POSTAL_COLUMNS)}")
    places = [columns.index(one) for one in POSTAL_COLUMNS if one in columns]
    found: dict[str, tuple[str, ...]] = {}
    for line, cells in rows:
        if isinstance(cells, str):
            faults.add(line, cells)
            continue
        customer, *lines = (cells[at].strip() if at < len(cells) else "" for at in places)
        wrong = _fault(customer, lines)
        if not wrong and customer in found:
            wrong = f"`{customer}` is there twice"
        if wrong:
            faults.add(line, wrong)
        else:
            found[customer] = tuple(filter(None, lines))
    if faults.count:
        raise faults.refusal(name.name, "correct these lines and print again")
    return found


def _fault(customer: str, lines: Iterable[str]) -> str:
    """What is wrong with a row; empty: nothing."""
    if not customer or len(customer) > LONGEST_CELL or STRAY.search(customer):
        return "the customer is empty, or no id"
    for one in lines:
        if len(one) > _LONGEST:
            return f"{one[:20]!r}… has {len(one)} characters, and a window {_LONGEST}"
        if not one.isprintable():
            return f"{one[:20]!r} has characters that cannot be printed"
    return ""
