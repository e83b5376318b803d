"""Verifying that no release has changed since it was frozen."""

from __future__ import annotations

from dataclasses import dataclass

from publisher import archive
from publisher.finding import Severity
from publisher.history import History
from publisher.project import Project
from publisher.release import SECTIONS, Number


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something about the releases that is not as it should be."""

    severity: Severity
    where: str
    what: str
    remedy: str = ""


def verify(project: Project, policy_id: str) -> list[Flaw]:
    """Everything that is not as it was frozen, errors first.

    Held against one another are the bytes and the checksums, each release and the seal that the
    next one recorded, the tags and the seals, the sections and the revision they were frozen from,
    and the folders and git's history of them.
    """
    history = History(project.root)
    flaws = [
        *_cut_off(history),
        *_altered(project, history, policy_id),
        *_lost(project, history, policy_id),
        *_witnessed(project, history, policy_id),
    ]
    return sorted(flaws, key=lambda f: (f.severity is not Severity.ERROR, f.where))


def _cut_off(history: History) -> list[Flaw]:
    if not history.shallow:
        return []
    what = "is shallow: who altered a release before its oldest commit cannot be told"
    return [Flaw(Severity.CUE, "this clone", what, "git fetch --unshallow")]


def _altered(project: Project, history: History, policy_id: str) -> list[Flaw]:
    flaws: list[Flaw] = []
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
        flaws.append(Flaw(Severity.ERROR, path, what + by, remedy))
    broken = {path.split("/")[2] for path, _ in damage if path.count("/") >= 2}
    for number in archive.numbers(project, policy_id):
        folder = f"versions/{policy_id}/{number}"
        touched = history.revisions(folder)
        if not touched:
            what = "was never committed: its freeze was interrupted"
            remedy = "run `publisher freeze` again"
            flaws.append(Flaw(Severity.ERROR, folder, what, remedy))
        elif len(touched) > 1 and str(number) not in broken:
            later = "; ".join(map(str, touched[:-1]))
            what = f"is as it was sealed, but was touched again by commit {later}"
            flaws.append(Flaw(Severity.CUE, folder, what))
    return flaws


def _lost(project: Project, history: History, policy_id: str) -> list[Flaw]:
    parent = f"versions/{policy_id}"
    present = set(archive.numbers(project, policy_id))
    known = {number for name in history.ever(parent) if (number := Number.parse(name))}
    known |= {
        number
        for name in history.tags(policy_id)
        if (number := Number.parse(name.rpartition("/")[2]))
    }
    flaws: list[Flaw] = []
    for number in sorted(known - present):
        folder = f"{parent}/{number}"
        touched = history.revisions(folder)
        by = f", by commit {touched[0]}" if len(touched) > 1 else ""
        remedy = f"git checkout {policy_id}/{number} -- {folder}"
        flaws.append(Flaw(Severity.ERROR, folder, f"was deleted{by}", remedy))
    return flaws


def _witnessed(project: Project, history: History, policy_id: str) -> list[Flaw]:
    tags = history.tags(policy_id)
    flaws: list[Flaw] = []
    try:
        line = archive.line(project, policy_id)
    except Exception:  # noqa: BLE001 - `_altered` has told of a folder that does not read
        return flaws
    for release in line:
        folder = f"versions/{release.name}"
        tag = tags.get(release.name)
        if tag is None:
            remedy = "git fetch --tags"
            flaws.append(Flaw(Severity.CUE, folder, "has no tag in this clone", remedy))
        elif f"Seal: {release.seal}" not in tag.message:
            what = f"does not have the seal that its tag {tag.name} bears witness to"
            flaws.append(Flaw(Severity.ERROR, folder, what, f"git show {tag.name}"))
        if not history.has(release.revision):
            what = f"was frozen from revision {release.revision[:10]}, which this clone lacks"
            flaws.append(Flaw(Severity.CUE, folder, what, "git fetch --all"))
        else:
            draft = history.files_at(release.revision, project.folder(policy_id))
            for name, text in release.policy.files.items():
                if draft.get(name) != text.encode():
                    what = f"differs from the draft at revision {release.revision[:10]}"
                    flaws.append(Flaw(Severity.ERROR, f"{folder}/{SECTIONS}/{name}", what))
    return flaws
