"""Up to where others vouch for a ledger: heads that were written down elsewhere are held to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from publisher.policies.finding import Finding, Severity
from publisher.record.heads import WitnessedHead
from publisher.releases.remedies import shell_word
from publisher.text.amounts import amount


@dataclass(frozen=True, slots=True)
class HeadWitness:
    """A head, and where it was written down."""

    head: WitnessedHead
    place: str
    """Path of a file, for people."""
    release: str = ""
    """`privacy/2`: the release that a statement with it is about; empty: it is none."""
    at: dt.datetime | None = None
    """When it was written down; None: nobody says."""


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

    def explains(self, one: HeadWitness) -> bool:
        """Whether it may be why the ledger has not a head: what was stated later saw it go on."""
        later = one.at is not None and one.at > self.at
        return not later and one.head.number > self.ends.get(one.head.chain, 0)

    @property
    def when(self) -> str:
        """In words."""
        return f"the restoration of {_moment(self.at)}"


@dataclass(frozen=True, slots=True)
class Succession:
    """That a release which was sent with another ledger goes on with this one."""

    at: dt.datetime
    chain: int
    number: int
    """Of the batch that says so."""
    release: str
    """`privacy/2`."""

    def explains(self, one: HeadWitness) -> bool:
        """Whether it may be why a head is another ledger's: one that a statement about the release
        has, from before, or one of which nobody says what it is about.
        """
        later = one.at is not None and one.at > self.at
        return not later and one.release in ("", self.release)

    @property
    def when(self) -> str:
        """In words."""
        return f"{self.release} goes on with this one since {_moment(self.at)}"


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class HeldHeads:
    """What came of holding a ledger to heads that were seen."""

    findings: Sequence[Finding]
    pending: bool
    """Whether heads are missing that a restoration or an adoption explains which nobody has
    accepted.
    """
    accepted: int
    """Heads that an accepted one explains."""
    going_on: str = "restoration"
    """What explains them, in words."""


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What a ledger is, for whoever holds it to heads."""

    ledger: str
    """Its identity."""
    digest_of: DigestOf
    forgettings: Sequence[Forgetting] = ()
    file: str = ""
    """The file of known heads, whose lines stand in the order in which they were seen."""
    adoptions: Sequence[Succession] = ()

    def has(self, one: HeadWitness) -> bool:
        """Whether it has a head."""
        return self.digest_of(one.head.chain, one.head.number) == one.head.digest

    def has_forgotten(self, one: HeadWitness) -> bool:
        """Whether it has not a head, and says that it was restored from before it."""
        return not self.has(one) and any(each.explains(one) for each in self.forgettings)


def hold_heads(witnesses: Sequence[HeadWitness], known: KnownBy) -> HeldHeads:
    """Where the ledger is not what was seen of it before.

    A head that is missing is an error, unless the ledger says that it was restored from an earlier
    copy, or that a release went over to it from another ledger. Whoever could alter the ledger
    could write that, too: so a person has to accept it, and has, where the file of known heads has
    a later line with a head from after it.

    Args:
        witnesses: all that there are.
        known: what the ledger has now.
    """
    places = {one.place for one in witnesses if one.head.ledger == known.ledger}
    findings, pending, accepted, going_on = [], False, 0, "restoration"
    for place, one in enumerate(witnesses):
        if one.head.ledger != known.ledger:
            if one.place in places:
                continue
            places.add(one.place)
            why: Forgetting | Succession | None = _why_another(one, known)
        elif known.has(one):
            continue
        else:
            why = _why_forgotten(witnesses, place, known)
        if why is None:
            findings.append(_error(one, known))
            continue
        if isinstance(why, Succession):
            going_on = "restoration or adoption"
        is_accepted = _vouched(why, witnesses[_after(witnesses, place, known) :], known)
        accepted += is_accepted
        pending = pending or not is_accepted
        if not (is_accepted and one.place == known.file):
            findings.append(_explained(one, why, known, accepted=is_accepted))
    return HeldHeads(findings, pending, accepted, going_on)


def _why_another(one: HeadWitness, known: KnownBy) -> Succession | None:
    """The last adoption that explains why a head is another ledger's; None: there is none."""
    return next((each for each in reversed(known.adoptions) if each.explains(one)), None)


def _why_forgotten(
    witnesses: Sequence[HeadWitness], place: int, known: KnownBy
) -> Forgetting | None:
    """The last restoration that explains why a head is missing; None: there is none."""
    one = witnesses[place]
    for each in reversed(known.forgettings):
        # What stands below a head from after the restoration was seen after it.
        before = witnesses[:place] if one.place == known.file else ()
        if each.explains(one) and not _vouched(each, before, known):
            return each
    return None


def _after(witnesses: Sequence[HeadWitness], place: int, known: KnownBy) -> int:
    return place + 1 if witnesses[place].place == known.file else 0


def _vouched(
    why: Forgetting | Succession, witnesses: Sequence[HeadWitness], known: KnownBy
) -> bool:
    """Whether the file of known heads has a head from after a restoration, or an adoption."""
    return any(
        (one.place, one.head.ledger, one.head.chain) == (known.file, known.ledger, why.chain)
        and one.head.number >= why.number
        and known.has(one)
        for one in witnesses
    )


def _error(one: HeadWitness, known: KnownBy) -> Finding:
    if one.head.ledger != known.ledger:
        what = f"is about the ledger {one.head.ledger} alone, and this one is {known.ledger}"
        name = one.release.partition("/")
        adopt = f"publisher --policy {name[0]} ledger adopt {name[2]} --elsewhere --confirm"
        remedy = "put the ledger back that it is about: publisher ledger restore FILE"
        remedy += f"; or, if {one.release} is to go on with this one: {adopt}" if name[0] else ""
        return Finding(Severity.ERROR, one.place, 0, what, remedy)
    batch = f"batch {one.head.number} of chain {one.head.chain}"
    what = f"saw another {batch} than the ledger has now"
    if known.digest_of(one.head.chain, one.head.number) is None:
        what = f"saw {batch}, which is not in the ledger any more"
    remedy = "find out who altered the ledger, and put back what it was: publisher ledger restore "
    return Finding(Severity.ERROR, one.place, 0, what, f"{remedy}FILE")


def _explained(
    one: HeadWitness, why: Forgetting | Succession, known: KnownBy, *, accepted: bool
) -> Finding:
    """That a head is missing, and why that may be so."""
    if isinstance(why, Forgetting):
        last = why.ends.get(one.head.chain, 0)
        digest = known.digest_of(one.head.chain, last)
        kept = f"{one.head.chain}/{last}; sha256={digest.hex()}" if digest else "nothing of it"
        what = f"saw {one.head.line()}, which {why.when} has forgotten, as the ledger says: it "
        what += f"went on from {kept}"
    else:
        what = f"is about the ledger {one.head.ledger}, and this one is {known.ledger}: {why.when},"
        what += " as it says"
    file = shell_word(known.file) if known.file else "~/heads"
    done = "was restored" if isinstance(why, Forgetting) else "was adopted"
    accept = f"publisher verify --ledger --known-heads {file} --accept-restored"
    remedy = f"if you know that it {done} then: {accept}"
    if accepted:
        remedy = "nothing is to be done: that was accepted, and "
        remedy += "what it says was true of the ledger that is gone"
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
    line = f"up to batch {reach.number} of {_moment(at)} witnessed by {reach.by}"
    if later := batches - reach.number:
        line += f"; what came after, {amount(later, 'batch', 'batches')}, {alone}"
    return line
