"""Freezing a release, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from publisher.actions.drafting import check_draft
from publisher.answers.opt_out_wording import wording
from publisher.compare.amendment import Amendment, amend
from publisher.compare.summary import summary_sentence
from publisher.edges import archive
from publisher.edges.history import History
from publisher.edges.project import Project
from publisher.errors import FreezeError, SealError
from publisher.law.profiles import PROFILES, Duty
from publisher.letters.html_part import styled
from publisher.letters.notice import notice_text, postponement_text
from publisher.people.due import lawful_from
from publisher.policies.finding import Severity
from publisher.policies.policy import Policy
from publisher.releases.chronology import behind
from publisher.releases.correction import too_much
from publisher.releases.folder import SUMS_FILE, read_release, release_files, seal_of
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.translation import stated

MakePdf = Callable[[Project, Release, str], bytes]
"""Makes a PDF that is frozen with a release: of the translation in a language, or, where that is
empty, of the text that decides."""


@dataclass(frozen=True)
class Frozen:
    """A release that was frozen, or would be."""

    release: Release
    amendment: Amendment | None
    """What it changes; None for the first release."""
    duties: tuple[Duty, ...]
    """What its notice profile asks for beside the period, for a lawyer to look at."""
    earliest: dt.date | None
    """The earliest lawful effective date; None where no period applies."""
    translations: Mapping[str, Amendment | None] = field(default_factory=dict)
    """What it changes in each translation, by language; None: the translation is new."""
    commit: str = ""
    """Empty on a dry run."""
    signed: bool = False

    def in_other_languages(self) -> Iterator[str]:
        """What it changes in each translation, and what is recorded of that, a line each."""
        for language, amendment in self.translations.items():
            lags = self.release.lagging(language)
            words = "new" if amendment is None else summary_sentence(amendment)
            yield f"translation {language}: {words}"
            for lag in lags:
                what = f"says what version {lag.behind} says" if lag.behind else "is not translated"
                yield f"translation {language}: `{lag.anchor}` {what}; readers are told"
            for tag, anchor in self.release.unaffected:
                if tag == language:
                    yield f"translation {language}: `{anchor}` was looked at, and stays as it is"


def freeze(
    project: Project,
    policy_id: str,
    *,
    effective: dt.date | None,
    correction: bool,
    now: dt.datetime,
    make_pdf: MakePdf,
    dry_run: bool = False,
    lagging: Sequence[str] = (),
    unaffected: Sequence[str] = (),
) -> Frozen:
    """Freezes the draft as the next release: writes its folder, commits it, tags it.

    Args:
        project: where.
        policy_id: which policy.
        effective: the first day in force; None: unknown, for a first release only.
        correction: an editorial release that nobody is told of.
        now: the time of publication, with an offset.
        make_pdf: makes the PDFs to freeze.
        dry_run: say what would happen, and do nothing.
        lagging: translations that readers are told are not up to date: `de` or `de:security`.
        unaffected: those that somebody has looked at, and found to need no change.

    Raises:
        FreezeError: it may not be frozen like this; says why, and the earliest lawful date.
        SealError: an earlier release was altered.
        HistoryError: git cannot do its part.
        RenderError: the letter would be too large for mail programs.
    """
    history = History(project.root)
    _finish_interrupted(project, history, policy_id, dry_run)
    frozen = _plan(project, history, policy_id, effective, correction, now, (lagging, unaffected))
    release = frozen.release
    if release.notice:
        styled(release.notice)  # a letter too large to be read is refused before it is frozen
    if dry_run:
        return frozen
    documents = {"policy.pdf": make_pdf(project, release, "")}
    for language in release.policy.translations:
        documents[f"policy.{language}.pdf"] = make_pdf(project, release, language)
    files = release_files(release, documents)
    folder = f"versions/{release.name}"
    sealed = replace(release, seal=seal_of(files[SUMS_FILE]))
    # What never changes again must read back as what was meant before it is written.
    assert read_release(policy_id, files, folder) == sealed
    archive.write(project, policy_id, release.number, files)
    notes = [f"{project.folder(policy_id)}/notes/{note.name}" for note in release.policy.notes]
    day = effective.isoformat() if effective else "an unknown date"
    message = f"Freeze {release.name}, in force from {day}\n\nSeal: {sealed.seal}"
    commit = history.commit([folder], notes, message)
    signed = history.tag(release.name, tag_message(sealed))
    return replace(frozen, release=sealed, commit=commit, signed=signed)


def tag_message(release: Release) -> str:
    """The message of a release's tag: what it is, and its seal."""
    facts = release.policy.facts
    return "\n".join(
        [
            f"{facts.title}, version {release.number} ({release.materiality})",
            "",
            f"Effective: {release.effective or 'unknown'}",
            f"Seal: {release.seal}",
        ]
    )


def _finish_interrupted(project: Project, history: History, policy_id: str, dry_run: bool) -> None:
    """Takes back or completes what a freeze that was cut off has left."""
    if dry_run:
        return
    archive.sweep(project, policy_id)
    for number in archive.numbers(project, policy_id):
        folder = f"versions/{policy_id}/{number}"
        if not history.committed(folder):
            archive.discard(project, policy_id, number)
            history.uncommit(folder, f"{project.folder(policy_id)}/notes")
    releases = archive.line(project, policy_id)
    if not releases or history.changed():
        return
    last = releases[-1]
    added = history.revisions(f"versions/{last.name}")
    if added and added[0].id == history.head and last.name not in history.tags(policy_id):
        history.tag(last.name, tag_message(last))


def _plan(
    project: Project,
    history: History,
    policy_id: str,
    effective: dt.date | None,
    correction: bool,
    now: dt.datetime,
    statements: tuple[Sequence[str], Sequence[str]],
) -> Frozen:
    head = history.head
    if dirty := history.changed():
        raise FreezeError(
            f"{len(dirty)} file(s) are not committed: {', '.join(sorted(dirty)[:5])}",
            where=str(project.root),
            remedy="commit or stash them: a release is made from a revision that git has",
        )
    if damage := archive.damage(project, policy_id):
        path, what = damage[0]
        raise SealError(what, where=path, remedy="publisher verify")
    releases = archive.line(project, policy_id)
    _refuse_clock(releases, now)
    _refuse_findings(project, policy_id)
    policy = project.draft(policy_id)
    materiality = Materiality.EDITORIAL if correction else Materiality.MATERIAL
    release = Release(
        number=releases.next_number(materiality),
        materiality=materiality,
        policy=policy,
        published=now.astimezone(dt.UTC).replace(microsecond=0),
        effective=effective,
        revision=head,
    )
    followed = stated(policy, releases, *statements)
    release = replace(release, lags=followed.lags, unaffected=followed.unaffected)
    if not releases:
        return _first(release, correction)
    last = releases[-1]
    release = replace(release, previous=last.number, previous_seal=last.seal)
    amendment = amend(last.policy.document, policy.document)
    if not correction and _same_text(policy, last.policy):
        if _translated(release) != _translated(last):
            raise FreezeError(
                f"only translations differ from release {last.number}, so nobody's rights change",
                where=project.folder(policy_id),
                remedy="freeze them as a correction: --correction",
            )
        raise FreezeError(
            f"the draft is release {last.number}, word for word",
            where=project.folder(policy_id),
            remedy="change the draft; or postpone a date with --correction --effective DATE",
        )
    today = now.astimezone(dt.UTC).date()
    make = _correction if correction else _material
    frozen = make(project, release, releases, amendment, today)
    return replace(frozen, translations=_retranslated(policy, last.policy))


def _same_text(policy: Policy, last: Policy) -> bool:
    """Whether nothing but translations differs."""
    facts = replace(policy.facts, translations=last.facts.translations)
    return policy.files == last.files and facts == last.facts


def _translated(release: Release) -> tuple[object, ...]:
    """What is said in other languages, and of what they say."""
    policy = release.policy
    return dict(policy.facts.translations), dict(policy.translations), release.lags


def _retranslated(policy: Policy, last: Policy) -> dict[str, Amendment | None]:
    return {
        tag: amend(last.in_language(tag).document, policy.in_language(tag).document)
        if tag in last.translations
        else None
        for tag in policy.translations
    }


def _refuse_clock(releases: Releases, now: dt.datetime) -> None:
    if wrong := behind(releases, now):
        raise FreezeError(
            f"{wrong}: a notice period that is counted from now would end too early",
            remedy="set the clock of this machine",
        )


def _refuse_findings(project: Project, policy_id: str) -> None:
    errors = [f for f in check_draft(project, policy_id) if f.severity is Severity.ERROR]
    if errors:
        listed = "; ".join(f"{f.where}: {f.what}" for f in errors[:3])
        more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
        raise FreezeError(
            f"the draft has {len(errors)} error(s): {listed}{more}",
            where=project.folder(policy_id),
            remedy="publisher check",
        )


def _first(release: Release, correction: bool) -> Frozen:
    if correction:
        raise FreezeError(
            "the first release cannot be a correction", remedy="leave --correction out"
        )
    published = release.published if release.effective else None
    translations: dict[str, Amendment | None] = dict.fromkeys(release.policy.translations)
    return Frozen(replace(release, published=published), None, (), None, translations)


def _material(
    project: Project, release: Release, releases: Releases, amendment: Amendment, today: dt.date
) -> Frozen:
    last = releases[-1]
    earliest = lawful_from(release, releases, today)
    if last.effective:
        earliest = max(earliest, last.effective + dt.timedelta(days=1))
    effective = _known(release)
    if effective < earliest:
        raise FreezeError(
            _too_early(effective, last, today),
            remedy=f"the earliest lawful date is {earliest}: --effective {earliest}",
        )
    release = replace(release, closes=effective - dt.timedelta(days=1))
    organisation = project.settings.organisation
    letter = notice_text(release, last, amendment, organisation)
    release = replace(release, notice=letter, opt_out=wording(release, organisation.name))
    duties = PROFILES[release.policy.facts.profile].duties
    return Frozen(release, amendment, duties, earliest)


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


def _known(release: Release) -> dt.date:
    if release.effective is None:
        raise FreezeError(
            "only a first release may have an unknown effective date",
            remedy="name the day with --effective",
        )
    return release.effective


def _correction(
    project: Project, release: Release, releases: Releases, amendment: Amendment, today: dt.date
) -> Frozen:
    if reasons := too_much(amendment):
        raise FreezeError(
            f"this is more than a correction: {'; '.join(reasons[:4])}",
            where=project.folder(release.policy.id),
            remedy="leave --correction out: customers must be told, and may opt out",
        )
    last, effective = releases[-1], _known(release)
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
        release = _postponed(project, release, releases, today)
    elif _translated(release) != _translated(last):
        pass  # a translation decides nothing: mending it is a correction, whatever it changes
    elif not pending and effective > today and amendment.empty:
        raise FreezeError("there is nothing to correct", remedy="change the draft first")
    elif amendment.empty and release.policy.files == last.policy.files:
        raise FreezeError(
            f"the draft is release {last.number}, word for word, with the same date",
            remedy="correct the draft, or postpone: --effective with a later date",
        )
    return Frozen(release, amendment, (), floor)


def _postponed(project: Project, release: Release, releases: Releases, today: dt.date) -> Release:
    """A correction that moves the date: people were told a date, so they are told the new one."""
    announced = [r for r in releases if r.number.major == release.number.major and r.notice]
    before = releases.in_force(today)
    if not announced or before is None or release.effective is None:
        return release
    release = replace(release, closes=release.effective - dt.timedelta(days=1))
    organisation = project.settings.organisation
    return replace(
        release,
        notice=postponement_text(release, before, announced[-1], organisation),
        opt_out=wording(release, organisation.name),
    )
