"""Where the notice of a release stands, recipient by recipient: for whoever has to close it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from publisher.answers.list_forms import Values, utc_minute, utc_second
from publisher.people.deliveries import Delivery
from publisher.people.posting import SURELY_TO_POST
from publisher.people.recipients import RecipientState
from publisher.people.resolution import next_steps
from publisher.people.standing import TO_CLOSE, NoticeStanding, TellingFacts
from publisher.releases.number import Number
from publisher.releases.remedies import shell_word

DELIVERIES_FORM = "urn:policy-publisher:deliveries:1"
"""The `$id` of its JSON Schema, `docs/deliveries.schema.json`."""
DELIVERY_COLUMNS = (
    "customer", "address", "language", "listed", "state", "release", "since", "tries",
    "message_id", "reply",
)  # fmt: skip
"""Of the CSV file; JSON has the same keys."""
DELIVERY_COLUMNS_SHOWN = ("customer", "address", "state", "since", "the carrier said")
"""Of the table."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Where the notice to one recipient stands."""

    facts: TellingFacts
    standing: NoticeStanding

    @property
    def _reply(self) -> str:
        return self.facts.letter.reply if self.facts.letter else ""

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        letter, whom = self.facts.letter, self.facts.recipient
        since = utc_minute(letter.at) if letter else ""
        return (whom.customer, whom.address, self.standing, since, self._reply)

    def values(self) -> Values:
        """For programs: as `docs/deliveries.schema.json` has it."""
        letter, whom = self.facts.letter, self.facts.recipient
        return {
            "customer": whom.customer,
            "address": whom.address,
            "language": whom.language or None,
            "listed": whom.state is RecipientState.TOLD,
            "state": self.standing.value,
            "release": letter.release if letter else None,
            "since": utc_second(letter.at) if letter else None,
            "tries": letter.tries if letter else 0,
            "message_id": letter.message_id if letter else "",
            "reply": self._reply,
        }


def delivery_rows(
    found: Iterable[TellingFacts], wanted: Sequence[NoticeStanding], *, too_late: bool
) -> Iterator[DeliveryRow]:
    """The recipients of a release whose notice stands so, one after the other.

    Args:
        found: what the ledger knows of them.
        wanted: only those.
        too_late: whether nobody may be told of the release by a letter any more.
    """
    for one in found:
        standing = one.standing(too_late=too_late)
        if standing in wanted:
            yield DeliveryRow(one, standing)


def closing_steps(number: Number, rows: Iterable[DeliveryRow], *, too_late: bool) -> list[str]:
    """How what is open is closed, a line for each state that there is: commands, in words.

    Args:
        number: of the release.
        rows: what is listed.
        too_late: as for `delivery_rows`.
    """
    letters: list[Delivery] = []
    steps: list[str] = []
    untold, posted = "", False
    for row in rows:
        if row.standing not in TO_CLOSE:
            continue
        posted = posted or row.standing in SURELY_TO_POST
        if row.facts.letter and row.standing is not NoticeStanding.TO_TELL:
            letters.append(row.facts.letter)
        elif not untold:
            untold = row.facts.recipient.customer
    if untold and not too_late:
        steps.append(f"to tell: publisher send {number} --confirm")
    elif untold:
        resolve = f"publisher resolve {number} {shell_word(untold)}"
        steps.append(f'not reached, but told in another way: {resolve} --otherwise "by phone"')
        steps.append(f'not told at all: {resolve} --give-up "address is dead"')
    steps += next_steps(number, letters, may_be_told=not too_late)
    if posted:
        steps.append(f"told by post: publisher deliveries print {number} -o letters.pdf")
    return steps
