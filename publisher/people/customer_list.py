"""A list of customers, as CSV: read whole, with everything that is wrong with it told at once."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from publisher.errors import RecipientsError

COLUMNS = ("customer", "address", "name")
"""The columns named in the first line of a list; `name` may be missing."""
LONGEST_CELL = 200
"""Limit on a customer id and on a name, characters."""
PROBLEMS_SHOWN = 50
"""Limit on the problems that one message lists."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_WEB = re.compile(r"://|\bwww\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Customer:
    """One line of a list."""

    id: str
    """The organisation's own id."""
    address: str
    """As mail needs it: a domain of another script is in its ASCII form (RFC 5890)."""
    name: str

    @property
    def told_as(self) -> tuple[str, str]:
        """What a letter is addressed to."""
        return self.address, self.name


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A list without problems."""

    customers: tuple[Customer, ...]
    shared: tuple[str, ...]
    """Addresses of more than one customer: each gets a letter of its own."""


def read_customers(data: bytes, name: str) -> CustomerList:
    """The customers in a CSV file.

    Args:
        data: UTF-8, with or without a byte-order mark; cells separated by `,` or `;`.
        name: the file's name, for messages.

    Raises:
        RecipientsError: the list cannot be taken; names every line and why.
    """
    reader = _Reader(name)
    found = reader.read(_text(data, name))
    if reader.problems:
        raise reader.error()
    counts = Counter(customer.address.lower() for customer in found)
    shared = tuple(sorted(address for address, count in counts.items() if count > 1))
    return CustomerList(tuple(found), shared)


def read_address(address: str) -> str:
    """An address as mail needs it: a domain of another script in its ASCII form.

    Raises:
        RecipientsError: it is no address, or has letters before the @ that not every server takes.
    """
    try:
        read = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise RecipientsError(
            f"`{address[:80]}` is not an address: {error}", remedy="correct it"
        ) from None
    return read.ascii_email or ""


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecipientsError(
            "not UTF-8 text", where=f"{name}:{line}", remedy="save the list as “CSV UTF-8”"
        ) from None


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[tuple[int, str]] = []

    def error(self) -> RecipientsError:
        count = len(self.problems)
        lines = [f"  {self.name}:{line}: {what}" for line, what in self.problems[:PROBLEMS_SHOWN]]
        if count > PROBLEMS_SHOWN:
            lines.append(f"  … and {count - PROBLEMS_SHOWN} more")
        what = f"{count} problem{'s' if count > 1 else ''} in the list; nothing was taken from it"
        return RecipientsError(
            "\n".join([what, *lines]), remedy="correct these lines and import the list again"
        )

    def read(self, text: str) -> list[Customer]:
        head = text.split("\n", 1)[0]
        delimiter = ";" if head.count(";") > head.count(",") else ","
        rows = self._rows(text, delimiter)
        first = next(rows, None)
        columns = self._columns(first[1] if first else [])
        if self.problems:
            return []
        found: dict[str, tuple[int, Customer]] = {}
        for line, cells in rows:
            customer = self._customer(line, columns, cells)
            if customer is not None:
                self._add(found, line, customer)
        return [customer for _, customer in found.values()]

    def _rows(self, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        start = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield start, cells
                start = reader.line_num + 1
        except csv.Error as error:
            self.problems.append((start, f"not CSV: {error}"))

    def _columns(self, cells: Sequence[str]) -> list[str]:
        columns = [cell.strip().lower() for cell in cells]
        known = ", ".join(columns) or "none"
        for column in COLUMNS[:2]:
            if column not in columns:
                self.problems.append((1, f"no column `{column}`; the columns are: {known}"))
        for column in columns:
            if column not in COLUMNS:
                what = f"the column `{column}` is not one we know; use {', '.join(COLUMNS)}"
                self.problems.append((1, what))
            elif columns.count(column) > 1:
                self.problems.append((1, f"the column `{column}` is there twice"))
        return columns

    def _customer(self, line: int, columns: Sequence[str], cells: Sequence[str]) -> Customer | None:
        before = len(self.problems)
        if len(cells) > len(columns):
            what = f"{len(cells)} cells, and only {len(columns)} columns"
            self.problems.append((line, what))
            return None
        row = dict(zip(columns, cells, strict=False))
        values = [self._clean(line, column, row.get(column, "")) for column in COLUMNS]
        customer, address, name = values
        if not customer:
            self.problems.append((line, "the customer is empty"))
        if _WEB.search(name):
            self.problems.append((line, f"the name has a web address in it: {name!r}"))
        if len(self.problems) == before:
            address = self._address(line, address)
        return Customer(customer, address, name) if len(self.problems) == before else None

    def _clean(self, line: int, column: str, value: str) -> str:
        if _CONTROL.search(value):
            self.problems.append((line, f"the {column} has control characters: {value[:60]!r}"))
        elif len(value) > LONGEST_CELL and column != "address":
            self.problems.append((line, f"the {column} has more than {LONGEST_CELL} characters"))
        return value.strip()

    def _address(self, line: int, address: str) -> str:
        if not address:
            self.problems.append((line, "the address is empty"))
            return ""
        try:
            return read_address(address)
        except RecipientsError as error:
            self.problems.append((line, error.what))
            return ""

    def _add(self, found: dict[str, tuple[int, Customer]], line: int, customer: Customer) -> None:
        first, known = found.setdefault(customer.id, (line, customer))
        if known != customer:
            what = f"the customer `{customer.id}` is on line {first} with other data"
            self.problems.append((line, what))


@dataclass(frozen=True, slots=True)
class RecipientsImport:
    """What an import of recipients did."""

    new: int
    changed: int
    unchanged: int
    shared: tuple[str, ...]
    """Addresses of more than one customer: each gets a letter of its own."""

    @property
    def remarks(self) -> list[str]:
        """What a person may want to look at."""
        return [f"{a} is the address of several customers; each is told" for a in self.shared]
