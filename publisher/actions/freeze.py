"""Freezing a draft as a release, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace

from publisher.actions import Teller, unheard
from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_wording import wording
from publisher.checks.draft_findings import review_draft
from publisher.compare.summary import summary_sentence
from publisher.edges.acts import Acts, Done
from publisher.edges.clones import refuse_partial_clone
from publisher.edges.merges import refuse_two_of_a_number
from publisher.edges.press import Press
from publisher.edges.working_tree import refuse_uncommitted, refuse_unlike
from publisher.letters.html_part import FILLED_IN, styled
from publisher.letters.notice import notice_text, postponement_text
from publisher.paper.documents import frozen_name, release_document
from publisher.policies.organisation import Organisation
from publisher.releases.act import Act
from publisher.releases.folder import SUMS_FILE, read_release, release_files, seal_of
from publisher.releases.freezing import (
    FreezeOrder,
    FreezePlan,
    in_other_languages,
    plan_freeze,
    refuse_clock,
    refuse_doubt,
    refuse_findings,
)
from publisher.releases.number import number_after
from publisher.releases.release import Release
from publisher.releases.releases import Releases


@dataclass(frozen=True)
class Frozen:
    """A release that was frozen, or would be."""

    plan: FreezePlan
    release: Release
    """With its letter, its form and its seal."""
    done: Done | None = None
    """How git has it; None on a dry run."""
    detached: bool = False
    """Whether no branch has its commit."""
    push: str = ""
    """The command that hands it on to others; empty: there is nobody to hand it to."""

    def lines(self) -> Iterator[str]:
        """What was done, or would be, in lines to read."""
        release, plan, done = self.release, self.plan, self.done
        day = release.effective or "an unknown day"
        verb = "Frozen:" if done else "Would freeze"
        yield f"{verb} {release.name} ({release.materiality}), in force from {day}"
        if plan.amendment:
            yield f"  {summary_sentence(plan.amendment)}"
        for line in plan.beside_the_text():
            yield f"  {line}"
        for line in in_other_languages(plan):
            yield f"  {line}"
        if release.closes:
            yield f"  customers may opt out until {release.closes}"
        if plan.earliest:
            yield f"  earliest lawful effective date: {plan.earliest}"
        for duty in plan.duties:
            yield f"  for a lawyer to see to: {duty.text} ({duty.source})"
        if done:
            yield f"  commit {done.commit[:10]}, tag {done.tag} ({done.signature})"
            yield f"  seal {release.seal}"
        if self.detached:
            yield "  HEAD is detached: no branch has the commit, until git switch -c NAME"
        if done:
            told = [f"publisher send {release.number}"] if release.notice else []
            yield f"Next: {', then '.join([*filter(None, [self.push]), 'publisher build', *told])}"


def freeze(
    workplace: Workplace,
    policy_id: str,
    order: FreezeOrder,
    *,
    dry_run: bool = False,
    tell: Teller = unheard,
) -> Frozen:
    """Freezes the draft as the next release: writes its folder, commits it, tags it; or nothing.

    What an earlier freeze or import left when it was cut off is completed or taken back first.

    Args:
        workplace: the project.
        policy_id: which policy.
        order: what is asked for.
        dry_run: say what would happen, and do nothing.
        tell: told what became of what was cut off.

    Raises:
        FreezeError: it may not be frozen like this; says why, and the earliest lawful date.
        DoubtError: the date is likely a slip, or others may sign from now on, and the order does
            not say that it is meant.
        SealError: an earlier release was altered.
        HistoryError: git cannot do its part; everything is as it was before.
        RenderError: the letter would be too large for mail programs, or a font is missing.
    """
    refuse_two_of_a_number(workplace.project.root)
    history, archive, drafts = workplace.history, workplace.archive, workplace.drafts
    acts, organisation = workplace.acts, workplace.settings.organisation
    revision = history.head  # a project without a commit is refused
    with nullcontext() if dry_run else acts.one_at_a_time(f"the freeze of {policy_id}"):
        if dry_run:
            acts.refuse_cut_off()
        elif done := _ended(acts, policy_id, order, tell):
            release = archive.release(policy_id, done.number)
            return Frozen(
                FreezePlan(release), release, done, acts.detached, acts.commits.push(done.tag)
            )
        revision, now = history.head, workplace.clock()
        here = archive.numbers(policy_id)
        acts.refuse_unfit(policy_id, here, number_after(max(here, default=None), order.materiality))
        releases = archive.releases(policy_id)  # what was altered must not be committed
        refuse_partial_clone(history, releases)
        workplace.witnesses.require_sound(policy_id)
        refuse_uncommitted(history, workplace.private_places)
        refuse_unlike(history, drafts, policy_id)
        refuse_clock(releases, now)
        submission = workplace.submissions.read(policy_id, releases)
        refuse_findings(review_draft(submission, releases), drafts.name(policy_id))
        plan = plan_freeze(order, drafts.policy(policy_id), releases, revision, now)
        refuse_doubt(order, plan, now.date())
        release, files = _sealed(_with_letter(plan, organisation), organisation, workplace.press)
        workplace.press.require_site(Releases([*releases, release]), organisation)
        act = _act(release, drafts.name(policy_id), order)
        act = acts.rehearsed(replace(act, signers=plan.signers), files)
        if dry_run:
            return Frozen(plan, release, detached=acts.detached)
        done = acts.carry_out(act, [(release.number, files)])
        return Frozen(plan, release, done, acts.detached, acts.commits.push(done.tag))


def _ended(acts: Acts, policy_id: str, order: FreezeOrder, tell: Teller) -> Done | None:
    """Ends what was cut off; what came of it, if that is all that is asked for."""
    found: Done | None = None
    for done in acts.recovered(policy_id):
        tell(done.line())
        was = done.act
        same = (was.verb, was.policy_id, was.asked) == ("freeze", policy_id, order.asked)
        found = done if same and acts.at(done) else found
    return found


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
    styled(letter, room=FILLED_IN)  # a letter too large to be read is refused before it is frozen
    return replace(release, notice=letter, opt_out=wording(release, organisation.name))


def _sealed(
    release: Release, organisation: Organisation, press: Press
) -> tuple[Release, dict[str, bytes]]:
    """The release with its seal, and the files of its folder, with its PDFs."""
    documents = {
        frozen_name(release, language): press.pdf_of(
            release_document(release, organisation, language)
        )
        for language in ("", *release.policy.translations)
    }
    files = release_files(release, documents)
    sealed = replace(release, seal=seal_of(files[SUMS_FILE]))
    # What never changes again must read back as what was meant before it is written.
    assert read_release(release.policy.id, files, f"versions/{release.name}") == sealed
    return sealed, files


def _act(release: Release, folder: str, order: FreezeOrder) -> Act:
    """What is made of a release: its folder, without the notes that are gathered in it."""
    facts = release.policy.facts
    day = release.effective.isoformat() if release.effective else "an unknown date"
    return Act(
        verb="freeze",
        policy_id=release.policy.id,
        seals={release.number: release.seal},
        asked=order.asked,
        message=f"Freeze {release.name}, in force from {day}\n\nSeal: {release.seal}\n",
        testimony=f"{facts.title}, version {release.number} ({release.materiality})\n\n"
        f"Effective: {release.effective or 'unknown'}\nSeal: {release.seal}\n",
        changes={f"{folder}/notes/{note.name}": None for note in release.policy.notes},
    )
