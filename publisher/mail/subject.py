"""The subject of a message, read from its first bytes alone, for lists."""

from __future__ import annotations

import re

from publisher.mail import mime

HEAD_READ = 1 << 16
"""Bytes of a message that are read for its subject: the header stands in them, or it has none."""
_HEAD = re.compile(rb"\A.*?(?=\r?\n\r?\n|\Z)", re.DOTALL)
_SUBJECT = re.compile(rb"(?:\A|\n)subject[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE)


def subject_in(head: bytes) -> str:
    """What a message says that it is about, on one line; empty: it says nothing.

    Nothing else of it is read, and no more than a field may be long, so it needs no process of its
    own.

    Args:
        head: the message, or its first `HEAD_READ` bytes.
    """
    header = _HEAD.search(head[:HEAD_READ])
    found = _SUBJECT.search(header[0] if header else b"")
    if found is None:
        return ""
    value = found[1][: mime.LONGEST_FIELD].decode("utf-8", "surrogateescape")
    return mime.decoded(value)
