"""What a freeze and an import write to the project's git repository: one commit, one tag."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from publisher.edges.history import Git, GitCommandError, git_said
from publisher.errors import HistoryError

_REAL_TIME = {"GIT_AUTHOR_DATE": "", "GIT_COMMITTER_DATE": ""}
"""Makes git use the real time, whatever the environment sets for commits and tags."""


class Commits:
    """Writes to the git repository that a project lives in."""

    def __init__(self, root: Path) -> None:
        """Args: root: the project's folder, which may be one in the repository."""
        self._git = Git(str(root))  # in this folder, so paths are the project's own

    def commit(self, add: Sequence[str], remove: Sequence[str], message: str) -> str:
        """Commits the given paths and nothing else; returns the commit's id.

        Raises:
            HistoryError: git refused, for example because no name and e-mail are set.
        """
        try:
            self._git.add("--", *add)
            if remove:
                self._git.rm("--quiet", "--", *remove)
            self._git.commit("--quiet", "-m", message, "--", *add, *remove, env=_REAL_TIME)
        except GitCommandError as error:
            raise HistoryError(
                f"git did not commit: {git_said(error)}", remedy="mend it and run the command again"
            ) from None
        return str(self._git.rev_parse("HEAD"))

    def uncommit(self, added: str, removed: str) -> None:
        """Undoes what a commit that failed has left in the index.

        Args:
            added: a path that was to be added, and no longer is.
            removed: a folder some of whose files were to be removed; they are restored.
        """
        self._git.rm("-r", "--cached", "--quiet", "--ignore-unmatch", "--", added)
        gone = self._git.diff(
            "--relative", "--name-only", "--diff-filter=D", "-z", "HEAD", "--", removed
        )
        if paths := [path for path in gone.split("\0") if path]:
            self._git.checkout("--quiet", "HEAD", "--", *paths)

    def tag(self, name: str, message: str) -> bool:
        """Puts an annotated tag on the current commit, signed if git is set up to sign tags.

        Returns:
            Whether it is signed.

        Raises:
            HistoryError: git refused.
        """
        sign = self._set("--bool", "tag.gpgsign") == "true" or bool(self._set("user.signingkey"))
        try:
            self._git.tag("-s" if sign else "-a", name, "-m", message, env=_REAL_TIME)
        except GitCommandError as error:
            raise HistoryError(
                f"git did not tag: {git_said(error)}",
                where=name,
                remedy="mend it and run the command again: it goes on from here",
            ) from None
        return sign

    def _set(self, *words: str) -> str:
        """What a setting of git says; empty: nothing."""
        return str(self._git.config("--get", *words, with_exceptions=False))
