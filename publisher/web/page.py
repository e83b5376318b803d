"""The opt-out page as an answer to a request: its status and headers."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import ShownPage
from publisher.site import content_policy

STATIC_POLICY = content_policy.POLICY_HEADER
"""For every page, built or personal: none contains a script."""

_STATUS = {
    FormMessage.ASKED: 200,
    FormMessage.BAD_LINK: 404,
    FormMessage.NOT_RECORDED: 503,
    FormMessage.NOT_SHOWN: 503,
    FormMessage.NOT_UNDERSTOOD: 400,
    FormMessage.TOO_LARGE: 413,
    FormMessage.TOO_OFTEN: 429,
    FormMessage.CHANGED_TOO_OFTEN: 429,
}
_RETRY_AFTER = {
    FormMessage.NOT_RECORDED: 60,
    FormMessage.NOT_SHOWN: 60,
    FormMessage.TOO_OFTEN: 3_600,
    FormMessage.CHANGED_TOO_OFTEN: 86_400,
}
"""Seconds."""


def shown(page: ShownPage, status: int | None = None) -> Response:
    """A page as an answer.

    Args:
        page: what is shown; if it is for one visitor alone, nobody keeps it.
        status: of HTTP; None: that of its message.
    """
    if status is None:
        status = _STATUS[page.message] if page.message else 200
    response = HTMLResponse(str(page.html), status)
    response.headers["Content-Security-Policy"] = STATIC_POLICY
    if page.message in _RETRY_AFTER:
        response.headers["Retry-After"] = str(_RETRY_AFTER[page.message])
    if page.personal:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
