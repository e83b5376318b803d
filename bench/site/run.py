"""What a site costs as its history grows, beside a plain MkDocs build of the same pages.

    python bench/site/run.py REPO PATH [--versions 10,100]

imports the first N versions that PATH had in the git repository REPO into a project of its own,
and measures CPU seconds: the first build, one with nothing changed, and one after one more
version; beside `mkdocs build` of one Markdown page a version and one a redline.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from publisher.compare.amendment import amend
from publisher.edges import archive
from publisher.edges.project import Project
from publisher.reports.comment import as_markdown

ROOT = Path(__file__).parents[2]
BARE = "site_name: plain\ndocs_dir: docs\nsite_dir: site\ntheme:\n  name: material\n  font: false\n"


@dataclass(frozen=True)
class Cost:
    """Of one run of a program, in seconds."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Costs:
    """What was measured for one number of versions."""

    versions: int
    plain: Cost
    first: Cost
    again: Cost
    more: Cost
    page: int
    """Size of the page of the newest version, in bytes."""
    index: int
    """Size of the search index, in bytes."""


def spent(command: list[str], folder: Path) -> Cost:
    """Runs a program; what it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def git(folder: Path, *words: str) -> str:
    """What git prints."""
    return subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True
    ).stdout


def history(source: Path, path: str, folder: Path) -> list[str]:
    """A clone in `folder`; its commits that changed `path`, the oldest first."""
    git(source.parent, "clone", "-q", str(source.absolute()), str(folder))
    return git(folder, "log", "--first-parent", "--reverse", "--format=%H", "--", path).split()


def project(folder: Path) -> None:
    """A project without policies, with the site of this repository."""
    folder.mkdir()
    for name in ("mkdocs.yml", "publisher.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "site", folder / "site")
    git(folder, "init", "-q", "-b", "main")
    for key, value in (("user.name", "Bench"), ("user.email", "bench@example.com")):
        git(folder, "config", key, value)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "A site without policies")


def take(folder: Path, clone: Path, path: str, commit: str) -> None:
    """Imports the history up to a commit."""
    git(clone, "checkout", "-q", "--detach", commit)
    spent([_publisher(), "import", "--history", str(clone), path, "--policy", "terms"], folder)


def plain(folder: Path, here: Path) -> Cost:
    """A plain MkDocs build of one Markdown page a version, and one a redline."""
    line = archive.line(Project.find(folder), "terms")
    docs = here / "docs"
    docs.mkdir(parents=True)
    (docs / "index.md").write_text("# Plain\n", "utf-8")
    for number, release in enumerate(line):
        (docs / f"{number}.md").write_text(release.policy.markdown, "utf-8")
        if number:
            found = amend(line[number - 1].policy.document, release.policy.document)
            (docs / f"{number}-changes.md").write_text(as_markdown(found, "Changes"), "utf-8")
    (here / "mkdocs.yml").write_text(BARE, "utf-8")
    return spent([sys.executable, "-m", "mkdocs", "build", "-q"], here)


def measure(source: Path, path: str, versions: int) -> Costs:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as temporary:
        top = Path(temporary)
        clone, folder = top / "history", top / "project"
        commits = history(source, path, clone)
        project(folder)
        take(folder, clone, path, commits[min(versions, len(commits)) - 1])
        count = len(list((folder / "versions/terms").iterdir()))
        build = [_publisher(), "build"]
        first, again = spent(build, folder), spent(build, folder)
        newest = folder / f"build/site/terms/{count}/index.html"
        page, index = newest.stat().st_size, folder / "build/site/search/search_index.json"
        size = index.stat().st_size
        beside = plain(folder, top / "plain")
        if versions < len(commits):
            take(folder, clone, path, commits[versions])
        return Costs(count, beside, first, again, spent(build, folder), page, size)


def _publisher() -> str:
    return str(Path(sys.executable).with_name("publisher"))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path, metavar="REPO")
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--versions", default="10,100", help="how many, such as 10,100,400")
    arguments = parser.parse_args()
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1700000000")
    table = Table("versions", "plain s", "first ×", "nothing changed ×", "s", "one more ×")
    table.add_column("page kB")
    table.add_column("search kB")
    told = Console(stderr=True)
    for number in map(int, arguments.versions.split(",")):
        with told.status(f"{number} versions"):
            found = measure(arguments.repository, arguments.path, number)
        ratio = [cost.cpu / found.plain.cpu for cost in (found.first, found.again, found.more)]
        table.add_row(
            str(found.versions),
            f"{found.plain.cpu:.1f}",
            f"{ratio[0]:.2f}",
            f"{ratio[1]:.2f}",
            f"{found.again.wall:.1f}",
            f"{ratio[2]:.2f}",
            f"{found.page / 1000:.0f}",
            f"{found.index / 1000:.0f}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
