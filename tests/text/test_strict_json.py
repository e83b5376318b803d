"""JSON of somebody else is read in one way, or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.text.strict_json import strict_json

_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    _LEAVES.filter(lambda one: one not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(values)
def test_what_every_program_reads_alike_is_read(value: object) -> None:
    text = json.dumps(value)
    assert strict_json(text) == strict_json(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "a": 1}', "twice"),
        ('[{"b": {"a": 1, "\\u0061": 2}}]', "twice"),
        ("NaN", "no number"),
        ('{"a": -Infinity}', "no number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("9" * 5_000, "digits"),
        ("{'a': 1}", "property name"),
        ("", "Expecting value"),
    ],
    ids=["twice", "escaped", "nan", "infinity", "lists", "objects", "digits", "quotes", "nothing"],
)
def test_what_programs_read_in_several_ways_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        strict_json(text)
