"""Verifying that no release has changed since it was frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.actions.workplace import Workplace
from publisher.policies.finding import Finding
from publisher.releases.verification import verify_releases


@dataclass(frozen=True)
class Verification:
    """What was found about the releases of a policy."""

    findings: Sequence[Finding]
    """Everything that is not as it was frozen, errors first."""
    count: int
    """How many releases there are."""
    alterations: Sequence[str]
    """What differs in each file that was altered, where that was asked for."""


def verify(workplace: Workplace, policy_id: str, *, differences: bool = False) -> Verification:
    """Holds the releases of a policy against all that bears witness to them.

    Args:
        workplace: the project.
        policy_id: which policy.
        differences: tell what differs in each file that was altered.

    Raises:
        HistoryError: there is no git, or no repository.
    """
    witnesses = workplace.witnesses
    known = witnesses.evidence(policy_id)
    altered = tuple(witnesses.alterations(policy_id)) if differences else ()
    return Verification(verify_releases(known), len(known.numbers), altered)
