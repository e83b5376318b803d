"""Reminding those who were told of a release of the last day to opt out, once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from publisher.actions import Progress, Teller, unheard
from publisher.actions.plan_reminding import plan_reminding
from publisher.actions.workplace import Workplace
from publisher.answers.release_letters import ReleaseLetters
from publisher.edges.carriers.carrier import CarrierAnswer
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.ledger.reminders import ReminderMark, SettledReminder
from publisher.errors import LedgerError, RecipientsError, SendError
from publisher.letters.message import Letter
from publisher.letters.notice import Enclosed
from publisher.letters.reminding import RemindingPlan, RemindingReport
from publisher.letters.splicing import Template
from publisher.letters.streak import Streak
from publisher.people.deliveries import Fate, Outcome
from publisher.people.due import Addressee
from publisher.people.recipients import Recipient
from publisher.people.reminding import REMINDER_AFTER, ReminderState
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number
from publisher.releases.telling import LetterCase, LetterKind

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
    with ledger.alone("send", workplace.project.private) as ours:
        if not ours:
            raise SendError("another run is sending at this moment", remedy="wait until it ends")
        plan = plan_reminding(workplace, policy_id, number)
        for line in plan.lines():
            tell(line)
        if not plan.count:
            return RemindingReport({})
        releases = archive.releases(policy_id)
        require_clock(releases, ledger.last_moment(), clock())
        enclosed = Enclosed(b"", ledger.joined_head().line(), "reminder")
        organisation, key = workplace.settings.organisation, workplace.keys[0]
        letters = ReleaseLetters(plan.release, releases, organisation, key, enclosed)
        sent, carrier = workplace.sent_releases, workplace.open_carrier()
        desk = _Desk(
            plan, ledger, letters, clock, lambda: sent.renew(policy_id, number, ledger.own_head())
        )
        try:
            carrier.reach()
            sent.record(policy_id, number, ledger.own_head())
            progress("reminding", 0, plan.count)
            carrier.carry(desk)
            desk.end()
            progress("reminding", plan.count, plan.count)
        finally:
            # Why a run ended is not to be hidden.
            with suppress(LedgerError, OSError):
                desk.end()
                sent.record(policy_id, number, ledger.own_head())
            carrier.close()
        return RemindingReport(desk.counts)


@dataclass
class _Desk:
    """Where the carrier gets reminders; writes down which may arrive, and what became of them."""

    plan: RemindingPlan
    ledger: Ledger
    letters: ReleaseLetters
    clock: Clock
    renew: Callable[[], None]
    """Has a copy of the ledger that does not know of the last letters refused from now on."""
    counts: Counter[ReminderState] = field(default_factory=Counter)
    _out: dict[str, tuple[Recipient, ReminderMark]] = field(default_factory=dict)
    """The letters with the carrier, by their ids."""
    _marked: set[int] = field(default_factory=set)
    _known: list[SettledReminder] = field(default_factory=list)
    """What is still to be written down."""
    _templates: dict[LetterKind, Template] = field(default_factory=dict)

    def __post_init__(self) -> None:
        trusted = bool(self.plan.reminded.states.get(ReminderState.ACCEPTED))
        self._streak = Streak[Recipient](self.plan.release, is_trusted=trusted, verb="remind")
        self._due = self._recipients()

    def _recipients(self) -> Iterator[Recipient]:
        release, before, after = self.plan.release, self.plan.window.told_before, 0
        while page := self.ledger.to_remind(release, before, after, _PAGE):
            yield from page
            after = page[-1].number

    def take(self) -> Letter | None:
        """The next letter; raises why there is none any more."""
        if self._streak.error:
            raise self._streak.error
        if not self.plan.window.holds(self.plan.release.day_of(self.clock())):
            return None  # the last day has ended meanwhile
        while whom := next(self._due, None):
            if letter := self._written(whom):
                return letter
        return None

    def pause(self) -> float | None:
        """Raises why there is no letter any more."""
        if self._streak.error:
            raise self._streak.error
        return 0 if self._known else None

    def write(
        self, marks: Sequence[Letter], answers: Sequence[CarrierAnswer]
    ) -> Collection[Letter]:
        """Marks letters and records answers in one transaction."""
        for letter, outcome in answers:
            recipient, _ = self._out.pop(letter.id)
            known = self._streak.judge(recipient, letter.to, outcome)
            if all(one is not recipient for one, _ in known):
                # It was certainly not taken; whether for good, the next letters show.
                self._known.append(SettledReminder(recipient, ReminderState.PUT_OFF, outcome.reply))
            for one, verdict in known:
                self._settle(one, verdict)
        if self._streak.error:
            self._note([])
            return marks
        kept_back = self._note([self._out[one.id][1] for one in marks])
        if marks:
            self.renew()
        held = [letter for letter in marks if self._out[letter.id][0].number in kept_back]
        for letter in held:
            del self._out[letter.id]
        return held

    def end(self) -> None:
        """Writes down what is known of all letters once no other follows."""
        for one, outcome in self._streak.rest():
            self._settle(one, outcome)
        self._note([])

    def _written(self, whom: Recipient) -> Letter | None:
        """A letter; None: nobody can be written to there, which is written down."""
        addressee = Addressee(whom, None, LetterCase.REMINDER)
        try:
            letter = self.letters.to(addressee, self.clock())
        except RecipientsError as error:  # which says nothing about anybody else
            self._settle(whom, Outcome(Fate.REFUSED, error.what))
            return None
        kept = self._template(self.letters.kind(addressee)).keep(letter.data)
        self._out[letter.id] = whom, ReminderMark(whom, letter.id, kept)
        return letter

    def _template(self, kind: LetterKind) -> Template:
        """What letters of a kind are kept against: the same in each run, so that it is stored
        once.
        """
        if kind not in self._templates:
            release = self.plan.release
            sample = self.letters.sample(release.published or self.clock(), kind)
            self._templates[kind] = self.ledger.store_template(sample)
        return self._templates[kind]

    def _settle(self, one: Recipient, outcome: Outcome) -> None:
        state = REMINDER_AFTER[outcome.fate]
        # Of one that was never marked, that it was put off is what is known already.
        if one.number in self._marked or state is not ReminderState.PUT_OFF:
            self._known.append(SettledReminder(one, state, outcome.reply))
        self.counts[state] += 1

    def _note(self, marks: Sequence[ReminderMark]) -> set[int]:
        if not marks and not self._known:
            return set()
        known, self._known = self._known, []
        try:
            kept_back = self.ledger.note_reminders(self.plan.release, marks, known, self.clock())
        except LedgerError:
            self._known = [*known, *self._known]
            raise
        self._marked |= {one.recipient.number for one in marks} - kept_back
        self._marked -= {one.recipient.number for one in known}
        return kept_back
