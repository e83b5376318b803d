"""With which release a draft is compared where that is not the last one, and why, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import Policy
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.dates import long_date


def why_compared(draft: Policy | None, releases: Releases, before: Releases, day: dt.date) -> str:
    """Why a draft is not simply compared with the last release, in a sentence.

    Args:
        draft: the text that is compared; None: nobody knows yet.
        releases: all of its policy.
        before: those that it is looked at against (`Releases.reviewed`), of which the last is what
            it is compared with.
        day: the day for all of them.

    Returns:
        Empty: there is nothing to say, for it is compared with the last one, which stands.
    """
    last, held = before[-1] if before else None, releases.held(day)
    if last and last == held and draft and draft.files == held.policy.files:
        follows = releases.followed(day)
        after = f"version {follows[-1].number}" if follows else "nothing"
        return (
            f"the draft is {_called(held)}, word for word, and compared with it; "
            f"{_passed_over(held, releases)}, so that another text is compared with {after}"
        )
    passed = [one for one in releases if last is None or one.number > last.number]
    if not passed:
        return ""
    named = f"compared with {_called(last)}" if last else "looked at as a first version"
    return f"the draft is {named}: {', '.join(_each(passed, releases))}"


def _called(release: Release) -> str:
    return f"version {release.number}"


def _each(passed: list[Release], releases: Releases) -> Iterator[str]:
    """Why the releases after it do not count: of each amendment, that of the last that stands."""
    for major in dict.fromkeys(one.number.major for one in passed):
        own = [one for one in passed if one.number.major == major]
        standing = [one for one in own if not releases.is_retracted(one)]
        yield _passed_over((standing or own)[-1], releases)


def _passed_over(one: Release, releases: Releases) -> str:
    if statement := releases.register.retraction(one.number):
        return f"{_called(one)} was retracted on {long_date(one.day_of(statement.stated))}"
    day = long_date(one.effective)
    if by := releases.overtaking(one):
        return f"{_called(by)} takes the place of {_called(one)}, announced for {day}"
    return f"{_called(one)} was announced for {day}, and nothing is on record of its notice"


def compared_finding(
    draft: Policy, releases: Releases, before: Releases, day: dt.date, folder: str
) -> Iterator[Finding]:
    """The same for a person who looks at the draft; nothing where it has no other text than the
    release that it is compared with.

    Args:
        draft, releases, before, day: as for `why_compared`.
        folder: the path of the draft, for the message.
    """
    if before and before[-1].policy.files == draft.files:
        return
    if why := why_compared(draft, releases, before, day):
        remedy = f"what differs from the last release: publisher diff {releases[-1].number} draft"
        yield Finding(Severity.CUE, folder, 0, why, remedy)
