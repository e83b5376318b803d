"""The letter of a draft, as a freeze now would seal it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.answers.sample_letters import (
    own_language,
    preview_name,
    require_letters,
    wanted_letter,
    wanted_letters,
)
from publisher.edges.ledger import Ledger
from publisher.edges.preview_files import PreviewFiles
from publisher.edges.preview_folder import PreviewFolder
from publisher.letters.kinds import letter_kind
from publisher.letters.message import LetterForm
from publisher.people.due import Addressee, to_be_told
from publisher.people.recipients import known_recipient, require_addressed
from publisher.releases.freezing import FreezeOrder
from publisher.releases.made_release import UNCOMMITTED, MadeRelease
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site.preview_index import ENDINGS


@dataclass(frozen=True)
class DraftNoticeOrder:
    """Which letter of the draft is wanted, and how."""

    freeze: FreezeOrder
    """What the freeze would be asked for; without a day, the earliest lawful one is taken."""
    language: str | None = None
    """Of the letter; None: the authoritative one, in a folder all of them."""
    case: str | None = None
    """As `LetterCase` has them; None: the usual one, in a folder all of them."""
    customer: str | None = None
    """The id of the recipient whose letter it is, in their language and case; None: a sample."""
    form: LetterForm | None = None
    """None: the message, in a folder all forms."""
    folder: Path | None = None
    """Where letters are written; None: one letter is given."""


@dataclass(frozen=True)
class DraftNotice:
    """What was asked for."""

    release: Release
    """As it would be frozen."""
    data: bytes
    """The letter; empty where letters were written to a folder."""
    assumed: bool
    """Whether the day was not named."""
    written: tuple[str, ...] = ()
    """The names of the files in the folder."""

    @property
    def line(self) -> str:
        """Which release this would be, in a line to read."""
        name, day = self.release.name, self.release.effective
        why = ", the earliest lawful day (another one: --effective DATE)" if self.assumed else ""
        return f"The letter of {name} if it were frozen today, in force from {day}{why}"


def draft_notice(workplace: Workplace, policy_id: str, order: DraftNoticeOrder) -> DraftNotice:
    """The letter that would be sealed if the draft on disk, committed or not, were frozen now.

    Args:
        workplace, policy_id: whose draft.
        order: which letter.

    Raises:
        FreezeError: the draft may not be frozen like this.
        NotFoundError: it would have no letter, or not this one; or there is no such recipient.
        SealError: a release was altered.
        OutputError: the folder is no place for letters.
    """
    folder = PreviewFolder.of(order.folder, workplace.project) if order.folder else None
    releases, now = workplace.archive.releases(policy_id), workplace.clock()
    maker = workplace.maker
    asked, assumed = order.freeze, order.freeze.effective is None
    if assumed:
        asked = replace(asked, effective=maker.earliest(policy_id, asked, releases, now))
    made = maker.made(maker.planned(policy_id, asked, releases, UNCOMMITTED, now))
    preview = PreviewFiles(releases, maker, now)
    require_letters(made)
    whom = _addressee(workplace.ledger, order.customer, made, releases) if order.customer else None
    letters = preview.letters(made, whom)
    if whom:
        kind = letter_kind(made.release, whom.case, whom.recipient.language)
        order = replace(
            order, language=kind.language or own_language(letters), case=kind.case or ""
        )
    if folder is None:
        letter = wanted_letter(letters, order.language or "", order.case or "")
        data = preview.letter(letter, order.form or LetterForm.EML)
        return DraftNotice(made.release, data, assumed)
    forms = (order.form,) if order.form else tuple(LetterForm)
    files = {
        preview_name("letter", letter.kind, ENDINGS[form]): preview.letter(letter, form)
        for letter in wanted_letters(letters, order.language, order.case)
        for form in forms
    }
    folder.write(files)
    return DraftNotice(made.release, b"", assumed, tuple(files))


def _addressee(ledger: Ledger, customer: str, made: MadeRelease, releases: Releases) -> Addressee:
    """A recipient, and what their letter would depend on."""
    recipient = require_addressed(known_recipient(ledger.customer(customer), customer))
    release, number = made.release, [recipient.number]
    letters = ledger.letters_to(release.policy.id, number)
    opted_out = ledger.opted_out_before(release, number)
    every = releases.part([*releases, release])
    (found,) = to_be_told(release, every, [recipient], letters, opted_out)
    return found
