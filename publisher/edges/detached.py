"""Work that goes on in a process of its own, so that nobody waits for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def publisher(root: Path, words: Sequence[str], patience: float) -> bool:
    """Runs a command of this program, which outlives us.

    Args:
        root: the project's folder.
        words: the command and its arguments.
        patience: seconds that we wait for it; it goes on when they have passed.

    Returns:
        Whether it ended in that time.
    """
    command = [sys.executable, "-m", "publisher", "--project", str(root), "--quiet", *words]
    nowhere = subprocess.DEVNULL
    # Whoever started us may wait for the end of our output, so the child must not have it.
    child = subprocess.Popen(  # noqa: S603 - our own program, no shell
        command, stdin=nowhere, stdout=nowhere, stderr=nowhere, cwd="/", start_new_session=True
    )
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True
