"""Handing the letters of a release to a mail merge."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from publisher.actions import Progress, Teller, silent, unheard
from publisher.actions.plan_sending import plan_sending
from publisher.actions.workplace import Workplace
from publisher.answers.release_letters import USUAL_LETTER, ReleaseLetters
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.edges.merge_files import (
    MergeWriter,
    UnfinishedMerges,
    new_merge,
    require_new_place,
)
from publisher.edges.sent_releases import SentReleases
from publisher.errors import RecipientsError, SendError
from publisher.letters.merge_row import merge_row
from publisher.letters.merging import MergeForm, MergePlan, MergeReport
from publisher.letters.message import Letter, message_name
from publisher.letters.notice import Enclosed, text_to_attach
from publisher.letters.splicing import Template
from publisher.people.deliveries import DeliveryState
from publisher.people.due import Addressee, delivery_due, to_be_told
from publisher.people.merge import MERGE, HandedLetter, MergedLetter
from publisher.record.event import microseconds
from publisher.releases.chronology import require_clock
from publisher.releases.notice_period import last_day_to_tell
from publisher.releases.number import Number
from publisher.releases.telling import LetterKind

_T = TypeVar("_T")
_PAGE = 200
"""Letters that are marked in one transaction."""


@dataclass(frozen=True)
class ExportOrder:
    """What is asked for."""

    place: Path
    """Of the file, or of the folder; nothing is there yet."""
    form: MergeForm = MergeForm.CSV
    again: bool = False
    """Letters that were handed to a mail merge and are in doubt are written once more."""
    confirmed: bool = False
    """Do it; otherwise the plan alone is wanted."""


def export_notice(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    order: ExportOrder,
    progress: Progress = silent,
    tell: Teller = unheard,
) -> MergePlan | MergeReport:
    """Writes what a mail merge needs to send the notice of a release to all who are to be told.

    Each letter is in doubt before its row can be read. Run again after it was cut off, it writes
    the same letters, and those it had not come to.

    Args:
        workplace, policy_id, number: which release.
        order: where, and how.
        progress: told of each letter.
        tell: told the plan, before the first.

    Returns:
        What it did; where it was not confirmed, or there is nothing to do, the plan.

    Raises:
        SendError: as for `plan_sending`; or letters are being sent at this moment.
        ConfigurationError: git would be given the rows, or there is no key for personal links.
        OutputError: there is something at that path.
        OSError: it cannot be written. Nothing can be read; what was marked, the next run writes.
        LedgerError: the ledger cannot be written.
    """
    archive, ledger, clock = workplace.archive, workplace.ledger, workplace.clock
    unfinished = UnfinishedMerges(workplace.project.private / "merges")
    require_new_place(workplace.project.root, order.place)
    with ledger.alone("send", workplace.project.private) as ours:
        if not ours:
            what = "letters are being sent, or written, at this moment"
            raise SendError(what, remedy="wait until that ends")
        sending = plan_sending(workplace, policy_id, number)
        release, releases = sending.release, archive.releases(policy_id)
        begun = unfinished.begun(policy_id, number)
        doubtful = ledger.count_handed(release)
        plan = MergePlan(
            plan=sending,
            place=str(order.place),
            form=order.form,
            until=last_day_to_tell(release, releases),
            anew=sum(1 for _ in ledger.handed(release, begun)) if begun and doubtful else 0,
            doubtful=doubtful,
            again=order.again,
            corrected=ledger.count_moved(release) if order.again else 0,
        )
        if not order.confirmed or not plan.rows:
            return plan
        require_clock(releases, ledger.last_moment(), clock())
        for line in plan.lines():
            tell(line)
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
        run = _Run(plan, ledger, letters, clock, workplace.sent_releases, unfinished)
        return run.carried_out(None if order.again else begun, begun, progress)


@dataclass(frozen=True)
class _Run:
    """What it takes to hand letters to a mail merge."""

    plan: MergePlan
    ledger: Ledger
    letters: ReleaseLetters
    clock: Clock
    sent: SentReleases
    unfinished: UnfinishedMerges

    def carried_out(
        self, anew: Sequence[int] | None, begun: Sequence[int], progress: Progress
    ) -> MergeReport:
        """Writes the letters that were marked before, then those to do.

        Args:
            anew: when those were marked that are written once more; None: whenever.
            begun: when the runs began that were cut off.
            progress: told of each letter.
        """
        release, plan = self.letters.release, self.plan
        policy, number, now = release.policy.id, release.number, self.clock()
        due = plan.plan.due.to_tell
        place = Path(plan.place)
        self.unfinished.begin(policy, number, place, [*begun, microseconds(now)])
        sample = self.letters.sample(now)
        template = self.ledger.begin(policy, number, now, sample, due, means=MERGE)
        self.sent.record(policy, number, self.ledger.own_head())
        templates, counts = {USUAL_LETTER: template}, Counter[str]()
        stamp = _Stamp(now, templates)
        with new_merge(place, letters=plan.form is MergeForm.EML) as writer:
            for page in _pages(self.ledger.handed(release, anew)) if anew != [] else ():
                self._write_again(page, writer)
                counts["written"] += len(page)
                counts["anew"] += len(page)
                progress("writing", counts["written"], plan.rows)
            for some in _pages(self.ledger.addressees(release, self.letters.releases)):
                counts.update(self._write(some, stamp, writer))
                progress("writing", counts["written"], max(plan.rows, counts["written"]))
        self.unfinished.end(policy, number)
        return MergeReport(
            plan, counts["written"], counts["anew"], counts["refused"], counts["moved"]
        )

    def _write(self, some: Sequence[Addressee], stamp: _Stamp, writer: MergeWriter) -> Counter[str]:
        """Marks letters that are to do, then writes their rows."""
        release, counts = self.letters.release, Counter[str]()
        made: list[tuple[Addressee, Letter]] = []
        for whom in some:
            try:
                made.append((whom, self.letters.to(whom, stamp.now)))
            except RecipientsError as error:  # which says nothing about anybody else
                delivery = delivery_due(release, whom.recipient, stamp.now)
                was, after = DeliveryState.TO_DO, DeliveryState.REFUSED
                self.ledger.settle(delivery, after, error.what, stamp.now, was=was)
                counts["refused"] += 1
        marked = self.ledger.hand_over(release, [self._marked(*one, stamp) for one in made])
        # A copy of the ledger that does not know of these letters is refused from now on.
        self.sent.renew(release.policy.id, release.number, self.ledger.own_head())
        for whom, letter in made:
            if whom.recipient.number in marked:
                self._row(whom, letter.data, letter.id, writer)
        return counts + Counter(written=len(marked), moved=len(made) - len(marked))

    def _marked(self, whom: Addressee, letter: Letter, stamp: _Stamp) -> MergedLetter:
        """A letter as it is marked."""
        kind, templates = self.letters.kind(whom), stamp.templates
        if kind not in templates:
            # The same in each run, so that it is stored once.
            first = self.letters.release.published or stamp.now
            templates[kind] = self.ledger.store_template(self.letters.sample(first, kind))
        kept = templates[kind].keep(letter.data)
        delivery = delivery_due(self.letters.release, whom.recipient, stamp.now)
        return MergedLetter(delivery, letter.id, kept.sha256, kept.body)

    def _write_again(self, page: Sequence[HandedLetter], writer: MergeWriter) -> None:
        """Writes letters that were marked before, to the byte as they were then."""
        release, releases, ledger = self.letters.release, self.letters.releases, self.ledger
        numbers = [one.recipient for one in page]
        known = ledger.letters_to(release.policy.id, numbers)
        opted_out = ledger.opted_out_before(release, numbers)
        recipients = ledger.recipients(numbers)
        people = to_be_told(release, releases, recipients, known, opted_out)
        for whom, one in zip(people, page, strict=True):
            self._row(whom, one.message, message_name(one.message), writer)

    def _row(self, whom: Addressee, data: bytes, name: str, writer: MergeWriter) -> None:
        case, links = self.letters.kind(whom).case or "", self.letters.links(whom)
        row = merge_row(self.letters.release, whom.recipient, case, links, data)
        writer.write(row, data, name)


@dataclass(frozen=True)
class _Stamp:
    """What all letters of a run share."""

    now: dt.datetime
    templates: dict[LetterKind, Template]
    """Against which letters are kept, by what kind they are."""


def _pages(each: Iterable[_T]) -> Iterator[list[_T]]:
    values = iter(each)
    while some := list(islice(values, _PAGE)):
        yield some
