"""Sending the notice of a release, once to each recipient."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from publisher.actions import Progress, Teller, unheard
from publisher.actions.plan_sending import plan_sending
from publisher.actions.workplace import Workplace
from publisher.answers.release_letters import USUAL_LETTER, ReleaseLetters
from publisher.edges.carriers.carrier import Carrier, CarrierAnswer
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.ledger.deliveries import LetterMark, SettledLetter
from publisher.edges.sent_releases import SentReleases
from publisher.errors import (
    LedgerError,
    MovedError,
    PassingError,
    PublisherError,
    RecipientsError,
    SendError,
)
from publisher.letters.message import Letter
from publisher.letters.notice import Enclosed, text_to_attach
from publisher.letters.rounds import pause_after
from publisher.letters.sending import SendingReport, require_in_time
from publisher.letters.splicing import KeptLetter, Template
from publisher.letters.streak import Streak
from publisher.people.deliveries import STATE_OF, Delivery, DeliveryState, Outcome
from publisher.people.due import Addressee, delivery_due
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number
from publisher.releases.telling import LetterKind

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
    with ledger.alone("send", workplace.project.private) as ours:
        if not ours:
            raise SendError("another run is sending at this moment", remedy="wait until it ends")
        plan = plan_sending(workplace, policy_id, number)
        for line in plan.lines():
            tell(line)
        release, releases = plan.release, archive.releases(policy_id)
        to_record = releases.lacks_record(release)
        open_before = plan.due.in_doubt + plan.due.refused
        if not plan.due.to_tell:
            return SendingReport.of(Counter(), to_record=to_record, open_before=open_before)
        require_clock(releases, ledger.last_moment(), clock())
        letters = ReleaseLetters(
            release,
            releases,
            workplace.settings.organisation,
            workplace.keys[0],
            Enclosed(
                text_to_attach(release, lambda: archive.file(release, "policy.pdf")),
                ledger.joined_head().line(),
            ),
        )
        due = plan.due.to_tell
        sent = workplace.sent_releases
        carrier = workplace.open_carrier()
        try:
            carrier.reach()
            template = ledger.begin(policy_id, number, clock(), letters.sample(clock()), due)
            sender = _Sender(ledger, clock, letters, {USUAL_LETTER: template}, sent)
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


@dataclass(frozen=True)
class _Sender:
    """What it takes to write letters, and to write down what became of them."""

    ledger: Ledger
    clock: Clock
    letters: ReleaseLetters
    templates: dict[LetterKind, Template]
    """Against which letters are kept, by what kind they are; the usual one is there."""
    sent: SentReleases

    def template(self, kind: LetterKind) -> Template:
        """What letters of a kind are kept against."""
        if kind not in self.templates:
            # The same in each run, so that it is stored once.
            sample = self.letters.sample(self.letters.release.published or self.clock(), kind)
            self.templates[kind] = self.ledger.store_template(sample)
        return self.templates[kind]

    @contextmanager
    def witnessed(self) -> Iterator[None]:
        """Has other ledgers, and older copies of this one, refused from now on."""
        about = self.letters.release.policy.id, self.letters.release.number
        self.sent.record(*about, self.ledger.own_head())
        try:
            yield
        finally:
            # Why a run ended is not to be hidden; that of each letter is written already.
            with suppress(LedgerError, OSError):
                self.sent.record(*about, self.ledger.own_head())

    def renew(self) -> None:
        """Has a copy of the ledger that does not know of the last letters refused from now on."""
        release = self.letters.release
        self.sent.renew(release.policy.id, release.number, self.ledger.own_head())

    def require_in_time(self) -> None:
        """Refuses to go on when a notice would come too late; see `require_in_time`."""
        release, releases = self.letters.release, self.letters.releases
        due = self.ledger.due(release, releases)
        require_in_time(release, releases, due, release.day_of(self.clock()))


@dataclass(slots=True)
class _Sent:
    """A letter that is with the carrier."""

    whom: Addressee
    delivery: Delivery
    kept: KeptLetter
    was: DeliveryState = DeliveryState.TO_DO


@dataclass
class _Desk:
    """Where the carrier gets letters; writes down which may arrive, and what became of them."""

    sender: _Sender
    listed: _Listed
    progress: Progress
    streak: Streak[_Sent]
    due: Iterator[Addressee]
    counts: Counter[DeliveryState] = field(default_factory=Counter)
    _again: deque[Addressee] = field(default_factory=deque)
    """Those whose address was corrected meanwhile."""
    _out: dict[str, _Sent] = field(default_factory=dict)
    """The letters with the carrier, by their ids."""
    _shown: int = -1
    _known: list[tuple[_Sent, SettledLetter]] = field(default_factory=list)
    """What is still to be written down."""

    @property
    def has_more(self) -> bool:
        """Whether somebody is to be written to anew."""
        return bool(self._again)

    def take(self) -> Letter | None:
        """The next letter; raises why there is none any more."""
        if self.streak.error:
            raise self.streak.error
        while whom := self._again.popleft() if self._again else next(self.due, None):
            if letter := self._written(whom):
                return letter
        return None

    def pause(self) -> float | None:
        """Raises why there is no letter any more."""
        if self.streak.error:
            raise self.streak.error
        return 0 if self._known else None

    def write(
        self, marks: Sequence[Letter], answers: Sequence[CarrierAnswer]
    ) -> Collection[Letter]:
        """Marks letters and records answers in one transaction."""
        for letter, outcome in answers:
            self._judge(self._out.pop(letter.id), letter.to, outcome)
        stopped = self.streak.error is not None
        about = [] if stopped else [(one, self._out[one.id]) for one in marks]
        kept_back = self._note(about)
        for letter, one in about:
            if error := kept_back.get(one.delivery.recipient):
                self._put_back(self._out.pop(letter.id), error)
            else:
                one.was = DeliveryState.IN_DOUBT
        if about:
            self.sender.renew()
        self._show()
        if stopped:
            return marks
        return [letter for letter, one in about if one.was is DeliveryState.TO_DO]

    def end(self) -> None:
        """Writes down what is known of all letters once no other follows."""
        for one, outcome in self.streak.rest():
            self._settle(one, outcome)
        self._note([])

    def _show(self) -> None:
        told = self.counts.total()
        if told != self._shown:
            self._shown = told
            self.progress("sending", told, max(told, self.listed.due))

    def _written(self, whom: Addressee) -> Letter | None:
        """A letter; None: nobody can be written to there, which is written down."""
        sender = self.sender
        now = sender.clock()
        delivery = delivery_due(sender.letters.release, whom.recipient, now)
        try:
            letter = sender.letters.to(whom, now)
        except RecipientsError as error:  # which says nothing about anybody else
            refused = SettledLetter(
                delivery, DeliveryState.REFUSED, error.what, DeliveryState.TO_DO
            )
            self._known.append((_Sent(whom, delivery, KeptLetter(b"", "")), refused))
            self.counts[refused.state] += 1
            return None
        kept = sender.template(sender.letters.kind(whom)).keep(letter.data)
        self._out[letter.id] = _Sent(whom, delivery, kept)
        return letter

    def _judge(self, one: _Sent, to: str, outcome: Outcome) -> None:
        known = self.streak.judge(one, to, outcome)
        held = all(other is not one for other, _ in known)
        if held and one.was is DeliveryState.IN_DOUBT:
            # It was certainly not taken; whether for good, the next letters show.
            put_off = SettledLetter(one.delivery, DeliveryState.TO_DO, outcome.reply, one.was)
            self._known.append((one, put_off))
            one.was = DeliveryState.TO_DO
        for other, verdict in known:
            self._settle(other, verdict)

    def _settle(self, one: _Sent, outcome: Outcome) -> None:
        state = STATE_OF[outcome.fate]
        self._known.append((one, SettledLetter(one.delivery, state, outcome.reply, one.was)))
        self.counts[state] += 1

    def _note(self, about: Sequence[tuple[Letter, _Sent]]) -> dict[int, PublisherError]:
        """Writes down what is to be written down."""
        marks = [
            LetterMark(one.delivery, one.whom.recipient.address, letter.id, one.kept)
            for letter, one in about
        ]
        if not marks and not self._known:
            return {}
        settled = [what for _, what in self._known]
        kept_back = self.sender.ledger.note(marks, settled, self.sender.clock())
        known, self._known = self._known, []
        for one, what in known:
            if error := kept_back.get(one.delivery.recipient):
                self.counts[what.state] -= 1
                self._put_back(one, error)
        return dict(kept_back)

    def _put_back(self, one: _Sent, error: PublisherError) -> None:
        """Has a letter written anew to an address that was corrected."""
        if isinstance(error, MovedError):
            whom = self.sender.ledger.recipient(one.whom.recipient.number)
            if whom is not None:
                self._again.append(one.whom._replace(recipient=whom))


def _send_in_rounds(
    sender: _Sender,
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
    for round_ in count():
        streak = Streak[_Sent](release, is_trusted=listed.is_trusted or bool(counts))
        due = sender.ledger.addressees(release, sender.letters.releases)
        desk = _Desk(sender, listed, progress, streak, due)
        desk.counts += counts
        progress("sending", counts.total(), max(counts.total(), listed.due))
        busy = _carry(carrier, desk, may_wait=wait is not None)
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
    progress("sending", total, total)
    return counts


def _carry(carrier: Carrier, desk: _Desk, *, may_wait: bool) -> str:
    """Sends the letters of one round; returns why it ended early, if that may be over soon.

    Raises:
        SendError: the carrier takes no letters, or a person has to look why.
    """
    try:
        while True:
            carrier.carry(desk)
            desk.end()
            if not desk.has_more:  # somebody's address may have been corrected at the last moment
                return ""
    except PassingError as error:
        desk.end()
        if not may_wait:
            raise
        return error.what
    except SendError:
        desk.end()
        raise
