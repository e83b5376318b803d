from __future__ import annotations

import threading
from typing import Any

import pytest

from publisher.edges.ledger.turns import MOST_TOGETHER, Job, Turns


class Disk:
    """Carries out jobs, each lot held up until it may be committed."""

    def __init__(self) -> None:
        self.lots: list[int] = []
        self.begun = threading.Semaphore(0)
        self.may_commit = threading.Semaphore(0)
        self.interrupt = False

    def carry_out(self, jobs: list[Job]) -> None:
        self.lots.append(len(jobs))
        self.begun.release()
        self.may_commit.acquire()
        if self.interrupt:
            self.interrupt = False
            raise KeyboardInterrupt
        for job in jobs:
            try:
                job.settle(job.act(None))
            except ValueError as error:
                job.settle(error=error)


class Caller(threading.Thread):
    """A thread that has one act carried out."""

    def __init__(self, turns: Turns, act: Any, *, alone: bool = False) -> None:
        super().__init__()
        self.turns, self.act, self.alone = turns, act, alone
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.turns.take(self.act, alone=self.alone)
        except BaseException as error:
            self.result = error


def waiting(turns: Turns, count: int) -> None:
    while len(turns._waiting) < count:
        pass


def test_who_waits_is_committed_together() -> None:
    disk = Disk()
    turns = Turns(disk.carry_out)
    callers = [Caller(turns, lambda _: "first")]
    disk.begun.acquire()
    callers += [Caller(turns, lambda _, n=n: n) for n in range(MOST_TOGETHER + 3)]
    waiting(turns, MOST_TOGETHER + 3)
    for _ in range(3):
        disk.may_commit.release()
    for caller in callers:
        caller.join(10)
    assert disk.lots == [1, MOST_TOGETHER, 3]
    assert {caller.result for caller in callers} == {"first", *range(MOST_TOGETHER + 3)}


def test_an_error_is_raised_where_its_act_came_from() -> None:
    disk = Disk()
    turns = Turns(disk.carry_out)
    first = Caller(turns, lambda _: "first")
    disk.begun.acquire()
    wrong, right = Caller(turns, lambda _: int("x")), Caller(turns, lambda _: "right")
    waiting(turns, 2)
    disk.may_commit.release(2)
    for caller in (first, wrong, right):
        caller.join(10)
    assert (first.result, right.result) == ("first", "right")
    assert isinstance(wrong.result, ValueError)


def test_what_is_done_alone_shares_with_nobody() -> None:
    disk = Disk()
    turns = Turns(disk.carry_out)
    callers = [Caller(turns, lambda _: 0)]
    disk.begun.acquire()
    for place, alone in enumerate([False, True, True, False, False], start=1):
        callers.append(Caller(turns, lambda _: 1, alone=alone))
        waiting(turns, place)
    disk.may_commit.release(9)
    for caller in callers:
        caller.join(10)
    assert disk.lots == [1, 1, 1, 1, 2]


def test_who_is_interrupted_leaves_the_others_to_themselves() -> None:
    disk = Disk()
    turns = Turns(disk.carry_out)
    first = Caller(turns, lambda _: "first")
    disk.begun.acquire()
    others = [Caller(turns, lambda _: "other")]
    waiting(turns, 1)
    others.append(Caller(turns, lambda _: "another"))
    waiting(turns, 2)
    disk.may_commit.release()
    disk.begun.acquire()
    disk.interrupt = True
    disk.may_commit.release(9)
    for caller in (first, *others):
        caller.join(10)
    assert first.result == "first"
    assert isinstance(others[0].result, KeyboardInterrupt)
    assert others[1].result == "another"
    assert Turns.take(turns, lambda _: "later") == "later"


def test_one_caller_after_the_other_needs_no_thread() -> None:
    def carry_out(jobs: list[Job]) -> None:
        for job in jobs:
            job.settle(job.act(7))

    turns = Turns(carry_out)
    assert [turns.take(lambda tx: tx + 1), turns.take(lambda tx: tx + 2)] == [8, 9]
    with pytest.raises(ZeroDivisionError):
        turns.take(lambda _: 1 // 0)
    assert turns.take(lambda tx: tx + 3) == 10
