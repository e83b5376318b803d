"""What git keeps, read from its own files: no git is started for what a receiver looks at often."""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from publisher.errors import HistoryError

MOST_COMMITS = 20_000
"""Commits that are looked through without git: some seconds' worth."""


class GitObjects:
    """The objects of a repository: commits, trees, files and tags, by their ids."""

    def __init__(self, root: Path, git: Path) -> None:
        """Args: root: a folder in the working tree; git: where git keeps the objects."""
        self._root, self._git = root, git

    def read(self, object_id: str) -> tuple[str, bytes]:
        """What kind of object it is, and what it holds.

        Raises:
            OSError, ValueError: it is not there, or does not read.
        """
        if len(object_id) > 40:  # SHA-256, which only git itself reads
            return self._through_git(object_id)
        from gitdb.exc import ODBError  # type: ignore[import-untyped] # takes a while to load

        try:
            stream = self._kept.stream(bytes.fromhex(object_id))
            return bytes(stream.type).decode(), bytes(stream.read())
        except ODBError:  # only git itself finds what is borrowed in a roundabout way
            return self._through_git(object_id)

    @cached_property
    def _kept(self) -> Any:
        from gitdb import GitDB  # type: ignore[import-untyped]

        return GitDB(str(self._git / "objects"))

    def _through_git(self, object_id: str) -> tuple[str, bytes]:
        from publisher.edges.git_program import GitProgram

        git = GitProgram(self._root)
        try:
            kind = git.line("cat-file", "-t", object_id)
            return kind, git.ask("cat-file", kind, object_id)
        except HistoryError as error:
            raise OSError(f"object {object_id} is missing: {error.what}") from error

    def tag(self, object_id: str) -> tuple[str, str] | None:
        """The object that an annotated tag names, and its message; None: it is no such tag.

        Raises:
            OSError, ValueError: it does not read.
        """
        kind, data = self.read(object_id)
        head, _, message = data.decode("utf-8", "replace").partition("\n\n")
        return (_named(head, "object"), message) if kind == "tag" else None

    def is_before(self, earlier: str, later: str) -> bool:
        """Whether a commit is in the history of another one, or is that.

        Raises:
            OSError, ValueError: a commit on the way does not read, or there are too many.
        """
        waiting, seen = [later], {later}
        while waiting:
            commit = waiting.pop()
            if commit == earlier:
                return True
            if len(seen) > MOST_COMMITS:
                raise ValueError(f"its history has over {MOST_COMMITS:,} commits")
            head = self.read(commit)[1].partition(b"\n\n")[0].decode("utf-8", "replace")
            new = [
                each
                for each in re.findall(r"^parent (\w+)$", head, re.MULTILINE)
                if each not in seen
            ]
            seen.update(new)
            waiting += new
        return False

    def file_at(self, commit: str, path: str) -> bytes | None:
        """A file as it was at a commit; None: it did not exist then.

        Raises:
            OSError, ValueError: an object on the way does not read.
        """
        if len(commit) > 40:  # as above
            from publisher.edges.git_program import GitProgram

            done = GitProgram(self._root).run("cat-file", "blob", f"{commit}:{path}")
            return None if done.returncode else done.stdout
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # else it ends where there is no git
        from git import Blob, Repo
        from git.exc import GitCommandError, GitCommandNotFound, ODBError

        with Repo(self._git) as repo:
            repo.git.update_environment(GIT_DIR=str(self._git))  # whatever a hook hands on
            try:
                found = repo.commit(commit).tree / path
                return bytes(found.data_stream.read()) if isinstance(found, Blob) else None
            except KeyError:
                return None
            except (GitCommandError, GitCommandNotFound, ODBError) as error:
                raise OSError(f"a file of commit {commit} does not read: {error}") from error


def _named(head: str, key: str) -> str:
    """The object that the first line of a tag or commit names."""
    first, _, object_id = head.partition("\n")[0].partition(" ")
    if first != key:
        raise ValueError(f"no {key} is named in it")
    return object_id
