"""What a check tells: where, what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from publisher.errors import PublisherError


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    CUE = "review"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `check` found."""

    severity: Severity
    file: str
    line: int
    """From 1; 0: the file as a whole."""
    what: str
    remedy: str

    @property
    def where(self) -> str:
        """`policy/privacy/contact.md:3`."""
        return f"{self.file}:{self.line}" if self.line else self.file


def from_error(error: PublisherError) -> Finding:
    """The finding for an error met while reading."""
    file, _, line = error.where.rpartition(":")
    if not line.isdigit():
        file, line = error.where, "0"
    return Finding(Severity.ERROR, file, int(line), error.what, error.remedy)
