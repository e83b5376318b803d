"""Settling letters in doubt by what the relay's log says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from publisher.actions import silent
from publisher.actions.workplace import Workplace
from publisher.answers.reply_address import token_in
from publisher.edges.list_files import opened_list
from publisher.errors import RecipientsError
from publisher.letters.sending import require_notice
from publisher.people.deliveries import DeliveryState
from publisher.people.merge import is_handed
from publisher.people.resolution import OPERATOR, FoundOut, Resolution
from publisher.policies.organisation import Organisation
from publisher.releases.number import Number
from publisher.smtp.relay_log import LoggedLetter, LogVerdict, RelayLog
from publisher.text.amounts import amount

MOST_LEFT_NAMED = 20
"""Limit on the letters that are named that the log does not settle."""


@dataclass(frozen=True)
class LogOrder:
    """Which letters are to be settled by which log."""

    policy: str
    number: Number
    files: Sequence[BinaryIO]
    """The parts of the log, the oldest first; each may be compressed by gzip."""
    role: str = OPERATOR
    confirmed: bool = False
    """Do it; otherwise the plan alone is wanted."""


@dataclass(frozen=True)
class SettledByLog:
    """What a log says of the letters in doubt."""

    order: LogOrder
    found: Sequence[tuple[str, LoggedLetter]]
    """The customer of each letter, and what the log says."""

    @property
    def settles(self) -> bool:
        """Whether it settles any."""
        return any(one.verdict in _SETTLES for _, one in self.found)

    def lines(self) -> Iterator[str]:
        """What was done, or would be, for people."""
        verb = "recorded as" if self.order.confirmed else "would be recorded as"
        for verdict, state in _SETTLES.items():
            count = sum(one.verdict is verdict for _, one in self.found)
            yield f"{amount(count, 'letter')} {verb}: {state}"
        left = [(whose, one) for whose, one in self.found if one.verdict not in _SETTLES]
        if left:
            yield f"{amount(len(left), 'letter')} in doubt still:"
            yield from (f"  {whose}: {one.words}" for whose, one in left[:MOST_LEFT_NAMED])
        if len(left) > MOST_LEFT_NAMED:
            yield f"  and {len(left) - MOST_LEFT_NAMED} more: publisher resolve {self.order.number}"


_SETTLES = {
    LogVerdict.TAKEN: DeliveryState.ACCEPTED,
    LogVerdict.BOUNCED: DeliveryState.BOUNCED,
}


def resolve_by_log(workplace: Workplace, order: LogOrder) -> SettledByLog:
    """Settles the letters about a release that are in doubt and of which a log of Postfix says what
    became of them; the others stay in doubt.

    Args:
        workplace: where the ledger is.
        order: which release, and the log.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it.
        RecipientsError: the log is damaged, or has no line of Postfix; nothing was changed.
        LedgerError: the ledger cannot be written; what was settled before is on record.
    """
    ledger, now = workplace.ledger, workplace.clock()
    require_notice(workplace.archive.release(order.policy, order.number))
    doubted = [
        one
        for one in ledger.deliveries(order.policy, order.number.major, [DeliveryState.IN_DOUBT])
        if one.release == str(order.number) and not is_handed(one.reply)
    ]
    organisation = workplace.settings.organisation
    log = RelayLog({one.message_id for one in doubted}, lambda one: _is_ours(one, organisation))
    for file in order.files:
        with opened_list(file, workplace.project.private) as source:
            log.read(source.blocks(silent))
    if not log.lines:
        raise RecipientsError(
            "there is no line of Postfix in the log; nothing was changed",
            where=getattr(order.files[0], "name", "-") if order.files else "",
            remedy="name what Postfix wrote: /var/log/mail.log, or journalctl -t postfix/qmgr …",
        )
    names = ledger.customers(one.recipient for one in doubted)
    judged = [(one, log.letter(one.message_id)) for one in doubted]
    if order.confirmed:
        for letter, said in judged:
            if said.verdict is LogVerdict.TAKEN:
                words = f"by the relay's log, {said.words}"
                ledger.resolve(letter, FoundOut(Resolution.ACCEPTED, order.role, words), now)
            elif said.verdict is LogVerdict.BOUNCED:
                ledger.settle(letter, DeliveryState.BOUNCED, said.words, now)
    return SettledByLog(order, [(names.get(one.recipient, ""), said) for one, said in judged])


def _is_ours(sender: str, organisation: Organisation) -> bool:
    """Whether a letter has an address as the sender on its envelope."""
    bounces = organisation.bounces
    return sender.lower() == organisation.sender.lower() or bool(
        bounces and token_in(sender, bounces)
    )
