"""Sending the notice of a release, once to each recipient."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count

from publisher.actions import Progress, Teller, unheard
from publisher.actions.plan_sending import plan_sending
from publisher.actions.workplace import Workplace
from publisher.answers.release_letters import USUAL_LETTER
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.letter_books import LetterOut, NoticeBook
from publisher.edges.letter_desk import (
    LetterDesk,
    LetterSender,
    carry_letters,
    composed_letters,
    sending_alone,
)
from publisher.errors import SendError
from publisher.letters.rounds import pause_after
from publisher.letters.sending import SendingReport
from publisher.letters.streak import Streak
from publisher.people.deliveries import DeliveryState
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number

Wait = Callable[[float], None]
"""Waits so many seconds."""


def send(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    progress: Progress,
    tell: Teller = unheard,
    wait: Wait | None = None,
) -> SendingReport:
    """Sends the notice of a release to everybody who is still to be told.

    Run again, it goes on where it was stopped and sends nothing twice.

    Args:
        workplace, policy_id, number: which release.
        progress: told of the letters of which it is known what became of them.
        tell: told the plan, before the first letter, and of each pause.
        wait: waits before letters that were put off are tried again, until there are none or a
            notice would come too late; None: they are not tried again.

    Raises:
        SendError: as for `plan_sending`; another run is under way; or the carrier takes no
            letters. What was sent before is recorded, the rest stays to do.
        ConfigurationError: there is no key for personal links.
        LedgerError: the ledger cannot be written; nothing more was sent.
    """
    archive, ledger, clock = workplace.archive, workplace.ledger, workplace.clock
    with sending_alone(ledger, workplace.project.private):
        plan = plan_sending(workplace, policy_id, number)
        for line in plan.lines():
            tell(line)
        release, releases = plan.release, archive.releases(policy_id)
        to_record = releases.lacks_record(release)
        open_before = plan.due.in_doubt + plan.due.refused
        if not plan.due.to_tell:
            return SendingReport.of(Counter(), to_record=to_record, open_before=open_before)
        require_clock(releases, ledger.last_moment(), clock())
        by = workplace.settings.organisation, workplace.keys[0]
        letters = composed_letters(archive, ledger, release, releases, by)
        due = plan.due.to_tell
        sent = workplace.sent_releases
        carrier = workplace.open_carrier()
        try:
            carrier.reach()
            template = ledger.begin(policy_id, number, clock(), letters.sample(clock()), due)
            sender = LetterSender(ledger, clock, letters, {USUAL_LETTER: template}, sent)
            listed = _Listed(due, is_trusted=plan.due.told > 0)
            with sender.witnessed():
                counts = _send_in_rounds(sender, carrier, listed, (progress, tell, wait))
            return SendingReport.of(counts, to_record=to_record, open_before=open_before)
        finally:
            carrier.close()


@dataclass(frozen=True)
class _Listed:
    """Those to whom letters are due."""

    due: int
    is_trusted: bool
    """Whether some had theirs before."""


def _send_in_rounds(
    sender: LetterSender,
    carrier: Carrier,
    listed: _Listed,
    ways: tuple[Progress, Teller, Wait | None],
) -> Counter[DeliveryState]:
    """Sends the letters, and those that were put off once more after a pause.

    Args:
        sender, carrier, listed: what that takes.
        ways: to tell how it goes on, to tell a line, and to wait.
    """
    progress, tell, wait = ways
    release = sender.letters.release
    counts: Counter[DeliveryState] = Counter()
    book = NoticeBook(sender.ledger, sender.clock, release)
    for round_ in count():
        streak = Streak[LetterOut](release, is_trusted=listed.is_trusted or bool(counts))
        due = sender.ledger.addressees(release, sender.letters.releases)
        desk = LetterDesk(sender, book, partial(_shown, progress, listed.due), streak, due)
        desk.counts += counts
        desk.progress(counts.total())
        busy = carry_letters(carrier, desk, may_wait=wait is not None)
        counts = desk.counts
        if wait is None or (not counts[DeliveryState.TO_DO] and not busy):
            break
        carrier.close()
        pause = pause_after(round_, random.random())  # noqa: S311 - nobody gains by guessing it
        later = counts[DeliveryState.TO_DO]
        why = busy or f"{later:,} letter{'s were' if later > 1 else ' was'} put off"
        tell(f"{why}; tried again in {pause / 60:.0f} minutes")
        wait(pause)
        try:
            sender.require_in_time()
        except SendError as error:
            tell(f"not tried again: {error.what}")
            break
        del counts[DeliveryState.TO_DO]
    total = max(counts.total(), listed.due)
    _shown(progress, total, total)
    return counts


def _shown(progress: Progress, due: int, told: int) -> None:
    progress("sending", told, max(told, due))
