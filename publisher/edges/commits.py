"""What freezes, imports and statements write to the project's git repository: a commit, a tag.

The user's hooks and signing programs take part, as in any commit. The commit is gathered in an
index of its own, so that nothing else that the user has staged gets into it, and a run that is
killed leaves git's own index as it was.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from publisher.edges.git_program import git_environment, refusal, settings_words
from publisher.edges.tag_names import TagNames
from publisher.errors import HistoryError
from publisher.releases.act import Act

_SETTINGS = {
    "advice.detachedHead": "false",
    "color.ui": "false",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "gc.auto": "0",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
}
"""Of git, for every call; nothing goes on at work when a call ends (git-config(1))."""
_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction")
"""Those that a commit may run, and that may alter it or refuse it (githooks(5))."""
_REAL_TIME = {"GIT_AUTHOR_DATE": "", "GIT_COMMITTER_DATE": ""}
"""Makes git use the real time, whatever the environment sets for commits and tags."""


class TagRecord(NamedTuple):
    """A tag as git has it."""

    object_id: str
    kind: str
    """`tag`: it is annotated."""
    commit: str
    """Empty: it is not annotated."""
    message: str


class Commits:
    """Writes to the git repository that a project lives in."""

    def __init__(self, root: Path) -> None:
        """Args: root: the project's folder, which may be one in the repository."""
        self.root = root
        self.kept_open: tuple[int, ...] = ()
        """Descriptors that git and what it starts hold for as long as they run: of a lock."""

    # ── git ──────────────────────────────────────────────────────────────────────────────────────

    def run(
        self,
        *words: str,
        given: bytes = b"",
        surroundings: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs git in the project's folder, whether it fails or not.

        Args:
            words: the command and its arguments; paths are those from the project's root.
            given: what it reads from its standard input.
            surroundings: variables that are set besides.
            folder: where it runs instead.

        Raises:
            HistoryError: git is not installed.
        """
        settings = settings_words(_SETTINGS)
        try:
            return subprocess.run(  # noqa: S603 - no shell
                ["git", "--no-pager", *settings, *words],  # noqa: S607 - the one that this user has
                cwd=folder or self.root,
                env=git_environment({**_REAL_TIME, **(surroundings or {})}),
                input=given,
                capture_output=True,
                check=False,
                pass_fds=self.kept_open,
            )
        except FileNotFoundError:
            raise HistoryError("git is not installed", remedy="apt-get install git") from None

    def ask(self, *words: str, given: bytes = b"", **more: Mapping[str, str] | None) -> bytes:
        """What git answers; arguments as for `run`.

        Raises:
            HistoryError: it fails.
        """
        done = self.run(*words, given=given, surroundings=more.get("surroundings"))
        if done.returncode:
            raise refusal(done.stderr.decode("utf-8", "replace"), self.root)
        return done.stdout

    def line(self, *words: str) -> str:
        """The one line that git answers; empty: it fails."""
        return os.fsdecode(self.run(*words).stdout).removesuffix("\n")

    # ── where things are ─────────────────────────────────────────────────────────────────────────

    @property
    def head(self) -> str:
        """The current commit; empty: there is none."""
        return self.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    @property
    def branch(self) -> str:
        """The reference of the current branch; empty: there is none (HEAD is detached)."""
        return self.line("symbolic-ref", "--quiet", "HEAD")

    def push(self, tag: str) -> str:
        """The command that hands a release on to others; empty: there is no other repository."""
        branch = self.branch.removeprefix("refs/heads/")
        asked = [f"branch.{branch}.pushRemote", "remote.pushDefault", f"branch.{branch}.remote"]
        remotes = self.line("remote").splitlines()
        named = [*(self.line("config", "--get", key) for key in asked), "origin"]
        remote = next((name for name in named if name in remotes), "")
        return shlex.join(["git", "push", remote, *filter(None, [branch, tag])]) if remote else ""

    @cached_property
    def inside(self) -> str:
        """The project's folder from the repository's root, with a slash behind it, or empty."""
        return self.line("rev-parse", "--show-prefix")

    def places(self, *names: str) -> list[Path]:
        """The paths of git's own files of these names, such as `index` or `hooks`."""
        words = [word for name in names for word in ("--git-path", name)]
        return [self.root / path for path in self.line("rev-parse", *words).splitlines()]

    @property
    def hooks(self) -> list[str]:
        """The paths of the hooks that a commit runs here."""
        folder = self.places("hooks")[0]
        found = (folder / name for name in _HOOKS)
        return [str(path) for path in found if path.is_file() and os.access(path, os.X_OK)]

    # ── a commit ─────────────────────────────────────────────────────────────────────────────────

    def commit(self, act: Act, index: Path) -> None:
        """Commits what an act made, and nothing else, on top of the commit that it began on.

        Args:
            act: which; its files lie in the working tree.
            index: a file for git to gather the commit in.

        Raises:
            HistoryError: git, or a hook, refused.
        """
        own = {"GIT_INDEX_FILE": str(index)}
        self.ask("read-tree", act.head, surroundings=own)
        gone = [path for path, data in act.changes.items() if data is None]
        added = [path for path in act.paths if path not in gone]
        literal = {**own, "GIT_LITERAL_PATHSPECS": "1"}
        listed = ("--pathspec-from-file=-", "--pathspec-file-nul")
        self.ask("add", "--force", *listed, given=_listed(added), surroundings=literal)
        if gone:
            # Not `rm`, which in a folder of the repository takes no list (git 2.39).
            words = ("update-index", "--force-remove", "-z", "--stdin")
            self.ask(*words, given=_listed(gone), surroundings=own)
        done = self.run(
            "commit", "--quiet", "--file=-", given=act.message.encode(), surroundings=own
        )
        if done.returncode:
            raise self._refused("commit", act.name, done)

    def _refused(
        self, verb: str, where: str, done: subprocess.CompletedProcess[bytes]
    ) -> HistoryError:
        hooks = ", ".join(self.hooks)
        by = f" (its hooks here: {hooks})" if hooks else ""
        return HistoryError(
            f"git did not {verb}: {git_reason(done) or 'it does not say why'}{by}",
            where=where,
            remedy="mend that, and run the command again",
        )

    def commit_of(self, act: Act) -> str:
        """The commit that an act made; empty: there is none on its branch."""
        for tip in dict.fromkeys((act.branch or "HEAD", "HEAD")):  # it may have another name now
            for line in self.line("rev-list", "--parents", f"{act.head}..{tip}").splitlines():
                commit, *parents = line.split()
                if parents == [act.head] and self.holds(commit, act.place):
                    return commit
        return ""

    def holds(self, commit: str, path: str) -> bool:
        """Whether anything is at a path in a commit."""
        return bool(self.run("ls-tree", commit, "--", path).stdout)

    def files(
        self, tree: str, folder: str, surroundings: Mapping[str, str] | None = None
    ) -> dict[str, bytes]:
        """The plain files below a folder of a commit or a tree, by their path in that folder.

        Links and programs are no plain files, and left out.
        """
        words = ("ls-tree", "-r", "-z", tree, "--", f"{folder}/")
        out = self.ask(*words, surroundings=surroundings)
        ids: dict[str, str] = {}
        for entry in filter(None, out.split(b"\0")):
            facts, _, path = entry.partition(b"\t")
            mode, _, blob = facts.decode().split()
            if mode == "100644":
                ids[os.fsdecode(path).removeprefix(f"{folder}/")] = blob
        contents = self._contents(list(ids.values()), surroundings)
        return dict(zip(ids, contents, strict=True))

    def file(self, commit: str, path: str) -> bytes | None:
        """What a commit has at a path; None: no file."""
        done = self.run("cat-file", "blob", f"{commit}:./{path}")
        return None if done.returncode else done.stdout

    def _contents(
        self, blobs: Sequence[str], surroundings: Mapping[str, str] | None
    ) -> list[bytes]:
        given = "\n".join(blobs).encode()
        out = self.ask("cat-file", "--batch", given=given, surroundings=surroundings)
        found: list[bytes] = []
        begin = 0
        for _ in blobs:
            end = out.index(b"\n", begin)
            size = int(out[begin:end].split()[2])
            found.append(out[end + 1 : end + 1 + size])
            begin = end + size + 2
        return found

    def changed(self, before: str, after: str) -> list[str]:
        """The paths in the project that differ between two commits."""
        words = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", "--relative")
        return _paths(self.ask(*words, before, after))

    def tracked(self, path: str) -> bool:
        """Whether git's index has a file."""
        return not self.run("ls-files", "--error-unmatch", "--", path).returncode

    def settle(self, paths: Sequence[str]) -> None:
        """Has git's index say of some paths what the current commit says.

        Raises:
            HistoryError: somebody else is writing to it.
        """
        words = ("reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul")
        done = self.run(*words, given=_listed(paths), surroundings={"GIT_LITERAL_PATHSPECS": "1"})
        if done.returncode > 1:
            raise HistoryError(f"git's index was not brought up to date: {git_reason(done)}")

    def restore(self, paths: Sequence[str]) -> None:
        """Has the working tree have at some paths what the current commit has."""
        if paths:
            self.ask("checkout", "--quiet", "HEAD", "--", *paths)

    def move(self, new: str, old: str) -> bool:
        """Moves the current branch from one commit to another; False: it is elsewhere by now."""
        return not self.run("update-ref", "-m", "publisher: undone", "HEAD", new, old).returncode

    def altering(self, path: str) -> str:
        """The attributes by which git alters a file on its way in or out; empty: none."""
        asked = ("text", "eol", "ident", "filter", "working-tree-encoding")
        parts = self.ask("check-attr", "-z", *asked, "--", path).decode().split("\0")
        found = dict(zip(parts[1::3], parts[2::3], strict=False))
        plain = ("unset", "unspecified")
        named = [f"{name}={value}" for name, value in found.items() if value not in plain]
        return f"the attribute {', '.join(named)}" if named else ""

    # ── a tag ────────────────────────────────────────────────────────────────────────────────────

    def tag_name(self, release: str) -> str:
        """What the tag of a release is called in git."""
        return TagNames.of(self.inside).real(release)

    @property
    def signs(self) -> bool:
        """Whether git is set up to sign tags."""
        asked = self.line("config", "--type=bool", "--get", "tag.gpgsign")
        return asked == "true" or bool(self.line("config", "--get", "user.signingkey"))

    def tag(self, name: str, commit: str, message: str, *, sign: bool) -> None:
        """Puts an annotated tag on a commit.

        Raises:
            HistoryError: git refused.
        """
        kind = "--sign" if sign else "--annotate"
        words = ("tag", kind, "--cleanup=whitespace", "--file=-", name, commit)
        done = self.run(*words, given=message.encode())
        if done.returncode:
            raise self._refused("tag", name, done)

    def tagged(self, name: str) -> TagRecord | None:
        """A tag; None: there is none of that name."""
        asked = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(contents)"
        place = f"refs/tags/{name}"
        found = self.ask("for-each-ref", "--count=1", asked, place).decode("utf-8", "replace")
        if not found.startswith(f"{place}\0"):
            return None
        _, *facts = found.removesuffix("\n").split("\0", 4)
        return TagRecord(*facts)

    def untag(self, name: str, object_id: str) -> None:
        """Removes a tag, if it still is that object."""
        self.run("update-ref", "-d", f"refs/tags/{name}", object_id)


def git_reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Git's own reason for failing, on one line; empty: it gave none."""
    text = (done.stderr or done.stdout).decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if not line.startswith("hint:")]
    return " ".join(" ".join(lines).split())[:300]


def _listed(paths: Sequence[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def _paths(out: bytes) -> list[str]:
    return [os.fsdecode(path) for path in out.split(b"\0") if path]
