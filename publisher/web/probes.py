"""What a proxy, or what starts the receiver, asks to learn whether visitors may be sent to it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publisher.actions.tell_readiness import tell_readiness
from publisher.actions.workplace import Workplace

HEALTH = "/health"
"""Answers as long as the process does: `{"up": true}`."""
READY = "/ready"
"""Answers 200 if customers can be answered, else 503 with the reasons."""


class Probes:
    """Answers `/health` and `/ready`; neither is for a cache."""

    def __init__(self, workplace: Workplace, *, forms_only: bool) -> None:
        """Args:
        workplace: whose receiver.
        forms_only: whether the built site is served elsewhere.
        """
        self._workplace, self._forms_only = workplace, forms_only

    async def health(self, _: Request) -> Response:
        """The process is up; nothing is looked at."""
        return _said({"up": True}, 200)

    async def ready(self, _: Request) -> Response:
        """Whether keys, ledger and site are there; the reasons name no place and no secret."""
        reasons = await run_in_threadpool(
            tell_readiness, self._workplace, forms_only=self._forms_only
        )
        return _said({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)


def _said(what: dict[str, object], status: int) -> Response:
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    if status == 503:
        headers["Retry-After"] = "5"
    return JSONResponse(what, status, headers)
