"""Where a desk writes down what becomes of its letters: notices, and reminders of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.ledger.deliveries import LetterMark, SettledLetter
from publisher.edges.ledger.reminders import ReminderMark, SettledReminder
from publisher.errors import NotToldError
from publisher.letters.splicing import KeptLetter
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.due import Addressee, delivery_due
from publisher.people.reminding import ReminderState
from publisher.releases.release import Release


@dataclass(slots=True)
class LetterOut:
    """A letter that is with the carrier."""

    whom: Addressee
    id: str
    """Its Message-ID; empty: it could not be written."""
    kept: KeptLetter
    was: DeliveryState = DeliveryState.TO_DO

    @property
    def recipient(self) -> int:
        """The number of the recipient."""
        return self.whom.recipient.number


class LetterEnd(NamedTuple):
    """What became of a letter."""

    letter: LetterOut
    state: DeliveryState
    reply: str
    was: DeliveryState
    """In which state it was before, as far as is known."""


@dataclass(frozen=True)
class LetterBook(ABC):
    """Writes down letters about one release."""

    ledger: Ledger
    clock: Clock
    release: Release

    @abstractmethod
    def note(
        self, marks: Sequence[LetterOut], ends: Sequence[LetterEnd]
    ) -> Mapping[int, NotToldError]:
        """Marks letters as in doubt and records what became of others, in one transaction.

        Args:
            marks: those that are about to be handed over.
            ends: those of which more is known now.

        Returns:
            By the number of the recipient, why nothing was recorded, and the letter is not to go.

        Raises:
            LedgerError: the ledger cannot be written; nothing was recorded.
        """


class NoticeBook(LetterBook):
    """Of the notice of a release."""

    def note(
        self, marks: Sequence[LetterOut], ends: Sequence[LetterEnd]
    ) -> Mapping[int, NotToldError]:
        """See `LetterBook.note`."""
        told = [
            LetterMark(self._delivery(one), one.whom.recipient.address, one.id, one.kept)
            for one in marks
        ]
        settled = [
            SettledLetter(self._delivery(end.letter), end.state, end.reply, end.was) for end in ends
        ]
        return self.ledger.note(told, settled, self.clock())

    def _delivery(self, one: LetterOut) -> Delivery:
        return delivery_due(self.release, one.whom.recipient, self.clock())


_REMINDER_IN = {
    DeliveryState.ACCEPTED: ReminderState.ACCEPTED,
    DeliveryState.REFUSED: ReminderState.REFUSED,
    DeliveryState.TO_DO: ReminderState.PUT_OFF,
    DeliveryState.IN_DOUBT: ReminderState.IN_DOUBT,
}


class ReminderBook(LetterBook):
    """Of reminders of a release, which leave its notice as it is."""

    def note(
        self, marks: Sequence[LetterOut], ends: Sequence[LetterEnd]
    ) -> Mapping[int, NotToldError]:
        """See `LetterBook.note`."""
        told = [ReminderMark(one.whom.recipient, one.id, one.kept) for one in marks]
        settled = [
            SettledReminder(end.letter.whom.recipient, _REMINDER_IN[end.state], end.reply)
            for end in ends
            # Of one that was never marked, that it was put off is what is known already.
            if (end.was, end.state) != (DeliveryState.TO_DO, DeliveryState.TO_DO)
        ]
        if not told and not settled:
            return {}
        return self.ledger.note_reminders(self.release, told, settled, self.clock())


def reminders_by_state(counts: Mapping[DeliveryState, int]) -> dict[ReminderState, int]:
    """How many reminders are in a state, as a desk counted them.

    Args:
        counts: how many letters are.
    """
    return {_REMINDER_IN[state]: count for state, count in counts.items()}
