"""Measures our comparison side by side with its peers, on real pairs of texts, in one run.

    python bench/diff/run.py FOLDER...

FOLDER has a folder for each pair, with old.md and new.md in it; several give a table each, from one
run. README.md says what is measured.
Pair by pair, every tool has its turn, the floor among them: a slow minute of the machine is slow
for all, and times are given as multiples of the floor of the same pair.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import edits
from cases import Told, cases, distinct, judge
from measures import Op, Reference, read_page, render, score, shows_change, words
from pairs import INDEX, evenly, laid_out, paths
from peers import FLOOR, HERE, OURS, PEERS
from results import CaseRow, GrowthRow, Outcome, PairRow, Results, table, troubles, worst
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from worker import FailedError, LateError, Worker

REPEATS = 5
VALIDATED = 30_000
"""Limit on the words of pairs whose HTML is validated; longer ones would take too long."""
VALIDATING = 60.0
"""Seconds the validator has."""
TIMES = (1, 2, 4, 8)
GROWS_FROM = (4000, 300)
"""About how many words, and how many changed ones, the pair has whose texts are repeated."""

console = Console(stderr=True)


@dataclass
class Pair:
    """Two texts laid out for the tools: Markdown and HTML, in a folder."""

    name: str
    folder: Path
    old: str
    new: str

    @cached_property
    def size(self) -> int:
        """Words of both texts."""
        return len(words(self.old)) + len(words(self.new))

    @cached_property
    def html(self) -> tuple[str, str]:
        return render(self.old), render(self.new)

    @cached_property
    def references(self) -> Mapping[str, Reference]:
        """What a tool must give back, by what it was given."""
        pages = (read_page(html).text for html in self.html)
        return {"md": Reference(self.old, self.new), "html": Reference(*pages)}

    @cached_property
    def blocks(self) -> list[list[tuple[str, list[str]]]]:
        """The innermost blocks of both texts."""
        return [read_page(html).blocks() for html in self.html]

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for side, text, html in zip(("old", "new"), (self.old, self.new), self.html, strict=True):
            (self.folder / f"{side}.md").write_text(text, "utf-8")
            (self.folder / f"{side}.html").write_text(html, "utf-8")


@dataclass
class Tool:
    """A tool that is installed, and the worker that runs it."""

    name: str
    basis: str
    worker: Worker
    late: list[int] = field(default_factory=list)
    """The sizes of the pairs it took too long for."""

    def gave_up(self, size: int) -> bool:
        return len(self.late) >= 2 and size >= min(self.late)


class Validator:
    """html-validate, if it is installed: errors of content and nesting."""

    def __init__(self, worker: Worker | None) -> None:
        self._worker = worker
        self._known: dict[Path, int | None] = {}

    def close(self) -> None:
        if self._worker:
            self._worker.close()

    def errors(self, html: str, pair: Pair) -> int | None:
        """Errors in a redline beyond those of the texts; None if that cannot be said."""
        if self._worker is None or pair.size > VALIDATED:
            return None
        if pair.folder not in self._known:
            sides = [self._count(pair.folder / f"{side}.html") for side in ("old", "new")]
            own = [n for n in sides if n is not None]
            self._known = {pair.folder: sum(own) if len(own) == 2 else None}
        file = pair.folder / "redline.html"
        file.write_text(html, "utf-8")
        found, known = self._count(file), self._known[pair.folder]
        return None if found is None or known is None else max(0, found - known)

    def _count(self, file: Path) -> int | None:
        assert self._worker
        try:
            return int(self._worker.ask({"validate": str(file)}, VALIDATING)["errors"])
        except (LateError, FailedError):
            return None


class Bench:
    """One run."""

    def __init__(self, tools: list[Tool], validator: Validator, limit: float, work: Path) -> None:
        self.tools, self.validator, self.limit, self.work = tools, validator, limit, work
        self.results = Results([tool.name for tool in tools], limit)
        self._numbers = count()

    def lay_out(self, kind: str, name: str, old: str, new: str) -> Pair:
        pair = Pair(name, self.work / f"{kind}-{next(self._numbers)}", old, new)
        pair.write()
        return pair

    def ask(self, tool: Tool, pair: Pair, repeats: int) -> tuple[Outcome, Mapping[str, Any]]:
        """Lets a tool compare a pair; the second part is its answer, empty if there is none."""
        if tool.gave_up(pair.size):
            return Outcome("skipped"), {}
        request = {"peer": tool.name, "folder": str(pair.folder), "repeats": repeats}
        try:
            answer = tool.worker.ask(request, self.limit)
        except LateError:
            tool.late.append(pair.size)
            return Outcome("late"), {}
        except FailedError as error:
            return Outcome("failed", " ".join(str(error).split())), {}
        done = Outcome("done", "", answer["seconds"], answer.get("whole"), tool.basis)
        return done, answer

    def measured(self, tool: Tool, pair: Pair, repeats: int) -> tuple[Outcome, list[Op]]:
        """Lets a tool compare a pair and measures what it says."""
        outcome, answer = self.ask(tool, pair, repeats)
        if tool.name == FLOOR or not outcome.done:
            return outcome, []
        html = answer.get("html")
        page = read_page(html) if html is not None else None
        said = answer.get("ops")
        ops = [Op(*op) for op in said] if said is not None else page.ops if page else []
        outcome.score = score(ops, pair.references[tool.basis])
        outcome.events = sorted(set(answer.get("events") or ()))
        outcome.seen = shows_change(html) if html is not None else outcome.score.changed > 0
        if page and html is not None:
            if tool.basis == "html":
                outcome.exact = [page.blocks("insert"), page.blocks("delete")] == pair.blocks
            outcome.errors = self.validator.errors(html, pair)
        return outcome, ops

    def pairs(self, folders: Iterable[Path], progress: Progress) -> None:
        folders = [*folders]
        task = progress.add_task("pairs", total=len(folders) * len(self.tools))
        for folder in folders:
            texts = ((folder / name).read_text("utf-8-sig") for name in ("old.md", "new.md"))
            pair = self.lay_out("pair", folder.name, *texts)
            for tool in self.tools:
                progress.update(task, description=f"{pair.name} {tool.name}")
                outcome, _ = self.measured(tool, pair, REPEATS)
                self.results.pairs.append(PairRow(tool.name, pair.name, pair.size, outcome))
                progress.advance(task)

    def known(self, texts: list[tuple[str, str]], progress: Progress) -> None:
        """The cases made from some texts: (name, text)."""
        made = cases(texts)
        tools = [tool for tool in self.tools if tool.name != FLOOR]
        task = progress.add_task("cases", total=len(made) * len(tools))
        for case in made:
            pair = self.lay_out("case", f"{case.kind} {case.source}", case.old, case.new)
            for tool in tools:
                progress.update(task, description=f"{case.kind} {tool.name}")
                outcome, ops = self.measured(tool, pair, 1)
                verdict = outcome.state
                if outcome.score:
                    told = Told(
                        outcome.score, ops, outcome.events, tool.basis == "md", outcome.seen
                    )
                    verdict = judge(case, told).value
                self.results.cases.append(
                    CaseRow(tool.name, case.kind.value, case.source, verdict, outcome)
                )
                progress.advance(task)

    def growth(self, folders: Iterable[Path], progress: Progress) -> None:
        """How time grows with length: an ordinary pair, each side repeated up to eight times."""
        sides = ordinary(folders)
        if sides is None:
            return
        task = progress.add_task("growth", total=len(TIMES) * len(self.tools))
        for times in TIMES:
            texts = ("\n\n".join([side.strip("\n")] * times) + "\n" for side in sides)
            pair = self.lay_out("growth", str(times), *texts)
            for tool in self.tools:
                progress.update(task, description=f"x{times} {tool.name}")
                outcome, _ = self.ask(tool, pair, REPEATS)
                seconds = outcome.seconds if outcome.done else None
                self.results.growth.append(GrowthRow(tool.name, times, seconds))
                progress.advance(task)

    def forget(self) -> None:
        """Gives every tool a new chance."""
        for tool in self.tools:
            tool.late.clear()

    def close(self) -> None:
        for tool in self.tools:
            tool.worker.close()


def ordinary(folders: Iterable[Path]) -> tuple[str, str] | None:
    """The pair of a usual length with a usual change; None if no pair has 100 words changed."""
    best: tuple[int, str, str] | None = None
    for folder in folders:
        old, new = ((folder / name).read_text("utf-8-sig") for name in ("old.md", "new.md"))
        reference = Reference(old, new)
        length, changed = len(reference.sides[1]), reference.least
        away = abs(length - GROWS_FROM[0]) + abs(changed - GROWS_FROM[1])
        if changed >= 100 and (best is None or away < best[0]):
            best = (away, old, new)
    return best[1:] if best else None


def found_tools(only: str, node_folder: Path, *, alone: bool) -> tuple[list[Tool], Validator]:
    """The tools that are installed; prints which are not.

    Args:
        only: a regular expression for the peers' names.
        node_folder: where npm installed the peers in JavaScript.
        alone: no peers.
    """
    python = Worker([sys.executable, str(HERE / "peers.py")])
    environment = {"PEERS": str(node_folder)}
    script = ["node", str(HERE / "peers.cjs")]
    left_out: dict[str, list[str]] = {}
    tools = []
    for name, peer in PEERS.items():
        if name not in (FLOOR, OURS) and (alone or not re.search(only, name)):
            continue
        if peer.missing:
            left_out.setdefault(peer.missing, []).append(name)
        else:
            tools.append(Tool(name, peer.basis, python))
    listed: dict[str, dict[str, str]] = {}
    try:
        listing = [*script, "list"]
        done = subprocess.run(
            listing, capture_output=True, check=True, env={**os.environ, **environment}
        )
        listed = json.loads(done.stdout)
    except (OSError, subprocess.CalledProcessError):
        left_out["node"] = ["the peers in JavaScript", "valid %"]
    javascript = Worker(script, environment)
    valid = listed.pop("html-validate", None)
    for name, about in listed.items():
        if not alone and re.search(only, name):
            if about["missing"]:
                left_out.setdefault(f"package {about['missing']}", []).append(name)
            else:
                tools.append(Tool(name, about["basis"], javascript))
    if valid and valid["missing"]:
        left_out[f"package {valid['missing']}"] = ["valid %"]
    for missing, names in left_out.items():
        line = f"{missing} is not installed, left out: {', '.join(names)}"
        console.print(line, highlight=False, soft_wrap=True)
    there = valid is not None and not valid["missing"]
    return tools, Validator(Worker(script, environment) if there else None)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    add = parser.add_argument
    add("folders", type=Path, nargs="*", metavar="FOLDER", help="has a folder for each pair")
    add("--only", default="", metavar="REGEX", help="take these peers only")
    add("--ours-only", action="store_true", help="take no peers")
    add("--limit", type=int, metavar="N", help="take N pairs, evenly spread")
    add("--timeout", type=float, default=15, metavar="S", help="seconds for a tool on a pair (15)")
    add("--skip", default="", metavar="PARTS", help="leave out: pairs, cases, growth")
    add("--worst", type=int, metavar="N", help="list our worst pairs too")
    add("--out", type=Path, metavar="FILE", help="write what was found in the last, as JSON")
    add("--table", type=Path, metavar="FILE", help="no run: the table of what --out kept")
    add("--index", type=Path, metavar="FILE", help="which file each pair is of (FOLDER/pairs.json)")
    add("--node", type=Path, default=HERE, metavar="FOLDER", help="where node_modules is")
    add("--edits", type=int, metavar="N", help="instead: try N random edits of the texts")
    add("--seed", type=int, default=1, metavar="N", help="of the first edits (1)")
    place = Path(tempfile.gettempdir()) / "edits-failed"
    add("--failures", type=Path, default=place, metavar="FOLDER", help=f"of texts ({place})")
    found = parser.parse_args()
    if not found.folders and not found.table:
        parser.error("FOLDER or --table is needed")
    return found


def measure(asked: argparse.Namespace, folder: Path, folders: list[Path]) -> Results:
    """The three parts of a run: known changes, growth, real pairs.

    Args:
        asked: what was asked for.
        folder: where the pairs are.
        folders: the pairs.
    """
    tools, validator = found_tools(asked.only, asked.node, alone=asked.ours_only)
    columns = (TextColumn("{task.description:.40}"), BarColumn(), MofNCompleteColumn())
    with (
        tempfile.TemporaryDirectory(prefix="bench-diff-") as work,
        Progress(*columns, TimeRemainingColumn(), console=console) as progress,
    ):
        bench = Bench(tools, validator, asked.timeout, Path(work))
        try:
            if "cases" not in asked.skip:
                of = paths(asked.index or folder / INDEX)
                new = ((f.name, (f / "new.md").read_text("utf-8-sig")) for f in folders)
                bench.known(distinct(new, of), progress)
            if "growth" not in asked.skip:
                bench.growth(folders, progress)
            bench.forget()
            if "pairs" not in asked.skip:
                bench.pairs(evenly(folders, asked.limit), progress)
        finally:
            bench.close()
            validator.close()
    return bench.results


def main() -> None:
    asked = arguments()
    if asked.table:
        show(Results.load(asked.table), asked.worst)
    for folder in [] if asked.table else asked.folders:
        folders = laid_out(folder)
        if not folders:
            sys.exit(f"No pair in {folder}: expected NAME/old.md and NAME/new.md there.")
        if asked.edits:
            if failed := edits.run(folders, asked.edits, asked.seed, asked.failures, console):
                sys.exit(failed)
            continue
        results = measure(asked, folder, folders)
        if asked.out:
            results.save(asked.out)
        if len(asked.folders) > 1:
            print(f"{folder.name}:\n")
        show(results, asked.worst)


def show(results: Results, count: int | None) -> None:
    """Prints the table, what went wrong, and our worst pairs, if they are asked for."""
    print(table(results))
    for trouble in troubles(results):
        print(f"\n{trouble}")
    if count:
        print(f"\n{worst(results, count)}")


if __name__ == "__main__":
    main()
