"""A worker: takes shards of letters and sends them, beside others on any number of machines."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from publisher.actions import Teller, unheard
from publisher.actions.workplace import Workplace
from publisher.answers.release_letters import USUAL_LETTER
from publisher.edges.archive import Archive
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.ledger.shard_clerk import HandedShard, ShardClerk
from publisher.edges.ledger.shards import ShardQueue
from publisher.edges.letter_books import LetterOut, NoticeBook
from publisher.edges.letter_desk import (
    LetterDesk,
    LetterSender,
    carry_letters,
    composed_letters,
)
from publisher.edges.sent_releases import SentReleases
from publisher.errors import (
    ConfigurationError,
    NotFoundError,
    PassingError,
    SendError,
    StoppedError,
)
from publisher.letters.rounds import pause_after
from publisher.letters.sending import (
    SendingReport,
    require_current,
    require_in_time,
    require_notice,
)
from publisher.letters.shards import WORKER_PATIENCE, Shard, require_same
from publisher.letters.streak import Streak
from publisher.people.deliveries import DeliveryState
from publisher.policies.organisation import Organisation
from publisher.releases.chronology import require_clock
from publisher.releases.release import Release
from publisher.releases.releases import Releases

_SOON = 5.0
"""Seconds after which a shard is taken again that had to wait for somebody else."""


def work(
    workplace: Workplace,
    tell: Teller = unheard,
    stopped: Callable[[], str] = str,
    *,
    until_done: bool = False,
    patience: float = WORKER_PATIENCE,
) -> SendingReport:
    """Takes shards and sends their letters, until it is stopped.

    A shard is finished once the ledger finds nobody to tell in it. Letters that were put off are
    tried again after a pause, by whichever worker, until a notice would come too late.

    Args:
        workplace: where; each machine has the releases, the settings and the keys of its own.
        tell: told what became of each shard.
        stopped: says why no more letters are to be handed over; empty: they may.
        until_done: ends once no shard is left, neither waiting nor with another worker.
        patience: seconds without a sign after which another worker is taken for dead.

    Returns:
        What became of the letters of this worker.

    Raises:
        LedgerError: the ledger is a file, which workers cannot share, or cannot be used.
        ConfigurationError: there is no key for personal links, or another one than where the
            shards were planned.
        SendError: the relay takes no letters, or a release is not here that shards are about;
            its shard is left to others. Or the same refusal came again and again: then the run
            is stopped for all workers, and its letters stay to do.
    """
    ledger, archive = workplace.ledger, workplace.archive
    queue = ledger.shard_queue()
    by = workplace.settings.organisation, workplace.keys[0]
    carrier = workplace.open_carrier()
    try:
        carrier.reach()
        for shard in {(one.policy, one.release): one for one in queue.unfinished()}.values():
            _release_of(archive, shard, by[1])
        with ledger.chain_of_its_own() as chain:
            sent, clock = workplace.sent_releases, workplace.clock
            worker = _Worker(archive, ledger, clock, sent, by, carrier, queue)
            tell(f"ready, as {chain}")
            with ShardClerk(queue, patience, until_done=until_done) as clerk:
                _take_shards(worker, clerk, tell, stopped)
            return SendingReport.of(worker.counts)
    finally:
        carrier.close()


def _release_of(archive: Archive, shard: Shard, key: bytes) -> Release:
    """The release that a shard is about, as it was when the shard was planned.

    Raises:
        SendError: it is not here, or another one is.
        ConfigurationError: this is not the key for personal links by which it was planned.
    """
    try:
        release = archive.release(shard.policy, shard.number)
    except NotFoundError as error:
        what = f"shards wait of release {shard.policy}/{shard.release}, which is not here"
        raise SendError(what, remedy="bring this folder up to date: git pull") from error
    require_same(release, shard, key)
    return release


@dataclass(frozen=True)
class _About:
    """What a worker has at hand about a release."""

    sender: LetterSender
    releases: Releases
    day: dt.date
    """On which it was found that nobody is told too late."""
    is_trusted: bool
    """Whether some were told before."""


@dataclass
class _Worker:
    """What it takes to send shards."""

    archive: Archive
    ledger: Ledger
    clock: Clock
    sent: SentReleases
    by: tuple[Organisation, bytes]
    carrier: Carrier
    queue: ShardQueue
    counts: Counter[DeliveryState] = field(default_factory=Counter)
    known: dict[tuple[str, str], _About] = field(default_factory=dict)
    streaks: dict[tuple[str, str], Streak[LetterOut]] = field(default_factory=dict)
    """Of each release, for as long as this worker is at it: a relay that refuses everybody does
    so in small shards too."""

    def send(self, handed: HandedShard, why: Callable[[], str]) -> tuple[float | None, str]:
        """Sends what is still to be sent of a shard.

        Args:
            handed: the shard.
            why: says why no more letters are to be handed over.

        Returns:
            In how many seconds it is to be taken again (None: it is finished), and a line.

        Raises:
            StoppedError: somebody stopped it.
            SendError: nothing can be sent from here, or by anybody.
            ConfigurationError: nor can it.
        """
        release = _release_of(self.archive, handed.shard, self.by[1])
        with self.ledger.beside("send") as ours:
            if not ours:
                return _SOON, "waits, another run is sending at this moment"
            try:
                about = self._about(release)
            except SendError as error:
                return None, f"not sent: {error.what}"
            try:
                self.carrier.reach()
                counts, busy = self._carried(about, handed, why)
            except PassingError as error:
                counts, busy = Counter(), error.what
            within = handed.shard.after, handed.shard.upto
            left = self.ledger.to_tell(release, about.releases, within, 1)
        said = f"{counts[DeliveryState.ACCEPTED]:,} accepted"
        for state in (DeliveryState.REFUSED, DeliveryState.IN_DOUBT):
            said += f", {counts[state]:,} {state}" if counts[state] else ""
        if not left:
            return None, said
        chance = random.random()  # noqa: S311 - nobody gains by guessing it
        pause = pause_after(handed.rounds, chance)
        said += f"; {busy or 'others were put off'}; tried again in {pause / 60:.0f} minutes"
        return pause, said

    def _about(self, release: Release) -> _About:
        """What is at hand about a release.

        Raises:
            SendError: nobody may be told of it any more.
        """
        key = release.policy.id, str(release.number)
        releases = self.archive.releases(release.policy.id)
        require_notice(release)
        require_current(release, releases)
        day = release.day_of(self.clock())
        found = self.known.get(key)
        if found is None or found.day != day or len(found.releases) != len(releases):
            require_clock(releases, self.ledger.last_moment(), self.clock())
            due = self.ledger.due(release, releases)
            require_in_time(release, releases, due, day)
            sender = found.sender if found else self._sender(release, releases)
            self.known[key] = found = _About(sender, releases, day, due.told > 0)
        return found

    def _sender(self, release: Release, releases: Releases) -> LetterSender:
        letters = composed_letters(self.archive, self.ledger, release, releases, self.by)
        template = self.ledger.begun_template(release.policy.id, release.number)
        if template is None:
            template = self.ledger.store_template(letters.sample(self.clock()))
        templates = {USUAL_LETTER: template}
        return LetterSender(self.ledger, self.clock, letters, templates, self.sent)

    def _carried(
        self, about: _About, handed: HandedShard, why: Callable[[], str]
    ) -> tuple[Counter[DeliveryState], str]:
        shard, release = handed.shard, about.sender.letters.release
        key = shard.policy, shard.release
        trusted = about.is_trusted or self.counts[DeliveryState.ACCEPTED] > 0
        streak = self.streaks.pop(key, None) or Streak[LetterOut](release, is_trusted=trusted)
        due = self.ledger.addressees(release, about.releases, (shard.after, shard.upto))
        book = NoticeBook(self.ledger, self.clock, release)
        desk = LetterDesk(about.sender, book, lambda _: None, streak, due, why)
        try:
            with about.sender.witnessed():
                busy = carry_letters(self.carrier, desk, may_wait=True)
        except SendError as error:
            if error is streak.error:  # which no other worker is to find out by itself
                handed.withdrawn.set()
                self.queue.withdraw(release.policy.id, release.number)
                how = f"publisher send {release.number} --workers --confirm"
                error.remedy = f"find out why, and go on: {how}"
            raise
        finally:
            desk.counts.pop(DeliveryState.TO_DO, None)
            self.counts += desk.counts
        if streak.error is None:
            self.streaks[key] = streak
        return desk.counts, busy


def _take_shards(
    worker: _Worker, clerk: ShardClerk, tell: Teller, stopped: Callable[[], str]
) -> None:
    """Takes one shard after the other, until there are none or somebody stops it."""
    for handed in clerk.shards():
        if stopped():
            return
        if handed is None:
            worker.carrier.close()  # relays lose patience with those who say nothing
            continue
        shard, gone = handed.shard, handed.withdrawn
        name = f"{shard.policy} {shard.release}, up to recipient {shard.upto:,}"

        def why(gone: Callable[[], bool] = gone.is_set) -> str:
            return stopped() or ("the run was stopped by another worker" if gone() else "")

        try:
            again, said = worker.send(handed, why)
        except StoppedError as error:
            again, said = None if gone.is_set() else 0.0, error.what
        except (SendError, ConfigurationError):
            clerk.settle(None if gone.is_set() else 0.0)
            raise
        tell(f"{name}: {said}")
        clerk.settle(again)
        if stopped():
            return
