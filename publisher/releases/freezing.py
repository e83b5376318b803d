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
from publisher.errors import FreezeError
from publisher.law.profiles import PROFILES, Duty
from publisher.policies.finding import Finding, Severity
from publisher.policies.notice_rules import without_record
from publisher.policies.policy import Facts, Policy
from publisher.releases.announcement import (
    Announcement,
    of_amendment,
    of_correction,
    refuse_early_reminder,
    told_so_far,
)
from publisher.releases.changed_facts import ChangedFact, changed_facts
from publisher.releases.conditions import Conditions
from publisher.releases.corrected import Corrected, refuse_out_of_order, refuse_supplement
from publisher.releases.correction import other_terms, too_much
from publisher.releases.notice_period import days_off, lawful_from, with_counting
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.signers import signers_of_next
from publisher.releases.translation import stated
from publisher.wording.dates import moved


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
    supplement: bool = False
    """A correction that says what the letter before did not say."""
    asked_of: bool = False
    """A person is there who can be asked what no program can know."""

    @property
    def materiality(self) -> Materiality:
        """Of the release that is asked for."""
        return Materiality.EDITORIAL if self.correction else Materiality.MATERIAL

    @property
    def asked(self) -> str:
        """The command that asks for this; the same words ask for the same release."""
        words = ["freeze", "--effective", str(self.effective or "unknown")]
        words += ["--correction"] * self.correction
        words += ["--supplement"] * self.supplement
        words += [word for each in self.lagging for word in ("--lagging", each)]
        words += [word for each in self.unaffected for word in ("--unaffected", each)]
        return shlex.join(words)


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

    @property
    def days_off(self) -> Iterator[tuple[dt.date, str]]:
        """The holidays that the period of notice before the earliest lawful day leaves out, each
        with its name.
        """
        release = self.release
        if self.earliest and release.published_day:
            yield from days_off(release, release.published_day, self.earliest)

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


def plan_freeze(
    order: FreezeOrder,
    draft: Policy,
    releases: Releases,
    revision: str,
    now: dt.datetime,
    time_zone: str = "UTC",
) -> FreezePlan:
    """The release that a draft becomes.

    Args:
        order: what is asked for.
        draft: the draft, which has no errors.
        releases: all releases of the policy so far.
        revision: the git commit that has the draft.
        now: the time of publication, with an offset.
        time_zone: that of the organisation. A correction has that of the release it corrects,
            whose days people were told.

    Raises:
        FreezeError: it may not be frozen like this; says why, and the earliest lawful date.
    """
    if order.supplement and not order.correction:
        what = "only a correction can say what the letter before did not say"
        raise FreezeError(what, where="--supplement", remedy="add --correction")
    zone = _zone(order, releases) or time_zone
    release = Release(
        number=releases.next_number(order.materiality),
        materiality=order.materiality,
        policy=replace(draft, facts=replace(draft.facts, without_record=None)),  # see `_with_rule`
        published=now.astimezone(dt.UTC).replace(microsecond=0),
        effective=order.effective,
        revision=revision,
        conditions=Conditions(zone),
    )
    today = release.day_of(now)
    before = releases.followed(today, order.materiality)
    followed = stated(draft, before, order.lagging, order.unaffected)
    release = replace(release, lags=followed.lags, unaffected=followed.unaffected)
    # Whoever was to sign from a release on that was retracted still is: nobody gets a right to sign
    # back because something else was taken back.
    signers = signers_of_next([each.policy.signers for each in releases])
    last = before[-1] if before else None
    facts = tuple(changed_facts(draft, last, signers, before.sealed_rule))
    if releases:
        chained = releases[-1]
        release = replace(release, previous=chained.number, previous_seal=chained.seal)
    if last is None:
        return replace(_first(release, order.correction), facts=facts, signers=signers)
    release = replace(release, replaces=last.number if last is not releases[-1] else None)
    if not order.correction:
        _refuse_the_same_text(release, last)
    release = with_counting(release, releases, last, today)
    amendment = amend(last.policy.document, draft.document)
    if order.correction:
        refuse_out_of_order(release, last, releases, today)
        planned = _correction(
            release, releases, amendment, Corrected.on(today, last, releases), order.supplement
        )
    else:
        planned = _material(release, releases, amendment, today)
    translations = _retranslated(draft, last.policy)
    planned = _with_rule(planned, draft.facts, releases)
    return replace(planned, translations=translations, facts=facts, signers=signers)


def _zone(order: FreezeOrder, releases: Releases) -> str:
    """The time zone of the release that a correction corrects; empty: it is none."""
    corrected = releases.standing if order.correction else ()
    return corrected[-1].conditions.time_zone if corrected and not corrected[-1].imported else ""


def _with_rule(plan: FreezePlan, facts: Facts, releases: Releases) -> FreezePlan:
    """With what holds where nobody states that people were told, if anybody is to be. A correction
    alters nothing of that.
    """
    if plan.announcement is None:
        return plan
    told = told_so_far(plan.release, releases)
    rule = told[-1].without_record if told else facts.without_record
    rule = rule or without_record(facts.profile)
    conditions = replace(plan.release.conditions, without_record=rule)
    return replace(plan, release=replace(plan.release, conditions=conditions))


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
    last = releases.followed(today)[-1]
    earliest = lawful_from(release, releases, today)
    if last.effective == dt.date.max:
        raise FreezeError(
            f"release {last.number} takes effect on {last.effective}, and no day comes after that",
            where=_folder(release),
            remedy="only a correction can follow it: --correction",
        )
    if last.effective:
        earliest = max(earliest, last.effective + dt.timedelta(days=1))
        # In another time zone, the day after may begin before the day.
        if release.moment_of(earliest) <= last.moment_of(last.effective):
            earliest = moved(earliest, 1)
    effective = _known_day(release)
    if effective < earliest:
        raise FreezeError(
            _too_early(effective, last, today),
            remedy=f"the earliest lawful date is {earliest}: --effective {earliest}",
        )
    release = replace(release, closes=effective - dt.timedelta(days=1))
    refuse_early_reminder(release, today)
    duties = PROFILES[release.policy.facts.profile].duties
    return FreezePlan(
        release, amendment, duties, earliest, announcement=of_amendment(release, last)
    )


def _too_early(effective: dt.date, last: Release, today: dt.date) -> str:
    if effective < today:
        return f"{effective} is in the past"
    if last.effective and effective <= last.effective:
        return f"release {last.number} takes effect on {last.effective}, not before {effective}"
    facts = last.policy.facts
    return (
        f"{effective} leaves {(effective - today).days} days of notice; the notice period "
        f"({facts.period}) is longer"
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
    release: Release,
    releases: Releases,
    amendment: Amendment,
    corrected: Corrected,
    supplement: bool,
) -> FreezePlan:
    if reasons := too_much(amendment):
        raise FreezeError(
            f"this is more than a correction: {'; '.join(reasons[:4])}",
            where=_folder(release),
            remedy="leave --correction out: customers must be told, and may opt out",
        )
    last, today, effective = corrected.last, corrected.today, _known_day(release)
    if other := other_terms(release.policy.facts, last):
        raise FreezeError(
            f"this is more than a correction: {', '.join(other)} is another one than release "
            f"{last.number} promises",
            where=f"{_folder(release)}/policy.toml",
            remedy="leave --correction out: customers must be told, and may opt out",
        )
    if corrected.held:
        if supplement:
            refuse_supplement(release, releases, pending=True)
        corrected.refuse_not_postponed(release, releases)
        return _told_again(FreezePlan(release, amendment), releases, supplement=supplement)
    pending, floor = corrected.pending, corrected.floor
    if effective < floor:
        what = (
            f"release {last.number} takes effect on {floor}" if pending else "that is in the past"
        )
        raise FreezeError(
            f"{effective} is too early: {what}",
            remedy=f"the earliest date is {floor}: --effective {floor}",
        )
    plan = FreezePlan(release, amendment, earliest=floor)
    if supplement:
        refuse_supplement(release, releases, pending=pending)
        return _told_again(plan, releases, supplement=True)
    if pending and effective > floor:
        return _told_again(plan, releases, supplement=False)
    # A translation decides nothing: mending it is a correction, whatever it changes. Who may sign
    # is nothing that customers are told of.
    if _beside_the_text(release) == _beside_the_text(last):
        _refuse_nothing_new(release, last, amendment, ahead=not pending and effective > today)
    return plan


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


def _told_again(plan: FreezePlan, releases: Releases, *, supplement: bool) -> FreezePlan:
    """A correction of which people are told: it moves the date, or says what a letter did not."""
    release, told = plan.release, told_so_far(plan.release, releases)
    before = releases.material_predecessor(release)
    if not told or before is None or release.effective is None or releases.has_begun(release):
        return plan
    release = replace(release, closes=release.effective - dt.timedelta(days=1))
    announcement = of_correction(release, before, told, supplement=supplement)
    return replace(plan, release=release, announcement=announcement)
