"""Printing the letters of a release to whoever no mail reached."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from publisher.actions import Progress, silent
from publisher.actions.workplace import Workplace
from publisher.answers.list_forms import no_formula
from publisher.answers.release_letters import ReleaseLetters
from publisher.edges.list_files import opened_list
from publisher.edges.outputs import OWNER_ONLY, write_named
from publisher.edges.private import refuse_public_place
from publisher.letters.fields import field_values
from publisher.letters.kinds import as_told, letter_language
from publisher.letters.notice import NOTHING_ENCLOSED, text_to_attach
from publisher.letters.sending import is_too_late, require_notice, require_standing
from publisher.paper.documents import posted_letters_document
from publisher.paper.posted_letters import PostedLetter
from publisher.people.due import Addressee, to_be_told
from publisher.people.postal_list import POSTAL_LINES, postal_addresses
from publisher.people.posting import POSTED_COLUMNS, SURELY_TO_POST, Posting, part_name
from publisher.people.recipients import Recipient, RecipientState
from publisher.people.standing import NOTICE_STATES, NoticeStanding
from publisher.releases.number import Number

_T = TypeVar("_T")
_PART = 200
"""Letters in one PDF: it is set as a whole, which takes memory, some 3 MB a letter."""


@dataclass(frozen=True)
class PrintOrder:
    """What is asked for."""

    place: Path
    """Of the PDF; the list of whose the letters are lies beside it, with the ending `.csv`."""
    wanted: Sequence[NoticeStanding] = SURELY_TO_POST
    """To whom: those whose notice stands so."""
    addresses: BinaryIO | None = None
    """A list of postal addresses, see `postal_addresses`; None: none is known."""


def print_letters(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    order: PrintOrder,
    progress: Progress = silent,
) -> Posting:
    """Writes the letters of a release that go by post: PDFs to print, and a list of whose they are.

    The ledger is not changed: who was told so is recorded once the letters are posted. Nothing of
    the postal addresses is kept.

    Args:
        workplace, policy_id, number: which release.
        order: to whom, and where to.
        progress: told of each PDF.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it.
        SealError: `verify` finds that a release of the policy was altered.
        RecipientsError: the list of addresses does not read.
        ConfigurationError: git would be given the letters, or there is no key for personal links.
        RenderError: a library that the machine must have is missing, or a character is in no font.
        OutputError: a file cannot be written.
        LedgerError: the ledger cannot be read.
    """
    archive = workplace.archive
    release, releases = archive.release(policy_id, number), archive.releases(policy_id)
    if workplace.in_repository:
        workplace.witnesses.require_sound(policy_id)
    require_notice(release)
    require_standing(release, releases)
    refuse_public_place(workplace.project.root, order.place)
    addresses: Mapping[str, tuple[str, ...]] = {}
    if order.addresses is not None:
        with opened_list(order.addresses, workplace.project.private) as source:
            addresses = postal_addresses(source.blocks(silent), source.name())
    organisation = workplace.settings.organisation
    letters = ReleaseLetters(release, releases, organisation, workplace.keys[0], NOTHING_ENCLOSED)
    work = _Work(workplace, letters, addresses, order.place)
    chosen = list(_chosen(work, order.wanted))
    for page in _pages(iter(chosen)):
        work.take(page)
        progress("printing", work.count, len(chosen))
    if work.count:
        listed = work.listed.getvalue().encode()
        write_named(order.place.with_suffix(".csv"), listed, mode=OWNER_ONLY)
    enclosed = text_to_attach(release, lambda: archive.file(release, "policy.pdf"))
    return Posting(
        number,
        work.files,
        str(order.place.with_suffix(".csv")),
        work.count,
        work.unknown,
        enclosed=bool(enclosed),
    )


@dataclass
class _Work:
    """Letters on their way to paper."""

    workplace: Workplace
    letters: ReleaseLetters
    addresses: Mapping[str, tuple[str, ...]]
    place: Path
    files: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    listed: io.StringIO = field(default_factory=io.StringIO)
    count: int = 0

    def take(self, some: Sequence[Recipient]) -> None:
        """Writes a PDF with the letters to some recipients."""
        ledger, about = self.workplace.ledger, self.letters
        numbers = [one.number for one in some]
        earlier = ledger.letters_to(about.release.policy.id, numbers)
        opted_out = ledger.opted_out_before(about.release, numbers)
        whom = to_be_told(about.release, about.releases, some, earlier, opted_out)
        place = self.place.with_name(part_name(self.place.name, len(self.files) + 1))
        day = about.release.day_of(self.workplace.clock())
        document = posted_letters_document(
            [self._letter(one) for one in whom], about.organisation, day
        )
        data = self.workplace.press.pdf_of(document, keep=False)  # it names customers
        write_named(place, data, mode=OWNER_ONLY)
        writer = csv.writer(self.listed)
        if not self.files:
            writer.writerow(POSTED_COLUMNS)
        self.files.append(str(place))
        for at, one in enumerate(some, 1):
            lines = self.addresses.get(one.customer, ())
            cells = [*lines, *[""] * len(POSTAL_LINES)][: len(POSTAL_LINES)]
            words = map(no_formula, (one.name, *cells))
            writer.writerow((one.customer, place.name, at, *words))
        self.count += len(some)

    def _letter(self, whom: Addressee) -> PostedLetter:
        recipient = whom.recipient
        told = as_told(self.letters.release, self.letters.kind(whom))
        lines = self.addresses.get(recipient.customer)
        if lines is None:
            self.unknown.append(recipient.customer)
        name = (recipient.name,) if recipient.name else ()
        return PostedLetter(
            told,
            field_values(recipient.name, self.letters.links(whom), letter_language(told)),
            (*name, *((recipient.address,) if lines is None else lines)),
            recipient.customer,
            self.workplace.catalogs.words(told.policy.facts.language),
        )


def _chosen(work: _Work, wanted: Sequence[NoticeStanding]) -> Iterator[Recipient]:
    """Those who are to be told by post, but for whoever is told no more."""
    release, releases = work.letters.release, work.letters.releases
    too_late = is_too_late(release, releases, work.workplace.clock())
    states = frozenset(NOTICE_STATES[one] for one in wanted)
    for one in work.workplace.ledger.tellings(release, releases, states):
        is_told = one.recipient.state is RecipientState.TOLD
        if is_told and one.standing(too_late=too_late) in wanted:
            yield one.recipient


def _pages(each: Iterable[_T]) -> Iterator[list[_T]]:
    some = iter(each)
    while page := list(islice(some, _PART)):
        yield page
