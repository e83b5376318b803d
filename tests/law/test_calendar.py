"""How days, months and business days are counted, and which holidays there are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.law.calendar import Counting, first_lawful_day
from publisher.law.profiles import PROFILES
from publisher.law.public_holidays import place_flaw, public_holidays
from publisher.policies.notice_rules import Promise

PROMISE = PROFILES["promise"]
EASTER = public_holidays("DE-BY", dt.date(2027, 1, 1), dt.date(2027, 12, 31))
"""Good Friday is 26 March, Easter Monday 29 March."""


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(f"2027-{written}")


@pytest.mark.parametrize(
    ("promise", "told", "plain", "by_holidays"),
    [
        # Days: the thirtieth after is a Wednesday, and has to end where holidays are named.
        (Promise(30), "02-01", "03-03", "03-04"),
        # It would end on Good Friday: it goes on to the Tuesday after Easter, which has to end.
        (Promise(30), "02-24", "03-26", "03-31"),
        # Months end with the same date, or with the last of the month, and have run out before.
        (Promise(0, 1), "01-31", "03-01", "03-02"),  # 28 February 2027 is a Sunday
        (Promise(0, 2), "01-15", "03-16", "03-16"),
        # Three working days behind the Wednesday before Easter: Thursday, Tuesday, Wednesday.
        (Promise(0, 0, 3), "03-24", "03-24", "04-01"),
        # The day of the notice is never one of them, nor is a Saturday.
        (Promise(0, 0, 1), "03-05", "03-05", "03-09"),
        # Two days, Saturday and Sunday, end on Monday, and have two working days in them.
        (Promise(2), "03-05", "03-07", "03-10"),
        # The longest counts.
        (Promise(40, 1, 2), "02-01", "03-13", "03-16"),
    ],
)
def test_what_is_promised(promise: Promise, told: str, plain: str, by_holidays: str) -> None:
    found = [
        first_lawful_day(PROMISE, promise, day(told), counting)
        for counting in (Counting(), Counting(frozenset(EASTER)))
    ]
    assert found == [day(plain), day(by_holidays)]


def test_a_period_of_an_earlier_release_ends_as_it_was_counted_then() -> None:
    """The last day of the statute's period was the first on which a release could apply."""
    counting = Counting(whole=False)
    assert first_lawful_day(PROFILES["p2b"], Promise(0), day("01-31"), counting) == day("02-15")
    assert first_lawful_day(PROFILES["eecc"], Promise(0), day("01-31"), counting) == day("02-28")


@given(
    st.builds(Promise, st.integers(0, 90), st.integers(0, 4), st.integers(0, 30)),
    st.dates(dt.date(2026, 1, 1), dt.date(2028, 1, 1)),
    st.sampled_from(sorted(PROFILES)),
)
def test_more_is_never_earlier(promise: Promise, told: dt.date, profile: str) -> None:
    """Who is told later, or promised more, or by holidays, has never less time."""
    counting, rules = Counting(frozenset(EASTER)), PROFILES[profile]
    first = first_lawful_day(rules, promise, told, counting)
    assert first >= first_lawful_day(rules, replace(promise, business_days=0), told, Counting())
    assert first <= first_lawful_day(rules, promise, told + dt.timedelta(1), counting)
    assert first <= first_lawful_day(
        rules, replace(promise, months=promise.months + 1), told, counting
    )


def test_the_end_of_days_is_no_end_of_counting() -> None:
    last = dt.date.max
    for counting in (Counting(), Counting(frozenset())):
        assert first_lawful_day(PROMISE, Promise(9, 9, 9), last, counting) == last


@pytest.mark.parametrize(
    ("place", "what", "remedy"),
    [
        ("DE-BY", "", ""),
        ("GB-SCT", "", ""),
        ("de", "no country", "such as DE"),
        ("Bavaria", "no country", "ISO 3166"),
        ("DE-XX", "no part of DE", "DE-BY"),
        ("SG-01", "no part of SG", "use SG"),
        ("EG", "weekend is not Saturday and Sunday", "in days"),
    ],
)
def test_which_places_are_known(place: str, what: str, remedy: str) -> None:
    found = place_flaw(place)
    assert what in found[0]
    assert remedy in found[1]
    assert bool(found[0]) is bool(what)


def test_holidays_have_their_names_and_limits() -> None:
    found = public_holidays("DE-BY", dt.date(2027, 1, 2), dt.date(2027, 3, 26))
    assert found == {dt.date(2027, 1, 6): "Epiphany", dt.date(2027, 3, 26): "Good Friday"}
    far = public_holidays("AT", dt.date(2027, 1, 1), dt.date.max)
    assert max(far).year == 2037
    assert public_holidays("AT", dt.date(9999, 12, 27), dt.date.max) == {}
