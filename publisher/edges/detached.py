"""Work that goes on in a process of its own, so that its caller need not wait for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def publisher(root: Path, words: Sequence[str], patience: float) -> bool:
    """Runs a command of this program in a process that may outlive this one.

    Args:
        root: the project's folder.
        words: the command and its arguments.
        patience: seconds to wait for it; after that it goes on by itself.

    Returns:
        Whether it ended within that time.
    """
    command = [sys.executable, "-m", "publisher", "--project", str(root), "--quiet", *words]
    nowhere = subprocess.DEVNULL
    # Our caller may wait until our output is closed, so the child must not inherit it.
    child = subprocess.Popen(  # noqa: S603 - our own program, no shell
        command, stdin=nowhere, stdout=nowhere, stderr=nowhere, cwd="/", start_new_session=True
    )
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True
