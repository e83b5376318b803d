"""The program git, started in one way, whatever its user has set it up to show.

A user's configuration may colour what git says, shorten it, sign it, sort it, or show it relative
to somewhere else (git-config(1)); a hook, `git rebase --exec` and others hand on variables that say
which repository and which index are meant (githooks(5)). What is read here must not depend on any
of this. Who the user is, which repositories are trusted, and how something is fetched stays as it
is set up.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from publisher.errors import HistoryError

PLAIN_SETTINGS: Mapping[str, str] = {
    "advice.graftFileDeprecated": "false",
    "color.ui": "false",
    "color.branch": "false",
    "color.diff": "false",
    "color.status": "false",
    "column.ui": "never",
    "core.commitGraph": "false",
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "core.quotePath": "false",
    "core.useReplaceRefs": "false",
    "diff.autoRefreshIndex": "true",
    "diff.ignoreSubmodules": "none",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.orderFile": os.devnull,
    "diff.relative": "false",
    "format.pretty": "medium",
    "gc.auto": "0",
    "i18n.commitEncoding": "utf-8",
    "i18n.logOutputEncoding": "utf-8",
    "log.decorate": "false",
    "log.diffMerges": "separate",
    "log.follow": "false",
    "log.mailmap": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "safe.bareRepository": "explicit",  # a folder of a working tree can be made to look like one
    "status.branch": "false",
    "status.relativePaths": "false",
    "status.renames": "false",
    "status.short": "false",
    "status.showStash": "false",
    "status.submoduleSummary": "false",
    "submodule.recurse": "false",
}
"""Settings that override the user's and the repository's wherever we read (git-config(1))."""
PLAIN_SURROUNDINGS: Mapping[str, str] = {
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LANGUAGE": "C",
    "LC_ALL": "C",
}
"""The same, as environment variables (git(1)); the last two have git's reasons in English."""
_ELSEWHERE = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""Variables that name another repository or index, or read paths in another way. Most are those of
`git rev-parse --local-env-vars`; of these, the settings of whoever started us go on to count."""


def git_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that git is run with: ours, but for those that name another repository.

    Args:
        more: variables that are set besides.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    return {**kept, **(more or {})}


def settings_words(settings: Mapping[str, str]) -> list[str]:
    """The words on git's command line that set what overrides every configuration."""
    return [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]


class GitProgram:
    """Runs git in a folder, to read."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] = PLAIN_SETTINGS,
        surroundings: Mapping[str, str] = PLAIN_SURROUNDINGS,
    ) -> None:
        """Starts nothing yet.

        Args:
            folder: where it runs.
            settings: override those of every configuration.
            surroundings: variables of its environment.
        """
        self.folder = folder
        self._settings = settings_words(settings)
        self._surroundings = surroundings

    def run(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Runs a command, whether it fails or not.

        Args:
            words: the command and its arguments.
            given: what it reads from its standard input.

        Raises:
            HistoryError: git is not installed, or the folder is not there.
        """
        try:
            return subprocess.run(  # noqa: S603 - no shell reads it
                ["git", "--no-pager", *self._settings, *words],  # noqa: S607 - the user's own
                cwd=self.folder,
                env=git_environment(self._surroundings),
                input=given,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise HistoryError("there is no such folder", where=str(self.folder)) from None
            remedy = "apt-get install git"
            raise HistoryError("git is not installed", remedy=remedy) from None

    def ask(self, *words: str, given: bytes = b"") -> bytes:
        """What git answers.

        Raises:
            HistoryError: it fails; says why, and what mends it.
        """
        done = self.run(*words, given=given)
        if done.returncode:
            raise refusal(done.stderr.decode("utf-8", "replace"), self.folder)
        return done.stdout

    def line(self, *words: str) -> str:
        """The one line that git answers.

        Raises:
            HistoryError: it fails.
        """
        return os.fsdecode(self.ask(*words)).removesuffix("\n")

    def succeeds(self, *words: str) -> bool:
        """Whether a command ends without an error."""
        return not self.run(*words).returncode


# ── why git refuses ──────────────────────────────────────────────────────────────────────────────

_UNFETCHED = re.compile("promisor|could not fetch|lazy fetching", re.IGNORECASE)
"""What git says when it cannot fetch an object that a partial clone lacks."""
_REASONS: Sequence[tuple[str, str, str]] = (
    (
        r"dubious ownership in repository at '(?P<there>.+?)'|safe\.directory",
        "the repository belongs to another user, and git reads it only if you trust it",
        "git config --global --add safe.directory {there}",
    ),
    (
        "does not have any commits yet|your current branch appears to be broken",
        "the repository has no commit yet",
        "git add . && git commit -m 'Start'",
    ),
    (
        "bad config|bad numeric config|bad boolean config|invalid value for|unable to parse config"
        "|missing value for",
        "a configuration of git does not read",
        "mend the setting that it names",
    ),
    (
        "unknown repository extension|[Ee]xpected git repo version|unknown index entry format"
        "|unknown hash algorithm|unknown ref storage",
        "the repository is kept in a way that this version of git does not know",
        "install a newer git",
    ),
    (
        "external filter|(clean|smudge) filter",
        "a filter that .gitattributes names does not run here",
        "install what it needs, such as git-lfs, or take it out of .gitattributes",
    ),
    (
        "not a git repository",
        "the .git here is no repository, or leads to none",
        "git worktree repair {top}, in the repository that it belongs to; or clone that anew",
    ),
    (
        "index file|bad index|index uses|bad signature 0x|unordered stage entries",
        "git's index does not read",
        'cd {top} && rm "$(git rev-parse --git-path index)" && git reset -q',
    ),
    (
        "[Pp]ermission denied|Read-only file system",
        "git may not read its own files",
        "let this user read and write them: chown -R USER {top}",
    ),
)
"""What git says, what that means, and what mends it."""


def refusal(said: str, folder: Path, otherwise: str = "git failed") -> HistoryError:
    """The error for what git says when it fails.

    Args:
        said: what it wrote to its standard error.
        folder: where it ran.
        otherwise: the beginning of the message where the reason is none that we know.
    """
    top = shlex.quote(str(folder))
    if known := _reason(said):
        what, remedy, found = known
        there = found.groupdict().get("there")
        named = shlex.quote(there) if there else top
        clear = "another user" in what or "no commit" in what
        return HistoryError(
            what if clear else f"{otherwise}: {what} ({reason_said(said)})",
            where=str(folder),
            remedy=remedy.format(there=named, top=top),
        )
    if _UNFETCHED.search(said):
        return HistoryError(
            "the clone does not have all of its history, and what is missing cannot be fetched: "
            + reason_said(said),
            where=str(folder),
            remedy=whole_again(folder),
        )
    return HistoryError(
        f"{otherwise}: {reason_said(said)}",
        where=str(folder),
        remedy=f"see what is wrong with the repository: git -C {top} fsck",
    )


def whole_again(folder: Path) -> str:
    """The remedy for a partial clone."""
    top = shlex.quote(str(folder))
    return f"git -C {top} fetch --refetch --no-filter origin; or clone it anew, whole"


def _reason(said: str) -> tuple[str, str, re.Match[str]] | None:
    for pattern, what, remedy in _REASONS:
        if found := re.search(pattern, said):
            return what, remedy, found
    return None


def is_told_apart(said: str) -> bool:
    """Whether what git says has a reason that `refusal` knows."""
    return _reason(said) is not None


def reason_said(said: str) -> str:
    """Git's own reason for refusing, on one line; hints and traces are left out."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    named = [line for line in lines if re.match("(fatal|error|remote):", line)]
    return " ".join(" ".join(named or lines).split())[:300]


def time_of_commit(written: str) -> dt.datetime:
    """When a commit says that it was made.

    Args:
        written: as `%cI` gives it. Anybody may write any time into a commit, of the year 3170843
            or in a zone that is days away; the last time that there is stands for those.
    """
    try:
        when = dt.datetime.fromisoformat(written)
        when.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return dt.datetime.max.replace(microsecond=0, tzinfo=dt.UTC)
    return when
