"""Verifying that the ledger is what was recorded, and what others saw of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from publisher.actions import Progress
from publisher.actions.workplace import Workplace
from publisher.edges.archive import Archive
from publisher.edges.head_files import KnownHeadsFile
from publisher.edges.inbox import letters_within_limits
from publisher.edges.known_file import made_anew, require_folder, require_outside
from publisher.edges.ledger import Ledger, is_begun
from publisher.edges.ledger.auditing.audit import Audited
from publisher.edges.ledger.causes import require_begun
from publisher.errors import LedgerError, MailError, PublisherError
from publisher.letters.held_statements import (
    denied_retractions,
    held_statements,
    stated_heads,
    statement_findings,
)
from publisher.mail.reading import LARGEST_MAIL
from publisher.mail.received_letter import message_of_file
from publisher.policies.finding import Finding, Severity
from publisher.record.event import moment_of
from publisher.record.heads import LEDGER_FIELD, WitnessedHead, read_head_line
from publisher.record.witnessed import (
    HeadWitness,
    HeldHeads,
    KnownBy,
    hold_heads,
    reach_line,
    reaches,
)
from publisher.releases.releases import Releases
from publisher.text.amounts import amount


@dataclass(frozen=True)
class LedgerOrder:
    """What the ledger is held against."""

    known_heads: Path | None = None
    """A file of heads that were seen before."""
    accept_restored: bool = False
    """A person knows of the restorations that the ledger tells of."""
    letter: BinaryIO | None = None
    """A letter that has a head."""
    letter_name: str = ""
    """Of its file, for messages."""


@dataclass(frozen=True)
class LedgerVerification:
    """What was found about the ledger."""

    findings: Sequence[Finding]
    """Everything that is not as it was recorded, or seen."""
    lines: Sequence[str]
    """How far each chain is vouched for, in lines to read."""
    pending: bool = False
    """Whether a restoration explains what is missing, and nobody has accepted it."""

    @property
    def sound(self) -> bool:
        """Whether nothing is an error, or to be accepted."""
        return not self.pending and all(
            found.severity is not Severity.ERROR for found in self.findings
        )


def verify_ledger(
    workplace: Workplace, order: LedgerOrder, progress: Progress
) -> LedgerVerification:
    """Holds the ledger against its own chains, and these against heads that lie elsewhere.

    Args:
        workplace: the project.
        order: what bears witness, beside the statements in the repository.
        progress: told how far it is.

    Raises:
        LedgerError: the ledger cannot be read.
        ConfigurationError: a file from outside does not read, or lies in the repository.
        MailError: the letter is none that can be read.
    """
    project = workplace.project
    if order.known_heads and workplace.in_repository:
        require_outside(order.known_heads, workplace.history.top)
    if order.known_heads:
        require_folder(order.known_heads)
    file = KnownHeadsFile(order.known_heads) if order.known_heads else None
    registers, other = _registers(workplace.archive, project.policy_ids)
    witnesses = [*stated_heads(registers)]
    if file:
        witnesses += [HeadWitness(head, str(file.path)) for head in file.read() or ()]
    if order.letter:
        witnesses += _heads_of_letter(order.letter, order.letter_name)
    require_begun(workplace.has_ledger)
    try:
        ledger = workplace.ledger
    except LedgerError as error:
        if not is_begun(workplace.ledger_url):
            raise
        # It is not the one that releases were sent with: to see what it is, it is looked at.
        ledger = workplace.any_ledger
        other.append(Finding.from_error(error))
    audited = ledger.audit(progress)
    seen = ledger.forgettings(), str(file.path) if file else "", ledger.adoptions()
    known = KnownBy(audited.ledger, ledger.batch_digest, *seen)
    other += _about_statements(ledger, registers, known, progress)
    audited = replace(audited, findings=[*audited.findings, *other])
    held = hold_heads(witnesses, known)
    own = [one for one in witnesses if known.has(one)]
    return _verification(ledger, audited, (held, own), (file, order.accept_restored))


def _registers(archive: Archive, policies: Sequence[str]) -> tuple[list[Releases], list[Finding]]:
    """The releases of each policy and what is stated of them; a register that does not hold bears
    no witness, and is told.
    """
    found, faults = [], []
    for policy_id in policies:
        try:
            found.append(archive.releases(policy_id))
        except PublisherError as error:
            faults.append(Finding.from_error(error))
    return found, faults


def _about_statements(
    ledger: Ledger, registers: Sequence[Releases], known: KnownBy, progress: Progress
) -> Iterator[Finding]:
    """Where statements about notices are not what the ledger knows."""
    held = held_statements(registers, ledger.identity, ledger.notices_counted())
    held = [one for one in held if not one.is_gone(known)]
    wanted = {one.kept.event: (one.release, one.releases) for one in held if one.kept}
    recounted = ledger.recounted(wanted, progress) if wanted else {}
    yield from statement_findings(held, recounted, ledger.named_before)
    yield from denied_retractions(registers, ledger.count_reached)


def _heads_of_letter(file: BinaryIO, name: str) -> list[HeadWitness]:
    letters = letters_within_limits(message_of_file(file.read(LARGEST_MAIL + 1), name))
    values = [" ".join(value.split()) for letter in letters for value in letter.heads]
    heads = [read_head_line(value) for value in values]
    if not heads or None in heads:
        what = f"has no field {LEDGER_FIELD} of ours: it bears no witness of the ledger"
        raise MailError(what, where=name, remedy="take a letter that was sent by this program")
    return [HeadWitness(head, name) for head in heads if head]


def _unprotected(ledger: Ledger) -> Iterator[Finding]:
    """In a server, what protects events binds a role only if the tables are not its own."""
    if role := ledger.owning_role():
        what = f"the role `{role}` owns the tables, or may do what their owner may: it could "
        what += "take the triggers away that refuse to alter events"
        remedy = "have another role own them: publisher ledger migrate --grant ROLE, as that one"
        yield Finding(Severity.CUE, "ledger", 0, what, remedy)


def _verification(
    ledger: Ledger,
    audited: Audited,
    seen: tuple[HeldHeads, Sequence[HeadWitness]],
    keeping: tuple[KnownHeadsFile | None, bool],
) -> LedgerVerification:
    """Puts together what was found, and keeps what was seen.

    Args:
        ledger, audited: the ledger, and what was found in it.
        seen: what came of holding it to heads that lie elsewhere, and those that it has.
        keeping: the file of known heads, and whether restorations are accepted.
    """
    (held, witnesses), (file, accept) = seen, keeping
    findings = [*audited.findings, *held.findings, *_unprotected(ledger)]
    pending = held.pending and not (accept and file)
    batches = sum(end.batches for end in audited.ends)
    lines = [
        f"ledger {audited.ledger}: {amount(audited.events, 'event')} in "
        f"{amount(batches, 'batch', 'batches')} checked",
    ]
    if pending or any(found.severity is Severity.ERROR for found in findings):
        if file:
            why = "there are errors" if not pending else f"a {held.going_on} is not accepted"
            lines.append(f"{file.path}: nothing was added to it, for {why}")
        return LedgerVerification(findings, lines, pending)
    lines += _reach_lines(ledger, audited, witnesses)
    if held.accepted:
        before = f"from before a {held.going_on} that was accepted"
        lines.append(f"{amount(held.accepted, 'head')} {before}")
    if file:
        if not file.path.exists():
            findings.append(made_anew(file.path))
        now = [WitnessedHead(audited.ledger, e.chain, e.batches, e.digest) for e in audited.ends]
        lines.append(_kept(file, now))
        if held.pending:
            lines.append(f"{file.path}: the {held.going_on} is accepted, and vouched for by you")
    return LedgerVerification(findings, lines)


def _reach_lines(
    ledger: Ledger, audited: Audited, witnesses: Sequence[HeadWitness]
) -> Iterator[str]:
    own = [one for one in witnesses if one.head.ledger == audited.ledger]
    reached = reaches(own, ledger.batch_digest, ledger.named_before)
    for end in audited.ends:
        reach = reached.get(end.chain)
        when = ledger.digest_of(end.chain, reach.number) if reach else None
        line = reach_line(end.batches, reach, moment_of(when[1]) if when else None)
        yield f"  chain {end.chain} ({end.name}): {line}"


def _kept(file: KnownHeadsFile, seen: Sequence[WitnessedHead]) -> str:
    """Adds what was seen; says what was done."""
    new = not file.path.exists()
    count = file.add(seen)
    if new:
        return f"{file.path}: made, with {amount(count, 'head')}, which nobody had seen before"
    if count:
        return f"{file.path}: {amount(count, 'head')} added"
    return f"{file.path}: nothing is new"
