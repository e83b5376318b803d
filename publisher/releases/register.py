"""The register of a policy: all statements about its releases, in order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from publisher.releases.number import Number
from publisher.releases.statement import Means, NoticeGiven, Statement, statement_file


class Register(tuple[Statement, ...]):
    """The statements about the releases of a policy, by rising number."""

    __slots__ = ()

    def retraction(self, number: Number) -> Statement | None:
        """The statement that took a release back; None: there is none."""
        return next((one for one in self if one.release == number and not one.notice), None)

    def notices(self, numbers: Collection[Number]) -> Iterator[Statement]:
        """What was stated of the notices of some releases, the oldest first."""
        return (one for one in self if one.notice and one.release in numbers)

    def first_counted(self, number: Number, before: int) -> NoticeGiven | None:
        """What was stated first of a notice, by what a ledger had counted; None: nothing was.

        Args:
            number: of the release.
            before: the number of a statement; those from it on are left out.
        """
        own = (one for one in self.notices([number]) if one.sufficient and one.number < before)
        return next((one.notice for one in own if one.notice and one.notice.counted), None)

    @property
    def next_number(self) -> int:
        """The number that the next statement gets."""
        return len(self) + 1

    @property
    def last_digest(self) -> str:
        """The digest of the last statement, which the next one repeats; empty: there is none."""
        return self[-1].digest if self else ""


def register_flaws(
    policy_id: str,
    statements: Mapping[int, Statement],
    numbers: Collection[int],
    present: Collection[Number],
    seals: Mapping[Number, str],
) -> list[tuple[int, str]]:
    """Where a register does not hold: (number of the statement, what is wrong).

    Args:
        policy_id: whose register it is.
        statements: those that read, by the number in the name of their file.
        numbers: those of all files that there are.
        present: the numbers of the releases that there are.
        seals: those of them that were read.
    """
    found = [
        (number, "is missing; there are statements after it")
        for number in range(1, max(numbers, default=0))
        if number not in numbers
    ]
    for number in sorted(statements):
        one, before = statements[number], statements.get(number - 1)
        if (one.policy, one.number) != (policy_id, number):
            found.append((number, f"is statement {one.number} about {one.policy}"))
        if before and one.previous_digest != before.digest:
            what = f"is not the statement that {statement_file(number)} was made after"
            found.append((number - 1, f"{what} (digests differ)"))
        if one.release not in present:
            found.append((number, f"is about release {one.release}, which there is not"))
        elif seals.get(one.release, one.seal) != one.seal:
            found.append((number, f"is about another release {one.release} (seals differ)"))
    return found + list(_contradictions([statements[n] for n in sorted(statements)]))


def _contradictions(statements: Sequence[Statement]) -> Iterator[tuple[int, str]]:
    """What no program states after what is stated already."""
    told, retracted = set[Number](), set[Number]()
    for one in statements:
        if one.release in retracted:
            yield one.number, f"is about release {one.release}, which was retracted before"
        elif one.notice:
            if one.notice.means is not Means.NOBODY:
                told.add(one.release)
        else:
            retracted.add(one.release)
            if one.release in told:
                yield one.number, f"retracts release {one.release}, of which people were told"
