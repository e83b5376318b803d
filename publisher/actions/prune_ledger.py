"""Deleting what is personal and older than things are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.errors import ConfigurationError
from publisher.people.erasing import PruningPlan
from publisher.releases.periods import superseded_by


@dataclass(frozen=True)
class Pruning:
    """What goes, or went."""

    plan: PruningPlan
    done: bool
    traces: bool = False
    """Whether the file may still have traces, since another program is reading it."""
    copies: Sequence[Path] = ()
    """Files beside the ledger that have what was in it before."""


def prune_ledger(workplace: Workplace, *, confirmed: bool) -> Pruning:
    """Deletes private values about releases that were superseded longer ago than things are kept.

    So go messages about these, or about none, and removed recipients.

    Args:
        workplace: where the ledger and the releases are.
        confirmed: do it; otherwise the plan alone is wanted.

    Raises:
        ConfigurationError: `publisher.toml` does not say how long things are kept.
        SealError: a release was altered.
        LedgerError: the ledger cannot be written.
    """
    keep = workplace.settings.keep
    if keep is None:
        raise ConfigurationError(
            "`ledger.keep` is missing: nothing says how long things are kept",
            where="publisher.toml",
            remedy='add keep = "6 years" below [ledger], after asking whoever answers for it',
        )
    ledger, now = workplace.ledger, workplace.clock()
    # In UTC, as the ledger counts: it goes by years, and no day of any release depends on it.
    last = keep.over_by(now.astimezone(dt.UTC).date())
    over = {
        (policy_id, str(number))
        for policy_id in workplace.policy_ids
        for number in superseded_by(workplace.archive.releases(policy_id), last)
    }
    until = dt.datetime.combine(last, dt.time(), dt.UTC)
    plan = ledger.pruning(over, until, str(keep))
    if not confirmed or plan.empty:
        return Pruning(plan, done=False)
    ledger.prune(plan, now)
    return Pruning(plan, done=True, traces=not ledger.shrink(), copies=ledger.earlier_copies())
