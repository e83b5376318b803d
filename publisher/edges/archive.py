"""The releases on disk: `versions/POLICY/NUMBER/`, written once and never changed.

Beyond this file nobody knows how a release is stored.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from publisher.edges.files import sweep as sweep_folder
from publisher.edges.files import write_folder
from publisher.edges.project import Project, read_folder
from publisher.errors import FreezeError, NotFoundError, SealError
from publisher.releases.folder import SUMS_FILE, broken, read_release, seal_of
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases


def folder_of(project: Project, policy_id: str, number: Number) -> Path:
    """Where a release is, or would be."""
    return project.versions / policy_id / str(number)


def numbers(project: Project, policy_id: str) -> list[Number]:
    """The numbers of the releases there are, rising."""
    parent = project.versions / policy_id
    names = [path.name for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []
    return sorted(number for name in names if (number := Number.parse(name)))


def release_bytes(project: Project, policy_id: str, number: Number) -> Mapping[str, bytes]:
    """The files of a release folder by name."""
    return read_folder(folder_of(project, policy_id, number))


def release_file(project: Project, release: Release, name: str) -> bytes:
    """One file of a release; empty if there is none of that name."""
    path = folder_of(project, release.policy.id, release.number) / name
    return path.read_bytes() if path.is_file() else b""


def line(project: Project, policy_id: str) -> Releases:
    """All releases of a policy by rising number.

    Raises:
        ConfigurationError: a `release.toml` does not read.
    """
    found: list[Release] = []
    for number in numbers(project, policy_id):
        files = read_folder(folder_of(project, policy_id, number), skip=".pdf")
        found.append(read_release(policy_id, files, f"versions/{policy_id}/{number}"))
    return Releases(tuple(found))


def release(project: Project, policy_id: str, number: Number) -> Release:
    """One release.

    Raises:
        NotFoundError: there is no such release; the message names those there are.
    """
    for candidate in line(project, policy_id):
        if candidate.number == number:
            return candidate
    known = ", ".join(map(str, numbers(project, policy_id))) or "none"
    raise NotFoundError(
        f"there is no release {number}; there are: {known}", where=f"versions/{policy_id}"
    )


def damage(project: Project, policy_id: str) -> list[tuple[str, str]]:
    """What in the releases of a policy is not as it was sealed: (path, what is wrong).

    The bytes are held against each folder's own checksums, and each folder against the seal that
    the next release recorded of it.
    """
    found: list[tuple[str, str]] = []
    seals: dict[Number, str] = {}
    for number in numbers(project, policy_id):
        files = release_bytes(project, policy_id, number)
        path = f"versions/{policy_id}/{number}"
        found += [(f"{path}/{name}", what) for name, what in broken(files)]
        seals[number] = seal_of(files.get(SUMS_FILE, b""))
    try:
        releases = line(project, policy_id)
    except Exception as error:
        if not found:
            raise SealError(f"a release does not read: {error}") from error
        return found
    for candidate in releases:
        if candidate.previous is None:
            continue
        path = f"versions/{policy_id}/{candidate.previous}"
        if candidate.previous not in seals:
            found.append((path, f"is missing; release {candidate.number} was made after it"))
        elif seals[candidate.previous] != candidate.previous_seal:
            what = f"is not the release that {candidate.number} was made after (seals differ)"
            found.append((path, what))
    return found


def write(project: Project, policy_id: str, number: Number, files: Mapping[str, bytes]) -> Path:
    """Writes a release folder, whole or not at all.

    Raises:
        FreezeError: the folder exists.
    """
    target = folder_of(project, policy_id, number)
    try:
        write_folder(target, files)
    except FileExistsError:
        raise FreezeError(
            f"release {number} exists; a release never changes",
            where=str(target.relative_to(project.root)),
            remedy="freeze a correction",
        ) from None
    return target


def discard(project: Project, policy_id: str, number: Number) -> None:
    """Removes a folder that an interrupted freeze left before it was ever committed."""
    shutil.rmtree(folder_of(project, policy_id, number))


def sweep(project: Project, policy_id: str) -> None:
    """Removes folders that were being written when a freeze was interrupted."""
    sweep_folder(project.versions / policy_id)
