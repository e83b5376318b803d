"""Whether the evidence about a customer holds, without the ledger that it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.answers.applies import Appliance
from publisher.answers.applies_report import applies_values
from publisher.answers.evidence_check import EvidenceReview, SeenHead, check_evidence
from publisher.answers.evidence_document import CustomerEvidence, read_evidence
from publisher.edges.archive import Archive
from publisher.edges.head_files import KnownHeadsFile
from publisher.edges.ledger.retelling import Retold, retold
from publisher.errors import NotFoundError, PublisherError
from publisher.policies.finding import Finding, Severity
from publisher.releases.number import Number
from publisher.releases.statement import Statement

_ASK = "ask whoever gave you the file for another, and compare"


def verify_evidence(
    workplace: Workplace | None, file: Path, known_heads: Path | None
) -> EvidenceReview:
    """Holds all that a file says to what proves it; releases and statements as far as here.

    Args:
        workplace: a clone with the releases; None: there is none, and only the file is looked at.
        file: as `publisher evidence` wrote it.
        known_heads: a file of heads of the ledger, which is only read.

    Raises:
        NotFoundError: there is no such file, or it is none of evidence.
        ConfigurationError: the file of heads does not read.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise NotFoundError(f"cannot be read: {error.strerror}", where=str(file)) from error
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
    archive = workplace.archive if workplace else None
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
