"""The receiver: the built site, and the opt-out forms in it, on one port.

Reading never acts: whatever follows links, no GET or HEAD writes anything. A declaration is
answered only after it is on the disk. No cookie is set, and no query, which may hold a personal
link, is written to a log.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from urllib.parse import parse_qsl, unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.actions.declaring import Bearer, ask_for_link, bearer_of, form_view, record
from publisher.actions.receipts import send_receipts
from publisher.answers.opt_out_page import (
    ACTION_FIELD,
    ADDRESS_FIELD,
    LONGEST_ADDRESS,
    TOKEN_FIELD,
    Said,
    personal_form,
    said,
)
from publisher.edges import archive
from publisher.edges.clock import Clock
from publisher.edges.project import Project
from publisher.edges.shell import STATIC_POLICY, OptOutPage
from publisher.errors import LedgerError, NotFoundError, SealError, TokenError, TooOftenError
from publisher.letters.fields import fill
from publisher.markup.html import clauses_html
from publisher.people.requests import RequestKind
from publisher.policies.policy import POLICY_ID
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.web.connections import Limits, listen, serve
from publisher.web.logbook import Logbook, keep
from publisher.web.redirects import Site, to_the_slash
from publisher.web.rounds import Rounds
from publisher.web.visitors import ASKS, ASKS_OF_UNKNOWN, Proxies, Visitors

LARGEST_BODY = 8_192
"""Bytes of a form that is posted."""
SLOWEST_BODY = 10
"""Seconds that a form may take to arrive."""
PAGE = "/{policy}/{number}/opt-out/"
"""The address of an opt-out page."""

NOT_NOW = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>Try again later</title></head>'
    "<body><main><h1>This form does not work at the moment</h1>"
    "<p>Nothing was recorded. Please try again later: your link stays valid.</p>"
    "</main></body></html>"
)
"""What the form says while the release it is about is not as it was sealed."""

log = logging.getLogger("publisher.web")


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def application(
    project: Project,
    *,
    clock: Clock = _utc_now,
    asks: str = ASKS,
    asks_of_unknown: str = ASKS_OF_UNKNOWN,
) -> Starlette:
    """The built site with working forms.

    Args:
        project: whose site; `publisher build` made it.
        clock: the time, with its offset.
        asks: the limit on one visitor's asking for links, as the `limits` library writes it.
        asks_of_unknown: the limit on all those together whose own address is not known.
    """
    visitors = Visitors(project.settings.trusted_proxies, asks, asks_of_unknown)
    desk = Desk(project, clock, visitors)
    app = Starlette(
        routes=[
            Route(PAGE, desk.serve, methods=["GET", "POST"]),
            Route(PAGE.rstrip("/"), to_the_slash, methods=["GET", "POST"]),
            Mount("/", Site(directory=project.built, html=True, check_dir=False)),
        ],
        middleware=[Middleware(Proxies, visitors), Middleware(Manners), Middleware(Framing)],
        lifespan=desk.lifespan,
    )
    # Starlette would redirect to whatever host the request names.
    app.router.redirect_slashes = False
    return app


def run(
    project: Project,
    host: str,
    port: int,
    *,
    limits: Limits | None = None,
    app: ASGIApp | None = None,
) -> None:
    """Serves until it is stopped.

    Args:
        project: whose site.
        host: an address of this machine.
        port: where to listen.
        limits: what each visitor may take.
        app: the application; by default that of the project.

    Raises:
        ServeError: the address is taken, or is not this machine's.
        ConfigurationError: the key of personal links is missing; better now than for a customer.
    """
    _ = project.keys
    app = app or application(project)
    listening = listen(host, port)
    keep(Logbook())
    serve(app, listening, limits or Limits())


class Desk:
    """Takes declarations at the opt-out pages of a project."""

    def __init__(self, project: Project, clock: Clock, visitors: Visitors) -> None:
        self._project, self._clock, self._visitors = project, clock, visitors
        self._rounds: Rounds | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Sends what receipts are owed, as long as the application runs."""
        self._rounds = rounds = Rounds(self._send_receipts)
        rounds.start()
        try:
            yield
        finally:
            await run_in_threadpool(rounds.stop)

    def _send_receipts(self) -> None:
        answers = send_receipts(self._project, self._clock)
        if answers.trouble:
            log.warning("%d receipts wait: %s", answers.left, answers.trouble)

    async def serve(self, request: Request) -> Response:
        """The opt-out page: shown on GET and HEAD, acted on by POST alone."""
        try:
            return await self._serve(request)
        except SealError as error:
            # Nobody is shown, and nothing is recorded about, what is not as it was published.
            log.error("%s: %s", error.where, error.what)
            return HTMLResponse(NOT_NOW, 503, {"Retry-After": "300", "Cache-Control": "no-store"})

    async def _serve(self, request: Request) -> Response:
        policy_id, number = (
            request.path_params["policy"],
            Number.parse(request.path_params["number"]),
        )
        release = await run_in_threadpool(self._release, policy_id, number)
        if release is None or str(number) != request.path_params["number"]:
            return await self._not_here(request)
        page = OptOutPage(self._project, release)
        try:
            if request.method == "POST":
                return await self._post(request, page)
            token = request.query_params.get(TOKEN_FIELD, "")
            return await run_in_threadpool(self._show, page, token)
        except TokenError:
            return page.says(said(release, Said.BAD_LINK), 404)
        except LedgerError as error:
            log.error("ledger: %s", error.what)
            return page.says(said(release, Said.NOT_RECORDED), 503, {"Retry-After": "60"})

    def _release(self, policy_id: str, number: Number | None) -> Release | None:
        if number is None or not POLICY_ID.fullmatch(policy_id):
            return None
        try:
            release = archive.release(self._project, policy_id, number)
        except NotFoundError:
            return None
        return release if release.opt_out else None

    async def _not_here(self, request: Request) -> Response:
        if request.method == "POST":
            return HTMLResponse("<!doctype html><title>Not found</title><p>Not found.", 404)
        site = Site(directory=self._project.built, html=True, check_dir=False)
        return await site.get_response("404", request.scope)

    def _show(self, page: OptOutPage, token: str) -> Response:
        if not token:
            return page.public()
        bearer = self._bearer(page, token)
        view = form_view(bearer, self._project, self._clock())
        return page.says(personal_form(bearer.window, view))

    def _bearer(self, page: OptOutPage, token: str) -> Bearer:
        bearer = bearer_of(self._project, token)
        if bearer.release.name != page.release.name:
            raise TokenError("this link belongs to another release")
        return bearer

    async def _post(self, request: Request, page: OptOutPage) -> Response:
        fields = await _fields(request)
        if isinstance(fields, int):
            reason = Said.TOO_LARGE if fields == 413 else Said.NOT_UNDERSTOOD
            return page.says(said(page.release, reason), fields)
        if token := fields.get(TOKEN_FIELD, ""):
            return await run_in_threadpool(self._declare, page, token, fields.get(ACTION_FIELD, ""))
        if address := fields.get(ADDRESS_FIELD, "").strip():
            client = request.client.host if request.client else ""
            return await run_in_threadpool(self._ask, page, address, client)
        return page.says(said(page.release, Said.NOT_UNDERSTOOD), 400)

    def _declare(self, page: OptOutPage, token: str, action: str) -> Response:
        bearer = self._bearer(page, token)
        if action not in (RequestKind.OPT_OUT, RequestKind.WITHDRAW):
            return page.says(said(page.release, Said.NOT_UNDERSTOOD), 400)
        evidence = {"form": page.release.name, "pressed": action}
        try:
            receipt = record(self._project, bearer, RequestKind(action), self._clock, evidence)
        except TooOftenError:
            again = {"Retry-After": "86400"}
            return page.says(said(page.release, Said.CHANGED_TOO_OFTEN), 429, again)
        # The page has its heading already, so that of the receipt goes one level down.
        own = f"./?{TOKEN_FIELD}={token.strip().lower()}"
        text = fill(f"#{receipt.text}", {"opt_out_link": own})
        if self._rounds:
            self._rounds.hasten()
        return page.says(clauses_html(parse(text)))

    def _ask(self, page: OptOutPage, address: str, client: str) -> Response:
        if not self._visitors.may_ask(client):
            return page.says(said(page.release, Said.TOO_OFTEN), 429, {"Retry-After": "3600"})
        release = page.release
        if len(address) <= LONGEST_ADDRESS and address.isprintable():
            # The letter goes out with the next round: no stranger sets when the relay is called.
            ask_for_link(self._project, release.policy.id, release.number, address, self._clock)
        return page.says(said(release, Said.ASKED))


async def _fields(request: Request) -> dict[str, str] | int:
    """The fields of a posted form, or the status that says why they were not read."""
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
    if kind != "application/x-www-form-urlencoded":
        return 415
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=8)
    except ValueError:
        return 400
    fields = dict(pairs)
    # A field that is there twice says two things, and nobody may choose which was meant.
    return fields if len(fields) == len(pairs) else 400


class Manners:
    """Headers that every answer has, and a line in the log for each request, without its query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", STATIC_POLICY)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
            await send(message)

        try:
            await self._app(scope, receive, mannered)
        finally:
            took = (perf_counter() - start) * 1000
            log.info("%s %s %d %.0f ms", scope["method"], _address(scope), status, took)


def _address(scope: Scope) -> str:
    """The path of a request as it may be logged.

    Mail programs break links, so what may be a query that lost its question mark is left out too.
    """
    raw: bytes = scope.get("raw_path") or b""
    return re.split(r"[?=;&]|%3[fFdD]", raw.decode("ascii", "replace"), maxsplit=1)[0]


class Framing:
    """Sees the target and the end of a request where a proxy before us sees them (RFC 9112)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] == "http" and _two_ends(scope):
            headers = {"Connection": "close"}
            await PlainTextResponse("Two ends of one body", 400, headers)(scope, receive, send)
        else:
            await self._app(_origin_form(scope), receive, send)


def _two_ends(scope: Scope) -> bool:
    """Whether a body has a length and chunks, or chunks before there were any (RFC 9112 §6.1)."""
    names = {name for name, _ in scope["headers"]}
    old = scope["http_version"] == "1.0"
    return b"transfer-encoding" in names and (old or b"content-length" in names)


def _origin_form(scope: Scope) -> Scope:
    """The request with its path alone, where it names the host as well (RFC 9112 §3.2.2)."""
    named = re.match(rb"https?://[^/?#]*", scope.get("raw_path") or b"", re.IGNORECASE)
    if not named:
        return scope
    raw = scope["raw_path"][named.end() :] or b"/"
    return {**scope, "path": unquote(raw.decode("ascii")), "raw_path": raw}
