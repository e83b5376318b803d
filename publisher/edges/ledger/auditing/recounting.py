"""What was counted to be stated of notices, counted again from all that had happened by then."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from publisher.edges.ledger import states
from publisher.edges.ledger.auditing.audit import one_moment
from publisher.edges.ledger.auditing.replay import all_that_happened, reading_anything
from publisher.edges.ledger.auditing.state_audit import empty_states
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.due_rows import end_of_list
from publisher.edges.ledger.notices import counted_list
from publisher.people.notice_list import ListCounts
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Means


class RecountingPart(LedgerPart):
    """Counts again, which takes as long as all that happened takes to be played again."""

    def recounted(
        self,
        wanted: Mapping[int, tuple[Release, Releases]],
        report: Callable[[str, int, int], None],
    ) -> Mapping[int, ListCounts | None]:
        """What became of those on the lists of releases, as it stood when some events happened.

        Args:
            wanted: which release, and all of its policy, by the number of the event.
            report: told how far it is.

        Returns:
            None for an event before which no run had begun.
        """
        found: dict[int, ListCounts | None] = {}
        last = max(wanted, default=0)
        with self._reading() as db, reading_anything(db), empty_states() as fresh:
            one_moment(db)
            waiting: list[states.Numbered] = []
            for some in all_that_happened(db) if wanted else ():
                for one in some:
                    if about := wanted.get(one[0]):
                        states.apply(fresh, waiting)
                        waiting.clear()
                        found[one[0]] = _counted(db, fresh, *about)
                    waiting.append(one)
                states.apply(fresh, waiting)
                waiting.clear()
                report("statements", min(some[-1][0], last), last)
                if some[-1][0] >= last:
                    break
        return found


def _counted(
    db: Connection, fresh: Connection, release: Release, releases: Releases
) -> ListCounts | None:
    end = end_of_list(db, release.policy.id, release.number)
    if end is None:
        return None
    return ListCounts(end, Means.MAIL, *counted_list(fresh, release, releases, end))
