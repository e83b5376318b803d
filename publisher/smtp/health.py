"""What is looked at before letters go out, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DOCTOR_FORM = "urn:policy-publisher:doctor:1"
"""The `$id` of its JSON Schema, `docs/doctor.schema.json`."""
DOCTOR_COLUMNS = ("check", "health", "what", "remedy")
"""Of the CSV file; JSON has the same keys."""


class Health(StrEnum):
    """How it stands with something that letters need."""

    FOUND = "found"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """Nobody can tell from here."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Something that letters need, and whether it is there."""

    name: str
    health: Health
    what: str
    remedy: str = ""
    """How it is mended, or found out; empty: there is nothing to do."""

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        return (self.name, self.health, self.what)

    def values(self) -> Mapping[str, str]:
        """For programs: as `docs/doctor.schema.json` has it."""
        return {
            "check": self.name,
            "health": self.health.value,
            "what": self.what,
            "remedy": self.remedy,
        }


def found(name: str, what: str) -> Checked:
    """Something that is there."""
    return Checked(name, Health.FOUND, what)


def lacking(name: str, what: str, remedy: str) -> Checked:
    """Something that is not, or not as letters need it."""
    return Checked(name, Health.MISSING, what, remedy)


def unknown(name: str, what: str, remedy: str = "") -> Checked:
    """Something of which nobody can tell from here."""
    return Checked(name, Health.UNKNOWN, what, remedy)
