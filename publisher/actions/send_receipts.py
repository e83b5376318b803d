"""Sending the receipts and links that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from publisher.actions.workplace import Workplace
from publisher.answers.answer_letter import answer_letter, reader_language, sample_receipt
from publisher.answers.decision_letters import decision_letter, sample_decision
from publisher.answers.declarations import DAY
from publisher.answers.mailed_requests import forms_led_to
from publisher.answers.receipts_due import Together, address_asked_with, due_answers
from publisher.answers.request_letters import (
    acknowledgement_letter,
    request_letter,
    sample_request_letter,
)
from publisher.edges.bearers import Bearers
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.errors import (
    ConfigurationError,
    LedgerError,
    NotFoundError,
    PublisherError,
    SealError,
    SendError,
    TemplateError,
)
from publisher.letters.message import Letter
from publisher.letters.splicing import KeptLetter, Template
from publisher.letters.stationery import Stationery
from publisher.people.deliveries import STATE_OF, DeliveryState, Fate, Outcome
from publisher.people.recipients import Recipient
from publisher.people.requests import DECLARED_KINDS, Request, RequestKind
from publisher.releases.number import Number
from publisher.releases.release import Release

_GIVEN = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class ReceiptRun:
    """What a run of `send_receipts` did."""

    sent: int
    """Letters."""
    left: int
    """Receipts and links still to be sent, in a later run."""
    trouble: str
    """What went wrong; empty: nothing."""


def send_receipts(workplace: Workplace, give_way: Callable[[], None] = lambda: None) -> ReceiptRun:
    """Sends the receipts and links that are owed, one letter after the other.

    A carrier that fails loses nothing: what was recorded stays recorded, and its receipt is owed.
    While another process or thread does this, nothing is done.

    Args:
        workplace: where.
        give_way: called before each letter; returns once there is time for it.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ledger = workplace.ledger
    sent, trouble = 0, ""
    with ledger.alone("receipts", workplace.project.private) as ours:
        if ours:
            carrier = workplace.open_carrier()
            sender = _Sender(
                ledger,
                Bearers(workplace.archive, ledger, lambda: workplace.keys),
                carrier,
                workplace,
                lambda: workplace.keys[0],
                workplace.clock,
                give_way,
            )
            try:
                sent, trouble = sender.send()
            finally:
                carrier.close()
    return ReceiptRun(sent, len(ledger.answers(DeliveryState.TO_DO)), trouble)


@dataclass(frozen=True, slots=True)
class _Sender:
    """What sending receipts takes."""

    ledger: Ledger
    bearers: Bearers
    carrier: Carrier
    workplace: Workplace
    key: Callable[[], bytes]
    clock: Clock
    give_way: Callable[[], None]
    templates: dict[tuple[str, str, Stationery], Template] = field(default_factory=dict)
    """Of receipts, by the name of the release whose dates hold, the language, and what they are
    written with."""
    broken: list[str] = field(default_factory=list)
    """Templates of the project that could not be used, so that the program's were."""

    def send(self) -> tuple[int, str]:
        """Sends what is due: how many letters were sent, and what went wrong."""
        sent, trouble = 0, ""
        tried: set[int] = set()
        try:
            # While a letter was on its way, another may have become due.
            while due := [t for t in self._due() if tried.isdisjoint(_numbers(t))]:
                for together in due:
                    tried.update(_numbers(together))
                    self.give_way()
                    try:
                        sent += self._answer(together)
                    except SealError as error:
                        trouble = f"{error.where}: {error.what}"
                    except (NotFoundError, LedgerError, ConfigurationError) as error:
                        # Its release is gone, there is no key, or another run has it; others are
                        # still to be sent.
                        trouble = error.what
        except SendError as error:
            trouble = error.what
        own = [*self.broken, self.workplace.receiving_catalogs.trouble]
        return sent, trouble or next(filter(None, own), "")

    def _due(self) -> list[Together]:
        for asked in (a.request for a in self.ledger.answers(DeliveryState.TO_DO)):
            if asked.recipient is None:
                self.ledger.pass_on(asked, address_asked_with(asked), self.clock)
        now = self.clock()
        lately = self.ledger.answers(*_GIVEN, since=now - DAY)
        return due_answers(self.ledger.answers(DeliveryState.TO_DO), lately, now)

    def _answer(self, together: Together) -> bool:
        """Sends one letter, and writes down what became of it: whether the carrier took it."""
        numbers, was = _numbers(together), DeliveryState.TO_DO

        def mark() -> None:
            nonlocal was
            self.ledger.mark_answers(numbers, self.clock(), kept)
            was = DeliveryState.IN_DOUBT

        try:
            letter, kept = self._letter(together)
        except (NotFoundError, LedgerError, SealError, ConfigurationError):
            raise
        except PublisherError as error:
            # It can never be written, so a person has to see it.
            outcome = Outcome(Fate.REFUSED, error.what)
        else:
            outcome = self.carrier.deliver(letter, mark)
        state = STATE_OF[outcome.fate]
        self.ledger.settle_answers(numbers, state, outcome.reply, self.clock(), was=(was,))
        return outcome.fate is Fate.ACCEPTED

    def _letter(self, together: Together) -> tuple[Letter, KeptLetter]:
        """The letter, and what is kept of it."""
        answered = [answer.request for answer in together]
        last = answered[-1]
        recipient = self.ledger.recipient(last.recipient or 0)
        if recipient is None:
            raise NotFoundError(f"the request {last.receipt} is about nobody that we know")
        number = Number.parse(last.release)
        if number is None or last.kind not in {RequestKind.ASK, *DECLARED_KINDS}:
            return self._written(lambda own: self._about_a_request(last, recipient, own))
        bearer = self.bearers.by_name(recipient, last.policy, number)
        requests = self.ledger.requests(last.policy, last.major, last.recipient)
        language = reader_language(bearer.window, recipient, last)

        def written(stationery: Stationery) -> tuple[Letter, KeptLetter]:
            letter = answer_letter(bearer, answered, requests, stationery, self.key())
            template = self._template(bearer.window, language, stationery)
            return letter, template.keep(letter.data)

        return self._written(written)

    def _written(
        self, written: Callable[[Stationery], tuple[Letter, KeptLetter]]
    ) -> tuple[Letter, KeptLetter]:
        """A letter, in the program's words where the project's own cannot be used."""
        try:
            return written(self.workplace.stationery)
        except TemplateError as error:
            self.broken.append(f"{error.where}: {error.line}")
            return written(self.workplace.stationery_without_own)

    def _about_a_request(
        self, request: Request, recipient: Recipient, stationery: Stationery
    ) -> tuple[Letter, KeptLetter]:
        """The letter that answers what is no declaration about a release."""
        # Whose language nobody knows is written to in that of the policies.
        usual = replace(stationery.organisation, language=self.workplace.request_languages[0])
        stationery = replace(stationery, organisation=usual)
        handling = self.ledger.handling(request.id)
        if handling and handling.told:
            letter = decision_letter(handling, recipient, stationery)
            sample = sample_decision(handling, recipient, stationery)
            return letter, self.ledger.store_template(sample).keep(letter.data)
        if forms := list(self._forms(request)):
            letter = acknowledgement_letter(request, forms, recipient, stationery, self.key())
        else:
            now = self.clock()
            letter = request_letter(request, handling, recipient, stationery, self.key(), now)
        sample = sample_request_letter(request, recipient, stationery)
        return letter, self.ledger.store_template(sample).keep(letter.data)

    def _forms(self, request: Request) -> Iterator[Release]:
        """The releases to whose forms the answer to a mail leads, but for what was altered."""
        for policy_id, number in forms_led_to(request):
            with suppress(NotFoundError, SealError):
                yield self.workplace.archive.release(policy_id, number)

    def _template(self, release: Release, language: str, stationery: Stationery) -> Template:
        name = release.name, language, stationery
        if name not in self.templates:
            sample = sample_receipt(release, stationery, language)
            self.templates[name] = self.ledger.store_template(sample)
        return self.templates[name]


def _numbers(together: Together) -> list[int]:
    return [answer.request.id for answer in together]
