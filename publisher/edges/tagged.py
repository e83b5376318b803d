"""The tags of releases with all that git knows of them, and of the commits that they name.

However many releases there are, git is started a few times.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping, Sequence

from publisher.edges.git_program import GitProgram
from publisher.edges.history import History
from publisher.edges.tag_names import is_release
from publisher.releases.folder import SUMS_FILE, seal_of
from publisher.releases.revisions import TaggedCommit, TagObject
from publisher.releases.statement import REGISTER

_FIELDS = (
    "refname:strip=2",
    "objectname",
    "objecttype",
    "tag",
    "*objectname",
    "*objecttype",
    "contents",
    "taggername",
    "taggerdate:short",
)
_FOUND = re.compile(rb"([0-9a-f]{40,64}) (\w+) (\d+)")
"""What `git cat-file --batch` says of an object: its id, its type, its size."""


class Tagged:
    """Reads what the tags of releases are in the repository of a project."""

    def __init__(self, history: History) -> None:
        """Args: history: of the project."""
        self._history, self._git = history, GitProgram(history.top)

    def tags(self, policy_id: str) -> dict[str, TagObject]:
        """The tags of a policy's releases, of whatever kind, by the names of the releases.

        One without the project's folder in its name (`TagNames`) counts where the commit that it
        names has such a release in this folder.
        """
        names = self._history.tag_names
        own = {names.release(tag.name): tag for tag in self._below(names.real(policy_id))}
        found = {name: tag for name, tag in own.items() if name}
        if names.prefix:
            old = {tag.name: tag for tag in self._below(policy_id) if is_release(tag.name)}
            here = self.commits({name: tag for name, tag in old.items() if name not in found})
            found |= {name: old[name] for name, commit in here.items() if commit.seal}
        for name in [each for each in found if self._is_of_another(each, found[each])]:
            del found[name]
        return found

    def statements(self, policy_id: str) -> dict[str, TagObject]:
        """The tags of statements about a policy's releases, by the names of the statements."""
        names = self._history.tag_names
        below = self._below(names.real(f"{policy_id}.{REGISTER}"))
        return {name: tag for tag in below if (name := names.statement(tag.name))}

    def _is_of_another(self, name: str, tag: TagObject) -> bool:
        """Whether it is about a release of another project, of which earlier programs made it."""
        if tag.name != name or (self._history.root / "versions" / name).exists():
            return False
        at = tag.target, tag.message
        return tag.target_kind == "commit" and self._history.is_of_another(name, *at)

    def _below(self, place: str) -> list[TagObject]:
        asked = "%00".join(f"%({field})" for field in _FIELDS) + "%00"
        out = self._git.ask("for-each-ref", f"refs/tags/{place}/", f"--format={asked}")
        parts = out.decode("utf-8", "replace").split("\0")
        return [_tag(*fields) for fields in zip(*[iter(parts)] * len(_FIELDS), strict=False)]

    def commits(self, tags: Mapping[str, TagObject]) -> dict[str, TaggedCommit]:
        """What is known of the commits that tags name, by the names of the releases."""
        named = {name: tag for name, tag in tags.items() if tag.target_kind == "commit"}
        ids = sorted({tag.target for tag in named.values()})
        parents = self._parents(ids)
        sums = self.files_at((tag.target, self._sums(name)) for name, tag in named.items())
        trees = self.kinds(f"{tag.target}^{{tree}}" for tag in named.values())
        found = {}
        for (name, tag), data, tree in zip(named.items(), sums, trees, strict=True):
            seal = seal_of(data) if data is not None else "" if tree else None
            found[name] = TaggedCommit(seal, parents.get(tag.target, ()), merged=True)
        return found

    def _sums(self, release: str) -> str:
        return f"versions/{release}/{SUMS_FILE}"

    def _parents(self, commits: Sequence[str]) -> dict[str, tuple[str, ...]]:
        given = "".join(f"{commit}\n" for commit in commits).encode()
        words = ("rev-list", "--no-walk=unsorted", "--parents", "--ignore-missing", "--stdin")
        lines = self._git.ask(*words, given=given).decode().splitlines() if commits else []
        return {ids[0]: tuple(ids[1:]) for ids in map(str.split, lines)}

    def seals_at(self, release: str, commits: Iterable[str]) -> list[str]:
        """The seal that a release had at each of some commits; empty: there was none."""
        sums = self.files_at((commit, self._sums(release)) for commit in commits)
        return [seal_of(data) if data is not None else "" for data in sums]

    def is_before(self, earlier: str, later: str) -> bool:
        """Whether a commit is in the history of another one."""
        return self._git.succeeds("merge-base", "--is-ancestor", earlier, later)

    def files_at(self, places: Iterable[tuple[str, str]]) -> list[bytes | None]:
        """The contents of files, each at a commit and a path; None: it is not there."""
        given = self._asked(f"{commit}:{self._path(path)}" for commit, path in places)
        out = self._git.ask("cat-file", "--batch", given=given) if given else b""
        return _contents(out)

    def ids_at(self, places: Iterable[tuple[str, str]]) -> list[str]:
        """The ids of files, each at a commit and a path; empty: it is not there."""
        return self.kinds(f"{commit}:{self._path(path)}" for commit, path in places)

    def kinds(self, names: Iterable[str]) -> list[str]:
        """The ids of objects; empty for what this clone does not have."""
        given = self._asked(names)
        out = self._git.ask("cat-file", "--batch-check", given=given) if given else b""
        lines = map(_FOUND.fullmatch, out.splitlines())
        return [facts[1].decode() if facts else "" for facts in lines]

    def _asked(self, names: Iterable[str]) -> bytes:
        return b"".join(os.fsencode(name).replace(b"\n", b"?") + b"\n" for name in names)

    def _path(self, path: str) -> str:
        return f"{self._history.prefix}/{path}" if self._history.prefix else path

    def modes(self, folder: str) -> dict[str, str]:
        """The mode of everything below a folder in the current commit, by its path."""
        place = self._path(folder)
        words = ("ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", place)
        out = self._history.ask_of_head(*words)
        before = f"{self._history.prefix}/" if self._history.prefix else ""
        found = {}
        for line in filter(None, out.split(b"\0")):
            facts, _, path = line.partition(b"\t")
            found[os.fsdecode(path).removeprefix(before)] = facts[:6].decode()
        return found

    def kept(self, folder: str) -> list[str]:
        """The paths of what git has in a folder, or is about to have, however its name is written:
        some disks take `.Publisher` for the same.
        """
        out = self._git.ask("ls-files", "-z", "--full-name", "--", self._history.prefix or ".")
        before = f"{self._history.prefix}/" if self._history.prefix else ""
        paths = (os.fsdecode(path).removeprefix(before) for path in out.split(b"\0") if path)
        return [path for path in paths if path.partition("/")[0].lower() == folder]

    @property
    def sparse(self) -> bool:
        """Whether git writes only some folders to the disk here (git-sparse-checkout(1))."""
        done = self._git.run("config", "--bool", "--get", "core.sparseCheckout")
        return done.stdout.strip() == b"true"

    def written(self, path: str) -> bytes | None:
        """A file of the current commit as git writes it to the disk here; None: there is none."""
        done = self._git.run("cat-file", "--filters", f"HEAD:{self._path(path)}")
        return None if done.returncode else done.stdout


def _contents(out: bytes) -> list[bytes | None]:
    """What `git cat-file --batch` answers: the contents of files, None for all else."""
    found: list[bytes | None] = []
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        facts = _FOUND.fullmatch(out[at:end])
        at = end + 1
        size = int(facts[3]) if facts else 0
        found.append(out[at : at + size] if facts and facts[2] == b"blob" else None)
        at += size + 1 if facts else 0
    return found


def _tag(*fields: str) -> TagObject:
    name, own, kind, named, target, target_kind, message, by, day = fields
    annotated = kind == "tag"
    return TagObject(
        name=name.lstrip("\n"),
        id=own,
        annotated=annotated,
        named=named,
        target=target if annotated else own,
        target_kind=target_kind if annotated else kind,
        message=message if annotated else "",
        by=f"{by}, {day}" if annotated else "",
        made=_day(day) if annotated else None,
    )


def _day(written: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        return None
