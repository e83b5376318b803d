"""Reading TOML, with errors that name the file, the path of the key, and the remedy.

Every TOML file of a project is read through `Table`, so that an unknown key is an error everywhere
and is named the same way everywhere.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from publisher.errors import ConfigurationError
from publisher.policies.keys import Key, key_of
from publisher.policies.ledger_url import without_passwords

_MISSING: Any = object()
_KINDS = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a decimal number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "a table"),
    ((dt.date, dt.time), "a date or time"),
)


_ENDLESS_KEY = re.compile(rb"(?:[\"'\w-]{1,64}\s{0,64}\.\s{0,64}){64}")
"""The reader takes memory by the square of the names in a key: a file of 200 kB takes all there
is."""


def parse_toml(data: bytes, name: str) -> dict[str, Any]:
    """The tables of a TOML document.

    Args:
        data: the file's bytes.
        name: the file's name, for messages.

    Raises:
        ConfigurationError: the bytes are not UTF-8 or not TOML; names the line.
    """
    if endless := _ENDLESS_KEY.search(data):
        line = data.count(b"\n", 0, endless.start()) + 1
        raise ConfigurationError(
            "a key of more names between dots than can be read",
            where=f"{name}:{line}",
            remedy="write it with fewer: no key needs more than two",
        )
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            "not UTF-8 text", where=f"{name}:{line}", remedy="save the file as UTF-8"
        ) from None
    except RecursionError:
        raise ConfigurationError(
            "brackets in brackets, too many to be read",
            where=name,
            remedy="write it with fewer: no key needs more than two",
        ) from None
    except ValueError as error:  # of a number with thousands of digits too
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else data.count(b"\n") + 1
        raise ConfigurationError(
            f"not valid TOML: {error}",
            where=f"{name}:{line}",
            remedy='check quotes, brackets and commas on that line; text is written in "…"',
        ) from None


def line_of(data: bytes, key: str) -> int:
    """The line of a TOML file that sets a key, by its whole path; 0: it was not found."""
    table = ""
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        if head := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$", line):
            table = f"{head[1]}."
        elif (found := re.match(r"\s*([\w.-]+)\s*=", line)) and f"{table}{found[1]}" == key:
            return number
    return 0


class Table:
    """One TOML table being read: each key is read once, and `done` refuses those left over."""

    def __init__(
        self,
        values: Mapping[str, Any],
        name: str,
        path: str = "",
        *,
        remedy: str = "",
        data: bytes = b"",
        keys: Mapping[str, Key] | None = None,
    ) -> None:
        """Nothing of it is read yet.

        Args:
            values: of its keys.
            name: of the file.
            path: of the table in the file; empty: the whole.
            remedy: for whatever is wrong, where the file must not be edited; empty: for each thing
                its own.
            data: the file's bytes, to name the line of a key; empty: lines are not named.
            keys: what is known of the keys of the file, by their paths; what a key may have is held
                to it.
        """
        self._left = dict(values)
        self._name = name
        self._path = path
        self._remedy = remedy
        self._data = data
        self._keys = keys or {}

    def _key(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Whether the key is present and not yet read."""
        return key in self._left

    def error(self, key: str, what: str, remedy: str = "") -> ConfigurationError:
        """A `ConfigurationError` about `key`, with the file, the line and the key's whole path."""
        what, line = f"`{self._key(key)}` {what}", line_of(self._data, self._key(key))
        where = f"{self._name}:{line}" if line else self._name
        return ConfigurationError(what, where=where, remedy=self._remedy or remedy)

    def _take(self, key: str, kind: type | tuple[type, ...], default: Any, called: str) -> Any:
        value = self._left.pop(key, _MISSING)
        if value is _MISSING:
            if default is _MISSING:
                raise self.error(key, "is missing", f"add `{key} = …` ({called})")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            # What it is may be shown, and not the value: it may hold a password.
            what = f"must be {called}, not {_called(value)}"
            raise self.error(key, what, "correct its value")
        known = key_of(self._keys, self._key(key))
        if known and (wrong := known.unusable(value)):
            raise self.error(key, *wrong)
        return value

    def text(self, key: str, default: str = _MISSING) -> str:
        """Text without control characters, surrounding space removed."""
        value: str = self._take(key, str, default, 'text in "…"').strip()
        if any(ord(c) < 32 and c != "\n" for c in value):
            raise self.error(key, "has control characters", "remove them")
        return value

    def whole(self, key: str, default: int = _MISSING) -> int:
        """A whole number from 0."""
        value: int = self._take(key, int, default, "a whole number")
        if value < 0:
            raise self.error(key, "is negative", "use a number from 0")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value: bool = self._take(key, bool, _MISSING, "true or false")
        return value

    def texts(self, key: str, default: tuple[str, ...] = _MISSING) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key, list, default, 'a list of texts, ["…", "…"]')
        if any(not isinstance(item, str) for item in value):
            raise self.error(key, "must be a list of texts", 'write each item as "…"')
        return tuple(value)

    def day(self, key: str) -> dt.date | None:
        """A date, or None where the file says "unknown"."""
        value = self._take(key, (dt.date, str), _MISSING, 'a date (2027-03-01) or "unknown"')
        if value == "unknown":
            return None
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            raise self.error(key, f"is not a date: {value!r}", 'write 2027-03-01, or "unknown"')
        return value

    def moment(self, key: str) -> dt.datetime | None:
        """A time with an offset, or None where the file says "unknown"."""
        value = self._take(key, (dt.datetime, str), _MISSING, "a time with its offset")
        if value == "unknown":
            return None
        if not isinstance(value, dt.datetime) or value.tzinfo is None:
            raise self.error(key, f"is not a time: {value!r}", "write 2027-03-01T12:00:00Z")
        return value

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts; empty where it is missing."""
        value: dict[str, str] = self._take(key, dict, {}, "a table")
        if any(not isinstance(item, str) for item in value.values()):
            raise self.error(key, "must be a table of texts", 'write each value as "…"')
        return value

    def mappings(self, key: str) -> dict[str, dict[str, str]]:
        """The tables of texts inside a table, by name; none where it is missing."""
        inside = self.table(key)
        return {name: inside.mapping(name) for name in list(inside._left)}

    def table(self, key: str) -> Table:
        """A table inside this one; empty where it is missing."""
        values, path = self._take(key, dict, {}, "a table"), self._key(key)
        return Table(
            values, self._name, path, remedy=self._remedy, data=self._data, keys=self._keys
        )

    def tables(self, key: str) -> dict[str, Table]:
        """The tables inside a table, by name; none where it is missing."""
        inside = self.table(key)
        return {name: inside.table(name) for name in list(inside._left)}

    def done(self) -> None:
        """Ends the reading of this table.

        Raises:
            ConfigurationError: there is a key that was not read.
        """
        for key in self._left:
            shown = without_passwords(key)
            raise self.error(shown, "is not a key we know", "remove it or correct its spelling")


def _called(value: Any) -> str:
    """What kind of value a file has."""
    return next((called for kind, called in _KINDS if isinstance(value, kind)), "another value")
