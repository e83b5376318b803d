"""The desk of a run: where a carrier gets letters, and what became of each is written down."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from publisher.answers.release_letters import ReleaseLetters
from publisher.edges.archive import Archive
from publisher.edges.carriers.carrier import Carrier, CarrierAnswer
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.letter_books import LetterBook, LetterEnd, LetterOut
from publisher.edges.sent_releases import SentReleases
from publisher.errors import (
    LedgerError,
    MovedError,
    NotToldError,
    PassingError,
    RecipientsError,
    SendError,
    StoppedError,
)
from publisher.letters.message import Letter
from publisher.letters.notice import Enclosed, text_to_attach
from publisher.letters.sending import require_in_time
from publisher.letters.splicing import KeptLetter, Template
from publisher.letters.streak import Streak
from publisher.people.deliveries import STATE_OF, DeliveryState, Fate, Outcome
from publisher.people.due import Addressee
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterKind


@contextmanager
def sending_alone(ledger: Ledger, folder: Path) -> Iterator[None]:
    """Has nobody else send letters about releases meanwhile, on any machine.

    Args:
        ledger: whose letters.
        folder: has the file that stands for the lock, where the ledger is a file.

    Raises:
        SendError: somebody does.
    """
    with ledger.alone("send", folder) as ours:
        if not ours:
            raise SendError("another run is sending at this moment", remedy="wait until it ends")
        yield


def composed_letters(
    archive: Archive,
    ledger: Ledger,
    release: Release,
    releases: Releases,
    by: tuple[Organisation, bytes],
) -> ReleaseLetters:
    """The letters about a release, with what goes with each of them.

    Args:
        archive: where the release is.
        ledger: whose head each letter bears, so that whoever has one is a witness of it.
        release, releases: which release, and all of the policy.
        by: who sends them, and the key of personal links.
    """
    attached = text_to_attach(release, lambda: archive.file(release, "policy.pdf"))
    enclosed = Enclosed(attached, ledger.joined_head().line())
    return ReleaseLetters(release, releases, *by, enclosed)


@dataclass(frozen=True)
class LetterSender:
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
        self.sent.renew(release.policy.id, release.number, self.ledger.written_head())

    def require_in_time(self) -> None:
        """Refuses to go on when a notice would come too late; see `require_in_time`."""
        release, releases = self.letters.release, self.letters.releases
        due = self.ledger.due(release, releases)
        require_in_time(release, releases, due, release.day_of(self.clock()))


@dataclass
class LetterDesk:
    """Where the carrier gets letters; writes down which may arrive, and what became of them."""

    sender: LetterSender
    book: LetterBook
    progress: Callable[[int], None]
    """Told how many letters have an end that is known."""
    streak: Streak[LetterOut]
    due: Iterator[Addressee]
    stopped: Callable[[], str] = str
    """Says why nothing more is to be handed over; empty: it may."""
    counts: Counter[DeliveryState] = field(default_factory=Counter)
    _again: deque[Addressee] = field(default_factory=deque)
    """Those whose address was corrected meanwhile."""
    _out: dict[str, LetterOut] = field(default_factory=dict)
    """The letters with the carrier, by their ids."""
    _shown: int = -1
    _known: list[LetterEnd] = field(default_factory=list)
    """What is still to be written down."""

    @property
    def has_more(self) -> bool:
        """Whether somebody is to be written to anew."""
        return bool(self._again)

    def take(self) -> Letter | None:
        """The next letter; raises why there is none any more."""
        self._require_going()
        while whom := self._again.popleft() if self._again else next(self.due, None):
            if letter := self._written(whom):
                return letter
        return None

    def pause(self) -> float | None:
        """Raises why there is no letter any more."""
        self._require_going()
        return 0 if self._known else None

    def write(
        self, marks: Sequence[Letter], answers: Sequence[CarrierAnswer]
    ) -> Collection[Letter]:
        """Marks letters and records answers in one transaction."""
        for letter, outcome in answers:
            self._judge(self._out.pop(letter.id), letter.to, outcome)
        stopped = self.streak.error is not None
        about = [] if stopped else [self._out[one.id] for one in marks]
        kept_back = self._note(about)
        for one in about:
            if error := kept_back.get(one.recipient):
                self._put_back(self._out.pop(one.id), error)
            else:
                one.was = DeliveryState.IN_DOUBT
        if about:
            self.sender.renew()
        self._show()
        if stopped:
            return marks
        return [
            letter
            for letter, one in zip(marks, about, strict=True)
            if one.was is DeliveryState.TO_DO
        ]

    def end(self) -> None:
        """Writes down what is known of all letters once no other follows."""
        for one, outcome in self.streak.rest():
            self._settle(one, outcome)
        self._note([])

    def _require_going(self) -> None:
        if self.streak.error:
            raise self.streak.error
        if why := self.stopped():
            raise StoppedError(why)

    def _show(self) -> None:
        told = self.counts.total()
        if told != self._shown:
            self._shown = told
            self.progress(told)

    def _written(self, whom: Addressee) -> Letter | None:
        """A letter; None: nobody can be written to there, which is written down."""
        sender = self.sender
        try:
            letter = sender.letters.to(whom, sender.clock())
        except RecipientsError as error:  # which says nothing about anybody else
            refused = Outcome(Fate.REFUSED, error.what)
            self._settle(LetterOut(whom, "", KeptLetter(b"", "")), refused)
            return None
        kept = sender.template(sender.letters.kind(whom)).keep(letter.data)
        self._out[letter.id] = LetterOut(whom, letter.id, kept)
        return letter

    def _judge(self, one: LetterOut, to: str, outcome: Outcome) -> None:
        known = self.streak.judge(one, to, outcome)
        held = all(other is not one for other, _ in known)
        if held and one.was is DeliveryState.IN_DOUBT:
            # It was certainly not taken; whether for good, the next letters show.
            self._known.append(LetterEnd(one, DeliveryState.TO_DO, outcome.reply, one.was))
            one.was = DeliveryState.TO_DO
        for other, verdict in known:
            self._settle(other, verdict)

    def _settle(self, one: LetterOut, outcome: Outcome) -> None:
        state = STATE_OF[outcome.fate]
        self._known.append(LetterEnd(one, state, outcome.reply, one.was))
        self.counts[state] += 1

    def _note(self, marks: Sequence[LetterOut]) -> Mapping[int, NotToldError]:
        """Writes down what is to be written down."""
        if not marks and not self._known:
            return {}
        kept_back = self.book.note(marks, self._known)
        known, self._known = self._known, []
        for end in known:
            if error := kept_back.get(end.letter.recipient):
                self.counts[end.state] -= 1
                self._put_back(end.letter, error)
        return kept_back

    def _put_back(self, one: LetterOut, error: NotToldError) -> None:
        """Has a letter written anew to an address that was corrected."""
        if isinstance(error, MovedError):
            whom = self.sender.ledger.recipient(one.recipient)
            if whom is not None:
                self._again.append(one.whom._replace(recipient=whom))


def carry_letters(carrier: Carrier, desk: LetterDesk, *, may_wait: bool) -> str:
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
