"""When the site has to be built anew, though nothing is edited."""

from __future__ import annotations

import datetime as dt

from publisher.actions.workplace import Workplace
from publisher.edges.clock import build_time
from publisher.releases.outlook import outlook
from publisher.wording.dates import moved


def next_build(workplace: Workplace, today: dt.date | None = None) -> dt.date | None:
    """The next day on which the site says something else, of whatever policy: on it, or before
    anybody reads it then, the next build is due. None: no such day is known.

    Args:
        workplace: of which project.
        today: the day from which it is asked; None: that of a build, for each policy on the
            calendar of its releases.

    Raises:
        SealError: a release is not as it was frozen.
        ConfigurationError: a release does not read.
    """
    now, archive = build_time(workplace.clock), workplace.archive
    every = (archive.releases(policy_id) for policy_id in workplace.policies)
    found = (outlook(releases, today or releases.today(now)) for releases in every)
    return min((moved(one.last, 1) for one in found if one), default=None)
