"""Where a ledger lies: SQLAlchemy URLs, and whether a database can be reached by one."""

from __future__ import annotations

from urllib.parse import unquote

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from publisher.errors import LedgerError
from publisher.policies.ledger_url import is_secret, is_sqlite, sqlite_path, without_passwords
from publisher.releases.remedies import shell_word

ADDRESS_REMEDY = "write sqlite:////var/lib/company/ledger.sqlite, or postgresql://user@host/name"
DRIVER_REMEDY = "pip install 'policy-publisher[postgresql]'"
_ILLEGIBLE = "the ledger has an address that does not read"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""The kinds of database in which a ledger is proven to hold, and by which driver."""


def ledger_address(url: str) -> URL:
    """The address of a ledger, with the driver by which it is reached. Nothing is opened.

    Args:
        url: a SQLAlchemy URL; `postgresql://` without a driver means psycopg.

    Raises:
        LedgerError: no ledger can be there; what it says shows no password.
    """
    why, remedy = no_ledger_at(url)
    if why:
        # What is no address may hold a password anywhere.
        where = "" if why == _ILLEGIBLE else without_passwords(url)
        raise LedgerError(why, where=where, remedy=remedy)
    return _parsed(url)


def no_ledger_at(url: str) -> tuple[str, str]:
    """Why no ledger can be at a URL, and the remedy; empty: perhaps one can."""
    try:
        address = _parsed(url)
    except (ArgumentError, ValueError):
        return _ILLEGIBLE, ADDRESS_REMEDY
    kind = url.partition(":")[0]
    if kind not in _DRIVERS:
        return f"no ledger can be kept in `{kind}`: in SQLite or PostgreSQL", ADDRESS_REMEDY
    if is_sqlite(url) and (why := _no_file(url, address)):
        return why, ADDRESS_REMEDY
    try:
        address.get_dialect().import_dbapi()
    except ImportError as error:
        missing = error.name or "libpq"
        return f"the ledger needs a driver that is not installed: {missing}", DRIVER_REMEDY
    return "", ""


def _parsed(url: str) -> URL:
    """Raises:
    ArgumentError, ValueError: it is none.
    """
    address = make_url(url)
    kind = _DRIVERS.get(address.drivername, address.drivername)
    if path := sqlite_path(url):
        # Earlier versions of SQLAlchemy take a `%20` in a path as it is written.
        return URL.create(kind, host=address.host, database=path, query=address.query)
    return address.set(drivername=kind)


def _no_file(url: str, address: URL) -> str:
    """Why an address of SQLite names no file that a ledger can be; empty: it does."""
    path = address.database or ""
    if path in ("", ":memory:") or "mode=memory" in unquote(url.partition("?")[2]):
        return "a ledger in memory is lost with the program"
    if path.startswith("file:"):
        return "the ledger's file is named by its path alone, not by a URI of SQLite (`file:`)"
    if "?" in url:
        return "the address of a file takes no parameters; a `?` in its path is written %3F"
    if address.host or address.username:
        return "the address of a file has three slashes, or four where the path begins at the root"
    if any(ord(sign) < ord(" ") for sign in path):
        return "the path of the ledger's file has control characters"
    return ""


def pg_dump_command(url: str, file: str) -> str:
    """The command that copies a ledger in a server, without a password in it.

    Args:
        url: of the ledger.
        file: the path of the copy.
    """
    return f"pg_dump --format=custom --file={shell_word(file)} {shell_word(libpq_url(url))}"


def pg_restore_command(url: str, file: str) -> str:
    """The command that puts such a copy into an empty database.

    Args:
        url: of the database.
        file: the path of the copy.
    """
    place = shell_word(libpq_url(url))
    return f"pg_restore --exit-on-error --dbname={place} {shell_word(file)}"


def libpq_url(url: str) -> str:
    """An address as PostgreSQL's own programs take it, without its passwords."""
    address = _parsed(url).set(drivername="postgresql")
    query = {name: value for name, value in address.query.items() if not is_secret(name)}
    plain = URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, query
    )
    return plain.render_as_string()
