"""Freezing a draft as a release, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from publisher.actions import Teller, unheard
from publisher.actions.workplace import Workplace
from publisher.compare.summary import summary_sentence
from publisher.edges.acts import Acts, Done
from publisher.edges.clones import refuse_partial_clone
from publisher.edges.merges import refuse_two_of_a_number
from publisher.edges.preview_folder import PreviewFolder
from publisher.edges.release_maker import ReleaseMaker
from publisher.edges.working_tree import refuse_uncommitted, refuse_unlike
from publisher.releases.act import Act
from publisher.releases.chronology import refuse_clock
from publisher.releases.doubts import refuse_doubt
from publisher.releases.freezing import (
    FreezeOrder,
    FreezePlan,
)
from publisher.releases.made_release import MadeRelease
from publisher.releases.number import number_after
from publisher.releases.other_languages import in_other_languages
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.words import ENGLISH


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
    shown: Path | None = None
    """The page of the preview that was written of it; None: none was asked for."""
    was: dt.date | None = None
    """From which day the version before was to apply; None: nobody knows, or there is none."""

    def lines(self) -> Iterator[str]:
        """What was done, or would be, in lines to read."""
        release, plan, done = self.release, self.plan, self.done
        day = release.effective or "an unknown day"
        verb = "Frozen:" if done else "Would freeze"
        yield f"{verb} {release.name} ({release.materiality}), in force from {day}"
        if plan.amendment:
            yield f"  {summary_sentence(plan.amendment, ENGLISH)}"
        yield from self._amended()
        for line in plan.beside_the_text():
            yield f"  {line}"
        for line in in_other_languages(plan):
            yield f"  {line}"
        if release.closes:
            yield f"  customers may opt out until {release.closes}"
        if plan.earliest:
            yield f"  earliest lawful effective date: {plan.earliest}"
        for day, name in plan.days_off:
            yield f"  no working day: {day}, {name}"
        for duty in plan.duties:
            yield f"  for a lawyer to see to: {duty.text} ({duty.source})"
        if done:
            yield f"  commit {done.commit[:10]}, tag {done.tag} ({done.signature})"
            yield f"  seal {release.seal}"
        if self.detached:
            yield "  HEAD is detached: no branch has the commit, until git switch -c NAME"
        if self.shown:
            yield f"  what would be sealed, and how it looks: open {self.shown}"
        if done:
            number = release.number
            told = [f"publisher send {number}", f"publisher notice record {number}"]
            told = told if release.notice else []
            yield f"Next: {', then '.join([*filter(None, [self.push]), 'publisher build', *told])}"

    def _amended(self) -> Iterator[str]:
        """Which version it goes past; of a correction, which day it moves, and who is told."""
        release, was, editorial = self.release, self.was, self.release.number.minor > 0
        if release.replaces and not editorial:
            passed = f"version {release.previous}, which does not apply"
            yield f"  it amends version {release.replaces}, and goes past {passed}"
        if not editorial:
            return
        postponed = bool(was and was != release.effective)
        if postponed:
            yield f"  its day moves from {was} to {release.effective}"
        if release.notice:
            what = "the other day" if postponed else "what the letter before did not say"
            had = f"who had a letter about version {release.number.major}"
            yield f"  every recipient is told: {had} of {what}, everybody else of all that changes"
        else:
            yield "  nobody is told of it"


def freeze(
    workplace: Workplace,
    policy_id: str,
    order: FreezeOrder,
    *,
    dry_run: bool = False,
    show: Path | None = None,
    tell: Teller = unheard,
) -> Frozen:
    """Freezes the draft as the next release: writes its folder, commits it, tags it; or nothing.

    What an earlier freeze or import left when it was cut off is completed or taken back first.

    Args:
        workplace: the project.
        policy_id: which policy.
        order: what is asked for.
        dry_run: say what would happen, and do nothing.
        show: on a dry run, a folder for all that would be sealed, and for what it looks like.
        tell: told what became of what was cut off.

    Raises:
        FreezeError: it may not be frozen like this; says why, and the earliest lawful date.
        DoubtError: the date is likely a slip, or others may sign from now on, and the order does
            not say that it is meant.
        SealError: an earlier release was altered.
        HistoryError: git cannot do its part; everything is as it was before.
        RenderError: the letter would be too large for mail programs, or a font is missing.
        OutputError: the folder is no place for a preview.
    """
    folder = PreviewFolder.of(show, workplace.project) if show else None
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
        plan = workplace.maker.planned(policy_id, order, releases, revision, now)
        refuse_doubt(order, plan, plan.release.day_of(now))
        made = workplace.maker.made(plan)
        release, files = made.release, made.files
        workplace.press.require_site(
            releases.part([*releases, release]), organisation, workplace.catalogs
        )
        act = _act(release, drafts.name(policy_id), order)
        act = acts.rehearsed(replace(act, signers=plan.signers), files)
        before = releases.predecessor(release)
        was = before.effective if before else None
        frozen = Frozen(plan, release, detached=acts.detached, was=was)
        if dry_run:
            preview = partial(_preview, made, releases, workplace.maker, now)
            shown = folder.write(preview()) if folder else None
            return replace(frozen, shown=shown)
        done = acts.carry_out(act, [(release.number, files)])
        return replace(frozen, done=done, push=acts.commits.push(done.tag))


def _preview(
    made: MadeRelease, releases: Releases, maker: ReleaseMaker, now: dt.datetime
) -> dict[str, bytes]:
    # All that shows a release takes a while to load.
    from publisher.edges.preview_files import PreviewFiles

    return PreviewFiles(releases, maker, now).all(made)


def _ended(acts: Acts, policy_id: str, order: FreezeOrder, tell: Teller) -> Done | None:
    """Ends what was cut off; what came of it, if that is all that is asked for."""
    found: Done | None = None
    for done in acts.recovered(policy_id):
        tell(done.line())
        was = done.act
        same = (was.verb, was.policy_id, was.asked) == ("freeze", policy_id, order.asked)
        found = done if same and acts.at(done) else found
    return found


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
        changes={f"{folder}/{name}": None for name in release.policy.note_files},
    )
