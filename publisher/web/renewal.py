"""The site that is served is built anew when another day begins, in a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from publisher.actions.renew_site import renew_site
from publisher.actions.workplace import Workplace
from publisher.web.rounds import Rounds

LOOK_EVERY = 20
"""Seconds between two looks at whether a day has begun: the site is that of today within a minute
after midnight, if it is built in what is left of it."""
FIRST_RETRY = 300
"""Seconds after a build that failed until it is tried again; twice as long after each other one."""
LAST_RETRY = 4 * 3600
"""Seconds that are never exceeded between two tries."""

_log = logging.getLogger("publisher.web.renewal")


class SiteRenewal:
    """Has the site built anew, as long as the application runs."""

    def __init__(
        self,
        workplace: Workplace,
        every: float = LOOK_EVERY,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Args:
        workplace: whose site.
        every: seconds between two looks.
        clock: gives seconds that only rise.
        """
        self._workplace, self._clock = workplace, clock
        self._rounds = Rounds(self.look, every, "the site is not built anew")
        self._fails, self._not_before, self._told = 0, 0.0, ""

    def start(self) -> None:
        """Looks at once."""
        self._rounds.start()

    def stop(self) -> None:
        """Looks no more, and ends a build that is under way: the site that is there stays."""
        self._workplace.builds.stop()
        self._rounds.stop()

    def look(self) -> None:
        """Builds the site anew if a day has begun, but for a while after a build that failed."""
        if self._clock() < self._not_before:
            return
        trouble = renew_site(self._workplace)
        if trouble is None:
            return
        if not trouble:
            _log.info("a day has begun: the site was built anew")
            self._fails, self._told = 0, ""
            return
        self._not_before = self._clock() + min(FIRST_RETRY * 2**self._fails, LAST_RETRY)
        self._fails += 1
        if trouble != self._told:
            self._told = trouble
            said = " ".join(trouble.split())
            _log.error("the site of before stays, for it could not be built anew: %s", said)
