"""Letters that come back, in the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.messages import filed_happening
from publisher.edges.ledger.rows import rows_among
from publisher.edges.ledger.transaction import Transaction
from publisher.people.deliveries import DeliveryState
from publisher.people.returning import MAY_COME_BACK, CameBack
from publisher.record.event import EventKind, Happening, microseconds

_STATE = "SELECT recipient, state FROM delivery WHERE policy = {} AND release = {} AND recipient {}"


class ReturnPart(LedgerPart):
    """Records letters that came back."""

    def take_back(self, one: CameBack, now: dt.datetime) -> bool:
        """Records that a letter came back, and files the message that says so, in one transaction.

        Args:
            one: what the message says.
            now: the time.

        Returns:
            Whether the letter is on record as bounced by it; something else may have become of it
            meanwhile, and stays. The message is filed in any case.
        """
        letter = one.letter.delivery
        about = letter.policy, letter.release, letter.recipient

        def take_back(tx: Transaction) -> bool:
            # As a sender holds it, who may be writing down that it was accepted.
            tx.hold_all("recipient", [letter.recipient])
            rows = rows_among(tx.db, _STATE, [letter.recipient], about[:2])
            known = [DeliveryState(state) in MAY_COME_BACK for _, state in rows]
            happened = [filed_happening(one.message, one.filing, now)]
            if any(known):
                facts: dict[str, Any] = {"happened": microseconds(one.received)}
                if letter.effective:
                    facts["effective"] = letter.effective.isoformat()
                if one.status:
                    facts["status"] = one.status
                private = {"reply": one.reply}
                back = Happening(
                    EventKind.BOUNCED,
                    now,
                    *about,
                    message=one.message,
                    facts=facts,
                    private=private,
                )
                happened.insert(0, back)
            tx.record_all(happened)
            return any(known)

        return self._write(take_back)
