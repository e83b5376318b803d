"""What a person finds out about a letter in doubt or refused, and what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.errors import NotFoundError, SendError
from publisher.people.customer_list import ListFaults
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.releases.number import Number

_REFUSED = (DeliveryState.REFUSED, DeliveryState.BOUNCED)
UNSETTLED = (DeliveryState.IN_DOUBT, DeliveryState.REFUSED, DeliveryState.BOUNCED)
"""States of a letter that a person has to see to."""


OPERATOR = "operator"
"""The role of whoever does not say which one they have."""


class Resolution(StrEnum):
    """What a person found out about a letter."""

    ACCEPTED = "accepted"
    """The carrier took it."""
    AGAIN = "again"
    """The carrier did not take it: it is to be sent again."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person found out about many letters about a release."""

    policy: str
    number: Number
    resolution: Resolution
    role: str
    """Of the person."""
    at: dt.datetime

    @property
    def reply(self) -> str:
        """What stays on record in place of the carrier's words."""
        return f"resolved by hand: {self.resolution}"


@dataclass(slots=True)
class Settled:
    """What settling many letters did, or would do."""

    count: int = 0
    before: int = 0
    """How many were in that state already, or were named before."""


@dataclass(frozen=True, slots=True)
class Resolvable:
    """That a letter can be settled in some way."""

    already: bool
    """It is so already."""


def resolvable(state: str | None, resolution: Resolution) -> Resolvable | None:
    """Whether a letter can be settled as a person found; None: there is nothing to settle about it.

    Args:
        state: of the letter; None: nothing happened about it.
        resolution: what was found out.
    """
    again = resolution is Resolution.AGAIN
    after = DeliveryState.TO_DO if again else DeliveryState.ACCEPTED
    if state == after or (again and state is None):
        return Resolvable(already=True)
    fits = state in (UNSETTLED if again else (DeliveryState.IN_DOUBT,))
    return Resolvable(already=False) if fits else None


def require_resolvable(faults: ListFaults, name: str) -> None:
    """Refuses to settle letters of which some are in no doubt.

    Args:
        faults: they, each with its line.
        name: of the list they are in.

    Raises:
        NotFoundError: there are any.
    """
    if faults.count:
        lines = [f"  {line}" for line in faults.lines(name)]
        raise NotFoundError(
            "\n".join([f"{faults.count} not in doubt; nothing was changed", *lines]),
            remedy="correct the ids, or leave them out",
        )


@dataclass(frozen=True, slots=True)
class UnsettledDelivery:
    """A letter that a person has to see to, or that was put off."""

    customer: str
    delivery: Delivery

    def cells(self) -> tuple[str, ...]:
        """As a table shows it: customer, state, since, tries, Message-ID, the carrier's words."""
        one = self.delivery
        moment = f"{one.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        return (self.customer, one.state, moment, str(one.tries), one.message_id, one.reply)


@dataclass(frozen=True, slots=True)
class UnsettledLetters:
    """The letters about a release that are not done: a person sees to them, or the next run."""

    number: Number
    rows: Sequence[UnsettledDelivery]
    may_be_told: bool
    """Whether the notice of the release may still be sent."""

    def next_steps(self) -> list[str]:
        """What becomes of them, a line for each state that there is: commands, in words."""
        states = {row.delivery.state for row in self.rows}
        resolve, send = f"publisher resolve {self.number}", f"publisher send {self.number}"
        found = []
        if DeliveryState.IN_DOUBT in states:
            found.append(f"in doubt, and in the relay's log: {resolve} CUSTOMER --accepted")
            found.append(f"in doubt, and not in it: {resolve} CUSTOMER --again")
        if refused := [state for state in _REFUSED if state in states]:
            found.append(f"{' or '.join(refused)}, once mended: {resolve} CUSTOMER --again")
        if DeliveryState.TO_DO in states:
            again = f"tried again by {send} --confirm" if self.may_be_told else "no more"
            found.append(f"to do: {again}")
        return found


def unsettled_deliveries(deliveries: Iterable[Delivery], number: Number) -> list[Delivery]:
    """The letters about a release that a person has to see to, and those that were put off.

    Args:
        deliveries: those of the release and of its corrections.
        number: of the release.
    """
    open_ = (*UNSETTLED, DeliveryState.TO_DO)
    return [d for d in deliveries if d.release == str(number) and d.state in open_]


def unsettled_first(letters: Sequence[Delivery], resolution: Resolution) -> Delivery | None:
    """The letter that is meant, of those to all who have or had one customer id; None: none.

    Args:
        letters: the latest recipient's first.
        resolution: what was found out.
    """
    for one in letters:
        found = resolvable(one.state, resolution)
        if found and not found.already:
            return one
    return letters[0] if letters else None


def resolved_state(
    delivery: Delivery | None, resolution: Resolution, customer: str, number: Number
) -> DeliveryState:
    """The state of a letter after a person has resolved it.

    A letter in doubt may be either; one that was refused or bounced may be put back to do, once
    its cause is mended.

    Args:
        delivery: of the letter; None: the customer is not on the list of the release.
        resolution: what was found out.
        customer, number: the customer's id and the release, for messages.

    Raises:
        NotFoundError: there is no such letter.
        SendError: there is nothing to resolve about it.
    """
    if delivery is None:
        raise NotFoundError(f"`{customer}` is not on the list of release {number}")
    again = resolution is Resolution.AGAIN
    if delivery.state not in (UNSETTLED if again else (DeliveryState.IN_DOUBT,)):
        raise SendError(f"the letter to `{customer}` is not in doubt: it is {delivery.state}")
    return DeliveryState.TO_DO if again else DeliveryState.ACCEPTED
