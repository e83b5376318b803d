"""Forms that were posted at the same time, answered together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from publisher.actions.workplace import Workplace
from publisher.answers.bearer import Bearer
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_form import LONGEST_REQUEST
from publisher.answers.opt_out_page import FormAddress, OptOutPage, ShownPage
from publisher.answers.receipt_region import receipt_region
from publisher.answers.receipts_due import FORM_LANGUAGE, WROTE
from publisher.answers.request_receipt import StandingRequest, request_receipt_region
from publisher.edges.bearers import Bearers
from publisher.edges.built_site import FormPages
from publisher.edges.clock import Clock
from publisher.edges.lasting import looked_at_once
from publisher.edges.ledger import Ledger
from publisher.errors import (
    LedgerError,
    NotFoundError,
    TemplateError,
    TokenError,
    TooOftenError,
)
from publisher.letters.stationery import Stationery
from publisher.people.requests import HANDLED_KINDS, Channel, Recorded, RequestKind, Wanted


@dataclass(frozen=True, slots=True)
class PostedForm:
    """The form of a customer, as it was posted."""

    at: FormAddress
    """The page whose form it is."""
    token: str
    """From the visitor's personal link."""
    action: str
    """The button that was pressed, one of `RequestKind`."""
    asked: str = ""
    """The languages that the visitor reads, as a browser asks for them; empty: not known."""
    wrote: str = ""
    """A question, in the customer's words."""


def declare_together(
    workplace: Workplace, forms: Sequence[PostedForm]
) -> list[ShownPage | Exception]:
    """Records what the bearers of links declare or ask for, and makes the receipts.

    When this returns, it is on the disk, by one transaction, and the receipts by mail are put down
    to be sent. The same again gives the first receipt back. What customers write to be handled is
    recorded one by one.

    Args:
        workplace: where.
        forms: what was posted, in the order in which it came.

    Returns:
        For each the page that its customer is shown; or `NotFoundError`: there is no such page,
        `SealError`: the release was altered and nothing was recorded, or what else was in the way.
    """
    cases = [_Case(one) for one in forms]
    with looked_at_once():
        _each(cases, partial(_find_page, workplace.form_pages, workplace.clock))
        try:
            ledger = workplace.ledger
            bearers = Bearers(workplace.archive, ledger, lambda: workplace.keys)
            with ledger.at_one_moment():
                bearers.expect(case.form.token for case in _open(cases))
                _each(cases, partial(_find_bearer, bearers))
            _record(cases, ledger, workplace.clock)
        except LedgerError as error:
            for case in _open(cases):
                case.fail(error)
        own, ours = lambda: workplace.stationery, lambda: workplace.stationery_without_own
        _each(cases, partial(_compose, own, ours))
    return [case.answer for case in cases if case.answer is not None]


_Receipt = Callable[[Stationery], Markup]
"""Makes the receipt for what is on record, of what it is written with."""


@dataclass(slots=True)
class _Case:
    """One form, and how far it is."""

    form: PostedForm
    page: OptOutPage | None = None
    bearer: Bearer | None = None
    receipt: _Receipt | None = None
    answer: ShownPage | Exception | None = None
    """How it ended; None: not yet."""

    @property
    def kind(self) -> RequestKind:
        """What is declared or asked for, by a button that the form offers."""
        return RequestKind(self.form.action)

    @property
    def own_page(self) -> OptOutPage:
        """The page, which was found."""
        assert self.page is not None
        return self.page

    @property
    def own_bearer(self) -> Bearer:
        """The bearer, who was found."""
        assert self.bearer is not None
        return self.bearer

    def fail(self, error: Exception) -> None:
        """Ends it by what was in the way."""
        page = self.page
        if page is None or isinstance(error, NotFoundError):
            self.answer = error
        elif isinstance(error, TokenError):
            self.answer = page.saying(FormMessage.BAD_LINK)
        elif isinstance(error, TooOftenError):
            self.answer = page.saying(FormMessage.CHANGED_TOO_OFTEN)
        elif isinstance(error, LedgerError):
            trouble = f"ledger: {error.line}"
            self.answer = page.saying(FormMessage.NOT_RECORDED, trouble=trouble)
        else:
            self.answer = error


def _open(cases: Sequence[_Case]) -> list[_Case]:
    return [case for case in cases if case.answer is None]


def _each(cases: Sequence[_Case], step: Callable[[_Case], None]) -> None:
    """Takes a step with every form that was not answered yet."""
    for case in _open(cases):
        try:
            step(case)
        except Exception as error:  # noqa: BLE001 - it is told to the one who posted it
            case.fail(error)


def _find_page(pages: FormPages, clock: Clock, case: _Case) -> None:
    case.page = pages.read(case.form.at, clock(), case.form.asked)


def _find_bearer(bearers: Bearers, case: _Case) -> None:
    form, page = case.form, case.own_page
    bearer = page.require_own(bearers.of_token(form.token, page.form.amendment))
    if not page.form.offers(form.action):
        case.answer = page.saying(FormMessage.NOT_UNDERSTOOD)
    elif len(form.wrote) > LONGEST_REQUEST:
        case.answer = page.saying(FormMessage.TOO_LARGE)
    case.bearer = bearer


def _record(cases: Sequence[_Case], ledger: Ledger, clock: Clock) -> None:
    """Records all declarations in one transaction, then what a person has to handle.

    Raises:
        LedgerError: what has no receipt by now was not recorded.
    """
    declared = [case for case in _open(cases) if case.kind not in HANDLED_KINDS]
    wanted = [(_declaration(case), case.own_bearer.timing) for case in declared]
    recorded = ledger.record_together(wanted, clock) if wanted else []
    for case, found in zip(declared, recorded, strict=True):
        if isinstance(found, Recorded):
            about = case.own_page, case.own_bearer, found, found.every
            case.receipt = partial(receipt_region, *about)
        else:
            case.fail(found)
    _each([case for case in cases if case.receipt is None], partial(_ask, ledger, clock))


def _declaration(case: _Case) -> Wanted:
    """A declaration about the release."""
    bearer, kind = case.own_bearer, case.kind
    evidence = {"form": bearer.name, FORM_LANGUAGE: case.own_page.form.tag, "pressed": kind.value}
    return bearer.declares(kind, Channel.FORM, evidence)


def _ask(ledger: Ledger, clock: Clock, case: _Case) -> None:
    """Records what a person has to handle."""
    bearer, kind, tag = case.own_bearer, case.kind, case.own_page.form.tag
    wrote = case.form.wrote.strip()
    evidence = {"form": bearer.name, FORM_LANGUAGE: tag, "pressed": kind.value, WROTE: wrote}
    request = ledger.record(bearer.asks(kind, evidence), clock, bearer.timing).request
    about = StandingRequest(request, ledger.handling(request.id))
    case.receipt = partial(request_receipt_region, about, tag)


def _compose(own: Callable[[], Stationery], ours: Callable[[], Stationery], case: _Case) -> None:
    """Makes a receipt with what the project's letters are written with, or with ours."""
    page, receipt = case.own_page, case.receipt
    assert receipt is not None
    try:
        case.answer = page.showing(receipt(own()))
    except TemplateError as error:
        # What was declared is on record, so its receipt is shown, in the program's words.
        region = receipt(ours())
        case.answer = page.showing(region, trouble=f"{error.where}: {error.line}")
