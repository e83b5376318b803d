"""Verifying that no release has changed since it was frozen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from publisher.edges import archive
from publisher.edges.history import History
from publisher.edges.project import Project
from publisher.errors import SealError
from publisher.policies.anchoring import Anchored
from publisher.policies.finding import Finding, Severity
from publisher.releases.folder import SECTIONS, TRANSLATIONS, read_release
from publisher.releases.number import Number
from publisher.releases.release import Imported, Release
from publisher.releases.seals import witness_flaw
from publisher.reports.alteration import alteration


def verify(project: Project, policy_id: str) -> list[Finding]:
    """Everything that is not as it was frozen, errors first.

    Held against one another are the bytes and the checksums, each release and the seal that the
    next one recorded, the tags and the seals, the sections and the revision they were frozen from
    or the text they were imported from, and the folders and git's history of them.
    """
    history = History(project.root)
    found = [
        *_cut_off(history),
        *_altered(project, history, policy_id),
        *_lost(project, history, policy_id),
        *_witnessed(project, history, policy_id),
    ]
    return sorted(found, key=lambda finding: finding.rank)


def alterations(project: Project, policy_id: str) -> Iterator[str]:
    """For each file that is not as it was frozen, what differs.

    The files are held against the tag of their release, or, where it has none, against the commit
    that added it. A release that is gone as a whole is not among them.
    """
    history, opened = History(project.root), archive.archive_of(project)
    tags, commits = history.tags(policy_id), history.touched(f"versions/{policy_id}")
    for number in opened.numbers(policy_id):
        folder, touched = f"versions/{policy_id}/{number}", commits.get(str(number))
        tag = tags.get(f"{policy_id}/{number}")
        if tag is None and not touched:
            continue
        revision = tag.commit if tag else touched[-1].id if touched else ""
        frozen = history.files_at(revision, folder)
        found = opened.unsealed(policy_id, number)
        for name in sorted({*frozen, *found}):
            if frozen.get(name) != found.get(name):
                yield alteration(f"{folder}/{name}", frozen.get(name), found.get(name))


def require_sound(project: Project) -> None:
    """Nothing is published from releases that were altered.

    Raises:
        SealError: a release is not as it was frozen; names a file of it, if one is known.
    """
    for policy_id in project.policy_ids:
        found = [f for f in verify(project, policy_id) if f.severity is Severity.ERROR]
        if found:
            exact = max(found, key=lambda finding: finding.place.count("/"))
            raise SealError(exact.what, where=exact.where, remedy=exact.remedy)


def _cut_off(history: History) -> list[Finding]:
    if not history.shallow:
        return []
    what = "is shallow: who altered a release before its oldest commit cannot be told"
    return [Finding(Severity.CUE, "this clone", 0, what, "git fetch --unshallow")]


def _altered(project: Project, history: History, policy_id: str) -> list[Finding]:
    found: list[Finding] = []
    damage = archive.damage(project, policy_id)
    uncommitted = set(history.changed())
    for path, what in damage:
        if path in uncommitted or any(name.startswith(f"{path}/") for name in uncommitted):
            by, remedy = ", in the working tree (not committed)", f"git checkout -- {path}"
        else:
            touched = history.revisions(path)
            culprit = touched[0] if len(touched) > 1 else None
            by = f", by commit {culprit}" if culprit else ""
            remedy = (
                f"git checkout {touched[-1].id[:10]} -- {path}, and commit it"
                if touched
                else "restore it from a clone that has it"
            )
        found.append(Finding(Severity.ERROR, path, 0, what + by, remedy))
    broken = {path.split("/")[2] for path, _ in damage if path.count("/") >= 2}
    commits = history.touched(f"versions/{policy_id}")
    for number in archive.numbers(project, policy_id):
        folder = f"versions/{policy_id}/{number}"
        touched = commits.get(str(number), [])
        if not touched:
            what = "was never committed: its freeze or import was interrupted"
            remedy = "run `publisher freeze` or `publisher import` again"
            found.append(Finding(Severity.ERROR, folder, 0, what, remedy))
        elif len(touched) > 1 and str(number) not in broken:
            later = "; ".join(map(str, touched[:-1]))
            what = f"is as it was sealed, but was touched again by commit {later}"
            found.append(Finding(Severity.CUE, folder, 0, what))
    return found


def _lost(project: Project, history: History, policy_id: str) -> list[Finding]:
    parent = f"versions/{policy_id}"
    present = set(archive.numbers(project, policy_id))
    commits = history.touched(parent)
    known = {number for name in commits if (number := Number.parse(name))}
    known |= {
        number
        for name in history.tags(policy_id)
        if (number := Number.parse(name.rpartition("/")[2]))
    }
    found: list[Finding] = []
    for number in sorted(known - present):
        folder = f"{parent}/{number}"
        touched = commits.get(str(number), [])
        by = f", by commit {touched[0]}" if len(touched) > 1 else ""
        remedy = f"git checkout {policy_id}/{number} -- {folder}"
        found.append(Finding(Severity.ERROR, folder, 0, f"was deleted{by}", remedy))
    return found


def _witnessed(project: Project, history: History, policy_id: str) -> list[Finding]:
    tags = history.tags(policy_id)
    found: list[Finding] = []
    releases = list(_as_they_are(project, policy_id))
    for release, after in zip(releases, [*releases[1:], None], strict=False):
        folder = f"versions/{release.name}"
        tag = tags.get(release.name)
        # One tag bears witness to all that was imported before it: the seals are a chain.
        chained = release.imported and after and after.imported
        if tag is None and not chained:
            remedy = "git fetch --tags"
            found.append(Finding(Severity.CUE, folder, 0, "has no tag in this clone", remedy))
        elif tag and (what := witness_flaw(release.seal, tag.name, tag.message)):
            found.append(Finding(Severity.ERROR, folder, 0, what, f"git show {tag.name}"))
        if release.imported:
            found += _as_found(release, release.imported, folder)
        else:
            found += _as_drafted(project, history, release, folder)
    return found


def _as_they_are(project: Project, policy_id: str) -> Iterator[Release]:
    """The releases that read, whether they are as they were sealed or not."""
    opened = archive.archive_of(project)
    for number in opened.numbers(policy_id):
        with suppress(Exception):  # `_altered` tells of a folder that does not read
            files = opened.unsealed(policy_id, number)
            yield read_release(policy_id, files, f"versions/{policy_id}/{number}")


def _as_found(release: Release, imported: Imported, folder: str) -> list[Finding]:
    if Anchored(release.policy.files, imported.kept).stems_from(imported.digest):
        return []
    what = f"is not the text of `{imported.path}` at commit {imported.commit[:10]}"
    return [Finding(Severity.ERROR, folder, 0, what, "restore it from a clone that has it")]


def _as_drafted(project: Project, history: History, release: Release, folder: str) -> list[Finding]:
    if not history.has(release.revision):
        what = f"was frozen from revision {release.revision[:10]}, which this clone lacks"
        return [Finding(Severity.CUE, folder, 0, what, "git fetch --all")]
    draft = history.files_at(release.revision, project.folder(release.policy.id))
    what = f"differs from the draft at revision {release.revision[:10]}"
    policy = release.policy
    texts = {name: (f"{SECTIONS}/{name}", text) for name, text in policy.files.items()}
    for language, files in policy.translations.items():
        place = f"{TRANSLATIONS}/{language}"
        texts |= {f"{language}/{name}": (f"{place}/{name}", t) for name, t in files.items()}
    return [
        Finding(Severity.ERROR, f"{folder}/{path}", 0, what)
        for name, (path, text) in texts.items()
        if draft.get(name) != text.encode()
    ]
