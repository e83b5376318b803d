"""What became of a notice, recipient by recipient, read a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import and_, or_, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.deliveries import deliveries_to
from publisher.edges.ledger.due_rows import (
    IS_TOLD,
    OWN_ROW,
    elsewhere,
    known_numbers,
    notice_state,
    with_own,
)
from publisher.edges.ledger.recipients import recipient_of
from publisher.edges.ledger.schema import APART, RECIPIENTS
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.due import REACHED, NoticeState
from publisher.people.standing import TellingFacts
from publisher.releases.release import Release
from publisher.releases.releases import Releases

_PAGE = 500


class StandingPart(LedgerPart):
    """Says of each recipient what became of a notice."""

    def tellings(
        self, release: Release, releases: Releases, states: Collection[NoticeState]
    ) -> Iterator[TellingFacts]:
        """All who are told, and who had a letter and are told no more, by rising number.

        Args:
            release: which.
            releases: all releases of the policy.
            states: only those whom the status counts so.
        """
        after = 0
        while page := self._page(release, releases, states, after):
            yield from page
            after = page[-1].recipient.number

    def _page(
        self, release: Release, releases: Releases, states: Collection[NoticeState], after: int
    ) -> list[TellingFacts]:
        with self._reading() as db:
            state = notice_state(elsewhere(release, known_numbers(db, release, releases)))
            had = and_(APART, OWN_ROW.c.state.is_not(None), OWN_ROW.c.state != DeliveryState.TO_DO)
            wanted = and_(or_(IS_TOLD, had), state.in_([one.value for one in states]))
            found = select(*RECIPIENTS.columns, state.label("standing"))
            found = found.select_from(with_own(release)).where(wanted, RECIPIENTS.c.id > after)
            rows = db.execute(found.order_by(RECIPIENTS.c.id).limit(_PAGE)).all()
            letters = deliveries_to(db, release, [row.id for row in rows])
        return [
            TellingFacts(
                recipient_of(row),
                NoticeState(row.standing),
                _letter(release, letters.get(row.id, [])),
            )
            for row in rows
        ]


def _letter(release: Release, letters: list[Delivery]) -> Delivery | None:
    """What is known of a release and one recipient, or the letter of another number of it that told
    them of the same date.

    Args:
        release: which.
        letters: about any number of it.
    """
    own = next((one for one in letters if one.release == str(release.number)), None)
    if own is not None:
        return own
    same = [one for one in letters if one.effective == release.effective and one.state in REACHED]
    return same[0] if same else None
