"""The receiver: the built site, and the opt-out forms in it, on one port.

Reading never acts: whatever follows links, no GET or HEAD writes anything. A declaration is
answered only after it is on the disk. No cookie is set, and no query, which may hold a personal
link, is written to a log.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from time import monotonic, perf_counter, sleep
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.actions.send_receipts import send_receipts
from publisher.actions.workplace import Workplace
from publisher.errors import ServeError
from publisher.web.connections import Limits, listen, serve
from publisher.web.errors import Errors
from publisher.web.logbook import Logbook, keep
from publisher.web.openapi import OPENAPI, openapi
from publisher.web.opt_out import OptOutForms
from publisher.web.page import STATIC_POLICY
from publisher.web.probes import HEALTH, READY, Probes
from publisher.web.redirects import Site, to_the_slash
from publisher.web.renewal import SiteRenewal
from publisher.web.requests import REQUEST_PATHS, RequestForms
from publisher.web.rounds import Rounds
from publisher.web.visitors import ASKS, ASKS_OF_UNKNOWN, Proxies, Visitors

PAGE = "/{policy}/{number}/opt-out/"
"""The address of an opt-out page."""
TRANSLATED_PAGE = PAGE + "{language}/"
"""The address of one in another language than that of the authoritative text."""

PROJECT = "PUBLISHER_PROJECT"
"""In the environment of a server that starts the application itself: the project's folder."""
SERVERS_LOGS = ("uvicorn.access", "gunicorn.access", "hypercorn.access", "granian.access")
"""Where servers write the address of each visit, with its query."""

_log = logging.getLogger("publisher.web")


def application(
    workplace: Workplace,
    *,
    asks: str = ASKS,
    asks_of_unknown: str = ASKS_OF_UNKNOWN,
    renewed: bool = False,
) -> Starlette:
    """The built site with working forms, or the forms alone where `publisher.toml` says so.

    Args:
        workplace: whose site; `publisher build` made it.
        asks: the limit on one visitor's asking for links, as the `limits` library writes it.
        asks_of_unknown: the limit on all those together whose own address is not known.
        renewed: build the site anew when a day has begun since it was built.
    """
    visitors = Visitors(workplace.settings.trusted_proxies, asks, asks_of_unknown)
    visits = Visits()
    errors, receipts = Errors(workplace), Receipts(workplace, visits)
    renewal = SiteRenewal(workplace) if renewed else None
    site = Site(errors, directory=workplace.project.built, html=True, check_dir=False)
    forms = OptOutForms(workplace, visitors, errors, receipts.hasten)
    asked = RequestForms(workplace, visitors, errors, receipts.hasten)
    forms_only = workplace.settings.forms_only
    probes = Probes(workplace, forms_only=forms_only)
    app = Starlette(
        routes=[
            # Routes are tried one after the other, so what is asked for most stands first.
            Route(PAGE, forms.serve, methods=["GET", "POST"]),
            Route(TRANSLATED_PAGE, forms.serve, methods=["GET", "POST"]),
            Route(HEALTH, probes.health),
            Route(READY, probes.ready),
            Route(OPENAPI, _described),
            *_request_routes(asked),
            Route(PAGE.rstrip("/"), to_the_slash, methods=["GET", "POST"]),
            Route(TRANSLATED_PAGE.rstrip("/"), to_the_slash, methods=["GET", "POST"]),
            *([] if forms_only else [Mount("/", site)]),
        ],
        middleware=[
            Middleware(Proxies, visitors),
            Middleware(Manners, visits),
            Middleware(Framing, errors),
        ],
        exception_handlers={HTTPException: errors.refused, Exception: errors.failed},
        lifespan=partial(_running, receipts, renewal),
    )
    # Starlette would redirect to whatever host the request names.
    app.router.redirect_slashes = False
    return app


def create() -> Starlette:
    """The application for any server of ASGI that takes a factory: `publisher.web.app:create`.

    The project is the one in `PUBLISHER_PROJECT`, or that of the working directory. Several
    processes may serve one project: one at a time builds the site anew or sends receipts. The
    server's own log of visits is switched off, for it would hold personal links; ours goes to
    standard error.

    Raises:
        ConfigurationError: there is no project there, or the key of personal links is missing.
    """
    workplace = Workplace.find(Path(os.environ.get(PROJECT) or "."))
    _ = workplace.keys
    keep(Logbook())
    for name in SERVERS_LOGS:
        logging.getLogger(name).disabled = True
    return application(workplace, renewed=not workplace.settings.forms_only)


async def _described(request: Request) -> Response:
    """The description of the forms, for programs."""
    paths = (route.path for route in request.app.routes if isinstance(route, Route))
    return JSONResponse(openapi([path for path in paths if path.endswith("/")]))


def _request_routes(forms: RequestForms) -> Iterator[Route]:
    """Those of the pages for requests, in each language."""
    for page in REQUEST_PATHS:
        for path in (page, f"{page}{{language}}/"):
            yield Route(path, forms.serve, methods=["GET", "POST"])
            yield Route(path.rstrip("/"), to_the_slash, methods=["GET", "POST"])


def run(
    workplace: Workplace,
    host: str,
    port: int,
    *,
    limits: Limits | None = None,
    app: ASGIApp | None = None,
    listening: Callable[[], None] = lambda: None,
) -> None:
    """Serves until it is stopped.

    Args:
        workplace: whose site.
        host: an address of this machine.
        port: where to listen.
        limits: what each visitor may take.
        app: the application; by default that of the workplace.
        listening: told once connections are accepted.

    Raises:
        ServeError: the address is taken, or is not this machine's.
        ConfigurationError: the key of personal links is missing; better now than for a customer.
    """
    _ = workplace.keys
    app = app or application(workplace)
    accepting = listen(host, port)
    keep(Logbook())
    listening()
    serve(app, accepting, limits or Limits())


def require_servable(workplace: Workplace, host: str, port: int, *, built: bool) -> None:
    """Refuses what could not be served, before anything is built for it.

    Args:
        workplace: whose site.
        host: an address of this machine.
        port: where to listen.
        built: the site is served as it was built.

    Raises:
        ServeError: the address is taken or not this machine's, or there is no built site.
        ConfigurationError: the key of personal links is missing.
    """
    if built and not (workplace.project.built / "index.html").is_file():
        raise ServeError(
            "the site was not built yet, and --no-build builds none",
            where=str(workplace.project.built),
            remedy="publisher build, or leave out --no-build",
        )
    _ = workplace.keys
    listen(host, port).close()


@asynccontextmanager
async def _running(
    receipts: Receipts, renewal: SiteRenewal | None, app: Starlette
) -> AsyncIterator[None]:
    """The time in which the application runs."""
    async with receipts.lifespan(app):
        if renewal:
            renewal.start()
        try:
            yield
        finally:
            if renewal:
                await run_in_threadpool(renewal.stop)


class Visits:
    """The requests that are being answered."""

    under_way = 0
    """How many."""


MANY = 4
"""Visitors who wait at a time, from which on no letter is written beside."""
COURTESY = 0.25
"""Seconds for which a letter gives way to them at most: letters go out however many there are."""


class Receipts:
    """Sends what receipts are owed, as long as the application runs."""

    def __init__(self, workplace: Workplace, visits: Visits) -> None:
        self._workplace, self._visits = workplace, visits
        self._rounds: Rounds | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """The time in which the application runs."""
        self._rounds = rounds = Rounds(self._send)
        rounds.start()
        try:
            yield
        finally:
            await run_in_threadpool(rounds.stop)

    def hasten(self) -> None:
        """The next round begins now; nothing happens where the application does not run."""
        if self._rounds:
            self._rounds.hasten()

    def _send(self) -> None:
        done = send_receipts(self._workplace, self._give_way)
        if done.trouble and done.left:
            _log.warning("%d receipts wait: %s", done.left, done.trouble)
        elif done.trouble:
            _log.warning("%s", done.trouble)

    def _give_way(self) -> None:
        end = monotonic() + COURTESY
        while self._visits.under_way >= MANY and monotonic() < end:
            sleep(COURTESY / 25)


class Manners:
    """Headers that every answer has, and a line in the log for each request, without its query."""

    def __init__(self, app: ASGIApp, visits: Visits) -> None:
        self._app, self._visits = app, visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 500

        async def mannered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _mannered(message["headers"])
            await send(message)

        self._visits.under_way += 1
        try:
            await self._app(scope, receive, mannered)
        finally:
            self._visits.under_way -= 1
            took = (perf_counter() - start) * 1000
            _log.info("%s %s %d %.0f ms", scope["method"], _address(scope), status, took)


_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
}
_POLICY = b"content-security-policy"


def _mannered(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with those that every answer has."""
    own = [one for one in headers if one[0] not in _ALWAYS]
    if all(name != _POLICY for name, _ in own):
        own.append((_POLICY, STATIC_POLICY.encode()))
    return [*own, *_ALWAYS.items()]


_QUERY = re.compile(r"[?=;&]|%3[fFdD]")
_NAMED_HOST = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)


def _address(scope: Scope) -> str:
    """The path of a request as it may be logged.

    Mail programs break links, so what may be a query that lost its question mark is left out too.
    """
    raw: bytes = scope.get("raw_path") or b""
    return _QUERY.split(raw.decode("ascii", "replace"), maxsplit=1)[0]


class Framing:
    """Sees the target and the end of a request where a proxy before us sees them (RFC 9112)."""

    def __init__(self, app: ASGIApp, errors: Errors) -> None:
        self._app, self._errors = app, errors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] == "http" and _two_ends(scope):
            answer = await self._errors.answer(400, scope)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
        else:
            await self._app(_origin_form(scope), receive, send)


def _two_ends(scope: Scope) -> bool:
    """Whether a body has a length and chunks, or chunks before there were any (RFC 9112 §6.1)."""
    names = [name for name, _ in scope["headers"]]
    old = scope["http_version"] == "1.0"
    return b"transfer-encoding" in names and (old or b"content-length" in names)


def _origin_form(scope: Scope) -> Scope:
    """The request with its path alone, where it names the host as well (RFC 9112 §3.2.2)."""
    named = _NAMED_HOST.match(scope.get("raw_path") or b"")
    if not named:
        return scope
    raw = scope["raw_path"][named.end() :] or b"/"
    return {**scope, "path": unquote(raw.decode("ascii")), "raw_path": raw}
