from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from publisher.record.batch import FIRST, Batch, Head, heads_text, read_heads

HEADS = (Head(2, 17, b"\x02" * 32), Head(3, 1, b"\x03" * 32))
BATCH = Batch("the ledger", 1, 4, 1803902400000000, 2, b"\x01" * 32, FIRST, HEADS)
OTHERS: dict[str, Any] = {
    "ledger": "another",
    "chain": 2,
    "number": 5,
    "at": 0,
    "count": 3,
    "root": bytes(32),
    "previous": b"\x01" * 32,
    "heads": HEADS[:1],
}


def test_its_digest_is_fixed_for_ever() -> None:
    """Chains that are on record must stay checkable by every later program."""
    assert (
        BATCH.digest().hex() == "47b8b9b2fd57446fa4b1a7c8e047817cbb3e7fd872773fdc7c6d92587afd4227"
    )
    assert BATCH.head == Head(1, 4, BATCH.digest())


@pytest.mark.parametrize("field", [field.name for field in fields(Batch)])
def test_no_field_can_be_altered_without_a_trace(field: str) -> None:
    assert replace(BATCH, **{field: OTHERS[field]}).digest() != BATCH.digest()


def test_heads_are_read_as_they_are_written() -> None:
    assert read_heads(heads_text(HEADS)) == HEADS
    assert read_heads("") == ()
    with pytest.raises(ValueError, match="not enough values"):
        read_heads("1/2")
