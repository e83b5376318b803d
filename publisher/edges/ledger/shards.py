"""Shards that wait for workers: jobs of Procrastinate on the server of the ledger.

They lie in a schema of their own. What they say is which recipients are to be looked at, never that
somebody is to be told: that the ledger says, letter by letter, whoever asks it. So a shard that is
lost, or handed out twice, has nobody told twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, text

from publisher.answers.policy_status import ShardCounts
from publisher.edges.ledger.engines import shown_address, told_by
from publisher.edges.ledger.urls import DRIVER_REMEDY
from publisher.errors import LedgerError
from publisher.letters.shards import Shard
from publisher.releases.number import Number

if TYPE_CHECKING:
    from procrastinate import App
    from procrastinate.jobs import Job

SCHEMA_NAME = "publisher_shards"
"""The schema of PostgreSQL in which they lie."""
TASK = "send_shard"
_UNFINISHED = ("todo", "doing")
_WAITING = "procrastinate_jobs WHERE status IN ('todo', 'doing')"
_SEARCH_PATH = "SELECT current_setting('search_path')"
_SEARCHED = "SELECT set_config('search_path', :path, true)"
_SEARCH = f"-c search_path={SCHEMA_NAME}"
_COUNTS = f"""
    SELECT
      (SELECT count(*) FROM {SCHEMA_NAME}.{_WAITING} AND queue_name = :queue),
      (SELECT count(*) FROM {SCHEMA_NAME}.procrastinate_workers
       WHERE last_heartbeat > now() - make_interval(secs => :patience))"""  # noqa: S608 - names of ours
# Tables of another version need not have what is counted here.
_READABLE = """
    SELECT count(*) = 3 AND bool_and(has_column_privilege(c.oid, a.attnum, 'SELECT'))
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = :name AND (c.relname, a.attname) IN (
      ('procrastinate_jobs', 'status'), ('procrastinate_jobs', 'queue_name'),
      ('procrastinate_workers', 'last_heartbeat'))"""
_GRANTING = "publisher ledger migrate --grant ROLE, as the owner of the tables"


class ShardQueue:
    """The shards of a ledger that are not finished yet."""

    def __init__(self, address: URL, ledger: str) -> None:
        """Opens nothing yet.

        Args:
            address: of the ledger.
            ledger: its identity, by which its shards are known.
        """
        self._address, self.name = address, ledger
        self.where = shown_address(address)

    def require(self, db: Connection) -> None:
        """Refuses to go on where shards cannot wait.

        Args:
            db: a transaction that reads.

        Raises:
            LedgerError: the ledger is a file, or has no place for shards yet, or this program or
                role may not use it; says what to do.
        """
        if db.dialect.name == "sqlite":
            raise LedgerError(
                "workers share a ledger in PostgreSQL, and this one is a file",
                where=self.where,
                remedy="send from this machine alone: leave --workers out; or see docs/ledger.md",
            )
        there, here = _version_there(db), _version_here()
        if there is None or not _may_be_used(db):
            what = "the ledger has no place for shards that this role can use"
            raise LedgerError(what, where=self.where, remedy=_GRANTING)
        if there != here:
            what = f"the place for shards is that of {_named(there)}, and this program has {here}"
            raise LedgerError(what, where=self.where, remedy=_GRANTING)

    def count(self, db: Connection, patience: float) -> ShardCounts | None:
        """How many shards are not finished, and how many workers there are.

        Args:
            db: a transaction that reads.
            patience: seconds without a sign after which a worker is taken for dead.

        Returns:
            None: this ledger has no place for shards, or it cannot be looked at from here, as one
            of another version.
        """
        if db.dialect.name == "sqlite" or not _may_be_used(db):
            return None
        if not db.execute(text(_READABLE), {"name": SCHEMA_NAME}).scalar():
            return None
        values = {"queue": self.name, "patience": patience}
        return ShardCounts(*db.execute(text(_COUNTS), values).one())

    def put(self, db: Connection, shards: Sequence[Shard]) -> None:
        """Has shards wait for workers, once the transaction ends.

        Args:
            db: a transaction of the ledger that writes.
            shards: which.
        """
        before = db.execute(text(_SEARCH_PATH)).scalar_one()
        db.execute(text(_SEARCHED), {"path": f"{SCHEMA_NAME}, {before}"})
        app = self.app()
        jobs = [
            app.configure_task(
                TASK, allow_unknown=True, queue=self.name, task_kwargs=one.facts()
            ).job
            for one in shards
        ]
        with self._told():
            app.job_manager.batch_defer_jobs(jobs, connection=db.connection.driver_connection)

    def unfinished(self) -> list[Shard]:
        """The shards that wait, or that somebody is at work on.

        Raises:
            LedgerError: the server cannot be reached.
        """
        with self._opened() as app:
            return [Shard.read(job.task_kwargs) for job in self._jobs(app)]

    def withdraw(self, policy: str, number: Number) -> int:
        """Has nobody take the shards of a release any more, and who is at work on one leave it.

        Args:
            policy, number: which release.

        Returns:
            How many were withdrawn.

        Raises:
            LedgerError: the server cannot be reached.
        """
        about = policy, str(number)
        with self._opened() as app:
            own = [
                job
                for job in self._jobs(app)
                if (job.task_kwargs.get("policy"), job.task_kwargs.get("release")) == about
            ]
            for job in own:
                assert job.id is not None
                app.job_manager.cancel_job_by_id(job.id, abort=True, delete_job=True)
            return len(own)

    def app(self, *, runs: bool = False) -> App:
        """Procrastinate, set up for this ledger.

        Args:
            runs: whether it hands shards out, and not only keeps them.
        """
        from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

        kind = PsycopgConnector if runs else SyncPsycopgConnector
        _, how = self._address.get_dialect()().create_connect_args(self._address)
        how["options"] = f"{how.get('options', '')} {_SEARCH}".strip()
        return App(connector=kind(kwargs=how, min_size=1, max_size=4))

    @contextmanager
    def _opened(self) -> Iterator[App]:
        app = self.app()
        with self._told(), app.open():
            yield app

    def _jobs(self, app: App) -> Iterator[Job]:
        for status in _UNFINISHED:
            yield from app.job_manager.list_jobs(queue=self.name, status=status)

    @contextmanager
    def _told(self) -> Iterator[None]:
        from procrastinate.exceptions import ConnectorException

        try:
            yield
        except ConnectorException as error:
            raise self.trouble(error) from error

    def trouble(self, error: BaseException) -> LedgerError:
        """The error for shards that cannot be read or written.

        Args:
            error: as Procrastinate raised it.
        """
        from psycopg.errors import InsufficientPrivilege

        cause = error.__cause__ or error
        remedy = "see whether the server runs, and what its log says; then try again"
        if isinstance(cause, InsufficientPrivilege):
            remedy = _GRANTING
        what = f"the shards cannot be used: {told_by(cause, self._address)}"
        return LedgerError(what, where=self.where, remedy=remedy)


def lay_down_queue(db: Connection) -> None:
    """Makes the place for shards, if it is not there, or anew if it is another version's; does
    nothing where the ledger is a file.

    Args:
        db: a transaction of the role that owns the tables.

    Raises:
        LedgerError: shards wait in the place of another version.
    """
    if db.dialect.name == "sqlite" or _version_there(db) == _version_here():
        return
    from procrastinate.schema import SchemaManager

    there = _version_there(db)
    if there is not None:
        counted = f"SELECT count(*) FROM {SCHEMA_NAME}.{_WAITING}"  # noqa: S608 - names of ours
        waiting = db.exec_driver_sql(counted).scalar_one()
        if waiting:
            shards = "shard waits" if waiting == 1 else "shards wait"
            what = f"{waiting:,} {shards} for workers with {_named(there)}, not {_version_here()}"
            remedy = "have a program with that one finish first: publisher worker --until-done"
            raise LedgerError(what, remedy=remedy)
        db.exec_driver_sql(f"DROP SCHEMA {SCHEMA_NAME} CASCADE")
    before = db.execute(text(_SEARCH_PATH)).scalar_one()
    db.exec_driver_sql(f"CREATE SCHEMA {SCHEMA_NAME}")
    db.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA_NAME} IS '{_version_here()}'")
    db.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA_NAME}")
    driver: Any = db.connection.driver_connection
    driver.execute(SchemaManager.get_schema())
    db.execute(text(_SEARCHED), {"path": before})


def _version_here() -> str:
    """The version of Procrastinate, as far as its tables may depend on it.

    Raises:
        LedgerError: it is not installed.
    """
    try:
        return "Procrastinate " + ".".join(version("procrastinate").split(".")[:2])
    except PackageNotFoundError as error:
        what = "a ledger in PostgreSQL needs what is not installed: procrastinate"
        raise LedgerError(what, remedy=DRIVER_REMEDY) from error


def _version_there(db: Connection) -> str | None:
    """The version whose tables are there; None: there is no place for shards."""
    said = "SELECT coalesce(obj_description(oid), '') FROM pg_namespace WHERE nspname = :name"
    return db.execute(text(said), {"name": SCHEMA_NAME}).scalar()


def _named(there: str) -> str:
    """The version whose tables are there, in words."""
    return there or "another version of Procrastinate"


def _may_be_used(db: Connection) -> bool:
    right = "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = :name"
    return bool(db.execute(text(right), {"name": SCHEMA_NAME}).scalar())


def grant_queue(db: Connection, to: str) -> None:
    """Gives a role the right to plan, take and finish shards.

    Args:
        db: a transaction of the role that owns them.
        to: the role, quoted.
    """
    every = f"IN SCHEMA {SCHEMA_NAME} TO {to}"
    db.exec_driver_sql(f"GRANT USAGE ON SCHEMA {SCHEMA_NAME} TO {to}")
    db.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES {every}")
    db.exec_driver_sql(f"GRANT USAGE, SELECT ON ALL SEQUENCES {every}")
