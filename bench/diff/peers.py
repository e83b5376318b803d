"""Peers: every tool in Python or on the command line, each called as its users would call it.

    python bench/diff/peers.py

serves: a request is a line of JSON, `{"peer", "folder", "repeats"}`, where the folder has old.md,
new.md, old.html and new.html; so is the answer, `{"seconds", "ops" | "html", …}` or `{"error"}`.
The clock runs while the tool works: not while its texts are read and rendered, nor while its report
is turned into operations. With a command, starting it counts too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Literal

import readings
from measures import Op, words
from readings import Block

Basis = Literal["md", "html"]
"""What a tool is given, and held to: Markdown, or the HTML rendered from it."""
FLOOR = "floor"
"""No comparison, but what comes before any: both files read, their words found and numbered."""
OURS = "ours"
ENOUGH = 1.0
"""Seconds after which a comparison is not repeated again."""
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Texts:
    """A pair of texts, read."""

    folder: Path
    old: str
    new: str
    old_html: str
    new_html: str
    repeats: int

    @property
    def files(self) -> tuple[str, str]:
        """The paths of the two Markdown files."""
        return str(self.folder / "old.md"), str(self.folder / "new.md")


@dataclass
class Answer:
    """What a tool says of a pair."""

    ops: list[Op] | None = None
    """None: they are read from the HTML."""
    html: str | None = None
    events: list[str] = field(default_factory=list)
    """The changes of structure that it names."""
    seconds: float | None = None
    """By the clock of a tool that times itself."""
    whole: float | None = None
    """Seconds with reading the Markdown, where that is timed apart."""


Work = Callable[[Texts], Callable[[], Answer]]
"""Does what is timed, and gives back what turns its result into an answer."""


@dataclass(frozen=True)
class Peer:
    """A tool to measure."""

    name: str
    basis: Basis
    work: Work
    module: str = ""
    """The Python module that it needs."""
    commands: tuple[str, ...] = ()
    """The programs that it needs."""
    own_clock: bool = False

    @property
    def missing(self) -> str:
        """What it needs and is not installed; empty if nothing is missing."""
        if self.module and find_spec(self.module) is None:
            return f"module {self.module}"
        gone = [name for name in self.commands if shutil.which(name) is None]
        return " and ".join(gone) or self._extension

    @property
    def _extension(self) -> str:
        """PHP without wikidiff2 is of no use."""
        if "php" not in self.commands:
            return ""
        modules = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout
        return "" if "wikidiff2" in modules else "PHP's wikidiff2"


PEERS: dict[str, Peer] = {}


def peer(
    name: str,
    basis: Basis,
    *,
    module: str = "",
    commands: tuple[str, ...] = (),
    own_clock: bool = False,
) -> Callable[[Work], Work]:
    """Enters a function as a tool; see `Work` for what it does."""

    def enter(work: Work) -> Work:
        PEERS[name] = Peer(name, basis, work, module, commands, own_clock)
        return work

    return enter


# ── ourselves, and the floor ─────────────────────────────────────────────────────────────────────


@peer(FLOOR, "md")
def _floor(texts: Texts) -> Callable[[], Answer]:
    numbers: dict[str, int] = {}
    for name in texts.files:
        for word in words(Path(name).read_text("utf-8")):
            numbers.setdefault(word, len(numbers))
    return Answer


@peer(OURS, "html", module="publisher", own_clock=True)
def _ours(texts: Texts) -> Callable[[], Answer]:
    import ours

    measured = ours.measure(texts.old, texts.new, texts.repeats)
    return lambda: Answer(
        ours.operations(measured.amendment),
        ours.markup(measured.amendment),
        ours.events(measured.amendment),
        measured.alone,
        measured.whole,
    )


# ── alignments of words ──────────────────────────────────────────────────────────────────────────


Align = Callable[[list[int], list[int]], Iterable[Block]]


def _by_words(name: str, module: str = "") -> Callable[[Align], Align]:
    """Enters a function from numbered words to kept blocks; cutting and numbering are timed too."""

    def enter(align: Align) -> Align:
        def work(texts: Texts) -> Callable[[], Answer]:
            old, new = readings.cut(texts.old), readings.cut(texts.new)
            blocks = align(*readings.numbered(old, new))
            return lambda: Answer(readings.aligned(old, new, blocks))

        peer(name, "md", module=module)(work)
        return align

    return enter


def _matcher(module: str, kind: str, **options: bool) -> Align:
    def align(old: list[int], new: list[int]) -> Iterable[Block]:
        matcher: Any = getattr(import_module(module), kind)
        return [tuple(block) for block in matcher(None, old, new, **options).get_matching_blocks()]

    return align


_by_words("difflib words (default)")(_matcher("difflib", "SequenceMatcher"))
for _module, _kind in (
    ("difflib", "SequenceMatcher"),
    ("cydifflib", "SequenceMatcher"),
    ("cdifflib", "CSequenceMatcher"),
):
    _by_words(f"{_module} words (autojunk off)", _module)(_matcher(_module, _kind, autojunk=False))


def _fuzzy(measure: str) -> Align:
    def align(old: list[int], new: list[int]) -> Iterable[Block]:
        steps = getattr(import_module("rapidfuzz.distance"), measure).opcodes(old, new)
        return [
            (step.src_start, step.dest_start, step.src_end - step.src_start)
            for step in steps
            if step.tag == "equal"
        ]

    return align


for _measure in ("Indel", "Levenshtein"):
    _by_words(f"rapidfuzz {_measure} words", "rapidfuzz")(_fuzzy(_measure))


@_by_words("patiencediff words", "patiencediff")
def _patience(old: list[int], new: list[int]) -> Iterable[Block]:
    kind: Any = import_module("patiencediff").PatienceSequenceMatcher
    return [*kind(None, [*map(str, old)], [*map(str, new)]).get_matching_blocks()]


def _xdiff(option: str) -> Align:
    def align(old: list[int], new: list[int]) -> Iterable[Block]:
        git: Any = import_module("pygit2")
        lines = ("".join(f"{number}\n" for number in side) for side in (old, new))
        flag = getattr(git.enums.DiffOption, option)
        hunks = git.Patch.create_from(*lines, flag=flag, context_lines=0).hunks
        # A hunk without lines of a side names the line before it, counted from 1.
        starts = [
            (h.old_start - bool(h.old_lines), h.new_start - bool(h.new_lines), h.old_lines)
            for h in hunks
        ]
        return readings.between(starts, (len(old), len(new)), [h.new_lines for h in hunks])

    return align


for _option in ("PATIENCE", "MINIMAL"):
    _by_words(f"xdiff via pygit2 words ({_option.lower()})", "pygit2")(_xdiff(_option))


def _google(cleanup: str) -> Align:
    def align(old: list[int], new: list[int]) -> Iterable[Block]:
        diff: Any = import_module("fast_diff_match_patch").diff
        letters = readings.as_letters(old, new)
        options = {"timelimit": 0, "cleanup": cleanup, "counts_only": True, "checklines": False}
        return readings.counted(diff(*letters, **options))

    return align


for _name, _cleanup in (("", "No"), ("+semantic", "Semantic")):
    _by_words(f"fast-diff-match-patch words{_name}", "fast_diff_match_patch")(_google(_cleanup))


# ── comparisons of Markdown ──────────────────────────────────────────────────────────────────────


@peer("fast-diff-match-patch letters+semantic", "md", module="fast_diff_match_patch")
def _google_letters(texts: Texts) -> Callable[[], Answer]:
    diff: Any = import_module("fast_diff_match_patch").diff
    steps = diff(texts.old, texts.new, timelimit=0, cleanup="Semantic", counts_only=False)
    fates: Any = {"=": "equal", "-": "delete", "+": "insert"}
    return lambda: Answer([Op(fates[sign], text) for sign, text in steps])


@peer("redlines", "md", module="redlines")
def _redlines(texts: Texts) -> Callable[[], Answer]:
    kind: Any = import_module("redlines").Redlines
    report = kind(texts.old, texts.new, markdown_style="none").output_markdown
    # It writes a pilcrow for the end of a paragraph that was deleted.
    return lambda: Answer(readings.marked(report.replace("¶ ", "\n"), readings.INS_DEL))


@peer("prosediff", "md", module="prosediff")
def _prosediff(texts: Texts) -> Callable[[], Answer]:
    diff: Any = import_module("prosediff.diff")
    found = diff.compare_paths(*texts.files, diff.Options(context=None, max_hidden=None))

    def answer() -> Answer:
        if not found.files or not found.files[0].rows:
            return Answer([Op("equal", texts.new)])
        return Answer(readings.prose_rows(diff.all_rows(found.files[0].rows)))

    return answer


@peer("governdiff", "md", module="governdiff")
def _governdiff(texts: Texts) -> Callable[[], Answer]:
    engine: Any = import_module("governdiff.engine")
    report = engine.analyze_texts(texts.old, texts.new)
    usual = {"unchanged", "modified", "added", "removed", "formatting"}
    return lambda: Answer(
        readings.govern_changes(report.changes),
        events=sorted({str(c.change_type) for c in report.changes} - usual),
    )


@peer("deltas segment matcher", "md", module="deltas")
def _deltas(texts: Texts) -> Callable[[], Answer]:
    deltas: Any = import_module("deltas")
    old, new = (deltas.text_split.tokenize(text) for text in (texts.old, texts.new))
    steps = [*deltas.segment_matcher.diff(old, new)]
    return lambda: Answer(readings.segments(steps, old, new))


# ── comparisons of HTML ──────────────────────────────────────────────────────────────────────────


def _by_html(name: str, module: str) -> Callable[[Callable[[str, str], str]], None]:
    """Enters a function from two texts in HTML to one with the changes marked."""

    def enter(compare: Callable[[str, str], str]) -> None:
        def work(texts: Texts) -> Callable[[], Answer]:
            html = compare(texts.old_html, texts.new_html)
            return lambda: Answer(html=html)

        peer(name, "html", module=module)(work)

    return enter


@_by_html("lxml.html.diff", "lxml")
def _lxml(old: str, new: str) -> str:
    return str(import_module("lxml.html.diff").htmldiff(old, new))


@peer("lxml.html.diff, addresses cut", "html", module="lxml")
def _lxml_kindly(texts: Texts) -> Callable[[], Answer]:
    html = str(import_module("lxml.html.diff").htmldiff(texts.old_html, texts.new_html))
    return lambda: Answer(html=readings.without_link_notes(html))


@_by_html("htmldiff2", "htmldiff2")
def _htmldiff2(old: str, new: str) -> str:
    return str(import_module("htmldiff2").render_html_diff(old, new))


@_by_html("htmldiffer", "htmldiffer")
def _htmldiffer(old: str, new: str) -> str:
    return str(import_module("htmldiffer.diff").HTMLDiffer(old, new).combined_diff)


@peer("xmldiff", "html", module="xmldiff")
def _xmldiff(texts: Texts) -> Callable[[], Answer]:
    formatting: Any = import_module("xmldiff.formatting")
    formatter = formatting.XMLFormatter(
        text_tags=("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th"),
        formatting_tags=("b", "strong", "em", "a", "code", "s"),
        pretty_print=False,
    )
    sides = (f"<body>{html}</body>" for html in (texts.old_html, texts.new_html))
    report = import_module("xmldiff.main").diff_texts(*sides, formatter=formatter)
    return lambda: Answer(html=readings.xml_marks(report))


# ── commands ─────────────────────────────────────────────────────────────────────────────────────


def _output(*command: str) -> str:
    """What a command prints; like diff, it ends with 1 where the files differ."""
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise ChildProcessError(done.stderr.decode("utf-8", "replace")[-300:])
    return done.stdout.decode("utf-8", "replace")


WHOLE = ("diff", "--no-index", "-U1000000")
"""git shows all of the text."""


def _git_words(name: str, *options: str) -> None:
    @peer(name, "md", commands=("git",))
    def _(texts: Texts) -> Callable[[], Answer]:
        words = ("--no-color", "--word-diff=porcelain", *options)
        report = _output("git", *WHOLE, *words, *texts.files)
        return lambda: Answer(readings.git_words(report, texts.new))


_git_words("git word-diff")
# As git's own patterns end: any other sign, and letters of several bytes.
LETTERS = r"[[:alnum:]_]+|[^[:space:]]|[\xc0-\xff][\x80-\xbf]+"
_git_words("git word-diff (regex)", f"--word-diff-regex={LETTERS}")


@peer("git --color-moved (lines)", "md", commands=("git",))
def _git_moved(texts: Texts) -> Callable[[], Answer]:
    colours = {
        "old": "red",
        "new": "green",
        "context": "normal",
        "oldMoved": "blue",
        "newMoved": "cyan",
    }
    settings = [part for k, v in colours.items() for part in ("-c", f"color.diff.{k}={v}")]
    options = ("--color=always", "--color-moved=blocks", "--ws-error-highlight=none")
    report = _output("git", *settings, *WHOLE, *options, *texts.files)
    return lambda: Answer(readings.git_lines(report, texts.new))


def _wdiff(command: str, *options: str) -> None:
    marks: list[str] = []
    for letter, mark in zip("wxyz", readings.CONTROLS, strict=True):
        marks += [f"-{letter}", mark]

    @peer(" ".join((command, *options)), "md", commands=(command,))
    def _(texts: Texts) -> Callable[[], Answer]:
        report = _output(command, *options, *marks, *texts.files)
        return lambda: Answer(readings.marked(report, readings.CONTROLS))


_wdiff("wdiff")
_wdiff("dwdiff", "-P")

_php: list[subprocess.Popen[str]] = []


@peer("wikidiff2", "md", commands=("php",), own_clock=True)
def _wikidiff2(texts: Texts) -> Callable[[], Answer]:
    if not _php:
        command = ["php", "-d", "memory_limit=-1", str(HERE / "wikidiff2.php")]
        pipe = subprocess.PIPE
        _php.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
    requests, answers = _php[0].stdin, _php[0].stdout
    assert requests
    assert answers
    requests.write(f"{texts.folder}\n")
    requests.flush()
    found = json.loads(answers.readline())
    return lambda: Answer(readings.wiki_lines(found["report"], texts.new), seconds=found["seconds"])


# ── serving ──────────────────────────────────────────────────────────────────────────────────────


def ask(name: str, texts: Texts) -> Answer:
    """Lets a tool compare a pair, up to `texts.repeats` times; the least time counts."""
    asked = PEERS[name]
    if asked.module:
        import_module(asked.module)
    if asked.own_clock:
        return asked.work(texts)()
    times: list[float] = []
    answer = None
    while answer is None or (len(times) < texts.repeats and sum(times) < ENOUGH):
        start = time.perf_counter()
        answer = asked.work(texts)
        times.append(time.perf_counter() - start)
    found = answer()
    found.seconds = min(times)
    return found


def read_texts(folder: Path, repeats: int) -> Texts:
    """The four files of a pair's folder."""
    old, new, old_html, new_html = (
        (folder / name).read_text("utf-8") for name in ("old.md", "new.md", "old.html", "new.html")
    )
    return Texts(folder, old, new, old_html, new_html, repeats)


def serve(requests: Iterable[str], answers: IO[str]) -> None:
    """Answers requests, a line of JSON each, as the first lines of this module say."""
    for line in requests:
        request = json.loads(line)
        try:
            texts = read_texts(Path(request["folder"]), request["repeats"])
            said = asdict(ask(request["peer"], texts))
        except Exception as error:  # noqa: BLE001 - whatever a tool does, the run goes on
            said = {"error": re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:300]}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


def main() -> None:
    warnings.simplefilter("ignore")
    # Tools that print must not print among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin, answers)


if __name__ == "__main__":
    main()
