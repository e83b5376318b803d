"""Whatever moment the program is killed at: nothing twice, nothing lost, nothing invented.

A few kills of each command, by the machinery of `bench/faults`, which makes hundreds.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from bench.faults.counts import Tally
from bench.faults.engines import SQLite
from bench.faults.firms import Founder, Links
from bench.faults.receiving import kill_receivers
from bench.faults.sending import kill_senders
from bench.faults.serving import kill_servers
from tests.fixtures.places import on_disk

Told = tuple[Founder, list[Links]]
KILLS = 2
CUSTOMERS = 32


@pytest.fixture(scope="module")
def founder() -> Iterator[Founder]:
    with on_disk() as folder:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
            patched.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
            made = Founder.of(folder, SQLite())
        made.import_customers(CUSTOMERS)
        yield made


@pytest.fixture(scope="module")
def told(founder: Founder) -> Told:
    return founder.told()


def promised(tally: Tally) -> None:
    assert tally.kills.total() >= KILLS
    assert {f"{c.what}: {c.shown}" for c in tally.broken} == set()


def test_a_sender_may_be_killed_at_any_moment(founder: Founder) -> None:
    promised(kill_senders(founder, KILLS, Random(1)))


def test_a_receiver_may_be_killed_at_any_moment(told: Told) -> None:
    firms, links = told
    promised(kill_servers(firms, links, KILLS, Random(1), 0))


def test_taking_a_message_may_be_killed_at_any_moment(told: Told) -> None:
    firms, links = told
    promised(kill_receivers(firms, links[:4], KILLS, Random(1), 0))
