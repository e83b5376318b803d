"""Results: what a run found, kept as JSON, and the table made of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cases import MOVES, NAMES, TIGHT, UNMOVED, UNWORDED, Kind, Verdict, invents
from measures import Score
from peers import FLOOR, OURS

NEARLY = 0.01
"""A redline whose words are further off than this share is not measured for length."""
POOLED = 10_000
"""Limit on the words of pairs that are pooled; longer ones would outweigh all others."""
LARGEST = 10


@dataclass
class Outcome:
    """The outcome of one comparison by one tool."""

    state: str
    """`done`, `late` (over the limit), `skipped` (late twice on shorter ones) or `failed`."""
    why: str = ""
    seconds: float = 0.0
    whole: float | None = None
    """Seconds with reading the Markdown, where that is timed apart."""
    basis: str = ""
    score: Score | None = None
    seen: bool = False
    """Whether anything is marked, even if only formatting."""
    events: list[str] = field(default_factory=list)
    errors: int | None = None
    """Errors of the redline's HTML beyond those of the rendered texts; None: not asked."""
    exact: bool | None = None
    """Accepting and rejecting in the HTML gives the blocks of both texts; None: no HTML."""

    @property
    def done(self) -> bool:
        return self.state == "done"


@dataclass
class PairRow:
    """One tool on one pair."""

    tool: str
    pair: str
    size: int
    """Words of both texts."""
    outcome: Outcome


@dataclass
class CaseRow:
    """One tool on one case."""

    tool: str
    kind: str
    source: str
    verdict: str
    outcome: Outcome


@dataclass
class GrowthRow:
    """One tool on a text written several times over."""

    tool: str
    times: int
    seconds: float | None


@dataclass
class Results:
    """Everything that a run found."""

    tools: list[str]
    limit: float
    """Seconds a tool has for a pair."""
    pairs: list[PairRow] = field(default_factory=list)
    cases: list[CaseRow] = field(default_factory=list)
    growth: list[GrowthRow] = field(default_factory=list)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Results:
        data = json.loads(path.read_text("utf-8"))
        return cls(
            data["tools"],
            data["limit"],
            [PairRow(**{**row, "outcome": _outcome(row["outcome"])}) for row in data["pairs"]],
            [CaseRow(**{**row, "outcome": _outcome(row["outcome"])}) for row in data["cases"]],
            [GrowthRow(**row) for row in data["growth"]],
        )


def _outcome(data: dict[str, Any]) -> Outcome:
    score = data["score"]
    return Outcome(**{**data, "score": Score(**score) if score else None})


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


def quantile(values: Iterable[float], share: float) -> float | None:
    """The value that `share` of the values lie below; None of no values."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else None


def _ratio(over: float, under: float, factor: float = 1) -> float | None:
    return factor * over / under if under else None


@dataclass
class _Tool:
    """The rows of one tool, and what they are set against."""

    pairs: list[PairRow]
    cases: list[CaseRow]
    growth: dict[int, float]
    floor: dict[str, float]
    """The floor of each pair, in seconds."""
    largest: Collection[str]

    def __post_init__(self) -> None:
        self.done = [row for row in self.pairs if row.outcome.done]
        scores = [(row, row.outcome.score) for row in self.done if row.outcome.score]
        self.all = [score for _, score in scores]
        fit = [(row, s) for row, s in scores if s.off <= NEARLY and s.least > 0]
        self.fit = [score for _, score in fit]
        self.pool = [score for row, score in fit if row.size <= POOLED]
        self.big = [row for row in self.done if row.pair in self.largest]

    def share(self, holds: Callable[[Score], bool]) -> float | None:
        """Of the pairs asked, in per cent."""
        return _ratio(sum(map(holds, self.all)), len(self.pairs), 100)

    def pooled(self, over: Callable[[Score], int], under: Callable[[Score], int]) -> float | None:
        return _ratio(sum(map(over, self.pool)), sum(map(under, self.pool)))

    def told(self, kinds: Collection[Kind], *verdicts: Verdict) -> str:
        own = [row for row in self.cases if row.kind in kinds]
        return f"{sum(row.verdict in verdicts for row in own)}/{len(own)}"

    def invented(self) -> str:
        own = [row for row in self.cases if row.kind in UNMOVED and row.outcome.done]
        wrong = sum(
            invents(row.outcome.score.moved if row.outcome.score else 0, row.outcome.events)
            for row in own
        )
        return f"{wrong}/{len(own)}"

    def over_floor(self, rows: Sequence[PairRow], *, whole: bool = False) -> float | None:
        times = ((row.outcome.whole if whole else row.outcome.seconds, row) for row in rows)
        return quantile((t / self.floor[row.pair] for t, row in times if t is not None), 0.5)

    def grown(self) -> str:
        last = max(self.growth, default=1)
        if last == 1 or 1 not in self.growth:
            return "-"
        return f"{self.growth[last] / self.growth[1]:.1f}" + (f" (x{last})" if last != 8 else "")

    def rate(self, values: Sequence[bool]) -> str:
        return _figure(_ratio(sum(values), len(values), 100), 0)

    def milliseconds(self, rows: Sequence[PairRow], share: float = 0.5) -> float | None:
        found = quantile((row.outcome.seconds for row in rows), share)
        return None if found is None else 1000 * found

    def cells(self) -> dict[str, str]:
        """The tool's line of the table, by column."""
        yes = (Verdict.YES, Verdict.NAMED)
        excess = [score.changed / score.least for score in self.fit]
        outcomes = [row.outcome for row in self.done]
        changed, least = (lambda s: s.changed), (lambda s: s.least)
        return {
            "basis": next((o.basis for o in outcomes), "-"),
            "done": f"{len(self.done)}/{len(self.pairs)}",
            "correct %": _figure(self.share(lambda s: s.correct), 1),
            "letters %": _figure(self.share(lambda s: s.letters), 1),
            "min p50": _figure(quantile(excess, 0.5), 3),
            "min p90": _figure(quantile(excess, 0.9), 2),
            "min pool": _figure(self.pooled(changed, least), 3),
            "load": _figure(self.pooled(lambda s: s.changed - s.moved, least), 3),
            "runs/100w": _figure(self.pooled(lambda s: 100 * s.runs, changed), 1),
            "islands/100r": _figure(self.pooled(lambda s: 100 * s.islands, lambda s: s.runs), 1),
            "cost": _figure(self.pooled(lambda s: s.cost, least), 3),
            "cost net": _figure(self.pooled(lambda s: s.cost - s.moved, least), 3),
            "moves": self.told(MOVES, *yes),
            "tight": self.told(TIGHT, *yes),
            "named": self.told(NAMES.keys(), Verdict.NAMED),
            "false": self.invented(),
            "link+format": self.told(UNWORDED, *yes),
            "ms": _figure(self.milliseconds(self.done), 2),
            "x floor": _figure(self.over_floor(self.done), 1),
            "x floor, parsed": _figure(self.over_floor(self.done, whole=True), 1),
            "10 largest ms": f"{_figure(self.milliseconds(self.big), 0)} ({len(self.big)})",
            "10 largest x floor": _figure(self.over_floor(self.big), 1),
            "10 largest x floor, parsed": _figure(self.over_floor(self.big, whole=True), 1),
            "worst ms": _figure(self.milliseconds(self.done, 1), 0),
            "x8 growth": self.grown(),
            "valid %": self.rate([o.errors == 0 for o in outcomes if o.errors is not None]),
            "accept+reject %": self.rate([o.exact for o in outcomes if o.exact is not None]),
        }


def _figure(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _tools(results: Results) -> dict[str, _Tool]:
    floor = {
        row.pair: row.outcome.seconds
        for row in results.pairs
        if row.tool == FLOOR and row.outcome.done
    }
    ranked = sorted({(row.size, row.pair) for row in results.pairs})
    largest = {pair for _, pair in ranked[-LARGEST:]}
    return {
        name: _Tool(
            [row for row in results.pairs if row.tool == name],
            [row for row in results.cases if row.tool == name],
            {
                row.times: row.seconds
                for row in results.growth
                if row.tool == name and row.seconds is not None
            },
            floor,
            largest,
        )
        for name in results.tools
        if name != FLOOR
    }


def figures(results: Results) -> dict[str, dict[str, str]]:
    """The table's cells, by tool and column; tools that answered nothing are left out."""
    return {name: tool.cells() for name, tool in _tools(results).items() if tool.done}


def table(results: Results) -> str:
    """The table, in Markdown; README.md says what its columns mean."""
    lines = figures(results)
    if not lines:
        return "No tool answered."
    columns = ["tool", *next(iter(lines.values()))]
    rows = [[name, *cells.values()] for name, cells in lines.items()]
    return _markdown(columns, rows)


def troubles(results: Results) -> list[str]:
    """What the table does not say: who failed or was late, how often, and the first reason."""
    told = []
    for name in results.tools:
        outcomes = [row.outcome for row in results.pairs if row.tool == name]
        outcomes += [row.outcome for row in results.cases if row.tool == name]
        for state, count in Counter(o.state for o in outcomes if not o.done).items():
            why = next((o.why for o in outcomes if o.state == state and o.why), "")
            told.append(f"{name}: {count} {state}" + (f" ({why})" if why else ""))
    return told


def _markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *("--:" for _ in columns[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, rule, *rows))


def worst(results: Results, count: int) -> str:
    """Our worst pairs, in Markdown: by what they cost beyond the least, and by time."""
    ours = _tools(results)[OURS]
    scored = [(row, row.outcome.score) for row in ours.done if row.outcome.score]
    scored.sort(key=lambda item: item[1].least - item[1].cost)
    costly = [
        [
            row.pair,
            str(row.size),
            str(score.cost - score.least),
            _figure(_ratio(score.cost, score.least), 2),
            str(score.changed),
            str(score.moved),
            str(score.least),
            str(score.runs),
            str(score.islands),
            "yes" if score.correct else "no",
        ]
        for row, score in scored[:count]
    ]
    slow = [
        [
            row.pair,
            str(row.size),
            _figure(1000 * row.outcome.seconds, 1),
            _figure(row.outcome.seconds / ours.floor[row.pair], 1),
            _figure(ours.over_floor([row], whole=True), 1),
        ]
        for row in sorted(ours.done, key=lambda row: -row.outcome.seconds)[:count]
    ]
    cost = ["cost", "words", "beyond the least", "x least", "changed", "moved", "least", "runs"]
    time = ["time", "words", "ms", "x floor", "x floor, parsed"]
    return "\n\n".join(
        (_markdown([*cost, "islands", "correct"], costly), _markdown(time, slow)),
    )
