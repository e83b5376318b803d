"""Sending the notice of a release, once to each recipient."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from publisher.actions import Progress, Teller, unheard
from publisher.actions.plan_sending import plan_sending
from publisher.actions.workplace import Workplace
from publisher.answers.release_letters import USUAL_LETTER, ReleaseLetters
from publisher.edges.carriers.carrier import Carrier
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.sent_releases import SentReleases
from publisher.errors import LedgerError, MovedError, NotToldError, RecipientsError, SendError
from publisher.letters.notice import Enclosed, text_to_attach
from publisher.letters.sending import MOST_FAILURES, SendingReport, refuse_to_go_on
from publisher.letters.splicing import Template
from publisher.people.deliveries import STATE_OF, DeliveryState, Fate, Outcome
from publisher.people.due import Addressee, delivery_due
from publisher.people.recipients import Recipient
from publisher.releases.chronology import require_clock
from publisher.releases.number import Number
from publisher.releases.telling import LetterKind


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
        release, releases = plan.release, archive.releases(policy_id)
        to_record = releases.lacks_record(release)
        open_before = plan.due.in_doubt + plan.due.refused
        if not plan.due.to_tell:
            return SendingReport.of(Counter(), to_record=to_record, open_before=open_before)
        require_clock(releases, ledger.last_moment(), clock())
        letters = ReleaseLetters(
            release,
            releases,
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
            sender = _Sender(ledger, carrier, clock, letters, {USUAL_LETTER: template}, sent)
            counts = _send_each(sender, due, progress)
            return SendingReport.of(counts, to_record=to_record, open_before=open_before)
        finally:
            carrier.close()
            # Why a run ended is not to be hidden; that of each letter is written already.
            with suppress(LedgerError, OSError):
                sent.record(policy_id, number, ledger.own_head())


@dataclass(frozen=True)
class _Sender:
    """What it takes to send a letter, and to write down what became of it."""

    ledger: Ledger
    carrier: Carrier
    clock: Clock
    letters: ReleaseLetters
    templates: dict[LetterKind, Template]
    """Against which letters are kept, by what kind they are; the usual one is there."""
    sent: SentReleases

    def send(self, addressee: Addressee) -> Outcome | None:
        """Sends one letter, composed anew where its address was corrected meanwhile.

        Returns:
            None where the recipient was taken off the list meanwhile.
        """
        whom: Recipient | None = addressee.recipient
        while whom is not None:
            try:
                return self._send_to(addressee._replace(recipient=whom))
            except MovedError:
                whom = self.ledger.recipient(whom.number)
            except NotToldError:
                return None
        return None

    def _template(self, kind: LetterKind) -> Template:
        """What letters of a kind are kept against."""
        if kind not in self.templates:
            # The same in each run, so that it is stored once.
            sample = self.letters.sample(self.letters.release.published or self.clock(), kind)
            self.templates[kind] = self.ledger.store_template(sample)
        return self.templates[kind]

    def _send_to(self, whom: Addressee) -> Outcome:
        """Sends one letter; it is marked as in doubt from when the carrier may have it.

        Raises:
            MovedError, NotToldError: nothing was sent.
        """
        was, recipient = DeliveryState.TO_DO, whom.recipient
        delivery = delivery_due(self.letters.release, recipient, self.clock())
        try:
            letter = self.letters.to(whom, self.clock())
        except RecipientsError as error:  # which says nothing about anybody else
            outcome = Outcome(Fate.REFUSED, error.what)
            self.ledger.settle(
                delivery, DeliveryState.REFUSED, outcome.reply, self.clock(), was=was
            )
            return outcome
        kept = self._template(self.letters.kind(whom)).keep(letter.data)

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


def _send_each(sender: _Sender, total: int, progress: Progress) -> Counter[DeliveryState]:
    due = sender.ledger.addressees(sender.letters.release, sender.letters.releases)
    counts: Counter[DeliveryState] = Counter()
    last: list[Outcome] = []
    for done, whom in enumerate(due):
        progress("sending", done, max(done, total))
        outcome = sender.send(whom)
        if outcome is None:
            continue
        counts[STATE_OF[outcome.fate]] += 1
        last = [*last, outcome][-MOST_FAILURES:]
        refuse_to_go_on(last, sender.letters.release)
    progress("sending", total, total)
    return counts
