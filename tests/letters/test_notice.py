"""The letter's text and the period before an amendment."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.law.profiles import PROFILES, earliest_effective
from publisher.policies.dates import long_date

PUBLISHED = dt.date(2027, 1, 31)


@pytest.mark.parametrize(
    ("profile", "days", "expected"),
    [
        ("promise", 30, "2027-03-02"),
        ("promise", 0, "2027-01-31"),
        ("gdpr", 0, "2027-02-01"),
        ("p2b", 0, "2027-02-15"),
        ("p2b", 20, "2027-02-20"),
        ("eecc", 0, "2027-02-28"),
        ("eecc", 40, "2027-03-12"),
        ("dcd", 14, "2027-02-14"),
    ],
)
def test_the_earliest_lawful_day(profile: str, days: int, expected: str) -> None:
    found = earliest_effective(PROFILES[profile], days, PUBLISHED)
    assert found.isoformat() == expected


def test_every_rule_names_its_source() -> None:
    for profile in PROFILES.values():
        assert profile.source
        assert all(duty.text and duty.source for duty in profile.duties)


def test_dates_are_written_as_people_write_them() -> None:
    assert long_date(dt.date(2027, 3, 1)) == "1 March 2027"
    assert long_date(dt.date(2027, 3, 1), "de") == "1. März 2027"
    assert long_date(dt.date(2027, 3, 1), "pt-BR") == "1 de março de 2027"
    assert "do not know" in long_date(None)
