"""Forms that are posted, read within limits."""

from __future__ import annotations

import asyncio
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

LARGEST_BODY = 65_536
"""Bytes of a form that is posted: what a customer may write, each character as twelve bytes."""
SLOWEST_BODY = 10
"""Seconds that a form may take to arrive."""
MOST_FORM_FIELDS = 8
"""Fields of a form."""


async def posted_fields(request: Request) -> dict[str, str] | int:
    """The fields of a posted form, or the HTTP status that says why they were not read."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        kind = ""
    body = b""
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    return 413
    except TimeoutError:
        return 408
    except ClientDisconnect:
        return 400
    if kind == "application/x-www-form-urlencoded":
        return _fields(body)
    if kind == "multipart/form-data":
        return _parts(request.headers["content-type"], body)
    return 415


def _parts(kind: str, body: bytes) -> dict[str, str] | int:
    """The fields of a form in parts (RFC 7578), as some mail programs post them (RFC 8058 §3.2)."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts or len(parts) > MOST_FORM_FIELDS:
        return 400
    try:
        pairs = [
            (part.get_param("name", "", "content-disposition"), part.get_content())
            for part in parts
        ]
    except (KeyError, LookupError, ValueError):
        return 400
    fields = {
        str(name): value.removesuffix("\n") for name, value in pairs if isinstance(value, str)
    }
    return fields if len(fields) == len(pairs) else 400


def _fields(body: bytes) -> dict[str, str] | int:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FORM_FIELDS)
    except ValueError:
        return 400
    fields = dict(pairs)
    # A field that is there twice says two things, and nobody may choose which was meant.
    return fields if len(fields) == len(pairs) else 400
