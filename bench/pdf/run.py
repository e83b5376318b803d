"""What our PDFs cost beside bare WeasyPrint; see README.md.

python bench/pdf/run.py [FOLDER]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.compare.amendment import Amendment, amend
from publisher.edges import pdf
from publisher.edges.fonts import subsets_of
from publisher.edges.pdf import make_pdf
from publisher.edges.project import Project
from publisher.paper import sheets
from publisher.paper.standards import Attachment, Relationship
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Facts, Policy
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Release
from publisher.wording.words import ENGLISH

ROOT = Path(__file__).parents[2]
MOST = 0.75
"""An amendment that left so much of both texts alone left most of them."""
ORGANISATION = Organisation(
    name="Example",
    address="1 Street",
    site="https://policies.example/",
    sender="policies@example.com",
    reply="out@example.com",
)


@dataclass(frozen=True)
class Pair:
    """Two releases of a policy and what differs."""

    name: str
    old: Release
    new: Release
    amendment: Amendment

    @property
    def release(self) -> str:
        """The release's sheet."""
        return sheets.release_sheet(self.new, ORGANISATION, ENGLISH)

    @property
    def redline(self) -> str:
        """The redline's sheet."""
        return sheets.redline_sheet(self.old, self.new, self.amendment, ORGANISATION, ENGLISH)

    @property
    def kept(self) -> float:
        """The share of the words of both texts that an amendment left alone."""
        both = (*self.old.policy.document.clauses, *self.new.policy.document.clauses)
        counts, words = self.amendment.counts, sum(len(clause.text.split()) for clause in both)
        return 1 - (counts.inserted + counts.deleted) / max(words, 1)

    @property
    def files(self) -> list[Attachment]:
        """What travels inside."""
        text = self.new.policy.markdown.encode()
        kinds = (
            ("policy.md", "text/markdown", "Source"),
            ("policy.json", "application/json", "Data"),
        )
        return [Attachment(n, text, t, n, Relationship(r)) for n, t, r in kinds]


def pairs(folder: Path | None) -> list[Pair]:
    """This repository's own policy, and every pair in a folder (`NAME/old.md`, `NAME/new.md`)."""
    releases = Workplace(Project(ROOT)).archive.releases("privacy")
    found = [("own", releases[0], releases[1])]
    for path in sorted(folder.glob("*/old.md")) if folder else []:
        texts = [path.read_text("utf-8"), path.with_name("new.md").read_text("utf-8")]
        old, new = (_release(text, number) for number, text in enumerate(texts, 1))
        found.append((path.parent.name, old, new))
    return [
        Pair(name, old, new, amend(old.policy.document, new.policy.document))
        for name, old, new in found
    ]


def _release(text: str, number: int) -> Release:
    facts = Facts(
        "Privacy Policy", "en", "privacy@example.com", "", ("text.md",), "promise", 30, ""
    )
    policy = Policy("privacy", facts, {"text.md": text}, ())
    return Release(Number(number), Materiality.MATERIAL, policy, published=None, effective=None)


# ── one process ──────────────────────────────────────────────────────────────────────────────────


def bare(html: str) -> Callable[[], bytes]:
    """WeasyPrint alone: the same HTML, style and fonts; no tags, no standard, nothing attached.

    It finds the numbers of pages itself (`target-counter`), as it would without us.
    """
    weasyprint = pdf._weasyprint()
    fetcher, fonts, sheet = pdf._press(subsets_of(html), ())

    def make() -> bytes:
        document = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url="about:blank")
        data: bytes = document.write_pdf(
            stylesheets=[sheet], font_config=fonts, presentational_hints=True
        )
        return data

    return make


def ours(html: str, files: list[Attachment]) -> Callable[[], bytes]:
    """Our PDF, kept nowhere."""
    return lambda: make_pdf(html, attachments=files)


def in_turns(makers: dict[str, Callable[[], bytes]], rounds: int) -> dict[str, float]:
    """CPU seconds of each, the best of its turns: a slow minute of the machine is slow for all."""
    best = dict.fromkeys(makers, float("inf"))
    for make in makers.values():
        make()
    for _ in range(rounds):
        for name, make in makers.items():
            gc.collect()  # nobody tidies up after another
            before = time.process_time()
            make()
            best[name] = min(best[name], time.process_time() - before)
    return best


def one_process(found: list[Pair], rounds: int) -> None:
    """Release and redline, each beside WeasyPrint alone."""
    print("| policy | pages | bare s | kept | release × | redline × | redline × its own HTML |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    releases, redlines, most = [], [], []
    for pair in found:
        changes = bare(pair.redline)
        times = in_turns(
            {
                "bare": bare(pair.release),
                "release": ours(pair.release, pair.files),
                "redline": ours(pair.redline, pair.files),
                "own": changes,
            },
            rounds,
        )
        first, second, third = (
            times["release"] / times["bare"],
            times["redline"] / times["bare"],
            times["redline"] / times["own"],
        )
        releases.append(first)
        redlines.append(second)
        most += [second] if pair.kept >= MOST else []
        pages = _pages(pair.release)
        print(
            f"| {pair.name} | {pages} | {times['bare']:.2f} | {pair.kept:.0%} | {first:.2f} "
            f"| {second:.2f} | {third:.2f} |",
            flush=True,
        )
    middle = statistics.median
    print(f"| *median* | | | | {middle(releases):.2f} | {middle(redlines):.2f} | |")
    print(f"| *worst* | | | | {max(releases):.2f} | {max(redlines):.2f} | |")
    if most:
        middle_, worst = middle(most), max(most)
        print(f"| *median of {len(most)} that kept {MOST:.0%}* | | | | | {middle_:.2f} | |")
        print(f"| *worst of these* | | | | | {worst:.2f} | |\n")


def _pages(html: str) -> int:
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(make_pdf(html))) as document:
        return len(document.pages)


# ── many processes ───────────────────────────────────────────────────────────────────────────────

_CHILD = """
import json, sys
from pathlib import Path
from publisher.edges.pdf import make_pdf
cache, *paths = sys.argv[1:]
for path in paths:
    make_pdf(Path(path).read_text("utf-8"), Path(cache))
print(json.dumps("weasyprint" in sys.modules))
"""


def child(cache: Path, *paths: Path) -> tuple[float, bool]:
    """Seconds that a process of its own takes for some documents, and whether it made any."""
    command = [sys.executable, "-c", _CHILD, str(cache), *map(str, paths)]
    before = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return time.perf_counter() - before, json.loads(done.stdout)


def many(count: int) -> None:
    """So many documents in one run, beside as many runs; then the same run again."""
    pair = pairs(None)[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = []
        for number in range(count):
            path = folder / f"{number}.html"
            path.write_text(pair.release.replace("Privacy Policy", f"Policy {number}"), "utf-8")
            paths.append(path)
        apart = sum(child(folder / "apart", path)[0] for path in paths)
        together, _ = child(folder / "together", *paths)
        again, made = child(folder / "together", *paths)
        kept = [p.read_bytes() for p in sorted((folder / "together").iterdir())]
        same = kept == [p.read_bytes() for p in sorted((folder / "apart").iterdir())]
    print("| | |\n| --- | --- |")
    print(f"| {count} runs of one PDF, s | {apart:.1f} |")
    print(f"| one run of {count}, s | {together:.1f} |")
    print(f"| one run / {count} runs | {together / apart:.2f} |")
    print(f"| the same bytes both ways | {'yes' if same else 'NO'} |")
    print(f"| the run again, s | {again:.1f} |")
    print(f"| PDFs that it made | {'SOME' if made else 'none: WeasyPrint was not even loaded'} |")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="What our PDFs cost beside bare WeasyPrint.")
    parser.add_argument("folder", nargs="?", type=Path, help="pairs: NAME/old.md, NAME/new.md")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each; the best counts")
    parser.add_argument("--many", type=int, default=20, help="documents of one run")
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, WeasyPrint {version('weasyprint')}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )
    one_process(pairs(options.folder), options.rounds)
    many(options.many)


if __name__ == "__main__":
    main()
