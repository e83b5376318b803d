"""What a person finds out about a letter in doubt or refused, and what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.errors import NotFoundError, SendError
from publisher.people.customer_list import ListFaults
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.merge import is_handed
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.remedies import shell_word
from publisher.releases.statement import require_words
from publisher.wording.dates import first_moment

_REFUSED = (DeliveryState.REFUSED, DeliveryState.BOUNCED)
UNSETTLED = (DeliveryState.IN_DOUBT, DeliveryState.REFUSED, DeliveryState.BOUNCED)
"""States of a letter that a person has to see to."""


OPERATOR = "operator"
"""The role of whoever does not say which one they have."""


class Resolution(StrEnum):
    """What a person found out about a letter, or decided."""

    ACCEPTED = "accepted"
    """The carrier took it."""
    AGAIN = "again"
    """The carrier did not take it: it is to be sent again."""
    OTHERWISE = "otherwise"
    """The customer was told in another way."""
    GIVE_UP = "give-up"
    """The customer is not told."""


STATE_RESOLVED = {
    Resolution.ACCEPTED: DeliveryState.ACCEPTED,
    Resolution.AGAIN: DeliveryState.TO_DO,
    Resolution.OTHERWISE: DeliveryState.OTHERWISE,
    Resolution.GIVE_UP: DeliveryState.GIVEN_UP,
}
"""The state of a letter after each."""
SAID = (Resolution.OTHERWISE, Resolution.GIVE_UP)
"""Those of which a person says how, or why."""
_FITS = {
    Resolution.ACCEPTED: (DeliveryState.IN_DOUBT,),
    Resolution.AGAIN: (*UNSETTLED, DeliveryState.GIVEN_UP, DeliveryState.OTHERWISE),
    Resolution.OTHERWISE: (*UNSETTLED, DeliveryState.GIVEN_UP),
    # One in doubt may have arrived: nobody can say that its customer was not told.
    Resolution.GIVE_UP: _REFUSED,
}


@dataclass(frozen=True, slots=True)
class FoundOut:
    """What a person found out or decided, and says of it."""

    resolution: Resolution
    role: str = OPERATOR
    """Of the person."""
    words: str = ""
    """How the customer was told in another way, or why they are not told; a line."""
    day: dt.date | None = None
    """On which they were told in another way, None: today; or on which a carrier took the letter,
    None: when it was handed over."""

    @classmethod
    def said(
        cls, resolution: Resolution, role: str, words: str, day: dt.date | None = None
    ) -> FoundOut:
        """What a person says of a letter, in a line.

        Raises:
            ConfigurationError: it says nothing, or too much.
        """
        return cls(resolution, role, require_words(words, f"--{resolution}"), day)

    @property
    def recorded(self) -> str:
        """It, in the words of a line to read."""
        said = self.resolution in SAID
        return str(STATE_RESOLVED[self.resolution] if said else self.resolution)

    @property
    def reply(self) -> str:
        """What stays on record in place of the carrier's words."""
        if self.words:
            return f"{STATE_RESOLVED[self.resolution]}: {self.words}"
        return f"resolved by hand: {self.resolution}"

    def then(self, release: Release, now: dt.datetime) -> dt.datetime | None:
        """When the customer was told, see `told_at`; None: the ledger knows, or they were not.

        Raises:
            SendError: the day is to come, or before the release was published.
        """
        accepted = self.resolution is Resolution.ACCEPTED and self.day
        if self.resolution is not Resolution.OTHERWISE and not accepted:
            return None
        return told_at(release, self.day or release.day_of(now), now)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person found out about many letters about a release."""

    release: Release
    releases: Releases
    """All of the policy."""
    found: FoundOut
    at: dt.datetime
    too_late: bool = False
    """Whether nobody may be told of the release any more."""

    @property
    def policy(self) -> str:
        """Its id."""
        return self.release.policy.id

    @property
    def number(self) -> Number:
        """That of the release."""
        return self.release.number

    @property
    def states(self) -> tuple[DeliveryState, ...]:
        """States of the letters that are settled where all are meant."""
        resolution = self.found.resolution
        fits: tuple[DeliveryState, ...] = (DeliveryState.IN_DOUBT,)
        if resolution in SAID:
            fits = _REFUSED if resolution is Resolution.GIVE_UP else UNSETTLED
        late = (DeliveryState.TO_DO,) if self.too_late and resolution in SAID else ()
        return (*fits, *late)


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


def told_at(release: Release, day: dt.date, now: dt.datetime) -> dt.datetime:
    """The moment that stands for a day on which somebody was told of a release: the first of it, on
    its calendar.

    Raises:
        SendError: the day is to come, or before the release was published.
    """
    published = release.published_day
    if day > release.day_of(now):
        raise SendError(f"{day} is to come: nobody was told then", where="--on")
    if published and day < published:
        what = f"release {release.number} was published on {published}, and nobody can have been "
        raise SendError(f"{what}told of it on {day}", where="--on")
    return first_moment(day, release.conditions.time_zone)


def resolvable(
    state: str | None, resolution: Resolution, *, too_late: bool = False
) -> Resolvable | None:
    """Whether a letter can be settled as a person found; None: there is nothing to settle about it.

    Args:
        state: of the letter; None: nothing happened about it.
        resolution: what was found out.
        too_late: whether nobody may be told of the release any more.
    """
    if (state or DeliveryState.TO_DO) == STATE_RESOLVED[resolution]:
        return Resolvable(already=True)
    late = too_late and resolution in SAID and state in (None, DeliveryState.TO_DO)
    return Resolvable(already=False) if late or state in _FITS[resolution] else None


def require_resolvable(faults: ListFaults, name: str, resolution: Resolution) -> None:
    """Refuses to settle letters of which some are in no doubt.

    Args:
        faults: they, each with its line.
        name: of the list they are in.
        resolution: what was found out.

    Raises:
        NotFoundError: there are any.
    """
    if faults.count:
        lines = [f"  {line}" for line in faults.lines(name)]
        what = "of which this cannot be said" if resolution in SAID else "not in doubt"
        raise NotFoundError(
            "\n".join([f"{faults.count} {what}; nothing was changed", *lines]),
            remedy="correct the ids, or leave them out",
        )


UNSETTLED_FORM = "urn:policy-publisher:unsettled:1"
"""The `$id` of its JSON Schema, `docs/unsettled.schema.json`."""
UNSETTLED_COLUMNS = ("customer", "release", "state", "since", "tries", "message_id", "reply")
"""Of the CSV file; JSON has the same keys."""


@dataclass(frozen=True, slots=True)
class UnsettledDelivery:
    """A letter that a person has to see to, or that was put off."""

    customer: str
    delivery: Delivery

    def values(self) -> Mapping[str, object]:
        """For programs: as `docs/unsettled.schema.json` has it."""
        one = self.delivery
        return {
            "customer": self.customer,
            "release": one.release,
            "state": one.state.value,
            "since": f"{one.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
            "tries": one.tries,
            "message_id": one.message_id,
            "reply": one.reply,
        }

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
        letters = [row.delivery for row in self.rows]
        return next_steps(self.number, letters, may_be_told=self.may_be_told)


def next_steps(number: Number, letters: Sequence[Delivery], *, may_be_told: bool) -> list[str]:
    """What becomes of letters that are not done, a line for each state: commands, in words.

    Args:
        number: of the release that they are about.
        letters: they.
        may_be_told: whether the notice of the release may still be sent.
    """
    states = {one.state for one in letters}
    resolve, send = f"publisher resolve {number}", f"publisher send {number}"
    found = []
    doubtful = [one for one in letters if one.state is DeliveryState.IN_DOUBT]
    if any(is_handed(one.reply) for one in doubtful):
        take = f"publisher deliveries import FILE --release {number}"
        found.append(f"in doubt, and handed to a mail merge: {take}")
    if not all(is_handed(one.reply) for one in doubtful):
        found.append(f"in doubt, with Postfix as the relay: {resolve} --from-log FILE")
        found.append(f"in doubt, and in the relay's log: {resolve} CUSTOMER --accepted")
        found.append(f"in doubt, and not in it: {resolve} CUSTOMER --again")
    said = f'{resolve} CUSTOMER --otherwise "by phone"'
    given_up = f'not told at all: {resolve} CUSTOMER --give-up "address is dead"'
    if refused := [state for state in _REFUSED if state in states]:
        found.append(f"{' or '.join(refused)}, once mended: {resolve} CUSTOMER --again")
        found += [f"told in another way: {said}", given_up]
    if DeliveryState.TO_DO in states:
        again = f"tried again by {send} --confirm" if may_be_told else "no more"
        found.append(f"to do: {again}")
        if not may_be_told:
            found += [one for one in (f"told in another way: {said}", given_up) if one not in found]
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
        found = resolvable(one.state, resolution, too_late=True)
        if found and not found.already:
            return one
    return letters[0] if letters else None


def resolved_state(
    delivery: Delivery | None,
    resolution: Resolution,
    customer: str,
    number: Number,
    *,
    too_late: bool = False,
) -> DeliveryState:
    """The state of a letter after a person has resolved it.

    A letter in doubt may be either; one that was refused or bounced may be put back to do, once
    its cause is mended, or given up.

    Args:
        delivery: of the letter; None: the customer is not on the list of the release.
        resolution: what was found out.
        customer, number: the customer's id and the release, for messages.
        too_late: whether nobody may be told of the release any more.

    Raises:
        NotFoundError: there is no such letter.
        SendError: there is nothing to resolve about it.
    """
    if delivery is None:
        raise NotFoundError(f"`{customer}` is not on the list of release {number}")
    found, state = resolvable(delivery.state, resolution, too_late=too_late), delivery.state
    if found and not found.already:
        return STATE_RESOLVED[resolution]
    if resolution not in SAID:
        what, wrong = f"the letter to `{customer}` is not in doubt: it is {state}", ""
        if resolution is Resolution.ACCEPTED and state in _REFUSED:
            wrong = "if that is wrong, by a list with their line alone: publisher deliveries "
            wrong += f"import FILE --release {number} --correct"
        raise SendError(what, remedy=wrong)
    what, remedy = f"the letter to `{customer}` is {state}", ""
    command = f"publisher resolve {number} {shell_word(customer)}"
    if state is DeliveryState.IN_DOUBT:
        what += ": it may have arrived"
        remedy = f"look in the relay's log, then: {command} --accepted, or --again"
    elif state is DeliveryState.TO_DO:
        what += ": it may still be sent"
        remedy = f"publisher send {number} --confirm"
    raise SendError(what, remedy=remedy)
