"""Taking back a release that nobody was told of."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publisher.actions import Teller, unheard
from publisher.actions.workplace import Workplace
from publisher.edges.acts import Done
from publisher.edges.ledger import Ledger
from publisher.errors import LedgerError, SendError
from publisher.releases.chronology import refuse_clock
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.retraction import (
    KnownToLedger,
    notes_back,
    require_untold,
    retraction_of,
)
from publisher.releases.statement import Statement


@dataclass(frozen=True)
class RetractOrder:
    """What is asked for."""

    why: str
    """The reason, for readers."""
    role: str
    """Who states it."""
    sure: bool = False
    """Somebody says that nobody was told, where no ledger here knows."""

    def asked(self, number: Number) -> str:
        """The command that asks for this; the same words ask for the same statement."""
        words = ["retract", str(number), "--why", self.why, "--role", self.role]
        return shlex.join(words + ["--confirm"] * self.sure)


@dataclass(frozen=True)
class Retracted:
    """A release that was taken back."""

    release: Release
    statement: Statement
    done: Done
    push: str = ""
    """The command that hands it on to others; empty: there is nobody to hand it to."""

    def lines(self) -> Iterator[str]:
        """What was done, in lines to read."""
        one, done, release = self.statement, self.done, self.release
        yield f"Retracted: {release.name} (statement {one.number} of the register)"
        yield f"  its folder and its tag stay, and release {release.number} is never made again"
        yield f"  commit {done.commit[:10]}, tag {done.tag} ({done.signature})"
        yield f"Next: {', then '.join([*filter(None, [self.push]), 'publisher build'])}"
        if brought := notes_back(release):
            yield "The draft has its text, without its notes; to freeze it anew with them:"
            yield f"  {brought} && git commit -m 'Bring the notes back'"


def retract(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    order: RetractOrder,
    tell: Teller = unheard,
) -> Retracted:
    """States in the register that a release is taken back; commits and tags that.

    Nothing is deleted. What an earlier run left when it was cut off is completed or taken back
    first.

    Args:
        workplace, policy_id, number: which release.
        order: why.
        tell: told what became of what was cut off.

    Raises:
        FreezeError: it applies, is not the last that stands, or somebody was told of it.
        DoubtError: no ledger is here that knows whether, and the order does not say so.
        SendError: letters are under way.
        SealError: a release or a statement was altered.
        HistoryError: git cannot do its part; everything is as it was before.
    """
    acts, archive, registrar = workplace.acts, workplace.archive, workplace.registrar
    asked = order.asked(number)
    with acts.one_at_a_time(f"the retraction of {policy_id}/{number}"):
        for done, same in registrar.recovered(policy_id, asked):
            tell(done.line())
            if same:
                statement = archive.register(policy_id)[-1]
                release = archive.release(policy_id, number)
                return Retracted(release, statement, done, acts.commits.push(done.tag))
        releases = archive.releases(policy_id)
        release = archive.release(policy_id, number)
        workplace.witnesses.require_sound(policy_id)
        now = workplace.clock()
        refuse_clock(releases, now)
        statement = retraction_of(release, releases, order.why, order.role, now)
        ledger = (lambda: workplace.ledger) if workplace.has_ledger else None
        with _at_rest(ledger, workplace.project.private, release) as known:
            require_untold(release, releases, known, sure=order.sure)
            statement, done = registrar.make(statement, releases, asked)
        return Retracted(release, statement, done, acts.commits.push(done.tag))


@contextmanager
def _at_rest(
    opened: Callable[[], Ledger] | None, private: Path, release: Release
) -> Iterator[KnownToLedger]:
    """What the ledger knows of a release, while nobody sends.

    Args:
        opened: gives the ledger; None: there is none.
        private: where it is locked.
        release: which.

    Raises:
        SendError: somebody sends.
    """
    if opened is None:
        yield KnownToLedger(unknown="there is no ledger in this project")
        return
    try:
        ledger = opened()
    except LedgerError as error:
        yield KnownToLedger(unknown=error.what)
        return
    with ledger.alone("send", private) as ours:
        if not ours:
            raise SendError("letters are being sent at this moment", remedy="wait until that ends")
        reached, came = ledger.count_reached(release), ledger.count_came_with(release)
        counted = ledger.count_declarations(release.policy.id).get(release.number.major)
        declared = counted.total if counted else 0
        yield KnownToLedger(reached, declared, came=came)
