from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.record.event import (
    Event,
    EventKind,
    Happening,
    microseconds,
    moment_of,
)
from publisher.record.private import PrivateValue, canonical

_FIRST, _LAST = dt.datetime(1970, 1, 2), dt.datetime(2200, 1, 1)  # noqa: DTZ001
NOON = dt.datetime(2027, 3, 1, 12, 0, 0, 250, tzinfo=dt.UTC)
TOLD = Happening(EventKind.TOLD, NOON, "privacy", "2", 7, facts={"effective": "2027-03-01"})


def test_the_bytes_that_the_chain_vouches_for() -> None:
    event = TOLD.as_event(12, bytes(range(32)))
    assert event.leaf().decode().split("\n") == [
        "12",
        "1803902400000250",
        "told",
        "privacy",
        "2",
        "7",
        "",
        "",
        bytes(range(32)).hex(),
        '{"effective":"2027-03-01"}',
    ]


def altered(event: Event, field: str, value: Any) -> Event:
    return replace(event, **{field: value})


OTHERS = {
    "number": 13,
    "at": NOON + dt.timedelta(microseconds=1),
    "kind": "taken",
    "policy": "terms",
    "release": "2.1",
    "recipient": 8,
    "request": 1,
    "message": 1,
    "facts": "",
    "digest": b"",
}


@pytest.mark.parametrize("field", [field.name for field in fields(Event)])
def test_no_field_can_be_altered_without_a_trace(field: str) -> None:
    event = TOLD.as_event(12, bytes(32))
    assert altered(event, field, OTHERS[field]).leaf() != event.leaf()


@given(st.lists(st.sampled_from([None, 1, 11, 111]), min_size=3, max_size=3, unique=True))
def test_numbers_do_not_pass_for_one_another(numbers: list[int | None]) -> None:
    first, second, third = numbers
    one = Event(1, NOON, "filed", "", "", first, second, third)
    other = Event(1, NOON, "filed", "", "", third, second, first)
    assert (one.leaf() == other.leaf()) is (numbers[0] == numbers[2])


@pytest.mark.parametrize("field", ["kind", "policy", "release", "facts"])
def test_a_line_end_cannot_move_words_into_another_field(field: str) -> None:
    with pytest.raises(ValueError, match="line end"):
        altered(TOLD.as_event(1, b""), field, "a\nb").leaf()


@given(st.dictionaries(st.text(), st.text()))
def test_facts_are_one_line_whatever_they_say(facts: dict[str, str]) -> None:
    assert "\n" not in canonical(facts)
    Happening("told", NOON, facts=facts).as_event(1, b"").leaf()


@given(st.datetimes(_FIRST, _LAST, timezones=st.timezones()))
def test_a_time_is_kept_to_the_microsecond(moment: dt.datetime) -> None:
    assert moment_of(microseconds(moment)) == moment.astimezone(dt.UTC)


def test_a_time_without_its_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        microseconds(dt.datetime(2027, 1, 1))  # noqa: DTZ001


def test_a_digest_of_the_same_words_is_another_with_another_salt() -> None:
    text = canonical({"name": "Anna", "address": "anna@customer.example"})
    assert text == '{"address":"anna@customer.example","name":"Anna"}'
    one, other = PrivateValue(bytes(16), text), PrivateValue(b"\x01" * 16, text)
    assert one.digest() == hashlib.sha256(bytes(16) + text.encode()).digest()
    assert one.digest() != other.digest()
