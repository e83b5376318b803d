"""Whatever moment the program is killed at: nothing twice, nothing lost, nothing invented.

A few kills of each command, by the machinery of `bench/faults`, which makes hundreds.
Of releases a kill leaves none by half, and the next run makes what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from bench.faults.counts import Tally
from bench.faults.desks import TASKS, freezing_desk, importing_desk, shared_keys
from bench.faults.engines import SQLite
from bench.faults.firms import Founder, Links
from bench.faults.pairs import pair_freezers
from bench.faults.receiving import kill_receivers
from bench.faults.releasing import kill_releasers
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
    founder.build()  # a receiver serves pages beside its forms
    return founder.told()


def promised(tally: Tally, times: int = KILLS) -> None:
    assert tally.kills.total() >= times
    assert {f"{c.what}: {c.shown}" for c in tally.broken} == set()


def test_a_sender_may_be_killed_at_any_moment(founder: Founder) -> None:
    promised(kill_senders(founder, KILLS, Random(1)))


def test_a_receiver_may_be_killed_at_any_moment(told: Told) -> None:
    firms, links = told
    promised(kill_servers(firms, links, KILLS, Random(1), 0))


def test_taking_a_message_may_be_killed_at_any_moment(told: Told) -> None:
    firms, links = told
    promised(kill_receivers(firms, links[:4], KILLS, Random(1), 0))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with shared_keys(tmp_path_factory.mktemp("keys")) as made:
        yield made


def test_a_freeze_may_be_killed_at_any_moment(keys: Path, tmp_path: Path) -> None:
    desk = freezing_desk(tmp_path / "desks", TASKS[0], "ssh", "legal", keys)
    promised(kill_releasers("freeze", [desk], tmp_path / "work", KILLS, Random(3)))


def test_an_import_may_be_killed_at_any_moment(keys: Path, tmp_path: Path) -> None:
    desk = importing_desk(tmp_path / "desks", False, "unsigned", ".", keys)
    promised(kill_releasers("import", [desk], tmp_path / "work", KILLS, Random(1)))


def test_of_two_freezes_at_once_one_makes_the_release(keys: Path, tmp_path: Path) -> None:
    desk = freezing_desk(tmp_path / "desks", TASKS[2], "unsigned", ".", keys)
    promised(pair_freezers([desk], tmp_path / "work", 1, Random(1)), 1)
