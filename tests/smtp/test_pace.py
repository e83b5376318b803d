"""Limits on letters a minute."""

from __future__ import annotations

from collections import Counter, deque

from publisher.letters.message import Letter
from publisher.smtp.pace import Pace


def letter(number: int, domain: str) -> Letter:
    return Letter(str(number), "us@x.example", f"c-{number}@{domain}", b"")


def minutes(pace: Pace, letters: list[Letter]) -> list[tuple[int, str]]:
    """In which minute each letter goes, in the order in which they go."""
    now, waiting, gone = 1000.0, deque(letters), []
    while waiting or pace.pause_aside(now) is not None:
        one = None
        if not pace.pause(now):
            one = pace.due(now)
            while one is None and waiting and not pace.is_full:
                offered = waiting.popleft()
                one = offered if pace.admits(offered, now) else None
        if one is not None:
            gone.append((int(now - 1000) // 60, one.to))
            continue
        pauses = [pace.pause(now) or None, pace.pause_aside(now)]
        now += max(1e-6, min(pause for pause in pauses if pause is not None))
    return gone


def test_without_limits_all_go_at_once() -> None:
    assert {
        minute for minute, _ in minutes(Pace(0, 0), [letter(n, "a.example") for n in range(500)])
    } == {0}


def test_so_many_a_minute_in_all() -> None:
    gone = minutes(Pace(30, 0), [letter(n, "a.example") for n in range(90)])
    assert Counter(minute for minute, _ in gone) == {0: 30, 1: 30, 2: 30}


def test_so_many_a_minute_to_one_domain_and_others_go_meanwhile() -> None:
    letters = [letter(n, "Large.example" if n < 150 else "small.example") for n in range(160)]
    gone = minutes(Pace(0, 60), letters)
    assert len({to for _, to in gone}) == 160
    large = Counter(minute for minute, to in gone if to.endswith("Large.example"))
    assert large == {0: 60, 1: 60, 2: 30}
    assert all(minute == 0 for minute, to in gone if to.endswith("small.example"))


def test_many_letters_to_one_domain_do_not_fill_the_memory() -> None:
    gone = minutes(Pace(0, 600), [letter(n, "a.example") for n in range(1500)])
    assert len(gone) == 1500
    assert max(Counter(minute for minute, _ in gone).values()) <= 601
