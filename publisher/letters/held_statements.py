"""Whether statements about notices are what the ledger knows: its figures, its lists, its days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.errors import ConfigurationError
from publisher.people.notice_list import KeptNotice, ListCounts
from publisher.policies.finding import Finding, Severity
from publisher.record.heads import WitnessedHead, read_head_line
from publisher.record.witnessed import HeadWitness, KnownBy
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import REGISTER, NoticeGiven, Statement

_REMEDY = "find out who altered the ledger, or stated what it does not know"


@dataclass(frozen=True, slots=True)
class HeldStatement:
    """A statement about a notice that names a ledger, and what that ledger kept of it."""

    statement: Statement
    given: NoticeGiven
    release: Release
    releases: Releases
    """All of its policy."""
    heads: Sequence[WitnessedHead]
    kept: KeptNotice | None
    """None: the ledger has nothing that was counted for it."""

    @property
    def place(self) -> str:
        """The path of its file."""
        one = self.statement
        return f"versions/{one.policy}/{REGISTER}/{one.file}"

    def is_gone(self, known: KnownBy) -> bool:
        """Whether it was made with what a restoration has forgotten: it was true of the ledger that
        is gone, and nothing here can tell.

        Args:
            known: what the ledger has now.
        """
        seen = [HeadWitness(head, self.place, at=self.statement.stated) for head in self.heads]
        return self.kept is None and bool(seen) and all(map(known.has_forgotten, seen))


NamedUpTo = Callable[[int, int], Mapping[int, int]]
"""The last batch of each other chain that a batch, or one before it, names: by chain and number."""


def held_statements(
    registers: Sequence[Releases], ledger: str, kept: Sequence[KeptNotice]
) -> list[HeldStatement]:
    """The statements about notices that were made with a ledger.

    Args:
        registers: the releases of each policy, with their registers.
        ledger: its identity.
        kept: what was counted there to be stated.
    """
    found = []
    for releases in registers:
        for one in releases.register:
            release, given = releases.find(one.release), one.notice
            if not release or not given or not given.counted:
                continue
            heads = [head for line in given.heads if (head := read_head_line(line))]
            own = [head for head in heads if head.ledger == ledger]
            if own or not heads:
                same = (k for k in kept if k.counted.given.figures_digest == given.figures_digest)
                its = next((k for k in same if k.counted.release == release.name), None)
                found.append(HeldStatement(one, given, release, releases, own, its))
    return found


def stated_heads(registers: Sequence[Releases]) -> Iterator[HeadWitness]:
    """The heads that statements have. Registers give out none whose digest or tag does not hold.

    Args:
        registers: the releases of each policy, with their registers.

    Raises:
        ConfigurationError: a head is none.
    """
    for releases in registers:
        for one in releases.register:
            for line in one.notice.heads if one.notice else ():
                place = f"versions/{one.policy}/{REGISTER}/{one.file}"
                head = read_head_line(line)
                if head is None:
                    raise ConfigurationError(
                        f"has a line that is not a head of a ledger: {line[:80]}",
                        where=place,
                        remedy="see what it is with the ledger that it was made with",
                    )
                yield HeadWitness(head, place, f"{one.policy}/{one.release}", one.stated)


def statement_findings(
    held: Sequence[HeldStatement],
    recounted: Mapping[int, ListCounts | None],
    named: NamedUpTo,
) -> Iterator[Finding]:
    """Where statements are not what the ledger knows.

    Args:
        held: statements that were made with it.
        recounted: what became of the lists by the time of the events that were kept, by their
            numbers, counted again from all that had happened.
        named: what the ledger has.
    """
    for one in held:
        for what in _flaws(one, recounted, named):
            yield Finding(Severity.ERROR, one.place, 0, what, _REMEDY)


def denied_retractions(
    registers: Sequence[Releases], letters: Callable[[Release], int]
) -> Iterator[Finding]:
    """Statements that a release was taken back before anybody was told of it, where the ledger
    knows somebody who may have been.

    Args:
        registers: the releases of each policy, with their registers.
        letters: how many letters about a release a carrier took, or may have taken.
    """
    for releases in registers:
        for one in releases.register:
            release = releases.find(one.release)
            if one.notice or release is None or not (count := letters(release)):
                continue
            what = (
                f"says that release {one.release} was retracted before anybody was told of it, and "
                f"the ledger knows of {count:,} letter{'s' if count > 1 else ''} about it that "
                "went out, or may have"
            )
            remedy = "tell those customers; `publisher notice RELEASE --as CUSTOMER --sent` shows "
            remedy += "what they were told"
            place = f"versions/{one.policy}/{REGISTER}/{one.file}"
            yield Finding(Severity.ERROR, place, 0, what, remedy)


def _flaws(
    one: HeldStatement, recounted: Mapping[int, ListCounts | None], named: NamedUpTo
) -> Iterator[str]:
    if one.kept is None:
        yield "the ledger has not counted what is stated here: no event has its digest"
        return
    counted = one.kept.counted
    if differing := _differing(one.given, counted.given):
        yield f"says otherwise than the ledger counted: {', '.join(differing)}"
    if one.given.figures and one.given.figures != counted.given.figures:
        yield "publishes other figures than the ledger counted"
    if not one.kept.digest_holds:
        yield "its figures are not those that the ledger keeps: the digest is another"
    if not any(_vouches(head, one.kept, named) for head in one.heads):
        yield "its head does not vouch for what was counted: it is that of a batch before"
    again = recounted.get(one.kept.event)
    before = one.releases.register.first_counted(one.release.number, one.statement.number)
    if again is None or again.end != counted.end or not (again.told or before):
        yield "the list is not whoever was a recipient when its first letter was to be sent"
        return
    made = again.given(one.release, one.releases, counted.margin_days, before)
    differing = _differing(made, counted.given)
    if made.figures != counted.given.figures:
        differing = [*differing, "figures"]
    if differing:
        yield f"what was counted does not follow from what had happened: {', '.join(differing)}"


def _differing(one: NoticeGiven, other: NoticeGiven) -> list[str]:
    names = ("applies", "first", "last", "closed")
    return [
        f"`{name}` is {getattr(one, name)}, and was counted as {getattr(other, name)}"
        for name in names
        if getattr(one, name) != getattr(other, name)
    ]


def _vouches(head: WitnessedHead, kept: KeptNotice, named: NamedUpTo) -> bool:
    if head.chain == kept.chain:
        return head.number >= kept.number
    return named(head.chain, head.number).get(kept.chain, 0) >= kept.number
