"""The files with the sentences that opt out by mail: the program's, and the project's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from publisher.answers.phrases import Phrases, read_phrases
from publisher.edges.project import read_folder

_SHIPPED = "publisher/assets/declarations"
_OWN = "wording/declarations"


def read_project_phrases(root: Path) -> Phrases:
    """The closed set of sentences that are opt-outs, in every language there is a file for.

    Args:
        root: the project's folder, which may have files of its own in `wording/declarations/`.

    Raises:
        ConfigurationError: one of the project's own files does not read.
    """
    files = {f"{_SHIPPED}/{name}": data for name, data in _shipped().items()}
    files |= {f"{_OWN}/{name}": data for name, data in read_folder(root / _OWN).items()}
    return read_phrases(files)


def _shipped() -> dict[str, bytes]:
    folder = resources.files("publisher") / "assets" / "declarations"
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".toml")}
