"""Building the site anew when another day has begun."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.edges.clock import build_time
from publisher.edges.locks import held
from publisher.edges.up_to_date import day_has_passed


def renew_site(workplace: Workplace) -> str | None:
    """Builds the site anew, in a process of its own, if a day has begun since it was built.

    The site that is there stays until the new one is whole. While another process does this,
    nothing is done.

    Args:
        workplace: of which project.

    Returns:
        None: there was nothing to do. Else why it could not be built, in lines; empty: it was.

    Raises:
        ConfigurationError: the time of builds is set to what is no time.
    """
    if not day_has_passed(workplace.project, build_time(workplace.clock)):
        return None
    with held(workplace.project.private / "renewal.lock") as ours:
        return workplace.builds.run() if ours else None
