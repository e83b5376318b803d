"""Many rows at once, as fast as each database takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, func, select

_FEW = 8
"""Rows up to which PostgreSQL takes single statements sooner than a COPY."""


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
    db.exec_driver_sql(_statement(table, db.dialect.name), list(rows))


@cache
def _statement(table: Table, dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return (
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join(mark for _ in table.columns)})'  # noqa: S608 - names of ours
    )


def rows_among(
    db: Connection, statement: str, values: Sequence[Any], others: Sequence[Any] = ()
) -> Sequence[Any]:
    """The rows of a statement about many values at once.

    Args:
        db: a transaction.
        statement: with `{}` for each parameter, of which the last stands behind the column that
            is one of the values.
        values: numbers or texts.
        others: the parameters before.
    """
    if db.dialect.name == "sqlite":
        marks = *("?" for _ in others), "IN (SELECT value FROM json_each(?))"
        return db.exec_driver_sql(
            statement.format(*marks), (*others, json.dumps(list(values)))
        ).all()
    marks = *("%s" for _ in others), "= ANY(%s)"
    return db.exec_driver_sql(statement.format(*marks), (*others, list(values))).all()


def next_numbers(db: Connection, table: Table, count: int = 1) -> Sequence[int]:
    """Numbers that no row of a table has had, or will have.

    Args:
        db: a transaction that writes.
        table: one of `NUMBERED`.
        count: how many.
    """
    if db.dialect.name == "sqlite":
        last = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        first = (db.exec_driver_sql(last, (table.name,)).scalar() or 0) + 1
        return range(first, first + count)
    sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    numbers = select(sequence).select_from(func.generate_series(1, count))
    return db.execute(numbers).scalars().all()
