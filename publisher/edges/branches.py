"""The releases of branches that are not merged here."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from publisher.edges.git_program import GitProgram
from publisher.releases.folder import SUMS_FILE
from publisher.releases.number import Number
from publisher.releases.revisions import Rival
from publisher.releases.statement import REGISTER, STATEMENT_FILE, statement_file


def numbers_elsewhere(root: Path, policy_id: str) -> Iterator[tuple[str, Number]]:
    """The releases of branches that are not merged here, fetched ones too.

    Args:
        root: the project's folder.
        policy_id: whose releases.

    Yields:
        Branch and number of each.

    Raises:
        HistoryError: git does not answer.
    """
    git = GitProgram(root)
    for tree, branches in _folders(git, policy_id).items():
        names = os.fsdecode(git.ask("ls-tree", "-z", "--name-only", tree)).split("\0")
        numbers = [number for name in names if (number := Number.parse(name))]
        yield from ((_short(branch), number) for branch in branches for number in numbers)


def rivals(root: Path, policy_id: str, numbers: Collection[Number]) -> list[Rival]:
    """The releases of branches that are not merged here which have a number of one that is here.

    Args:
        root: the project's folder.
        policy_id: whose releases.
        numbers: of the releases that are here.

    Raises:
        HistoryError: git does not answer.
    """
    git = GitProgram(root)
    folders = _folders(git, policy_id)
    if not folders:
        return []
    own = _sums(git, f"HEAD:./versions/{policy_id}", numbers)
    upstream = git.run("rev-parse", "--symbolic-full-name", "@{upstream}").stdout.decode().strip()
    found = []
    for tree, branches in folders.items():
        other = _sums(git, tree, numbers)
        for number in sorted(own.keys() & other.keys()):
            if own[number] != other[number]:
                found += [Rival(_short(each), number, each == upstream) for each in branches]
    return found


def rival_statements(root: Path, policy_id: str, numbers: Collection[int]) -> list[Rival]:
    """The statements of branches that are not merged here which have a number of one that is here.

    Args:
        root: the project's folder.
        policy_id: about whose releases.
        numbers: of the statements that are here.

    Raises:
        HistoryError: git does not answer.
    """
    git = GitProgram(root)
    folders = _folders(git, policy_id) if numbers else {}
    if not folders:
        return []
    own = _statements(git, f"HEAD:./versions/{policy_id}", numbers)
    upstream = git.run("rev-parse", "--symbolic-full-name", "@{upstream}").stdout.decode().strip()
    found = []
    for tree, branches in folders.items():
        other = _statements(git, tree, numbers)
        for number in sorted(own.keys() & other.keys()):
            if own[number] != other[number]:
                found += [Rival(_short(b), Number(number), b == upstream) for b in branches]
    return found


def statements_elsewhere(root: Path, policy_id: str) -> Iterator[tuple[str, int]]:
    """The statements about releases of a policy on branches that are not merged here.

    Args:
        root: the project's folder.
        policy_id: about whose releases.

    Yields:
        Branch and number of each.

    Raises:
        HistoryError: git does not answer.
    """
    git = GitProgram(root)
    for tree, branches in _folders(git, policy_id).items():
        done = git.run("ls-tree", "-z", "--name-only", f"{tree}:{REGISTER}")
        names = os.fsdecode(done.stdout).split("\0") if not done.returncode else []
        numbers = [int(name[:-5]) for name in names if STATEMENT_FILE.fullmatch(name)]
        yield from ((_short(branch), number) for branch in branches for number in numbers)


def _statements(git: GitProgram, tree: str, numbers: Collection[int]) -> dict[int, str]:
    """The id of each statement in a folder of releases."""
    ordered = sorted(numbers)
    join = "/" if ":" in tree else ":"
    asked = "".join(f"{tree}{join}{REGISTER}/{statement_file(n)}\n" for n in ordered)
    told = os.fsdecode(_checked(git, asked.encode())).splitlines()
    lines: Iterator[tuple[int, str]] = zip(ordered, told, strict=True)
    return {number: line.split()[0] for number, line in lines if " blob " in line}


def _folders(git: GitProgram, policy_id: str) -> dict[str, list[str]]:
    """The folders of releases that unmerged branches have, each with the branches that have it."""
    asked = ("for-each-ref", "--format=%(refname)", "--no-merged=HEAD")
    named = os.fsdecode(git.ask(*asked, "refs/heads", "refs/remotes")).splitlines()
    branches = [each for each in named if not each.endswith("/HEAD")]  # which is another's name
    names = "".join(f"{branch}:./versions/{policy_id}\n" for branch in branches)
    told = os.fsdecode(_checked(git, os.fsencode(names)))
    found: dict[str, list[str]] = {}
    for branch, line in zip(branches, told.splitlines(), strict=True):
        tree, _, kind = line.partition(" ")
        if kind.startswith("tree"):
            found.setdefault(tree, []).append(branch)
    return found


def _checked(git: GitProgram, names: bytes) -> bytes:
    """What git has by some names, each on a line; nothing is asked about none."""
    return git.ask("cat-file", "--batch-check", given=names) if names else b""


def _sums(git: GitProgram, tree: str, numbers: Collection[Number]) -> dict[Number, str]:
    """The id of the checksums of each release in a folder of them."""
    ordered = sorted(numbers)
    join = "/" if ":" in tree else ":"
    asked = "".join(f"{tree}{join}{number}/{SUMS_FILE}\n" for number in ordered)
    told = os.fsdecode(_checked(git, asked.encode())).splitlines()
    lines: Iterator[tuple[Number, str]] = zip(ordered, told, strict=True)
    return {number: line.split()[0] for number, line in lines if " blob " in line}


def _short(branch: str) -> str:
    return branch.removeprefix("refs/heads/").removeprefix("refs/remotes/")
