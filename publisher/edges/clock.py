"""The time: that of acts, which only the machine's clock decides, and the moment of a build."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable

from publisher.errors import ConfigurationError

EPOCH = "SOURCE_DATE_EPOCH"
"""Seconds since 1970 (https://reproducible-builds.org/specs/source-date-epoch/)."""


Clock = Callable[[], dt.datetime]
"""Gives the time, with its offset."""


def now() -> dt.datetime:
    """The time of an act, in UTC: the machine's, whatever the environment says."""
    return dt.datetime.now(dt.UTC)


def build_time(clock: Clock = now) -> dt.datetime:
    """The moment whose statuses a build shows; under SOURCE_DATE_EPOCH it can be repeated.

    Args:
        clock: gives the time where the variable does not.

    Raises:
        ConfigurationError: the variable is no number of seconds.
    """
    value = os.environ.get(EPOCH, "")
    if not value:
        return clock()
    try:
        if not re.fullmatch(r"-?[0-9]+", value):
            raise ValueError(value)
        return dt.datetime.fromtimestamp(int(value), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigurationError(
            f"{EPOCH} is `{value[:40]}`, which is not a time in seconds since 1970",
            where="the environment",
            remedy=f"unset {EPOCH}, or set it with: export {EPOCH}=$(date +%s)",
        ) from None
