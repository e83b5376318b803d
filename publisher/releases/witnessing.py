"""Releases held against what git knows of them: their tags, the commits of these, their drafts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from publisher.policies.anchoring import Anchored
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import SIGNERS_FILE
from publisher.releases.number import Number
from publisher.releases.release import Imported, Release
from publisher.releases.release_toml import SECTIONS, release_path
from publisher.releases.remedies import restore_tag, shell_word, show_tag
from publisher.releases.revisions import TaggedCommit, TagObject
from publisher.releases.seals import witness_flaw
from publisher.releases.vouching import is_chained

_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Witnessed:
    """What git knows of the releases of a policy by name and by revision."""

    tags: Mapping[str, TagObject]
    """By the names of the releases, such as `privacy/2`."""
    tagged: Mapping[str, TaggedCommit]
    """The commits that these name, the same way."""
    drafts: Mapping[Number, Collection[str] | None]
    """What of each release is not as in the draft that it was frozen from: paths in its folder.
    None: this clone lacks that revision."""
    shallow: bool
    """Whether older commits are missing from this clone."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """The ids of tags as they were seen before, of those that are in this clone, by the names of
    the releases."""


def drafted_files(release: Release) -> dict[str, tuple[str, bytes]]:
    """What of a release lay in its draft: its path there, its path in the release, its bytes."""
    policy = release.policy
    texts = {name: (f"{SECTIONS}/{name}", text) for name, text in policy.files.items()}
    others = {f"{tag}/{n}": t for tag, fs in policy.translations.items() for n, t in fs.items()}
    texts |= {n: (release_path(n), t) for n, t in (others | policy.note_files).items()}
    if policy.signers:
        texts[SIGNERS_FILE] = (SIGNERS_FILE, policy.signers)
    return {name: (path, text.encode()) for name, (path, text) in texts.items()}


def witness_findings(releases: Sequence[Release], known: Witnessed) -> Iterator[Finding]:
    """What git knows otherwise, and what it does not know here."""
    untagged, tagged = list[Release](), list[Number]()
    for release, after in zip(releases, [*releases[1:], None], strict=False):
        folder, tag = f"versions/{release.name}", known.tags.get(release.name)
        if tag:
            tagged.append(release.number)
            for what, remedy in _tag_flaws(release, tag, known):
                yield Finding(Severity.ERROR, folder, 0, what, remedy or show_tag(tag.name))
        elif not is_chained(release, after):
            untagged.append(release)
        if release.imported:
            yield from _as_found(release, release.imported, folder)
        else:
            yield from _as_drafted(release, known, folder)
    yield from _untagged(untagged, tagged, known)


def _untagged(
    releases: Sequence[Release], tagged: Collection[Number], known: Witnessed
) -> Iterator[Finding]:
    if releases and not known.tags:
        what = "has no tag of any release: beside their folders, nothing says what they were"
        yield Finding(Severity.CUE, "this clone", 0, what, "git fetch --tags")
        return
    for release in releases:
        after = min((number for number in tagged if number > release.number), default=None)
        # Each release has the seal of the one before it.
        chain = f"; that of release {after} bears witness to it too" if after else ""
        what = f"has no tag in this clone{chain}"
        yield Finding(Severity.CUE, f"versions/{release.name}", 0, what, "git fetch --tags")


def _tag_flaws(release: Release, tag: TagObject, known: Witnessed) -> Iterator[tuple[str, str]]:
    """What is wrong with the tag of a release, and what helps, where it is not to look at it."""
    again = restore_tag(tag.name, known.kept.get(release.name, ""), here=True)
    made = f" (made by {tag.by})" if tag.by else ""
    if not tag.annotated:
        what = f"has a tag {tag.name} that only names {tag.target_kind} {tag.target[:10]}"
        yield f"{what}: the one with its seal was taken away", again
        return
    if tag.named != tag.name:
        yield f"its tag {tag.name} is that of {tag.named}, put in its place{made}", again
    if flaw := witness_flaw(release.seal, tag.name, tag.message):
        yield flaw + made, again if known.kept.get(release.name, tag.id) != tag.id else ""
    if tag.target_kind != "commit":
        yield f"its tag {tag.name} names a {tag.target_kind}, not a commit{made}", again
        return
    commit = known.tagged.get(release.name)
    named = f"its tag {tag.name}{made} names commit {tag.target[:10]},"
    if commit is None or commit.seal is None:
        return
    if commit.seal != release.seal:
        how = "in which it has another seal" if commit.seal else "which does not have it"
        yield f"{named} {how}", ""
    elif not release.imported and commit.parents and release.revision not in commit.parents:
        on = commit.parents[0][:10]
        yield f"{named} made on {on}, but it says that it was frozen from {_said(release)}", ""
    elif not release.imported and not commit.parents and not known.shallow:
        yield f"{named} made on none, but it says that it was frozen from {_said(release)}", ""


def _said(release: Release) -> str:
    return f"revision {release.revision[:10] or 'none'}"


def _as_found(release: Release, imported: Imported, folder: str) -> Iterator[Finding]:
    if not Anchored(release.policy.files, imported.kept).stems_from(imported.digest):
        what = f"is not the text of `{imported.path}` at commit {imported.commit[:10]}"
        yield Finding(Severity.ERROR, folder, 0, what, "restore it from a clone that has it")


def _as_drafted(release: Release, known: Witnessed, folder: str) -> Iterator[Finding]:
    differing = known.drafts[release.number]
    if differing is None:
        if not _REVISION.fullmatch(release.revision) or not release.revision.strip("0"):
            what = "names no revision that it was frozen from"
            yield Finding(Severity.ERROR, folder, 0, what, "restore it from a clone that has it")
        elif not known.shallow:  # which is said by itself
            what = f"was frozen from {_said(release)}, which this clone lacks"
            yield Finding(Severity.CUE, folder, 0, what, "git fetch --all --tags")
        return
    what = f"differs from the draft at {_said(release)}"
    for path in differing:
        yield Finding(
            Severity.ERROR, f"{folder}/{path}", 0, what, f"git show {shell_word(release.revision)}"
        )
