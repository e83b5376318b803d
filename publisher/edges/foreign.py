"""A stranger's git repository: its history is read, and nothing that is in it is run.

The configuration of a repository may name programs that git starts, when it fetches what is missing
in a partial clone, shows a difference, checks a signature … So only commands are used here that
read commits and files; what they could start all the same is overridden; no object is fetched, and
no history is believed that git was told to put in place of the real one.
"""

from __future__ import annotations

import datetime as dt
import os
import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from publisher.edges.history import Git, GitCommandError, git_said
from publisher.errors import HistoryError, NotFoundError

LONGEST_PATH = 4096
"""Bytes; longer ones no file system takes, nor a command line."""

_NOTHING = "false"
"""A program that does nothing, in place of those that a configuration names."""
_SETTINGS = {
    "advice.graftFileDeprecated": "false",
    "color.ui": "false",
    "core.alternateRefsCommand": _NOTHING,
    "core.askPass": _NOTHING,
    "core.attributesFile": os.devnull,
    "core.commitGraph": "false",
    "core.editor": _NOTHING,
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": _NOTHING,
    "core.useReplaceRefs": "false",
    "credential.helper": "",
    "diff.external": _NOTHING,
    "diff.orderFile": os.devnull,
    "diff.relative": "false",
    "diff.renameLimit": "1000",
    "diff.renames": "true",
    "gc.auto": "0",
    "gpg.format": "openpgp",
    "gpg.program": _NOTHING,
    "gpg.openpgp.program": _NOTHING,
    "gpg.ssh.program": _NOTHING,
    "gpg.x509.program": _NOTHING,
    "i18n.logOutputEncoding": "utf-8",
    "log.diffMerges": "separate",
    "log.mailmap": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}
"""What counts, whatever the repository says (git-config(1))."""
_SURROUNDINGS = {
    "GIT_ALLOW_PROTOCOL": "",  # no fetch can begin, whichever way: older versions know no other way
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
}
"""The same in variables (git(1))."""
_INCOMPLETE = re.compile(
    "promisor|could not fetch|lazy fetching|unable to read|could not read|bad object|missing",
    re.IGNORECASE,
)
"""What git says where it looks for an object that is not there."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A file as a commit left it."""

    commit: str
    when: dt.datetime
    """When the commit was made, with its offset."""
    path: str
    """From the root of the repository; the file may have been renamed since."""
    blob: str
    """Its content, see `content`; empty where there is no plain file any more."""


class ForeignHistory:
    """The git repository that a folder lies in, whosever it is."""

    def __init__(self, folder: Path) -> None:
        """Opens it.

        Raises:
            HistoryError: the folder is in no repository, in one that git does not read, or in one
                without a commit.
        """
        self._folder = folder
        self._top, worktree = _top(folder)
        self._git = Git(str(self._top))
        self._git.update_environment(**_environment(worktree))
        # The first question, so this is where git says that it trusts no folder of another user.
        self.shallow = self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"
        """Whether older commits are missing from this clone."""
        if not self._maybe("rev-parse", "--verify", "--quiet", "HEAD"):
            raise HistoryError(
                "the repository has no commit yet", where=str(folder), remedy="commit the file"
            )

    def _maybe(self, *words: str) -> bytes:
        """What git answers; empty where it has no answer."""
        done = self._git.execute(["git", *words], with_exceptions=False, stdout_as_string=False)
        return bytes(done)

    def _ask(self, *words: str) -> bytes:
        try:
            done = self._git.execute(
                ["git", "--no-pager", *words],
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        except GitCommandError as error:
            raise self._refused(git_said(error)) from None
        return bytes(done)

    def _refused(self, reason: str) -> HistoryError:
        """Why git does not read it, with what helps."""
        where, top = str(self._folder), shlex.quote(str(self._top))
        if "dubious ownership" in reason or "safe.directory" in reason:
            return HistoryError(
                "the repository belongs to another user, and git reads it only if you trust it",
                where=where,
                remedy=f"git config --global --add safe.directory {top}",
            )
        if _INCOMPLETE.search(reason):
            return HistoryError(
                "the clone has not all of its history: objects are missing, and an import fetches "
                f"nothing (git: {reason})",
                where=where,
                remedy="if you trust where it comes from: "
                f"git -C {top} fetch --refetch --no-filter origin; or clone it anew, whole",
            )
        return HistoryError(
            f"git cannot read the history: {reason}",
            where=where,
            remedy=f"see what is wrong with it: git -C {top} fsck",
        )

    def sightings(self, path: str) -> list[Sighting]:
        """Every commit that changed a file, oldest first, also under the names it had before.

        Only the first parents of merges are followed: what stood on a side branch reached the
        line that is published when it was merged, and not before.

        Args:
            path: of the file, from the folder that was opened.

        Raises:
            NotFoundError: the path leads out of the repository, or is that of a folder.
            HistoryError: git does not read the history; an object is missing, say.
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
        """A path as git wants it: from the root of the repository.

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
        """The bytes of a file that `sightings` found.

        Raises:
            HistoryError: they are missing in this clone.
        """
        try:
            _, _, _, data = self._git.get_object_data(blob)
        except (ValueError, OSError):
            raise self._refused(f"{blob} is missing") from None
        return bytes(data)

    @property
    def address(self) -> str:
        """What the repository is called: where it comes from, else the name of its folder.

        Neither a password nor a path on this machine is part of it.
        """
        found = self._maybe("config", "--local", "--no-includes", "--get", "remote.origin.url")
        origin = found.decode("utf-8", "replace")
        if re.match(r"(?:https?|ssh|git)://", origin):
            return re.sub(r"//[^/@]*@", "//", origin)
        if re.match(r"[\w.-]+@[\w.-]+:", origin):
            return origin.partition("@")[2]
        return Path(origin or self._top).name


def _top(folder: Path) -> tuple[Path, bool]:
    """The repository's outermost folder, as git finds it, and whether files are worked on there.

    A configuration may name another folder as the one with the files: it is not asked.
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


def _environment(worktree: bool) -> dict[str, str]:
    """The variables under which git reads: behind what the environment sets already."""
    given = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdecimal() else 0
    settings: dict[str, str] = {"GIT_CONFIG_COUNT": str(first + len(_SETTINGS))}
    for number, (key, value) in enumerate(_SETTINGS.items(), first):
        settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    if worktree:
        settings["GIT_WORK_TREE"] = "."
    return {**_SURROUNDINGS, **settings}


class _Change(NamedTuple):
    """One line of `git log --raw`."""

    head: bytes
    facts: bytes
    path: bytes


def _changes(out: bytes) -> Iterator[_Change]:
    """The changes that `git log --raw -z` tells of. A path in it may hold any byte but zero."""
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
    return Sighting(commit, dt.datetime.fromisoformat(when), name, blob if plain else "")
