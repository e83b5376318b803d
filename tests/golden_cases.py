"""Reads the golden cases: Markdown files of titles and fenced blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CASE = re.compile(
    r"^# ([^\n]+)\n"
    + "".join(rf"\n````{name}\n(.*?)^````\n" for name in ("old", "new", "expected")),
    re.MULTILINE | re.DOTALL,
)
FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Case:
    title: str
    old: str
    new: str
    expected: str


def cases(name: str) -> list[Case]:
    text = (FOLDER / name).read_text("utf-8")
    found = [Case(*parts) for parts in CASE.findall(text)]
    assert len(found) == text.count("````expected\n"), f"a case in {name} is not of the form"
    return found
