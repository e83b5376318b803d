"""What became of all who were on the list of a release: what a statement of its notice says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from publisher.people.deliveries import DeliveryState
from publisher.people.notice_end import ToldDay, applies_from
from publisher.people.resolution import UNSETTLED
from publisher.record.private import canonical
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Figures, Means, NoticeGiven


@dataclass(frozen=True, slots=True)
class ListCounts:
    """The list of a release: whoever was a recipient when its first letter was to be sent, and is
    one still; by what became of each.
    """

    end: int
    """The number of the last recipient who is on it."""
    means: Means
    """By whom letters were carried: `MAIL` or `MERGE`."""
    accepted: Mapping[ToldDay, int] = field(default_factory=dict)
    """How many letters were accepted, by when."""
    otherwise: Mapping[ToldDay, int] = field(default_factory=dict)
    """How many recipients were told in another way, by when."""
    states: Mapping[DeliveryState, int] = field(default_factory=dict)
    """How many letters are in each other state; to do are those that there are none of, too."""

    @property
    def to_do(self) -> int:
        """How many on it are to be told."""
        return self.states.get(DeliveryState.TO_DO, 0)

    @property
    def lacking(self) -> dict[DeliveryState, int]:
        """What has to be settled before the list is closed, by its state."""
        wanted = (DeliveryState.TO_DO, *UNSETTLED)
        return {one: count for one in wanted if (count := self.states.get(one, 0))}

    @property
    def told(self) -> bool:
        """Whether anybody on it was told: by a letter that was accepted, or otherwise."""
        return bool(self.accepted or self.otherwise)

    def given(
        self,
        release: Release,
        releases: Releases,
        margin_days: int,
        stated: NoticeGiven | None = None,
    ) -> NoticeGiven:
        """What is stated of the notice, without what vouches for it.

        Args:
            release: which; somebody on the list was told, or was by what is stated already.
            releases: all of its policy.
            margin_days: how many days the operator allows a carrier to bring a letter.
            stated: what is stated already, whose days stay where all letters came back since.
        """
        figures = self._figures(release, releases, margin_days)
        closed = not self.lacking
        if not self.told:
            assert stated
            days = stated.applies, stated.first, stated.last
            return NoticeGiven(self.means, *days, closed=closed, figures=figures)
        both: dict[ToldDay, int] = {**self.accepted}
        for told, count in self.otherwise.items():
            both[told] = both.get(told, 0) + count
        applies, _ = applies_from(release, releases, both, margin_days)
        means = self.means if self.accepted else Means.OTHERWISE
        given_on = [one.day for one in self.accepted or self.otherwise]
        return NoticeGiven(
            means,
            applies,
            min(given_on),
            max(given_on),
            closed=closed,
            described=described_as(means),
            figures=figures,
        )

    def _figures(self, release: Release, releases: Releases, margin_days: int) -> Figures:
        late = 0
        if self.accepted:
            _, late = applies_from(release, releases, self.accepted, margin_days)
        accepted, count_of = sum(self.accepted.values()), self.states.get
        figures = Figures(
            listed=0,
            told=accepted - late,
            late=late,
            refused=count_of(DeliveryState.REFUSED, 0),
            bounced=count_of(DeliveryState.BOUNCED, 0),
            otherwise=sum(self.otherwise.values()),
            given_up=count_of(DeliveryState.GIVEN_UP, 0),
        )
        return Figures(**{**asdict(figures), "listed": sum(asdict(figures).values())})


def described_as(means: Means) -> str:
    """What is said of a notice that a ledger counted, where it was by no letter; else nothing."""
    return "each of them, in another way than by the letter" if means is Means.OTHERWISE else ""


@dataclass(frozen=True, slots=True)
class CountedNotice:
    """What was counted to be stated of a notice, as the ledger keeps it."""

    release: str
    """`privacy/2`."""
    given: NoticeGiven
    """With the figures."""
    end: int
    """The last recipient on the list."""
    margin_days: int

    def facts(self) -> dict[str, Any]:
        """What of it is public, or says nothing of how many there are."""
        one = self.given
        return {
            "about": self.release,
            "means": str(one.means),
            "applies": str(one.applies),
            "first": str(one.first),
            "last": str(one.last),
            "closed": one.closed,
            "digest": one.figures_digest,
            "end": self.end,
            "margin": self.margin_days,
        }

    def is_same(self, other: CountedNotice) -> bool:
        """Whether the same was counted, by the same rules."""
        given = replace(other.given, figures_digest=self.given.figures_digest)
        return self == replace(other, given=given)

    @classmethod
    def of(cls, facts: Mapping[str, Any], private: Mapping[str, Any]) -> CountedNotice:
        """It, as `facts` and `private` wrote it."""
        counts = {one.name: private.get(one.name) for one in fields(Figures)}
        known = all(isinstance(count, int) for count in counts.values())
        first, last, applies = (
            dt.date.fromisoformat(facts[key]) for key in ("first", "last", "applies")
        )
        means = Means(facts["means"])
        given = NoticeGiven(
            means,
            applies,
            first,
            last,
            facts["closed"],
            described_as(means),
            figures_digest=facts["digest"],
            figures=Figures(**counts) if known else None,  # type: ignore[arg-type]
        )
        return cls(facts["about"], given, facts["end"], facts["margin"])


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """What was counted, and the event that says so."""

    event: int
    counted: CountedNotice
    digest_holds: bool
    """Whether the digest is that of the figures and the salt that are kept."""
    chain: int
    number: int
    """Of the batch that vouches for it, in its chain."""


def figures_text(figures: Figures) -> str:
    """The figures as they are digested, behind their salt: canonical JSON."""
    return canonical(asdict(figures))
