"""Reading TOML: every error names the file, the whole path of the key, and the remedy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from publisher.errors import ConfigurationError
from publisher.policies.toml import Table, parse_toml


def table(text: str) -> Table:
    return Table(parse_toml(text.encode(), "x.toml"), "x.toml")


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'a = "b"\nc = \xff\n', "x.toml:2"),
        (b"a = 1\nb = [\nc = 2\n", "x.toml:3"),
        (b"a =", "x.toml:1"),
        (b"a = 1\nb = " + b"9" * 5_000 + b"\n", "x.toml:3"),
        (b"a = " + b"[" * 100_000, "x.toml"),
        (b"a = " + b"{b = " * 100_000, "x.toml"),
        (b"b = 1\na" + b".a" * 20_000 + b" = 1", "x.toml:2"),
        (b"b = 1\n[a" + b' . "a"' * 20_000 + b"]", "x.toml:2"),
        (b"b = {a" + b".a" * 20_000 + b" = 1}", "x.toml:1"),
    ],
    ids=["bytes", "line", "end", "digits", "lists", "tables", "dots", "heading", "inner dots"],
)
def test_what_is_not_toml_is_refused_with_its_line(data: bytes, where: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_toml(data, "x.toml")
    assert refused.value.where == where
    assert refused.value.remedy


READ: dict[str, tuple[str, Callable[[Table], Any], Any]] = {
    "text": ('k = " a "', lambda t: t.text("k"), "a"),
    "a default": ("", lambda t: t.text("k", "d"), "d"),
    "a number": ("k = 3", lambda t: t.whole("k"), 3),
    "texts": ('k = ["a", "b"]', lambda t: t.texts("k"), ("a", "b")),
    "a day": ("k = 2027-03-01", lambda t: t.day("k"), dt.date(2027, 3, 1)),
    "an unknown day": ('k = "unknown"', lambda t: t.day("k"), None),
    "a moment": (
        "k = 2027-03-01T12:00:00Z",
        lambda t: t.moment("k"),
        dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC),
    ),
    "an unknown moment": ('k = "unknown"', lambda t: t.moment("k"), None),
    "a mapping": ('k = {a = "b"}', lambda t: t.mapping("k"), {"a": "b"}),
}


@pytest.mark.parametrize("name", READ)
def test_a_value_is_read_once(name: str) -> None:
    text, read, expected = READ[name]
    found = table(text)
    assert read(found) == expected
    assert not found.has("k")
    found.done()


REFUSED: dict[str, tuple[str, Callable[[Table], Any], str]] = {
    "a missing key": ("", lambda t: t.text("k"), "`k` is missing"),
    "a number for text": ("k = 1", lambda t: t.text("k"), "`k` must be text"),
    "a control character": (r'k = "a\u0007"', lambda t: t.text("k"), "`k` has control characters"),
    "true for a number": ("k = true", lambda t: t.whole("k"), "`k` must be a whole number"),
    "a negative number": ("k = -1", lambda t: t.whole("k"), "`k` is negative"),
    "a list of numbers": ("k = [1]", lambda t: t.texts("k"), "`k` must be a list of texts"),
    "a day with a time": ("k = 2027-03-01T12:00:00Z", lambda t: t.day("k"), "`k` is not a date"),
    "another word for a day": ('k = "soon"', lambda t: t.day("k"), "`k` is not a date"),
    "a time without offset": ("k = 2027-03-01T12:00:00", lambda t: t.moment("k"), "not a time"),
    "numbers in a mapping": ("k = {a = 1}", lambda t: t.mapping("k"), "`k` must be a table of"),
    "a key inside a table": ("[k.l]\nm = 1", lambda t: t.tables("k")["l"].text("m"), "`k.l.m`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_another_kind_of_value_is_refused_with_its_key(name: str) -> None:
    text, read, what = REFUSED[name]
    with pytest.raises(ConfigurationError, match=what) as refused:
        read(table(text))
    assert refused.value.where == "x.toml"
    assert refused.value.remedy


def test_a_key_that_nobody_read_is_refused() -> None:
    found = table('[a]\nknown = "x"\nknwon = "x"')
    inner = found.table("a")
    inner.text("known")
    with pytest.raises(ConfigurationError, match=r"`a\.knwon`"):
        inner.done()
    found.done()
