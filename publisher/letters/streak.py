"""Failures of letters that follow one another, and may be the relay's and not their recipients'.

A relay that is not set up for us refuses everybody, and so does one that takes no more today. Who
is refused for good is not told again by itself; so refusals that are alike are believed only when
the relay has said something else, and before they are many the run stops, with all of them to do.
"""

from __future__ import annotations

import re
from typing import Generic, TypeVar

from publisher.errors import PassingError, SendError
from publisher.people.deliveries import Fate, Outcome
from publisher.releases.release import Release

MOST_FAILURES = 3
"""Letters that may fail one after the other, for a reason that concerns all, before a run stops."""
MOST_ALIKE = 20
"""Letters that may be refused one after the other in the same words."""
MOST_ALIKE_AT_FEW = 100
"""The same where they go to one domain or two: a domain may be gone."""
_FEW = 2
_OWN = re.compile(r"<[^>]*>|\S*@\S*|\d+")
"""What may differ in two replies that say the same."""
_STATUS = re.compile(r"(5\d\d) (5\.\d{1,3}\.\d{1,3})\b")
_POLICY = "5.7"
"""Refused by a rule of the relay (RFC 3463 §3.8), which is seldom about one recipient."""

_T = TypeVar("_T")


class Streak(Generic[_T]):
    """What became of the letters of a run, one after the other."""

    def __init__(self, release: Release, *, is_trusted: bool, verb: str = "send") -> None:
        """Args:
        release: what they are about.
        is_trusted: whether the relay took letters about it before.
        verb: the command that goes on with them.
        """
        self._release, self._trusted, self._verb = release, is_trusted, verb
        self._failures = 0
        self._kind = ""
        """In which words the last ones were refused."""
        self._held: list[tuple[_T, Outcome]] = []
        """Refusals that are not believed yet."""
        self._alike = 0
        """How many were refused in these words, one after the other, believed or not."""
        self._domains: set[str] = set()
        """Where these were to go."""
        self.error: SendError | None = None
        """Why the run has to stop; None: it need not."""

    def judge(self, letter: _T, to: str, outcome: Outcome) -> list[tuple[_T, Outcome]]:
        """What is known for good once one more letter had its outcome.

        Args:
            letter: whatever its sender knows it by.
            to: its address.
            outcome: as the carrier tells it.
        """
        if outcome.fate is Fate.ACCEPTED:
            self._trusted, self._failures = True, 0
            return [*self._forget(), (letter, outcome)]
        self._failures = self._failures + 1 if _concerns_all(outcome) else 0
        if outcome.fate is Fate.REFUSED and outcome.reply[:1].isdigit():
            return self._refused(letter, to, outcome)
        if self._failures >= MOST_FAILURES and self.error is None:
            self.error = self._stopped(
                PassingError, outcome, f"{self._failures} letters in a row failed"
            )
        return [(letter, outcome)]

    def rest(self) -> list[tuple[_T, Outcome]]:
        """What is known for good once no other letter follows for now.

        How many were refused alike is still counted on: those who send in small parts believe no
        more of them than those who send all at once.
        """
        if self.error or (self._kind == _POLICY and not self._trusted):
            return self._put_off()
        return self._let_go()

    def _refused(self, letter: _T, to: str, outcome: Outcome) -> list[tuple[_T, Outcome]]:
        kind, known = _kind_of(outcome), list[tuple[_T, Outcome]]()
        if kind != self._kind:
            known = self._put_off() if self.error else self._let_go()
            self._forget()
            self._kind = kind
        self._held.append((letter, outcome))
        self._alike += 1
        self._domains.add(to.rpartition("@")[2].lower())
        count = self._alike
        if self._failures >= MOST_FAILURES:
            self._stop(outcome, f"{self._failures} letters in a row failed")
        elif count >= (MOST_ALIKE if len(self._domains) > _FEW else MOST_ALIKE_AT_FEW):
            self._stop(outcome, f"{count} letters in a row were refused alike, and stay to do")
        return known + (self._put_off() if self.error else [])

    def _stop(self, outcome: Outcome, what: str) -> None:
        self.error = self.error or self._stopped(SendError, outcome, what)

    def _stopped(self, kind: type[SendError], outcome: Outcome, what: str) -> SendError:
        number = self._release.number
        return kind(
            f"stopped: {what}, the last with: {outcome.reply}",
            where=f"versions/{self._release.name}",
            remedy=f"find out why, and go on: publisher {self._verb} {number} --confirm",
        )

    def _let_go(self) -> list[tuple[_T, Outcome]]:
        held, self._held = self._held, []
        return held

    def _forget(self) -> list[tuple[_T, Outcome]]:
        """The same where the relay has said something else, so that counting begins anew."""
        self._domains.clear()
        self._kind, self._alike = "", 0
        return self._let_go()

    def _put_off(self) -> list[tuple[_T, Outcome]]:
        return [(one, Outcome(Fate.LATER, outcome.reply)) for one, outcome in self._let_go()]


def _concerns_all(outcome: Outcome) -> bool:
    """Whether a failure is likely not about its recipient: no connection, or 5.7.x (RFC 3463)."""
    lost = outcome.fate is Fate.UNKNOWN or (
        outcome.fate is Fate.LATER and not outcome.reply[:1].isdigit()
    )
    return lost or (outcome.fate is Fate.REFUSED and _kind_of(outcome) == _POLICY)


def _kind_of(refusal: Outcome) -> str:
    """What two refusals have in common that say the same."""
    if not (found := _STATUS.match(refusal.reply)):
        return _OWN.sub("", refusal.reply).casefold()
    return _POLICY if found[2].startswith(f"{_POLICY}.") else found[0]
