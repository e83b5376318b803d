"""Taking back a release that nobody was told of: when that is allowed, and what is stated of it."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import dataclass

from publisher.errors import DoubtError, FreezeError
from publisher.releases.register import Register
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.releases.statement import Means, Statement, require_words


@dataclass(frozen=True, slots=True)
class KnownToLedger:
    """What the ledger knows of people and a release."""

    reached: int = 0
    """Letters about this very number that may have arrived, and people told of it otherwise."""
    declared: int = 0
    """What customers declared about it, or another number of it."""
    unknown: str = ""
    """Why that cannot be told here; empty: it can."""
    came: int = 0
    """Customers who came with it."""


def retraction_of(
    release: Release, releases: Releases, why: str, role: str, now: dt.datetime
) -> Statement:
    """The statement that takes a release back.

    Args:
        release: which; `require_untold` says whether that is allowed.
        releases: all of its policy.
        why: the reason, for readers.
        role: who states it.
        now: the time, with an offset.

    Raises:
        ConfigurationError: the reason says nothing, or too much.
        FreezeError: it is in force, retracted already, or not the last that stands; a statement
            says that people were told of it; or an earlier number of it would have been in force
            for days.
    """
    statement = Statement(
        release.policy.id,
        releases.register.next_number,
        release.number,
        release.seal,
        now.astimezone(dt.UTC).replace(microsecond=0),
        role,
        why=require_words(why, "--why"),
    )
    _refuse_standing(release, releases, releases.today(now))
    _refuse_stated(release, releases)
    _refuse_what_comes_back(release, releases, statement, releases.today(now))
    return statement


def _place(release: Release) -> str:
    return f"versions/{release.name}"


def _refuse_standing(release: Release, releases: Releases, today: dt.date) -> None:
    """Only the last that stands, and that does not apply, can be taken back."""
    number, at = release.number, releases.status(release, today)
    if at.status is Status.RETRACTED:
        what, remedy = f"release {number} is retracted, since {at.since}", "nothing is left to do"
    elif release.imported:
        what = f"release {number} is a text of the past, which applied"
        remedy = "amend it: publisher freeze --effective DATE"
    elif at.status in (Status.IN_FORCE, Status.SUPERSEDED) and not _is_postponed(at.by, release):
        since = f" since {at.since}" if at.since else ""
        word = "is in force" if at.status is Status.IN_FORCE else "was superseded"
        what = f"release {number} {word}{since}, and what applied is not taken back"
        remedy = "amend it: publisher freeze --effective DATE"
    elif (last := releases.standing[-1]).number != number:
        what = f"release {last.number} was made after it, and stands"
        remedy = f'take that back first: publisher retract {last.number} --why "…"'
    else:
        return
    raise FreezeError(what, where=_place(release), remedy=remedy)


def _is_postponed(by: object, release: Release) -> bool:
    return getattr(by, "major", None) == release.number.major


def _refuse_stated(release: Release, releases: Releases) -> None:
    """What people were told of can be postponed or replaced, and no more."""
    number = release.number
    for one in releases.register.notices([number]):
        if one.notice and one.notice.means is not Means.NOBODY:
            raise FreezeError(
                f"statement {one.number} of the register says that people were told of release "
                f"{number}: it can be postponed or replaced, and not taken back",
                where=_place(release),
                remedy="postpone it: publisher freeze --correction --effective DATE; or amend it",
            )


def _refuse_what_comes_back(
    release: Release, releases: Releases, statement: Statement, today: dt.date
) -> None:
    """What applies today applies afterwards: no day of the past gets another version."""
    after = Releases(releases, Register([*releases.register, statement]))
    now, then = releases.in_force(today), after.in_force(today)
    if then and then != now:
        raise FreezeError(
            f"without release {release.number}, release {then.number} would be in force, since "
            f"{after.begins(then)}, and nobody could know that",
            where=_place(release),
            remedy="give it another day: publisher freeze --correction --effective DATE",
        )


def require_untold(
    release: Release, releases: Releases, known: KnownToLedger, *, sure: bool
) -> None:
    """Refuses to take back a release that somebody was told of.

    Args:
        release: which.
        releases: all of its policy.
        known: what the ledger has of it.
        sure: somebody says that nobody was told of it.

    Raises:
        FreezeError: people were, or declared something about it.
        DoubtError: no ledger is here that could tell, and nobody says so.
    """
    number = release.number
    told = []
    if known.reached:
        told.append(f"{known.reached:,} letter(s) about it went out, or may have")
    if known.came:
        told.append(f"{known.came:,} customer(s) came with it")
    own = releases.amendment(number.major)
    alone = not any(one.number != number for one in own)
    if known.declared and alone:
        told.append(f"customers declared something about it ({known.declared:,})")
    if told:
        raise FreezeError(
            f"release {number} is known: {', and '.join(told)}",
            where=_place(release),
            remedy="publisher status; postpone it: publisher freeze --correction --effective DATE",
        )
    if known.unknown and not sure:
        raise DoubtError(
            f"whether anybody was told of release {number} cannot be told here: {known.unknown}",
            where=_place(release),
            remedy="run this where the ledger is; or, if you know that nobody was: --confirm",
        )


def notes_back(retracted: Release) -> str:
    """The git command that brings the notes of a retracted release back into the draft, whose text
    is still there; empty: it had none.

    Args:
        retracted: the release.
    """
    policy = retracted.policy
    folders = sorted({name.rpartition("/")[0] for name in policy.note_files})
    if not folders:
        return ""
    named = shlex.join(f"policy/{policy.id}/{name}" for name in folders)
    return f"git checkout {retracted.revision} -- {named}"


def lost_notes(releases: Releases) -> Release | None:
    """The release whose notes an author may miss: the last one, where it was retracted.

    Args:
        releases: all of a policy.
    """
    return releases[-1] if releases and releases.is_retracted(releases[-1]) else None
