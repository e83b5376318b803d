"""The project's git repository, read: revisions of the draft, commits and tags of releases.

What is written to it is written by `commits`.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from publisher.edges.git_program import GitProgram, refusal, time_of_commit
from publisher.edges.tag_names import TagNames, is_release, sealed_path
from publisher.errors import HistoryError, NotFoundError
from publisher.releases.revisions import Revision, Tag
from publisher.releases.seals import bears_witness

_FACTS = "--format=%H%x00%an%x00%cI%x00%s"
"""What is asked about a commit, in four parts."""


class History:
    """The git repository that a project lives in."""

    def __init__(self, root: Path) -> None:
        """Opens it.

        Raises:
            HistoryError: the folder is not in a git repository, or in none that git reads here.
        """
        self.root = root
        """The project's folder, which may be one in the repository."""
        inside = _place(root)
        self.prefix = inside.rstrip("/")
        """The path of the project's folder from the root of the working tree; may be empty."""
        above = inside.count("/")
        folder = root.resolve()
        self.top = folder.parents[above - 1] if above else folder
        """The root of the working tree."""
        self._git = GitProgram(self.top)
        self.tag_names = TagNames.of(self.prefix)

    def _path(self, path: str) -> str:
        return f"{self.prefix}/{path}" if self.prefix else path

    def _own(self, paths: Iterable[bytes]) -> Iterator[str]:
        """The paths that lie in the project, from its own folder."""
        before = f"{self.prefix}/" if self.prefix else ""
        for path in map(os.fsdecode, paths):
            if path.startswith(before):
                yield path.removeprefix(before)

    @cached_property
    def shallow(self) -> bool:
        """Whether older commits are missing from this clone."""
        return self._git.line("rev-parse", "--is-shallow-repository") == "true"

    @property
    def without_tags(self) -> str:
        """The remote from which this clone is set up to fetch no tags; empty: there is none."""
        done = self._git.run("config", "--get-regexp", r"^remote\..*\.tagopt$", "^--no-tags$")
        first = os.fsdecode(done.stdout).partition("\n")[0].partition(" ")[0]
        return first.removeprefix("remote.").removesuffix(".tagopt")

    def ask_of_head(self, *words: str) -> bytes:
        """What git answers about `HEAD`, which is among the words.

        Raises:
            HistoryError: it fails, for there is no commit yet, say.
        """
        done = self._git.run(*words)
        if done.returncode:
            # Asked only now, for a process of git costs more than most of its answers.
            self.head  # noqa: B018 - says so where there is no commit
            raise refusal(done.stderr.decode("utf-8", "replace"), self.top)
        return done.stdout

    @property
    def head(self) -> str:
        """The current commit.

        Raises:
            HistoryError: there is no commit yet.
        """
        done = self._git.run("log", "-1", "--format=%H")
        if not done.returncode:
            return done.stdout.decode().strip()
        told = refusal(done.stderr.decode("utf-8", "replace"), self.top)
        if "no commit" in told.what:
            others = self._git.line("for-each-ref", "--count=1", "--format=%(refname)", "refs/")
            if others:
                told.what = "the current branch has no commit yet"
                told.remedy = "git switch BRANCH, to one that has commits; git branch -a lists them"
        raise told

    def changed(self) -> list[str]:
        """Paths in the project that differ from the last commit, untracked ones included.

        Of what was renamed, the old and the new path.
        """
        words = ("--porcelain=v1", "-z", "-uall", "--no-renames", "--ignore-submodules=none")
        place = self.prefix or "."
        parts = iter(self._git.ask("status", *words, "--", place).split(b"\0"))
        found: dict[bytes, bytes] = {}
        for part in filter(None, parts):
            found[part[3:]] = part[:2]
            if set(part[:2]) & set(b"RC"):
                found[next(parts)] = b"D "
        if b" M" in found.values():
            # After other line ends were written, `status` tells files that are the same for git.
            shown = ("--name-only", "-z", "--no-ext-diff", "--ignore-submodules=none")
            unlike = self._git.ask("diff", *shown, "--", place).split(b"\0")
            found = {path: how for path, how in found.items() if how != b" M" or path in unlike}
        return list(self._own(found))

    def committed(self, path: str) -> bool:
        """Whether anything at `path` is in the current commit."""
        return bool(self.ask_of_head("ls-tree", "HEAD", "--", self._path(path)))

    def tracked(self, paths: Iterable[str]) -> list[str]:
        """The paths in the project that git has in its index, at or below the given ones."""
        wanted = [self._path(path) for path in paths]
        listed = self._git.ask("ls-files", "-z", "--", *wanted) if wanted else b""
        return list(self._own(filter(None, listed.split(b"\0"))))

    def overlooked(self, paths: Iterable[str]) -> list[str]:
        """Those of some paths that git was told not to compare with the disk."""
        wanted = [self._path(path) for path in paths]
        listed = self._git.ask("ls-files", "-v", "-z", "--", *wanted).split(b"\0")
        # Small letters: assumed to be unchanged; S: not looked at (git-ls-files(1)).
        return list(
            self._own(line[2:] for line in listed if line[:1] == b"S" or line[:1].islower())
        )

    # ── tags ─────────────────────────────────────────────────────────────────────────────────────

    def tag_name(self, release: str) -> str:
        """What the tag of the release `privacy/2`, say, is called in git."""
        return self.tag_names.real(release)

    def tags(self, policy_id: str = "") -> dict[str, Tag]:
        """The annotated tags of releases by the names of these: of one policy; or of all, with
        those of all statements.

        A tag has its real name, as git knows it.
        """
        found = self._tags_below(self.tag_names.real(policy_id))
        names = self.tag_names
        named = {names.release(tag.name) or names.statement(tag.name): tag for tag in found}
        own = {name: tag for name, tag in named.items() if name}
        if self.prefix:
            old = {t.name: t for t in self._tags_below(policy_id) if is_release(t.name)}
            own = {**self._vouched(old), **own}
        return own

    def _tags_below(self, place: str) -> list[Tag]:
        asked = "%(refname:strip=2)%00%(objecttype)%00%(*objectname)%00%(contents)%00"
        places = f"refs/tags/{place}".rstrip("/")
        out = self._git.ask("for-each-ref", places, f"--format={asked}").decode("utf-8", "replace")
        return [
            Tag(name.lstrip("\n"), commit, message, "-----BEGIN" in message)
            for name, kind, commit, message in zip(*[iter(out.split("\0"))] * 4, strict=False)
            if kind == "tag"
        ]

    def _vouched(self, tags: Mapping[str, Tag]) -> dict[str, Tag]:
        """Of the tags that do not name this project's folder, those that are about its releases."""
        folders = {name: self._path(f"versions/{name}/SHA256SUMS") for name in tags}
        places = [f"{tags[name].commit}:{path}" for name, path in folders.items()]
        sums = self._blobs(places)
        return {
            name: tags[name]
            for name, data in zip(tags, sums, strict=True)
            if data is not None
            and (
                bears_witness(tags[name].message, data)
                or not self.is_of_another(name, tags[name].commit, tags[name].message)
            )
        }

    def is_of_another(self, release: str, commit: str, message: str) -> bool:
        """Whether a tag without a folder's name is about a release of another project here.

        Args:
            release: its name, which is the name of the tag.
            commit: the one that the tag names.
            message: what the tag says.
        """
        listed = self._git.ask("ls-tree", "-r", "-z", "--full-tree", "--name-only", commit)
        end = f"versions/{release}/SHA256SUMS"
        paths = [path for path in map(os.fsdecode, listed.split(b"\0")) if path.endswith(end)]
        others = [path for path in paths if path != self._path(end)]
        sums = self._blobs(f"{commit}:{path}" for path in others)
        return any(data is not None and bears_witness(message, data) for data in sums)

    def tag_message(self, object_id: str) -> str | None:
        """What an object says that is an annotated tag; None: it is something else.

        Raises:
            HistoryError: there is no such object.
        """
        if self._git.line("cat-file", "-t", object_id) != "tag":
            return None
        text = self._git.ask("cat-file", "tag", object_id).decode("utf-8", "replace")
        return text.partition("\n\n")[2].removesuffix("\n")

    def tagged_policies(self) -> tuple[str, ...]:
        """Ids of the policies whose releases tags of this branch name, whether they are on disk.

        A release of a branch that is not merged counts for nothing here.
        """
        found: set[str] = set()
        for name in self.tags():
            policy_id = name.partition("/")[0]
            if (
                is_release(name) and policy_id not in found and self.had(name)
            ):  # one of many will do
                found.add(policy_id)
        return tuple(sorted(found))

    # ── commits ──────────────────────────────────────────────────────────────────────────────────

    def has(self, revision: str) -> bool:
        """Whether this clone has a commit."""
        return self._git.succeeds("cat-file", "-e", f"{revision}^{{commit}}")

    def contains(self, revision: str) -> bool:
        """Whether a commit is in the history of the current one, as far as this clone has it."""
        return self._git.succeeds("merge-base", "--is-ancestor", revision, "HEAD")

    def had(self, release: str) -> bool:
        """Whether a release or a statement was ever in this branch's history, as far as this clone
        has that.

        Args:
            release: its name, such as `privacy/2` or `privacy.register/0001`.
        """
        place = self._path(sealed_path(release))
        words = ("log", "-1", "--full-history", "--format=%H", "HEAD")
        return bool(self.ask_of_head(*words, "--", place))

    def revisions(self, path: str) -> list[Revision]:
        """The commits that touched `path`, newest first."""
        words = ("log", "-z", _FACTS, "HEAD", "--", self._path(path))
        parts = self.ask_of_head(*words).decode("utf-8", "replace").split("\0")
        return [_revision(*facts) for facts in zip(*[iter(parts)] * 4, strict=False)]

    def last(self, path: str) -> Revision | None:
        """The latest commit that touched `path`; None: it has uncommitted changes, or no commit."""
        words = ("status", "--porcelain", "-z", "--", self._path(path))
        if not self.committed(path) or self._git.ask(*words):
            return None
        return next(iter(self.revisions(path)), None)

    def touched(self, folder: str) -> dict[str, list[Revision]]:
        """The commits that touched anything below each name in `folder`, newest first.

        Names that no longer exist are included, and merges that made something of their own.
        """
        place = self._path(folder)
        words = ("-z", "--raw", "-c", "--no-renames", "--full-history", _FACTS)
        parts = iter(self.ask_of_head("log", *words, "HEAD", "--", place).split(b"\0"))
        found: dict[str, list[Revision]] = {}
        revision: Revision | None = None
        for part in parts:
            entry = part.removeprefix(b"\n")
            if entry.startswith(b":"):
                path = os.fsdecode(next(parts))
                name = path.removeprefix(f"{place}/").partition("/")[0]
                of_name = found.setdefault(name, [])
                if revision and revision not in of_name[-1:]:
                    of_name.append(revision)
            elif entry:
                facts = [entry, *(next(parts) for _ in range(3))]
                revision = _revision(*(each.decode("utf-8", "replace") for each in facts))
        return found

    # ── files ────────────────────────────────────────────────────────────────────────────────────

    def file_at(self, revision: str, path: str) -> bytes | None:
        """A file as it was at a commit; None: it did not exist then."""
        return self._blobs([f"{revision}:{self._path(path)}"])[0]

    def files_at(self, revision: str, folder: str) -> Mapping[str, bytes]:
        """The files below `folder` as they were at a revision, by path inside the folder.

        Links and submodules are no files.

        Raises:
            NotFoundError: there is no such revision.
            HistoryError: what it names is not in this clone.
        """
        done = self._git.run("rev-parse", "--verify", "--quiet", "--end-of-options",
                             f"{revision}^{{commit}}")  # fmt: skip
        if done.returncode:
            raise NotFoundError(
                f"git knows no revision `{revision}`",
                remedy="name a commit, branch or tag"
                + ("; this clone is shallow: git fetch --unshallow" if self.shallow else ""),
            )
        place, commit = self._path(folder), done.stdout.decode().strip()
        listed = self._git.ask("ls-tree", "-r", "-z", "--full-tree", commit, "--", place)
        found: dict[str, str] = {}
        for line in filter(None, listed.split(b"\0")):
            facts, _, path = line.partition(b"\t")
            mode, _, blob = facts.split(b" ")
            if mode.startswith(b"100"):
                name = os.fsdecode(path).removeprefix(place).removeprefix("/")
                found[name or Path(folder).name] = blob.decode()
        files: dict[str, bytes] = {}
        for name, data in zip(found, self._blobs(found.values()), strict=True):
            if data is None:
                raise refusal(f"{found[name]} is missing", self.top)
            files[name] = data
        return files

    def _blobs(self, names: Iterable[str]) -> list[bytes | None]:
        """The contents of objects, each on a line; None for what is missing, or no file."""
        asked = b"".join(os.fsencode(name).replace(b"\n", b"?") + b"\n" for name in names)
        out = self._git.ask("cat-file", "--batch", given=asked) if asked else b""
        found: list[bytes | None] = []
        at = 0
        while at < len(out):
            end = out.index(b"\n", at)
            facts = re.fullmatch(rb"[0-9a-f]{40,64} (\w+) (\d+)", out[at:end])
            at = end + 1
            size = int(facts[2]) if facts else 0
            found.append(out[at : at + size] if facts and facts[1] == b"blob" else None)
            at += size + 1 if facts else 0
        return found


def _place(root: Path) -> str:
    """The path of a folder from the root of the working tree that it is in: `` or `legal/`.

    Raises:
        HistoryError: it is in none; says why, and what to do.
    """
    git = GitProgram(root)
    done = git.run("rev-parse", "--is-inside-work-tree", "--is-bare-repository", "--show-prefix")
    if not done.returncode:
        inside, bare, prefix = os.fsdecode(done.stdout).split("\n", 2)
        if inside == "true":
            return prefix.removesuffix("\n")
        raise _no_tree(git, root, bare == "true")
    said = done.stderr.decode("utf-8", "replace")
    if found := re.search("cannot use bare repository '(.+?)'", said):
        raise _bare(root, Path(found[1]))
    if "not a git repository" in said and not _is_broken(root):
        raise HistoryError(
            "the project is not in a git repository",
            where=str(root),
            remedy="git init && git add . && git commit -m 'Start'",
        )
    raise refusal(said, root)


def _is_broken(root: Path) -> bool:
    """Whether there is something that git does not take for a repository."""
    return any((folder / ".git").exists() for folder in (root, *root.resolve().parents))


def _no_tree(git: GitProgram, root: Path, bare: bool) -> HistoryError:
    """The error for a repository without a working tree here."""
    place = Path(git.line("rev-parse", "--absolute-git-dir"))
    if not bare:
        return HistoryError(
            "the working tree of this repository is elsewhere",
            where=str(root),
            remedy=f"git -C {shlex.quote(str(root))} config --unset core.worktree",
        )
    if place.name == ".git":
        return HistoryError(
            "the repository is said to be bare, so git takes nothing in this folder for its own",
            where=str(root),
            remedy=f"git --git-dir={shlex.quote(str(place))} config core.bare false",
        )
    return _bare(root, place)


def _bare(root: Path, place: Path) -> HistoryError:
    return HistoryError(
        "the repository is bare: it has no working tree, so no drafts and no releases lie in it",
        where=str(root),
        remedy=f"git clone {shlex.quote(str(place))} FOLDER, and work there",
    )


def _revision(commit: str, author: str, when: str, subject: str) -> Revision:
    return Revision(commit, author, time_of_commit(when), subject)
