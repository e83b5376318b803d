"""Finding everything that stands between a draft and its release."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.checks.draft_findings import ranked, review_draft
from publisher.edges.archive import Archive
from publisher.errors import SealError
from publisher.policies.finding import Finding
from publisher.releases.releases import Releases


def check(workplace: Workplace, policy_id: str) -> list[Finding]:
    """Every finding on the draft of a policy, errors first.

    A release that was altered is a finding too: the draft is then reviewed as a first one.

    Raises:
        ConfigurationError: `publisher.toml` does not read.
    """
    releases, altered = _releases(workplace.archive, policy_id)
    return ranked(
        [*altered, *review_draft(workplace.submissions.read(policy_id, releases), releases)]
    )


def _releases(archive: Archive, policy_id: str) -> tuple[Releases, list[Finding]]:
    try:
        return archive.releases(policy_id), []
    except SealError as error:
        return Releases(), [Finding.from_error(error)]
