"""What is reported of the drafts on disk, before any of them is frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from publisher.answers.personal_links import personal_links, sample_token
from publisher.compare.amendment import amend
from publisher.edges.archive import Archive
from publisher.edges.press import Press
from publisher.edges.preview_files import PreviewFiles
from publisher.edges.release_maker import ReleaseMaker
from publisher.edges.submissions import Submissions
from publisher.errors import FreezeError, PublisherError, SealError
from publisher.letters.fields import SEAL, field_values, fill
from publisher.letters.kinds import as_told, letter_kinds, letter_language
from publisher.paper.comparison import comparison_document
from publisher.people.due import told_before
from publisher.people.recipients import SAMPLE
from publisher.policies.finding import Finding
from publisher.policies.policy import Policy
from publisher.releases.changed_facts import changed_facts
from publisher.releases.compared import why_compared
from publisher.releases.freezing import FreezeOrder, FreezePlan
from publisher.releases.judgment import Judgment, judged, why_earliest
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.signers import signers_of_next
from publisher.releases.translation import lags
from publisher.reports.comparison import Comparison, Version
from publisher.reports.draft_report import DraftReport, Prospect, ReadText

_REDLINE = "redline.pdf"


@dataclass(frozen=True)
class DraftReports:
    """Reports on the drafts of a project."""

    archive: Archive
    submissions: Submissions
    maker: ReleaseMaker
    now: dt.datetime
    """With an offset."""

    def of(self, policy_id: str, findings: Sequence[Finding]) -> DraftReport:
        """What is reported of a draft.

        Args:
            policy_id: whose.
            findings: on it.
        """
        try:
            releases = self.archive.releases(policy_id)
        except SealError as error:
            return DraftReport(policy_id, policy_id, tuple(findings), unreadable=error.what)
        today = releases.today(self.now)
        submission, before = self.submissions.reviewed(policy_id, releases, today)
        draft = submission.policy
        if draft is None:
            why = "its files do not read"
            return DraftReport(policy_id, policy_id, tuple(findings), unreadable=why)
        report = DraftReport(policy_id, draft.facts.title, tuple(findings))
        if not before:
            return replace(report, prospect=self._prospect(draft, releases, None))
        last = before[-1]
        found = _compared(draft, last, releases, before, today)
        signers = signers_of_next([each.policy.signers for each in before])
        beside = tuple(map(str, changed_facts(draft, last, signers, before.sealed_rule)))
        report = replace(report, comparison=found, beside=beside)
        if _same(draft, last) and not beside:
            return report
        judgment = judged(draft, last, found.amendment)
        prospect = self._prospect(draft, releases, judgment)
        return replace(report, judgment=judgment, prospect=prospect)

    # ── what a freeze would make of it ───────────────────────────────────────────────────────────

    def _prospect(self, draft: Policy, releases: Releases, judgment: Judgment | None) -> Prospect:
        try:
            plan, refusal = self._planned(draft, releases)
        except FreezeError as error:
            seen = Prospect(refusal=error.what, remedy=error.remedy)
            return self._corrected(draft, releases, seen) if judgment else seen
        seen = Prospect(
            str(plan.release.number),
            plan.earliest,
            duties=plan.duties,
            refusal=refusal.what if refusal else "",
            remedy=refusal.remedy if refusal else "",
        )
        if plan.earliest:
            today = plan.release.day_of(self.now)
            why = why_earliest(plan.release, releases, today, plan.earliest)
            seen = replace(seen, why=why)
        try:
            lettered = self.maker.lettered(plan).release
        except PublisherError as error:
            return replace(seen, refusal=error.what, remedy=error.remedy)
        letters, forms = self._letters(lettered, releases), self._forms(lettered)
        return replace(seen, letters=tuple(letters), forms=tuple(forms))

    def _planned(self, draft: Policy, releases: Releases) -> tuple[FreezePlan, FreezeError | None]:
        """An amendment on its earliest day; and why it would be refused, if only because nobody
        has said what of its translations.
        """
        try:
            return self._on_its_day(draft, FreezeOrder(None), releases), None
        except FreezeError as error:
            followed = releases.followed(releases.today(self.now))
            lagging = tuple(dict.fromkeys(lag.language for lag in lags(draft, followed)))
            if not lagging:
                raise
            order = FreezeOrder(None, lagging=lagging)
            return self._on_its_day(draft, order, releases), error

    def _on_its_day(self, draft: Policy, order: FreezeOrder, releases: Releases) -> FreezePlan:
        late = replace(order, effective=dt.date.max)
        earliest = self.maker.expected(draft, late, releases, self.now).earliest
        return self.maker.expected(draft, replace(order, effective=earliest), releases, self.now)

    def _corrected(self, draft: Policy, releases: Releases, seen: Prospect) -> Prospect:
        """The same where only a correction can be made: who mends a translation alone, say."""
        order = FreezeOrder(None, correction=True)
        try:
            plan = self._on_its_day(draft, order, releases)
        except FreezeError:
            return seen
        return Prospect(str(plan.release.number), plan.earliest, "as a correction")

    def _letters(self, release: Release, releases: Releases) -> Iterator[ReadText]:
        if not release.notice:
            return
        organisation, token = self.maker.organisation, sample_token(release)
        before = told_before(release, releases.part([*releases, release])).before(SAMPLE)
        for kind in letter_kinds(release):
            told = as_told(release, kind)
            links = personal_links(told, organisation, token, before, kind.language)
            language = letter_language(told)
            values = {**field_values(SAMPLE.name, links, language), SEAL: "…"}
            text = fill(told.notice, values)
            yield ReadText(told.policy.facts.language, kind.case or "", text)

    def _forms(self, release: Release) -> Iterator[ReadText]:
        if not release.opt_out:
            return
        for language, text in {"": release.opt_out, **release.telling.forms}.items():
            tag = language or release.policy.facts.language
            words = self.maker.catalogs.words(tag)
            button = words.gettext("I opt out of version {version}", version=str(release.number))
            yield ReadText(tag, "", text, button)

    # ── files ────────────────────────────────────────────────────────────────────────────────────

    def files(self, report: DraftReport, press: Press) -> Mapping[str, bytes]:
        """What is to be looked at of a draft, by path: the preview of what a freeze would seal,
        `index.html`, and the redline as PDF. What cannot be made is left out.

        Args:
            report: on it.
            press: sets PDFs.
        """
        files: dict[str, bytes] = {}
        if report.comparison and report.judgment:
            files[_REDLINE] = press.pdf_of(comparison_document(report.comparison))
        if report.changes and not report.errors and not report.unreadable:
            try:
                files |= self._preview(report.policy_id)
            except PublisherError:
                return files  # the report says why
        return files

    def _preview(self, policy_id: str) -> Mapping[str, bytes]:
        releases, draft = self.archive.releases(policy_id), self.maker.drafts.policy(policy_id)
        plan, _ = self._planned(draft, releases)
        made = self.maker.made(plan)
        return PreviewFiles(releases, self.maker, self.now).all(made)


def _same(draft: Policy, last: Release) -> bool:
    """Whether a draft has the texts of a release, in every language."""
    before = last.policy
    return draft.files == before.files and dict(draft.translations) == dict(before.translations)


def _compared(
    draft: Policy, last: Release, releases: Releases, before: Releases, today: dt.date
) -> Comparison:
    why = why_compared(draft, releases, before, today)
    old = replace(Version.of_release(last), why=why)
    new = Version.of_policy("draft", draft)
    return Comparison(old, new, amend(last.policy.document, draft.document), 0.0)
