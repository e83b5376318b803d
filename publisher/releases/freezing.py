"""When a freeze is refused, and what the release will be where it is not.

Every rule that needs no git and no disk is here: the number, the dates, what a correction may
change, what a letter has to tell.
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import ne

from publisher.compare.amendment import Amendment, amend
from publisher.compare.summary import summary_sentence
from publisher.errors import DoubtError, FreezeError
from publisher.law.profiles import PROFILES, Duty
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import SIGNERS_FILE, Policy
from publisher.releases.changed_facts import SIGNER, ChangedFact, changed_facts
from publisher.releases.chronology import behind
from publisher.releases.correction import other_terms, too_much
from publisher.releases.notice_period import lawful_from
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.signers import signers_of_next
from publisher.releases.translation import stated

_EARLY = dt.date(1990, 1, 1)
"""Policies for customers of a site are hardly older."""
_FAR = dt.timedelta(days=2 * 366)


@dataclass(frozen=True)
class FreezeOrder:
    """What a person asks for when a draft is frozen."""

    effective: dt.date | None
    """The first day in force; None: unknown, for a first release only."""
    correction: bool = False
    """An editorial release that nobody is told of."""
    lagging: Sequence[str] = ()
    """Translations that readers are told are not up to date: `de` or `de:security`."""
    unaffected: Sequence[str] = ()
    """Those that somebody has looked at, and found to need no change."""
    sure: bool = False
    """Somebody confirmed a date that is likely a slip, and that other people may sign."""

    @property
    def materiality(self) -> Materiality:
        """Of the release that is asked for."""
        return Materiality.EDITORIAL if self.correction else Materiality.MATERIAL

    @property
    def asked(self) -> str:
        """The command that asks for this; the same words ask for the same release."""
        words = ["freeze", "--effective", str(self.effective or "unknown")]
        words += ["--correction"] * self.correction
        words += [word for each in self.lagging for word in ("--lagging", each)]
        words += [word for each in self.unaffected for word in ("--unaffected", each)]
        return shlex.join(words)


@dataclass(frozen=True)
class Announcement:
    """What the letter that is frozen with a release has to tell."""

    before: Release
    """The version in force until then."""
    postponed: Release | None = None
    """The release whose date was announced before; None: the letter tells of an amendment."""


@dataclass(frozen=True)
class FreezePlan:
    """A release that may be frozen, without its letter, its form and its seal."""

    release: Release
    amendment: Amendment | None = None
    """What it changes; None for the first release."""
    duties: tuple[Duty, ...] = ()
    """What its notice profile asks for beside the period, for a lawyer to look at."""
    earliest: dt.date | None = None
    """The earliest lawful effective date; None where no period applies."""
    translations: Mapping[str, Amendment | None] = field(default_factory=dict)
    """What it changes in each translation, by language; None: the translation is new."""
    announcement: Announcement | None = None
    """None: nobody is told."""
    facts: tuple[ChangedFact, ...] = ()
    """What differs from the last release beside the text."""
    signers: str = ""
    """The text of those who may sign this release; empty: nobody is named."""

    def beside_the_text(self) -> Iterator[str]:
        """What differs from the last release beside the text, a line each."""
        yield from map(str, self.facts)
        if self.signers and not self.release.policy.signers:
            yield "`signers`: the file is gone; who may sign stays as it was"


def refuse_findings(findings: Sequence[Finding], folder: str) -> None:
    """A draft with an error is not frozen.

    Args:
        findings: what `check` finds in the draft.
        folder: the draft's path, for the message.

    Raises:
        FreezeError: there is an error among them; the first three are named.
    """
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        listed = "; ".join(f"{f.where}: {f.what}" for f in errors[:3])
        more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
        raise FreezeError(
            f"the draft has {len(errors)} error(s): {listed}{more}",
            where=folder,
            remedy="publisher check",
        )


def refuse_clock(releases: Releases, now: dt.datetime) -> None:
    """Nothing is published before the newest release was.

    Raises:
        FreezeError: the clock is behind that.
    """
    if wrong := behind(releases, now):
        raise FreezeError(
            f"{wrong}: a notice period that is counted from now would end too early",
            remedy="set the clock of this machine",
        )


def plan_freeze(
    order: FreezeOrder, draft: Policy, releases: Releases, revision: str, now: dt.datetime
) -> FreezePlan:
    """The release that a draft becomes.

    Args:
        order: what is asked for.
        draft: the draft, which has no errors.
        releases: all releases of the policy so far.
        revision: the git commit that has the draft.
        now: the time of publication, with an offset.

    Raises:
        FreezeError: it may not be frozen like this; says why, and the earliest lawful date.
    """
    release = Release(
        number=releases.next_number(order.materiality),
        materiality=order.materiality,
        policy=draft,
        published=now.astimezone(dt.UTC).replace(microsecond=0),
        effective=order.effective,
        revision=revision,
    )
    followed = stated(draft, releases, order.lagging, order.unaffected)
    release = replace(release, lags=followed.lags, unaffected=followed.unaffected)
    signers = signers_of_next([each.policy.signers for each in releases])
    facts = tuple(changed_facts(draft, releases[-1] if releases else None, signers))
    if not releases:
        return replace(_first(release, order.correction), facts=facts)
    last = releases[-1]
    release = replace(release, previous=last.number, previous_seal=last.seal)
    if not order.correction:
        _refuse_the_same_text(release, last)
    amendment = amend(last.policy.document, draft.document)
    today = now.astimezone(dt.UTC).date()
    plan_next = _correction if order.correction else _material
    planned = plan_next(release, releases, amendment, today)
    translations = _retranslated(draft, last.policy)
    return replace(planned, translations=translations, facts=facts, signers=signers)


def refuse_doubt(order: FreezeOrder, plan: FreezePlan, today: dt.date) -> None:
    """A date that is likely a slip, and others who may sign, are frozen only if somebody says that
    they are meant.

    Raises:
        DoubtError: there is such a thing, and nobody said so.
    """
    doubts = [*_about_the_day(order.effective, today), *_about_signers(plan)]
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


def _about_signers(plan: FreezePlan) -> Iterator[tuple[str, str, str]]:
    """Who signs from now on decides about all releases to come, and nobody can take it back."""
    changed = [fact for fact in plan.facts if fact.name == SIGNER]
    if not changed or not plan.signers:
        return
    place = f"{_folder(plan.release)}/{SIGNERS_FILE}"
    said = [f"by {fact.after}" for fact in changed if not fact.before]
    said += [f"no longer by {fact.before}" for fact in changed if not fact.after]
    said += [f"by {f.after}, where it was {f.before}" for f in changed if f.before and f.after]
    asked = f"releases of {plan.release.policy.id} may be signed from now on {', '.join(said)}"
    yield place, f"{asked}: is that meant?", f"see who changed it: git log -p -- {place}"


def in_other_languages(plan: FreezePlan) -> Iterator[str]:
    """What a release changes in each translation, and what is recorded of that, a line each."""
    for language, amendment in plan.translations.items():
        words = "new" if amendment is None else summary_sentence(amendment)
        yield f"translation {language}: {words}"
        for lag in plan.release.lagging(language):
            what = f"says what version {lag.behind} says" if lag.behind else "is not translated"
            yield f"translation {language}: `{lag.anchor}` {what}; readers are told"
        for tag, anchor in plan.release.unaffected:
            if tag == language:
                yield f"translation {language}: `{anchor}` was looked at, and stays as it is"


def _folder(release: Release) -> str:
    return f"policy/{release.policy.id}"


def _refuse_the_same_text(release: Release, last: Release) -> None:
    """An amendment changes the authoritative text, or what is said of it."""
    draft, before = release.policy, last.policy
    facts = replace(draft.facts, translations=before.facts.translations)
    if draft.files != before.files or facts != before.facts:
        return
    if _beside_the_text(release) != _beside_the_text(last):
        raise FreezeError(
            f"only {_what_differs(release, last)} differ from release {last.number}, so nobody's "
            "rights change",
            where=_folder(release),
            remedy="freeze them as a correction: --correction",
        )
    raise FreezeError(
        f"the draft is release {last.number}, word for word",
        where=_folder(release),
        remedy="change the draft; or postpone a date with --correction --effective DATE",
    )


def _beside_the_text(release: Release) -> tuple[object, ...]:
    """Who may sign the next release, what is said in other languages, and of what they say."""
    policy = release.policy
    said = dict(policy.facts.translations), dict(policy.translations), release.lags
    return policy.signers, *said


def _what_differs(release: Release, last: Release) -> str:
    signers, *said = map(ne, _beside_the_text(release), _beside_the_text(last))
    return " and ".join(["signers"] * signers + ["translations"] * any(said))


def _retranslated(draft: Policy, last: Policy) -> dict[str, Amendment | None]:
    return {
        tag: amend(last.in_language(tag).document, draft.in_language(tag).document)
        if tag in last.translations
        else None
        for tag in draft.translations
    }


def _first(release: Release, correction: bool) -> FreezePlan:
    if correction:
        raise FreezeError(
            "the first release cannot be a correction", remedy="leave --correction out"
        )
    published = release.published if release.effective else None
    translations: dict[str, Amendment | None] = dict.fromkeys(release.policy.translations)
    return FreezePlan(replace(release, published=published), translations=translations)


# ── an amendment ─────────────────────────────────────────────────────────────────────────────────


def _material(
    release: Release, releases: Releases, amendment: Amendment, today: dt.date
) -> FreezePlan:
    last = releases[-1]
    earliest = lawful_from(release, releases, today)
    if last.effective == dt.date.max:
        raise FreezeError(
            f"release {last.number} takes effect on {last.effective}, and no day comes after that",
            where=_folder(release),
            remedy="only a correction can follow it: --correction",
        )
    if last.effective:
        earliest = max(earliest, last.effective + dt.timedelta(days=1))
    effective = _known_day(release)
    if effective < earliest:
        raise FreezeError(
            _too_early(effective, last, today),
            remedy=f"the earliest lawful date is {earliest}: --effective {earliest}",
        )
    release = replace(release, closes=effective - dt.timedelta(days=1))
    duties = PROFILES[release.policy.facts.profile].duties
    return FreezePlan(release, amendment, duties, earliest, announcement=Announcement(last))


def _too_early(effective: dt.date, last: Release, today: dt.date) -> str:
    if effective < today:
        return f"{effective} is in the past"
    if last.effective and effective <= last.effective:
        return f"release {last.number} takes effect on {last.effective}, not before {effective}"
    facts = last.policy.facts
    return (
        f"{effective} leaves {(effective - today).days} days of notice; the notice period "
        f"({facts.profile}, {facts.days} days) is longer"
    )


def _known_day(release: Release) -> dt.date:
    if release.effective is None:
        raise FreezeError(
            "only a first release may have an unknown effective date",
            remedy="name the day with --effective",
        )
    return release.effective


# ── a correction ─────────────────────────────────────────────────────────────────────────────────


def _correction(
    release: Release, releases: Releases, amendment: Amendment, today: dt.date
) -> FreezePlan:
    if reasons := too_much(amendment):
        raise FreezeError(
            f"this is more than a correction: {'; '.join(reasons[:4])}",
            where=_folder(release),
            remedy="leave --correction out: customers must be told, and may opt out",
        )
    last, effective = releases[-1], _known_day(release)
    if other := other_terms(release, last):
        raise FreezeError(
            f"this is more than a correction: {', '.join(other)} is another one than release "
            f"{last.number} promises",
            where=f"{_folder(release)}/policy.toml",
            remedy="leave --correction out: customers must be told, and may opt out",
        )
    pending = last.effective is not None and last.effective > today
    floor = last.effective if pending and last.effective else today
    if effective < floor:
        what = (
            f"release {last.number} takes effect on {floor}" if pending else "that is in the past"
        )
        raise FreezeError(
            f"{effective} is too early: {what}",
            remedy=f"the earliest date is {floor}: --effective {floor}",
        )
    if pending and effective > floor:
        return _postponement(FreezePlan(release, amendment, earliest=floor), releases, today)
    # A translation decides nothing: mending it is a correction, whatever it changes. Who may sign
    # is nothing that customers are told of.
    if _beside_the_text(release) == _beside_the_text(last):
        _refuse_nothing_new(release, last, amendment, ahead=not pending and effective > today)
    return FreezePlan(release, amendment, earliest=floor)


def _refuse_nothing_new(
    release: Release, last: Release, amendment: Amendment, *, ahead: bool
) -> None:
    if ahead and amendment.empty:
        raise FreezeError("there is nothing to correct", remedy="change the draft first")
    if amendment.empty and release.policy.files == last.policy.files:
        raise FreezeError(
            f"the draft is release {last.number}, word for word, with the same date",
            remedy="correct the draft, or postpone: --effective with a later date",
        )


def _postponement(plan: FreezePlan, releases: Releases, today: dt.date) -> FreezePlan:
    """A correction that moves the date: people were told a date, so they are told the new one."""
    release = plan.release
    announced = [r for r in releases.amendment(release.number.major) if r.notice]
    before = releases.in_force(today)
    if not announced or before is None or release.effective is None:
        return plan
    return replace(
        plan,
        release=replace(release, closes=release.effective - dt.timedelta(days=1)),
        announcement=Announcement(before, announced[-1]),
    )
