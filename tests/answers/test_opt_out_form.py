"""The opt-out form."""

from __future__ import annotations

from publisher.answers.opt_out_form import masked


def test_a_masked_address_tells_a_stranger_nothing() -> None:
    assert masked("cleo@other.example") == "c•••@o•••.example"
