"""A list of customers, as CSV: read in a stream, with what is wrong with each line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from publisher.errors import RecipientsError
from publisher.people.list_cells import OPTIONAL_COLUMNS, AgreedVersions, FaultyRowError, RowReader
from publisher.people.list_rows import ListRows
from publisher.people.list_text import ListName
from publisher.releases.number import Number

COLUMNS = ("customer", "address", *OPTIONAL_COLUMNS)
"""The columns named in the first line of a list; all but the first two may be missing."""
NAMES_WANTED = (
    "name the columns in the first line so, in whatever language the list is: "
    f"{', '.join(COLUMNS)}; only {COLUMNS[0]} and {COLUMNS[1]} are needed"
)
PROBLEMS_SHOWN = 50
"""Limit on the problems that one message lists."""
_MOST_FAULTY = 10_000
"""Lines with faults, from which on a list with fewer good ones is taken for something else."""
_ALIKE = 0.75
"""How alike a column must be to one we know that is missing, to be taken for a slip
(`difflib.SequenceMatcher.ratio`): `adress` and `nmae` are, `surname` is not."""

FaultKeeper = Callable[[int, str, str], None]
"""Is told of every fault: its line, the customer as far as one can be read, and what is wrong."""
PublishedNumbers = Callable[[], Mapping[str, Collection[Number]]]
"""Gives the numbers of the releases there are, by policy; asked where a list has versions."""


class Customer(NamedTuple):
    """One line of a list. What the list has no column for is None: it says nothing about it."""

    id: str
    """The organisation's own id."""
    address: str
    """As mail needs it: a domain of another script is in its ASCII form (RFC 5890)."""
    name: str | None = None
    language: str | None = None
    """A tag of BCP 47, in its usual spelling; empty: not known."""
    group: str | None = None
    """`customer` or `business user`; empty: not known."""
    joined: str | None = None
    """The day on which they became a customer, ISO 8601; empty: not known."""
    versions: AgreedVersions | None = None
    """Which versions they came with: (policy, release) of each."""


class LeftOut(NamedTuple):
    """A line that is not taken."""

    customer: str
    """The id that it names; empty: none that can be read."""


@dataclass(slots=True)
class ListFaults:
    """What is wrong with lines of a list: how many there are, and the first of them."""

    count: int = 0
    shown: list[tuple[int, str]] = field(default_factory=list)
    """Each with the number of its line."""
    keeper: FaultKeeper | None = None
    """Is told of all of them."""
    rest: str = ""
    """How those that are not shown may be had."""

    def add(self, line: int, what: str, customer: str = "") -> None:
        """Notes one."""
        self.count += 1
        if self.keeper is not None:
            self.keeper(line, customer, what)
        if len(self.shown) < PROBLEMS_SHOWN:
            self.shown.append((line, what))

    def lines(self, name: str) -> list[str]:
        """They in words.

        Args:
            name: of the list; empty: they have no lines.
        """
        rest = self.count - len(self.shown)
        more = [f"… and {rest} more{self.rest}"] if rest else []
        return [*(f"{name}:{line}: {what}" if name else what for line, what in self.shown), *more]

    def refusal(self, name: str, remedy: str = "") -> RecipientsError:
        """Why a list is not taken at all.

        Args:
            name: of the list.
            remedy: what helps; empty: that its lines are corrected.
        """
        problems = f"{self.count} problem{'s' if self.count > 1 else ''}"
        what = f"{problems} in the list; nothing was taken from it"
        return RecipientsError(
            "\n".join([what, *(f"  {line}" for line in self.lines(name))]),
            remedy=remedy or "correct these lines and import the list again",
        )


class CustomerList:
    """A list of customers, read once, in a stream; whether lines contradict one another is not
    looked at here, since that takes a memory of all of them.
    """

    def __init__(
        self,
        blocks: Iterable[bytes],
        name: ListName,
        numbers: PublishedNumbers = dict,
        *,
        strict: bool = False,
        keeper: FaultKeeper | None = None,
    ) -> None:
        """Reads the first line.

        Args:
            blocks: the bytes of a CSV file in UTF-8, in pieces of any size; its cells are
                separated by `,`, `;` or tabs, or by what an Excel's first line `sep=` names.
            name: of the list.
            numbers: the releases there are.
            strict: whatever cannot be read is a fault, also a cell that is only recorded, and a
                column that we do not know.
            keeper: is told of every fault and remark.

        Raises:
            RecipientsError: it cannot be read as a list of customers.
        """
        self.name = name.name
        every = "" if keeper else "; --faults FILE writes all of them to a file"
        self.faults = ListFaults(keeper=keeper, rest=every)
        """Of the lines that were read so far, and are left out."""
        self.remarks = self.faults if strict else ListFaults(keeper=keeper, rest=every)
        """On cells of lines that are taken without them: these are only recorded."""
        self.unread: Sequence[str] = ()
        """The columns that are not read."""
        self._rows = ListRows(blocks, name, COLUMNS)
        columns = self._rows.columns
        self._require_columns(columns, strict)
        self.columns = tuple(column for column in columns if column)
        """Those that the list has."""
        self._cells = RowReader(columns, numbers)

    def __iter__(self) -> Iterator[tuple[int, Customer | LeftOut]]:
        """Each row with the number of its first line.

        Raises:
            RecipientsError: the list is not text in UTF-8, or no CSV, or most of it is faulty.
        """
        row = self._cells
        read, make = row.read, Customer._make
        faulty = 0
        for rows, (line, cells) in enumerate(self._rows, 1):
            try:
                if isinstance(cells, str):
                    raise FaultyRowError("", [cells])
                one = make(read(cells))
            except FaultyRowError as fault:
                for what in fault.reasons:
                    self.faults.add(line, what, fault.customer)
                faulty += 1
                if faulty >= _MOST_FAULTY and faulty * 2 > rows:
                    raise self._no_list(faulty, rows, line) from None
                yield line, LeftOut(fault.customer)
            else:
                if row.remarks:
                    for what in row.remarks:
                        self.remarks.add(line, what, one[0])
                yield line, one

    def _no_list(self, faulty: int, rows: int, line: int) -> RecipientsError:
        return RecipientsError(
            f"this is no list of customers: {faulty} of its first {rows} lines are faulty, "
            "this one too; nothing was taken",
            where=f"{self.name}:{line}",
            remedy="correct the list, or name another",
        )

    def _require_columns(self, columns: Sequence[str], strict: bool) -> None:
        known = ", ".join(filter(None, columns)) or "none"
        line = self._rows.line
        wrong = ListFaults(keeper=self.faults.keeper)
        needed = [column for column in COLUMNS[:2] if column not in columns]
        for column in needed:
            wrong.add(line, f"no column `{column}`; the columns are: {known}")
        unread = dict.fromkeys(column for column in columns if column and column not in COLUMNS)
        self.unread = tuple(unread)
        missing = [column for column in COLUMNS if column not in columns]
        for column in self.unread:
            what = f"the column `{column}` is not one we know"
            if alike := get_close_matches(column, missing, 1, _ALIKE):
                wrong.add(line, f"{what}; did you mean `{alike[0]}`?")
            elif strict:
                wrong.add(line, f"{what}; use {', '.join(COLUMNS)}")
        for place, column in enumerate(columns):
            if column in COLUMNS and column in columns[:place]:
                wrong.add(line, f"the column `{column}` is there twice")
        if wrong.count:
            raise wrong.refusal(self.name, NAMES_WANTED if needed else "")
