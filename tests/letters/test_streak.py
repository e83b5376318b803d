"""Failures in a row: which stop a run, and which are believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import PassingError, SendError
from publisher.letters.rounds import pause_after
from publisher.letters.streak import MOST_ALIKE, MOST_ALIKE_AT_FEW, Streak
from publisher.people.deliveries import Fate, Outcome
from tests.fixtures.amendments import amendments

TWO = amendments()[1]
ACCEPTED = Outcome(Fate.ACCEPTED, "250 2.0.0 taken")
LOST = Outcome(Fate.LATER, "the connection was lost before the end of the letter")
DOUBTFUL = Outcome(Fate.UNKNOWN, "no reply after the end of the letter")
BLOCKED = Outcome(Fate.REFUSED, "550 5.7.1 blocked")
DENIED = Outcome(Fate.REFUSED, "554 5.7.1 <a@x.example>: relay access denied")
UNKNOWN_USER = Outcome(Fate.REFUSED, "550 5.1.1 no such user")
IMPOSSIBLE = Outcome(Fate.REFUSED, "not an address of printable ASCII characters: ''")
GREYLISTED = Outcome(Fate.LATER, "451 4.7.1 greylisted")


def judged(
    outcomes: Iterable[Outcome], *, is_trusted: bool = False, domains: int = 10**6
) -> tuple[SendError | None, Counter[Fate]]:
    """How a run ends, and what its letters have become."""
    streak = Streak[int](TWO, is_trusted=is_trusted)
    found: dict[int, Outcome] = {}
    for number, outcome in enumerate(outcomes):
        for one, verdict in streak.judge(number, f"a@{number % domains}.example", outcome):
            assert one not in found
            found[one] = verdict
    for one, verdict in streak.rest():
        assert one not in found
        found[one] = verdict
    return streak.error, Counter(one.fate for one in found.values())


@pytest.mark.parametrize(
    "last", [[LOST] * 3, [DOUBTFUL] * 3, [LOST, DOUBTFUL, BLOCKED], [BLOCKED, DENIED, BLOCKED]]
)
def test_a_run_stops_after_three_failures_that_concern_all(last: list[Outcome]) -> None:
    error, fates = judged([ACCEPTED, *last])
    assert error is not None
    assert "3 letters in a row failed" in error.what
    assert last[-1].reply in error.what
    assert error.remedy.endswith(": publisher send 2 --confirm")
    # Whether it is soon over, only a lost connection tells.
    assert isinstance(error, PassingError) is (last[-1] in (LOST, DOUBTFUL))
    assert not fates[Fate.REFUSED]


@pytest.mark.parametrize(
    "last",
    [
        [],
        [LOST, LOST],
        [LOST, LOST, ACCEPTED],
        [BLOCKED, UNKNOWN_USER, BLOCKED],
        [UNKNOWN_USER] * (MOST_ALIKE - 1),
        [UNKNOWN_USER, ACCEPTED] * MOST_ALIKE,
        [IMPOSSIBLE] * MOST_ALIKE_AT_FEW,
        [GREYLISTED] * 500,
    ],
)
def test_a_run_goes_on_where_the_failures_are_about_their_recipients(last: list[Outcome]) -> None:
    error, fates = judged(last, is_trusted=True)
    assert error is None
    assert fates == Counter(one.fate for one in last)


def test_the_same_refusal_for_many_stops_the_run_and_refuses_nobody() -> None:
    error, fates = judged([ACCEPTED, *[UNKNOWN_USER] * 50])
    assert error is not None
    assert not isinstance(error, PassingError)
    assert "20 letters in a row were refused alike" in error.what
    assert fates == {Fate.ACCEPTED: 1, Fate.LATER: 50}
    plain = [Outcome(Fate.REFUSED, f"550 <c-{n}@x.example> no thanks, id {n}") for n in range(50)]
    error, fates = judged(plain)
    assert error is not None
    assert fates == {Fate.LATER: 50}


def test_a_domain_may_be_gone() -> None:
    error, fates = judged([UNKNOWN_USER] * 99, domains=2)
    assert (error, fates) == (None, {Fate.REFUSED: 99})
    error, fates = judged([UNKNOWN_USER] * 100, domains=2)
    assert error is not None
    assert not fates[Fate.REFUSED]


def test_who_is_refused_by_a_rule_is_believed_only_of_a_relay_that_took_some() -> None:
    assert judged([BLOCKED]) == (None, {Fate.LATER: 1})
    assert judged([BLOCKED], is_trusted=True) == (None, {Fate.REFUSED: 1})
    assert judged([ACCEPTED, BLOCKED]) == (None, {Fate.ACCEPTED: 1, Fate.REFUSED: 1})


SOME = st.sampled_from([ACCEPTED, LOST, DOUBTFUL, BLOCKED, DENIED, UNKNOWN_USER, GREYLISTED])


@given(st.lists(SOME, max_size=60), st.integers(1, 30), st.booleans())
def test_every_letter_has_one_end_and_what_is_sure_is_never_changed(
    outcomes: list[Outcome], domains: int, is_trusted: bool
) -> None:
    _, fates = judged(outcomes, is_trusted=is_trusted, domains=domains)
    before = Counter(one.fate for one in outcomes)
    assert fates.total() == before.total()
    for sure in (Fate.ACCEPTED, Fate.UNKNOWN):
        assert fates[sure] == before[sure]
    assert fates[Fate.REFUSED] <= before[Fate.REFUSED]


def test_pauses_grow_up_to_four_hours() -> None:
    minutes = [pause_after(round_, 0.5) / 60 for round_ in range(7)]
    assert minutes == [15, 30, 60, 120, 240, 240, 240]
    assert pause_after(10**6, 1) == 5 * 3600
    assert pause_after(0, 0) == 675
