"""Finding everything that stands between a draft and its release."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.actions.workplace import Workplace
from publisher.checks.draft_findings import no_draft, ranked, review_draft
from publisher.checks.request_findings import check_section_policies
from publisher.checks.wording_findings import check_review, wording_digest
from publisher.edges.archive import Archive
from publisher.edges.catalogs import program_messages
from publisher.edges.merges import refuse_two_of_a_number
from publisher.edges.project import SETTINGS_FILE
from publisher.errors import SealError
from publisher.policies.finding import Finding
from publisher.releases.releases import Releases
from publisher.releases.unrecorded import unrecorded
from publisher.wording.dates import day_in


def check(workplace: Workplace, policy_ids: Sequence[str]) -> list[Finding]:
    """Every finding on the drafts of policies, one after the other, errors first.

    A release that was altered is a finding too: the draft is then reviewed as a first one.

    Args:
        workplace: the project.
        policy_ids: which policies; that there is none is a finding as well.

    Raises:
        ConfigurationError: `publisher.toml` does not read.
        HistoryError: two releases of one number are being merged.
    """
    refuse_two_of_a_number(workplace.project.root)
    if not policy_ids:
        return [no_draft()]
    archive, submissions = workplace.archive, workplace.submissions
    found: list[Finding] = []
    used: set[str] = set()
    for each in policy_ids:
        releases, altered = _releases(archive, each)
        today = releases.today(workplace.clock())
        submission, before = submissions.reviewed(each, releases, today)
        lacking = (one.finding(ledger=workplace.has_ledger) for one in unrecorded(releases, today))
        found += ranked([*altered, *review_draft(submission, before), *lacking])
        if submission.policy:
            used |= {submission.policy.facts.language, *submission.policy.translations}
    review = workplace.settings.wording
    digests = dict.fromkeys(sorted(used), "")
    if review.digests:
        catalogs, templates, messages = workplace.catalogs, workplace.templates, program_messages()
        digests = {
            tag: wording_digest(catalogs.words(tag), messages, templates.digest([tag]))
            for tag in digests
        }
    today = day_in(workplace.clock(), workplace.settings.organisation.time_zone)
    settings = SETTINGS_FILE, (workplace.project.root / SETTINGS_FILE).read_bytes()
    found += check_review(review, digests, today, settings)
    name, data = settings
    found += check_section_policies(workplace.policy_ids, workplace.settings, data, name)
    # What is about the whole project stands in the findings of each of its policies.
    return list(dict.fromkeys(found))


def _releases(archive: Archive, policy_id: str) -> tuple[Releases, list[Finding]]:
    try:
        return archive.releases(policy_id), []
    except SealError as error:
        return Releases(), [Finding.from_error(error)]
