"""Whether the evidence about a customer holds, without the ledger that it comes from."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.actions.workplace import Workplace
from publisher.answers.applies import Appliance
from publisher.answers.applies_report import applies_values
from publisher.answers.evidence_attachment import EVIDENCE_FILE
from publisher.answers.evidence_check import EvidenceReview, SeenHead, check_evidence
from publisher.answers.evidence_document import CustomerEvidence, read_evidence
from publisher.edges.archive import Archive
from publisher.edges.evidence_files import (
    EvidenceFile,
    read_evidence_file,
    require_nothing_there,
)
from publisher.edges.head_files import KnownHeadsFile
from publisher.edges.ledger.retelling import Retold, retold
from publisher.edges.outputs import OWNER_ONLY, write_named
from publisher.edges.private import refuse_public_place
from publisher.errors import NotFoundError, PublisherError
from publisher.policies.finding import Finding, Severity
from publisher.releases.number import Number
from publisher.releases.statement import Statement

if TYPE_CHECKING:
    from publisher.edges.press import Press

_ASK = "ask whoever gave you the file for another, and compare"


def verify_evidence(
    workplace: Workplace | None, file: Path, known_heads: Path | None, pages: Path | None = None
) -> EvidenceReview:
    """Holds all that a file says to what proves it; releases and statements as far as here.

    Of a PDF, that is the JSON inside; its pages are made again of that, and compared to the byte.

    Args:
        workplace: a clone with the releases; None: there is none, and only the file is looked at.
        file: as `publisher evidence` wrote it, JSON or PDF.
        known_heads: a file of heads of the ledger, which is only read.
        pages: a PDF to write, outside git, of what the JSON says if that holds; nothing is there.

    Raises:
        NotFoundError: there is no such file, or it is none of evidence.
        ConfigurationError: the file of heads does not read, or the PDF would lie where git finds
            it.
        OutputError: there is something already where the PDF is to be, or it cannot be written.
    """
    if pages:
        if workplace:
            refuse_public_place(workplace.project.root, pages)
        require_nothing_there(pages)
    given = read_evidence_file(file)
    archive = workplace.archive if workplace else None
    review = _review(archive, given.data, file, known_heads)
    if not given.pdf and not pages:
        return review
    press = workplace.press if workplace else None
    said = list(_on_pages(given, file, pages, press, sound=not review.findings))
    return EvidenceReview(
        [*review.findings, *(one for one in said if isinstance(one, Finding))],
        [*review.lines, *(one for one in said if isinstance(one, str))],
    )


def _on_pages(
    given: EvidenceFile, file: Path, pages: Path | None, press: Press | None, *, sound: bool
) -> Iterator[str | Finding]:
    """What is found about the pages of a file.

    Args:
        given: what was read of it.
        file: its path.
        pages: where to write the pages of what holds; None: nowhere.
        press: of the project that is here; None: there is none.
        sound: whether what the JSON says holds. What is altered is not set on pages that look as if
            it were not.
    """
    if not sound:
        yield "not compared: the pages, for what the file says does not hold"
        return
    # What is below a PDF takes long to load.
    from publisher.edges.evidence_pages import evidence_pages
    from publisher.edges.press import Press

    try:
        made = evidence_pages(press or Press(), given.data, str(file))
    except PublisherError as error:
        yield _fault(file, f"its pages cannot be made again: {error.what}")
        return
    if given.pdf == made:
        yield f"the pages are, to the byte, those that are made of its {EVIDENCE_FILE}"
    elif given.pdf:
        yield f"its {EVIDENCE_FILE} holds; its pages must not be relied on"
        remedy = f"publisher verify --evidence {shlex.quote(str(file))} --pages NEW.pdf"
        yield Finding(Severity.ERROR, str(file), 0, _OTHER_PAGES, remedy)
    if pages:
        write_named(pages, made, mode=OWNER_ONLY)
        yield f"{pages}: the pages of what was checked"


_OTHER_PAGES = (
    f"its pages are not those that this program makes of its {EVIDENCE_FILE}: they were altered, "
    "or made by another version of the program, of its libraries or of the project's fonts"
)


def _review(
    archive: Archive | None, data: bytes, file: Path, known_heads: Path | None
) -> EvidenceReview:
    """What is found about the JSON."""
    found, value = read_evidence(data, str(file))
    heads = KnownHeadsFile(known_heads).read() if known_heads else []
    if heads is None:
        raise NotFoundError("there is no such file of heads", where=str(known_heads))
    seen = [SeenHead(one, str(known_heads)) for one in heads]
    review = check_evidence(found, value, str(file), seen)
    if review.findings:
        return review  # what follows from altered events says nothing
    own = [each["policy"] for each in found.applies]
    findings, lines = [*review.findings], [*review.lines]
    try:
        story = retold(found.dossier.events, found.dossier.numbers, own)
    except PublisherError as error:
        findings.append(_fault(file, error.what))
        return EvidenceReview(findings, lines)
    if list(story.record) != list(found.record):
        findings.append(_fault(file, "says something else of the customer than the events do"))
    if story.record and story.record[-1]["customer"] != found.customer:
        findings.append(_fault(file, "is about another customer than the events are"))
    for what, sound in _held(archive, found, story, review.statements):
        if sound:
            lines.append(what)
        else:
            findings.append(_fault(file, what))
    return EvidenceReview(findings, lines)


def _fault(file: Path, what: str) -> Finding:
    return Finding(Severity.ERROR, str(file), 0, what, _ASK)


def _held(
    archive: Archive | None,
    found: CustomerEvidence,
    story: Retold,
    stated: Sequence[Statement],
) -> Iterator[tuple[str, bool]]:
    """What was held to the releases that are here, in words, and whether it is sound."""
    policies = sorted({one.policy for one in found.releases} | {a["policy"] for a in found.applies})
    for policy_id in policies:
        if archive is None or not archive.numbers(policy_id):
            yield f"not checked: releases of `{policy_id}` are not here; run it in a clone", True
            continue
        numbers = {str(one): one for one in archive.numbers(policy_id)}
        for one in found.releases:
            if one.policy != policy_id:
                continue
            if one.number not in numbers:
                yield f"not checked: {policy_id}/{one.number} is not here; git pull", True
            elif archive.release(policy_id, numbers[one.number]).seal != one.seal:
                yield f"{policy_id}/{one.number} has another seal here than in the file", False
        yield from ((what, False) for what in _left_out(archive, policy_id, found, stated))
        yield from _applies(archive, policy_id, found, story)


def _left_out(
    archive: Archive, policy_id: str, found: CustomerEvidence, stated: Sequence[Statement]
) -> Iterator[str]:
    """What the file has otherwise than the clone, or lacks, of releases and statements."""
    given = {one.number for one in found.releases if one.policy == policy_id}
    events = [one.event for one in found.dossier.events if one.event.policy == policy_id]
    for one in sorted({event.release for event in events} - given - {""}):
        number = Number.parse(one)
        if number in archive.numbers(policy_id):
            yield f"has nothing of {policy_id}/{one}, which events are about"
    said = {one.number: one.digest for one in stated if one.policy == policy_id}
    for each in archive.register(policy_id):
        if said.get(each.number, each.digest) != each.digest:
            yield f"statement {each.name} is another one here than in the file"
        if each.number not in said and each.stated <= found.made:
            yield f"lacks statement {each.name}, which was stated before"


def _applies(
    archive: Archive, policy_id: str, found: CustomerEvidence, story: Retold
) -> Iterator[tuple[str, bool]]:
    """Whether what applies follows from the events of the file and the releases that are here."""
    said = [each for each in found.applies if each["policy"] == policy_id]
    if not said:
        yield f"says nothing of which version of `{policy_id}` applies", False
        return
    releases, on = archive.releases(policy_id), dt.date.fromisoformat(said[0]["on"])
    appliance = Appliance(releases, on, found.margin_days)
    if on != releases.today(found.made):
        yield (
            f"what applies of `{policy_id}` is of {on}, and the file was made on another day",
            False,
        )
        return
    if applies_values(appliance, policy_id, story.known[policy_id]) == said:
        yield f"{policy_id}: what applied on {on} follows from events and releases", True
        return
    here = {str(one.number) for one in releases}
    if any(one.number not in here for one in found.releases if one.policy == policy_id):
        yield f"not checked: what applied of `{policy_id}` needs releases that are not here", True
        return
    what = f"what applied of `{policy_id}` on {on} does not follow from the events"
    yield f"{what} and the releases that are here (git pull first)", False
