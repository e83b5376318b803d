"""The opt-out forms: shown on GET and HEAD, acted on by POST alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from publisher.actions.ask_for_link import ask_for_link
from publisher.actions.declare_together import PostedForm, declare_together
from publisher.actions.opt_out_form import opt_out_form
from publisher.actions.read_together import read_together
from publisher.actions.workplace import Workplace
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_form import (
    ACTION_FIELD,
    ADDRESS_FIELD,
    TOKEN_FIELD,
    WORDS_FIELD,
)
from publisher.answers.opt_out_page import FormAddress, ShownPage
from publisher.errors import NotFoundError, SealError
from publisher.web.bodies import posted_fields
from publisher.web.errors import Errors
from publisher.web.front_desk import FrontDesk
from publisher.web.page import shown
from publisher.web.visitors import Visitors

_log = logging.getLogger("publisher.web")


class OptOutForms:
    """Takes declarations at the opt-out pages of a project."""

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
        self._readers: FrontDesk[Callable[[], Response]] = FrontDesk(
            partial(read_together, workplace), lambda show: show()
        )
        self._declaring = FrontDesk(self._declared, self._declared_alone)

    async def serve(self, request: Request) -> Response:
        """Answers a request for an opt-out page."""
        named = request.path_params
        at = FormAddress.parse(named["policy"], named["number"], named.get("language", ""))
        if at is None:
            return await self._errors.answer(404, request.scope)
        try:
            if request.method == "POST":
                return await self._post(request, at)
            token = request.query_params.get(TOKEN_FIELD, "")
            show = partial(self._shown, at, token, _asked(request))
            return await (self._readers.answer(show) if token else run_in_threadpool(show))
        except NotFoundError:
            return await self._errors.answer(404, request.scope)
        except SealError as error:
            _log.error("%s: %s", error.where, error.what)
            return await self._errors.answer(503, request.scope)

    async def _post(self, request: Request, at: FormAddress) -> Response:
        fields, asked = await posted_fields(request), _asked(request)
        if isinstance(fields, int):
            what = FormMessage.TOO_LARGE if fields == 413 else FormMessage.NOT_UNDERSTOOD
            return await run_in_threadpool(self._saying, at, what, asked, fields)
        if token := fields.get(TOKEN_FIELD, ""):
            action, wrote = fields.get(ACTION_FIELD, ""), fields.get(WORDS_FIELD, "")
            return await self._declaring.answer(PostedForm(at, token, action, asked, wrote))
        if address := fields.get(ADDRESS_FIELD, "").strip():
            client = request.client.host if request.client else ""
            return await run_in_threadpool(self._sent, at, address, client, asked)
        return await run_in_threadpool(self._saying, at, FormMessage.NOT_UNDERSTOOD, asked)

    def _shown(self, at: FormAddress, token: str, asked: str) -> Response:
        return _answer(opt_out_form(self._workplace, at, token, asked=asked))

    def _saying(
        self, at: FormAddress, what: FormMessage, asked: str, status: int | None = None
    ) -> Response:
        return _answer(opt_out_form(self._workplace, at, message=what, asked=asked), status)

    def _declared(self, forms: Sequence[PostedForm]) -> list[Response | Exception]:
        return [self._receipt(page) for page in declare_together(self._workplace, forms)]

    def _declared_alone(self, form: PostedForm) -> Response:
        (answer,) = self._declared([form])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _receipt(self, page: ShownPage | Exception) -> Response | Exception:
        if isinstance(page, Exception):
            return page
        if page.message is None:
            self._hasten()
        return _answer(page)

    def _sent(self, at: FormAddress, address: str, client: str, asked: str) -> Response:
        if not self._visitors.may_ask(client):
            return self._saying(at, FormMessage.TOO_OFTEN, asked)
        # The letter goes out with the next round: no stranger sets when the relay is called.
        return _answer(ask_for_link(self._workplace, at, address, asked))


def _asked(request: Request) -> str:
    """The languages that the visitor's browser asks for."""
    return request.headers.get("accept-language", "")


def _answer(page: ShownPage, status: int | None = None) -> Response:
    if page.trouble:
        _log.error("%s", page.trouble)
    return shown(page, status)
