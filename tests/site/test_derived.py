"""What follows from releases: the same bytes, whatever was asked before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.actions.workplace import Workplace
from publisher.edges.build_cache import BuildCache
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site.derived import DerivedTexts
from publisher.site.release_steps import Cache
from tests.fixtures import showcase
from tests.fixtures.house import House

AT = Addresses("https://policies.example/", "terms")

ASKED: dict[str, Callable[[DerivedTexts, Release], Any]] = {
    "text": DerivedTexts.text,
    "names": DerivedTexts.names,
    "naming": DerivedTexts.naming,
    "text as JSON": DerivedTexts.text_json,
    "Akoma Ntoso": DerivedTexts.text_akoma_ntoso,
    "comparable": DerivedTexts.comparable,
    "name of that": DerivedTexts.comparable_name,
    "titles": DerivedTexts.titles,
    "summary": DerivedTexts.summary,
    "entry": DerivedTexts.entry,
    "in force": lambda derived, release: derived.text_in_force(release, "sections/"),
    "prepared": DerivedTexts.prepare,
}
OF_CHANGES: dict[str, Callable[[DerivedTexts, Release], Any]] = {
    "changes": DerivedTexts.changes,
    "changes as JSON": DerivedTexts.changes_json,
    "changes as Markdown": DerivedTexts.changes_markdown,
}
Question = tuple[str, int]


class Counting:
    """A cache in memory, and under what it was asked to keep something."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, ...], bytes] = {}

    def get(self, parts: Sequence[str], make: Callable[[], bytes]) -> bytes:
        key = tuple(parts)
        if key not in self.held:
            self.held[key] = make()
        return self.held[key]

    def find(self, parts: Sequence[str]) -> bytes | None:
        return self.held.get(tuple(parts))


@pytest.fixture(scope="module")
def releases(sample_house: House, tmp_path_factory: pytest.TempPathFactory) -> Releases:
    house = showcase.make(tmp_path_factory.mktemp("derived") / "house", sample_house)
    return Workplace(house.project).archive.releases("terms")


def questions(releases: Releases) -> list[Question]:
    """Everything that can be asked, of every release."""
    places = range(len(releases))
    return [
        *((name, place) for name in ASKED for place in places),
        *((name, place) for name in OF_CHANGES for place in places if place),
    ]


def answer(derived: DerivedTexts, question: Question) -> Any:
    name, place = question
    return (ASKED | OF_CHANGES)[name](derived, derived.releases[place])


def alone(releases: Releases, cache: Cache | None = None) -> DerivedTexts:
    return DerivedTexts(releases, "Example", AT, cache)


@pytest.fixture(scope="module")
def answers(releases: Releases) -> dict[Question, Any]:
    """Each answer from one that was never asked anything else."""
    return {asked: answer(alone(releases), asked) for asked in questions(releases)}


@settings(max_examples=15)
@given(st.data(), st.booleans())
def test_the_order_of_questions_does_not_matter(
    releases: Releases, answers: dict[Question, Any], data: st.DataObject, cached: bool
) -> None:
    derived = alone(releases, Counting() if cached else None)
    for asked in data.draw(st.permutations(questions(releases))):
        assert answer(derived, asked) == answers[asked], asked


def test_what_another_build_left_is_the_same(
    releases: Releases, answers: dict[Question, Any], house: House
) -> None:
    for _ in range(2):
        derived = alone(releases, BuildCache(house.root / "cache"))
        for asked in reversed(questions(releases)):
            assert answer(derived, asked) == answers[asked], asked
    assert list((house.root / "cache").iterdir())


def test_asking_for_a_summary_makes_nothing_else(releases: Releases) -> None:
    cache = Counting()
    assert alone(releases, cache).summary(releases[-1])
    assert [parts[0] for parts in cache.held] == ["summary"]


def test_what_was_prepared_is_not_made_again(releases: Releases) -> None:
    cache = Counting()
    derived = alone(releases, cache)
    for release in releases:
        derived.prepare(release)
    held = dict(cache.held)
    assert {parts[0] for parts in held} >= {"release", "summary", "naming"}
    again = alone(releases, cache)
    for release in releases:
        again.prepare(release)
        again.text(release)
        again.summary(release)
        again.entry(release)
    assert cache.held == held
