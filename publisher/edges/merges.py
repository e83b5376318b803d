"""What others bring: a release of the same number, by a merge; a journal, by a commit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from publisher.edges.git_program import GitProgram
from publisher.edges.tag_names import TagNames, is_statement, sealed_path
from publisher.edges.tags import own_folder
from publisher.errors import HistoryError
from publisher.policies.policy import NOTES
from publisher.releases.number import Number
from publisher.releases.remedies import AND_COMMIT
from publisher.releases.statement import REGISTER, STATEMENT_FILE, statement_name

_MERGE, _REBASES = "MERGE_HEAD", ("rebase-merge", "rebase-apply")
_PICKS = {"CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert"}


def refuse_two_of_a_number(root: Path) -> None:
    """A number is given to one release, or statement: a merge of two that have it is told how to
    keep one.

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
    names = {_named(line.partition("\t")[2]) for line in unmerged if line}
    # A release first: whose folder is kept has its register.
    torn = sorted(filter(None, names), key=lambda name: (is_statement(name), name))
    if torn:
        raise _refusal(git, own, state, torn[0])


def _named(path: str) -> str:
    """The release or the statement that a file belongs to; empty: neither."""
    _, policy_id, folder, *rest = [*path.split("/"), "", ""]
    if Number.parse(folder):
        return f"{policy_id}/{folder}"
    if folder == REGISTER and STATEMENT_FILE.fullmatch(rest[0]):
        return statement_name(policy_id, int(rest[0].removesuffix(".toml")))
    return ""


def _refusal(git: GitProgram, own: Path, state: str, name: str) -> HistoryError:
    place, made = sealed_path(name), "stated" if is_statement(name) else "frozen"
    if state in _REBASES:
        onto = (own / state / "onto").read_text().strip()
        return HistoryError(
            f"{name} was {made} on the branch that is being rebased and on the one below it; a "
            "rebase makes other commits, to which no tag bears witness: merge instead",
            where=place,
            remedy=f"git rebase --abort && git merge {quote(_branch_at(git, onto))}",
        )
    if state != _MERGE:
        return HistoryError(
            f"{name} was {made} here already",
            where=place,
            remedy=f"git {_PICKS[state]} --abort",
        )
    merging = _Merging(git, place.split("/")[1])
    remedy = "resolve what else conflicts; then, to keep theirs:"
    remedy = "\n".join([remedy, *merging.keep("MERGE_HEAD", "HEAD")])
    if not merging.followed("MERGE_HEAD", "HEAD"):
        remedy = "\n".join([remedy, "or, to keep ours:", *merging.keep("HEAD", "MERGE_HEAD")])
    if is_statement(name):
        what = "statement: keep one of them, and state the other anew, under the next number"
    else:
        what = "release: keep the one that customers were told of"
    return HistoryError(
        f"{name} was {made} on both branches that are being merged, and a number is given to one "
        f"{what}",
        where=place,
        remedy=remedy,
    )


def _branch_at(git: GitProgram, commit: str) -> str:
    """The name of a branch that is at a commit; its id where there is none."""
    asked = ("for-each-ref", f"--points-at={commit}", "--format=%(refname:short)")
    names = git.line(*asked, "refs/remotes", "refs/heads").splitlines()
    return next((name for name in names if "/" in name and not name.endswith("/HEAD")), commit)


def _order(name: str) -> tuple[bool, Number]:
    """Where a name stands: releases first, each by its number."""
    end = name.rpartition("/")[2]
    if is_statement(name):
        return True, Number(int(end))
    number = Number.parse(end)
    assert number
    return False, number


@dataclass(frozen=True)
class _Merging:
    """A merge of two branches with releases of their own."""

    git: GitProgram
    policy_id: str

    def keep(self, kept: str, lost: str) -> Iterator[str]:
        """The commands that keep the releases of one side, and end the merge."""
        mine, others = self._names(kept), self._names(lost)
        both = [n for n in mine if n in others and self._blob(kept, n) != self._blob(lost, n)]
        gone, remote = self.followed(lost, kept), self._remote()
        names = TagNames.of(self.git.line("rev-parse", "--show-prefix"))
        tags, dropped = [*map(names.real, both)], [*map(names.real, gone)]
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

    def followed(self, side: str, other: str) -> list[str]:
        """The releases and statements that only one side has, by name."""
        there = self._names(other)
        return [name for name in self._names(side) if name not in there]

    def _notes(self, lost: str, names: list[str]) -> Iterator[str]:
        """How the text that was not kept gets its notes back, to be frozen as the next number."""
        for name in names:
            if is_statement(name):
                continue
            sums = f"versions/{name}/SHA256SUMS"
            commit = self.git.line("log", "-1", "--format=%H", lost, "--", sums)
            notes = self._note_folders(f"{commit}^") if commit else []
            if notes:
                yield f"git checkout {commit}^ -- {' '.join(map(quote, notes))}"

    def _note_folders(self, revision: str) -> list[str]:
        """The folders of notes that the draft has at a revision, in every language."""
        draft = f"policy/{self.policy_id}/"
        out = self.git.run("ls-tree", "-rz", "--name-only", revision, "--", draft).stdout
        folders = {path.rpartition("/")[0] for path in os.fsdecode(out).split("\0")}
        own = re.compile(rf"{re.escape(draft)}(?:[^/]+/)?{NOTES}")
        return sorted(folder for folder in folders if own.fullmatch(folder))

    def _names(self, side: str) -> list[str]:
        """The releases and statements of one side, in order."""
        top = f"versions/{self.policy_id}/"
        asked = ("ls-tree", "-z", "--name-only", side, "--", top, f"{top}{REGISTER}/")
        paths = os.fsdecode(self.git.ask(*asked)).split("\0")
        found = [
            (number, name) for path in paths if (name := _named(path)) and (number := _order(name))
        ]
        return [name for _, name in sorted(found)]

    def _blob(self, side: str, name: str) -> str:
        """The id of what seals a release, or of a statement, on one side."""
        path = sealed_path(name) if is_statement(name) else f"{sealed_path(name)}/SHA256SUMS"
        return os.fsdecode(self.git.run("rev-parse", f"{side}:./{path}").stdout)

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
