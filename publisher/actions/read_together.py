"""Readings that were asked for at the same time, carried out together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from publisher.actions.workplace import Workplace
from publisher.edges.lasting import looked_at_once

_T = TypeVar("_T")


def read_together(
    workplace: Workplace, readings: Sequence[Callable[[], _T]]
) -> list[_T | Exception]:
    """Carries out readings one after the other; all see the ledger and the files at one moment.

    To begin a transaction and to look whether any file has changed takes longer than what one
    customer's form is made of, so it is done once for all who wait.

    Args:
        workplace: where.
        readings: what is read; none of them writes.

    Returns:
        What each gave, or raised.

    Raises:
        LedgerError: the ledger cannot be read; nothing was carried out.
    """
    with looked_at_once(), workplace.ledger.at_one_moment():
        return [_outcome(one) for one in readings]


def _outcome(reading: Callable[[], _T]) -> _T | Exception:
    try:
        return reading()
    except Exception as error:  # noqa: BLE001 - it is raised where the reading was asked for
        return error
