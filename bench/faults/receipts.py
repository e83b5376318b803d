"""What became of receipts: those that the relay took, and those that the ledger still owes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bench.faults.books import Books
from bench.faults.counts import Tally
from bench.faults.firms import Firm
from bench.faults.listing import RECEIPTS, unlisted
from bench.faults.relay import Arrival


def owed(books: Books) -> int:
    """How many receipts are still to be sent."""
    return sum(state == "to do" for state in books.receipts().values())


def count_receipts(
    firm: Firm, books: Books, arrivals: Sequence[Arrival], numbers: Iterable[str], tally: Tally
) -> None:
    """Counts receipts.

    Args:
        firm, books: whose.
        arrivals: the letters that the relay took.
        numbers: the receipts that customers have a right to.
        tally: what was counted before.
    """
    letters = Counter(f"{one.id} to {one.to}" for one in arrivals)
    named = Counter(number for one in arrivals for number in one.receipts)
    states = books.receipts()
    by_state = Counter(states.values())
    tally.told("receipts that arrived", sum(bool(one.receipts) for one in arrivals))
    tally.never("receipts that arrived twice", (one for one, times in letters.items() if times > 1))
    tally.never("receipts that came in two letters", (r for r, times in named.items() if times > 1))
    tally.never(
        "receipts that were lost: not sent, owed, in doubt or refused",
        (r for r in sorted(numbers) if not named[r] and states.get(r, "accepted") == "accepted"),
    )
    tally.never(
        "receipts that arrived, and are still owed",
        (r for r, state in states.items() if named[r] and state in ("to do", "refused")),
    )
    tally.told("receipts owed", by_state["to do"])
    tally.told("receipts refused", by_state["refused"])
    tally.told("receipts in doubt", by_state["in doubt"])
    doubtful = [r for r, state in states.items() if state == "in doubt"]
    tally.told("receipts in doubt that arrived", sum(bool(named[r]) for r in doubtful))
    open_ = [r for r, state in states.items() if state != "accepted"]
    tally.never("receipts not accepted that no command names", unlisted(firm, open_, RECEIPTS))
