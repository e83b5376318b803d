"""Verifying that a letter is the one that was sealed with its release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from publisher.actions.workplace import Workplace
from publisher.answers.letter_fields import filled_in, named_release
from publisher.answers.letter_findings import HeldRelease, letter_findings
from publisher.answers.letter_in_hand import letter_in_hand
from publisher.edges.inbox import letters_within_limits
from publisher.edges.letter_evidence import LetterWitnesses
from publisher.letters.kinds import as_told, letter_language
from publisher.letters.seal_line import SealedRelease, seals_in
from publisher.mail.reading import LARGEST_MAIL
from publisher.mail.received_letter import ReceivedLetter, message_of_file
from publisher.policies.finding import Finding, Severity
from publisher.policies.organisation import Organisation
from publisher.wording.language import english_name


@dataclass(frozen=True)
class LetterVerification:
    """What was found about a message."""

    findings: Sequence[Finding]
    """Everything that is not as it was sealed, errors first."""
    lines: Sequence[str]
    """Which letters it holds, and what was filled into each, in words."""


def verify_letter(workplace: Workplace, file: BinaryIO, name: str) -> LetterVerification:
    """Holds a letter that somebody has against the release that it belongs to.

    Neither the ledger nor a key is needed: the letter names its release.

    Args:
        workplace: the project.
        file: the letter as a mail program saved it.
        name: of the file, for messages.

    Raises:
        MailError: the file holds no message, several, or one that cannot be read within limits.
        HistoryError: there is no git, or no repository.
    """
    data = file.read(LARGEST_MAIL + 1)
    letters = letters_within_limits(message_of_file(data, name))
    witnesses = LetterWitnesses(workplace.archive, workplace.history)
    organisation, policy_ids = workplace.settings.organisation, workplace.policy_ids
    found, lines = list[Finding](), list[str]()
    for number, letter in enumerate(letters, 1):
        named = named_release(letter) or _by_its_seal(letter, witnesses, policy_ids)
        if named is None or not (named.seal or named.policy in policy_ids):
            continue
        place = f"{name}, message {number}" if len(letters) > 1 else name
        held = witnesses.held(named)
        found += _findings(letter, named, held, organisation, place)
        lines += _told(letter, named, held, organisation, place)
        lines += _around(letter, letters[0])
    if not lines:
        what = "is no letter of ours: it names no release that this repository knows"
        found = [Finding(Severity.ERROR, name, 0, what, "do not follow its links")]
    return LetterVerification(found, lines)


def _by_its_seal(
    letter: ReceivedLetter, witnesses: LetterWitnesses, policy_ids: tuple[str, ...]
) -> SealedRelease | None:
    named = (witnesses.sealed_as(policy_ids, seal) for seal in seals_in(letter.words))
    return next((one for one in named if one), None)


def _findings(
    letter: ReceivedLetter,
    named: SealedRelease,
    held: HeldRelease | None,
    organisation: Organisation,
    place: str,
) -> list[Finding]:
    if held:
        return letter_findings(letter, named, held, organisation, place)
    what = f"belongs to {named.policy}/{named.number}, which is not in this repository"
    return [Finding(Severity.ERROR, place, 0, what, "git pull, if it was released elsewhere")]


def _told(
    letter: ReceivedLetter,
    named: SealedRelease,
    held: HeldRelease | None,
    organisation: Organisation,
    place: str,
) -> Iterator[str]:
    attached = "attached letter" if letter.attached else "letter"
    seal = f", sealed as {named.seal}" if named.seal else ""
    yield f"{place}: {attached} of {named.policy}/{named.number}{seal}"
    original = (held.then or held.release) if held else None
    if original:
        texts = (letter.subject, letter.words)
        kind = letter_in_hand(original, texts)
        original = as_told(original, kind)
        called = f"the letter “{kind.case}”" if kind.case else "the usual letter"
        language = english_name(letter_language(original))
        yield f"  which       {called} about {original.name}, in {language}"
        fields = filled_in(letter, original, organisation.site, organisation.reply)
        address = f" <{letter.to[1]}>" if letter.to else ""
        yield f"  written to  {fields.name or '(no name)'}{address}"
        yield f"  from        {letter.sender_name or '(no name)'} <{letter.sender}>"
        yield f"  dated       {letter.date or '(no date)'}"
        yield f"  answers     {fields.links.reply}"
        yield f"  form        {fields.links.form}"


def _around(letter: ReceivedLetter, outer: ReceivedLetter) -> Iterator[str]:
    """What is said of the message that a letter came in."""
    if letter.attached:
        subject, sender = outer.subject[:200] or "(none)", outer.sender or "(nobody)"
        yield "  The attached letter was checked; the message that brings it was not:"
        yield f"  neither its words nor its subject “{subject}” nor its sender {sender}"
