"""Making the release that a draft becomes, with every file of its folder: all but the freeze."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from publisher import __version__
from publisher.checks.draft_findings import review_draft
from publisher.edges.drafts import Drafts
from publisher.edges.press import Press
from publisher.edges.submissions import Submissions
from publisher.exchange.sealed_changes import with_comparisons
from publisher.letters.sealing import with_letters
from publisher.paper.documents import frozen_name, release_document
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Policy
from publisher.releases.folder import SUMS_FILE, read_release, release_files, seal_of
from publisher.releases.freezing import FreezeOrder, FreezePlan, plan_freeze, refuse_findings
from publisher.releases.made_release import UNCOMMITTED, MadeRelease
from publisher.releases.releases import Releases
from publisher.wording.catalogs import Catalogs
from publisher.wording.dates import day_in
from publisher.wording.templates import TextTemplates


@dataclass(frozen=True)
class ReleaseMaker:
    """What releases are made with; a freeze and whatever shows beforehand what it would seal make
    them in this one way.
    """

    drafts: Drafts
    submissions: Submissions
    press: Press
    organisation: Organisation
    templates: TextTemplates
    catalogs: Catalogs

    def planned(
        self,
        policy_id: str,
        order: FreezeOrder,
        releases: Releases,
        revision: str,
        now: dt.datetime,
    ) -> FreezePlan:
        """The release that the draft on disk becomes, without its letters and its seal.

        Args:
            policy_id: whose draft.
            order: what is asked for.
            releases: all releases of the policy so far.
            revision: the git commit that has the draft.
            now: the time of publication, with an offset.

        Raises:
            FreezeError: it may not be frozen like this; says why.
            DraftError: the draft does not read.
        """
        draft, zone = self.drafts.policy(policy_id), self.organisation.time_zone
        before = releases.followed(day_in(now, zone), order.materiality)
        submission = self.submissions.read(policy_id, releases, before)
        refuse_findings(review_draft(submission, before), self.drafts.name(policy_id))
        return plan_freeze(order, draft, releases, revision, now, zone)

    def earliest(
        self, policy_id: str, order: FreezeOrder, releases: Releases, now: dt.datetime
    ) -> dt.date | None:
        """The earliest lawful day on which the draft on disk may take effect.

        Args:
            policy_id, order, releases, now: as for `planned`; the day in the order does not matter.

        Returns:
            None: any day is lawful, as for a first release.

        Raises:
            FreezeError, DraftError: as for `planned`.
        """
        late = replace(order, effective=dt.date.max)
        return self.planned(policy_id, late, releases, UNCOMMITTED, now).earliest

    def expected(
        self,
        draft: Policy,
        order: FreezeOrder,
        releases: Releases,
        now: dt.datetime,
    ) -> FreezePlan:
        """The release that a draft becomes once its errors are mended, which nothing here looks
        for; without its letters and its seal.

        Args:
            draft: it.
            order, releases, now: as for `planned`.

        Raises:
            FreezeError: it may not be frozen like this; says why.
        """
        zone = self.organisation.time_zone
        return plan_freeze(order, draft, releases, UNCOMMITTED, now, zone)

    def lettered(self, plan: FreezePlan) -> FreezePlan:
        """A planned release with what it is compared with and its letters, and without a seal.

        Raises:
            FreezeError, TemplateError, RenderError: as for `made`.
        """
        plan = with_comparisons(plan, self.catalogs, __version__)
        release = with_letters(plan, self.organisation, self.templates, self.catalogs)
        return replace(plan, release=release)

    def made(self, plan: FreezePlan) -> MadeRelease:
        """A planned release with what it is compared with, its letters, its PDFs and its seal.

        Raises:
            FreezeError: there is no letter in one of its languages.
            TemplateError: a template of the project cannot be used.
            RenderError: the letter would be too large for mail programs, or a font is missing.
        """
        plan = self.lettered(plan)
        release = plan.release
        documents = {
            frozen_name(release, language): self.press.pdf_of(
                release_document(
                    release,
                    self.organisation,
                    self.catalogs.words(language or release.policy.facts.language),
                    language,
                )
            )
            for language in ("", *release.policy.translations)
        }
        files = release_files(release, documents)
        sealed = replace(release, seal=seal_of(files[SUMS_FILE]))
        # What never changes again must read back as what was meant before it is written.
        assert read_release(release.policy.id, files, f"versions/{release.name}") == sealed
        return MadeRelease(plan, sealed, files)
