"""What is erased when a person is, and what time takes: the plan, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Footprint:
    """What the ledger has of one recipient that is personal."""

    recipient: int
    customer: str
    """The organisation's own id."""
    addresses: frozenset[str]
    """Where letters went, or would go, in lower case; earlier ones too."""
    letters: frozenset[str]
    """The Message-IDs of the letters that were sent."""
    values: int
    """Private values of events about the recipient."""
    named: bool
    """Whether the list of recipients still has an address, a name, or an address as id."""


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What goes when some recipients are erased."""

    footprints: Sequence[Footprint]
    messages: tuple[int, ...]
    """Those that were filed to one of them, or name an address and belong to nobody else."""
    requests: tuple[int, ...]
    """Those for a link that were made with an address."""
    shared: frozenset[str]
    """Customer ids of others who have one of the addresses as well."""
    addresses: frozenset[str]
    """Theirs, and those that were named, in lower case, but for those of others."""
    spooled: int = 0
    """Letters to them in the spool."""

    @property
    def numbers(self) -> list[int]:
        """Of the recipients."""
        return [one.recipient for one in self.footprints]

    @property
    def empty(self) -> bool:
        """Whether there is nothing left that is personal."""
        some = any(one.values or one.named for one in self.footprints)
        return not (some or self.messages or self.requests or self.spooled)

    def lines(self) -> list[str]:
        """The plan in words."""
        lines = [
            f"{one.customer}: {_values(one)}"
            if one.values or one.named
            else f"{one.customer}: nothing is left that is personal"
            for one in self.footprints
        ]
        for count, what in (
            (len(self.messages), "message(s) that they wrote, or that name their address"),
            (len(self.requests), "request(s) for a link, made with their address"),
            (self.spooled, "letter(s) in the spool"),
        ):
            if count:
                lines.append(f"  {count} {what}")
        if self.shared:
            others = ", ".join(sorted(self.shared))
            lines.append(
                f"  kept: what names an address that {others} has too, and was filed to nobody"
            )
        if not self.empty:
            lines.append(
                "  kept: the customer's number, and the id unless it is an address; what was told "
                "and declared, and when"
            )
        return lines


def _values(one: Footprint) -> str:
    listed = "address and name, " if one.named else ""
    return f"{listed}{one.values} value(s) in events: letters, replies, declarations"


def require_found(customers: Sequence[str], found: Sequence[str]) -> None:
    """Refuses to erase some when others are not known, who may be a slip.

    Args:
        customers: the ids that were named.
        found: those that the ledger has.

    Raises:
        NotFoundError: one of them is not known.
    """
    if missing := sorted(set(customers) - set(found)):
        raise NotFoundError(
            f"there is no recipient with the customer id `{missing[0]}`",
            remedy="see that it is the organisation's own id, or name an address: --address",
        )


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

    @property
    def empty(self) -> bool:
        """Whether nothing is to go."""
        return not (self.releases or self.messages or self.recipients)

    def lines(self) -> list[str]:
        """The plan in words."""
        lines = [
            f"{policy}/{release}: {count} value(s) about it, which was superseded more than "
            f"{self.keep} ago"
            for policy, release, count in self.releases
        ]
        if self.messages:
            lines.append(f"{len(self.messages)} message(s) about these, or older than {self.keep}")
        if self.recipients:
            count = len(self.recipients)
            lines.append(f"{count} recipient(s) who were removed more than {self.keep} ago")
        return lines or [f"nothing is older than {self.keep}"]
