"""Files of evidence as they lie on a disk: a stranger's, as JSON or as a PDF that has it inside."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from publisher.answers.evidence_attachment import PDF_BEGINS, evidence_of_pdf
from publisher.edges.confined import Exceeded, confined
from publisher.errors import FormError, NotFoundError, OutputError

LARGEST_PDF = 20_000_000
"""Limit on a PDF of evidence, and on the JSON inside it, in bytes."""
_CPU_SECONDS, _MEMORY = 10.0, 500_000_000
_ASK = "ask whoever gave you the file for another"


@dataclass(frozen=True)
class EvidenceFile:
    """A file of evidence."""

    data: bytes
    """The JSON."""
    pdf: bytes = b""
    """The PDF that it was in; empty: the file is JSON."""


def read_evidence_file(path: Path) -> EvidenceFile:
    """A file of evidence; a PDF is read in a process of its own, with limits on time and memory.

    Raises:
        NotFoundError: there is none, or it is a PDF that does not have the evidence inside.
        OSError: no process could be started; nothing is wrong with the file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFoundError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if not data.startswith(PDF_BEGINS):
        return EvidenceFile(data)
    what = f"is larger than {LARGEST_PDF:,} bytes"
    if len(data) <= LARGEST_PDF:
        try:
            inside, what = confined(_attached, data, cpu_seconds=_CPU_SECONDS, memory=_MEMORY)
        except Exceeded as exceeded:
            what = f"cannot be read within the limits: {exceeded}"
        if not what:
            return EvidenceFile(base64.b64decode(inside), data)
    raise NotFoundError(f"this PDF {what}", where=str(path), remedy=_ASK)


def _attached(data: bytes) -> tuple[str, str]:
    """The JSON inside a PDF, in base64, and why there is none."""
    try:
        found = evidence_of_pdf(data)
    except FormError as error:
        return "", error.what
    if len(found) > LARGEST_PDF:
        return "", f"has more than {LARGEST_PDF:,} bytes inside"
    return base64.b64encode(found).decode(), ""


def require_nothing_there(place: Path) -> None:
    """Refuses to write over something.

    Raises:
        OutputError: something is there.
    """
    if place.exists() or place.is_symlink():
        raise OutputError(
            "there is something already, and nothing is written over",
            where=str(place),
            remedy=f"name another: FILE{place.suffix or '.json'}",
        )
