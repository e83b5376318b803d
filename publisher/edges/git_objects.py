"""What git keeps, read from its own files: no git is started for what a receiver looks at often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from publisher.errors import HistoryError


class GitObjects:
    """The objects of a repository: commits, trees, files and tags, by their ids."""

    def __init__(self, root: Path, git: Path) -> None:
        """Args: root: a folder in the working tree; git: where git keeps the objects."""
        self._root, self._git = root, git

    def read(self, object_id: str) -> tuple[str, bytes]:
        """What kind of object it is, and what it holds.

        Raises:
            OSError, ValueError: it is not there, or does not read.
        """
        if len(object_id) > 40:  # SHA-256, which only git itself reads
            return self._through_git(object_id)
        from gitdb import GitDB  # type: ignore[import-untyped] # takes a while to load
        from gitdb.exc import ODBError  # type: ignore[import-untyped]

        try:
            stream = GitDB(str(self._git / "objects")).stream(bytes.fromhex(object_id))
            return bytes(stream.type).decode(), bytes(stream.read())
        except ODBError:  # only git itself finds what is borrowed in a roundabout way
            return self._through_git(object_id)

    def _through_git(self, object_id: str) -> tuple[str, bytes]:
        from publisher.edges.git_program import GitProgram

        git = GitProgram(self._root)
        try:
            kind = git.line("cat-file", "-t", object_id)
            return kind, git.ask("cat-file", kind, object_id)
        except HistoryError as error:
            raise OSError(f"object {object_id} is missing: {error.what}") from error

    def tag(self, object_id: str) -> tuple[str, str] | None:
        """The object that an annotated tag names, and its message; None: it is no such tag.

        Raises:
            OSError, ValueError: it does not read.
        """
        kind, data = self.read(object_id)
        head, _, message = data.decode("utf-8", "replace").partition("\n\n")
        return (_named(head, "object"), message) if kind == "tag" else None

    def file_at(self, commit: str, path: str) -> bytes | None:
        """A file as it was at a commit; None: it did not exist then.

        Raises:
            OSError, ValueError: an object on the way does not read.
        """
        kind, data = self.read(commit)
        if kind != "commit":
            return None
        place = _named(data.decode("utf-8", "replace"), "tree")
        for part in path.split("/"):
            kind, data = self.read(place)
            found = dict(_entries(data, len(commit) // 2)) if kind == "tree" else {}
            if part not in found:
                return None
            place = found[part]
        kind, data = self.read(place)
        return data if kind == "blob" else None


def _named(head: str, key: str) -> str:
    """The object that the first line of a tag or commit names."""
    first, _, object_id = head.partition("\n")[0].partition(" ")
    if first != key:
        raise ValueError(f"no {key} is named in it")
    return object_id


def _entries(tree: bytes, width: int) -> Iterator[tuple[str, str]]:
    """Name and id of all that is in a folder; an id has so many bytes."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        name = tree[at:end].partition(b" ")[2].decode("utf-8", "surrogateescape")
        at = end + 1 + width
        yield name, tree[end + 1 : at].hex()
