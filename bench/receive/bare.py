"""What forms are measured against: uvicorn alone, with an application that gives one answer.

python bench/receive/bare.py PORT BYTES
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

PORT, BYTES = (int(word) for word in sys.argv[1:])
BODY = b"x" * BYTES
HEADERS = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(BYTES).encode())]


async def answer(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """One request (ASGI 3), which is read to its end."""
    del scope
    message: Any = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
    await send(
        {"type": "http.response.start", "status": 200, "headers": HEADERS, "trailers": False}
    )
    await send({"type": "http.response.body", "body": BODY, "more_body": False})


if __name__ == "__main__":
    uvicorn.run(
        answer,
        host="127.0.0.1",
        port=PORT,
        http="h11",
        loop="asyncio",
        lifespan="off",
        log_level="error",
        access_log=False,
    )
