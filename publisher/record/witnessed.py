"""Up to where others vouch for a ledger: heads that were written down elsewhere are held to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from publisher.policies.finding import Finding, Severity
from publisher.record.heads import WitnessedHead
from publisher.releases.remedies import shell_word


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


@dataclass(frozen=True, slots=True)
class Forgetting:
    """A restoration: since then the ledger has nothing of what its chains had after some batch."""

    at: dt.datetime
    chain: int
    number: int
    """Of the batch that says so."""
    ends: Mapping[int, int]
    """The last batch that each chain had kept."""

    def explains(self, head: WitnessedHead) -> bool:
        """Whether it may be why the ledger has not a head."""
        return head.number > self.ends.get(head.chain, 0)

    @property
    def when(self) -> str:
        """In words."""
        return f"the restoration of {self.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class HeldHeads:
    """What came of holding a ledger to heads that were seen."""

    findings: Sequence[Finding]
    pending: bool
    """Whether heads are missing that a restoration explains which nobody has accepted."""
    accepted: int
    """Heads that an accepted restoration explains."""


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What a ledger is, for whoever holds it to heads."""

    ledger: str
    """Its identity."""
    digest_of: DigestOf
    forgettings: Sequence[Forgetting] = ()
    file: str = ""
    """The file of known heads, whose lines stand in the order in which they were seen."""

    def has(self, one: HeadWitness) -> bool:
        """Whether it has a head."""
        return self.digest_of(one.head.chain, one.head.number) == one.head.digest


def hold_heads(witnesses: Sequence[HeadWitness], known: KnownBy) -> HeldHeads:
    """Where the ledger is not what was seen of it before.

    A head that is missing is an error, unless the ledger says that it was restored from an earlier
    copy. Whoever could alter the ledger could write that, too: so a person has to accept it, and
    has, where the file of known heads has a later line with a head from after the restoration.

    Args:
        witnesses: all that there are.
        known: what the ledger has now.
    """
    places = {one.place for one in witnesses if one.head.ledger == known.ledger}
    findings, pending, accepted = [], False, 0
    for place, one in enumerate(witnesses):
        if one.head.ledger != known.ledger:
            if one.place not in places:
                places.add(one.place)
                what = f"is about the ledger {one.head.ledger} alone, and this one is "
                findings.append(
                    Finding(
                        Severity.ERROR, one.place, 0, what + known.ledger, "see which one is meant"
                    )
                )
        elif not known.has(one):
            why = _why_forgotten(witnesses, place, known)
            if why is None:
                findings.append(_error(one, known))
                continue
            is_accepted = _vouched(why, witnesses[_after(witnesses, place, known) :], known)
            accepted += is_accepted
            pending = pending or not is_accepted
            if not (is_accepted and one.place == known.file):
                findings.append(_forgotten(one, why, known))
    return HeldHeads(findings, pending, accepted)


def _why_forgotten(
    witnesses: Sequence[HeadWitness], place: int, known: KnownBy
) -> Forgetting | None:
    """The last restoration that explains why a head is missing; None: there is none."""
    one = witnesses[place]
    for each in reversed(known.forgettings):
        # What stands below a head from after the restoration was seen after it.
        before = witnesses[:place] if one.place == known.file else ()
        if each.explains(one.head) and not _vouched(each, before, known):
            return each
    return None


def _after(witnesses: Sequence[HeadWitness], place: int, known: KnownBy) -> int:
    return place + 1 if witnesses[place].place == known.file else 0


def _vouched(why: Forgetting, witnesses: Sequence[HeadWitness], known: KnownBy) -> bool:
    """Whether the file of known heads has a head from after a restoration."""
    return any(
        (one.place, one.head.ledger, one.head.chain) == (known.file, known.ledger, why.chain)
        and one.head.number >= why.number
        and known.has(one)
        for one in witnesses
    )


def _error(one: HeadWitness, known: KnownBy) -> Finding:
    batch = f"batch {one.head.number} of chain {one.head.chain}"
    what = f"saw another {batch} than the ledger has now"
    if known.digest_of(one.head.chain, one.head.number) is None:
        what = f"saw {batch}, which is not in the ledger any more"
    return Finding(Severity.ERROR, one.place, 0, what, "find out who altered the ledger")


def _forgotten(one: HeadWitness, why: Forgetting, known: KnownBy) -> Finding:
    last = why.ends.get(one.head.chain, 0)
    digest = known.digest_of(one.head.chain, last)
    kept = f"{one.head.chain}/{last}; sha256={digest.hex()}" if digest else "nothing of its chain"
    what = (
        f"saw {one.head.line()}, which {why.when} has forgotten, as the ledger says: it went on "
        f"from {kept}"
    )
    file = shell_word(known.file) if known.file else "FILE"
    remedy = (
        "if you know that it was restored then: "
        f"publisher verify --ledger --known-heads {file} --accept-restored"
    )
    return Finding(Severity.CUE, one.place, 0, what, remedy)


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
