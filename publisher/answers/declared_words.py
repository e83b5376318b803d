"""What a customer declared about a version, in a sentence without a full stop."""

from __future__ import annotations

import datetime as dt

from publisher.people.requests import Request, RequestKind, Timing
from publisher.wording.words import Words


def declared_words(declared: Request, version: str, day: dt.date, words: Words) -> str:
    """What was declared, and on which day.

    Args:
        declared: an opt-out, or what takes one back.
        version: the number of what it is about.
        day: on which it came, on the calendar of that version.
        words: of the page.
    """
    values = {"version": version, "day": words.day(day)}
    late = declared.timing is Timing.LATE
    if declared.kind is RequestKind.ACCEPT:
        if late:
            return words.gettext(
                "You agreed to version {version} on {day}, after the last day", **values
            )
        return words.gettext("You agreed to version {version} on {day}", **values)
    if declared.kind is RequestKind.OPT_OUT:
        if late:
            return words.gettext(
                "You opted out of version {version} on {day}, after the last day", **values
            )
        return words.gettext("You opted out of version {version} on {day}", **values)
    if late:
        return words.gettext(
            "You took back your opt-out of version {version} on {day}, after the last day", **values
        )
    return words.gettext("You took back your opt-out of version {version} on {day}", **values)
