"""Finding everything that stands between a draft and its release."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.actions.workplace import Workplace
from publisher.checks.draft_findings import no_draft, ranked, review_draft
from publisher.edges.archive import Archive
from publisher.edges.merges import refuse_two_of_a_number
from publisher.edges.submissions import Submissions
from publisher.errors import SealError
from publisher.policies.finding import Finding
from publisher.releases.releases import Releases


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
    return [found for each in policy_ids for found in _of_one(archive, submissions, each)]


def _of_one(archive: Archive, submissions: Submissions, policy_id: str) -> list[Finding]:
    releases, altered = _releases(archive, policy_id)
    return ranked([*altered, *review_draft(submissions.read(policy_id, releases), releases)])


def _releases(archive: Archive, policy_id: str) -> tuple[Releases, list[Finding]]:
    try:
        return archive.releases(policy_id), []
    except SealError as error:
        return Releases(), [Finding.from_error(error)]
