"""The answers to requests that no page answers: a page all the same, in the reader's language."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from publisher.actions.tell_error import tell_error
from publisher.actions.workplace import Workplace
from publisher.web.page import STATIC_POLICY

_AGAIN = "300"
"""Seconds after which to try again what does not work now."""


class Errors:
    """Answers where something went wrong at a project's receiver."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def answer(self, status: int, scope: Scope) -> Response:
        """An answer with a page that says what went wrong.

        Args:
            status: of HTTP.
            scope: of the request (ASGI 3).
        """
        asked = Request(scope).headers.get("accept-language", "")
        page = await run_in_threadpool(tell_error, self._workplace, status, scope["path"], asked)
        response = HTMLResponse(str(page), status)
        response.headers["Content-Security-Policy"] = STATIC_POLICY
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept-Language"
        response.headers["X-Robots-Tag"] = "noindex"
        if status == 503:
            response.headers["Retry-After"] = _AGAIN
        return response

    async def refused(self, request: Request, error: Exception) -> Response:
        """The answer to a request that was refused with a status."""
        assert isinstance(error, HTTPException)
        response = await self.answer(error.status_code, request.scope)
        response.headers.update(error.headers or {})
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """The answer where this program failed; the server's log has the fault."""
        response = await self.answer(500, request.scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response
