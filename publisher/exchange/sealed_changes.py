"""The comparisons that are sealed with a release: what people are told that it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from publisher.compare.amendment import Amendment
from publisher.exchange.sealed_diff import sealed_diff
from publisher.releases.freezing import FreezePlan
from publisher.releases.number import Number
from publisher.releases.told_changes import announced_changes
from publisher.wording.catalogs import Catalogs


def with_comparisons(plan: FreezePlan, catalogs: Catalogs, engine: str) -> FreezePlan:
    """A plan whose release has the comparisons that are sealed with it, one a translation.

    That is what it changes against the version that it was made from. Where its letters tell of
    another version, and nothing was sealed yet of these two texts, it is that as well.

    Args:
        plan: the release, and what it changes.
        catalogs: the words around its texts.
        engine: the version of the program that compared.
    """
    release, told = plan.release, plan.announcement
    before = release.before
    if plan.amendment is None or before is None:
        return plan
    pair = _Pair(before, plan, catalogs, engine)
    telling = replace(
        release.telling, comparisons=pair.sealed({"": plan.amendment, **plan.translations})
    )
    plan = replace(plan, release=replace(release, telling=telling))
    if told is None or told.before.number == before:
        return plan
    found = {
        tag: announced_changes(plan.release, told, tag)
        for tag in ("", *release.policy.translations)
    }
    wholes = {tag: each for tag, each in found.items() if each and not each.told}
    telling = replace(telling, wholes=replace(pair, before=told.before.number).sealed(wholes))
    return replace(plan, release=replace(release, telling=telling))


@dataclass(frozen=True)
class _Pair:
    """The version that a release is compared with, and the release."""

    before: Number
    plan: FreezePlan
    catalogs: Catalogs
    engine: str

    def sealed(self, found: Mapping[str, Amendment | None]) -> dict[str, str]:
        """Comparisons as they are sealed, by language."""
        return {tag: self._one(tag, each) for tag, each in found.items() if each}

    def _one(self, tag: str, found: Amendment) -> str:
        release = self.plan.release
        words = self.catalogs.words(tag or release.policy.facts.language)
        old, new = (
            words.gettext("version {number}", number=n) for n in (self.before, release.number)
        )
        return sealed_diff(found, old, new, words, self.engine)
