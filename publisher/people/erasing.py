"""What is erased when a person is, and what time takes: the plan, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.errors import NotFoundError, RequestError
from publisher.people.requests import receipt_number
from publisher.releases.remedies import shell_word
from publisher.text.amounts import amount, enumeration


@dataclass(frozen=True, slots=True)
class Footprint:
    """What the ledger has of one recipient that is personal."""

    recipient: int
    customer: str
    """The organisation's own id."""
    addresses: frozenset[str]
    """Where letters went, or would go, in lower case; earlier ones too."""
    letters: frozenset[str]
    """The Message-IDs of the letters that were sent, and their SHA-256 in hex."""
    values: int
    """Private values of events about the recipient."""
    named: bool
    """Whether the list of recipients still has an address, a name, or an address as id."""


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What goes when some recipients are erased."""

    footprints: Sequence[Footprint]
    messages: tuple[int, ...]
    """Those that were filed to one of them, or name an address of nobody else and were filed to no
    other; but for those that wait."""
    requests: tuple[int, ...]
    """Those for a link that were made with an address."""
    shared: frozenset[str]
    """Customer ids of others who have one of the addresses as well."""
    addresses: frozenset[str]
    """Theirs, and those that were named, in lower case."""
    waiting: tuple[int, ...] = ()
    """Messages that wait for a person, or were not read yet, and were filed to one of them, or name
    an address and were filed to no other: they may be an opt-out."""
    naming_others: int = 0
    """Messages of nobody that stay, since they name an address of another customer as well."""
    letters_of_others: frozenset[str] = frozenset()
    """As in a footprint, of those who have one of the addresses as well."""
    spooled: int = 0
    """Letters to them in the spool."""
    closing: tuple[int, ...] = ()
    """Requests of theirs that wait for a person, or to be confirmed: nobody can be answered."""

    @property
    def letters(self) -> frozenset[str]:
        """The Message-IDs of their letters, and their SHA-256 in hex."""
        return frozenset().union(*(one.letters for one in self.footprints))

    @property
    def numbers(self) -> list[int]:
        """Of the recipients."""
        return [one.recipient for one in self.footprints]

    @property
    def empty(self) -> bool:
        """Whether there is nothing left that is personal."""
        some = any(one.values or one.named for one in self.footprints)
        left = self.messages or self.requests or self.waiting or self.spooled
        return not (some or left)

    def lines(self) -> list[str]:
        """The plan in words."""
        lines = [
            f"{one.customer}: {_values(one)}"
            if one.values or one.named
            else f"{one.customer}: nothing is left that is personal"
            for one in self.footprints
        ]
        count = len(self.messages)
        verb = "names" if count == 1 else "name"
        for number, noun, what in (
            (count, "message", f"that they wrote, or that {verb} their address"),
            (len(self.requests), "request", "for a link, made with their address"),
            (self.spooled, "letter", "in the spool"),
        ):
            if number:
                lines.append(f"  {amount(number, noun)} {what}")
        if self.closing:
            verb = "is" if len(self.closing) == 1 else "are"
            which = enumeration("request", map(receipt_number, self.closing))
            lines.append(f"  {which} {verb} closed, for nobody can be answered any more")
        if self.waiting:
            lines.append(f"  first: {_waits(self.waiting)}: settle it by publisher requests")
        if self.shared:
            others = ", ".join(sorted(self.shared))
            lines.append(
                f"  kept: what names an address that {others} has too, and was filed to nobody"
            )
        if self.naming_others:
            kept = amount(self.naming_others, "message")
            lines.append(f"  kept: {kept} filed to nobody, with an address of another customer")
        if self.footprints and not self.empty:
            lines.append(
                "  kept: the customer's number, and the id unless it is an address; what was told "
                "and declared, and when"
            )
        return lines


def _values(one: Footprint) -> str:
    listed = "address and name, " if one.named else ""
    values = amount(one.values, "value")
    return f"{listed}{values} in events: letters, replies, declarations"


def _waits(messages: Sequence[int]) -> str:
    verb, may = ("waits", "is") if len(messages) == 1 else ("wait", "are")
    which = enumeration("message", messages)
    return f"{which} {verb} for a person, or {may} not read yet, and may be an opt-out"


def require_none_waiting(plan: ErasurePlan) -> None:
    """Refuses to erase somebody whose declaration may not be on record yet.

    Raises:
        RequestError: a message of theirs, or that names an address of theirs, waits.
    """
    if plan.waiting:
        raise RequestError(
            f"{_waits(plan.waiting)}: what it declares has to be on record before it is erased",
            remedy="publisher requests",
        )


def require_found(customers: Sequence[str], found: Sequence[str]) -> list[str]:
    """Refuses to erase some when others are not known, who may be a slip.

    Args:
        customers: the ids that were named.
        found: those that the ledger has.

    Returns:
        The ids that are none, and may be an address of nobody who is a customer.

    Raises:
        NotFoundError: one of them is not known, and is no address.
    """
    missing = sorted(set(customers) - set(found))
    for one in missing:
        if "@" not in one:
            remedy = "see that it is the organisation's own id, or name an address: --address"
            raise _no_recipient(one, remedy)
    return missing


def require_something(missing: str, whose: Sequence[str], *, something: bool) -> None:
    """Refuses what is no customer id, and no address of nobody either.

    Args:
        missing: what was named as if it were an id.
        whose: the ids of the customers with this address.
        something: whether anything that came in names it.

    Raises:
        NotFoundError: it is an address of customers, or nothing at all.
    """
    if whose:
        option = f"--address={missing}"
        raise _no_recipient(missing, f"publisher recipients erase {shell_word(option)}")
    if not something:
        what = "nobody has it as address, and nothing that came in names it"
        raise _no_recipient(missing, "see that it is the organisation's own id", what)


def _no_recipient(customer: str, remedy: str, more: str = "") -> NotFoundError:
    what = f"there is no recipient with the customer id `{customer}`"
    return NotFoundError(f"{what}; {more}" if more else what, remedy=remedy)


@dataclass(frozen=True, slots=True)
class PruningPlan:
    """What goes because its time is over."""

    keep: str
    """How long things are kept, in words."""
    releases: Sequence[tuple[str, str, int]]
    """Policy, number of a release, and how many values there are about it."""
    messages: tuple[int, ...]
    recipients: tuple[int, ...]
    """Those that were taken off the list."""
    waiting: int = 0
    """Messages that would go, but wait for a person, or were not read yet."""
    requests: tuple[int, ...] = ()
    """Those about no release that wait for nobody."""
    open_requests: int = 0
    """Requests that would go, but are open."""

    @property
    def empty(self) -> bool:
        """Whether nothing is to go."""
        return not (self.releases or self.messages or self.recipients or self.requests)

    def lines(self) -> list[str]:
        """The plan in words."""
        lines = [
            f"{policy}/{release}: {amount(count, 'value')} about it, which was superseded more "
            f"than {self.keep} ago"
            for policy, release, count in self.releases
        ]
        if self.messages:
            count = amount(len(self.messages), "message")
            lines.append(f"{count} about these, or older than {self.keep}")
        if self.requests:
            count = amount(len(self.requests), "request")
            lines.append(f"{count} about no release, older than {self.keep}")
        if self.recipients:
            count = amount(len(self.recipients), "recipient")
            verb = "was" if len(self.recipients) == 1 else "were"
            lines.append(f"{count} who {verb} removed more than {self.keep} ago")
        lines = lines or [f"nothing is older than {self.keep}"]
        if self.open_requests:
            count = amount(self.open_requests, "request")
            verb = "waits" if self.open_requests == 1 else "wait"
            lines.append(f"kept: {count} that {verb} for a person: publisher requests")
        if self.waiting:
            count, one = amount(self.waiting, "message"), self.waiting == 1
            what = "waits for a person, or is" if one else "wait for a person, or are"
            lines.append(f"kept: {count} that {what} not read yet: publisher requests")
        return lines
