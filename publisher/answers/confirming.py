"""Requests that are confirmed by a mailed link: what the link stands for, what is recorded."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from publisher.answers.passes import Pass
from publisher.answers.receipts_due import FORM_LANGUAGE, WROTE, language_of_form, wanted_of
from publisher.errors import TokenError
from publisher.law.request_period import answer_due
from publisher.people.handling import Handling, HandlingState
from publisher.people.requests import (
    HANDLED_KINDS,
    MAILING_KINDS,
    PERSONAL_DATA_KINDS,
    Channel,
    Request,
    RequestKind,
    Wanted,
)


@dataclass(frozen=True, slots=True)
class Confirmable:
    """What the bearer of a pass confirms."""

    request: Request
    """The request for the link, or, where a mail asked, the very one that is confirmed."""
    kind: RequestKind
    wrote: str
    """In which words it was asked for; may be empty."""

    @property
    def is_recorded(self) -> bool:
        """Whether it is on record, and waits for nothing but to be confirmed."""
        return self.request.kind is not RequestKind.ASK

    def wanted(self, today: dt.date, language: str) -> Wanted:
        """What is recorded once it is confirmed, where it is not on record already.

        Args:
            today: the day on the organisation's calendar.
            language: of the page on which it is confirmed (BCP 47).
        """
        evidence = {
            FORM_LANGUAGE: language_of_form(self.request) or language,
            WROTE: self.wrote,
            "asked": self.request.id,
        }
        return Wanted(
            self.kind,
            "",
            None,
            self.request.recipient,
            Channel.FORM,
            evidence,
            due=answer_due(today) if self.kind in PERSONAL_DATA_KINDS else None,
            asked=self.request.id,
        )


def confirmable(own: Pass, request: Request | None) -> Confirmable:
    """What a pass stands for.

    Args:
        own: the pass, which is proven.
        request: the one that it names; None: there is none.

    Raises:
        TokenError: it names no request of its bearer that could be confirmed.
    """
    if request is not None and request.recipient == own.recipient:
        kind, wrote = request.kind, _wrote(request)
        if kind is RequestKind.ASK and not request.release:
            wanted, wrote = wanted_of(request)
            kind = wanted or RequestKind.ASK
        if kind in HANDLED_KINDS | MAILING_KINDS:
            return Confirmable(request, kind, wrote)
    raise TokenError("this link confirms nothing that is on record")


def is_confirmable(handling: Handling) -> bool:
    """Whether a request by mail can still be confirmed: also one that was declined, which may have
    been as nobody's.
    """
    return handling.state in (HandlingState.UNCONFIRMED, HandlingState.DECLINED)


def _wrote(request: Request) -> str:
    return str(json.loads(request.evidence or "{}").get(WROTE, ""))
