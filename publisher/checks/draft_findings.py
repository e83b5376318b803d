"""What `check` finds in a draft: everything that stands between it and its release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.checks.gap_findings import check_gaps
from publisher.checks.request_findings import check_sections
from publisher.checks.text_findings import check_text
from publisher.checks.told_findings import check_told
from publisher.checks.translation_findings import SeenText, check_translations
from publisher.compare.amendment import amend
from publisher.policies.draft import FACTS_FILE, FIRST_POLICY
from publisher.policies.finding import Finding, Severity
from publisher.policies.labels import check_facts, check_reply_address, check_settings
from publisher.policies.policy import SIGNERS_FILE, Policy
from publisher.policies.settings import Settings
from publisher.policies.toml import line_of
from publisher.releases.changed_facts import SIGNER, changed_facts
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.signers import read_signers, signers_of_next


@dataclass(frozen=True)
class SettingsFile:
    """`publisher.toml`: what it says, and its bytes, to tell the line of what is wrong."""

    name: str
    data: bytes
    settings: Settings


@dataclass(frozen=True)
class Submission:
    """A draft as it is handed in for review."""

    policy: Policy | None
    """None: its files do not read."""
    findings: Sequence[Finding]
    """What is wrong with its files."""
    folder: str
    """Its path from the project's root, for messages."""
    facts: bytes
    """Its `policy.toml`."""
    settings: SettingsFile
    seen: Sequence[SeenText] = ()
    """What stood there when each translation that no release has was committed."""
    retracted: Release | None = None
    """The last release, where it was retracted: its notes are in its folder alone."""
    token: int = 0
    """Octets of the longest token in the reply address of a letter about its next release."""


def review_draft(submission: Submission, releases: Releases) -> list[Finding]:
    """Every finding on a draft, errors first, then by file and line.

    Args:
        submission: the draft, and what was found out about its files.
        releases: those that its release would follow (`Releases.followed`).
    """
    policy, folder = submission.policy, submission.folder
    if policy is None:
        return list(submission.findings)
    last = releases[-1] if releases else None
    amendment = amend(last.policy.document, policy.document) if last else None
    own = submission.settings
    found = [
        *submission.findings,
        *check_facts(policy.facts, submission.facts, f"{folder}/{FACTS_FILE}"),
        *check_settings(own.settings, own.data, own.name),
        *check_reply_address(own.settings, submission.token, own.data, own.name),
        *check_sections(policy, own.settings, own.data, own.name),
        *check_text(policy, last, folder, amendment, submission.retracted),
        *check_gaps(policy, submission.facts, folder),
        *check_translations(policy, releases, folder, submission.seen),
        *check_told(policy, amendment, folder, submission.facts),
        *_check_signers(policy, releases, f"{folder}/{SIGNERS_FILE}"),
        *_told_by_no_text(policy, releases, submission),
    ]
    return ranked(found)


def _check_signers(policy: Policy, releases: Releases, place: str) -> list[Finding]:
    """What in the file of signers does not read, or is not what its editor may think it is."""
    if policy.signers:
        return read_signers(policy.signers, place)[1]
    if not signers_of_next([release.policy.signers for release in releases]):
        return []
    what = "is gone: who may sign is still who the last release that had it says"
    remedy = "restore it, or name in it who may sign from now on"
    return [Finding(Severity.CUE, place, 0, what, remedy)]


def _told_by_no_text(
    policy: Policy, releases: Releases, submission: Submission
) -> Iterator[Finding]:
    """What is sealed beside the text and differs: who reads the text alone would miss it."""
    if not releases:
        return
    last, folder = releases[-1], submission.folder
    signers = signers_of_next([release.policy.signers for release in releases])
    for fact in changed_facts(policy, last, signers, releases.sealed_rule):
        what = f"since release {last.number}, {fact}"
        if fact.name == SIGNER:
            place, line = f"{folder}/{SIGNERS_FILE}", fact.line
        else:
            place, line = f"{folder}/{FACTS_FILE}", _line_of(submission.facts, fact.name)
        yield Finding(Severity.CUE, place, line, what)


def _line_of(data: bytes, key: str) -> int:
    """The line of a key, or of the inline table that it is in."""
    while not (line := line_of(data, key)) and "." in key:
        key = key.rpartition(".")[0]
    return line


def no_draft() -> Finding:
    """What is found where there is no policy at all."""
    return Finding(Severity.ERROR, "policy", 0, "there is no policy yet", FIRST_POLICY)


def ranked(findings: Sequence[Finding]) -> list[Finding]:
    """Findings as a person works through them: errors first, then by file and line."""
    return sorted(findings, key=lambda finding: finding.rank)


def retranslated(policy: Policy, releases: Releases) -> list[tuple[str, str]]:
    """Language and file of each section of a translation that the last release does not have."""
    before = releases[-1].policy.translations if releases else {}
    return [
        (language, name)
        for language, files in policy.translations.items()
        for name, text in files.items()
        if before.get(language, {}).get(name) != text
    ]
