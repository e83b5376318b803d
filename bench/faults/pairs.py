"""Two freezes at once, with git slowed down: one of them makes the release, the other is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from bench.faults.counts import Tally
from bench.faults.deaths import ended
from bench.faults.desks import Desk
from bench.faults.git_steps import Steps
from bench.faults.relay import strike
from bench.faults.soundness import Snapshot, flaws, left_locked, tags

LIMIT = 180.0
"""Seconds that each of two may take, with git slowed down."""
SLOWEST = 0.08
"""Seconds before and after each call of git."""


def pair_freezers(desks: Sequence[Desk], folder: Path, times: int, random: Random) -> Tally:
    """Starts the same freeze twice at once, in one folder or in two working trees.

    Args:
        desks: where; in turn.
        folder: for copies.
        times: how many pairs.
        random: the source of all moments.
    """
    tally = Tally("freeze twice at once", counted="pairs")
    for number in range(times):
        desk = desks[number % len(desks)].copied(folder / f"pair-{number}")
        apart = number % 2 == 1
        other = _second_tree(desk) if apart else desk
        _pair(desk, other, random, tally)
        tally.kills["in two working trees" if apart else "in one folder"] += 1
        shutil.rmtree(desk.top)
    return tally


def _second_tree(desk: Desk) -> Desk:
    """Another working tree of the same repository, on a branch of its own."""
    desk.ok("git", "worktree", "add", "-q", "-b", "other", str(desk.top / "other"))
    return replace(desk, tree="other")


def _pair(desk: Desk, other: Desk, random: Random, tally: Tally) -> None:
    apart = other is not desk
    befores = {each.tree: Snapshot.of(each) for each in (desk, other)}
    steps, processes = Steps.new(desk.top / "steps"), []
    for name, each in (("first", desk), ("second", other)):
        more = {**steps.environment, "FAULTS_SLOW": f"{random.uniform(0.005, SLOWEST):.3f}"}
        more["PATH"] = f"{steps.folder / 'bin'}:{desk.environment['PATH']}"
        processes.append(each.start(*each.words, said=desk.top / name, more=more))
        ended(processes[0], random.choice([0.0, random.uniform(0, 3)]))
    codes = []
    for process in processes:
        if not ended(process, LIMIT):
            strike(process.pid, family=True)
        codes.append(process.wait())
    said = [(desk.top / name).read_text("utf-8", "replace") for name in ("first", "second")]
    told = f"{desk.name}: {codes}: {said[0][-200:]} / {said[1][-300:]}"
    frozen = [code == 0 and "Frozen" in text for code, text in zip(codes, said, strict=True)]
    tally.never("pairs of which not exactly one froze", [] if sum(frozen) == 1 else [told])
    mute = [text for code, text in zip(codes, said, strict=True) if code and "try:" not in text]
    tally.never("refusals without a remedy", mute)
    tally.never("tracebacks", [text[-300:] for text in said if "Traceback" in text])
    if sum(frozen) == 1:
        winner = (desk, other)[frozen.index(True)]
        wrong = [f"{desk.name}: {flaw}" for flaw in flaws(winner, befores[winner.tree])]
        tally.never("releases, drafts or histories that are not as they should be", wrong)
        loser = other if winner is desk else desk
        if apart:
            left = list(_altered(loser, befores[loser.tree]))
            tally.never("working trees that the other one altered", left)
    tally.never("locks that were left", left_locked(desk))


def _altered(desk: Desk, before: Snapshot) -> Iterator[str]:
    after = Snapshot.of(desk)
    if (after.head, after.files) != (before.head, before.files):
        yield desk.name
    if len(tags(desk)) != len(before.tags) + 1:
        yield f"{desk.name}: tags {sorted(tags(desk))}"
