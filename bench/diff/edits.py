"""Edits: texts amended at random, to see that nothing of either version is ever lost.

Each trial takes a passage of a real text, edits it one to eight times, and compares the two.
Accepting has to give the new source and rejecting the old one, byte for byte, and the words of
the redline have to be those of the two texts. A trial is known by its seed: `--edits 1 --seed S`
does it again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import ours
from measures import NEW, OLD, Fate, words
from rich.console import Console
from rich.progress import Progress

from publisher.compare.amendment import amend
from publisher.compare.operations import accept, reject
from publisher.text.clauses import Document

PASSAGE = (40, 700)
"""The fewest and the most words of a passage: small ones are tried sooner."""
MOST = 8
"""Limit on edits in one trial."""
SIGNS = "-*+"
LETTERS = {
    '"': "“",
    "“": '"',
    "'": "’",
    "’": "'",
    " - ": " – ",
    "–": "-",
    "...": "…",
    " ": "\u00a0",
}
"""Signs that stand for each other."""

Blocks = list[str]
"""A text cut at its blank lines."""


def _pick(random: Random, blocks: Blocks, fits: Callable[[str], object]) -> int | None:
    """The place of a block that fits; None if there is none."""
    places = [place for place, block in enumerate(blocks) if fits(block)]
    return random.choice(places) if places else None


def _prose(block: str) -> bool:
    return block[:1].isalpha() and block.count(" ") >= 4


def _heading(block: str) -> bool:
    return block.startswith("#")


def _list(block: str) -> bool:
    return block[:1] in SIGNS and block[1:2] == " "


def _table(block: str) -> bool:
    return block.count("|") > 4 and block.count("\n") >= 2


def _some(random: Random, blocks: Blocks, most: int = 4) -> list[str]:
    """Words from anywhere in the text: real changes repeat what is there."""
    pool = random.choice(blocks).split() or ["lorem"]
    return [random.choice(pool) for _ in range(random.randint(1, most))]


def _in_words(random: Random, blocks: Blocks, change: Callable[[list[str], int], None]) -> bool:
    place = _pick(random, blocks, str.strip)
    if place is None:
        return False
    parts = blocks[place].split(" ")
    change(parts, random.randrange(len(parts)))
    blocks[place] = " ".join(parts)
    return True


def _replace(random: Random, blocks: Blocks) -> bool:
    def change(parts: list[str], at: int) -> None:
        parts[at : at + random.randint(1, 3)] = _some(random, blocks)

    return _in_words(random, blocks, change)


def _insert(random: Random, blocks: Blocks) -> bool:
    def change(parts: list[str], at: int) -> None:
        parts[at:at] = _some(random, blocks, 8)

    return _in_words(random, blocks, change)


def _delete(random: Random, blocks: Blocks) -> bool:
    def change(parts: list[str], at: int) -> None:
        del parts[at : at + random.randint(1, 6)]

    return _in_words(random, blocks, change)


def _sentence(random: Random, blocks: Blocks) -> bool:
    """Cuts a sentence, and may write it elsewhere."""
    place = _pick(random, blocks, lambda block: _prose(block) and ". " in block)
    if place is None:
        return False
    sentences = re.split(r"(?<=\.) ", blocks[place])
    cut = sentences.pop(random.randrange(len(sentences)))
    blocks[place] = " ".join(sentences)
    to = _pick(random, blocks, _prose)
    if random.random() < 0.3 and to is not None:
        blocks[to] += f" {cut}"
    return True


def _split(random: Random, blocks: Blocks) -> bool:
    place = _pick(random, blocks, _prose)
    if place is None:
        return False
    parts = blocks[place].split(" ")
    at = random.randrange(1, len(parts))
    blocks[place : place + 1] = [" ".join(parts[:at]), " ".join(parts[at:])]
    return True


def _join(random: Random, blocks: Blocks) -> bool:
    places = [p for p in range(len(blocks) - 1) if _prose(blocks[p]) and _prose(blocks[p + 1])]
    if not places:
        return False
    place = random.choice(places)
    blocks[place : place + 2] = [random.choice(" \n").join(blocks[place : place + 2])]
    return True


def _move(random: Random, blocks: Blocks) -> bool:
    block = blocks.pop(random.randrange(len(blocks)))
    blocks.insert(random.randint(0, len(blocks)), block)
    return True


def _move_section(random: Random, blocks: Blocks) -> bool:
    starts = [place for place, block in enumerate(blocks) if _heading(block)]
    if len(starts) < 2:
        return False
    number = random.randrange(len(starts))
    start, end = starts[number], [*starts, len(blocks)][number + 1]
    section = blocks[start:end]
    del blocks[start:end]
    to = random.choice([p for p, block in enumerate(blocks) if _heading(block)])
    blocks[to:to] = section
    return True


def _duplicate(random: Random, blocks: Blocks) -> bool:
    blocks.insert(random.randint(0, len(blocks)), random.choice(blocks))
    return True


def _drop(random: Random, blocks: Blocks) -> bool:
    if len(blocks) < 2:
        return False
    del blocks[random.randrange(len(blocks))]
    return True


def _rename(random: Random, blocks: Blocks) -> bool:
    place = _pick(random, blocks, _heading)
    if place is None:
        return False
    sign, _, title = blocks[place].partition(" ")
    kept = title.split()[: random.randint(0, 3)]
    blocks[place] = " ".join([sign, *kept, *_some(random, blocks)])
    return True


def _level(random: Random, blocks: Blocks) -> bool:
    """Makes a heading of another level, or text of a heading."""
    place = _pick(random, blocks, _heading)
    if place is None:
        return False
    blocks[place] = "#" * random.randint(0, 4) + blocks[place].lstrip("#")
    return True


def _item(random: Random, blocks: Blocks) -> bool:
    """Adds, drops, moves or indents an item of a list, or makes one of a paragraph."""
    place = _pick(random, blocks, _list)
    if place is None:
        place = _pick(random, blocks, _prose)
        if place is None:
            return False
        blocks[place] = f"{random.choice(SIGNS)} {blocks[place]}"
        return True
    lines = blocks[place].split("\n")
    at = random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            lines.insert(at, " ".join([blocks[place][0], *_some(random, blocks, 9)]))
        case 1 if len(lines) > 1:
            del lines[at]
        case 2:
            lines.insert(random.randrange(len(lines)), lines.pop(at))
        case _:
            lines[at] = f"  {lines[at]}"
    blocks[place] = "\n".join(lines)
    return True


def _cell(random: Random, blocks: Blocks) -> bool:
    """Changes a cell of a table, or adds or drops a row or a column."""
    place = _pick(random, blocks, _table)
    if place is None:
        return False
    lines = blocks[place].split("\n")
    at = random.randrange(2, len(lines))
    match random.randrange(4):
        case 0:
            lines.insert(at, lines[at])
        case 1:
            del lines[at]
        case 2:
            words_of = (" --- " if n == 1 else " new " for n in range(len(lines)))
            lines = [f"{a.rstrip('|')}|{b}|" for a, b in zip(lines, words_of, strict=True)]
        case _:
            cells = lines[at].split("|")
            cells[random.randrange(len(cells))] = " ".join(["", *_some(random, blocks), ""])
            lines[at] = "|".join(cells)
    blocks[place] = "\n".join(lines)
    return True


def _emphasis(random: Random, blocks: Blocks) -> bool:
    def change(parts: list[str], at: int) -> None:
        sign = random.choice(["*", "**", "`", "_"])
        end = min(at + random.randint(0, 3), len(parts) - 1)
        parts[at] = sign + parts[at]
        parts[end] += sign

    return _in_words(random, blocks, change)


def _link(random: Random, blocks: Blocks) -> bool:
    """Changes the target of a link, or makes a word a link."""
    place = _pick(random, blocks, lambda block: "](" in block)
    target = random.choice(["#there", "https://example.org/a?b=c", "/legal (old)"])
    if place is not None and random.random() < 0.5:
        blocks[place] = re.sub(r"\]\([^)]*\)", f"]({target})", blocks[place], count=1)
        return True

    def change(parts: list[str], at: int) -> None:
        parts[at] = f"[{parts[at]}]({target})"

    return _in_words(random, blocks, change)


def _typography(random: Random, blocks: Blocks) -> bool:
    """Changes quotation marks, dashes, spaces or capitals."""
    place = _pick(random, blocks, str.strip)
    if place is None:
        return False
    block = blocks[place]
    if random.random() < 0.2:
        blocks[place] = random.choice([block.upper, block.title, block.lower])()
        return True
    found = [sign for sign in LETTERS if sign in block]
    for sign in random.sample(found, min(len(found), 2)):
        block = block.replace(sign, LETTERS[sign], random.randint(1, 4))
    blocks[place] = block
    return bool(found)


EDITS: Sequence[Callable[[Random, Blocks], bool]] = (
    *(_replace, _insert, _delete) * 2,
    *(_sentence, _split, _join, _move, _move_section, _duplicate, _drop, _rename, _level),
    *(_item, _cell, _emphasis, _link, _typography),
)
"""Each changes the blocks in place, and says whether it found something to change."""


# ── trials ───────────────────────────────────────────────────────────────────────────────────────


def passage(random: Random, blocks: Sequence[str]) -> Blocks:
    """Neighbouring blocks of a text, with about as many words as a passage may have."""
    size = random.randint(*PASSAGE)
    start = random.randrange(len(blocks))
    chosen: Blocks = []
    for block in blocks[start:]:
        chosen.append(block)
        size -= block.count(" ") + 1
        if size <= 0:
            break
    return chosen


def trial(seed: int, texts: Sequence[Sequence[str]]) -> tuple[str, str, int]:
    """A passage, the same after some edits, and how many edits that were.

    Args:
        seed: the same gives the same.
        texts: what to take passages from, as blocks.
    """
    random = Random(seed)
    blocks = passage(random, random.choice(texts))
    old = "\n\n".join(blocks)
    done = 0
    for _ in range(random.randint(1, MOST)):
        if blocks:
            done += random.choice(EDITS)(random, blocks)
    new = "\n\n".join(blocks)
    if random.random() < 0.05:  # an editor on another system
        new = new.replace("\n", "\r\n")
    return old, new, done


def fault(old: str, new: str) -> str:
    """What is wrong with the comparison of two Markdown texts; empty if nothing is."""
    try:
        sides = ours.document(old), ours.document(new)
        amendment = amend(*sides)
        operations = ours.operations(amendment)
        back = (
            "".join(reject(amendment.operations).values()),
            "".join(accept(amendment.operations).values()),
        )
    except Exception as error:  # noqa: BLE001 - any error is what this looks for
        return f"{type(error).__name__}: {error}"
    fates: tuple[tuple[Fate, ...], ...] = (OLD, NEW)
    names = ("rejecting", "accepting")
    for name, source, given, side, own in zip(names, (old, new), back, sides, fates, strict=True):
        if given != source:
            return f"{name} does not give the source"
        if words("".join(op.text for op in operations if op.fate in own)) != _words(side):
            return f"{name} does not give the words"
    return ""


def _words(side: Document) -> list[str]:
    cells = (
        "".join(run.text for run in cell if all(mark.kind != "image" for mark in run.marks))
        for clause in side.clauses
        for cell in clause.cells
    )
    return words("\n".join(cells))


def run(folders: Sequence[Path], count: int, seed: int, failures: Path, console: Console) -> int:
    """Tries edits on the texts of some pairs and shows what failed.

    Args:
        folders: each with old.md and new.md.
        count: edits.
        seed: of the first trial; the next has the next number.
        failures: a folder for the texts of failing trials, by their seeds.
        console: where progress and failures are shown.

    Returns:
        1 if anything failed, else 0.
    """
    names = ("old.md", "new.md")
    sources = dict.fromkeys((f / name).read_text("utf-8") for f in folders for name in names)
    texts = [blocks for text in sources if (blocks := text.split("\n\n"))]
    done = trials = failed = 0
    start = time.monotonic()
    with Progress(console=console) as progress:
        task = progress.add_task("edits", total=count)
        while done < count:
            old, new, edited = trial(seed + trials, texts)
            wrong = fault(old, new)
            if wrong:
                failed += 1
                place = failures / str(seed + trials)
                place.mkdir(parents=True, exist_ok=True)
                (place / "old.md").write_bytes(old.encode())
                (place / "new.md").write_bytes(new.encode())
                console.print(f"seed {seed + trials}: {wrong} ({place})", highlight=False)
            trials += 1
            done += edited
            progress.update(task, completed=done)
    seconds = time.monotonic() - start
    print(
        f"{done} edits in {trials} trials, {seconds:.0f} s: {failed} failed; "
        f"seeds {seed} to {seed + trials - 1}"
    )
    return int(failed > 0)
