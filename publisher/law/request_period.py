"""By when a request about personal data has to be answered.

Within one month of its receipt, which may be extended by two further months (Regulation (EU)
2016/679, Art. 12(3)). A period in months ends with the same date of the last month as the day from
which it runs, or, where that month has no such date, with its last day (Regulation (EEC, Euratom)
No 1182/71, Art. 3(2)(c)). That it goes on to the next working day where it ends on a holiday
(Art. 3(4)) is not counted upon, for holidays differ.
"""

from __future__ import annotations

import datetime as dt

from publisher.wording.dates import moved_by_months

ANSWER_MONTHS = 1
"""Months in which a request about personal data has to be answered (GDPR Art. 12(3))."""
EXTENDED_MONTHS = 3
"""The same, once the customer was told within the first month that it takes longer, and why."""


def answer_due(received: dt.date) -> dt.date:
    """The last day to answer a request about personal data that came in on a day."""
    return moved_by_months(received, ANSWER_MONTHS)


def extended_due(received: dt.date) -> dt.date:
    """The same, where its customer was told that it takes longer."""
    return moved_by_months(received, EXTENDED_MONTHS)
