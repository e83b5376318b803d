"""The tags of releases, as git keeps them on disk: a name, an object, its message.

A release is never opened without a look at its tag, so a receiver looks at one for every request,
and starts no git for it. What an object says never changes; which object a name stands for is
looked up each time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from publisher.edges.file_state import Remembered, state_of_files
from publisher.errors import HistoryError, SealError
from publisher.releases.number import Number

MOST_HELD = 1024
"""Messages of tags kept in memory at a time."""
_MOST_POLICIES = 64
"""Policies whose numbers are kept in memory."""
_OF_RELEASE = re.compile(rb"([0-9a-f]{40,64}) refs/tags/([a-z0-9-]{1,16}/[0-9.]+)")
"""A line of `packed-refs` that is about a release (gitrepository-layout(5))."""


class Tags:
    """The annotated tags that bear the names of releases; none outside a git repository."""

    def __init__(self, root: Path) -> None:
        """Args: root: a folder in the working tree."""
        self._root = root
        self._lock = Lock()
        self._messages: dict[str, str | None] = {}
        self._packed: Remembered[Mapping[str, str]] = Remembered(1)
        self._numbers: Remembered[frozenset[Number]] = Remembered(_MOST_POLICIES)
        self._asked: Remembered[Mapping[str, str]] = Remembered(1)

    def message(self, name: str) -> str | None:
        """What the tag `privacy/2`, say, says; None: there is no annotated tag of that name.

        Raises:
            SealError: there is one, and git's own files do not tell what it says.
        """
        try:
            git = common_folder(self._root)
            return self._message(git, name) if git else None
        except (OSError, ValueError) as error:
            what = f"its tag cannot be read: {error}"
            raise SealError(what, where=f"tag {name}", remedy="git fsck") from None

    def numbers(self, policy_id: str) -> frozenset[Number]:
        """The numbers of the releases that there are tags of, annotated or not.

        Raises:
            SealError: git's own files cannot be read.
        """
        try:
            git = common_folder(self._root)
            return self._numbered(git, policy_id) if git else frozenset()
        except (OSError, ValueError) as error:
            what = f"the tags of {policy_id} cannot be read: {error}"
            raise SealError(what, where=str(self._root), remedy="git fsck") from None

    def _numbered(self, git: Path, policy_id: str) -> frozenset[Number]:
        folder = git / "refs" / "tags" / policy_id
        state = state_of_files([folder, git / "packed-refs", git / "reftable" / "tables.list"])
        found = self._numbers.get(policy_id, state)
        if found is None:
            names = self._listed(git) if _in_tables(git) else self._in_pack(git)
            before = f"{policy_id}/"
            ends = {name.removeprefix(before) for name in names if name.startswith(before)}
            ends |= {path.name for path in folder.iterdir()} if folder.is_dir() else set()
            found = frozenset(number for end in ends if (number := Number.parse(end)))
            self._numbers.keep(policy_id, state, found)
        return found

    def _message(self, git: Path, name: str) -> str | None:
        if _in_tables(git):
            return self._listed(git).get(name)
        object_id = _loose(git, name) or self._in_pack(git).get(name)
        if object_id is None:
            return None
        with self._lock:
            if object_id not in self._messages:
                if len(self._messages) >= MOST_HELD:
                    self._messages.clear()
                self._messages[object_id] = self._said(git, object_id)
            return self._messages[object_id]

    def _said(self, git: Path, object_id: str) -> str | None:
        if len(object_id) > 40:  # SHA-256, which only git itself reads
            return self._said_by_git(object_id)
        from gitdb import GitDB  # type: ignore[import-untyped] # takes a while to load
        from gitdb.exc import ODBError  # type: ignore[import-untyped]

        try:
            stream = GitDB(str(git / "objects")).stream(bytes.fromhex(object_id))
            kind, data = bytes(stream.type), bytes(stream.read())
        except ODBError:  # only git itself finds what is borrowed in a roundabout way
            return self._said_by_git(object_id)
        return data.decode("utf-8", "replace").partition("\n\n")[2] if kind == b"tag" else None

    def _said_by_git(self, object_id: str) -> str | None:
        from publisher.edges.history import History

        try:
            return History(self._root).tag_message(object_id)
        except HistoryError as error:
            raise OSError(f"object {object_id} is missing: {error.what}") from error

    def _in_pack(self, git: Path) -> Mapping[str, str]:
        """Name and object of each tag of a release that git has packed."""
        path = git / "packed-refs"
        state = state_of_files([path])
        found = self._packed.get("", state)
        if found is None:
            lines = _OF_RELEASE.findall(path.read_bytes()) if path.is_file() else []
            found = {name.decode(): object_id.decode() for object_id, name in lines}
            self._packed.keep("", state, found)
        return found

    def _listed(self, git: Path) -> Mapping[str, str]:
        """Name and message of each tag, of a repository whose references only git itself reads."""
        from publisher.edges.history import History

        state = state_of_files([git / "reftable" / "tables.list"])
        found = self._asked.get("", state)
        if found is None:
            tags = History(self._root).tags()
            found = {name: tag.message for name, tag in tags.items()}
            self._asked.keep("", state, found)
        return found


def own_folder(root: Path) -> Path | None:
    """The folder in which git keeps what belongs to one working tree; None: there is none.

    Args:
        root: a folder in the working tree.
    """
    for folder in (root, *root.parents):
        git = folder / ".git"
        if git.is_file():  # another working tree, or a submodule
            return folder / git.read_text("utf-8").removeprefix("gitdir:").strip()
        if git.is_dir():
            return git
    return None


def common_folder(root: Path) -> Path | None:
    """The folder in which git keeps objects and tags, shared by all working trees; None: none."""
    own = own_folder(root)
    shared = own / "commondir" if own else None
    return own / shared.read_text("utf-8").strip() if own and shared and shared.is_file() else own


def _in_tables(git: Path) -> bool:
    """Whether references are kept as `reftable` (git 2.45 and later), not as files."""
    return (git / "reftable").is_dir()


def _loose(git: Path, name: str) -> str | None:
    """The object that the file of a reference names."""
    try:
        return (git / "refs" / "tags" / name).read_text("ascii").strip() or None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
