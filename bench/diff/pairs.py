"""Pairs: folders with two versions of a text, made from the history of a git repository.

    python bench/diff/pairs.py REPO FOLDER

writes FOLDER/NAME/old.md and new.md for each commit that changed the words of a text, and
FOLDER/pairs.json, which says where each pair comes from.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from measures import words

INDEX = "pairs.json"
"""Says where the pairs beside it come from."""
SHORTEST = 100
"""Texts of fewer words are no policies."""
_CHANGE = re.compile(r":\d+ \d+ (?P<old>[0-9a-f]+) (?P<new>[0-9a-f]+) M\t(?P<path>.*)")


Item = TypeVar("Item")


def laid_out(folder: Path) -> list[Path]:
    """The pairs in a folder: its folders with old.md and new.md, by name."""
    found = sorted(path.parent for path in folder.glob("*/old.md"))
    return [pair for pair in found if (pair / "new.md").is_file()]


def paths(index: Path) -> dict[str, str]:
    """By the name of a pair: the file whose versions it has; empty if there is no such list."""
    if not index.is_file():
        return {}
    return {pair["id"]: pair["path"] for pair in json.loads(index.read_text("utf-8"))}


def evenly(items: list[Item], limit: int | None) -> list[Item]:
    """`limit` of the items, evenly spread; without a limit, all of them."""
    wanted = min(limit or len(items), len(items))
    return [items[n * len(items) // wanted] for n in range(wanted)]


# ── from a repository ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Source:
    """Where a pair comes from."""

    id: str
    """The pair's folder."""
    path: str
    """The file that both texts are versions of."""
    commit: str
    """The one that made the new text of the old one."""


def git(repo: Path, *words: str) -> bytes:
    """What git answers in a repository."""
    return subprocess.run(["git", "-C", repo, *words], capture_output=True, check=True).stdout


def changes(repo: Path, pattern: str) -> Iterator[tuple[str, str, str, str]]:
    """Every change of a file: (commit, path, old blob, new blob), the earliest first.

    Args:
        repo: a clone.
        pattern: which files, as git matches them, such as `*.md` or `Policies/*`.
    """
    options = ("--raw", "--no-abbrev", "--no-renames", "--diff-filter=M", "--format=%H")
    commit = ""
    told = git(repo, "-c", "core.quotePath=false", "log", "--reverse", *options, "--", pattern)
    for line in told.decode("utf-8", "replace").splitlines():
        found = _CHANGE.fullmatch(line)
        if found:
            yield commit, found["path"], found["old"], found["new"]
        elif line:
            commit = line


def blob(repo: Path, name: str) -> str | None:
    """The text of a blob; None if it is not UTF-8."""
    try:
        return git(repo, "cat-file", "blob", name).decode()
    except UnicodeDecodeError:
        return None


def pairs(repo: Path, pattern: str) -> Iterator[tuple[Source, str, str]]:
    """The changes of texts that are long enough, where words changed: source, old, new."""
    seen: set[tuple[str, str]] = set()
    for commit, path, *blobs in changes(repo, pattern):
        if (blobs[0], blobs[1]) in seen:
            continue
        seen.add((blobs[0], blobs[1]))
        old, new = (blob(repo, name) for name in blobs)
        if old is None or new is None:
            continue
        sides = words(old), words(new)
        if min(map(len, sides)) >= SHORTEST and sides[0] != sides[1]:
            name = re.sub(r"[^\w-]+", "-", Path(path).with_suffix("").as_posix())
            yield Source(f"{name}-{commit[:8]}", path, commit), old, new


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    add = parser.add_argument
    add("repo", type=Path, help="a clone with its history")
    add("folder", type=Path, help="where the pairs go")
    add("--file", default="*.md", metavar="GLOB", help="which files (*.md)")
    add("--limit", type=int, metavar="N", help="take N, evenly spread over their sizes")
    asked = parser.parse_args()
    try:
        found = [*pairs(asked.repo, asked.file)]
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"{asked.repo} cannot be read as a clone: {error}")
    if not found:
        sys.exit(f"No text in {asked.repo} that fits {asked.file} was ever amended.")
    found.sort(key=lambda pair: len(pair[1]) + len(pair[2]))
    found = evenly(found, asked.limit)
    for source, old, new in found:
        place = asked.folder / source.id
        place.mkdir(parents=True, exist_ok=True)
        (place / "old.md").write_bytes(old.encode())
        (place / "new.md").write_bytes(new.encode())
    index = json.dumps([asdict(source) for source, *_ in found], indent=1)
    asked.folder.mkdir(parents=True, exist_ok=True)
    (asked.folder / INDEX).write_text(index, "utf-8")
    print(f"{len(found)} pairs in {asked.folder}")


if __name__ == "__main__":
    main()
