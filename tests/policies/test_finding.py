"""Findings: where they are, in which order, and made of an error."""

from __future__ import annotations

from publisher.errors import ConfigurationError
from publisher.policies.finding import Finding, Severity


def test_a_line_is_named_where_there_is_one() -> None:
    assert Finding(Severity.CUE, "a.md", 3, "x").where == "a.md:3"
    assert Finding(Severity.CUE, "a.md", 0, "x").where == "a.md"


def test_errors_come_first_then_places_and_lines() -> None:
    ordered = [
        Finding(Severity.ERROR, "b.md", 2, "x"),
        Finding(Severity.ERROR, "b.md", 10, "x"),
        Finding(Severity.CUE, "a.md", 1, "x"),
        Finding(Severity.CUE, "this clone", 0, "x"),
    ]
    mixed = ordered[::-1]
    assert sorted(mixed, key=lambda finding: finding.rank) == ordered


def test_an_error_becomes_a_finding_at_its_line() -> None:
    error = ConfigurationError("x", where="policy/a.toml:7", remedy="y")
    assert Finding.from_error(error) == Finding(Severity.ERROR, "policy/a.toml", 7, "x", "y")
    whole = Finding.from_error(ConfigurationError("x", where="policy/a.toml"))
    assert (whole.place, whole.line) == ("policy/a.toml", 0)
