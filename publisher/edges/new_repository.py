"""A git repository that begins, or a folder of one: who commits, and the first commits."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from publisher.edges.commits import Commits, git_reason
from publisher.edges.history import History
from publisher.errors import HistoryError

_WHO = (
    'git config --global user.name "Your Name" && '
    "git config --global user.email you@example.com, then run the command again"
)
_BRANCH = "main"
"""What the workflows call it."""


class NewRepository:
    """The repository of a folder that may not be there yet."""

    def __init__(self, root: Path) -> None:
        """Nothing is made yet; `root`: the project's folder."""
        self.root = root
        self._commits = Commits(root)

    @property
    def _nearest(self) -> Path:
        """The folder, or the nearest one above it that is there."""
        above = (self.root.resolve(), *self.root.resolve().parents)
        return next(folder for folder in above if folder.is_dir())

    @property
    def exists(self) -> bool:
        """Whether git has a repository here.

        Raises:
            HistoryError: there is one in which no project can lie, or git is not installed.
        """
        done = self._commits.run("rev-parse", "--is-inside-work-tree", folder=self._nearest)
        if not done.returncode and done.stdout.strip() == b"true":
            return True
        places = (self._nearest, *self._nearest.parents)
        if any((folder / ".git").exists() for folder in places):
            History(self._nearest)  # which says what is wrong with it
        return False

    def require_committer(self) -> None:
        """Refuses where git does not know who commits.

        Raises:
            HistoryError: it does not; says how to tell it.
        """
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            if self._commits.run("var", who, folder=self._nearest).returncode:
                raise HistoryError(
                    "git does not know who you are, and every release is committed by somebody",
                    where=str(self.root),
                    remedy=_WHO,
                )

    def begin(self) -> bool:
        """Makes a repository, where there is none; whether it did."""
        if self.exists:
            return False
        self._commits.ask("init", "--quiet", f"--initial-branch={_BRANCH}")
        return True

    def commit(self, paths: Sequence[str], message: str) -> str:
        """Commits some files, and nothing else that may be staged.

        Args:
            paths: from the project's folder.
            message: of the commit.

        Returns:
            The commit; empty: git has them already.

        Raises:
            HistoryError: git, or a hook, refused.
        """
        literal = {"GIT_LITERAL_PATHSPECS": "1"}
        listed = ("--pathspec-from-file=-", "--pathspec-file-nul")
        given = b"".join(f"{path}\0".encode() for path in paths)
        # What somebody's own configuration ignores everywhere belongs to this repository anyway.
        self._commits.ask("add", "--force", *listed, given=given, surroundings=literal)
        changed = self._commits.run(
            "status", "--porcelain", "--", *paths, surroundings=literal
        ).stdout
        if not changed:
            return ""
        words = ("commit", "--quiet", "--only", f"--message={message}", *listed)
        done = self._commits.run(*words, given=given, surroundings=literal)
        if done.returncode:
            raise HistoryError(
                f"git did not commit: {git_reason(done) or 'it does not say why'}",
                where=str(self.root),
                remedy=f"mend that, then: cd {shlex.quote(str(self.root))} && git commit",
            )
        return self._commits.head
