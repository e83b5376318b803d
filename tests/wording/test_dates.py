"""How a date is written in each language."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.wording.dates import long_date, short_date


def test_dates_are_written_as_people_write_them() -> None:
    assert long_date(dt.date(2027, 3, 1)) == "1 March 2027"
    assert long_date(dt.date(2027, 3, 1), "de") == "1. März 2027"
    assert long_date(dt.date(2027, 3, 1), "pt-BR") == "1 de março de 2027"
    assert long_date(dt.date(2027, 3, 1), "fr-CA") == "1er mars 2027"
    assert long_date(dt.date(2027, 3, 11), "fr") == "11 mars 2027"
    assert "do not know" in long_date(None)


def test_a_language_without_a_calendar_gets_english_months() -> None:
    assert long_date(dt.date(2027, 3, 1), "xx") == "March 1, 2027"


@pytest.mark.parametrize(
    ("language", "pattern", "expected"),
    [
        ("en", "d MMM y", "1 Mar 2027"),
        ("en", "d MMMM", "1 March"),
        ("de", "d MMM y", "1. März 2027"),
        ("de", "d MMMM", "1. März"),
        ("de", "MMM y", "März 2027"),
        ("fr", "d MMMM", "1er mars"),
        ("es", "d MMMM", "1 de marzo"),
        ("ar", "d MMMM", "1 مارس"),
        ("ja", "d MMM y", "2027年3月1日"),
        ("xx", "y", "2027"),
    ],
)
def test_a_day_for_little_room_is_written_in_the_way_of_its_language(
    language: str, pattern: str, expected: str
) -> None:
    assert short_date(dt.date(2027, 3, 1), language, pattern) == expected
