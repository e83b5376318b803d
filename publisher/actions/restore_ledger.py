"""Putting the ledger back from a copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.ledger import close_ledgers
from publisher.edges.ledger.copying.continuity import EffectiveDates, ReleaseName
from publisher.edges.ledger.copying.restoring import Restoration, restore_file, resume
from publisher.edges.ledger.database import Database
from publisher.edges.ledger.engines import ledger_file, shown_address
from publisher.edges.ledger.urls import ledger_address, pg_restore_command
from publisher.errors import LedgerError, NotFoundError, SealError
from publisher.letters.telling_order import may_have_been_sent_since


def restore_ledger(workplace: Workplace, copy: Path | None) -> Restoration:
    """Puts the ledger back from a copy, and sets aside the one that is there.

    Letters and receipts that were not final in the copy may have gone out since: they are in doubt.
    Erasures that the ledger set aside knows of are made again.

    Args:
        workplace: where.
        copy: as `ledger backup` made it; None: `pg_restore` has put one back.

    Raises:
        LedgerError: the copy is damaged, or of another schema; another program has the ledger
            open; the ledger is in a server and a file was named, or the other way round; nothing
            was changed.
        OSError: it cannot be written; nothing was changed.
    """
    url = workplace.ledger_url
    address = ledger_address(url)
    path, now = ledger_file(address), workplace.clock()
    archive, sent = workplace.archive, workplace.sent_releases.all()

    def dates_of(begun: Sequence[ReleaseName], identity: str, as_of: dt.datetime) -> EffectiveDates:
        wanted = {*begun, *(one for one, its in sent.items() if its.identity == identity)}
        dates: dict[ReleaseName, dt.date | None] = {}
        for policy, number in sorted(wanted):
            try:
                release = archive.release(policy, number)
                if may_have_been_sent_since(release, archive.releases(policy), as_of):
                    dates[policy, number] = release.effective
            except (NotFoundError, SealError):
                dates[policy, number] = None  # what it was cannot be known
        return dates

    close_ledgers()
    if path is not None:
        if copy is None:
            raise LedgerError(
                "the ledger is a file: name the copy",
                where=shown_address(address),
                remedy="publisher ledger restore FILE",
            )
        done = restore_file(copy, path, dates_of, now)
    elif copy is not None:
        raise LedgerError(
            "the ledger is in a server, whose own program puts a copy back into an empty database",
            where=shown_address(address),
            remedy=f"{pg_restore_command(url, str(copy))} && publisher ledger restore --copied",
        )
    else:
        database = Database(url)
        try:
            done = resume(database, None, dates_of, now)
        finally:
            database.close()
    ledger = workplace.any_ledger
    # What it does not know to have been sent is in doubt now, whichever ledger it was sent with.
    known = {one for one, its in sent.items() if its.identity == ledger.identity}
    for policy, number in sorted({*ledger.releases_begun(), *known}):
        workplace.sent_releases.record(policy, number, ledger.own_head())
    return done
