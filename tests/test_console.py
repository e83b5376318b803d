"""How long work shows itself: lines in a log, nothing when quiet, a bar on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from publisher import console

WORK = """
from publisher import console
with console.progress(False) as show:
    for done in range(3):
        show("pages", done + 1, 3)
"""


def test_lines_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress(quiet=False) as show:
        for done in range(1000):
            show("pages", done + 1, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "pages: 1000 of 1000"
    assert 5 < len(lines) < 15


def test_nothing_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress(quiet=True) as show:
        show("pages", 1, 1)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_a_bar_on_a_terminal() -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    subprocess.run([sys.executable, "-c", WORK], stderr=slave, env=environment, check=True)
    os.close(slave)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert "3/3" in shown
    assert "━" in shown


def test_a_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    console.table(("a", "b"), [("long cell", "x"), ("y", "z")])
    assert capsys.readouterr().out == "a          b\nlong cell  x\ny          z\n"
