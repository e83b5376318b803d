"""The project's git repository, read: revisions of the draft, commits and tags of releases.

Only this module, `commits`, `tags` and `foreign` know about git.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from publisher.errors import HistoryError, NotFoundError
from publisher.releases.revisions import Revision, Tag

__all__ = ["Git", "GitCommandError", "History", "Revision", "Tag", "git_said"]

try:
    from git import Blob, Git, GitCommandError, InvalidGitRepositoryError, NoSuchPathError, Repo
    from git.exc import BadName, BadObject
except ImportError as error:  # GitPython looks for git as soon as it is imported
    raise HistoryError("git is not installed", remedy="apt-get install git") from error


class History:
    """The git repository that a project lives in."""

    def __init__(self, root: Path) -> None:
        """Opens it.

        Raises:
            HistoryError: the folder is not in a git repository.
        """
        try:
            self._repo = Repo(root, search_parent_directories=True)
        except (InvalidGitRepositoryError, NoSuchPathError):
            raise HistoryError(
                "the project is not in a git repository",
                where=str(root),
                remedy="git init && git add . && git commit -m 'Start'",
            ) from None
        self.root = root
        """The project's folder, which may be one in the repository."""
        top = Path(self._repo.working_tree_dir or root)
        self._prefix = root.resolve().relative_to(top.resolve()).as_posix()

    def _path(self, path: str) -> str:
        return path if self._prefix == "." else f"{self._prefix}/{path}"

    def _said(self, *words: str) -> str:
        """What git answers.

        Raises:
            HistoryError: it fails, on a damaged repository for example.
        """
        try:
            return str(self._repo.git.execute(["git", *words]))
        except GitCommandError as error:
            raise HistoryError(
                f"git failed: {git_said(error)}", where=str(self.root), remedy="git fsck"
            ) from None

    @cached_property
    def shallow(self) -> bool:
        """Whether older commits are missing from this clone."""
        return self._said("rev-parse", "--is-shallow-repository") == "true"

    @property
    def head(self) -> str:
        """The current commit.

        Raises:
            HistoryError: there is no commit yet.
        """
        try:
            return self._repo.head.commit.hexsha
        except ValueError:
            raise HistoryError(
                "the repository has no commit yet", remedy="git add . && git commit -m 'Start'"
            ) from None

    def changed(self) -> list[str]:
        """Paths that differ from the last commit, untracked ones included."""
        lines = self._said("status", "--porcelain", "-uall", "-z").split("\0")
        return [line[3:] for line in lines if line[3:]]

    def committed(self, path: str) -> bool:
        """Whether anything at `path` is in the current commit."""
        return bool(self._said("ls-tree", self.head, self._path(path)))

    def tags(self, prefix: str = "") -> dict[str, Tag]:
        """The annotated tags by name: those below `prefix/`, or all."""
        places = f"refs/tags/{prefix}" if prefix else "refs/tags"
        asked = "%(refname:strip=2)%00%(objecttype)%00%(*objectname)%00%(contents)%00"
        parts = self._said("for-each-ref", places, f"--format={asked}").split("\0")
        found: dict[str, Tag] = {}
        for line, kind, commit, message in zip(*[iter(parts)] * 4, strict=False):
            name = line.lstrip("\n")
            if kind == "tag":
                found[name] = Tag(name, commit, message, "-----BEGIN" in message)
        return found

    def tag_message(self, object_id: str) -> str | None:
        """What an object says that is an annotated tag; None: it is something else.

        Raises:
            HistoryError: there is no such object.
        """
        if self._said("cat-file", "-t", object_id) != "tag":
            return None
        return self._said("cat-file", "tag", object_id).partition("\n\n")[2]

    def has(self, revision: str) -> bool:
        """Whether this clone has a commit."""
        try:
            self._repo.git.cat_file("-e", f"{revision}^{{commit}}")
        except GitCommandError:
            return False
        return True

    def revisions(self, path: str) -> list[Revision]:
        """The commits that touched `path`, newest first."""
        asked = "--format=%H%x00%an%x00%cI%x00%s"
        lines = self._said("log", self.head, asked, "--", self._path(path)).splitlines()
        parts = [line.split("\0") for line in lines]
        return [Revision(a, b, dt.datetime.fromisoformat(c), d) for a, b, c, d in parts]

    def last(self, path: str) -> Revision | None:
        """The latest commit that touched `path`; None: it has uncommitted changes, or no commit."""
        if not self.committed(path) or self._said("status", "--porcelain", "--", self._path(path)):
            return None
        return next(iter(self.revisions(path)), None)

    def touched(self, folder: str) -> dict[str, list[Revision]]:
        """The commits that touched anything below each name in `folder`, newest first.

        Names that no longer exist are included.
        """
        prefix = self._path(folder)
        asked = "--format=%x01%H%x00%an%x00%cI%x00%s"
        out = self._said("log", self.head, asked, "--name-only", "-z", "--", prefix)
        found: dict[str, list[Revision]] = {}
        for entry in out.split("\x01")[1:]:
            commit, author, when, subject, *paths = entry.split("\0")
            revision = Revision(commit, author, dt.datetime.fromisoformat(when), subject)
            inside = [Path(path.strip("\n")) for path in paths if path.strip("\n")]
            for name in {path.relative_to(prefix).parts[0] for path in inside}:
                found.setdefault(name, []).append(revision)
        return found

    def file_at(self, revision: str, path: str) -> bytes | None:
        """A file as it was at a commit; None: it did not exist then."""
        try:
            blob = self._repo.commit(revision).tree / self._path(path)
        except KeyError:
            return None
        return blob.data_stream.read() if isinstance(blob, Blob) else None

    def files_at(self, revision: str, folder: str) -> Mapping[str, bytes]:
        """The files below `folder` as they were at a revision, by path inside the folder.

        Raises:
            NotFoundError: there is no such revision.
        """
        try:
            commit = self._repo.commit(revision)
        except (ValueError, GitCommandError, IndexError, BadName, BadObject):
            raise NotFoundError(
                f"git knows no revision `{revision}`", remedy="name a commit, branch or tag"
            ) from None
        prefix = self._path(folder)
        try:
            tree = commit.tree / prefix
        except KeyError:
            return {}
        if tree.type == "blob":
            return {Path(folder).name: tree.data_stream.read()}
        return {
            Path(item.path).relative_to(prefix).as_posix(): item.data_stream.read()
            for item in tree.traverse()
            if isinstance(item, Blob)
        }


def git_said(error: GitCommandError) -> str:
    """Git's own reason for refusing, on one line."""
    text = str(error.stderr or error.stdout or error).strip().removeprefix("stderr:").strip(" '\n")
    return " ".join(text.split())[:300]
