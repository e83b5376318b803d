"""A policy's releases one after the other: their texts, what each changes, its clauses' names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

from publisher.compare.amendment import Amendment
from publisher.compare.clause_names import (
    ClauseNames,
    first_names,
    names_as_json,
    names_from_json,
    next_names,
)
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.releases.told_changes import known_changes, telling_release

MOST_LATE = 2
"""Last releases whose names of clauses are cached: from those the next release goes on."""


class Cache(Protocol):
    """What was made earlier, under all that decided about it."""

    def get(self, parts: Sequence[str], make: Callable[[], bytes]) -> bytes:
        """What follows from some texts: from an earlier time, or made now."""

    def find(self, parts: Sequence[str]) -> bytes | None:
        """The same; None where it was not made earlier."""


class NoCache:
    """A `Cache` that holds nothing."""

    def get(self, parts: Sequence[str], make: Callable[[], bytes]) -> bytes:
        return make()

    def find(self, parts: Sequence[str]) -> bytes | None:
        return None


class ReleaseSteps:
    """The texts of a policy's releases, what each changes, and the names of its clauses.

    The answers do not depend on what was asked before. Asked release by release it compares
    everything once, and holds one comparison and one set of names.
    """

    def __init__(self, releases: Releases, cache: Cache) -> None:
        """Of all releases of a policy; `cache` may hold names of clauses."""
        self._releases, self.cache = releases, cache
        self._compared = lru_cache(maxsize=1)(self._compare)
        self._last: tuple[int, ClauseNames] | None = None

    def changes(self, release: Release) -> Amendment | None:
        """What a release changes against the one that it was made from; None for the first."""
        before = self._releases.predecessor(release)
        places = map(self._releases.place_of, (before, release)) if before else ()
        return self._compared(*places) if before else None

    def _compare(self, old: int, new: int) -> Amendment:
        return known_changes(self._releases[old], self._releases[new], self._releases)

    def naming(self, release: Release) -> ClauseNames:
        """The permanent names of its clauses, and what is known of those that are gone.

        They follow from those of the release before it. As they grow with the past, those of few
        are cached: of the releases that readers come to first, and of the last ones.
        """
        place = self._releases.place_of(release)
        start, known = self._nearest(place)
        for later in range(start + 1, place + 1):
            if known is None:
                known = first_names(self._releases[later].policy.document)
            else:
                # Also where a release was made from an earlier one: no name is given twice.
                known = next_names(known, self._compared(later - 1, later))
            if self._lasting(later):
                data = names_as_json(known).encode()
                self.cache.get(self._parts(later), lambda data=data: data)  # type: ignore[misc]
        assert known
        self._last = (place, known)
        return known

    def _nearest(self, place: int) -> tuple[int, ClauseNames | None]:
        """The last release up to a place whose names are at hand, and they; -1: there is none."""
        for earlier in range(place, -1, -1):
            if self._last and self._last[0] == earlier:
                return self._last
            data = self.cache.find(self._parts(earlier)) if self._lasting(earlier) else None
            if data is not None:
                return earlier, names_from_json(data.decode())
        return -1, None

    def _lasting(self, place: int) -> bool:
        late = place >= len(self._releases) - MOST_LATE
        return late or self._releases.has_pdf(self._releases[place])

    def _parts(self, place: int) -> list[str]:
        return ["naming", self._pasts[place]]

    def past(self, release: Release) -> str:
        """A digest of a release and all before it, and of what was told of them; hexadecimal."""
        return self._pasts[self._releases.place_of(release)]

    @cached_property
    def _pasts(self) -> list[str]:
        digest, found = b"", []
        for release in self._releases:
            said = release.identity + self.told(release)
            digest = hashlib.sha256(digest + said.encode()).digest()
            found.append(digest.hex())
        return found

    def told(self, release: Release) -> str:
        """What decides about the comparisons of a release beside itself: the identity of each
        other one that was told by one of them, and whether nobody was told of it.
        """
        before = self._releases.predecessor(release)
        tags = ("", *release.policy.translations)
        told = [telling_release(before, release, self._releases, t) for t in tags] if before else []
        others = " ".join(each.identity if each and each is not release else "" for each in told)
        return (
            f"{others} {Status.RETRACTED.value}" if self._releases.is_retracted(release) else others
        )
