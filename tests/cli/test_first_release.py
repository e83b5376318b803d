"""Who freezes a first release at a terminal is asked whether customers have an older text."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests import ROOT
from tests.fixtures.house import House, later, make_house


def at_a_terminal(house: House, answer: str, *words: str) -> tuple[int, str]:
    """Runs `publisher` in a project, at a terminal at which somebody types an answer."""
    return typed(house.root, answer, *words)


def typed(folder: Path, answer: str, *words: str) -> tuple[int, str]:
    """Runs `publisher` in a folder, at a terminal at which somebody types answers."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-P", "-m", "publisher", *words],
        cwd=folder,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    os.close(theirs)
    said = os.read(ours, 1 << 16).decode()
    os.close(ours)
    return done.returncode, " ".join((said + done.stdout.decode()).split())


def test_it_is_asked_once_and_not_in_scripts(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    words = ("freeze", "--effective", "unknown")
    code, said = at_a_terminal(house, "n", *words)
    assert code == 2
    assert "have customers no older text?" in said
    assert "publisher import --history" in said
    assert not (house.root / "versions/privacy/1").exists()
    code, said = at_a_terminal(house, "y", *words)
    assert code == 0, said
    assert (house.root / "versions/privacy/1").exists()
    house.edit()
    code, said = at_a_terminal(house, "n", "freeze", "--effective", later(60))
    assert code == 0, said
    assert "older text" not in said
    script = make_house(tmp_path / "script")
    script.ok(*words)
