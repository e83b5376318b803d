"""A `git` that tells when each of its calls begins and ends, and kills who called it.

It stands before git on the PATH of what the bench starts. Hooks of the project tell in the same
way, so that a kill falls into them too.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

_TELL = r"""
# Tells a step, and carries out the order that is given for it.
tell() {
    words="$*"
    case "$words" in *[[:cntrl:]]*) words=$(printf %s "$words" | tr '[:cntrl:]' ' ');; esac
    printf '%s\n' "$words" >> "$FAULTS_STEPS/told"
    [ -f "$FAULTS_STEPS/order" ] || return 0
    read -r nth pid delay < "$FAULTS_STEPS/order" || return 0
    [ "$(wc -l < "$FAULTS_STEPS/told")" -ge "$nth" ] || return 0
    rm "$FAULTS_STEPS/order" 2> /dev/null || return 0
    printf '%s\n' "$words" > "$FAULTS_STEPS/struck"
    if [ "$delay" = 0 ]; then
        kill -9 "$pid"
    else
        (sleep "$delay"; kill -9 "$pid") > /dev/null 2>&1 < /dev/null &
    fi
}
"""
_GIT = r"""#!/bin/sh
. "$FAULTS_STEPS/tell"
tell begun git "$@"
[ -z "$FAULTS_SLOW" ] || sleep "$FAULTS_SLOW"
"{git}" "$@"
code=$?
[ -z "$FAULTS_SLOW" ] || sleep "$FAULTS_SLOW"
tell ended git "$@"
exit $code
"""
_HOOK = r"""#!/bin/sh
[ -f "$FAULTS_STEPS/tell" ] || exit 0
. "$FAULTS_STEPS/tell"
tell begun hook {name}
sleep 0.1
tell ended hook {name}
"""
HOOKS = ("pre-commit", "commit-msg", "post-commit", "reference-transaction")
"""Hooks of a project that takes its time (githooks(5))."""


@dataclass(frozen=True)
class Steps:
    """Where the steps of one command are told."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> Steps:
        """Puts the wrapper there."""
        real = shutil.which("git")
        assert real
        bin_folder = folder / "bin"
        bin_folder.mkdir(parents=True)
        _script(folder / "tell", _TELL)
        _script(bin_folder / "git", _GIT.replace("{git}", real))
        return cls(folder)

    @property
    def environment(self) -> dict[str, str]:
        """What has to be in the environment of what is watched."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "FAULTS_STEPS": str(self.folder)}

    def order(self, nth: int, pid: int, delay: float) -> None:
        """Has a process killed at a step, seconds after it; a negative pid is a whole group."""
        new = self.folder / "order.new"
        new.write_text(f"{nth} {pid} {delay:.4f}\n" if delay else f"{nth} {pid} 0\n")
        new.rename(self.folder / "order")

    def withdraw(self) -> None:
        """Takes the order back, if it was not carried out."""
        (self.folder / "order").unlink(missing_ok=True)

    @property
    def told(self) -> list[str]:
        """Every step so far, such as `begun git commit …`."""
        return _lines(self.folder / "told")

    @property
    def struck(self) -> str:
        """The step at which somebody was killed; empty: nobody was."""
        return " ".join(_lines(self.folder / "struck"))


def put_hooks(hooks: Path) -> None:
    """Gives a repository hooks that take their time.

    Args:
        hooks: its folder of hooks.
    """
    hooks.mkdir(parents=True, exist_ok=True)
    for name in HOOKS:
        _script(hooks / name, _HOOK.replace("{name}", name))


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8", "replace").splitlines() if path.exists() else []
