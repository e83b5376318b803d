"""Sharing the letters of a release out to workers, on this machine and on others."""

from __future__ import annotations

from publisher.actions import Teller, unheard
from publisher.actions.plan_sending import plan_sending
from publisher.actions.workplace import Workplace
from publisher.edges.letter_desk import composed_letters, sending_alone
from publisher.errors import SendError
from publisher.letters.shards import SHARD_SIZE, shards_of
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number


def share_out(workplace: Workplace, policy_id: str, number: Number, tell: Teller = unheard) -> int:
    """Has everybody who is still to be told of a release told by workers.

    Nobody is written to here. The shards wait beside the ledger, from the transaction on in which
    it is recorded that the run began.

    Args:
        workplace, policy_id, number: which release.
        tell: told the plan.

    Returns:
        How many shards wait; 0: there is nobody to tell.

    Raises:
        SendError: as for `plan_sending`; letters are sent at this moment; or shards of the release
            wait already.
        ConfigurationError: there is no key for personal links.
        LedgerError: the ledger is a file, which workers cannot share, or cannot be written.
    """
    archive, ledger, clock = workplace.archive, workplace.ledger, workplace.clock
    queue = ledger.shard_queue()
    with sending_alone(ledger, workplace.project.private):
        about = policy_id, str(number)
        if waiting := sum((one.policy, one.release) == about for one in queue.unfinished()):
            what = f"{waiting:,} shard{'s' if waiting > 1 else ''} of release {number} wait already"
            raise SendError(what, remedy="have workers take them: publisher worker")
        plan = plan_sending(workplace, policy_id, number)
        for line in plan.lines():
            tell(line)
        if not plan.due.to_tell:
            return 0
        release, releases = plan.release, archive.releases(policy_id)
        require_clock(releases, ledger.last_moment(), clock())
        by = workplace.settings.organisation, workplace.keys[0]
        letters = composed_letters(archive, ledger, release, releases, by)
        shards = shards_of(release, ledger.shard_ends(release, releases, SHARD_SIZE), by[1])
        ledger.begin_shards(release, clock(), letters.sample(clock()), shards)
        workplace.sent_releases.record(policy_id, number, ledger.own_head())
        return len(shards)
