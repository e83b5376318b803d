"""The cells of a list of customers: what each may say, and how it is written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from publisher.errors import RecipientsError
from publisher.people.list_text import STRAY
from publisher.people.mail_addresses import read_address
from publisher.people.written_days import meant_day
from publisher.releases.number import Number
from publisher.wording.language import usual_tag

OPTIONAL_COLUMNS = ("name", "language", "class", "joined", "version")
"""The columns that a list need not have, in the order in which a row is read."""
LONGEST_CELL = 200
"""Limit on a customer id and on a name, characters."""
_REMEMBERED = 10_000
"""Limit on the different values of a column that are kept with what they mean."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_WEB = re.compile(r"://|\bwww\.", re.IGNORECASE)

AgreedVersions = tuple[tuple[str, str], ...]
"""AgreedVersions of policies, as (id of the policy, number of the release)."""


class CustomerClass(StrEnum):
    """What a recipient is to the organisation, where the law tells them apart."""

    CUSTOMER = "customer"
    BUSINESS_USER = "business user"
    """Reg. (EU) 2019/1150 Art. 2(1)."""


class FaultyRowError(ValueError):
    """A row that cannot be taken."""

    def __init__(self, customer: str, reasons: Sequence[str]) -> None:
        super().__init__(*reasons)
        self.customer, self.reasons = customer, reasons


class RowReader:
    """Reads the rows of one list."""

    def __init__(
        self, columns: Sequence[str], numbers: Callable[[], Mapping[str, Collection[Number]]]
    ) -> None:
        """Args:
        columns: those of the list, some of them without a name.
        numbers: the releases there are, by policy.
        """
        places = {column: place for place, column in enumerate(columns) if column}
        self._width = len(columns)
        self._customer, self._address = places["customer"], places["address"]
        self._name = places.get("name")
        self._nameless = [place for place, column in enumerate(columns) if not column]
        self.remarks: list[str] = []
        """What is wrong with cells of the row last read, which are taken as if they were not there:
        they are only recorded, so nobody is left untold because of them.
        """
        meanings = (_language, _class, _joined, lambda cell: _versions(cell, numbers()))
        self._others = [
            (places[column], _Meanings(meaning)) if column in places else None
            for column, meaning in zip(OPTIONAL_COLUMNS[1:], meanings, strict=True)
        ]
        self._plain = all(one is None for one in self._others)

    def read(self, cells: Sequence[str]) -> Sequence[Any]:
        """What a row says: customer, address, then `OPTIONAL_COLUMNS`; None: there is no column.

        Raises:
            FaultyRowError: it cannot be taken; has every reason.
        """
        if self.remarks:
            self.remarks = []
        if len(cells) != self._width or self._nameless:
            cells = self._fitted(cells)
        try:
            customer = cells[self._customer].strip()
            address = read_address(cells[self._address].strip())
            name = None if self._name is None else cells[self._name].strip()
            # Nearly all rows: whatever is printable and short has nothing to be looked at twice.
            if (
                customer
                and customer.isprintable()
                and len(customer) <= LONGEST_CELL
                and (not name or (name.isprintable() and len(name) <= LONGEST_CELL))
                and not (name and ("/" in name or "." in name) and _WEB.search(name))
            ):
                if self._plain:
                    return customer, address, name, None, None, None, None
                others = (one and one[1][cells[one[0]].strip()] for one in self._others)
                return customer, address, name, *others
        except (RecipientsError, ValueError):
            pass
        return self._slowly(cells)

    def _fitted(self, cells: Sequence[str]) -> Sequence[str]:
        """A row with as many cells as there are columns; those that have none must be empty."""
        width = self._width
        beyond = [*cells[width:], *(cells[p] for p in self._nameless if p < len(cells))]
        if any(cell.strip() for cell in beyond):
            named = width - len(self._nameless)
            found = len(cells) - sum(not cell.strip() for cell in beyond)
            row = [*cells, *[""] * width]
            raise FaultyRowError(
                _legible(row[self._customer]), [f"{found} cells, and only {named} columns"]
            )
        return [*cells[:width], *[""] * (width - len(cells))]

    def _slowly(self, cells: Sequence[str]) -> Sequence[Any]:
        """The same, with the reasons against it."""
        wrong: list[str] = []
        customer = _clean("customer", cells[self._customer], wrong)
        if not customer:
            wrong.append("the customer is empty")
        name = None if self._name is None else _clean("name", cells[self._name], wrong)
        if name and _WEB.search(name):
            wrong.append(f"the name has a web address in it: {name!r}")
        address = self._mailbox(cells[self._address], wrong)
        others, remarks = [], list[str]()
        for column, one in zip(OPTIONAL_COLUMNS[1:], self._others, strict=True):
            try:
                others.append(one and one[1][cells[one[0]].strip()])
            except ValueError as error:
                # Who is told what hangs on the version, and on no other.
                (wrong if column == "version" else remarks).append(str(error))
                others.append(None)
        if wrong:
            raise FaultyRowError(_legible(customer), [*wrong, *remarks])
        self.remarks = remarks
        return customer, address, name, *others

    def _mailbox(self, cell: str, wrong: list[str]) -> str:
        before = len(wrong)
        address = _clean("address", cell, wrong)
        if len(wrong) > before:
            return ""
        if not address:
            wrong.append("the address is empty")
            return ""
        try:
            return read_address(address)
        except RecipientsError as error:
            wrong.append(error.what)
            return ""


class _Meanings(dict[str, Any]):
    """What the values of a column mean, each found out once: most columns have few."""

    def __init__(self, meaning: Callable[[str], Any]) -> None:
        super().__init__()
        self._meaning = meaning

    def __missing__(self, cell: str) -> Any:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[cell] = found = self._meaning(cell)
        return found


def _clean(column: str, cell: str, wrong: list[str]) -> str:
    """A cell without the space around it."""
    if STRAY.search(cell):
        wrong.append(f"the {column} has bytes that are not UTF-8: {cell[:60]!a}")
    elif _CONTROL.search(cell):
        wrong.append(f"the {column} has control characters: {cell[:60]!r}")
    elif len(cell) > LONGEST_CELL and column != "address":
        wrong.append(f"the {column} has more than {LONGEST_CELL} characters")
    return cell.strip()


def _legible(customer: str) -> str:
    """A customer's id, if it is one."""
    wrong: list[str] = []
    found = _clean("customer", customer, wrong)
    return "" if wrong else found


# ── what is written in the columns ───────────────────────────────────────────────────────────────


def _language(cell: str) -> str:
    if not cell:
        return ""
    found = usual_tag(cell.replace("_", "-"))  # as programs call their locales
    if found is None:
        what = f"the language {cell[:60]!r} is not a tag that we know, such as `de` or `pt-BR`"
        raise ValueError(what)
    return found


def _class(cell: str) -> str:
    found = " ".join(cell.lower().split())
    if found and found not in set(CustomerClass):
        choice = " or ".join(f"`{one}`" for one in CustomerClass)
        raise ValueError(f"the class {cell[:60]!r} is not {choice}")
    return found


def _joined(cell: str) -> str:
    if not cell:
        return ""
    meant = meant_day(cell)
    if meant == cell:
        return cell
    form = f"write {meant}" if meant else "write year, month and day as YYYY-MM-DD"
    raise ValueError(f"{cell[:60]!r} in the column `joined` is not read as a day: {form}")


def _versions(cell: str, known: Mapping[str, Collection[Number]]) -> AgreedVersions:
    found: dict[str, str] = {}
    for word in cell.split():
        policy, slash, written = word.rpartition("/")
        number = Number.parse(written)
        if not slash and len(known) == 1:
            (policy,) = known
        if number is None or policy not in known:
            raise ValueError(_unknown(word, policy, number, known))
        if number not in known[policy]:
            raise ValueError(f"the version {word[:60]!r}: {policy} has no release {number}")
        if found.setdefault(policy, str(number)) != str(number):
            raise ValueError(f"the column `version` names two versions of {policy}")
    return tuple(sorted(found.items()))


def _unknown(
    word: str, policy: str, number: Number | None, known: Mapping[str, Collection[Number]]
) -> str:
    """Why a word is not a version.

    Args:
        word: as it is written.
        policy, number: what it says; empty or None: it does not.
        known: the releases there are, by policy.
    """
    said = f"the version {word[:60]!r}"
    if not known:
        return f"{said}: no policy has a release yet"
    if policy and policy not in known:
        others = ", ".join(f"`{one}`" for one in sorted(known)[:5])
        return f"{said}: no policy `{policy[:60]}` has a release, only {others}"
    policies = " or ".join(f"`{one}/2`" for one in sorted(known)[:5])
    if number is not None:
        return f"{said} does not say of which policy: write {policies}"
    also = " or `2`" if len(known) == 1 else ""
    return f"{said} does not end with the number of a release: write {policies}{also}"
