"""Whether a document of evidence holds: by itself, without the ledger that it comes from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from functools import cached_property
from typing import Any

from publisher.answers.evidence_document import (
    CustomerEvidence,
    StatedFile,
    content_of,
    document_digest,
    shown_files,
)
from publisher.errors import PublisherError
from publisher.policies.finding import Finding, Severity
from publisher.record.dossier import ProvenEvent
from publisher.record.event import EventKind
from publisher.record.heads import LEDGER_FIELD, WitnessedHead, read_head_line
from publisher.record.merkle import is_included
from publisher.releases.statement import Statement, read_statement
from publisher.text.amounts import amount

_SECOND = dt.timedelta(seconds=1)
"""When a document was made is said to the second."""
_ABOUT = ("recipient", "request", "message")
_ASK = "ask whoever gave you the file for another, and compare"


@dataclass(frozen=True)
class SeenHead:
    """A head, and where it was seen."""

    head: WitnessedHead
    place: str


@dataclass(frozen=True)
class EvidenceReview:
    """What was found about a document."""

    findings: Sequence[Finding] = ()
    lines: Sequence[str] = ()
    """What was checked, and what could not be, in words."""
    statements: Sequence[Statement] = field(default_factory=tuple)


def check_evidence(
    evidence: CustomerEvidence, value: Mapping[str, Any], where: str, known: Sequence[SeenHead] = ()
) -> EvidenceReview:
    """Holds all that a document says of events to what proves it.

    Args:
        evidence, value: as `read_evidence` gave them.
        where: the path of the file, for messages.
        known: heads that others have seen.
    """
    check = _Check(evidence, where)
    if document_digest(value) != value.get("digest"):
        check.fault("was altered: it has another digest of all that it says")
    check.events()
    check.chains()
    stated = [one for each in evidence.statements if (one := check.statement(each))]
    check.register(stated)
    check.releases()
    heads = [*known, *check.heads_in_letters(), *_heads_of(stated)]
    lines = [*check.lines(), *check.held_heads(heads)]
    return EvidenceReview(check.findings, lines, stated)


def _heads_of(stated: Sequence[Statement]) -> Iterator[SeenHead]:
    for one in stated:
        for line in one.notice.heads if one.notice else ():
            if head := read_head_line(line):
                yield SeenHead(head, f"statement {one.name}")


class _Check:
    """What is found about one document."""

    def __init__(self, evidence: CustomerEvidence, where: str) -> None:
        self.findings: list[Finding] = []
        self._evidence, self._where = evidence, where
        self._batches = {(b.chain, b.number): b for b in evidence.dossier.batches}
        self._contents = self._gone = self._left_out = 0

    def fault(self, what: str) -> None:
        """Adds an error."""
        self.findings.append(Finding(Severity.ERROR, self._where, 0, what, _ASK))

    # ── events ───────────────────────────────────────────────────────────────────────────────────

    def events(self) -> None:
        """Looks at each event, its proof and its private value."""
        dossier, last = self._evidence.dossier, 0
        whose: set[int] = set()
        for one in dossier.events:
            if one.event.number <= last:
                self.fault(f"event {one.event.number} is not in its place")
            last = one.event.number
            whose |= {one.event.recipient} if one.event.recipient is not None else set()
            self._proof(one)
            self._private(one)
        if any(one.event.at > self._evidence.made + _SECOND for one in dossier.events):
            self.fault("says that it was made before the last of its events")
        if whose != set(dossier.numbers):
            self.fault("has events of other recipients than it says, or of fewer")

    def _proof(self, one: ProvenEvent) -> None:
        batch = self._batches.get((one.chain, one.batch))
        called = f"event {one.event.number}"
        if batch is None:
            self.fault(f"{called} names a batch that is not given")
            return
        try:
            leaf = one.event.leaf()
        except ValueError as error:
            self.fault(f"{called} does not read: {error}")
            return
        if not is_included(leaf, one.index, batch.count, one.path, batch.root):
            self.fault(f"{called} was altered: it is not in the batch that it names")

    def _private(self, one: ProvenEvent) -> None:
        event, value, called = one.event, one.private, f"event {one.event.number}"
        if value is None:
            if event.digest and not self._erased(one):
                self.fault(f"the words of {called} are gone, and no erasure says so")
            elif event.digest:
                self._gone += 1
            return
        if value.digest() != event.digest:
            self.fault(f"the words of {called} were altered: its event has another digest of them")
            return
        try:
            digest = str(json.loads(value.text).get("sha256", ""))
        except (ValueError, AttributeError):
            self.fault(f"the words of {called} do not read")
            return
        content = self._evidence.contents.get(event.number)
        if content is None:
            if digest and self._evidence.leaves_out(event):
                self._left_out += 1
            elif digest:
                self.fault(f"the letter or mail of {called} is not given")
            return
        self._contents += 1
        if hashlib.sha256(content).hexdigest() != digest:
            self.fault(f"the letter or mail of {called} was altered")
        elif event.kind != EventKind.RECEIVED and not self._spliced(one, content):
            self.fault(f"the letter of {called} is not what comes of its template")

    def _spliced(self, one: ProvenEvent, content: bytes) -> bool:
        try:
            return content_of(one, self._evidence.dossier.templates) == content
        except (PublisherError, KeyError, ValueError, AssertionError):
            return False

    def _erased(self, one: ProvenEvent) -> bool:
        """Whether a later event says that the words of an event were erased."""
        event = one.event
        named = [(name, getattr(event, name)) for name in _ABOUT]
        return any(
            self._erasures.get(place, 0) > event.number
            for place in (*named, (event.policy, event.release))
        )

    @cached_property
    def _erasures(self) -> Mapping[tuple[str, object], int]:
        """The number of the last event that erases what is about something."""
        last: dict[tuple[str, object], int] = {}
        for each in (one.event for one in self._evidence.dossier.events):
            if each.kind == EventKind.ERASED:
                named = ((name, getattr(each, name)) for name in _ABOUT)
                last |= {place: each.number for place in named if place[1] is not None}
            elif each.kind == EventKind.PRUNED and each.policy:
                last[each.policy, each.release] = each.number
        return last

    # ── batches ──────────────────────────────────────────────────────────────────────────────────

    def chains(self) -> None:
        """Looks whether each batch has the digest of the one before it, and the heads it names."""
        places = [(b.chain, b.number) for b in self._evidence.dossier.batches]
        if places != sorted(set(places)):
            self.fault("has batches that are not in their places")
        for (chain, number), batch in self._batches.items():
            before = self._batches.get((chain, number - 1))
            if before and before.digest() != batch.previous:
                self.fault(f"batch {number} of chain {chain} is not behind the one before it")
            for head in batch.heads:
                named = self._batches.get((head.chain, head.number))
                if named and named.digest() != head.digest:
                    what = f"batch {number} of chain {chain} names another batch {head.number}"
                    self.fault(f"{what} of chain {head.chain}")

    def heads_in_letters(self) -> Iterator[SeenHead]:
        """The heads that the customer's own letters have."""
        for number, content in self._evidence.contents.items():
            field_ = message_from_bytes(content, policy=policy.default).get(LEDGER_FIELD, "")
            if head := read_head_line(str(field_).strip()):
                yield SeenHead(head, f"the letter of event {number}")

    def held_heads(self, heads: Sequence[SeenHead]) -> Iterator[str]:
        """Holds batches to heads that were seen; says how far each chain is vouched for."""
        ledger, reach = self._evidence.dossier.ledger, dict[int, SeenHead]()
        for one in heads:
            if one.head.ledger != ledger:
                continue
            batch = self._batches.get((one.head.chain, one.head.number))
            if batch is None:
                continue
            if batch.digest() != one.head.digest:
                where = f"batch {one.head.number} of chain {one.head.chain}"
                self.fault(f"{where} is another one than {one.place} saw")
                continue
            if one.head.number > (r.head.number if (r := reach.get(one.head.chain)) else 0):
                reach[one.head.chain] = one
        for chain in sorted({one.chain for one in self._evidence.dossier.events}):
            yield self._reach_line(chain, reach.get(chain))

    def _reach_line(self, chain: int, by: SeenHead | None) -> str:
        own = [e for e in self._evidence.dossier.events if e.chain == chain]
        said = f"chain {chain}: {amount(len(own), 'event')}"
        if by is None:
            return f"{said}; nobody outside the ledger vouches for them: --known-heads FILE"
        number = by.head.number
        while (chain, number - 1) in self._batches:
            number -= 1
        vouched = [e for e in own if number <= e.batch <= by.head.number]
        return f"{said}, {len(vouched)} of them vouched for by {by.place}"

    # ── releases and statements ──────────────────────────────────────────────────────────────────

    def releases(self) -> None:
        """Looks at the files of each release, and whether the one that is wanted is there."""
        names = [f"{one.policy}/{one.number}" for one in self._evidence.releases]
        if self._evidence.release and self._evidence.release not in names:
            self.fault(f"is about {self._evidence.release}, of which it has nothing")
        if len(set(names)) < len(names):
            self.fault("has a release twice")
        about = {(e.event.policy, e.event.release) for e in self._evidence.dossier.events}
        for one in self._evidence.releases:
            called = f"{one.policy}/{one.number}"
            if (one.policy, one.number) not in about:
                self.fault(f"has {called}, which no event is about")
            if hashlib.sha256(one.sums.encode()).hexdigest() != one.seal:
                self.fault(f"the checksums of {called} are not those that were sealed")
            sums = dict(line.split("  ", 1)[::-1] for line in one.sums.splitlines() if "  " in line)
            for name in shown_files(sums):
                if name not in one.files:
                    self.fault(f"{name} of {called} is not given")
            for name, text in one.files.items():
                if hashlib.sha256(str(text).encode()).hexdigest() != sums.get(name):
                    self.fault(f"{name} of {called} is not what was sealed")

    def statement(self, one: StatedFile) -> Statement | None:
        """Looks at a statement, and reads it."""
        called = f"statement {one.policy}/{one.number}"
        try:
            said = read_statement(one.text.encode(), called)
        except PublisherError as error:
            self.fault(f"{called} does not read: {error.what}")
            return None
        if (said.policy, said.number) != (one.policy, one.number):
            self.fault(f"{called} is another one")
        seals = {(r.policy, r.number): r.seal for r in self._evidence.releases}
        if said.seal != seals.get((said.policy, str(said.release)), said.seal):
            self.fault(f"{called} is about another release of that number")
        return said

    def register(self, statements: Sequence[Statement]) -> None:
        """Looks whether each statement has the digest of the one before it, from the first on."""
        last: dict[str, Statement] = {}
        for one in statements:
            before = last.get(one.policy)
            named = (before.number + 1, before.digest) if before else (1, "")
            if (one.number, one.previous_digest) != named:
                self.fault(f"statement {one.name} does not follow the one before it")
            last[one.policy] = one

    # ── in words ─────────────────────────────────────────────────────────────────────────────────

    def lines(self) -> Iterator[str]:
        """What was checked, and what could not be."""
        dossier = self._evidence.dossier
        yield (
            f"{self._where}: {amount(len(dossier.events), 'event')} held to "
            f"{amount(len(self._used()), 'batch', 'batches')}, "
            f"{amount(self._contents, 'letter or mail', 'letters and mails')} to their digests"
        )
        if self._gone:
            gone = amount(self._gone, "event")
            yield f"erased or pruned, as the ledger says: the words of {gone}"
        if self._left_out:
            yield f"left out, being about other releases: {amount(self._left_out, 'letter')}"
        yield (
            "cannot be told from the file: whether an event was left out "
            "(publisher verify --ledger, where the ledger is)"
        )

    def _used(self) -> set[tuple[int, int]]:
        return {(one.chain, one.batch) for one in self._evidence.dossier.events}
