"""What others bring: a release of the same number, by a merge; a journal, by a commit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from publisher.edges.git_program import GitProgram
from publisher.edges.tag_names import TagNames
from publisher.edges.tags import own_folder
from publisher.errors import HistoryError
from publisher.releases.number import Number
from publisher.releases.remedies import AND_COMMIT

_MERGE, _REBASES = "MERGE_HEAD", ("rebase-merge", "rebase-apply")
_PICKS = {"CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert"}


def refuse_two_of_a_number(root: Path) -> None:
    """A number is given to one release: a merge of two that have it is told how to keep one.

    No git is started unless something is being merged.

    Args:
        root: the project's folder.

    Raises:
        HistoryError: such a merge is going on; the message has the steps for either choice.
    """
    own = own_folder(root)
    found = (name for name in (_MERGE, *_REBASES, *_PICKS) if own and (own / name).exists())
    state = next(found, "")
    if own is None or not state:
        return
    git = GitProgram(root)
    unmerged = os.fsdecode(git.ask("ls-files", "--unmerged", "-z", "--", "versions")).split("\0")
    folders = {"/".join(line.partition("\t")[2].split("/")[:3]) for line in unmerged if line}
    torn = sorted(path for path in folders if Number.parse(path.rpartition("/")[2]))
    if torn:
        raise _refusal(git, own, state, torn)


def _refusal(git: GitProgram, own: Path, state: str, torn: list[str]) -> HistoryError:
    name = torn[0].removeprefix("versions/")
    if state in _REBASES:
        onto = (own / state / "onto").read_text().strip()
        return HistoryError(
            f"{name} was frozen on the branch that is being rebased and on the one below it; a "
            "rebase makes other commits, to which no tag bears witness: merge instead",
            where=torn[0],
            remedy=f"git rebase --abort && git merge {quote(_branch_at(git, onto))}",
        )
    if state != _MERGE:
        return HistoryError(
            f"{name} was frozen here already",
            where=torn[0],
            remedy=f"git {_PICKS[state]} --abort",
        )
    merging = _Merging(git, torn[0].split("/")[1])
    remedy = "resolve what else conflicts; then, to keep theirs:"
    remedy = "\n".join([remedy, *merging.keep("MERGE_HEAD", "HEAD")])
    if not merging.followed("MERGE_HEAD", "HEAD"):
        remedy = "\n".join([remedy, "or, to keep ours:", *merging.keep("HEAD", "MERGE_HEAD")])
    return HistoryError(
        f"{name} was frozen on both branches that are being merged, and a number is given to one "
        "release: keep the one that customers were told of",
        where=torn[0],
        remedy=remedy,
    )


def _branch_at(git: GitProgram, commit: str) -> str:
    """The name of a branch that is at a commit; its id where there is none."""
    asked = ("for-each-ref", f"--points-at={commit}", "--format=%(refname:short)")
    names = git.line(*asked, "refs/remotes", "refs/heads").splitlines()
    return next((name for name in names if "/" in name and not name.endswith("/HEAD")), commit)


@dataclass(frozen=True)
class _Merging:
    """A merge of two branches with releases of their own."""

    git: GitProgram
    policy_id: str

    def keep(self, kept: str, lost: str) -> Iterator[str]:
        """The commands that keep the releases of one side, and end the merge."""
        mine, others = self._numbers(kept), self._numbers(lost)
        both = [n for n in mine if n in others and self._sums(kept, n) != self._sums(lost, n)]
        gone, remote = self.followed(lost, kept), self._remote()
        names = TagNames.of(self.git.line("rev-parse", "--show-prefix"))
        tags = [names.real(f"{self.policy_id}/{number}") for number in both]
        dropped = [names.real(f"{self.policy_id}/{number}") for number in gone]
        here = [tag for tag in [*tags * (kept != "HEAD"), *dropped] if self._has(tag)]
        if here:
            yield f"git tag -d {' '.join(here)}"
        if tags and kept != "HEAD":
            yield f"git fetch {remote} {' '.join(f'refs/tags/{t}:refs/tags/{t}' for t in tags)}"
        folder = f"versions/{self.policy_id}"
        yield f"git restore --source={kept} --staged --worktree -- {folder}"
        yield "git commit --no-edit"
        if gone:  # whose commits are not to be in the history, where they would seem deleted
            yield "git reset --soft HEAD^2"
            yield "git commit -m 'The draft of the other branch'"
        if kept == "HEAD":
            yield f"git push --force {remote} {' '.join(f'refs/tags/{tag}' for tag in tags)}"
        yield from self._notes(lost, [*both, *gone])

    def followed(self, side: str, other: str) -> list[Number]:
        """The releases that only one side has."""
        there = self._numbers(other)
        return [number for number in self._numbers(side) if number not in there]

    def _notes(self, lost: str, numbers: list[Number]) -> Iterator[str]:
        """How the text that was not kept gets its notes back, to be frozen as the next number."""
        for number in numbers:
            sums = f"versions/{self.policy_id}/{number}/SHA256SUMS"
            commit = self.git.line("log", "-1", "--format=%H", lost, "--", sums)
            notes = f"policy/{self.policy_id}/notes"
            if commit and self.git.run("ls-tree", f"{commit}^", "--", notes).stdout:
                yield f"git checkout {commit}^ -- {notes}"

    def _numbers(self, side: str) -> list[Number]:
        out = self.git.ask(
            "ls-tree", "-z", "--name-only", side, "--", f"versions/{self.policy_id}/"
        )
        names = (path.rpartition("/")[2] for path in os.fsdecode(out).split("\0"))
        return sorted(number for name in names if (number := Number.parse(name)))

    def _sums(self, side: str, number: Number) -> str:
        path = f"./versions/{self.policy_id}/{number}/SHA256SUMS"
        return os.fsdecode(self.git.run("rev-parse", f"{side}:{path}").stdout)

    def _has(self, tag: str) -> bool:
        return self.git.succeeds("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}")

    def _remote(self) -> str:
        """The remote that has the branch that is being merged; `origin` if none is known."""
        asked = ("for-each-ref", "--contains=MERGE_HEAD", "--format=%(refname:lstrip=2)")
        names = self.git.line(*asked, "refs/remotes").splitlines()
        return next((name.partition("/")[0] for name in names), "origin")


def refuse_pushed(journal: Path, root: Path) -> None:
    """A journal says which files to write and to remove; who pushes one would say so here.

    Raises:
        HistoryError: a journal came with a commit.
    """
    place = journal.relative_to(root).as_posix()
    if GitProgram(root).run("ls-tree", "HEAD", "--", place).stdout:
        what = "was committed: what it says was never begun here, and is not taken up"
        remedy = f"git rm -r --cached .publisher && rm {place}{AND_COMMIT}"
        raise HistoryError(what, where=place, remedy=remedy)
