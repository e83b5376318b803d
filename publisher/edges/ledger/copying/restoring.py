"""Putting a ledger back from a copy: nothing that is there is lost, nothing open counts as done."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, func, select

from publisher.edges.files import sync_folder
from publisher.edges.ledger.auditing.audit import audit_record
from publisher.edges.ledger.auditing.faults import Faults
from publisher.edges.ledger.copying.continuity import (
    EffectiveDates,
    ReleaseName,
    doubt_everything,
    record_restored,
    releases_begun,
)
from publisher.edges.ledger.copying.copies import (
    opened_to_read,
    pending_copy,
    place_new,
    replace_ledger,
    require_whole,
)
from publisher.edges.ledger.copying.listed_since import list_again, listed_since
from publisher.edges.ledger.database import Database
from publisher.edges.ledger.engines import asides_of
from publisher.edges.ledger.erasure.erasures_again import erase_again, gone_since
from publisher.edges.ledger.opening import go_on_after, other_schema, schema_number
from publisher.edges.ledger.schema import BATCHES, EVENTS, NUMBERED, REVISION, SCHEMA, metadata
from publisher.edges.ledger.transaction import Transaction
from publisher.edges.private import make_folders
from publisher.errors import LedgerError
from publisher.policies.finding import Severity
from publisher.policies.ledger_url import sqlite_url
from publisher.record.event import moment_of
from publisher.releases.remedies import shell_word
from publisher.text.amounts import amount

_ANOTHER_COPY = "take an older copy"
_ENDINGS = ("-wal", "-shm", "-journal")
DatesOf = Callable[[Sequence[ReleaseName], str, dt.datetime], EffectiveDates]
"""Given the releases that a copy knows to have been begun, its identity, and from when it is: all
that may have been sent since, each with its first day in force."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """What became of a ledger that was put back."""

    as_of: dt.datetime
    """When the last event of the copy happened: nothing in it says when it was made."""
    doubtful: int
    """Letters and receipts that may have gone out since."""
    listed: int | None
    """Customers who were imported since, and were taken over from the ledger that was there; None:
    they are not known."""
    erased: int | None
    """Erasures that were made again; None: those since the copy are not known."""
    customers: tuple[str, ...] = ()
    """Ids of customers who were erased since, and have to be erased again by a person."""
    unknown: int = 0
    """Other erasures that cannot be made again."""
    aside: Path | None = None
    """Where the ledger is that was there before."""

    def lines(self) -> Iterator[str]:
        """What was done, for people."""
        moment = f"{self.as_of.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        yield f"restored as of its last event, {moment}"
        if self.aside:
            yield f"the ledger that was there is now {self.aside}"
        if self.doubtful:
            yield (
                amount(self.doubtful, "letter or receipt", "letters and receipts")
                + " in doubt, which may have gone out since; "
                "`publisher resolve RELEASE` and `publisher receipts` list them"
            )
        else:
            yield "no letter and no receipt has to be settled"
        if self.erased:
            were = "was" if self.erased == 1 else "were"
            yield f"{amount(self.erased, 'erasure')} since then {were} made again"
        if self.listed:
            were = "was" if self.listed == 1 else "were"
            yield f"{amount(self.listed, 'customer')} imported since then {were} taken over from it"
        if self.erased is None:
            yield "whoever was erased since then is back: erase them again"
        if self.listed is None:
            yield (
                "whoever was imported since then is not in it, and would be told as if for the "
                "first time: before you send, see in the relay's log who was"
            )
        if self.customers:
            names = " ".join(map(shell_word, self.customers))
            yield (
                f"{len(self.customers)} customer(s) who were erased in the ledger that was there "
                "have another number in this copy, so their erasure could not be made again: "
                f"publisher recipients erase --confirm -- {names}"
            )
        if self.unknown:
            count = amount(self.unknown, "erasure")
            yield (
                f"{count} of what came in, or was listed, after the two ledgers parted could not "
                "be made again, as their numbers mean something else in this copy: "
                "publisher recipients erase CUSTOMER, or --address ADDRESS"
            )


def restore_file(copy: Path, target: Path, dates_of: DatesOf, moment: dt.datetime) -> Restoration:
    """Puts a copy in the place of a ledger, which is set aside.

    Args:
        copy: as `ledger backup` made it.
        target: where the ledger is to be.
        dates_of: knows the releases.
        moment: the time.

    Raises:
        LedgerError: the copy is damaged, or of another schema, or another program has the ledger
            open; nothing was changed.
        OSError: it cannot be written; nothing was changed.
    """
    if copy.resolve() == target.resolve():
        raise LedgerError(
            "this is the ledger itself, and no copy of it",
            where=str(copy),
            remedy="name a copy that `publisher ledger backup` made",
        )
    require_whole(copy)
    _require_schema(copy)
    make_folders(target.parent, 0o700)
    with _kept_from_others(target) as present, pending_copy(copy, target) as pending:
        database = Database(sqlite_url(str(pending.absolute())))
        try:
            done = resume(database, present, dates_of, moment)
        finally:
            database.close()
        aside = _set_aside(target, moment, whole=present is not None)
        if target.exists():
            replace_ledger(pending, target)
        else:
            place_new(pending, target)
    return replace(done, aside=aside)


def resume(
    database: Database,
    present: sqlite3.Connection | None,
    dates_of: DatesOf,
    moment: dt.datetime,
) -> Restoration:
    """Has a ledger that was put back go on: what was not final is in doubt from now on.

    Args:
        database: the ledger.
        present: the one that it takes the place of, which may know of erasures since; None: none.
        dates_of: knows the releases.
        moment: the time.
    """
    with database.reading() as db:
        _require_sound(db)
        as_of = _end_of(db)
        begun = releases_begun(db)
        gone = gone_since(present, db, database.identity) if present else None
        people = listed_since(present, db, gone) if present and gone else None
    dates = dates_of(begun, database.identity, as_of)

    def take_up(tx: Transaction) -> tuple[int, int]:
        record_restored(tx, moment)
        erased = erase_again(tx, gone, moment) if gone else 0
        if present and gone is not None:
            _give_no_number_again(tx, present)
            list_again(tx, people or [], moment, parted=gone.parted)
        return doubt_everything(tx, dates, moment), erased

    doubtful, erased = database.write_alone(take_up)
    listed = None if people is None else len(people)
    if gone is None:
        return Restoration(as_of, doubtful, listed, None)
    return Restoration(as_of, doubtful, listed, erased, gone.customers, gone.unknown)


def _require_sound(db: Connection) -> None:
    """Raises:
    LedgerError: what was recorded was altered.
    """
    faults = Faults()
    audit_record(db, faults, lambda *_: None)
    if errors := [one for one in faults.findings() if one.severity is Severity.ERROR]:
        first = errors[0]
        raise LedgerError(
            f"the copy is not what was recorded: {first.place}: {first.what}",
            remedy="take an older copy, or ask who altered this one",
        )


def _require_schema(copy: Path) -> None:
    """Raises:
    LedgerError: it is no ledger, or one of another schema.
    """
    with closing(opened_to_read(copy)) as db:
        try:
            found = db.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.Error:
            found = None
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    if found is None:
        there = sqlite_url(str(copy.resolve()))
        raise LedgerError(
            "this is no copy of a ledger, or one of schema 1",
            where=str(copy),
            remedy=f"PUBLISHER_LEDGER_URL={there} publisher ledger migrate, if it is one",
        )
    try:
        number = schema_number(found[0], REVISION.name)
    except LedgerError as error:
        error.where, error.remedy = str(copy), _ANOTHER_COPY
        raise
    if number != SCHEMA:
        other = other_schema(number, str(copy))
        if number < SCHEMA:
            there = sqlite_url(str(copy.resolve()))
            other.remedy = f"PUBLISHER_LEDGER_URL={there} publisher ledger migrate"
        raise other
    if missing := next((one for one in metadata.tables if one not in tables), None):
        raise LedgerError(
            f"this is no whole ledger: it has no table `{missing}`",
            where=str(copy),
            remedy=_ANOTHER_COPY,
        )


def _give_no_number_again(tx: Transaction, present: sqlite3.Connection) -> None:
    """Customers have receipts with the numbers that were given since the copy was made."""
    for table in NUMBERED:
        given = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        if found := present.execute(given, (table.name,)).fetchone():
            go_on_after(tx.db, table.name, int(found[0]))


def _end_of(db: Connection) -> dt.datetime:
    """When the last event happened, or a batch without events was written: the later of the two."""
    happened = db.execute(select(EVENTS.c.at).order_by(EVENTS.c.id.desc()).limit(1)).scalar()
    written = db.execute(select(func.max(BATCHES.c.at))).scalar()
    return moment_of(max(int(happened or 0), int(written or 0)))


@contextmanager
def _kept_from_others(target: Path) -> Iterator[sqlite3.Connection | None]:
    """The ledger that is there, as one file that nobody else has open; None: none that reads.

    Raises:
        LedgerError: another program has it open.
    """
    if not target.is_file():
        yield None
        return
    db = sqlite3.connect(target, timeout=1, isolation_level=None)
    try:
        try:
            db.execute("PRAGMA locking_mode=EXCLUSIVE")
            if db.execute("PRAGMA journal_mode=DELETE").fetchone() != ("delete",):
                raise sqlite3.OperationalError("database is locked")
            db.execute("BEGIN EXCLUSIVE")
            found: sqlite3.Connection | None = db
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise LedgerError(
                    "another program has the ledger open",
                    where=str(target),
                    remedy="stop it (publisher serve, send), and run this again",
                ) from error
            found = None
        except sqlite3.DatabaseError:
            found = None  # which may be why somebody restores it
        yield found
    finally:
        db.close()


def _set_aside(target: Path, moment: dt.datetime, *, whole: bool) -> Path | None:
    """Gives what is there a second name, so that at no moment there is no ledger; None: nothing is
    there.

    Args:
        target, moment: where it is, and the time, which is in the new name.
        whole: it is one file, and what lies beside it is our own.
    """
    for one in asides_of(target):
        # Of a run that was killed before the copy took its place.
        if target.exists() and one.samefile(target):
            one.unlink()
    name = f"{target.name}.before-{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    aside = target.with_name(name)
    number = 1
    while aside.exists():
        number += 1
        aside = target.with_name(f"{name}-{number}")
    there = target.exists()
    if there:
        try:
            os.link(target, aside)
        except OSError:  # a file system without links
            target.rename(aside)
    for ending in () if whole else _ENDINGS:
        with suppress(FileNotFoundError):
            Path(f"{target}{ending}").rename(f"{aside}{ending}")
    sync_folder(target.parent)
    return aside if there else None
