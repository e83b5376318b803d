"""What a site costs as its history grows, beside a plain MkDocs build of the same pages.

    python bench/site/run.py REPO PATH [PATH ...] [--versions 10,100,400]

imports the first N versions that the first PATH had in the git repository REPO into a project of
its own, and measures CPU seconds: the first build, one with nothing changed, and one after one more
version; beside `mkdocs build` of one Markdown page a version and one a redline. Further PATHs
become further policies of the largest project, for a last look at a build of nothing new.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from publisher.actions.workplace import Workplace
from publisher.compare.amendment import Amendment, amend
from publisher.compare.spans import Span, SpanKind
from publisher.paper.documents import redline_document, release_document

ROOT = Path(__file__).parents[2]
BARE = """\
site_name: plain
theme:
  name: material
  font: false
nav: [index.md]
not_in_nav: "/[0-9]*"
"""
"""As ours, it lists no version in its navigation: that alone would cost more than all else."""
PAGES_ALONE = """\
import sys
from publisher.site import derived

derived.written = derived.akoma_ntoso = derived.catalogue.text = lambda *_: b""
derived.diff_json = derived.markdown_report = lambda *_, **more: ""
from publisher.cli import command_line

command_line(sys.argv[1:])
"""
"""Builds the site without what programs read of each version; plain MkDocs makes none of it."""
TAGS = {SpanKind.INSERT: "ins", SpanKind.DELETE: "del"}


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
    pages: Cost
    """The first build again, without what programs read of each version."""
    again: Cost
    more: Cost
    changed: int
    """How many pages one more version makes or changes."""
    page: int
    """Size of the page of the first version, in bytes."""
    index: int
    """Size of the search index, in bytes."""


def spent(command: list[str], folder: Path) -> tuple[Cost, str]:
    """Runs a program; what it and its children took, and what it said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall), done.stdout


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


def take(folder: Path, clone: Path, path: str, commit: str, policy: str = "terms") -> None:
    """Imports the history up to a commit."""
    git(clone, "checkout", "-q", "--detach", commit)
    spent([_publisher(), "import", "--history", str(clone), path, "--policy", policy], folder)


def print_ahead(folder: Path, policy: str = "terms") -> None:
    """Makes the PDFs that the site will have: `bench/pdf` measures what they cost."""
    work = Workplace.find(folder)
    *_, before, last = work.archive.releases(policy)
    organisation = work.settings.organisation
    work.press.pdf_of(release_document(last, organisation))
    work.press.pdf_of(redline_document(before, last, organisation))


def write_plain(folder: Path, here: Path) -> None:
    """One Markdown page a version, and one a redline in full, for plain MkDocs."""
    releases = Workplace.find(folder).archive.releases("terms")
    docs = here / "docs"
    docs.mkdir(parents=True)
    (docs / "index.md").write_text("# Plain\n", "utf-8")
    for number, release in enumerate(releases):
        (docs / f"{number}.md").write_text(release.policy.markdown, "utf-8")
        if number:
            found = amend(releases[number - 1].policy.document, release.policy.document)
            text = f"# What version {number + 1} changes\n\n{''.join(marked(found))}"
            (docs / f"{number}-changes.md").write_text(text, "utf-8")
    (here / "mkdocs.yml").write_text(BARE, "utf-8")


def first_builds(folder: Path, beside: Path, rounds: int) -> list[Cost]:
    """Of plain MkDocs, of ours, and of its pages alone: they take turns, and the best turn counts,
    for a slow minute of the machine is slow for all.
    """
    ours = ("build", ".publisher/cache/site", ".publisher/cache/site.json")
    turns = (
        ([sys.executable, "-m", "mkdocs", "build", "-q"], beside, ("site",)),
        ([sys.executable, "-c", PAGES_ALONE, "build"], folder, ours),
        ([_publisher(), "build"], folder, ours),
    )
    best = [Cost(float("inf"), float("inf"))] * len(turns)
    for _ in range(rounds):
        for number, (command, where, made) in enumerate(turns):
            for path in (where / name for name in made):
                if path.is_dir():
                    shutil.rmtree(path)
                path.unlink(missing_ok=True)
            best[number] = min(best[number], spent(command, where)[0], key=lambda cost: cost.cpu)
    return best


def marked(amendment: Amendment) -> Iterator[str]:
    """The whole text as Markdown, with what was added and removed in `ins` and `del`."""
    for op in amendment.operations:
        if op.unchanged:
            yield op.clause.raw
        elif op.new or not op.move:
            sign = "- " if op.clause.containers else ""
            start = f"{'#' * op.clause.level} " if op.clause.level else sign
            yield start + " | ".join("".join(map(_tagged, cell)) for cell in op.cells) + "\n\n"


def _tagged(span: Span) -> str:
    tag = TAGS.get(span.kind)
    return f"<{tag}>{span.text}</{tag}>" if tag else span.text


def measure(source: Path, paths: Sequence[str], versions: int, rounds: int, told: Console) -> Costs:
    """One row of the table; with several paths, also a build of nothing new with all of them."""
    with tempfile.TemporaryDirectory() as temporary:
        top = Path(temporary)
        clone, folder = top / "history", top / "project"
        commits = history(source, paths[0], clone)
        project(folder)
        count = min(versions, len(commits) - 1)
        take(folder, clone, paths[0], commits[count - 1])
        releases = len(list((folder / "versions/terms").iterdir()))
        print_ahead(folder)
        build = [_publisher(), "build"]
        write_plain(folder, top / "plain")
        beside, pages, first = first_builds(folder, top / "plain", rounds)
        again, said = spent(build, folder)
        assert said.startswith("Up to date"), said
        page = (folder / "build/site/terms/1/index.html").stat().st_size
        index = (folder / "build/site/search/search_index.json").stat().st_size
        take(folder, clone, paths[0], commits[count])
        print_ahead(folder)
        more, said = spent(build, folder)
        changed = int(re.findall(r"(\d+) pages? (?:are|is) new", said)[0])
        if len(paths) > 1:
            for number, path in enumerate(paths[1:], 2):
                take(folder, clone, path, git(clone, "rev-parse", "main").strip(), f"p{number}")
            _, said = spent(build, folder)
            cost, nothing = spent(build, folder)
            assert nothing.startswith("Up to date"), nothing
            told.print(
                f"{said.strip()}\nwith nothing changed: {cost.cpu:.2f} s CPU, {cost.wall:.2f} s"
            )
        return Costs(releases, beside, first, pages, again, more, changed, page, index)


def _publisher() -> str:
    return str(Path(sys.executable).with_name("publisher"))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path, metavar="REPO")
    parser.add_argument("paths", metavar="PATH", nargs="+")
    parser.add_argument("--versions", default="10,100,400", help="how many, such as 10,100,400")
    parser.add_argument(
        "--rounds", type=int, default=3, help="first builds of each; the best counts"
    )
    arguments = parser.parse_args()
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1700000000")
    head = (
        "versions",
        "plain s",
        "first ×",
        "its pages ×",
        "nothing changed ×",
        "s",
        "one more ×",
        "pages",
    )
    table = Table(*head, "page kB", "search kB")
    told = Console(width=100)
    numbers = sorted(map(int, arguments.versions.split(",")))
    for number in numbers:
        paths = arguments.paths if number == numbers[-1] else arguments.paths[:1]
        with Console(stderr=True).status(f"{number} versions"):
            found = measure(arguments.repository, paths, number, arguments.rounds, told)
        costs = (found.first, found.pages, found.again, found.more)
        ratio = [cost.cpu / found.plain.cpu for cost in costs]
        table.add_row(
            str(found.versions),
            f"{found.plain.cpu:.1f}",
            f"{ratio[0]:.2f}",
            f"{ratio[1]:.2f}",
            f"{ratio[2]:.3f}",
            f"{found.again.wall:.2f}",
            f"{ratio[3]:.2f}",
            str(found.changed),
            f"{found.page / 1000:.1f}",
            f"{found.index / 1000:.1f}",
        )
    told.print(table)


if __name__ == "__main__":
    main()
