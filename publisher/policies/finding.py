"""What `check`, `verify` and other commands report: where, what is wrong, and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from publisher.errors import PublisherError

FINDINGS_FORM = "urn:policy-publisher:findings:1"
"""The `$id` of its JSON Schema, `docs/findings.schema.json`."""
FINDING_COLUMNS = ("severity", "place", "line", "what", "remedy")
"""Of the CSV file; JSON has the same keys."""


class Severity(StrEnum):
    """How serious a finding is."""

    ERROR = "error"
    CUE = "review"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or that a person should look at."""

    severity: Severity
    place: str
    """A path from the project's root, or what else it is about, such as `this clone`."""
    line: int
    """From 1; 0: the place as a whole."""
    what: str
    remedy: str = ""

    @classmethod
    def from_error(cls, error: PublisherError) -> Finding:
        """The finding for an error met while reading."""
        place, _, line = error.where.rpartition(":")
        if not line.isdigit():
            place, line = error.where, "0"
        return cls(Severity.ERROR, place, int(line), error.what, error.remedy)

    @property
    def where(self) -> str:
        """`policy/privacy/contact.md:3`."""
        return f"{self.place}:{self.line}" if self.line else self.place

    def values(self) -> Mapping[str, object]:
        """For programs: as `docs/findings.schema.json` has it."""
        return {
            "severity": self.severity.name.lower(),
            "place": self.place,
            "line": self.line or None,
            "what": self.what,
            "remedy": self.remedy,
        }

    @property
    def rank(self) -> tuple[bool, str, int]:
        """Sorts findings: errors first, then by place and line."""
        return self.severity is not Severity.ERROR, self.place, self.line
