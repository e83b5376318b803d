"""The pages for requests over HTTP: GET shows, POST asks, confirms or changes (RFC 9110 §9.2.1)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from publisher.actions.ask_for_request import ask_for_request
from publisher.actions.change_mailings import change_mailings
from publisher.actions.confirm_request import confirm_request
from publisher.actions.request_form import request_form
from publisher.actions.workplace import Workplace
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_form import ACTION_FIELD, ADDRESS_FIELD, WORDS_FIELD
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.request_form import LETTER_FIELD, ONE_CLICK, ONE_CLICK_FIELD, PASS_FIELD
from publisher.answers.request_page import RequestAddress
from publisher.answers.request_words import RequestPage
from publisher.errors import NotFoundError
from publisher.people.requests import RequestKind
from publisher.web.bodies import posted_fields
from publisher.web.errors import Errors
from publisher.web.page import shown
from publisher.web.visitors import Visitors

REQUEST_PATHS = tuple(f"/requests/{page}/" for page in RequestPage if page)
"""The addresses of the pages that answer to more than reading; each has one for each language."""

_log = logging.getLogger("publisher.web")


class RequestForms:
    """Answers requests for the pages for requests."""

    def __init__(
        self,
        workplace: Workplace,
        visitors: Visitors,
        errors: Errors,
        hasten: Callable[[], None],
    ) -> None:
        """Args:
        workplace: whose pages.
        visitors: counts who asks for links.
        errors: answers where there is no such page.
        hasten: has what receipts are owed sent now.
        """
        self._workplace, self._visitors = workplace, visitors
        self._errors, self._hasten = errors, hasten

    async def serve(self, request: Request) -> Response:
        """Answers a request for one of these pages."""
        page = request.url.path.split("/")[2]
        at = RequestAddress.parse(page, request.path_params.get("language", ""))
        if at is None:
            return await self._errors.answer(404, request.scope)
        token = request.query_params.get(PASS_FIELD, "")
        try:
            if request.method == "POST":
                return await self._post(request, at, token)
            letter = request.query_params.get(LETTER_FIELD, "")
            return await run_in_threadpool(self._shown, at, token, letter)
        except NotFoundError:
            return await self._errors.answer(404, request.scope)

    async def _post(self, request: Request, at: RequestAddress, token: str) -> Response:
        fields = await posted_fields(request)
        if isinstance(fields, int):
            what = FormMessage.TOO_LARGE if fields == 413 else FormMessage.NOT_UNDERSTOOD
            return await run_in_threadpool(self._saying, at, what, fields)
        if fields == {ONE_CLICK_FIELD: ONE_CLICK}:
            return await run_in_threadpool(self._clicked, at, token)
        if own := fields.get(PASS_FIELD, ""):
            action = fields.get(ACTION_FIELD, "")
            return await run_in_threadpool(self._acted, at, own, action)
        if address := fields.get(ADDRESS_FIELD, "").strip():
            client = request.client.host if request.client else ""
            action, wrote = fields.get(ACTION_FIELD, ""), fields.get(WORDS_FIELD, "")
            return await run_in_threadpool(self._asked, at, address, action, wrote, client)
        return await run_in_threadpool(self._saying, at, FormMessage.NOT_UNDERSTOOD)

    def _shown(self, at: RequestAddress, token: str, letter: str) -> Response:
        return _answer(request_form(self._workplace, at, token, letter=letter))

    def _saying(self, at: RequestAddress, what: FormMessage, status: int | None = None) -> Response:
        return _answer(request_form(self._workplace, at, message=what), status)

    def _acted(self, at: RequestAddress, token: str, action: str) -> Response:
        if at.page is RequestPage.CONFIRM:
            page = confirm_request(self._workplace, at, token)
        else:
            page = change_mailings(self._workplace, at, token, action)
        return self._recorded(page)

    def _clicked(self, at: RequestAddress, token: str) -> Response:
        leave = RequestKind.LEAVE
        return self._recorded(change_mailings(self._workplace, at, token, leave, one_click=True))

    def _asked(
        self, at: RequestAddress, address: str, action: str, wrote: str, client: str
    ) -> Response:
        if not self._visitors.may_ask(client):
            return self._saying(at, FormMessage.TOO_OFTEN)
        # The letter goes out with the next round: no stranger sets when the relay is called.
        return _answer(ask_for_request(self._workplace, at, address, action, wrote))

    def _recorded(self, page: ShownPage) -> Response:
        if page.message is None:
            self._hasten()
        return _answer(page)


def _answer(page: ShownPage, status: int | None = None) -> Response:
    if page.trouble:
        _log.error("%s", page.trouble)
    return shown(page, status)
