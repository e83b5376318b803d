"""What taking a list of customers does to what is known of recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from publisher.errors import NotFoundError, RecipientsError
from publisher.people.customer_list import Customer, ListFaults
from publisher.people.list_cells import AgreedVersions
from publisher.people.list_text import ListName
from publisher.people.recipients import RecipientState

_MOST_NAMED = 20
"""Customers that a remark names."""
_MOST_MISSING = 10
"""Of so many recipients, one may be missing in a complete list without a question."""


class KnownRecipient(NamedTuple):
    """What the ledger knows of a recipient."""

    number: int
    customer: str
    address: str
    name: str
    language: str
    group: str
    joined: str
    state: str
    versions: AgreedVersions | None = None
    """Those that they came with; None: nobody asked."""
    reached: AgreedVersions = ()
    """Those of which a letter may have arrived: that they came with them says nothing new."""


def merged(one: Customer, known: KnownRecipient) -> KnownRecipient:
    """What is known of a recipient once a line of a list is taken: what a list says counts, and
    what it has no column for stays. Whoever is in a list is told.
    """
    return KnownRecipient(
        known.number,
        known.customer,
        one.address,
        known.name if one.name is None else one.name,
        known.language if one.language is None else one.language,
        known.group if one.group is None else one.group,
        known.joined if one.joined is None else one.joined,
        RecipientState.TOLD,
        _came_with(one, known),
        known.reached,
    )


def _came_with(one: Customer, known: KnownRecipient) -> AgreedVersions | None:
    if one.versions is None:
        return known.versions
    stated = known.versions or ()
    return tuple(v for v in one.versions if v in stated or v not in known.reached)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a list is to be taken."""

    strict: bool = False
    """A line that cannot be taken refuses the list."""
    complete: bool = False
    """Who is not in it is told no more."""
    confirmed: bool = False
    """Even if that is more than a tenth of all."""

    @property
    def words(self) -> str:
        """They as options of a command, each after a space."""
        return "".join(
            word for word, given in ((" --strict", self.strict), (" --all", self.complete)) if given
        )


@dataclass(frozen=True, slots=True)
class Taking:
    """A list, and how it is to be taken."""

    name: ListName
    options: ImportOptions = ImportOptions()


@dataclass(slots=True)
class RecipientsImport:
    """What an import of recipients did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    """How many lines cannot be taken."""
    repeated: int = 0
    """How many lines say again what one before them says."""
    again: int = 0
    """How many of those changed had been removed, and are told again."""
    anew: Sequence[str] = ()
    """The new who had been erased: the ledger knows them as others now."""
    removed: int = 0
    """How many are told no more, since a complete list has them not."""
    shared: Sequence[str] = ()
    """Addresses of more than one customer, the first of them: each gets a letter of its own."""
    faults: Sequence[str] = ()
    """What is wrong with lines that were left out."""
    unrecorded: Sequence[str] = ()
    """What is wrong with cells that lines were taken without."""
    unread: Sequence[str] = ()
    """The columns that are not read."""

    @property
    def empty(self) -> bool:
        """Whether the list had no line but its headings."""
        rows = self.new, self.changed, self.unchanged, self.left_out, self.repeated
        return not any(rows)

    @property
    def findings(self) -> list[str]:
        """What a person has to look at."""
        nobody = "nobody is in this list: it has only headings; see that its export worked"
        return [
            *([nobody] if self.empty else ()),
            *(f"left out: {fault}" for fault in self.faults),
            *(f"taken without this cell: {fault}" for fault in self.unrecorded),
        ]

    @property
    def counts(self) -> str:
        """What it did, in a line."""
        found = [f"{self.new:,} new, {self.changed:,} changed, {self.unchanged:,} unchanged"]
        more = (
            (self.removed, "removed"),
            (self.left_out, f"line{'s' * (self.left_out != 1)} left out"),
            (self.repeated, f"duplicate line{'s' * (self.repeated != 1)}"),
        )
        return ", ".join(found + [f"{count:,} {what}" for count, what in more if count])

    @property
    def remarks(self) -> list[str]:
        """What a person may want to look at."""
        told = []
        if self.again:
            whose, are = ("customers", "are") if self.again > 1 else ("customer", "is")
            told.append(f"{self.again} {whose} had been removed, and {are} told again from now on")
        if count := len(self.anew):
            whose, are = "customer", "is recorded as a new recipient"
            if count > 1:
                whose, are = "customers", "are recorded as new recipients"
            named = ", ".join(self.anew[:_MOST_NAMED])
            more = f" and {count - _MOST_NAMED} more" if count > _MOST_NAMED else ""
            told.append(f"{count} {whose} had been erased, and {are}: {named}{more}")
        if self.unread:
            what = "columns" if len(self.unread) > 1 else "column"
            named = ", ".join(f"`{column[:60]}`" for column in self.unread)
            told.append(f"not read, since we do not know the {what}: {named}")
        told += [f"{a} is the address of several customers; each is told" for a in self.shared]
        return told


@dataclass(slots=True)
class Unlisting:
    """What taking customers off the list did."""

    removed: int = 0
    before: int = 0
    """How many of them were told no more before."""


def require_known(unknown: ListFaults, name: str) -> None:
    """Refuses to take customers off whom the ledger does not know.

    Args:
        unknown: they, each with its line.
        name: of the list they are in; empty: they were named by themselves.

    Raises:
        NotFoundError: there are any.
    """
    if unknown.count:
        found = f"{unknown.count} customer{'s' if unknown.count > 1 else ''} not found"
        lines = [f"  {line}" for line in unknown.lines(name)]
        raise NotFoundError(
            "\n".join([f"{found}; nobody was removed", *lines]),
            remedy="correct the ids, or leave them out",
        )


def require_consistent(contradictions: ListFaults, faults: ListFaults, taking: Taking) -> None:
    """Refuses a list whose lines contradict one another, and, if so wanted, one with faults.

    Args:
        contradictions: lines that say something else of a customer than one before.
        faults: lines that cannot be taken.
        taking: how the list is to be taken.

    Raises:
        RecipientsError: nothing may be taken.
    """
    if contradictions.count:
        raise contradictions.refusal(taking.name.name)
    if faults.count and taking.options.strict:
        raise faults.refusal(taking.name.name)


def require_somebody(done: RecipientsImport, taking: Taking) -> None:
    """Refuses a complete list without customers: an export that failed looks like that.

    Args:
        done: what its lines did.
        taking: how the list is to be taken.

    Raises:
        RecipientsError: nobody is in it, and everybody would be told no more.
    """
    if done.empty and taking.options.complete:
        raise RecipientsError(
            "nobody is in this list: it has only headings; nothing was taken",
            where=taking.name.name,
            remedy="see that its export worked, and import the list again",
        )


def require_legible(nameless: int, taking: Taking) -> None:
    """Refuses to say who is missing where a line does not say whom it is about.

    Args:
        nameless: the number of such a line; 0: there is none.
        taking: how the list is to be taken.

    Raises:
        RecipientsError: somebody could be taken for missing who is not.
    """
    if nameless:
        raise RecipientsError(
            "it cannot be read whom this line is about, so nobody can say who is missing; "
            "nothing was taken",
            where=f"{taking.name.name}:{nameless}",
            remedy="correct this line, or import the list without --all",
        )


def require_meant(missing: int, told: int, taking: Taking) -> None:
    """Refuses to take many recipients off without a word: a list may have been cut off.

    Args:
        missing: how many of the recipients are not in the list.
        told: how many recipients there were.
        taking: how the list is to be taken.

    Raises:
        RecipientsError: they are more than a tenth, and nobody said that this is meant.
    """
    if missing * _MOST_MISSING > told and not taking.options.confirmed:
        raise RecipientsError(
            f"{missing} of {told} recipients are not in this list and would be told no more, "
            "which is more than a tenth; nothing was taken",
            where=taking.name.name,
            remedy=f"see that the list is complete; if so: {taking.name.again_with('--confirm')}",
        )
