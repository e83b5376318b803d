"""Freezing a draft as a release, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_wording import wording
from publisher.checks.draft_findings import review_draft
from publisher.compare.summary import summary_sentence
from publisher.edges.archive import Archive
from publisher.edges.commits import Commits
from publisher.edges.history import History
from publisher.edges.press import Press
from publisher.edges.working_tree import refuse_uncommitted, refuse_unlike
from publisher.letters.html_part import styled
from publisher.letters.notice import notice_text, postponement_text
from publisher.paper.documents import frozen_name, release_document
from publisher.policies.organisation import Organisation
from publisher.releases.folder import SUMS_FILE, read_release, release_files, seal_of
from publisher.releases.freezing import (
    FreezeOrder,
    FreezePlan,
    in_other_languages,
    plan_freeze,
    refuse_clock,
    refuse_findings,
)
from publisher.releases.release import Release


@dataclass(frozen=True)
class Frozen:
    """A release that was frozen, or would be."""

    plan: FreezePlan
    release: Release
    """With its letter, its form and, once it is frozen, its seal."""
    commit: str = ""
    """Empty on a dry run."""
    signed: bool = False

    def lines(self) -> Iterator[str]:
        """What was done, or would be, in lines to read."""
        release, plan, done = self.release, self.plan, bool(self.commit)
        day = release.effective or "an unknown day"
        verb = "Frozen:" if done else "Would freeze"
        yield f"{verb} {release.name} ({release.materiality}), in force from {day}"
        if plan.amendment:
            yield f"  {summary_sentence(plan.amendment)}"
        for line in in_other_languages(plan):
            yield f"  {line}"
        if release.closes:
            yield f"  customers may opt out until {release.closes}"
        if plan.earliest:
            yield f"  earliest lawful effective date: {plan.earliest}"
        for duty in plan.duties:
            yield f"  for a lawyer to see to: {duty.text} ({duty.source})"
        if done:
            signed = "signed" if self.signed else "not signed: git has no signing key"
            yield f"  commit {self.commit[:10]}, tag {release.name} ({signed})"
            yield f"  seal {release.seal}"
            if release.notice:
                yield f"Next: publisher build, then publisher send {release.number}"


def freeze(
    workplace: Workplace, policy_id: str, order: FreezeOrder, *, dry_run: bool = False
) -> Frozen:
    """Freezes the draft as the next release: writes its folder, commits it, tags it.

    Args:
        workplace: the project.
        policy_id: which policy.
        order: what is asked for.
        dry_run: say what would happen, and do nothing.

    Raises:
        FreezeError: it may not be frozen like this; says why, and the earliest lawful date.
        SealError: an earlier release was altered.
        HistoryError: git cannot do its part.
        RenderError: the letter would be too large for mail programs.
    """
    archive, history, drafts = workplace.archive, workplace.history, workplace.drafts
    organisation = workplace.settings.organisation
    folder, now = drafts.name(policy_id), workplace.clock()
    if not dry_run:
        _finish_interrupted(archive, history, workplace.commits, policy_id, f"{folder}/notes")
    revision = history.head
    releases = archive.releases(policy_id)  # what was altered must not be committed
    refuse_uncommitted(history, workplace.private_places)
    refuse_unlike(history, drafts, policy_id)
    refuse_clock(releases, now)
    submission = workplace.submissions.read(policy_id, releases)
    refuse_findings(review_draft(submission, releases), folder)
    plan = plan_freeze(order, drafts.policy(policy_id), releases, revision, now)
    frozen = Frozen(plan, _with_letter(plan, organisation))
    if dry_run:
        return frozen
    documents = _documents(frozen.release, organisation, workplace.press)
    sealed = _store(archive, frozen.release, documents)
    return _record(workplace.commits, replace(frozen, release=sealed), folder)


def _with_letter(plan: FreezePlan, organisation: Organisation) -> Release:
    """The release with the letter that tells of it, and with the words of its opt-out form."""
    release, announced = plan.release, plan.announcement
    if announced is None:
        return release
    if announced.postponed:
        letter = postponement_text(release, announced.before, announced.postponed, organisation)
    else:
        assert plan.amendment
        letter = notice_text(release, announced.before, plan.amendment, organisation)
    styled(letter)  # a letter too large to be read is refused before it is frozen
    return replace(release, notice=letter, opt_out=wording(release, organisation.name))


def _documents(release: Release, organisation: Organisation, press: Press) -> dict[str, bytes]:
    """The PDFs that are frozen with a release, by name."""
    return {
        frozen_name(release, language): press.pdf_of(
            release_document(release, organisation, language)
        )
        for language in ("", *release.policy.translations)
    }


def _store(archive: Archive, release: Release, documents: Mapping[str, bytes]) -> Release:
    """Writes the folder of a release, and gives the release with its seal."""
    files = release_files(release, documents)
    sealed = replace(release, seal=seal_of(files[SUMS_FILE]))
    # What never changes again must read back as what was meant before it is written.
    assert read_release(release.policy.id, files, f"versions/{release.name}") == sealed
    archive.write(release.policy.id, release.number, files)
    return sealed


def _record(commits: Commits, frozen: Frozen, folder: str) -> Frozen:
    """Commits and tags a release whose folder is written."""
    release = frozen.release
    notes = [f"{folder}/notes/{note.name}" for note in release.policy.notes]
    day = release.effective.isoformat() if release.effective else "an unknown date"
    message = f"Freeze {release.name}, in force from {day}\n\nSeal: {release.seal}"
    commit = commits.commit([f"versions/{release.name}"], notes, message)
    signed = commits.tag(release.name, _tag_message(release))
    return replace(frozen, commit=commit, signed=signed)


def _tag_message(release: Release) -> str:
    """What a tag says: what the release is, and its seal."""
    facts = release.policy.facts
    return "\n".join(
        [
            f"{facts.title}, version {release.number} ({release.materiality})",
            "",
            f"Effective: {release.effective or 'unknown'}",
            f"Seal: {release.seal}",
        ]
    )


def _finish_interrupted(
    archive: Archive, history: History, commits: Commits, policy_id: str, notes: str
) -> None:
    """Takes back or completes what a freeze that was cut off has left."""
    archive.sweep(policy_id)
    for number in archive.numbers(policy_id):
        folder = f"versions/{policy_id}/{number}"
        if not history.committed(folder):
            archive.discard(policy_id, number)
            commits.uncommit(folder, notes)
    if history.changed():
        return
    releases = archive.releases(policy_id)
    if not releases:
        return
    last = releases[-1]
    added = history.revisions(f"versions/{last.name}")
    if added and added[0].id == history.head and last.name not in history.tags(policy_id):
        commits.tag(last.name, _tag_message(last))
