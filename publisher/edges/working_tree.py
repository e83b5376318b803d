"""Whether the working tree is what git has: a release is made from a revision, not from a disk."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from publisher.edges.drafts import Drafts
from publisher.edges.history import History
from publisher.edges.private import refuse_exposed
from publisher.errors import FreezeError
from publisher.releases.remedies import AND_COMMIT

_SHOWN = 5
"""Paths that a message names."""


def refuse_uncommitted(history: History, private: Collection[str]) -> None:
    """Refuses if anything in the project differs from the last commit.

    Changes elsewhere in the repository count for nothing. What holds customers' addresses comes
    first, so that nobody commits it because something has to be committed.

    Args:
        history: the project's repository.
        private: paths at which customers' addresses lie, from the project's root.

    Raises:
        HistoryError: git has, or would be given, customers' addresses.
        FreezeError: something is not committed.
    """
    changed = history.changed()
    refuse_exposed(private, changed, history.tracked(private))
    if changed:
        named = ", ".join(map(_one_line, sorted(changed)[:_SHOWN]))
        raise FreezeError(
            f"{len(changed)} file(s) are not committed: {named}",
            where=str(history.root),
            remedy="commit them, or git stash -u: a release is made from a revision that git has",
        )


def refuse_unlike(history: History, drafts: Drafts, policy_id: str) -> None:
    """Refuses if a draft on disk is not the one of the last commit, though git sees no change.

    Git leaves out what it ignores and what lies in a repository of its own, and does not look at
    files that it was told not to.

    Raises:
        FreezeError: a file differs; says what to do.
    """
    folder = drafts.name(policy_id)
    committed = history.files_at(history.head, folder)
    wrong = drafts.unlike(policy_id, committed)
    if not wrong:
        return
    path = wrong[0]
    if not committed:
        what = "git has nothing of this draft: it lies in another repository, or is ignored"
        remedy = f"git submodule status; git check-ignore -v {shlex.quote(path)}"
        raise FreezeError(what, where=folder, remedy=remedy)
    more = f" (and {len(wrong) - 1} more of its files)" if len(wrong) > 1 else ""
    ignored = [each for each in wrong if each.removeprefix(f"{folder}/") not in committed]
    seen = [each for each in wrong if each not in ignored and (history.root / each).is_file()]
    overlooked = history.overlooked(seen) if seen else []
    if ignored:
        what = "is not in the last commit, and git ignores it"
        remedy = f"git add -f {shlex.join(ignored)}{AND_COMMIT}"
    elif not seen:
        what = "is in the last commit, and not on the disk: the checkout is a part only"
        remedy = "git sparse-checkout disable"
    elif overlooked:
        what = "is not what the last commit has, and git was told not to look"
        named = shlex.join(overlooked)
        remedy = (
            f"git update-index --no-assume-unchanged {named}; "
            f"git update-index --no-skip-worktree {named}; then commit it"
        )
    else:
        what = "is not what the last commit has: a filter, `ident` or an encoding alters it"
        remedy = (
            f"git check-attr --all {shlex.quote(seen[0])} says which; take it out of "
            f".gitattributes for {folder}"
        )
    raise FreezeError(what + more, where=(ignored or overlooked or seen or wrong)[0], remedy=remedy)


def _one_line(path: str) -> str:
    return path if path.isprintable() else repr(path)
