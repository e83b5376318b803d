"""What became of the notice of a release, recipient by recipient."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.due import NoticeState
from publisher.people.recipients import Recipient


class NoticeStanding(StrEnum):
    """Where the notice of a release to one recipient stands, for whoever has to close it."""

    TO_TELL = "to tell"
    """No carrier was given a letter yet."""
    PUT_OFF = "put off"
    """One is sent again: a carrier did not take it, or a person said so."""
    NOT_REACHED = "not reached"
    """Neither told nor given up, and it is too late to send a letter."""
    TOLD = "told"
    AGREED = "agreed"
    IN_DOUBT = "in doubt"
    REFUSED = "refused"
    BOUNCED = "bounced"
    OTHERWISE = "told otherwise"
    GIVEN_UP = "given up"


NOTICE_STATES = {
    NoticeStanding.TO_TELL: NoticeState.TO_TELL,
    NoticeStanding.PUT_OFF: NoticeState.TO_TELL,
    NoticeStanding.NOT_REACHED: NoticeState.TO_TELL,
    NoticeStanding.TOLD: NoticeState.TOLD,
    NoticeStanding.AGREED: NoticeState.AGREED,
    NoticeStanding.IN_DOUBT: NoticeState.IN_DOUBT,
    NoticeStanding.REFUSED: NoticeState.REFUSED,
    NoticeStanding.BOUNCED: NoticeState.REFUSED,
    NoticeStanding.OTHERWISE: NoticeState.OTHERWISE,
    NoticeStanding.GIVEN_UP: NoticeState.GIVEN_UP,
}
"""As what the status counts each of them."""
TO_CLOSE = (
    NoticeStanding.TO_TELL,
    NoticeStanding.PUT_OFF,
    NoticeStanding.NOT_REACHED,
    NoticeStanding.IN_DOUBT,
    NoticeStanding.REFUSED,
    NoticeStanding.BOUNCED,
)
"""Those after which something is still to be done."""


@dataclass(frozen=True, slots=True)
class TellingFacts:
    """What the ledger knows of one recipient and the notice of a release."""

    recipient: Recipient
    state: NoticeState
    letter: Delivery | None
    """What is known of the release itself, or else the letter of another number of it by which they
    were told; None: nothing happened."""

    def standing(self, *, too_late: bool) -> NoticeStanding:
        """Where it stands.

        Args:
            too_late: whether nobody may be told of the release by a letter any more.
        """
        letter = self.letter
        if self.state is NoticeState.TO_TELL:
            if too_late:
                return NoticeStanding.NOT_REACHED
            return NoticeStanding.PUT_OFF if letter else NoticeStanding.TO_TELL
        if self.state is NoticeState.REFUSED and letter and letter.state is DeliveryState.BOUNCED:
            return NoticeStanding.BOUNCED
        return NoticeStanding(self.state.value)
