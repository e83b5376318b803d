"""Visitors who wait at the same time are answered together, and nobody waits for what hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest
from starlette.responses import Response

from publisher.web.front_desk import MOST_AT_ONCE, FrontDesk

Act = Callable[[], Response]


def answers(*letters: str) -> list[Act]:
    return [lambda one=one: Response(one) for one in letters]  # type: ignore[misc]


def call(act: Act) -> Response:
    return act()


def all_in_turn(acts: Sequence[Act]) -> list[Response]:
    return [act() for act in acts]


def served(desk: FrontDesk[Act], acts: Sequence[Act]) -> list[str]:
    """What visitors get who come at once, in the order in which they came."""

    async def all_of_them() -> list[str]:
        found = await asyncio.gather(*map(desk.answer, acts), return_exceptions=True)
        return [bytes(getattr(one, "body", b"")).decode() or str(one) for one in found]

    return asyncio.run(all_of_them())


def test_who_waits_meanwhile_is_answered_in_one_go() -> None:
    together: list[int] = []

    def answered(acts: Sequence[Act]) -> list[Response]:
        together.append(len(acts))
        return [act() for act in acts]

    desk, many = FrontDesk(answered, call), [str(n) for n in range(MOST_AT_ONCE + 8)]
    for _ in range(2):  # whichever loop asks
        assert served(desk, answers(*many)) == many
    assert together == [MOST_AT_ONCE, 8] * 2


def test_whoever_comes_right_after_another_is_answered() -> None:
    async def one_after_the_other() -> list[bytes]:
        desk = FrontDesk(all_in_turn, call)
        return [bytes((await desk.answer(act)).body) for act in answers("a", "b", "c")]

    assert asyncio.run(asyncio.wait_for(one_after_the_other(), 30)) == [b"a", b"b", b"c"]


def test_each_is_answered_by_itself_where_that_fails() -> None:
    def refused(_: Sequence[Act]) -> list[Response]:
        raise OSError("no disk")

    def failing() -> Response:
        raise ValueError("only this one")

    assert served(FrontDesk(refused, call), [*answers("a"), failing]) == ["a", "only this one"]
    one_by_one = FrontDesk(lambda acts: [ValueError("so"), *(act() for act in acts[1:])], call)
    assert served(one_by_one, answers("a", "b")) == ["so", "b"]


def test_another_thread_helps_where_one_is_held_up() -> None:
    let_go = threading.Event()

    def stuck() -> Response:
        assert let_go.wait(20)
        return Response("late")

    def last() -> Response:
        let_go.set()
        return Response("first")

    async def two() -> list[bytes | memoryview]:
        desk = FrontDesk(all_in_turn, call)
        waits = asyncio.create_task(desk.answer(stuck))
        await asyncio.sleep(0.01)
        return [(await desk.answer(last)).body, (await waits).body]

    assert asyncio.run(asyncio.wait_for(two(), 30)) == [b"first", b"late"]


def test_who_goes_away_keeps_nobody_from_an_answer() -> None:
    begun, let_go = threading.Event(), threading.Event()

    def waits() -> Response:
        begun.set()
        assert let_go.wait(20)
        return Response("a")

    async def one_goes() -> bytes | memoryview:
        desk = FrontDesk(all_in_turn, call)
        goes = asyncio.create_task(desk.answer(waits))
        stays = asyncio.create_task(desk.answer(lambda: Response("b")))
        assert await asyncio.to_thread(begun.wait, 20)
        goes.cancel()
        let_go.set()
        with pytest.raises(asyncio.CancelledError):
            await goes
        return (await stays).body

    assert asyncio.run(asyncio.wait_for(one_goes(), 30)) == b"b"
