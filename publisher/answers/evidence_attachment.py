"""Evidence as a PDF: the JSON that travels inside it."""

from __future__ import annotations

import io

from publisher.errors import FormError

EVIDENCE_FILE = "evidence.json"
"""What the JSON is called inside the PDF."""
PDF_BEGINS = b"%PDF-"
"""The first bytes of a PDF (ISO 32000-1 §7.5.2)."""


def evidence_of_pdf(data: bytes) -> bytes:
    """The JSON that is attached to a PDF of evidence.

    Whether the pages say the same is another question. What a stranger sent is read only in a
    process with limits: two kilobytes can unpack to gigabytes.

    Args:
        data: the PDF.

    Raises:
        FormError: it is no PDF, a damaged one, or one that has not just this file attached.
        MemoryError, RecursionError: it takes more than the process may have.
    """
    from pikepdf import open as opened

    try:
        # Of a damaged file each program makes something else.
        with opened(io.BytesIO(data), attempt_recovery=False) as pdf:
            names = list(pdf.attachments)
            found = pdf.attachments[EVIDENCE_FILE].get_file() if names == [EVIDENCE_FILE] else None
            inside = found.read_bytes() if found else b""
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        # A file from outside may hold anything, and so fail to read in any way.
        raise FormError("is not a PDF that can be read") from error
    if found is None:
        what = f"has {len(names)} files attached" if names else "has no file attached"
        raise FormError(f"{what}, where a PDF of evidence has {EVIDENCE_FILE} alone")
    return inside
