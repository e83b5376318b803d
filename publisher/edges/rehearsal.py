"""What of a freeze or an import can be known of git before anything is written.

The commit is made for real, by git as its user has set it up, of the same files, and signed: but in
a working tree, an index and an object folder of its own, which lie outside the repository and are
removed again. No hook takes part.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from publisher.edges.branches import numbers_elsewhere
from publisher.edges.commits import Commits, git_reason
from publisher.edges.git_program import refusal
from publisher.errors import FreezeError, HistoryError
from publisher.releases.act import Act
from publisher.releases.number import Number

ATTRIBUTES_FILE = "versions/.gitattributes"
PROTECTION = "** -text -ident -filter !working-tree-encoding -merge -export-ignore -export-subst"
"""Has git keep files as they are, whatever the attributes above them say (gitattributes(5))."""
_KEPT = {
    "text": ("unset",),
    "merge": ("unset",),
    "ident": ("unset", "unspecified"),
    "filter": ("unset", "unspecified"),
    "working-tree-encoding": ("unspecified",),
}
"""The attributes that have to say so in every clone, and what they may say."""
_EITHER = "finish it: {0} --continue; or give it up: {0} --abort"
_BUSY = {
    "MERGE_HEAD": ("a merge", _EITHER.format("git merge")),
    "rebase-merge": ("a rebase", _EITHER.format("git rebase")),
    "rebase-apply": ("a rebase", _EITHER.format("git rebase")),
    "CHERRY_PICK_HEAD": ("a cherry-pick", _EITHER.format("git cherry-pick")),
    "REVERT_HEAD": ("a revert", _EITHER.format("git revert")),
    "BISECT_LOG": ("a bisection", "go back to where it began: git bisect reset"),
}
"""What git is in the middle of, by the file that it keeps of that, and what to do."""


def refuse_unfinished(commits: Commits) -> None:
    """Nothing is frozen in the middle of something else.

    Raises:
        HistoryError: a merge, a rebase or the like is going on.
    """
    for place, (what, remedy) in zip(commits.places(*_BUSY), _BUSY.values(), strict=True):
        if place.exists():
            raise HistoryError(f"{what} is going on", where=str(commits.root), remedy=remedy)


def refuse_taken(
    commits: Commits, policy_id: str, here: Sequence[Number], new: Sequence[Number]
) -> None:
    """A number is given once, on whatever branch, and git has to be able to write its tag.

    Args:
        commits: of the repository.
        policy_id: whose releases.
        here: the numbers of the releases on this branch.
        new: the numbers of those that are to be made.

    Raises:
        FreezeError: one was given elsewhere, or a tag is in the way.
    """
    last, wanted = max(here, default=None), commits.tag_name(f"{policy_id}/{max(new)}")
    refuse_in_the_way(commits, wanted)
    before = commits.tag_name(f"{policy_id}/")
    for name in _tags(commits, before.rstrip("/")):
        number = Number.parse(name.removeprefix(before))
        if number is None or (last and number <= last):
            continue
        holds = commits.holds(name, f"versions/{policy_id}/{number}")
        merged = not commits.run("merge-base", "--is-ancestor", name, "HEAD").returncode
        if holds and not merged:
            raise _elsewhere(f"{policy_id}/{number}", name, "tag ")
        if not holds and name == wanted:
            raise FreezeError(
                "there is such a tag already, and its commit has no such release",
                where=f"tag {name}",
                remedy=f"see what it is: git show {name}; if it is a mistake: git tag -d {name}",
            )
    for branch, number in numbers_elsewhere(commits.root, policy_id):
        if last is None or number > last:
            raise _elsewhere(f"{policy_id}/{number}", branch, "branch ")


def refuse_in_the_way(commits: Commits, wanted: str) -> None:
    """Git keeps no tag `privacy/2` beside a tag `privacy`, nor beside a tag `privacy/2/x`.

    Raises:
        FreezeError: such a tag is there; says how to rename it.
    """
    parts = wanted.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts))]
    for name in _tags(commits, parts[0]):
        if name in above or name.startswith(f"{wanted}/"):
            quoted, other = shlex.quote(name), shlex.quote(name.replace("/", "-") + "-renamed")
            raise FreezeError(
                f"git cannot make the tag {wanted} beside it",
                where=f"tag {name}",
                remedy=f"give it another name: git tag {other} {quoted} && git tag -d {quoted}",
            )


def _elsewhere(name: str, place: str, kind: str) -> FreezeError:
    return FreezeError(
        f"{name} was frozen on another branch, which is not merged here",
        where=f"{kind}{place}",
        remedy=f"git merge {shlex.quote(place)}",
    )


def _tags(commits: Commits, first: str) -> list[str]:
    out = commits.ask("for-each-ref", "--format=%(refname:strip=2)", f"refs/tags/{first}")
    return os.fsdecode(out).splitlines()


# ── a commit, for a try ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rehearsal:
    """A commit of files that are not in the working tree yet."""

    commits: Commits
    folder: Path
    """Outside the repository."""

    @classmethod
    @contextmanager
    def of(cls, commits: Commits) -> Iterator[Rehearsal]:
        """A rehearsal, of which nothing is left when the block ends."""
        with tempfile.TemporaryDirectory(prefix="publisher-rehearsal-") as folder:
            (Path(folder) / "objects").mkdir()
            yield cls(commits, Path(folder))

    def protection(self, act: Act, files: Mapping[str, bytes]) -> bytes | None:
        """What `versions/.gitattributes` has to say so that every clone gets the bytes of a folder.

        Args:
            act: what is to be made.
            files: of its last release, or the statement, by name.

        Returns:
            None: attributes protect it already.

        Raises:
            HistoryError: nothing that is written there would protect it; names the file.
        """
        paths = [f"{act.folder}/{name}" for name in files]
        if self._open_to_change(paths) is None:
            return None
        place = self.commits.root / ATTRIBUTES_FILE
        now = place.read_bytes() if place.is_file() else b""
        whole = now if not now or now.endswith(b"\n") else now + b"\n"
        return whole + f"{PROTECTION}\n".encode()

    def _open_to_change(self, paths: Sequence[str], tree: str = "HEAD") -> str | None:
        """One of some paths at which a clone of a tree may get other bytes; None: there is none.

        What is set up in this clone and on this machine alone does not count.
        """
        clone = self.folder / "clone"
        if not clone.exists():
            form = self.commits.line("rev-parse", "--show-object-format") or "sha1"
            self._done("init", "--quiet", "--bare", f"--object-format={form}", str(clone))
        alone = {
            **self.objects,
            "GIT_DIR": str(clone),
            "GIT_INDEX_FILE": str(self.folder / "clone.index"),
            "GIT_ATTR_NOSYSTEM": "1",
        }
        made = self.commits.line("rev-parse", "HEAD^{tree}") if tree == "HEAD" else tree
        self._done("read-tree", made, surroundings=alone)
        inside = [f"{self.commits.inside}{path}" for path in paths]
        words = ("-c", f"core.attributesFile={os.devnull}", "check-attr", "--cached", "-z")
        given = b"".join(os.fsencode(path) + b"\0" for path in inside)
        out = self._done(*words, "--stdin", *_KEPT, given=given, surroundings=alone)
        parts = os.fsdecode(out).split("\0")
        for path, name, value in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
            if value not in _KEPT[name]:
                return path.removeprefix(self.commits.inside)
        return None

    def commit(self, act: Act, files: Mapping[str, bytes]) -> str:
        """Commits what an act's tag is about, and says what would become of it.

        Args:
            act: what is to be made; its `changes` have the attributes that are written with it.
            files: of its last release, or the statement, by name.

        Returns:
            The id of the commit, signed where the tag or the commit would be.

        Raises:
            HistoryError: git would alter a file or leave it out, does not know who commits, or
                cannot sign; says what mends it.
        """
        folder = act.folder
        tree = self.folder / "tree"
        written = {f"{folder}/{name}": data for name, data in files.items()}
        if attributes := act.changes.get(ATTRIBUTES_FILE):
            written[ATTRIBUTES_FILE] = attributes
        for path, data in written.items():
            place = tree / self.commits.inside / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        made = self._tree(written)
        self._refuse_altered(act, made, files)
        paths = [f"{folder}/{name}" for name in files]
        if (open_path := self._open_to_change(paths, made)) is not None:
            raise HistoryError(
                "attributes of git would have clones get other bytes than were frozen",
                where=open_path,
                remedy=f"see which: git check-attr --all {shlex.quote(open_path)}; take them out "
                f"of the files .gitattributes below versions/{act.policy_id}",
            )
        return self._signed(act, made, bool(act.signers) or self.commits.signs)

    def _tree(self, paths: Mapping[str, bytes]) -> str:
        git = os.fsdecode(self._done("rev-parse", "--absolute-git-dir")).removesuffix("\n")
        there = {
            **self.objects,
            "GIT_DIR": git,
            "GIT_WORK_TREE": str(self.folder / "tree"),
            "GIT_INDEX_FILE": str(self.folder / "index"),
            "GIT_LITERAL_PATHSPECS": "1",
        }
        place = self.folder / "tree" / self.commits.inside
        no_hooks = ("-c", f"core.hooksPath={os.devnull}")
        self._done(*no_hooks, "read-tree", "HEAD", surroundings=there, folder=place)
        listed = ("--pathspec-from-file=-", "--pathspec-file-nul")
        given = b"".join(os.fsencode(path) + b"\0" for path in paths)
        words = (*no_hooks, "add", "--force", *listed)
        done = self.commits.run(*words, given=given, surroundings=there, folder=place)
        if done.returncode:
            raise self._altered(next(iter(paths)), git_reason(done))
        made = self._done(*no_hooks, "write-tree", surroundings=there, folder=place)
        return made.decode().strip()

    def _refuse_altered(self, act: Act, tree: str, files: Mapping[str, bytes]) -> None:
        held = self.commits.files(tree, act.folder, self.objects)
        for name, data in files.items():
            if held.get(name) != data:
                raise self._altered(f"{act.folder}/{name}")

    def _altered(self, path: str, reason: str = "") -> HistoryError:
        by = self.commits.altering(path) or reason or "a setting of git"
        line = shlex.quote(f"/{self.commits.inside}versions/{PROTECTION}")
        return HistoryError(
            f"git would not keep this file as it is: {by}",
            where=path,
            remedy=f'echo {line} >> "$(git rev-parse --git-path info/attributes)"',
        )

    def _signed(self, act: Act, tree: str, sign: bool) -> str:
        by_commit = self.commits.line("config", "--type=bool", "--get", "commit.gpgsign") == "true"
        words = ["commit-tree", tree, "-p", "HEAD", *(["-S"] if sign or by_commit else [])]
        done = self.commits.run(*words, given=act.message.encode(), surroundings=self.objects)
        if not done.returncode:
            return done.stdout.decode().strip()
        reason = git_reason(done)
        if "ident" in reason or "tell me who you are" in reason:
            raise HistoryError(
                "git does not know who freezes this",
                where=str(self.commits.root),
                remedy='git config user.name "Your Name" && git config user.email you@example.com',
            )
        if act.signers and not self.commits.signs:
            raise HistoryError(
                f"{act.name} has to be signed by one of those whom the release before names, and "
                f"git is not set up to sign: {reason}",
                where=str(self.commits.root),
                remedy="name your key: git config user.signingkey KEY; for one of SSH also: "
                "git config gpg.format ssh",
            )
        if sign or by_commit:
            raise HistoryError(
                f"git is set up to sign, and cannot: {reason}",
                where=f"signing key {self.commits.line('config', '--get', 'user.signingkey')}",
                remedy="mend that key, or name another one: git config user.signingkey KEY",
            )
        raise HistoryError(f"git cannot commit: {reason}", remedy="git fsck")

    @cached_property
    def objects(self) -> dict[str, str]:
        """The variables by which git finds what was made here."""
        shared = str(self.commits.places("objects")[0].resolve())
        quoted = '"' + shared.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return {
            "GIT_OBJECT_DIRECTORY": str(self.folder / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted if ":" in shared else shared,
        }

    def _done(
        self,
        *words: str,
        given: bytes = b"",
        surroundings: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> bytes:
        done = self.commits.run(*words, given=given, surroundings=surroundings, folder=folder)
        if done.returncode:
            raise refusal(done.stderr.decode("utf-8", "replace"), self.commits.root)
        return done.stdout
