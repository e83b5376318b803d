"""An untrusted git repository: its history is read, and nothing in it is run.

The configuration of a repository may name programs that git starts: to fetch what is missing in a
partial clone, to show a difference, to check a signature. So this module only uses commands that
read commits and files, overrides whatever these could start all the same, fetches no objects, and
ignores grafts and replacements, which would show another history than the real one.
"""

from __future__ import annotations

import datetime as dt
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from publisher.edges.git_program import (
    PLAIN_SETTINGS,
    PLAIN_SURROUNDINGS,
    GitProgram,
    is_told_apart,
    reason_said,
    refusal,
    time_of_commit,
    whole_again,
)
from publisher.errors import HistoryError, NotFoundError

LONGEST_PATH = 4096
"""Limit on a path, in bytes (PATH_MAX of Linux)."""

_NOTHING = "false"
"""A program that does nothing, in place of those that the configuration names."""
_SETTINGS = {
    **PLAIN_SETTINGS,
    "core.alternateRefsCommand": _NOTHING,
    "core.askPass": _NOTHING,
    "core.attributesFile": os.devnull,
    "core.editor": _NOTHING,
    "core.hooksPath": os.devnull,
    "core.sshCommand": _NOTHING,
    "credential.helper": "",
    "diff.external": _NOTHING,
    "diff.renameLimit": "1000",
    "diff.renames": "true",
    "gpg.format": "openpgp",
    "gpg.program": _NOTHING,
    "gpg.openpgp.program": _NOTHING,
    "gpg.ssh.program": _NOTHING,
    "gpg.x509.program": _NOTHING,
    "protocol.allow": "never",
    "safe.bareRepository": "all",
}
"""Settings that override those of the repository (git-config(1))."""
_SURROUNDINGS = {
    **PLAIN_SURROUNDINGS,
    "GIT_ALLOW_PROTOCOL": "",  # no fetch can begin; older versions know no GIT_NO_LAZY_FETCH
    "GIT_NO_LAZY_FETCH": "1",
}
"""The same, as environment variables (git(1))."""
_INCOMPLETE = re.compile(
    "promisor|could not fetch|lazy fetching|unable to read|could not read|bad object|missing",
    re.IGNORECASE,
)
"""What git says when an object is missing."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as a commit left it."""

    commit: str
    when: dt.datetime
    """When the commit was made, with its offset."""
    path: str
    """Its path then, from the root of the repository; it may have been renamed since."""
    blob: str
    """The id of its content, for `content`; empty if the commit left no plain file."""


class ForeignHistory:
    """The git repository that contains a folder, whoever it belongs to."""

    def __init__(self, folder: Path) -> None:
        """Opens it.

        Raises:
            HistoryError: the folder is in no repository, in one that git cannot read, or in one
                without commits.
        """
        self._folder = folder
        self._top, worktree = _top(folder)
        # What its configuration calls the working tree may be elsewhere.
        tree = {"GIT_WORK_TREE": "."} if worktree else {}
        self._git = GitProgram(self._top, _SETTINGS, {**_SURROUNDINGS, **tree})
        # As the first command, this is where git refuses a repository of another user.
        self.shallow = self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"
        """Whether older commits are missing from this clone."""
        if not self._maybe("rev-parse", "--verify", "--quiet", "HEAD"):
            raise HistoryError(
                "the repository has no commit yet", where=str(folder), remedy="commit the file"
            )

    def _maybe(self, *words: str) -> bytes:
        """The output of a git command; empty if it fails."""
        done = self._git.run(*words)
        return b"" if done.returncode else done.stdout.removesuffix(b"\n")

    def _ask(self, *words: str) -> bytes:
        done = self._git.run(*words)
        if done.returncode:
            raise self._refused(done.stderr.decode("utf-8", "replace"))
        return done.stdout

    def _refused(self, reason: str) -> HistoryError:
        """The error for a repository that git cannot read, with its remedy."""
        otherwise = "git cannot read the history"
        told = refusal(reason, self._top, otherwise)
        told.where = str(self._folder)
        if is_told_apart(reason):
            return told
        if _INCOMPLETE.search(reason):
            return HistoryError(
                "the clone does not have all of its history: objects are missing, and an import "
                f"fetches nothing (git: {reason_said(reason)})",
                where=told.where,
                remedy=f"if you trust where it comes from: {whole_again(self._top)}",
            )
        return told

    def sightings(self, path: str) -> list[Sighting]:
        """Every commit that changed a file, oldest first, including under its former names.

        Only the first parents of merges are followed: a text on a side branch was published when
        the branch was merged, and not before.

        Args:
            path: of the file, relative to the folder that was opened.

        Raises:
            NotFoundError: the path leads out of the repository, or names a folder.
            HistoryError: git cannot read the history, for example because an object is missing.
        """
        inside = self._inside(path)
        out = self._ask(
            "log", "--first-parent", "-m", "--root", "--follow", "--find-renames", "--raw",
            "--no-abbrev", "-z", "--no-show-signature", "--no-ext-diff", "--no-textconv",
            "--no-color", "--no-notes", "--no-mailmap", "--format=%x01%H %cI", "--", inside,
        )  # fmt: skip
        changes = list(_changes(out))
        below = os.fsencode(f"{inside}/")
        found = [_sighting(one) for one in changes if not one.path.startswith(below)]
        if changes and not found:
            raise NotFoundError("is a folder", where=path, remedy="name one file in it")
        return found[::-1]

    def _inside(self, path: str) -> str:
        """A path relative to the root of the repository, as git wants it.

        Raises:
            NotFoundError: it leads out of the repository, or cannot be a path.
        """
        start = self._folder.resolve()
        prefix = start.relative_to(self._top).as_posix() if start != self._top else ""
        inside = posixpath.normpath(posixpath.join(prefix, path))
        remedy = "name the file by its path from the folder behind --history, such as terms.md"
        if not path or "\0" in path or len(os.fsencode(inside)) > LONGEST_PATH:
            raise NotFoundError("cannot be the path of a file", where=path[:80], remedy=remedy)
        if posixpath.isabs(path) or inside.split("/")[0] in ("..", "."):
            what = f"leads out of the repository {self._top}"
            raise NotFoundError(what, where=path, remedy=remedy)
        return inside

    def content(self, blob: str) -> bytes:
        """The content of a file that `sightings` found.

        Raises:
            HistoryError: they are missing in this clone.
        """
        done = self._git.run("cat-file", "blob", blob)
        if done.returncode:
            raise self._refused(f"{blob} is missing")
        return done.stdout

    @property
    def address(self) -> str:
        """The address of the repository's origin; if it has none, the name of its folder.

        It contains neither a password nor a local path.
        """
        found = self._maybe("config", "--local", "--no-includes", "--get", "remote.origin.url")
        origin = found.decode("utf-8", "replace")
        if re.match(r"(?:https?|ssh|git)://", origin):
            return re.sub(r"//[^/@]*@", "//", origin)
        if re.match(r"[\w.-]+@[\w.-]+:", origin):
            return origin.partition("@")[2]
        return Path(origin or self._top).name


def _top(folder: Path) -> tuple[Path, bool]:
    """The root of the repository, and whether it has a working tree.

    The configuration, which may name another folder as the working tree, is not asked.
    """
    start = folder.resolve()
    for each in (start, *start.parents) if start.is_dir() else ():
        if (each / ".git").exists():
            return each, True
        if (each / "HEAD").is_file() and (each / "objects").is_dir() and (each / "refs").is_dir():
            return each, False
    raise HistoryError(
        "is not in a git repository",
        where=str(folder),
        remedy="name the folder of a clone: --history FOLDER PATH",
    )


class _Change(NamedTuple):
    """One line of `git log --raw`."""

    head: bytes
    facts: bytes
    path: bytes


def _changes(out: bytes) -> Iterator[_Change]:
    """The changes in the output of `git log --raw -z`; a path may hold any byte but zero."""
    parts = iter(out.split(b"\0"))
    head = b""
    for part in parts:
        facts = part.removeprefix(b"\n")
        if facts.startswith(b":"):
            paths = [next(parts)]
            if facts.split()[-1][:1] in b"RC":
                paths.append(next(parts))
            yield _Change(head, facts, paths[-1])
        elif part.startswith(b"\x01"):
            head = part[1:]


def _sighting(change: _Change) -> Sighting:
    commit, when = change.head.decode().split(" ")
    _, mode, _, blob, _ = change.facts.decode().split()
    name = change.path.decode("utf-8", "replace")
    plain = mode.startswith("100")
    return Sighting(commit, time_of_commit(when), name, blob if plain else "")
