"""Sending the notice of a release, once to each recipient."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from publisher.actions import Progress, Teller, unheard
from publisher.actions.plan_sending import plan_sending
from publisher.actions.workplace import Workplace
from publisher.answers.personal_links import personal_links, personal_token, sample_token
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.sent_releases import SentReleases
from publisher.errors import LedgerError, MovedError, NotToldError, RecipientsError, SendError
from publisher.letters.message import Letter
from publisher.letters.notice import Enclosed, compose_notice, text_to_attach
from publisher.letters.sending import MOST_FAILURES, SendingReport, refuse_to_go_on
from publisher.letters.splicing import Template
from publisher.people.deliveries import STATE_OF, DeliveryState, Fate, Outcome
from publisher.people.due import Told, delivery_due, told_before
from publisher.people.recipients import SAMPLE, Recipient
from publisher.policies.organisation import Organisation
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

_PAGE = 200
"""Recipients that are read from the ledger at a time."""


def send(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    progress: Progress,
    tell: Teller = unheard,
) -> SendingReport:
    """Sends the notice of a release to everybody who is still to be told.

    Run again, it goes on where it was stopped and sends nothing twice.

    Args:
        workplace, policy_id, number: which release.
        progress: told of each letter.
        tell: told the plan, before the first letter.

    Raises:
        SendError: as for `plan_sending`; another run is under way; or the carrier takes no
            letters. What was sent before is recorded, the rest stays to do.
        ConfigurationError: there is no key for personal links.
        LedgerError: the ledger cannot be written; nothing more was sent.
    """
    archive, ledger, clock = workplace.archive, workplace.ledger, workplace.clock
    with ledger.alone("send", workplace.project.private) as ours:
        if not ours:
            raise SendError("another run is sending at this moment", remedy="wait until it ends")
        plan = plan_sending(workplace, policy_id, number)
        for line in plan.lines():
            tell(line)
        if not plan.due.to_tell:
            return SendingReport.of(Counter())
        release = plan.release
        letters = _Letters(
            release,
            archive.releases(policy_id),
            workplace.settings.organisation,
            workplace.keys[0],
            Enclosed(
                text_to_attach(release, lambda: archive.file(release, "policy.pdf")),
                ledger.joined_head().line(),
            ),
        )
        due = plan.due.to_tell
        sent = workplace.sent_releases
        template = ledger.begin(policy_id, number, clock(), letters.sample(clock()), due)
        sent.record(policy_id, number, ledger.own_head())
        carrier = workplace.open_carrier()
        try:
            sender = _Sender(ledger, carrier, clock, letters, template, sent)
            return _send_each(sender, due, progress)
        finally:
            carrier.close()
            # Why a run ended is not to be hidden; that of each letter is written already.
            with suppress(LedgerError, OSError):
                sent.record(policy_id, number, ledger.own_head())


@dataclass(frozen=True)
class _Letters:
    """The letters of one release."""

    release: Release
    releases: Releases
    """All of the policy."""
    organisation: Organisation
    key: bytes
    """Signs the personal links."""
    enclosed: Enclosed

    def to(self, recipient: Recipient, told: Told, now: dt.datetime) -> Letter:
        """The letter to one recipient, by what they were told of before."""
        release, organisation = self.release, self.organisation
        token = personal_token(self.key, release, recipient)
        links = personal_links(release, organisation, token, told.before(recipient))
        return compose_notice(release, recipient, organisation, links, now, self.enclosed)

    def sample(self, now: dt.datetime) -> bytes:
        """The letter to the sample customer, against which the others are kept."""
        release, organisation = self.release, self.organisation
        links = personal_links(release, organisation, sample_token(release), release.previous)
        return compose_notice(release, SAMPLE, organisation, links, now, self.enclosed).data


@dataclass(frozen=True)
class _Sender:
    """What it takes to send a letter, and to write down what became of it."""

    ledger: Ledger
    carrier: Carrier
    clock: Clock
    letters: _Letters
    template: Template
    sent: SentReleases

    def due(self) -> Iterator[tuple[Recipient, Told]]:
        """Everybody who is to be told, and what they were told of before; a page at a time."""
        release, releases = self.letters.release, self.letters.releases
        after = 0
        while page := self.ledger.to_tell(release, releases, after, _PAGE):
            after = page[-1].number
            letters = self.ledger.letters_to(release.policy.id, [one.number for one in page])
            told = told_before(release, releases, letters)
            yield from ((one, told) for one in page)

    def send(self, recipient: Recipient, told: Told) -> Outcome | None:
        """Sends one letter, composed anew where its address was corrected meanwhile.

        Returns:
            None where the recipient was taken off the list meanwhile.
        """
        whom: Recipient | None = recipient
        while whom is not None:
            try:
                return self._send_to(whom, told)
            except MovedError:
                whom = self.ledger.recipient(whom.number)
            except NotToldError:
                return None
        return None

    def _send_to(self, recipient: Recipient, told: Told) -> Outcome:
        """Sends one letter; it is marked as in doubt from when the carrier may have it.

        Raises:
            MovedError, NotToldError: nothing was sent.
        """
        was = DeliveryState.TO_DO
        delivery = delivery_due(self.letters.release, recipient, self.clock())
        try:
            letter = self.letters.to(recipient, told, self.clock())
        except RecipientsError as error:  # which says nothing about anybody else
            outcome = Outcome(Fate.REFUSED, error.what)
            self.ledger.settle(
                delivery, DeliveryState.REFUSED, outcome.reply, self.clock(), was=was
            )
            return outcome
        kept = self.template.keep(letter.data)

        def mark() -> None:
            nonlocal was
            self.ledger.mark(delivery, recipient.address, letter.id, self.clock(), kept)
            # A copy of the ledger that does not know of this letter is refused from now on.
            release = self.letters.release
            self.sent.renew(release.policy.id, release.number, self.ledger.own_head())
            was = DeliveryState.IN_DOUBT

        outcome = self.carrier.deliver(letter, mark)
        state = STATE_OF[outcome.fate]
        self.ledger.settle(delivery, state, outcome.reply, self.clock(), was=was)
        return outcome


def _send_each(sender: _Sender, total: int, progress: Progress) -> SendingReport:
    counts: Counter[DeliveryState] = Counter()
    last: list[Outcome] = []
    for done, (recipient, told) in enumerate(sender.due()):
        progress("sending", done, max(done, total))
        outcome = sender.send(recipient, told)
        if outcome is None:
            continue
        counts[STATE_OF[outcome.fate]] += 1
        last = [*last, outcome][-MOST_FAILURES:]
        refuse_to_go_on(last, sender.letters.release)
    progress("sending", total, total)
    return SendingReport.of(counts)
