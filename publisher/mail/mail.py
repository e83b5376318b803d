"""A mail that was read: what it says, to whom, and what casts doubt on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mail:
    """What a message says; whether that is an opt-out is decided elsewhere."""

    subject: str
    """Decoded, one line, without control characters."""
    texts: tuple[str, ...]
    """What it says, once for each version of its text, such as plain text and HTML.

    Lines that a mail program marked as quoted begin with `> `. Empty texts are left out.
    """
    addresses: tuple[str, ...]
    """Its addressees, most reliable first: envelope, Delivered-To, X-Original-To, To, Cc."""
    sender: str
    """The address in From, which anybody can forge."""
    automatic: str
    """Why it must not get an automatic answer (RFC 3834 §2); empty: it may."""
    report: bool
    """Whether it is a mail server's report about a delivery (RFC 3464)."""
    id: str
    """Its Message-ID, as written."""
    doubt: str
    """Why its words may not be what its writer meant to say; empty: no reason."""
    files: tuple[str, ...]
    """Names of the attached files, forms included."""
    pdfs: int
    """How many of these are PDFs, which might be forms."""
    cut: bool
    """Whether it was too large, so that only its header and first text were read."""
