"""ReceiptRun by machine: receipts and links that are owed, sent, in doubt or refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.actions.addressing import link_for, token_for
from publisher.actions.declaring import ADDRESS, declarations, whose
from publisher.answers.declarations import DAY, stands
from publisher.answers.receipts_due import Together, due_answers
from publisher.edges import archive, detached
from publisher.edges.carriers import carrier_of
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.clock import Clock
from publisher.edges.ledger import ledger_of
from publisher.edges.locks import held
from publisher.edges.project import Project
from publisher.errors import LedgerError, NotFoundError, PublisherError, SealError, SendError
from publisher.letters.message import Letter
from publisher.letters.receipt import compose_link, compose_receipt
from publisher.people.deliveries import STATE_OF, DeliveryState, Fate, Outcome
from publisher.people.requests import Answer, RequestKind, receipt_of

PATIENCE = 5.0
"""Seconds that whoever hands in a message waits for its receipt to be sent."""
_GIVEN = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)
_SETTLED_BY_HAND = (DeliveryState.IN_DOUBT, DeliveryState.REFUSED, DeliveryState.BOUNCED)


@dataclass(frozen=True, slots=True)
class ReceiptRun:
    """What a run of `send_receipts` did."""

    sent: int
    """Letters."""
    left: int
    """ReceiptRun still to be sent, in a later run."""
    trouble: str
    """What went wrong; empty: nothing."""


def send_soon(project: Project, clock: Clock) -> None:
    """Sends the receipts that are owed, without letting a relay that hangs hold us up.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    if project.settings.carrier == "spool":
        send_receipts(project, clock)
    elif _owed(project):
        detached.publisher(project.root, ["receipts", "send"], PATIENCE)


def send_receipts(project: Project, clock: Clock) -> ReceiptRun:
    """Sends the receipts and links that are owed, one after the other.

    A carrier that fails loses nothing: what was recorded stays recorded, and its receipt is owed.
    While another process or thread does this, nothing is done.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    with held(project.private / "receipts.lock") as ours:
        sent, trouble = _send(project, clock) if ours else (0, "")
    return ReceiptRun(sent, len(_owed(project)), trouble)


def _owed(project: Project) -> list[Answer]:
    return ledger_of(project).answers(DeliveryState.TO_DO)


def _send(project: Project, clock: Clock) -> tuple[int, str]:
    carrier = carrier_of(project)
    sent, trouble = 0, ""
    tried: set[int] = set()
    try:
        # While a letter was on its way, another may have become due.
        while due := [t for t in _due(project, clock) if tried.isdisjoint(_numbers(t))]:
            for together in due:
                tried.update(_numbers(together))
                try:
                    sent += _answer(project, together, carrier, clock)
                except SealError as error:
                    trouble = f"{error.where}: {error.what}"
                except (NotFoundError, LedgerError) as error:
                    # Its release is gone, or another run has it; others are still to be sent.
                    trouble = error.what
    except SendError as error:
        trouble = error.what
    finally:
        carrier.close()
    return sent, trouble


def _due(project: Project, clock: Clock) -> list[Together]:
    ledger = ledger_of(project)
    for asked in (a.request for a in _owed(project)):
        if asked.recipient is None:
            ledger.pass_on(asked, str(json.loads(asked.evidence).get(ADDRESS, "")), clock)
    now = clock()
    return due_answers(_owed(project), ledger.answers(*_GIVEN, since=now - DAY), now)


def _numbers(together: Together) -> list[int]:
    return [answer.request.id for answer in together]


def _answer(project: Project, together: Together, carrier: Carrier, clock: Clock) -> bool:
    ledger, numbers = ledger_of(project), _numbers(together)
    was = DeliveryState.TO_DO

    def mark() -> None:
        nonlocal was
        ledger.mark_answers(numbers, clock())
        was = DeliveryState.IN_DOUBT

    try:
        letter = _letter(project, together)
    except (NotFoundError, SealError):
        raise
    except PublisherError as error:
        # It can never be written, so a person has to see it.
        outcome = Outcome(Fate.REFUSED, error.what)
    else:
        outcome = carrier.deliver(letter, mark)
    state = STATE_OF[outcome.fate]
    ledger.settle_answers(numbers, state, outcome.reply, clock(), was=(was,))
    return outcome.fate is Fate.ACCEPTED


def _letter(project: Project, together: Together) -> Letter:
    requests = [answer.request for answer in together]
    last = requests[-1]
    release, recipient = whose(project, last)
    window = archive.amendment(project, release.policy.id, release.number.major).window(release)
    link = link_for(project, release, token_for(project, release, recipient))
    if last.kind is RequestKind.ASK:
        return compose_link(
            window, recipient, project.settings.organisation, link=link, date=last.received
        )
    standing = stands(declarations(project, release, recipient))
    return compose_receipt(
        window, recipient, project.settings.organisation, requests, stands=standing, link=link
    )


# ── those that a person has to see to ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An answer that the carrier has not accepted."""

    answer: Answer
    customer: str

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        request = self.answer.request
        moment = f"{self.answer.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        what = "link" if request.kind is RequestKind.ASK else request.kind.value
        about = f"{request.policy}/{request.release}"
        return (
            request.receipt,
            self.customer,
            about,
            what,
            self.answer.state,
            moment,
            self.answer.reply,
        )


def outstanding(project: Project) -> list[Outstanding]:
    """The receipts and links that no carrier has accepted, the oldest first."""
    ledger = ledger_of(project)
    # What a stranger asked for is nobody's yet; the next run looks whose it is.
    return [
        Outstanding(answer, whom.customer)
        for answer in ledger.answers(DeliveryState.TO_DO, *_SETTLED_BY_HAND)
        if (whom := ledger.recipient(answer.request.recipient or 0))
    ]


def settle_receipts(project: Project, receipts: Sequence[str], again: bool, clock: Clock) -> None:
    """Settles receipts that are in doubt or refused, by what a person found out.

    Args:
        project: where.
        receipts: their numbers, `R-000042`.
        again: send them again with the next run; else: the carrier took them after all.
        clock: the time.

    Raises:
        NotFoundError: one of them is neither in doubt nor refused; none was settled.
    """
    known = {o.answer.request.id: o.answer.state for o in outstanding(project)}
    numbers = [receipt_of(receipt) for receipt in receipts]
    for receipt, number in zip(receipts, numbers, strict=True):
        if known.get(number) not in _SETTLED_BY_HAND:
            raise NotFoundError(
                f"{receipt} is no receipt in doubt and none that was refused",
                remedy="publisher receipts",
            )
    ledger, now = ledger_of(project), clock()
    if again:
        ledger.reopen_answers(numbers, "resolved by hand: again", now, _SETTLED_BY_HAND)
    else:
        ledger.settle_answers(
            numbers,
            DeliveryState.ACCEPTED,
            "resolved by hand: accepted",
            now,
            was=_SETTLED_BY_HAND,
        )
