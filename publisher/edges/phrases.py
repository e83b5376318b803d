"""The files with the sentences that opt out by mail: the program's, and the project's own."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from publisher.answers.phrases import Phrases, read_phrases
from publisher.edges.project import read_folder
from publisher.errors import ConfigurationError
from publisher.policies.finding import Finding

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
    return _read(tuple((files | _own(root)).items()))


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[str, bytes], ...]) -> Phrases:
    """The same for the same files: they are made into some thousand patterns."""
    return read_phrases(dict(files))


def check_own_phrases(root: Path) -> list[Finding]:
    """What is wrong with a project's own files; what comes with the program is tested with it.

    Args:
        root: the project's folder.
    """
    if not _own(root):
        return []  # reading ours takes longer than all the rest of a check
    try:
        read_project_phrases(root)
    except ConfigurationError as error:
        return [Finding.from_error(error)]
    return []


def _own(root: Path) -> dict[str, bytes]:
    return {f"{_OWN}/{name}": data for name, data in read_folder(root / _OWN).items()}


def _shipped() -> dict[str, bytes]:
    folder = resources.files("publisher") / "assets" / "declarations"
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".toml")}
