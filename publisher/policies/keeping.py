"""How long what is personal is kept: years, months or days after it has served its purpose."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from publisher.wording.dates import moved, moved_by_months

_FORM = re.compile(r"([1-9][0-9]{0,4}) (year|month|day)s?", re.ASCII)
_LONGEST = {"year": 100, "month": 1_200, "day": 36_500}
KEEPING_REMEDY = 'write "6 years", "18 months" or "90 days"; 100 years at most'


@dataclass(frozen=True, slots=True)
class Keeping:
    """A span of time, in one of three units."""

    count: int
    unit: str
    """`year`, `month` or `day`."""

    def over_by(self, today: dt.date) -> dt.date:
        """The last day whose records are no longer kept: so long before today.

        A month ends with its last day: one month before 31 March is the last day of February.
        """
        if self.unit == "day":
            return moved(today, -self.count)
        return moved_by_months(today, -self.count * (12 if self.unit == "year" else 1))

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'s' if self.count != 1 else ''}"


def read_keeping(text: str) -> Keeping | None:
    """The span in `6 years`, `18 months` or `90 days`; None: it is none of these."""
    found = _FORM.fullmatch(text)
    if not found or int(found[1]) > _LONGEST[found[2]]:
        return None
    return Keeping(int(found[1]), found[2])
