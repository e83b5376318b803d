"""Recording in the register that people were told of a release."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from publisher.actions import Teller, unheard
from publisher.actions.workplace import Workplace
from publisher.edges.acts import Done
from publisher.edges.ledger import Ledger
from publisher.errors import SendError
from publisher.letters.recording import (
    KnownToTell,
    ToldOtherwise,
    counted_notice,
    no_ledger,
    notice_statement,
    require_nobody,
    require_recordable,
    require_unstated,
    stated_before,
    told_statement,
    untold_line,
)
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Means, Statement


@dataclass(frozen=True)
class RecordOrder:
    """What is asked for."""

    otherwise: str | None
    """How people were told, where no program saw it."""
    nobody: str | None
    """Why there was nobody to tell."""
    day: dt.date | None
    """On which it was so; None: today."""
    role: str
    """Who states it."""
    figures: bool = False
    """Publish how many there were, where the ledger counts them."""
    sure: bool = False
    """Whoever states it says that it is meant, where nothing here could tell."""

    @property
    def by_ledger(self) -> bool:
        """Whether what is stated is what the ledger knows."""
        return self.otherwise is None and self.nobody is None

    def asked(self, number: Number) -> str:
        """The command that asks for this; the same words ask for the same statement."""
        words = ["notice", "record", str(number), "--role", self.role]
        words += ["--otherwise", self.otherwise] if self.otherwise else []
        words += ["--nobody", self.nobody] if self.nobody else []
        words += ["--figures"] if self.figures else []
        words += ["--confirm"] if self.sure else []
        return shlex.join(words + (["--on", str(self.day)] if self.day else []))


@dataclass(frozen=True)
class NoticeRecorded:
    """A statement that was made, or that says all there is to say already."""

    statement: Statement
    done: Done | None
    """None: it was there before."""
    push: str = ""
    """The command that hands it on to others; empty: there is nobody to hand it to."""
    untold: str = ""
    """Who came after the first letters and was not told, and what to do; empty: nobody."""
    effective: dt.date | None = None
    """The day for which the release was announced."""
    begins: dt.date | None = None
    """From when it is in force; None: it is not, by this."""

    def lines(self) -> Iterator[str]:
        """What was done, in lines to read."""
        one = self.statement
        about = f"{one.policy}/{one.release}"
        if self.done is None:
            yield f"Nothing is new: statement {one.number} of the register says it of {about}"
        else:
            yield f"Recorded: the notice of {about} (statement {one.number} of the register)"
            yield from self._days(about)
        if self.untold:
            yield f"  {self.untold}"
        if self.done:
            done = self.done
            yield f"  commit {done.commit[:10]}, tag {done.tag} ({done.signature})"
            yield f"Next: {', then '.join([*filter(None, [self.push]), 'publisher build'])}"

    def _days(self, about: str) -> Iterator[str]:
        notice = self.statement.notice
        if notice and notice.means is Means.NOBODY:
            yield f"  {about} has nobody to tell, as of {notice.first}"
        elif notice:
            yield f"  {about} may apply from {notice.applies} on to all who were told in time"
        if self.begins and self.begins == self.effective:
            yield f"  it is in force from its own day, {self.begins}"
        elif self.begins:
            yield f"  it is in force from {self.begins}, and was announced for {self.effective}"


def record_notice(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    order: RecordOrder,
    tell: Teller = unheard,
) -> NoticeRecorded:
    """States in the register that people were told of a release; commits and tags that.

    What an earlier run left when it was cut off is completed or taken back first.

    Args:
        workplace, policy_id, number: which release.
        order: what is stated.
        tell: told what became of what was cut off.

    Raises:
        DoubtError: nothing here can tell what is stated, or it is on record otherwise.
        SendError: nothing may be stated of its notice, or not this; says why, and what lacks.
        LedgerError: the ledger is another one, or cannot be written.
        SealError: a release or a statement was altered.
        HistoryError: git cannot do its part; everything is as it was before.
    """
    acts, archive, registrar = workplace.acts, workplace.archive, workplace.registrar
    asked = order.asked(number)
    with acts.one_at_a_time(f"the record of {policy_id}/{number}"):
        for done, same in registrar.recovered(policy_id, asked):
            tell(done.line())
            if same:
                statement = archive.register(policy_id)[-1]
                return NoticeRecorded(statement, done, acts.commits.push(done.tag))
        releases = archive.releases(policy_id)
        release = archive.release(policy_id, number)
        workplace.witnesses.require_sound(policy_id)
        require_recordable(release, releases)
        now = workplace.clock()
        about = release, releases
        ledger = workplace.ledger if workplace.has_ledger else None
        require_clock(releases, ledger.last_moment() if ledger else None, now)
        untold = _untold(ledger, about, now) if ledger else ""
        if order.by_ledger:
            if ledger is None:
                raise no_ledger(release)
            margin = workplace.settings.margin_days
            with ledger.alone("send", workplace.project.private) as ours:
                if not ours:
                    what = "letters are under way: what becomes of them is not known yet"
                    raise SendError(what, remedy="wait until that run ends")
                statement = _by_ledger(ledger, about, order, margin, now)
        else:
            statement = _by_role(ledger, about, order, now)
        if statement.number:
            return NoticeRecorded(statement, None, untold=untold)
        statement, done = registrar.make(statement, releases, asked)
        after, push = archive.releases(policy_id), acts.commits.push(done.tag)
        begins = None if after.is_held(release) else after.begins(release)
        return NoticeRecorded(statement, done, push, untold, release.effective, begins)


def _untold(ledger: Ledger, about: tuple[Release, Releases], now: dt.datetime) -> str:
    """Who came after the first letters and was not told, and what to do; empty: nobody."""
    release, releases = about
    counts = ledger.count_list(release, releases)
    if counts is None:
        return ""
    due = ledger.due(release, releases)
    return untold_line(release, releases, due.to_tell - counts.to_do, now)


def _by_role(
    ledger: Ledger | None, about: tuple[Release, Releases], order: RecordOrder, now: dt.datetime
) -> Statement:
    """What a role states; or the statement, with its number, that says so already."""
    release, releases = about
    told = ToldOtherwise.of(order.otherwise, order.nobody, order.day or release.day_of(now))
    statement = told_statement(release, releases, told, order.role, now)
    if before := stated_before(statement, releases, any_day=order.day is None):
        return before
    if order.nobody is None:
        require_unstated(release, releases, sure=order.sure)
        return statement
    known = None
    if ledger:
        own = releases.amendment(release.number.major)
        known = KnownToTell(ledger.count_recipients(), sum(map(ledger.count_reached, own)))
    require_nobody(release, releases, known, sure=order.sure)
    return statement


def _by_ledger(
    ledger: Ledger,
    about: tuple[Release, Releases],
    order: RecordOrder,
    margin: int,
    now: dt.datetime,
) -> Statement:
    """What is to be stated by what the ledger knows; or the statement, with its number, that says
    so already.

    The ledger keeps what was counted before it is stated, so that the head of its chain in the
    statement vouches for it. What was kept by a run that was cut off is taken up again.
    """
    release, releases = about
    counts = ledger.count_list(release, releases)
    counted = counted_notice(about, counts, margin, now, ledger.count_reached(release))
    known = [one.counted for one in ledger.notices_counted(release.name)]
    kept = [one.given for one in known if one.is_same(counted)]
    stated = [one for one in releases.register.notices([release.number]) if one.notice]
    last = stated[-1] if stated else None
    said = last.notice if last else None
    same = said and said.figures_digest in {one.figures_digest for one in kept}
    if last and said and same and (said.figures or not order.figures):
        return last
    given = kept[-1] if kept else ledger.keep_counted(counted, about, now)
    heads = (ledger.joined_head().line(),)
    given = replace(given, heads=heads, figures=given.figures if order.figures else None)
    return notice_statement(release, given, order.role, now)
