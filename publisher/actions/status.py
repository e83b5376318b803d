"""The status of a policy."""

from __future__ import annotations

import datetime as dt

from publisher.actions.workplace import Workplace
from publisher.answers.outstanding import OUTSTANDING
from publisher.answers.policy_status import PolicyStatus, Tally, policy_status, tally
from publisher.edges.ledger import Ledger
from publisher.edges.merges import refuse_two_of_a_number
from publisher.releases.chronology import behind
from publisher.releases.release import Release
from publisher.releases.releases import Releases


def status(workplace: Workplace, policy_id: str) -> PolicyStatus:
    """The status of a policy today: its releases, letters and answers.

    Raises:
        SealError: one of its releases was altered.
        LedgerError: the ledger cannot be read.
        HistoryError: two releases of one number are being merged.
    """
    refuse_two_of_a_number(workplace.project.root)
    releases, ledger, now = (
        workplace.archive.releases(policy_id),
        workplace.ledger,
        workplace.clock(),
    )
    tallies = [_tally(ledger, release, releases, now.date()) for release in releases]
    owed = [a.state for a in ledger.answers(*OUTSTANDING) if a.request.recipient is not None]
    return policy_status(policy_id, tallies, ledger.waiting(), owed, behind(releases, now))


def _tally(ledger: Ledger, release: Release, releases: Releases, today: dt.date) -> Tally:
    policy_id, number = release.policy.id, release.number
    states = [state for _, state in ledger.letters(policy_id, number)]
    return tally(release, releases, today, ledger.requests(policy_id, number.major), states)
