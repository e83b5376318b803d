"""The tags of releases, as git keeps them on disk: a name, an object, its message.

A release is never opened without a look at its tag, so a receiver looks at one for every request,
and starts no git for it. What an object says never changes; which object a name stands for is
looked up each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from publisher.edges.file_state import FileState, Remembered, state_of_files
from publisher.edges.git_objects import GitObjects
from publisher.edges.lasting import note_files
from publisher.edges.tag_names import TagNames, is_release
from publisher.errors import HistoryError, SealError
from publisher.releases.number import Number
from publisher.releases.revisions import Tag
from publisher.releases.seals import bears_witness
from publisher.releases.statement import REGISTER

MOST_HELD = 1024
"""Tags kept in memory at a time."""
_MOST_POLICIES = 64
"""Policies whose numbers are kept in memory."""


class _Held(NamedTuple):
    """An annotated tag."""

    commit: str
    """The object that it names."""
    message: str


class Tags:
    """The annotated tags that bear the names of releases; none outside a git repository."""

    def __init__(self, root: Path) -> None:
        """Args: root: a folder in the working tree."""
        self._root = root.resolve()
        inside = _inside(self._root)
        self._prefix = inside
        self._names = TagNames.of(inside)
        self._lock = Lock()
        self._held: dict[str, _Held | None] = {}
        self._vouched: dict[tuple[str, str], bool] = {}
        self._packed: Remembered[Mapping[str, str]] = Remembered(1)
        self._numbers: Remembered[frozenset[Number]] = Remembered(_MOST_POLICIES)
        self._asked: Remembered[Mapping[str, Tag]] = Remembered(1)
        self._had: Remembered[bool] = Remembered(MOST_HELD)

    def message(self, name: str) -> str | None:
        """What the tag of a release or a statement says; None: there is no annotated one.

        Args:
            name: such as `privacy/2`, or `privacy.register/0001`.

        Raises:
            SealError: there is one, and git's own files do not tell what it says.
        """
        try:
            git = common_folder(self._root)
            return self._message(git, name) if git else None
        except (OSError, ValueError) as error:
            what = f"its tag cannot be read: {error}"
            raise SealError(what, where=f"tag {self.name(name)}", remedy="git fsck") from None

    def numbers(self, policy_id: str) -> frozenset[Number]:
        """The numbers of the releases that there are tags of, annotated or not.

        Raises:
            SealError: git's own files cannot be read.
        """
        try:
            git = common_folder(self._root)
            return self._numbered(git, policy_id) if git else frozenset()
        except (OSError, ValueError) as error:
            what = f"the tags of {policy_id} cannot be read: {error}"
            raise SealError(what, where=str(self._root), remedy="git fsck") from None

    def statements(self, policy_id: str) -> frozenset[int]:
        """The numbers of the statements about releases of a policy that there are tags of.

        Raises:
            SealError: git's own files cannot be read.
        """
        before = f"{policy_id}.{REGISTER}/"
        try:
            git = common_folder(self._root)
            names = self._stated(git, before) if git else []
        except (OSError, ValueError) as error:
            what = f"the tags of {policy_id} cannot be read: {error}"
            raise SealError(what, where=str(self._root), remedy="git fsck") from None
        return frozenset(int(name.removeprefix(before)) for name in names)

    def _stated(self, git: Path, before: str) -> list[str]:
        if _in_tables(git):
            return [name for name in self._listed(git) if name.startswith(before)]
        folder = git / "refs" / "tags" / self._names.real(before)
        note_files([folder])
        loose = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        tags = [*self._in_pack(git), *(self._names.real(f"{before}{name}") for name in loose)]
        named = map(self._names.statement, tags)
        return [name for name in named if name and name.startswith(before)]

    def name(self, release: str) -> str:
        """What the tag of a release, or of a statement, is called in git."""
        real = self._names.real(release)
        git = common_folder(self._root)
        if not self._prefix or git is None or self._object(git, real):
            return real
        return release if self._object(git, release) else real

    def had(self, release: str) -> bool:
        """Whether a release or a statement that has a tag was ever in the history of this branch.

        If it was not, it is a release of another branch, which is not merged yet, or of another
        project in this repository. Git is started where it was not asked before, or commits were
        made since.

        Raises:
            SealError: git cannot tell, in a shallow clone for example.
        """
        git, own = common_folder(self._root), own_folder(self._root)
        if git is None or own is None:
            return False
        try:
            object_id = self._object(git, self.name(release)) or ""
            state = _state_of_branch(git, own)
            found = self._had.get(f"{release} {object_id}", state)
            if found is None:
                found = self._asked_whether(git, own, release)
                self._had.keep(f"{release} {object_id}", state, found)
        except (OSError, ValueError) as error:
            what = f"whether it belongs to this branch cannot be told: {error}"
            raise SealError(what, where=f"tag {self.name(release)}", remedy="git fsck") from None
        return found

    def _asked_whether(self, git: Path, own: Path, release: str) -> bool:
        from publisher.edges.history import History

        where = f"tag {self.name(release)}"
        try:
            history = History(self._root)
            if history.had(release):
                return True
            cut_off = history.shallow
        except HistoryError as error:
            held = self._read(git, self._object(git, self.name(release)) or "")
            head = _head(git, own)
            if held is None or head is None or (git / "shallow").exists():
                what = f"its release is not here, and why cannot be told: {error.what}"
                raise SealError(what, where=where, remedy=error.remedy) from None
            # Where a receiver runs there may be no git, or none that reads another user's files.
            return GitObjects(self._root, git).is_before(held.commit, head)
        if cut_off:
            what = (
                "its release is not here, and a shallow clone cannot tell whether it was deleted "
                "or is one of a branch that is not merged yet"
            )
            raise SealError(what, where=where, remedy="git fetch --unshallow")
        return False

    def _numbered(self, git: Path, policy_id: str) -> frozenset[Number]:
        places = dict.fromkeys([self._names.real(policy_id), policy_id])
        folders = {place: git / "refs" / "tags" / place for place in places}
        tables = git / "reftable" / "tables.list"
        state = state_of_files([*folders.values(), git / "packed-refs", tables])
        found = self._numbers.get(policy_id, state)
        if found is None:
            names = [*self._listed(git)] if _in_tables(git) else [*self._found(git, folders)]
            before = f"{policy_id}/"
            ends = {name.removeprefix(before) for name in names if name.startswith(before)}
            found = frozenset(number for end in ends if (number := Number.parse(end)))
            self._numbers.keep(policy_id, state, found)
        return found

    def _found(self, git: Path, folders: Mapping[str, Path]) -> Iterator[str]:
        """The releases that there are tags of, of one policy."""
        loose = [
            f"{place}/{path.name}"
            for place, folder in folders.items()
            if folder.is_dir()
            for path in folder.iterdir()
        ]
        for tag in (*self._in_pack(git), *loose):
            if release := self._names.release(tag):
                yield release
            elif is_release(tag) and self._is_old(git, tag):
                yield tag

    def _message(self, git: Path, release: str) -> str | None:
        if _in_tables(git):
            tag = self._listed(git).get(release)
            return tag.message if tag else None
        object_id = self._object(git, self._names.real(release))
        if object_id is None and self._prefix and self._is_old(git, release):
            object_id = self._object(git, release)
        held = self._read(git, object_id) if object_id else None
        return held.message if held else None

    def _object(self, git: Path, tag: str) -> str | None:
        """The object that a tag names by its real name; None: there is no such tag."""
        if _in_tables(git):
            named = (each for each in self._listed(git).values() if each.name == tag)
            return next((each.commit for each in named), None)
        return _loose(git, tag) or self._in_pack(git).get(tag)

    def _is_old(self, git: Path, tag: str) -> bool:
        """Whether a tag without this project's folder is about a release of this project.

        Programs before this one made such tags; they may be another project's just as well.
        """
        object_id = self._object(git, tag)
        held = self._read(git, object_id) if object_id else None
        if object_id is None or held is None:
            return False
        key = tag, object_id
        if key not in self._vouched:
            path = f"{self._prefix}/versions/{tag}/SHA256SUMS"
            sums = GitObjects(self._root, git).file_at(held.commit, path)
            self._vouched[key] = sums is not None and (
                bears_witness(held.message, sums) or not self._is_of_another(tag, held)
            )
        return self._vouched[key]

    def _is_of_another(self, tag: str, held: _Held) -> bool:
        from publisher.edges.history import History

        try:
            return History(self._root).is_of_another(tag, held.commit, held.message)
        except HistoryError as error:
            raise OSError(error.what) from error

    def _read(self, git: Path, object_id: str) -> _Held | None:
        with self._lock:
            if object_id not in self._held:
                if len(self._held) >= MOST_HELD:
                    self._held.clear()
                found = GitObjects(self._root, git).tag(object_id)
                self._held[object_id] = _Held(*found) if found else None
            return self._held[object_id]

    def _in_pack(self, git: Path) -> Mapping[str, str]:
        """Name and object of each tag of a release or a statement that git has packed."""
        path = git / "packed-refs"
        state = state_of_files([path])
        found = self._packed.get("", state)
        if found is None:
            lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
            named = (line.partition(" refs/tags/") for line in lines)
            found = {
                name: object_id
                for object_id, _, name in named
                if self._names.release(name) or is_release(name) or self._names.statement(name)
            }
            self._packed.keep("", state, found)
        return found

    def _listed(self, git: Path) -> Mapping[str, Tag]:
        """The tag of each release, where only git itself reads references."""
        from publisher.edges.history import History

        state = state_of_files([git / "reftable" / "tables.list"])
        found = self._asked.get("", state)
        if found is None:
            found = History(self._root).tags()
            self._asked.keep("", state, found)
        return found


def _head(git: Path, own: Path) -> str | None:
    """The current commit; None: git's files do not tell."""
    text = (own / "HEAD").read_text("utf-8", "replace").strip()
    if not text.startswith("ref: "):
        return text or None
    name = text.removeprefix("ref: ")
    place = git / name
    if place.is_file():
        return place.read_text("ascii").strip() or None
    packed = git / "packed-refs"
    lines = packed.read_text("utf-8", "replace").splitlines() if packed.is_file() else []
    return next((line[: -len(name) - 1] for line in lines if line.endswith(f" {name}")), None)


def _inside(root: Path) -> str:
    """The path of a folder from the root of the working tree; empty: it is the root, or in none."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            inside = root.relative_to(folder).as_posix()
            return "" if inside == "." else inside
    return ""


def _state_of_branch(git: Path, own: Path) -> FileState:
    """Whether other commits may have come to be the history of the current branch."""
    head = own / "HEAD"
    text = head.read_text("utf-8", "replace").strip()
    branch = git / text.removeprefix("ref: ") if text.startswith("ref: ") else head
    others = [git / name for name in ("packed-refs", "shallow", "reftable/tables.list")]
    tables = own / "reftable" / "tables.list"
    return state_of_files([head, branch, tables, *others])


def own_folder(root: Path) -> Path | None:
    """The folder in which git keeps what belongs to one working tree; None: there is none.

    Args:
        root: a folder in the working tree.
    """
    for folder in (root, *root.parents):
        git = folder / ".git"
        note_files([git])
        if git.is_file():  # another working tree, or a submodule
            return folder / git.read_text("utf-8").removeprefix("gitdir:").strip()
        if git.is_dir():
            return git
    return None


def common_folder(root: Path) -> Path | None:
    """The folder in which git keeps objects and tags, shared by all working trees; None: none."""
    own = own_folder(root)
    shared = own / "commondir" if own else None
    note_files([shared] if shared else [])
    return own / shared.read_text("utf-8").strip() if own and shared and shared.is_file() else own


def _in_tables(git: Path) -> bool:
    """Whether references are kept as `reftable` (git 2.45 and later), not as files."""
    note_files([git / "reftable"])
    return (git / "reftable").is_dir()


def _loose(git: Path, name: str) -> str | None:
    """The object that the file of a reference names."""
    path = git / "refs" / "tags" / name
    note_files([path])
    try:
        return path.read_text("ascii").strip() or None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
