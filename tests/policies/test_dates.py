"""How a date is written in each language."""

from __future__ import annotations

import datetime as dt

from publisher.policies.dates import long_date


def test_dates_are_written_as_people_write_them() -> None:
    assert long_date(dt.date(2027, 3, 1)) == "1 March 2027"
    assert long_date(dt.date(2027, 3, 1), "de") == "1. März 2027"
    assert long_date(dt.date(2027, 3, 1), "pt-BR") == "1 de março de 2027"
    assert "do not know" in long_date(None)


def test_a_language_without_a_calendar_gets_english_months() -> None:
    assert long_date(dt.date(2027, 3, 1), "xx") == "March 1, 2027"
