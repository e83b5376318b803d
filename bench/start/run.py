"""From the wheel in an empty folder to the first opt-out: how many commands, and how long.

    python bench/start/run.py [--program policy-publisher==1.2]

makes a virtual environment, installs the wheel of this repository (or what pip is told), and types
the tutorials of docs/, each in an empty folder, with the installed `publisher`. What a page says is
printed has to be printed. The time of pip and that of the commands are told apart; a reader's own,
to read and to type, comes on top.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.fixtures.terminal import Terminal  # noqa: E402

PAGES = ("tutorial.md", "two-policies.md")


def main() -> None:
    """Prints a line for what is installed, and one for each page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--program", help="what pip installs in place of this repository's wheel")
    with tempfile.TemporaryDirectory() as place:
        program = install(Path(place), parser.parse_args().program)
        for page in PAGES:
            folder = Path(place) / page
            folder.mkdir()
            begun = time.monotonic()
            count = Terminal(folder, str(program), {}).follow(ROOT / "docs" / page)
            print(f"{page}: {count} commands, {time.monotonic() - begun:.0f} s")


def install(place: Path, program: str | None) -> Path:
    """The folder of the installed `publisher`."""
    if not program:
        words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = place.glob("*.whl")
        program = str(wheel)
    begun = time.monotonic()
    venv.create(place / "venv", with_pip=True)
    words = [str(place / "venv/bin/pip"), "install", "--quiet", "-c", "constraints.txt", program]
    subprocess.run(words, cwd=ROOT, check=True)
    print(f"{Path(program).name}: installed in {time.monotonic() - begun:.0f} s")
    return place / "venv/bin"


if __name__ == "__main__":
    main()
