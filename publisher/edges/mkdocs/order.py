"""What a command asks of the MkDocs build that it starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from publisher.site.page import GeneratedSite


def _silent(what: str, done: int, total: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Order:
    """What a command asks of the build that it starts; a plain `mkdocs build` has none."""

    today: dt.date | None = None
    """The day whose statuses the site shows; None: the day of the build."""
    draft: bool = False
    """Add the draft of each policy."""
    site: GeneratedSite | None = None
    """What was generated before the build; None: it is generated when MkDocs starts."""
    listening: Callable[[], None] = lambda: None
    """Told once a preview accepts connections."""
    progress: Callable[[str, int, int], None] = _silent
    """Told of each page: what is being made, how many are done, how many in all."""


order: ContextVar[Order | None] = ContextVar("order", default=None)
"""MkDocs hands its plugins nothing but their configuration; this is how an order reaches ours."""


@contextmanager
def ordered(what: Order) -> Iterator[None]:
    """Has the builds that are started inside it follow an order."""
    token = order.set(what)
    try:
        yield
    finally:
        order.reset(token)
