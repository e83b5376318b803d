"""What must hold of a project after a freeze or an import, found without the program.

`git` and `sha256sum`'s rules are enough: a release is a folder with its checksums, a commit that
has these very bytes, and a tag that repeats the seal.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.faults.desks import Desk

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Snapshot:
    """A project before anything was asked of it."""

    head: str
    branch: str
    files: Mapping[str, bytes]
    """Every file of the repository's working tree, what git does not have included."""
    tags: Mapping[str, str]
    """The object of each tag by name."""

    @classmethod
    def of(cls, desk: Desk) -> Snapshot:
        """What is there now."""
        head, branch = _git(desk, "rev-parse", "HEAD"), _git(desk, "symbolic-ref", "HEAD")
        return cls(head, branch, _files(desk), tags(desk))


def flaws(desk: Desk, before: Snapshot) -> Iterator[str]:
    """Everything that is wrong with a project in which all that was asked has been done."""
    yield from _files_altered(desk, before)
    yield from _notes_lost(desk, before)
    yield from _history_wrong(desk, before)
    numbers = [*desk.made]
    there = sorted(path.name for path in (desk.project / "versions" / desk.policy).iterdir())
    own = [name for name in there if f"{_versions(desk)}/{name}/{SUMS}" not in before.files]
    if sorted(own) != sorted(numbers):
        yield f"made are {own}, asked for was {numbers}"
        return
    for number in numbers:
        yield from _release_wrong(desk, number)
    yield from _tag_wrong(desk, before)


def left_locked(desk: Desk) -> list[str]:
    """Lock files in git's folder that hold up others."""
    # One of ours is held, not there or gone; an index of git's that no longer counts locks nobody.
    found = (desk.top / "repository/.git").rglob("*.lock")
    free = re.compile(r"publisher\.lock|next-index-\d+\.lock")
    return [str(path.relative_to(desk.top)) for path in found if not free.fullmatch(path.name)]


def tag_name(desk: Desk, number: str) -> str:
    """The name of a release's tag, which has the project's folder in a larger repository."""
    name = f"{desk.policy}/{number}"
    return (
        name
        if desk.inside == "." or f"{desk.inside}/{name}" not in tags(desk)
        else (f"{desk.inside}/{name}")
    )


def stands(desk: Desk) -> bool:
    """Whether the tag of what was asked for is there: from then on it counts."""
    return tag_name(desk, desk.made[-1]) in tags(desk)


def begun(desk: Desk, before: Snapshot) -> bool:
    """Whether anything of what was asked for is there, tag or not."""
    found = _files(desk)
    new = any(name not in before.files for name in found)
    return new or _git(desk, "rev-parse", "HEAD") != before.head


def tags(desk: Desk) -> dict[str, str]:
    """Object by name of every tag."""
    lines = _git(desk, "for-each-ref", "refs/tags", "--format=%(objectname) %(refname:strip=2)")
    return {line.partition(" ")[2]: line.partition(" ")[0] for line in lines.splitlines()}


def _versions(desk: Desk) -> str:
    return _inside(desk, f"versions/{desk.policy}")


def _inside(desk: Desk, path: str) -> str:
    return path if desk.inside == "." else f"{desk.inside}/{path}"


def _git(desk: Desk, *words: str) -> str:
    return _bytes(desk, *words).decode("utf-8", "replace").strip()


def _bytes(desk: Desk, *words: str) -> bytes:
    done = subprocess.run(
        ["git", *words], cwd=desk.repository, env=desk.environment, capture_output=True, check=False
    )
    return done.stdout


def _files(desk: Desk) -> dict[str, bytes]:
    found = {}
    for folder, names, files in os.walk(desk.repository):
        for skipped in {".git", ".publisher", "build"}.intersection(names):
            names.remove(skipped)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                found[path.relative_to(desk.repository).as_posix()] = path.read_bytes()
    return found


def _may_change(desk: Desk, name: str) -> bool:
    folders = [f"{_inside(desk, folder)}/" for folder in desk.changes]
    return name.startswith(tuple(folders)) or name == _inside(desk, "versions/.gitattributes")


def _files_altered(desk: Desk, before: Snapshot) -> Iterator[str]:
    after = _files(desk)
    for name in sorted({*before.files, *after}):
        if before.files.get(name) == after.get(name):
            continue
        if not _may_change(desk, name):
            yield f"{name} was altered, added or removed"
        elif name.startswith(f"{_versions(desk)}/") and name in before.files:
            yield f"{name} of an earlier release was altered"
    status = _git(desk, "status", "--porcelain", "-uall")
    lines = [line for line in status.splitlines() if "elsewhere/" not in line]
    if lines:
        yield f"not committed: {', '.join(lines)}"


def _notes_lost(desk: Desk, before: Snapshot) -> Iterator[str]:
    folder = f"{_inside(desk, f'policy/{desk.policy}/notes')}/"
    after = _files(desk)
    for name, data in before.files.items():
        if name.startswith(folder):
            release = f"{_versions(desk)}/{desk.made[-1]}/notes/{name.removeprefix(folder)}"
            if after.get(release) != data:
                yield f"{name} is not in the release"
            if name in after:
                yield f"{name} is still in the draft"


def _history_wrong(desk: Desk, before: Snapshot) -> Iterator[str]:
    new = _git(desk, "rev-list", f"{before.head}..HEAD").splitlines()
    if len(new) != 1 or _git(desk, "rev-parse", "HEAD^") != before.head:
        yield f"{len(new)} commits were made"
    changed = _git(desk, "diff", "--name-only", before.head, "HEAD").splitlines()
    if foreign := [name for name in changed if not _may_change(desk, name)]:
        yield f"the commit has {', '.join(foreign)}"
    if _git(desk, "symbolic-ref", "HEAD") != before.branch:
        yield "another branch is checked out"
    if lost := [name for name, what in before.tags.items() if tags(desk).get(name) != what]:
        yield f"tags were altered: {', '.join(lost)}"


def _release_wrong(desk: Desk, number: str) -> Iterator[str]:
    """A release whose folder and commit do not have the bytes that its checksums name."""
    folder, files = f"{_versions(desk)}/{number}", _files(desk)
    sums = files.get(f"{folder}/{SUMS}", b"")
    named = dict(_lines(sums))
    own = {name.removeprefix(f"{folder}/") for name in files if name.startswith(f"{folder}/")}
    if own - {SUMS} != {*named}:
        yield f"{folder} has other files than its checksums name"
    for name, digest in {**named, SUMS: hashlib.sha256(sums).hexdigest()}.items():
        on_disk = files.get(f"{folder}/{name}", b"")
        in_git = _bytes(desk, "cat-file", "blob", f"HEAD:{folder}/{name}")
        for where, data in (("disk", on_disk), ("git", in_git)):
            if hashlib.sha256(data).hexdigest() != digest:
                yield f"{folder}/{name} on {where} is not what was sealed"


def _lines(sums: bytes) -> Iterator[tuple[str, str]]:
    for line in sums.decode().splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _tag_wrong(desk: Desk, before: Snapshot) -> Iterator[str]:
    """Tags that are not one, annotated, signed as set up, on the commit, with the seal."""
    new = {*tags(desk)} - {*before.tags}
    name = tag_name(desk, desk.made[-1])
    if new != {name}:
        yield f"new tags are {sorted(new)}, not {name}"
        return
    text = _git(desk, "cat-file", "tag", name)
    if not text:
        yield f"{name} is no annotated tag"
    folder = desk.project / "versions" / desk.policy / desk.made[-1]
    seal = hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
    if re.findall(r"^Seal: (\w+)$", text, re.MULTILINE) != [seal]:
        yield f"{name} says another seal than the folder has"
    if _git(desk, "rev-parse", f"{name}^{{commit}}") != _git(desk, "rev-parse", "HEAD"):
        yield f"{name} is on another commit"
    signature = {"ssh": "SSH", "openpgp": "PGP", "unsigned": ""}[desk.signed]
    if (f"-----BEGIN {signature}" in text) != bool(signature):
        yield f"{name} is not signed as it should be"
