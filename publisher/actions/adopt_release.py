"""Having a release that was sent with another ledger go on with this one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.actions.workplace import Workplace
from publisher.edges.ledger import Ledger
from publisher.edges.sent_releases import SentWith
from publisher.errors import LedgerError
from publisher.letters.sending import require_notice
from publisher.releases.number import Number
from publisher.text.amounts import amount


@dataclass(frozen=True, slots=True)
class AdoptionOrder:
    """Which release is to go on with this ledger."""

    policy: str
    number: Number
    confirmed: bool = False
    """Do it; otherwise the plan alone is wanted."""
    elsewhere: bool = False
    """It was sent from elsewhere, of which nothing is known here."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """A release that goes on with this ledger, or would."""

    policy: str
    number: Number
    doubtful: int
    """Letters about it, and receipts, that may have been sent without being on record here."""
    done: bool

    def lines(self) -> Iterator[str]:
        """What was done, or would be, for people."""
        in_doubt = amount(self.doubtful, "letter or receipt", "letters and receipts")
        about = f"{self.policy}/{self.number}"
        if not self.done:
            yield f"{about} would go on with this ledger: {in_doubt} "
            yield "would be in doubt, and a person would have to settle them"
            return
        yield f"{about} goes on with this ledger"
        if self.doubtful:
            command = f"publisher resolve {self.number}"
            yield f"{in_doubt} in doubt: `{command}` lists letters"


def adopt_release(workplace: Workplace, order: AdoptionOrder) -> Adoption:
    """Has a release that was sent with another ledger be sent and answered with this one.

    Whom this ledger does not know to have been told may have been: such letters are in doubt. Where
    it is an older copy of the one that the release was sent with, receipts are as well.

    Args:
        workplace: where.
        order: which release.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it.
        SealError: it was altered.
        LedgerError: the release was sent with this very ledger, or with none that is known of; the
            ledger cannot be written, or nobody is in it. Nothing was changed.
        OSError: that cannot be written down.
    """
    release = workplace.archive.release(order.policy, order.number)
    require_notice(release)
    ledger, sent = workplace.any_ledger, workplace.sent_releases
    name = order.policy, order.number
    before = sent.all().get(name)
    _require_another(ledger, before, order)
    answers = before is not None and before.identity == ledger.identity
    if not order.confirmed:
        doubtful = ledger.adoption(name, answers=answers)
        return Adoption(order.policy, order.number, doubtful, done=False)
    doubtful = ledger.adopt(name, release.effective, workplace.clock(), answers=answers)
    sent.record(order.policy, order.number, ledger.own_head())
    return Adoption(order.policy, order.number, doubtful, done=True)


def _require_another(ledger: Ledger, before: SentWith | None, order: AdoptionOrder) -> None:
    """Refuses to put in doubt what is not.

    Args:
        ledger: that is to go on.
        before: the one that the release is known to have been sent with.
        order: which release.

    Raises:
        LedgerError: there is nothing to adopt, or nobody to adopt it for.
    """
    about = f"{order.policy}/{order.number}"
    send = f"publisher --policy {order.policy} send {order.number}"
    name = order.policy, order.number
    own = before.is_of(ledger.identity, ledger.batch_digest) if before else None
    if own or (before is None and not order.elsewhere and name in ledger.releases_begun()):
        raise LedgerError(
            f"{about} was sent with this very ledger, which knows who was told",
            where=ledger.where,
            remedy=send,
        )
    if before is None and not order.elsewhere:
        raise LedgerError(
            f"nothing is known here of {about} having been sent, so nothing of it is in doubt",
            where=ledger.where,
            remedy=f"{send}; or, if it was sent from another machine: "
            f"publisher --policy {order.policy} ledger adopt {order.number} --elsewhere",
        )
    if not ledger.count_recipients():
        raise LedgerError(
            "nobody is in this ledger, so whoever is listed later would be told again",
            where=ledger.where,
            remedy="publisher recipients import FILE.csv, with everybody who may have been told",
        )
