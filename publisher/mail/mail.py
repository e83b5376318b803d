"""A mail that came in, as a plain value: what it says, to whom, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mail:
    """What a message says. Whether that is an opt-out, this does not decide."""

    subject: str
    """Decoded, one line, without control characters."""
    texts: tuple[str, ...]
    """What it says, once for each way in which it says it: as plain text, and as HTML.

    Lines that a mail program marked as quoted begin with `> `. Empty texts are left out.
    """
    addresses: tuple[str, ...]
    """Whom it was for, most certain first: envelope, Delivered-To, X-Original-To, To, Cc."""
    sender: str
    """The address in From; anybody can claim any."""
    automatic: str
    """Why it is not to be answered by a machine (RFC 3834 §2); empty: nothing says so."""
    report: bool
    """Whether it is a mail server's report about a delivery (RFC 3464)."""
    id: str
    """Its Message-ID, as it says."""
    doubt: str
    """Why its words cannot be taken as what its writer plainly said; empty: nothing."""
    files: tuple[str, ...]
    """Names of the attached files, forms included."""
    pdfs: int
    """How many of these are PDFs that might be forms."""
    cut: bool
    """Whether it is so large that only its header and its first text were read."""
