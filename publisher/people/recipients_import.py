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
    again: int = 0
    """How many of those changed had been removed, and are told again."""
    anew: int = 0
    """How many of the new had been erased: the ledger knows them as others now."""
    removed: int = 0
    """How many are told no more, since a complete list has them not."""
    shared: Sequence[str] = ()
    """Addresses of more than one customer, the first of them: each gets a letter of its own."""
    faults: Sequence[str] = ()
    """What is wrong with lines that were left out."""

    @property
    def counts(self) -> str:
        """What it did, in a line."""
        found = f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
        return f"{found}, {self.removed} removed" if self.removed else found

    @property
    def remarks(self) -> list[str]:
        """What a person may want to look at."""
        told = [
            (self.again, "had been removed, and told again from now on"),
            (self.anew, "had been erased, and recorded as a new recipient"),
        ]
        return [
            *(f"{count} {what}" for count, what in told if count),
            *(f"{a} is the address of several customers; each is told" for a in self.shared),
        ]


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
        name: of the list they are in.

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
