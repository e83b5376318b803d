"""What is likely a slip in what a freeze is asked for: it is done only if somebody says that it is
meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from publisher.errors import DoubtError
from publisher.policies.policy import SIGNERS_FILE
from publisher.releases.changed_facts import SIGNER
from publisher.releases.freezing import FreezeOrder, FreezePlan

_EARLY = dt.date(1990, 1, 1)
"""Policies for customers of a site are hardly older."""
_FAR = dt.timedelta(days=2 * 366)


def refuse_doubt(order: FreezeOrder, plan: FreezePlan, today: dt.date) -> None:
    """A date that is likely a slip, and others who may sign, are frozen only if somebody says that
    they are meant.

    Raises:
        DoubtError: there is such a thing, and nobody said so.
    """
    doubts = [*_about_the_day(order.effective, today), *_about_signers(plan)]
    doubts += _about_the_past(plan) if order.asked_of else ()
    if order.sure or not doubts:
        return
    places, questions, remedies = zip(*doubts, strict=True)
    remedy = f"{', and '.join(remedies)}; or say that it is meant: --yes"
    raise DoubtError(" And ".join(questions), where=places[0], remedy=remedy)


def _about_the_day(day: dt.date | None, today: dt.date) -> Iterator[tuple[str, str, str]]:
    if day is None or _EARLY <= day <= today + _FAR:
        return
    what = f"more than two years after {today}" if day > today else f"before {_EARLY.year}"
    asked = f"{day} is {what}, and a release never changes: is that the day?"
    yield "--effective", asked, "correct the day"


def _about_the_past(plan: FreezePlan) -> Iterator[tuple[str, str, str]]:
    """Of a first release nobody is told: who has an older text would never hear of this one."""
    if plan.release.previous is None:
        asked = f"this is the first release of {plan.release.policy.id}, and nobody is told of it: "
        asked += "have customers no older text?"
        remedy = "if they have, make that a release first: publisher import --history REPO PATH"
        yield f"policy/{plan.release.policy.id}", asked, remedy


def _about_signers(plan: FreezePlan) -> Iterator[tuple[str, str, str]]:
    """Who signs from now on decides about all releases to come, and nobody can take it back."""
    changed = [fact for fact in plan.facts if fact.name == SIGNER]
    if not changed or not plan.signers:
        return
    place = f"policy/{plan.release.policy.id}/{SIGNERS_FILE}"
    said = [f"by {fact.after}" for fact in changed if not fact.before]
    said += [f"no longer by {fact.before}" for fact in changed if not fact.after]
    said += [f"by {f.after}, where it was {f.before}" for f in changed if f.before and f.after]
    asked = f"releases of {plan.release.policy.id} may be signed from now on {', '.join(said)}"
    yield place, f"{asked}: is that meant?", f"see who changed it: git log -p -- {place}"
