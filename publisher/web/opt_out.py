"""The opt-out forms: shown on GET and HEAD, acted on by POST alone."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from publisher.actions.ask_for_link import ask_for_link
from publisher.actions.opt_out import opt_out
from publisher.actions.opt_out_form import opt_out_form
from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_form import ACTION_FIELD, ADDRESS_FIELD, TOKEN_FIELD
from publisher.answers.opt_out_page import FormAddress, FormMessage, ShownPage
from publisher.errors import NotFoundError, SealError
from publisher.web.bodies import posted_fields
from publisher.web.page import shown, unavailable
from publisher.web.redirects import Site
from publisher.web.visitors import Visitors

_log = logging.getLogger("publisher.web")


class OptOutForms:
    """Takes declarations at the opt-out pages of a project."""

    def __init__(
        self,
        workplace: Workplace,
        visitors: Visitors,
        site: Site,
        hasten: Callable[[], None],
    ) -> None:
        """Args:
        workplace: whose pages.
        visitors: counts who asks for links.
        site: has the page that says that there is none.
        hasten: has what receipts are owed sent now.
        """
        self._workplace, self._visitors = workplace, visitors
        self._site, self._hasten = site, hasten

    async def serve(self, request: Request) -> Response:
        """Answers a request for an opt-out page."""
        named = request.path_params
        at = FormAddress.parse(named["policy"], named["number"])
        if at is None:
            return await self._not_here(request)
        try:
            if request.method == "POST":
                return await self._post(request, at)
            token = request.query_params.get(TOKEN_FIELD, "")
            return await run_in_threadpool(self._shown, at, token)
        except NotFoundError:
            return await self._not_here(request)
        except SealError as error:
            _log.error("%s: %s", error.where, error.what)
            return unavailable()

    async def _not_here(self, request: Request) -> Response:
        if request.method == "POST":
            return HTMLResponse("<!doctype html><title>Not found</title><p>Not found.", 404)
        return await self._site.get_response("404", request.scope)

    async def _post(self, request: Request, at: FormAddress) -> Response:
        fields = await posted_fields(request)
        if isinstance(fields, int):
            what = FormMessage.TOO_LARGE if fields == 413 else FormMessage.NOT_UNDERSTOOD
            return await run_in_threadpool(self._saying, at, what, fields)
        if token := fields.get(TOKEN_FIELD, ""):
            action = fields.get(ACTION_FIELD, "")
            return await run_in_threadpool(self._declared, at, token, action)
        if address := fields.get(ADDRESS_FIELD, "").strip():
            client = request.client.host if request.client else ""
            return await run_in_threadpool(self._asked, at, address, client)
        return await run_in_threadpool(self._saying, at, FormMessage.NOT_UNDERSTOOD)

    def _shown(self, at: FormAddress, token: str) -> Response:
        return _answer(opt_out_form(self._workplace, at, token))

    def _saying(self, at: FormAddress, what: FormMessage, status: int | None = None) -> Response:
        return _answer(opt_out_form(self._workplace, at, message=what), status)

    def _declared(self, at: FormAddress, token: str, action: str) -> Response:
        page = opt_out(self._workplace, at, token, action)
        if page.message is None:
            self._hasten()
        return _answer(page)

    def _asked(self, at: FormAddress, address: str, client: str) -> Response:
        if not self._visitors.may_ask(client):
            return self._saying(at, FormMessage.TOO_OFTEN)
        # The letter goes out with the next round: no stranger sets when the relay is called.
        return _answer(ask_for_link(self._workplace, at, address))


def _answer(page: ShownPage, status: int | None = None) -> Response:
    if page.trouble:
        _log.error("%s", page.trouble)
    return shown(page, status)
