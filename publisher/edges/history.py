"""The project's git repository: revisions of the draft, commits and tags of releases.

Only this module, `tags` and `foreign` know about git, and only this one and `foreign` start it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
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


_REAL_TIME = {"GIT_AUTHOR_DATE": "", "GIT_COMMITTER_DATE": ""}
"""Makes git use the real time, whatever the environment sets for commits and tags."""


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

    def commit(self, add: Sequence[str], remove: Sequence[str], message: str) -> str:
        """Commits the given paths and nothing else; returns the commit's id.

        Raises:
            HistoryError: git refused, for example because no name and e-mail are set.
        """
        try:
            self._repo.git.add("--", *map(self._path, add))
            if remove:
                self._repo.git.rm("--quiet", "--", *map(self._path, remove))
            paths = [self._path(path) for path in (*add, *remove)]
            self._repo.git.commit("--quiet", "-m", message, "--", *paths, env=_REAL_TIME)
        except GitCommandError as error:
            raise HistoryError(
                f"git did not commit: {git_said(error)}", remedy="mend it and run the command again"
            ) from None
        return self.head

    def uncommit(self, added: str, removed: str) -> None:
        """Undoes what a commit that failed has left in the index.

        Args:
            added: a path that was to be added, and no longer is.
            removed: a folder some of whose files were to be removed; they are restored.
        """
        git = self._repo.git
        git.rm("-r", "--cached", "--quiet", "--ignore-unmatch", "--", self._path(added))
        gone = git.diff("--name-only", "--diff-filter=D", "-z", "HEAD", "--", self._path(removed))
        if paths := [path for path in gone.split("\0") if path]:
            top = str(self._repo.working_tree_dir)
            git.execute(["git", "-C", top, "checkout", "--quiet", "HEAD", "--", *paths])

    def tag(self, name: str, message: str) -> bool:
        """Puts an annotated tag on the current commit, signed if git is set up to sign tags.

        Returns:
            Whether it is signed.

        Raises:
            HistoryError: git refused.
        """
        configuration = self._repo.config_reader()
        sign = configuration.get_value("tag", "gpgsign", "false") in (True, "true")
        sign = sign or bool(configuration.get_value("user", "signingkey", ""))
        try:
            self._repo.git.tag("-s" if sign else "-a", name, "-m", message, env=_REAL_TIME)
        except GitCommandError as error:
            raise HistoryError(
                f"git did not tag: {git_said(error)}",
                where=name,
                remedy="mend it and run the command again: it goes on from here",
            ) from None
        return sign

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
