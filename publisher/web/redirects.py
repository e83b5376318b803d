"""The built site, and the one redirect there is: from an address without its slash to the page.

A redirect is a relative reference (RFC 9110 §10.2.2). It names no host, so none that a request
names gets into it, and it holds behind a proxy that serves the site over https or under a prefix.
"""

from __future__ import annotations

import errno
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from publisher.web.errors import Errors

_NO_NAME = (errno.ELOOP, errno.ENOTDIR, errno.EINVAL, errno.EILSEQ)
"""What the system says of a path that cannot be that of a page."""


async def to_the_slash(request: Request) -> Response:
    """Redirects to the same address with a slash behind it, and to the same query.

    The method and the body are kept (RFC 9110 §15.4.9), so that no form is lost on the way. As the
    query may hold a personal link, nobody keeps the redirect.
    """
    return _slashed(request.scope)


def _slashed(scope: Scope) -> Response:
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    last = unquote_to_bytes(raw.partition(b"?")[0].rpartition(b"/")[2])
    # The dot keeps a name with a colon from being read as a scheme, and what follows it from
    # being read as a host.
    target = f"./{quote(last, safe='')}/"
    if query := scope["query_string"].decode("latin-1"):
        target += f"?{query}"
    return RedirectResponse(target, 308, {"Cache-Control": "no-store"})


class Site(StaticFiles):
    """The files of the built site, which may not be built yet, or just now be built anew."""

    def __init__(self, errors: Errors, **options: Any) -> None:
        """Args:
        errors: answers where there is no such file.
        options: those of Starlette.
        """
        super().__init__(**options)
        self._errors = errors

    async def check_config(self) -> None:
        """A site that is not there has no pages; Starlette would fail every request."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, the index of a folder, or the page that says that there is none."""
        try:
            response = await super().get_response(path, scope)
        except OSError as error:
            raise HTTPException(404 if error.errno in _NO_NAME else 503) from error
        except HTTPException as error:
            # Nobody can sign in here to see what the receiver itself may not read.
            raise HTTPException(404) if error.status_code == 401 else error from None
        if response.status_code == 404:
            return await self._errors.answer(404, scope)
        return _slashed(scope) if isinstance(response, RedirectResponse) else response
