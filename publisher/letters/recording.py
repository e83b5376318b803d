"""What may be stated of a notice, and from which day the release applies by it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.errors import DoubtError, SendError
from publisher.letters.sending import is_too_late, require_current, require_notice
from publisher.people.deliveries import DeliveryState
from publisher.people.notice_list import CountedNotice, ListCounts
from publisher.people.resolution import told_at
from publisher.releases.notice_period import lawful_from
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.releases.statement import Means, NoticeGiven, Statement, require_words


@dataclass(frozen=True, slots=True)
class ToldOtherwise:
    """That people were told in a way that no program saw, or that there was nobody."""

    means: Means
    """`OTHERWISE` or `NOBODY`."""
    described: str
    """How, or why there was nobody; a line."""
    day: dt.date
    """On which it was so."""

    @classmethod
    def of(cls, otherwise: str | None, nobody: str | None, day: dt.date) -> ToldOtherwise:
        """Either that people were told, and how, or that there was nobody, and why.

        Raises:
            ConfigurationError: it says nothing, or too much.
        """
        if otherwise is not None:
            return cls(Means.OTHERWISE, require_words(otherwise, "--otherwise"), day)
        return cls(Means.NOBODY, require_words(nobody or "", "--nobody"), day)


def require_recordable(release: Release, releases: Releases) -> None:
    """Refuses to state anything of the notice of a release.

    Args:
        release: which.
        releases: all of its policy.

    Raises:
        SendError: nobody is to be told of it, it was retracted, another letter took its place, or
            the letter of a later release says that it does not apply.
    """
    require_notice(release)
    require_current(release, releases)
    later = releases.overtaking(release)
    if later and releases.lacks_record(release):
        before = releases.predecessor(later)
        assert before
        raise SendError(
            f"release {later.number} was made while {release.number} was held, and its letter says "
            f"that version {before.number} applies until {later.effective}: to state now that "
            f"people were told of {release.number} would make that untrue",
            where=f"versions/{release.name}",
            remedy=f"nothing is to be done about {release.number}: {later.number} takes its place; "
            f"or, if nobody was told of {later.number}: publisher retract {later.number} "
            '--why "another one is to apply first"',
        )


def told_statement(
    release: Release, releases: Releases, told: ToldOtherwise, role: str, now: dt.datetime
) -> Statement:
    """The statement of a role that people were told of a release.

    Args:
        release: which; it may be recorded.
        releases: all of its policy.
        told: how, and when.
        role: who states it.
        now: the time, with an offset.

    Raises:
        SendError: the day is to come, or before the release was published.
    """
    told_at(release, told.day, now)
    nobody = told.means is Means.NOBODY
    applies = told.day if nobody else lawful_from(release, releases, told.day)
    given = NoticeGiven(told.means, applies, told.day, told.day, described=told.described)
    return notice_statement(release, given, role, now)


@dataclass(frozen=True, slots=True)
class KnownToTell:
    """Whom a ledger knows of a release, for whoever states that there is nobody to tell."""

    recipients: int
    """How many are on the list of who is told."""
    reached: int
    """How many letters about it, or another number of it, went out or may have; to whoever was
    removed or erased since, too. Who was told otherwise counts.
    """


def require_nobody(
    release: Release, releases: Releases, known: KnownToTell | None, *, sure: bool
) -> None:
    """Refuses to state that there is nobody to tell where somebody is known.

    Args:
        release: which.
        releases: all of its policy, with what is stated so far.
        known: what the ledger knows; None: there is none here.
        sure: whoever states it says that they know it, where no ledger does.

    Raises:
        SendError: there is somebody, or was; or it is stated that people were told.
        DoubtError: there is no ledger here that could tell, and nobody says so.
    """
    number, where = release.number, "--nobody"
    if stated := _stated_told(release, releases):
        raise SendError(
            f"people were told of release {number}, as statement {stated.number} of the register "
            "says: to state now that there was nobody would contradict it",
            where=where,
            remedy="nothing is left to record: `publisher status` shows where it stands",
        )
    told_otherwise = f'publisher notice record {number} --otherwise "by post"'
    if known and known.recipients:
        raise SendError(
            f"there is somebody to tell: the ledger has {_counted(known.recipients, 'recipient')}",
            where=where,
            remedy=f"publisher send {number} --confirm, then publisher notice record {number}; "
            f"told in another way: {told_otherwise}",
        )
    if known and known.reached:
        raise SendError(
            f"somebody was told: the ledger knows of {_counted(known.reached, 'letter')} about "
            f"release {number} that went out, or may have; whose they are was removed since",
            where=where,
            remedy=f'publisher notice record {number} --otherwise "by e-mail"',
        )
    if known is None and not sure:
        raise DoubtError(
            f"whether there is somebody to tell of release {number} cannot be told here: there is "
            "no ledger",
            where=where,
            remedy="run this where the ledger is; or, if you know that there is nobody: --confirm",
        )


def require_unstated(release: Release, releases: Releases, *, sure: bool) -> None:
    """Asks whether people were told in another way as well, where letters are on record.

    Args:
        release: which.
        releases: all of its policy, with what is stated so far.
        sure: whoever states it says so.

    Raises:
        DoubtError: it is stated by what a ledger counted, and nobody says so.
    """
    counted = releases.register.first_counted(release.number, releases.register.next_number)
    if counted and not sure:
        raise DoubtError(
            f"letters about release {release.number} are on record, by {counted.means}: a "
            "statement that people were told in another way as well changes nothing for them",
            where="--otherwise",
            remedy="if it is meant all the same: --confirm; of single customers: publisher resolve "
            f'{release.number} CUSTOMER --otherwise "by phone"',
        )


def _stated_told(release: Release, releases: Releases) -> Statement | None:
    """The first statement that people were told of any number of a release."""
    numbers = [one.number for one in releases.amendment(release.number.major)]
    own = releases.register.notices(numbers)
    return next((one for one in own if one.notice and one.notice.means is not Means.NOBODY), None)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def stated_before(
    statement: Statement, releases: Releases, *, any_day: bool = False
) -> Statement | None:
    """The statement that says the same already, with its number; None: there is none.

    Args:
        statement: what is to be stated.
        releases: all of the policy, with what is stated so far.
        any_day: whoever states it named no day, so that what was said of another one says it.
    """
    said = statement.notice
    for one in releases.register.notices([statement.release]):
        if (one.seal, one.role) != (statement.seal, statement.role) or not (one.notice and said):
            continue
        words = (one.notice.means, one.notice.described) == (said.means, said.described)
        if one.notice == said or (any_day and words):
            return one
    return None


def notice_statement(
    release: Release, given: NoticeGiven, role: str, now: dt.datetime
) -> Statement:
    """The statement of a role about the notice of a release.

    Args:
        release: which.
        given: what is stated.
        role: who states it.
        now: the time, with an offset.
    """
    moment = now.astimezone(dt.UTC).replace(microsecond=0)
    about = release.policy.id, 0, release.number, release.seal
    return Statement(*about, moment, role, given)


# ── by what the ledger knows ─────────────────────────────────────────────────────────────────────


def counted_notice(
    about: tuple[Release, Releases],
    counts: ListCounts | None,
    margin: int,
    now: dt.datetime,
    reached: int,
) -> CountedNotice:
    """What can be stated of the notice of a release by what a ledger knows.

    Args:
        about: which release; it may be recorded; and all of its policy, with what is stated so far.
        counts: what became of the letters; None: none was ever to be sent.
        margin: how many days the operator allows a carrier to bring a letter.
        now: the time, with an offset.
        reached: how many letters about it went out, or may have, whoever was removed since.

    Raises:
        SendError: nobody was told by a letter, or the list is not closed; says what lacks.
    """
    release, releases = about
    number, where = release.number, f"versions/{release.name}"
    if counts is None:
        raise SendError(
            f"no letter about release {number} is on record: it was neither sent nor exported",
            where=where,
            remedy=f"publisher send {number}; told in another way: publisher notice record "
            f'{number} --otherwise "by post"',
        )
    _require_closed(release, releases, counts, now)
    before = releases.register.first_counted(number, releases.register.next_number)
    if not counts.told and before is None:
        what = f"no letter about release {number} was accepted: of the list, nobody was told by one"
        otherwise, words = f"publisher notice record {number} --otherwise", "by post"
        if not counts.states:
            what = f"whoever was on the list of release {number} was removed since"
            words = "by e-mail"
        remedy = f'told in another way: {otherwise} "{words}"'
        upcoming = releases.status(release, releases.today(now)).status is Status.UPCOMING
        if upcoming and not reached:
            remedy += f'; nobody was told: publisher retract {number} --why "nobody was told"'
        raise SendError(what, where=where, remedy=remedy)
    given = counts.given(release, releases, margin, before)
    return CountedNotice(release.name, given, counts.end, margin)


def _require_closed(
    release: Release, releases: Releases, counts: ListCounts, now: dt.datetime
) -> None:
    """Refuses what is not to be stated yet: what is stated once stays, and a later statement has
    the figures of a list that is closed again.
    """
    open_, number = counts.lacking, release.number
    if not open_:
        return
    lacking = ", ".join(f"{count:,} {state}" for state, count in open_.items())
    steps = []
    if DeliveryState.TO_DO in open_:
        late = is_too_late(release, releases, now)
        give_up = f'publisher resolve {number} --all --give-up "it is too late"'
        steps.append(give_up if late else f"publisher send {number} --confirm")
    if set(open_) - {DeliveryState.TO_DO}:
        steps.append(f"publisher resolve {number}")
    raise SendError(
        f"the list of release {number} is not closed: {lacking}",
        where=f"versions/{release.name}",
        remedy="; ".join(steps),
    )


def untold_line(release: Release, releases: Releases, count: int, now: dt.datetime) -> str:
    """That customers came after the first letters and were not told, and what to do; empty: none.

    Args:
        release: which.
        releases: all of its policy.
        count: how many.
        now: the time, with an offset.
    """
    if count <= 0:
        return ""
    were = f"{_counted(count, 'recipient')} came after the first letters and {_is(count)} not told"
    if is_too_late(release, releases, now):
        step = f"too late for a letter: publisher resolve {release.number} --all "
        return f'{were}; {step}--otherwise "by post"'
    return f"{were}; publisher send {release.number} --confirm"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def no_ledger(release: Release) -> SendError:
    """Why nothing can be stated of letters about a release where there is no ledger."""
    number = release.number
    return SendError(
        "there is no ledger here, so nothing is known of letters",
        where=f"versions/{release.name}",
        remedy=f"run this where release {number} was sent; told in another way: publisher notice "
        f'record {number} --otherwise "by post"',
    )
