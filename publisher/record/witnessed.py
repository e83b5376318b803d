"""Up to where others vouch for a ledger: heads that were written down elsewhere are held to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.policies.finding import Finding, Severity
from publisher.record.heads import WitnessedHead


@dataclass(frozen=True, slots=True)
class HeadWitness:
    """A head, and where it was written down."""

    head: WitnessedHead
    place: str
    """Path of a file, for people."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a chain is vouched for."""

    number: int
    """The last batch."""
    by: str
    """Where its head, or that of a chain which names it, was written down."""


DigestOf = Callable[[int, int], bytes | None]
"""The digest of a batch, by its chain and number; None: there is none."""
NamedBefore = Callable[[int, int], Mapping[int, int]]
"""The last batch of each other chain that a batch, or one before it, names: by chain and number."""


def head_findings(
    witnesses: Sequence[HeadWitness], ledger: str, digest_of: DigestOf
) -> Iterator[Finding]:
    """Where the ledger is not what was seen of it before.

    Args:
        witnesses: all that there are.
        ledger: the identity of the ledger.
        digest_of: what the ledger has now.
    """
    own = {one.place for one in witnesses if one.head.ledger == ledger}
    for one in witnesses:
        head = one.head
        batch = f"batch {head.number} of chain {head.chain}"
        if head.ledger != ledger:
            if one.place not in own:
                own.add(one.place)
                what = f"is about the ledger {head.ledger} alone, and this one is {ledger}"
                yield Finding(Severity.ERROR, one.place, 0, what, "see which ledger is meant")
        elif (found := digest_of(head.chain, head.number)) is None:
            yield _error(one, f"saw {batch}, which is not in the ledger any more")
        elif found != head.digest:
            yield _error(one, f"saw another {batch} than the ledger has now")


def _error(one: HeadWitness, what: str) -> Finding:
    remedy = (
        "find out who altered the ledger; if it was restored from a copy that is older than this "
        "head, that is why: take its line away"
    )
    return Finding(Severity.ERROR, one.place, 0, what, remedy)


def reaches(
    witnesses: Sequence[HeadWitness], digest_of: DigestOf, named_before: NamedBefore
) -> dict[int, Reach]:
    """How far each chain is vouched for, by its number.

    Args:
        witnesses: those of this ledger.
        digest_of, named_before: what the ledger has.
    """
    found: dict[int, Reach] = {}
    left = [
        (one.head.chain, Reach(one.head.number, one.place))
        for one in witnesses
        if digest_of(one.head.chain, one.head.number) == one.head.digest
    ]
    while left:
        chain, reach = left.pop()
        if chain in found and found[chain].number >= reach.number:
            continue
        found[chain] = reach
        # Whoever vouches for a batch vouches for the heads in it, and in those before it.
        named = named_before(chain, reach.number)
        left += [(other, Reach(number, reach.by)) for other, number in named.items()]
    return found


def reach_line(batches: int, reach: Reach | None, at: dt.datetime | None) -> str:
    """How far a chain is vouched for, in words.

    Args:
        batches: how many it has.
        reach: how far it is; None: not at all.
        at: when the last batch that is vouched for was written.
    """
    alone = "is vouched for by nobody but this database"
    if reach is None or at is None:
        return f"nothing of it is witnessed elsewhere: all of it {alone}"
    moment = f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    line = f"up to batch {reach.number} of {moment} witnessed by {reach.by}"
    if later := batches - reach.number:
        line += f"; what came after, {later} batch(es), {alone}"
    return line
