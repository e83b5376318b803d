"""Rows, as fast as each database takes and gives them.

A declaration is a dozen statements. Through the layer that makes SQL from expressions, each of
them takes longer to prepare than SQLite needs to carry it out, so these are written in SQL and
handed to the driver as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

_FEW = 8
"""Rows up to which PostgreSQL takes single statements sooner than a COPY."""

_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


def fetch(db: Connection, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement finds, or returns.

    Args:
        db: a transaction.
        statement: SQL that both databases understand, with `:name` for each value.
        values: by these names.
    """
    driver = db.connection.driver_connection
    assert driver is not None
    found: list[tuple[Any, ...]] = driver.execute(
        _written(statement, db.dialect.name), values
    ).fetchall()
    return found


def execute(db: Connection, statement: str, rows: Sequence[Mapping[str, Any]] = ({},)) -> None:
    """Carries out a statement once for each row of values; see `fetch`."""
    if not rows:
        return
    written = _written(statement, db.dialect.name)
    cursor = db.connection.cursor()
    if len(rows) == 1:
        cursor.execute(written, rows[0])
    else:
        cursor.executemany(written, rows)
    cursor.close()


@cache
def _written(statement: str, dialect: str) -> str:
    """A statement as the driver wants it."""
    if dialect == "sqlite":
        return statement
    return _PARAMETER.sub(r"%(\1)s", statement.replace("%", "%%"))


def insert_many(db: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows that are whole: a value for each column, in the order of the table.

    Args:
        db: a transaction.
        table: where.
        rows: the values, as the driver takes them.
    """
    if not rows:
        return
    if db.dialect.name == "postgresql" and len(rows) > _FEW:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        # SQLAlchemy has no COPY.
        cursor = db.connection.cursor()
        with cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)
        return
    cursor = db.connection.cursor()
    cursor.executemany(_statement(table, db.dialect.name), rows)
    cursor.close()


def insert_alike(db: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows into SQLite that differ in some columns only, which saves the others' time.

    Args:
        db: a transaction.
        statement: SQL, with `?` for what differs.
        rows: the values that do.
    """
    cursor = db.connection.cursor()
    cursor.executemany(statement, rows)
    cursor.close()


@cache
def _statement(table: Table, dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return (
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join(mark for _ in table.columns)})'  # noqa: S608 - names of ours
    )


def rows_among(
    db: Connection, statement: str, values: Sequence[Any], others: Sequence[Any] = ()
) -> Sequence[tuple[Any, ...]]:
    """The rows of a statement about many values at once.

    Args:
        db: a transaction.
        statement: with `{}` for each parameter, of which the last stands behind the column that
            is one of the values.
        values: numbers or texts.
        others: the parameters before.
    """
    among: Any
    if db.dialect.name == "sqlite":
        marks, among = (
            [*("?" for _ in others), "IN (SELECT value FROM json_each(?))"],
            json.dumps(list(values)),
        )
    else:
        marks, among = [*("%s" for _ in others), "= ANY(%s)"], list(values)
    driver = db.connection.driver_connection
    assert driver is not None
    found: list[tuple[Any, ...]] = driver.execute(
        statement.format(*marks), (*others, among)
    ).fetchall()
    return found


def next_numbers(db: Connection, table: Table, count: int = 1) -> Sequence[int]:
    """Numbers that no row of a table has had, or will have.

    Args:
        db: a transaction that writes.
        table: one of `NUMBERED`.
        count: how many.
    """
    if db.dialect.name == "sqlite":
        # Anybody may write into the table of last numbers, so the rows have a say too.
        highest = f"SELECT max(id) FROM {table.name}"  # noqa: S608 - names of ours
        given = "SELECT seq FROM sqlite_sequence WHERE name = :name"
        last = f"SELECT max(coalesce(({given}), 0), coalesce(({highest}), 0))"
        first = fetch(db, last, name=table.name)[0][0] + 1
        return range(first, first + count)
    statement = (
        "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
    )
    return [number for (number,) in fetch(db, statement, name=table.name, count=count)]
