"""Reminding those who were told of a release of the last day to opt out, once each."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.actions import Progress, Teller, unheard
from publisher.actions.plan_reminding import plan_reminding
from publisher.actions.workplace import Workplace
from publisher.answers.release_letters import ReleaseLetters
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.letter_books import ReminderBook, reminders_by_state
from publisher.edges.letter_desk import LetterDesk, LetterSender, carry_letters, sending_alone
from publisher.letters.notice import Enclosed
from publisher.letters.reminding import RemindingPlan, RemindingReport
from publisher.letters.streak import Streak
from publisher.people.due import Addressee
from publisher.people.reminding import ReminderState
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number
from publisher.releases.telling import LetterCase

_PAGE = 500
"""Recipients that are read at a time."""


def remind(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    progress: Progress,
    tell: Teller = unheard,
) -> RemindingReport:
    """Reminds those who were told of a release, and have declared nothing; outside of the days for
    it, nobody.

    Run again, it goes on where it was stopped and sends nothing twice.

    Args:
        workplace, policy_id, number: which release.
        progress: told of the letters of which it is known what became of them.
        tell: told the plan, before the first letter.

    Raises:
        SendError: as for `plan_reminding`; another run is under way; or the carrier takes no
            letters. What was sent before is recorded, the rest stays to do.
        ConfigurationError: there is no key for personal links.
        LedgerError: the ledger cannot be written; nothing more was sent.
    """
    archive, ledger, clock = workplace.archive, workplace.ledger, workplace.clock
    with sending_alone(ledger, workplace.project.private):
        plan = plan_reminding(workplace, policy_id, number)
        for line in plan.lines():
            tell(line)
        if not plan.count:
            return RemindingReport({})
        releases = archive.releases(policy_id)
        require_clock(releases, ledger.last_moment(), clock())
        enclosed = Enclosed(b"", ledger.joined_head().line(), "reminder")
        by = workplace.settings.organisation, workplace.keys[0]
        letters = ReleaseLetters(plan.release, releases, *by, enclosed)
        sender = LetterSender(ledger, clock, letters, {}, workplace.sent_releases)
        carrier = workplace.open_carrier()
        try:
            carrier.reach()
            with sender.witnessed():
                return RemindingReport(_carried(plan, sender, carrier, progress))
        finally:
            carrier.close()


def _carried(
    plan: RemindingPlan, sender: LetterSender, carrier: Carrier, progress: Progress
) -> dict[ReminderState, int]:
    """Sends the reminders; returns what became of them."""
    count, trusted = plan.count, bool(plan.reminded.states.get(ReminderState.ACCEPTED))

    def shown(told: int) -> None:
        progress("reminding", told, max(told, count))

    desk = LetterDesk(
        sender,
        ReminderBook(sender.ledger, sender.clock, plan.release),
        shown,
        Streak(plan.release, is_trusted=trusted, verb="remind"),
        _addressees(plan, sender),
    )
    shown(0)
    carry_letters(carrier, desk, may_wait=False)
    shown(max(count, desk.counts.total()))
    return reminders_by_state(desk.counts)


def _addressees(plan: RemindingPlan, sender: LetterSender) -> Iterator[Addressee]:
    """Those who are to be reminded, until the last day has ended."""
    release, before, after = plan.release, plan.window.told_before, 0
    while page := sender.ledger.to_remind(release, before, after, _PAGE):
        for recipient in page:
            if not plan.window.holds(release.day_of(sender.clock())):
                return
            yield Addressee(recipient, None, LetterCase.REMINDER)
        after = page[-1].number
