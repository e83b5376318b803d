"""Verifying that no release has changed since it was frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.known_file import (
    KnownFile,
    made_anew,
    read_signers_file,
    require_folder,
    require_outside,
)
from publisher.edges.merges import refuse_two_of_a_number
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, NotFoundError
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import POLICY_ID
from publisher.releases.known_seals import KnownPolicy, KnownSeals
from publisher.releases.signers import read_signers
from publisher.releases.verification import Outside, ReleaseEvidence, verify_releases
from publisher.releases.vouching import signature_summary


@dataclass(frozen=True)
class Verification:
    """What was found about the releases of a policy."""

    policy_id: str
    findings: Sequence[Finding]
    """Everything that is not as it was frozen, errors first."""
    count: int
    """How many releases there are."""
    statements: int
    """How many statements about them."""
    signatures: str
    """Who signed which, in words."""
    alterations: Sequence[str]
    """What differs in each file that was altered, where that was asked for."""
    seen: KnownPolicy
    """The releases as they are now."""

    @property
    def sound(self) -> bool:
        """Whether nothing is an error."""
        return all(found.severity is not Severity.ERROR for found in self.findings)

    def line(self) -> str:
        """What was checked, in a line to read."""
        signatures = f"; {self.signatures}" if self.count else ""
        stated = f" and {self.statements} statement(s)" if self.statements else ""
        return f"{self.policy_id}: {self.count} release(s){stated} checked{signatures}"


@dataclass(frozen=True)
class VerifyOrder:
    """What is asked for."""

    differences: bool = False
    """Tell what differs in each file that was altered."""
    signers: Path | None = None
    """A file that names who signs the first releases."""
    known: Path | None = None
    """A file of what was seen of the releases before."""


@dataclass(frozen=True)
class Verified:
    """What was found about all policies that were looked at."""

    policies: Sequence[Verification]
    strays: Sequence[Finding] = field(default_factory=tuple)
    """What git has beside the folders of policies, and must not."""
    told: Sequence[str] = field(default_factory=tuple)
    """What became of the file of known seals, in lines to read."""
    cues: Sequence[Finding] = field(default_factory=tuple)
    """What a person has to know of it."""

    @property
    def sound(self) -> bool:
        """Whether nothing is an error."""
        return not self.strays and all(each.sound for each in self.policies)


def verify(workplace: Workplace, wanted: str | None, order: VerifyOrder) -> Verified:
    """Holds releases against all that bears witness to them.

    Args:
        workplace: the project.
        wanted: which policy; None: all that there are, or were.
        order: what is asked for.

    Raises:
        HistoryError: there is no git, or no repository; or two releases of one number are merged.
        NotFoundError: nobody ever knew the policy that is wanted.
        ConfigurationError: a file from outside does not read, or lies in the repository.
    """
    refuse_two_of_a_number(workplace.project.root)
    history = workplace.history
    for path in filter(None, (order.signers, order.known)):
        require_outside(path, history.top)
    if order.known:
        require_folder(order.known)
    signers = read_signers_file(order.signers) if order.signers else ""
    file = KnownFile(order.known) if order.known else None
    known = (file.read() if file else None) or KnownSeals()
    strays = workplace.witnesses.strays()
    ids = {*history.tagged_policies(), *known.policies}
    ids |= {name for name in history.touched("versions") if POLICY_ID.fullmatch(name)}
    try:
        ids |= _policies_here(workplace.project, wanted, ids)
    except ConfigurationError as error:  # a folder that is none of a policy hides no other
        strays.append(Finding.from_error(error))
    if wanted is not None and wanted not in ids:
        workplace.policy_id(wanted)  # says which there are
        raise NotFoundError(f"there is no policy `{wanted}`")
    found = []
    for policy_id in sorted(ids) if wanted is None else [wanted]:
        outside = _outside(known.of(policy_id), signers, order)
        evidence = workplace.witnesses.evidence(policy_id, outside)
        altered = workplace.witnesses.alterations(policy_id) if order.differences else ()
        found.append(_verification(evidence, tuple(altered), signers))
    if (order.signers or order.known) and not any(each.count for each in found):
        strays.append(_nothing_to_verify())
    done = Verified(found, strays)
    if file is None:
        return done
    cues = (made_anew(file.path),) if done.sound and not file.path.exists() else ()
    return replace(done, told=tuple(_kept(file, known, done)), cues=cues)


def _policies_here(project: Project, wanted: str | None, were: Collection[str]) -> set[str]:
    """The policies that there are; refused where that is none, or a folder and no more.

    Args:
        project: its folders.
        wanted: which policy; None: all.
        were: those that git or a file from outside knows releases of: what is gone of them is told.
    """
    here = project.policy_ids
    if not here and not were:
        project.policy_id(None)  # says so
    for each in here:
        if each not in were and wanted in (None, each):
            project.policy_id(each)
    return set(here)


def _nothing_to_verify() -> Finding:
    what = "has no release: nothing was held against what comes from outside"
    remedy = "git fetch --all --tags  # and see that this is the repository that was meant"
    return Finding(Severity.ERROR, "this clone", 0, what, remedy)


def _outside(known: KnownPolicy, signers: str, order: VerifyOrder) -> Outside:
    source = order.signers if signers else order.known if known.signers else None
    read, _ = read_signers(signers or known.signers, "")
    return Outside(read, str(source or ""), known)


def _verification(
    evidence: ReleaseEvidence, alterations: Sequence[str], signers: str
) -> Verification:
    return Verification(
        evidence.policy_id,
        verify_releases(evidence),
        len(evidence.numbers),
        len(evidence.stated.statements),
        signature_summary(evidence.releases, evidence.vouchers),
        alterations,
        KnownPolicy(evidence.seen, signers, evidence.stated.seen),
    )


def _kept(file: KnownFile, known: KnownSeals, done: Verified) -> Iterator[str]:
    """Adds what was seen to what is known, if nothing is an error; says what was done."""
    if not done.sound:
        yield f"{file.path}: nothing was added to it, for there are errors"
    elif known.published:
        yield f"{file.path}: a published file; nothing is added to it"
    else:
        new = not file.path.exists()
        added = file.add({each.policy_id: each.seen for each in done.policies if each.count})
        kinds = zip(added, ("release(s)", "statement(s)"), strict=True)
        counted = " and ".join(f"{count} {kind}" for count, kind in kinds if count)
        if new:
            yield f"{file.path}: made, with {counted}, which nobody had seen before"
        elif counted:
            yield f"{file.path}: {counted} added"
        else:
            yield f"{file.path}: nothing is new, and all of it is as it was seen before"
