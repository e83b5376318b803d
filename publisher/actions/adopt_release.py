"""Having a release that was sent with another ledger go on with this one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.actions.workplace import Workplace
from publisher.errors import LedgerError
from publisher.letters.sending import require_notice
from publisher.releases.number import Number


@dataclass(frozen=True, slots=True)
class Adoption:
    """A release that goes on with this ledger."""

    policy: str
    number: Number
    doubtful: int
    """Letters about it that may have been sent with the other ledger."""

    def lines(self) -> Iterator[str]:
        """What was done, for people."""
        yield f"{self.policy}/{self.number} goes on with this ledger"
        if self.doubtful:
            command = f"publisher resolve {self.number}"
            yield f"{self.doubtful} letter(s) in doubt: `{command}` lists them"


def adopt_release(workplace: Workplace, policy_id: str, number: Number) -> Adoption:
    """Has a release that was sent with another ledger be sent and answered with this one.

    Whom this ledger does not know to have been told may have been: such letters are in doubt.

    Args:
        workplace, policy_id, number: which release.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it.
        SealError: it was altered.
        LedgerError: the ledger cannot be written, or nobody is in it.
        OSError: that cannot be written down.
    """
    release = workplace.archive.release(policy_id, number)
    require_notice(release)
    ledger, sent = workplace.any_ledger, workplace.sent_releases
    if sent.all().get((policy_id, number)) == ledger.identity:
        return Adoption(policy_id, number, 0)
    if not ledger.count_recipients():
        raise LedgerError(
            "nobody is in this ledger, so whoever is listed later would be told again",
            where=ledger.where,
            remedy="publisher recipients import FILE.csv, with everybody who may have been told",
        )
    doubtful = ledger.adopt((policy_id, number), release.effective, workplace.clock())
    sent.record(policy_id, number, ledger.identity)
    return Adoption(policy_id, number, doubtful)
