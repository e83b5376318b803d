"""The periods of notice that each profile asks for."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.law.calendar import earliest_effective
from publisher.law.profiles import PROFILES
from tests.fixtures.some import some

PUBLISHED = dt.date(2027, 1, 31)


@pytest.mark.parametrize(
    ("profile", "days", "expected"),
    [
        ("promise", 30, "2027-03-02"),
        ("promise", 0, "2027-01-31"),
        ("gdpr", 0, "2027-02-01"),
        ("p2b", 0, "2027-02-16"),
        ("p2b", 15, "2027-02-16"),
        ("p2b", 20, "2027-02-20"),
        ("eecc", 0, "2027-03-01"),
        ("eecc", 40, "2027-03-12"),
        ("dcd", 14, "2027-02-14"),
    ],
)
def test_the_earliest_lawful_day(profile: str, days: int, expected: str) -> None:
    found = earliest_effective(PROFILES[profile], days, PUBLISHED)
    assert found.isoformat() == expected


def test_every_rule_names_its_source() -> None:
    for profile in some(PROFILES.values()):
        assert profile.source
        assert all(duty.text and duty.source for duty in profile.duties)
