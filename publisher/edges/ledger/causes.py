"""What the error of a database means, or that there is none, and the next step for its reader."""

from __future__ import annotations

import sqlite3

from publisher.edges.ledger.auditing.faults import RESTORE
from publisher.errors import LedgerError

_NEXT_STEPS = {
    sqlite3.SQLITE_NOTADB: "name the ledger's own file: PUBLISHER_LEDGER_URL, or ledger.url "
    "in publisher.toml",
    sqlite3.SQLITE_CORRUPT: RESTORE,
    sqlite3.SQLITE_ERROR: RESTORE,  # no such table, no such column
    sqlite3.SQLITE_FULL: "see that its disk has room",
    sqlite3.SQLITE_IOERR: "see that its disk has room, and that it can be read and written",
    sqlite3.SQLITE_BUSY: "see that no other program holds it",
    sqlite3.SQLITE_LOCKED: "see that no other program holds it",
    sqlite3.SQLITE_CANTOPEN: "see that it and its folder can be read and written by this user",
    sqlite3.SQLITE_READONLY: "see that it and its folder can be read and written by this user",
    sqlite3.SQLITE_PERM: "see that it and its folder can be read and written by this user",
}
_ANOTHER = "see that its disk has room and that no other program holds it"
FORBIDDEN = "42501"
"""The role has not been given the right (PostgreSQL, Appendix A)."""
_MISSING = ("42P01", "42703", "3F000")
"""There is no such table, column or schema."""
_FULL = "53"
"""The class of what the server has too little of."""
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def next_step(cause: object) -> str:
    """What to do after an error of a database.

    Args:
        cause: as the driver raised it.
    """
    if isinstance(cause, sqlite3.Error):
        return _NEXT_STEPS.get(_code(cause), _ANOTHER)
    state = str(getattr(cause, "sqlstate", "") or "")
    if state == FORBIDDEN:
        return "as the role that owns the tables: publisher ledger migrate --grant ROLE"
    if state in _MISSING:
        return RESTORE
    if state.startswith(_FULL):
        return "see that the server has room: its disk, its memory, its connections"
    return "see that the server runs, and that the address and the password are right"


def is_state_of_database(cause: object) -> bool:
    """Whether a statement failed for what the database is, though it looks like a bug of ours."""
    state = getattr(cause, "sqlstate", None)
    return state == FORBIDDEN or state in _MISSING


def is_out_of_room(cause: sqlite3.Error) -> bool:
    """Whether a file could not be written any further."""
    return _code(cause) in _NO_ROOM


def _code(cause: sqlite3.Error) -> int:
    return int(getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF


def require_begun(begun: bool) -> None:
    """Refuses to ask a ledger that was never begun, and would know nothing.

    Args:
        begun: whether there is one, or should be.

    Raises:
        LedgerError: there is none.
    """
    if not begun:
        raise LedgerError(
            "there is no ledger here",
            where="ledger",
            remedy="run this where the ledger is, or name it: export PUBLISHER_LEDGER_URL=URL",
        )
