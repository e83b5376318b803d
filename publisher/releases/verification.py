"""Whether releases are as they were frozen, judged by their bytes and by what git knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.errors import SealError
from publisher.policies.anchoring import Anchored
from publisher.policies.file_names import unix_lines
from publisher.policies.finding import Finding, Severity
from publisher.releases.number import Number
from publisher.releases.release import Imported, Release
from publisher.releases.release_toml import SECTIONS, TRANSLATIONS
from publisher.releases.revisions import Revision, Tag
from publisher.releases.seals import witness_flaw


@dataclass(frozen=True)
class ReleaseEvidence:
    """What is known of the releases of a policy: from their folders, and from git."""

    policy_id: str
    numbers: Collection[Number]
    """Of the folders there are."""
    releases: Sequence[Release]
    """Those that read, by rising number, whether they are as they were sealed or not."""
    damage: Sequence[tuple[str, str]]
    """Path and fault of what is not as it was sealed."""
    damaged_by: Mapping[str, Sequence[Revision]]
    """The commits that touched each of these paths, the latest first."""
    uncommitted: Collection[str]
    """Paths that differ from the last commit."""
    commits: Mapping[str, Sequence[Revision]]
    """The commits that touched each folder, by its number, the latest first."""
    tags: Mapping[str, Tag]
    """By their names, such as `privacy/2`."""
    drafts: Mapping[Number, Mapping[str, bytes] | None]
    """The files of the draft that each was frozen from; None: git lacks that revision."""
    shallow: bool
    """Whether older commits are missing from this clone."""


def verify_releases(known: ReleaseEvidence) -> list[Finding]:
    """Everything that is not as it was frozen, errors first.

    Held against one another are the bytes and the checksums, each release and the seal that the
    next one recorded, the tags and the seals, the sections and the revision they were frozen from
    or the text they were imported from, and the folders and git's history of them.
    """
    found = [
        *_cut_off(known),
        *(_altered(known, path, what) for path, what in known.damage),
        *_touched_again(known),
        *_lost(known),
        *_witnessed(known),
    ]
    return sorted(found, key=lambda finding: finding.rank)


def require_sound(findings: Sequence[Finding]) -> None:
    """Nothing is published from releases that were altered.

    Raises:
        SealError: there is an error among the findings; names a file, if one is known.
    """
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        exact = max(errors, key=lambda finding: finding.place.count("/"))
        raise SealError(exact.what, where=exact.where, remedy=exact.remedy)


def _cut_off(known: ReleaseEvidence) -> Iterator[Finding]:
    if known.shallow:
        what = "is shallow: who altered a release before its oldest commit cannot be told"
        yield Finding(Severity.CUE, "this clone", 0, what, "git fetch --unshallow")


def _altered(known: ReleaseEvidence, path: str, what: str) -> Finding:
    inside = f"{path}/"
    uncommitted = any(name == path or name.startswith(inside) for name in known.uncommitted)
    touched = known.damaged_by[path]
    foreign = _is_foreign(known, path, touched)
    if uncommitted:
        by = ", in the working tree (not committed)"
    else:
        by = f", by commit {touched[0]}" if len(touched) > 1 or (foreign and touched) else ""
    return Finding(Severity.ERROR, path, 0, what + by, _remedy(path, touched, foreign, uncommitted))


def _is_foreign(known: ReleaseEvidence, path: str, touched: Sequence[Revision]) -> bool:
    """Whether a file came into the folder of a release after it was committed."""
    parts = path.split("/")
    sealed = known.commits.get(parts[2], []) if len(parts) > 3 else []
    return bool(sealed) and (not touched or touched[-1].id != sealed[-1].id)


def _remedy(path: str, touched: Sequence[Revision], foreign: bool, uncommitted: bool) -> str:
    if not path.startswith("versions/"):
        return "git fsck"
    if foreign:
        return f"git rm {path}, and commit it" if touched else f"rm {path}"
    if uncommitted:
        return f"git checkout HEAD -- {path}"
    if touched:
        return f"git checkout {touched[-1].id[:10]} -- {path}, and commit it"
    return "restore it from a clone that has it"


def _touched_again(known: ReleaseEvidence) -> Iterator[Finding]:
    broken = {path.split("/")[2] for path, _ in known.damage if path.count("/") >= 2}
    for number in known.numbers:
        folder = f"versions/{known.policy_id}/{number}"
        touched = known.commits.get(str(number), [])
        if not touched:
            what = "was never committed: its freeze or import was interrupted"
            remedy = "run `publisher freeze` or `publisher import` again"
            yield Finding(Severity.ERROR, folder, 0, what, remedy)
        elif len(touched) > 1 and str(number) not in broken:
            later = "; ".join(map(str, touched[:-1]))
            what = f"is as it was sealed, but was touched again by commit {later}"
            yield Finding(Severity.CUE, folder, 0, what)


def _lost(known: ReleaseEvidence) -> Iterator[Finding]:
    names = [*known.commits, *(name.rpartition("/")[2] for name in known.tags)]
    numbers = {number for name in names if (number := Number.parse(name))}
    for number in sorted(numbers - set(known.numbers)):
        folder = f"versions/{known.policy_id}/{number}"
        touched = known.commits.get(str(number), [])
        by = f", by commit {touched[0]}" if len(touched) > 1 else ""
        remedy = f"git checkout {known.policy_id}/{number} -- {folder}"
        yield Finding(Severity.ERROR, folder, 0, f"was deleted{by}", remedy)


def _witnessed(known: ReleaseEvidence) -> Iterator[Finding]:
    releases = known.releases
    for release, after in zip(releases, [*releases[1:], None], strict=False):
        folder, tag = f"versions/{release.name}", known.tags.get(release.name)
        # One tag bears witness to all that was imported before it: the seals are a chain.
        chained = release.imported and after and after.imported
        if tag is None and not chained:
            remedy = "git fetch --tags"
            yield Finding(Severity.CUE, folder, 0, "has no tag in this clone", remedy)
        elif tag and (what := witness_flaw(release.seal, tag.name, tag.message)):
            yield Finding(Severity.ERROR, folder, 0, what, f"git show {tag.name}")
        if release.imported:
            yield from _as_found(release, release.imported, folder)
        else:
            yield from _as_drafted(release, known.drafts[release.number], folder)


def _as_found(release: Release, imported: Imported, folder: str) -> Iterator[Finding]:
    if not Anchored(release.policy.files, imported.kept).stems_from(imported.digest):
        what = f"is not the text of `{imported.path}` at commit {imported.commit[:10]}"
        yield Finding(Severity.ERROR, folder, 0, what, "restore it from a clone that has it")


def _as_drafted(
    release: Release, draft: Mapping[str, bytes] | None, folder: str
) -> Iterator[Finding]:
    if draft is None:
        what = f"was frozen from revision {release.revision[:10]}, which this clone lacks"
        yield Finding(Severity.CUE, folder, 0, what, "git fetch --all")
        return
    policy = release.policy
    texts = {name: (f"{SECTIONS}/{name}", text) for name, text in policy.files.items()}
    for language, files in policy.translations.items():
        place = f"{TRANSLATIONS}/{language}"
        texts |= {f"{language}/{name}": (f"{place}/{name}", t) for name, t in files.items()}
    what = f"differs from the draft at revision {release.revision[:10]}"
    for name, (path, text) in texts.items():
        if unix_lines(draft.get(name, b"")) != text.encode():
            yield Finding(Severity.ERROR, f"{folder}/{path}", 0, what)
