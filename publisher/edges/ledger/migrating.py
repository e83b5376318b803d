"""Bringing a ledger to the schema of this program, after a copy, and never by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import DatabaseError

from publisher.edges.ledger.causes import next_step
from publisher.edges.ledger.copying.copies import copy_ledger
from publisher.edges.ledger.engines import ledger_engine, ledger_file, shown_address, told_by
from publisher.edges.ledger.opening import begin_ledger, other_schema, schema_of
from publisher.edges.ledger.rights import grant_rights
from publisher.edges.ledger.schema import REVISION, SCHEMA
from publisher.edges.ledger.shards import lay_down_queue
from publisher.edges.ledger.urls import ledger_address, pg_dump_command
from publisher.errors import LedgerError

_OLDEST = 1
"""The schema that is known by a table of its own, and not by `alembic_version`."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What became of a ledger."""

    before: int | None
    """Its schema; None: there was no ledger, and now there is."""
    copy: Path | None = None
    """The copy that was made before."""
    granted: str = ""
    """To which role what was granted, a sentence; empty: nobody got anything."""

    def lines(self) -> Iterator[str]:
        """What was done, for people."""
        if self.copy:
            yield f"copied to {self.copy}"
        if self.before is None:
            yield f"a ledger of schema {SCHEMA} was begun"
        elif self.before == SCHEMA:
            yield f"the ledger has schema {SCHEMA} already"
        else:
            yield f"migrated from schema {self.before} to {SCHEMA}"
        if self.granted:
            yield self.granted


def migrate_to_current(
    url: str, moment: dt.datetime, *, copied: bool = False, role: str = ""
) -> Migration:
    """Brings a ledger to the schema of this program, or begins one in an empty database.

    All of it is one transaction: interrupted, it has changed nothing, and is run again.

    Args:
        url: of the ledger.
        moment: the time, which is in the name of the copy.
        copied: whether the ledger in a server was copied, which is not done here.
        role: in the server, the program's own; it gets the rights that it needs. Empty: nobody.

    Raises:
        LedgerError: the ledger is newer, cannot be used, or was not copied.
        OSError: the copy cannot be written; nothing was changed.
    """
    address = ledger_address(url)
    path = ledger_file(address)
    if path and role:
        raise LedgerError(
            "a file has no roles: its owner alone uses it",
            where=shown_address(address),
            remedy="publisher ledger migrate",
        )
    engine = ledger_engine(address)
    try:
        with _told(engine):
            with engine.begin() as db:
                before = schema_of(db)
            if before is not None and before > SCHEMA:
                raise other_schema(before, shown_address(address))
            copy = None
            if before is not None and before < SCHEMA:
                if path:
                    copy = _copied(path, before, moment)
                elif not copied:
                    raise _not_copied(url, before)
            with engine.execution_options(writes=True).begin() as db:
                _hold(db)
                _upgrade(db)
                lay_down_queue(db)
                granted = grant_rights(db, role) if role else ""
        return Migration(before, copy, granted)
    finally:
        engine.dispose()


def _copied(path: Path, schema: int, moment: dt.datetime) -> Path:
    name = f"{path.name}.schema-{schema}.{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    target = path.with_name(name)
    if not target.exists():  # of a run that was cut off within this second
        copy_ledger(path, target)
    return target


def _not_copied(url: str, schema: int) -> LedgerError:
    return LedgerError(
        f"the ledger has schema {schema}, and a copy of it has to be made first",
        where=shown_address(ledger_address(url)),
        remedy=f"{pg_dump_command(url, 'ledger.dump')} && publisher ledger migrate --copied",
    )


def _hold(db: Connection) -> None:
    """Has others wait who do the same (SQLite: the file has one writer at a time)."""
    if db.dialect.name != "sqlite":
        db.execute(text("SELECT pg_advisory_xact_lock(hashtext('ledger migrate'))"))


def _upgrade(db: Connection) -> None:
    found = schema_of(db)
    if found is None:
        begin_ledger(db)
    elif found < SCHEMA:
        if found == _OLDEST:
            REVISION.create(db, checkfirst=True)
            db.execute(insert(REVISION).values(version_num=str(found)))
        _run_alembic(db)


def _run_alembic(db: Connection) -> None:
    # Takes a third of a second to load, which nobody else has to wait for.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    command.upgrade(config, str(SCHEMA))


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise LedgerError(
            f"the ledger cannot be migrated: {told_by(error.orig, engine.url)}",
            where=shown_address(engine.url),
            remedy=f"nothing was changed; {next_step(error.orig)}",
        ) from error
    except LedgerError as error:
        error.where = error.where or shown_address(engine.url)
        raise
