"""A list of what became of letters, as a provider's export has it: customer, day, outcome."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from publisher.people.customer_list import FaultKeeper, ListFaults
from publisher.people.deliveries import DeliveryState
from publisher.people.list_cells import LONGEST_CELL
from publisher.people.list_rows import ListRows
from publisher.people.list_text import STRAY, ListName
from publisher.people.written_days import meant_day

OUTCOME_COLUMNS = ("customer", "day", "outcome", "reason")
"""The columns named in the first line of such a list; the last may be missing."""

OUTCOMES = {
    DeliveryState.ACCEPTED: (
        "accepted", "delivered", "delivery", "sent", "send", "success", "successful", "ok",
        "opened", "open", "unique opened", "first opening", "clicked", "click",
        "complained", "complaint", "spam", "spam complaint", "spam report", "reported as spam",
        "marked as spam", "unsubscribed", "unsubscribe", "unsub", "group unsubscribe",
    ),
    DeliveryState.REFUSED: (
        "refused", "rejected", "reject", "failed", "fail", "failure", "permanent failure",
        "permanent fail", "permanently failed", "dropped", "drop", "suppressed", "blocked", "block",
        "invalid", "invalid email", "invalid address", "error", "rendering failure", "not sent",
        "unsent",
    ),
    DeliveryState.BOUNCED: (
        "bounced", "bounce", "hard bounce", "hard bounced", "permanent bounce",
        "permanently bounced", "returned", "undeliverable", "undelivered", "not delivered",
    ),
}  # fmt: skip
"""The words that providers have for what became of a letter; that somebody complained of it, or
wants no more mailings, says that it came, and nothing of the policy."""
NOT_FINAL = (
    "queued", "pending", "request", "requested", "stored", "scheduled", "processing", "processed",
    "deferred", "deferral", "delayed", "delay", "delivery delay", "delivery delayed", "retrying",
    "soft bounce", "soft bounced", "soft fail", "temporary failure", "temporary fail",
    "temporarily failed", "temporary bounce", "transient bounce",
)  # fmt: skip
"""Words for what may still become something else."""


def _squeezed(word: str) -> str:
    """`hard_bounce`, `hard-bounce`, `HardBounce`: all the same."""
    return _BETWEEN.sub("", word.strip().lower())


_BETWEEN = re.compile(r"[\s_-]+")
_STATE: dict[str, DeliveryState | None] = {
    **dict.fromkeys(map(_squeezed, NOT_FINAL)),
    **{_squeezed(word): state for state, words in OUTCOMES.items() for word in words},
}
_REMEMBERED = 10_000
"""Limit on the different days that are kept with what they mean."""


class Reported(NamedTuple):
    """What a line of a list says of a letter."""

    customer: str
    """The organisation's own id."""
    state: DeliveryState | None
    """None: it is not final."""
    day: int
    """On which that was, as `date.toordinal` counts."""
    reason: str = ""
    """In the provider's words; empty: none is given. Of what is not final: the word for it."""


class OutcomeList:
    """A list of what became of letters, read once, in a stream."""

    def __init__(
        self,
        blocks: Iterable[bytes],
        name: ListName,
        day_of: Callable[[dt.datetime], dt.date],
        keeper: FaultKeeper | None = None,
    ) -> None:
        """Reads the first line.

        Args:
            blocks: the bytes of a CSV file in UTF-8, in pieces of any size.
            name: of the list.
            day_of: the day that a moment with an offset belongs to.
            keeper: is told of every fault.

        Raises:
            RecipientsError: it cannot be read as such a list.
        """
        self.name = name
        every = "" if keeper else "; --faults FILE writes all of them to a file"
        self.faults = ListFaults(keeper=keeper, rest=every)
        """Of the lines that were read so far."""
        self._day_of = day_of
        self._days: dict[str, int] = {}
        self._rows = ListRows(blocks, name, OUTCOME_COLUMNS)
        columns = self._rows.columns
        self.unread: Sequence[str] = tuple(
            dict.fromkeys(one for one in columns if one and one not in OUTCOME_COLUMNS)
        )
        """The columns that are not read."""
        self._places = self._required(columns)

    def __iter__(self) -> Iterator[tuple[int, Reported]]:
        """Each line that can be read, with its number.

        Raises:
            RecipientsError: the list is not text in UTF-8, or no CSV.
        """
        whose, when, what, why = self._places
        width = max(whose, when, what, why) + 1
        days, make = self._days, Reported
        states = dict[str, DeliveryState | None]()
        for line, cells in self._rows:
            if isinstance(cells, str):
                self.faults.add(line, cells)
                continue
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            customer = cells[whose].strip()
            word = cells[what]
            if word not in states:
                if (squeezed := _squeezed(word)) not in _STATE:
                    self._explain(line, customer, cells[when], word)
                    continue
                if len(states) >= _REMEMBERED:
                    states.clear()
                states[word] = _STATE[squeezed]
            state = states[word]
            day = days.get(cells[when]) or self._day(cells[when])
            if day and customer and len(customer) <= LONGEST_CELL:
                reason = cells[why].strip()[:LONGEST_CELL] if why >= 0 else ""
                reason = reason if state else word[:60]
                yield line, make(customer, state, day, reason if reason.isprintable() else "")
            else:
                self._explain(line, customer, cells[when], cells[what])

    def _day(self, cell: str) -> int:
        """The day in a cell; 0: none, or nobody knows which."""
        found = self._moment(cell.strip()) or meant_day(cell.strip())
        if not found:
            return 0
        if len(self._days) >= _REMEMBERED:
            self._days.clear()
        self._days[cell] = number = dt.date.fromisoformat(found).toordinal()
        return number

    def _moment(self, cell: str) -> str:
        """The day of a time that has its offset, which may be another one elsewhere."""
        try:
            moment = dt.datetime.fromisoformat(cell)
            return self._day_of(moment).isoformat() if moment.tzinfo else ""
        except (ValueError, OverflowError):
            return ""

    def _explain(self, line: int, customer: str, day: str, outcome: str) -> None:
        """Notes what is wrong with a line."""
        add = self.faults.add
        if not customer or len(customer) > LONGEST_CELL or STRAY.search(customer):
            add(line, "the customer is empty, or no id", customer[:80])
        if not self._day(day):
            add(line, f"{day[:60]!r} is not read as a day: write YYYY-MM-DD", customer)
        if _squeezed(outcome) not in _STATE:
            words = ", ".join(map(str, OUTCOMES))
            add(line, f"the outcome {outcome[:60]!r} is not {words}, or a word for one", customer)

    def _required(self, columns: Sequence[str]) -> tuple[int, int, int, int]:
        """The places of the columns; -1: it is missing, and may be."""
        wrong = ListFaults(keeper=self.faults.keeper)
        known = ", ".join(filter(None, columns)) or "none"
        for column in OUTCOME_COLUMNS:
            if column not in columns and column != OUTCOME_COLUMNS[-1]:
                wrong.add(self._rows.line, f"no column `{column}`; the columns are: {known}")
            elif columns.count(column) > 1:
                wrong.add(self._rows.line, f"the column `{column}` is there twice")
        if wrong.count:
            named = f"name the columns in the first line: {', '.join(OUTCOME_COLUMNS[:3])}"
            raise wrong.refusal(self.name.name, named)
        whose, when, what, why = (
            columns.index(column) if column in columns else -1 for column in OUTCOME_COLUMNS
        )
        return whose, when, what, why
