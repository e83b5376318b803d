"""Files by which git locks its own, left behind by a git that was killed."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from publisher.edges.commits import Commits
from publisher.errors import HistoryError

_PATIENCE = 2.0
"""Seconds in which a git that is at work may end."""
_PAUSE = 0.1


def await_git(commits: Commits, tag: str) -> None:
    """Waits a moment for whatever holds what a freeze is going to write.

    Args:
        commits: of the repository.
        tag: the name of the tag that is going to be made.

    Raises:
        HistoryError: it is still held; names the lock.
    """
    clear_git_locks(commits, math.inf, tag)


def clear_git_locks(commits: Commits, since: float, tag: str) -> None:
    """Removes what a git of ours left behind when it was killed.

    Nobody of ours is at work any more. A lock is left alone that is older than what was cut off, or
    while any git is at work in this repository, as far as the system tells.

    Args:
        commits: of the repository.
        since: when what was cut off began, in seconds.
        tag: the name of the tag that was being made.

    Raises:
        HistoryError: a lock is there that may be somebody else's; names it.
    """
    branch = commits.branch
    names = ["index", "HEAD", "packed-refs", *([branch] if branch else []), f"refs/tags/{tag}"]
    deadline = time.monotonic() + _PATIENCE
    for place in commits.places(*(f"{name}.lock" for name in names)):
        while (made := _made(place)) is not None:
            if made >= since and not _at_work(commits):
                place.unlink(missing_ok=True)
            elif time.monotonic() >= deadline:
                raise HistoryError(
                    "git is at work here, or was killed and left this behind",
                    where=str(place),
                    remedy=f"wait for it; or, if no git is at work: rm {place}",
                )
            else:
                time.sleep(_PAUSE)


def _made(place: Path) -> float | None:
    try:
        return place.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return None


def _at_work(commits: Commits) -> bool:
    """Whether a git may be at work in the repository; where the system does not tell, one may."""
    if not Path("/proc/self/comm").is_file():
        return True
    top = commits.line("rev-parse", "--show-toplevel")
    return any(f"{folder}/".startswith(f"{top}/") for folder in _folders_of_gits())


def _folders_of_gits() -> Iterator[str]:
    """Where the gits are that run on this machine."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "comm").read_text().strip() == "git":
                yield str((process / "cwd").readlink())
