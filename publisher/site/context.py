"""What all pages of one policy have in common: the policy on one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup, escape

from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.periods import Period, applied, by_number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site import page_head, page_parts, relations
from publisher.site.change_summary import ChangeSummary
from publisher.site.derived import DerivedTexts


@dataclass(frozen=True)
class PolicyOnDay:
    """One policy on one day."""

    derived: DerivedTexts
    today: dt.date
    organisation: Organisation

    @property
    def releases(self) -> Releases:
        """All its releases."""
        return self.derived.releases

    @cached_property
    def policy_id(self) -> str:
        """The policy's id."""
        return self.releases[0].policy.id

    @cached_property
    def title(self) -> str:
        """What the policy is called in its latest release."""
        return self.releases[-1].policy.facts.title

    @cached_property
    def periods(self) -> dict[Number, Period]:
        """The period in which each version applies, by its number; some never do."""
        return by_number(applied(self.releases))

    @cached_property
    def summaries(self) -> dict[Number, ChangeSummary]:
        """The summary of what each version changes against its predecessor, by its number."""
        found = ((r.number, self.derived.summary(r)) for r in self.releases)
        return {number: short for number, short in found if short}

    @property
    def site(self) -> Addresses:
        """Addresses with the site's own in front."""
        return Addresses(self.organisation.site, self.policy_id)

    def at(self, depth: int) -> Addresses:
        """Addresses as seen from a page `depth` folders below the root."""
        return Addresses("../" * depth, self.policy_id)

    def modified(self, *more: dt.date | None) -> dt.date | None:
        """When the last release was published, or `more` if that is later."""
        days = [r.published.date() for r in self.releases if r.published]
        return max([*days, *filter(None, more)], default=None)

    # ── parts of its pages ───────────────────────────────────────────────────────────────────────

    def head(self, at: Addresses, *links: relations.TypedLink) -> Markup:
        """Links for machines, and the feeds of the policy."""
        return relations.head_html((*links, *relations.policy_feed_links(self.title, at)))

    def crumbs(self, at: Addresses, here: str, release: Release | None = None) -> Markup:
        """The way from the home page to this one."""
        trail = [("Policies", at.root), (self.title, at.current)]
        if release or here != "All versions":
            trail.append(("All versions", at.history))
        if release:
            trail.append((release.version, at.release(release.number)))
        return page_head.crumbs(trail, here)

    def facts(self, release: Release, at: Addresses) -> Markup:
        """The facts of a version: its number, its dates, what it changes."""
        rows = [
            ("Version", escape(f"{release.number}, {page_parts.kind_words(release)}")),
            *self._dates(release),
        ]
        links = page_head.change_links(release, self.releases, at)
        if links:
            rows.append(
                (
                    "What it changes",
                    Markup("<br>").join(page_head.link_html(link) for link in links),
                )
            )
        return page_head.fact_list(rows)

    def _dates(self, release: Release) -> Iterator[tuple[str, Markup]]:
        span = escape(page_head.in_force_span(release, self.releases))
        if release.imported is None:
            yield "In force", span
            yield "Published", escape(page_parts.published_words(release))
            return
        yield "Seen", span
        yield from page_parts.import_facts(release)

    def forms(self, release: Release, at: Addresses, name: str) -> tuple[relations.TypedLink, ...]:
        """The other forms of a version (`policy`) or of what it changes (`changes`)."""
        printed = self.releases.has_pdf(release)
        return relations.form_links(at.release(release.number), name, printed=printed)

    def downloads(self, release: Release, at: Addresses, name: str) -> list[page_head.TextLink]:
        """The same, for people."""
        forms = [("Download PDF", "pdf")] if self.releases.has_pdf(release) else []
        forms += [("Markdown", "md"), ("JSON", "json")]
        return [(words, at.download(release.number, f"{name}.{end}")) for words, end in forms]


def published(release: Release) -> dt.date | None:
    """The day on which a release was published; None: unknown."""
    return release.published.date() if release.published else None
