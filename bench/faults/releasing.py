"""Kills `publisher freeze` and `publisher import`, and counts what became of releases.

Each kill has a copy of a desk of its own. After it the other commands are asked, then the next run
is made, as its user would, with the remedies that it prints carried out as they are printed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Lock

from bench.faults.counts import Tally
from bench.faults.deaths import ended, left
from bench.faults.desks import Desk
from bench.faults.git_steps import Steps
from bench.faults.relay import strike
from bench.faults.soundness import Snapshot, begun, flaws, left_locked, stands

AT_ONCE = 2
"""Rounds that are played at the same time."""
LIMIT = 60.0
"""Seconds that any command may take."""
TRIES = 5
"""Runs that may follow a kill, each after a remedy was carried out."""
SOME = 0.3
"""Share of the looks that are taken where nothing half-made is there."""
_MOMENTS = ("step", "step", "step", "started", "written")
_TELLS = re.compile(r"cut off|not (?:complete|finish)|unfinished|interrupted|at work")
"""How a command says that something half-made is there."""


@dataclass(frozen=True, slots=True)
class Fate:
    """How a command dies."""

    moment: str
    """`step`: of git or of a hook; `started`: any; `written`: the archive's folder was."""
    nth: int
    """Which occurrence, counted from 1."""
    delay: float
    """Seconds after it."""
    family: bool
    """Whether all it started dies too."""
    at_once: bool
    """Whether the next run begins while what it started may still be at work."""
    second: bool
    """Whether the same was started twice at once."""
    stray: bool
    """Whether somebody puts a folder of their own beside the releases before the next run."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a command runs that nobody kills."""

    steps: int
    seconds: float

    @classmethod
    def of(cls, desk: Desk, folder: Path) -> Course:
        """Runs it once in a copy."""
        folder.mkdir(parents=True)
        copy, steps = desk.copied(folder / "rehearsal"), Steps.new(folder / "rehearsal-steps")
        more = {**desk.environment, **steps.environment}
        start = time.monotonic()
        process = copy.start(*copy.words, said=folder / "rehearsal.log", more=more)
        if process.wait():
            raise RuntimeError(f"{desk.name}: {(folder / 'rehearsal.log').read_text()}")
        seconds = time.monotonic() - start
        shutil.rmtree(copy.top)
        return cls(len(steps.told), seconds)

    def fate(self, random: Random) -> Fate:
        """A death somewhere on it."""
        moment = random.choice(_MOMENTS)
        delay = random.uniform(0, self.seconds)
        if moment == "step":
            delay = random.choice([0.0, 0.0, random.uniform(0, 0.01), random.uniform(0, 0.1)])
        elif moment == "written":
            delay = random.uniform(0, 0.02)
        most = self.steps if moment == "step" else 6
        return Fate(
            moment=moment,
            nth=random.randint(1, most),
            delay=delay,
            family=random.random() < 0.5,
            at_once=random.random() < 0.3,
            second=random.random() < 0.1,
            stray=random.random() < 0.1,
        )


class Round:
    """One kill, and all that follows it."""

    def __init__(self, desk: Desk, folder: Path, tally: Tally, lock: Lock) -> None:
        """Args:
        desk: is copied.
        folder: a new one, for this round alone.
        tally, lock: takes the counts, from several threads.
        """
        folder.mkdir(parents=True)
        self.desk = desk.copied(folder / "desk")
        self.folder, self._tally, self._lock = folder, tally, lock
        self.steps = Steps.new(folder / "steps")
        self.mark = f"FAULTS={folder.parent.name}-{folder.name}"
        self.before = Snapshot.of(self.desk)
        self._chance = Random(folder.name)
        self.told: list[str] = []
        """What happened, for whoever looks for the cause."""
        self.broken = False

    # ── counting ─────────────────────────────────────────────────────────────────────────────────

    def never(self, what: str, cases: Sequence[str]) -> None:
        """Counts what must never be found."""
        self.broken |= bool(cases)
        with self._lock:
            self._tally.never(what, [f"{self.desk.name}: {case}" for case in cases])

    def tells(self, what: str, number: int | bool) -> None:
        """Counts what may be found."""
        with self._lock:
            self._tally.told(what, int(number))

    # ── the kill ─────────────────────────────────────────────────────────────────────────────────

    def kill(self, fate: Fate) -> bool:
        """Starts the command and has it die; False: it had ended before."""
        said = self.folder / "killed.log"
        first = self._start(said)
        second = self._start(self.folder / "second.log") if fate.second else None
        if fate.moment == "step":
            self.steps.order(fate.nth, -first.pid if fate.family else first.pid, fate.delay)
        elif self._moment_comes(first, fate):
            strike(first.pid, family=fate.family)
        if not ended(first, LIMIT):
            strike(first.pid, family=True)
            self.told.append("it had to be killed after its time")
        self.steps.withdraw()
        code = first.wait()
        cue = (self.steps.struck or fate.moment) if code == -9 else ""
        self.told.append(f"{fate}: {cue or f'ended with {code}'}\n{_text(said)}")
        with self._lock:
            if cue:
                self._tally.kills[_called(cue)] += 1
                self._tally.rounds += 1
        if second and not ended(second, LIMIT):
            strike(second.pid, family=True)
        if second:
            self.told.append(
                f"the second ended with {second.wait()}: {_text(self.folder / 'second.log')}"
            )
        self._no_traceback(said, self.folder / "second.log")
        return bool(cue)

    def _start(self, said: Path) -> subprocess.Popen[bytes]:
        name, _, value = self.mark.partition("=")
        more = {**self.steps.environment, name: value}
        more["PATH"] = f"{self.steps.folder / 'bin'}:{self.desk.environment['PATH']}"
        return self.desk.start(*self.desk.words, said=said, more=more)

    def _moment_comes(self, process: subprocess.Popen[bytes], fate: Fate) -> bool:
        if fate.moment == "written":
            seen, left_over = self._listing(), fate.nth
            while left_over:
                if ended(process, 0.0005):
                    return False
                found = self._listing()
                left_over -= found != seen
                seen = found
        return not ended(process, fate.delay)

    def _listing(self) -> list[str]:
        folder = self.desk.project / "versions"
        try:
            return sorted(str(path) for path in folder.rglob("*"))
        except OSError:
            return []

    def quiet(self) -> None:
        """Waits until nothing is left of what was started."""
        until = time.monotonic() + LIMIT
        while left(self.mark) and time.monotonic() < until:
            time.sleep(0.01)
        self.never("processes that never ended", [str(pid) for pid in left(self.mark)])

    # ── the other commands ───────────────────────────────────────────────────────────────────────

    def ask_others(self) -> None:
        """Asks `verify`, `status` and, in a copy, `build`: none takes what is half-made."""
        whole, half = stands(self.desk), begun(self.desk, self.before)
        half = half and not whole
        self.tells("kills that left something half-made", half)
        self.tells("kills after which the release stood", whole)
        if not (half or whole) and not self._chance.random() < SOME:
            return
        code, said = self._asked("verify")
        silent = half and not code and not _TELLS.search(said)
        self.never("half-made releases of which verify says nothing", [said] if silent else [])
        self._asked("status")
        if whole and not self._chance.random() < SOME:
            return
        copy = self.desk.copied(self.folder / "copy")
        code, said = self._asked("build", at=copy)
        self.tells("builds that were refused after a kill", bool(code))
        pages = copy.project / "build/site" / copy.policy
        used = [n for n in copy.made if not whole and (pages / n).exists()]
        self.never("half-made releases that a build published", used)
        shutil.rmtree(copy.top)

    def _asked(self, *words: str, at: Desk | None = None) -> tuple[int, str]:
        code, said = (at or self.desk).run("publisher", *words)
        self.told.append(f"{words} ended with {code}:\n{said}")
        if "Traceback" in said:
            self.never("tracebacks", [f"{words}: {said[-300:]}"])
        if code not in (0, 1, 2):
            self.never("commands that ended otherwise than with 0, 1 or 2", [f"{words}: {code}"])
        return code, said

    def _no_traceback(self, *logs: Path) -> None:
        for log in logs:
            if "Traceback" in _text(log):
                self.never("tracebacks", [_text(log)[-300:]])

    # ── the next run ─────────────────────────────────────────────────────────────────────────────

    def complete(self) -> None:
        """Runs it again, with the remedies that it prints, until what was asked for is done."""
        stood, runs, last = stands(self.desk), 0, ""
        for runs in range(1, TRIES + 1):  # noqa: B007 - how many were needed
            code, last = self._asked(*self.desk.words)
            if not code or (stands(self.desk) and _is_done(last)):
                break
            self.quiet()
            self._remedy(last)
        lost = [] if stands(self.desk) else [f"after {runs} runs: {last[-300:]}"]
        self.never("next runs that lead to no release", lost)
        again = not stood and runs > 1
        self.tells("next runs that needed a remedy, and had it", again and not lost)

    def meet_stray(self) -> None:
        """Has the next run meet a folder that no freeze made: it stays as it is."""
        mine = self.desk.project / "versions" / self.desk.policy / "99/mine.txt"
        mine.parent.mkdir(parents=True)
        mine.write_text("Mine.")
        self._asked(*self.desk.words)
        kept = mine.is_file() and mine.read_text() == "Mine."
        self.never("folders that were removed and that nobody's journal named", [""] * (not kept))
        shutil.rmtree(mine.parent, ignore_errors=True)

    def _remedy(self, said: str) -> None:
        for words in remedies(said):
            code, answer = self.desk.run("sh", "-c", words)
            self.told.append(f"remedy {words} ended with {code}: {answer}")

    def count(self) -> None:
        """Counts what is wrong with the project in the end, and with a fresh clone of it."""
        found = list(flaws(self.desk, self.before))
        self.never("releases, drafts or histories that are not as they should be", found)
        self.never("locks that were left", left_locked(self.desk))
        self.never("unfinished work that was left", self._journals())
        if found:
            return
        clone = self.folder / "clone"
        self.desk.ok("git", "clone", "-q", str(self.desk.repository), str(clone))
        where, kept = clone / self.desk.inside, ".publisher/cache"
        if (self.desk.project / kept).is_dir():
            shutil.copytree(self.desk.project / kept, where / kept)
        for words in (["verify"], ["build"])[: 2 if self._chance.random() < SOME else 1]:
            code, said = self.desk.run("publisher", *words, cwd=where)
            self.told.append(f"{words} of a clone ended with {code}:\n{said}")
            wrong = [f"{words[0]}: {said[-300:]}"] if code else []
            self.never("clones that cannot be verified or built", wrong)

    def _journals(self) -> list[str]:
        folder = self.desk.project / ".publisher/unfinished"
        return [path.name for path in folder.iterdir()] if folder.is_dir() else []

    # ── all of it ────────────────────────────────────────────────────────────────────────────────

    def play(self, fate: Fate) -> None:
        """A kill and all that follows; nothing does where it came too late."""
        if not self.kill(fate):
            return
        if not fate.at_once:
            self.quiet()
            self.ask_others()
        if fate.stray:
            self.quiet()
            self.meet_stray()
        self.complete()
        self.quiet()
        self.count()


def kill_releasers(
    name: str, desks: Sequence[Desk], folder: Path, kills: int, random: Random
) -> Tally:
    """Kills a command a number of times, at each desk in turn.

    Args:
        name: of the experiment.
        desks: where it is at work.
        folder: for copies; what was said in rounds in which a promise was broken is kept there.
        kills: how many.
        random: the source of all moments.
    """
    tally, lock = Tally(name), Lock()
    seeds = [random.random() for _ in range(3 * kills)]

    def course(at: int) -> Course:
        return Course.of(desks[at], folder / f"course-{at}")

    def one(number: int) -> None:
        if tally.kills.total() >= kills:
            return
        at = number % len(desks)
        played = Round(desks[at], folder / f"round-{number}", tally, lock)
        played.play(courses[at].fate(Random(seeds[number])))
        if played.broken:
            (folder / f"round-{number}.log").write_text("\n".join(played.told))
        shutil.rmtree(played.folder)

    with ThreadPoolExecutor(AT_ONCE) as several:
        courses = list(several.map(course, range(len(desks))))
        list(several.map(one, range(len(seeds))))
    return tally


def remedies(said: str) -> list[str]:
    """The commands in the remedies that a command printed."""
    found = []
    for line in said.splitlines():
        text = re.match(r"\s*try: (.*)", line, re.IGNORECASE)
        if text:
            found += _commands(text[1])
    return found


def _commands(text: str) -> list[str]:
    if quoted := re.findall(r"`([^`]+)`", text):
        return [words for words in quoted if _is_command(words)]
    parts = re.split(r"; |, then |: ", text)
    return [part.strip() for part in parts if _is_command(part.strip())]


def _is_command(words: str) -> bool:
    return words.startswith(("publisher ", "git ", "rm "))


def _is_done(said: str) -> bool:
    """Whether it says that there is nothing to do because the release is there."""
    return "word for word" in said or "exists" in said


def _called(cue: str) -> str:
    """`begun git commit` of a whole command line."""
    words = re.sub(r" -c \S+", "", cue).split()
    return " ".join([word for word in words if not word.startswith(("-", "/"))][:3])


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""
