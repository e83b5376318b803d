"""Forms that are posted, read within limits."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

LARGEST_BODY = 8_192
"""Bytes of a form that is posted."""
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
    return _fields(body) if kind == "application/x-www-form-urlencoded" else 415


def _fields(body: bytes) -> dict[str, str] | int:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FORM_FIELDS)
    except ValueError:
        return 400
    fields = dict(pairs)
    # A field that is there twice says two things, and nobody may choose which was meant.
    return fields if len(fields) == len(pairs) else 400
