"""Reads the golden cases: Markdown files of titles and fenced blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^````(old|new|expected)\n(.*?)^````$", re.MULTILINE | re.DOTALL)
FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Case:
    title: str
    old: str
    new: str
    expected: str


def cases(name: str) -> list[Case]:
    found = []
    for part in re.split(r"^# ", (FOLDER / name).read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title = part.split("\n", 1)[0]
        blocks = dict(BLOCK.findall(part))
        found.append(Case(title, blocks["old"], blocks["new"], blocks["expected"]))
    return found
