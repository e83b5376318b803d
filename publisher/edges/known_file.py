"""What comes from outside the repository when releases are verified: signers, and known seals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.files import write_file
from publisher.edges.locks import growing
from publisher.edges.tags import common_folder
from publisher.errors import ConfigurationError
from publisher.policies.finding import Finding, Severity
from publisher.releases.known_seals import KnownPolicy, KnownSeals, known_json, read_known
from publisher.releases.remedies import shell_word
from publisher.releases.signers import read_signers


@dataclass(frozen=True)
class KnownFile:
    """A file of known seals, or a published `versions.json`."""

    path: Path

    def read(self) -> KnownSeals | None:
        """What it says; None: there is no such file yet.

        Raises:
            ConfigurationError: it does not read.
            OSError: the system does not let us read it.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        return read_known(data, str(self.path))

    def add(self, seen: Mapping[str, KnownPolicy]) -> tuple[int, int]:
        """Adds what was seen, whole or not at all; returns how many releases are new in it, and how
        many statements.

        Raises:
            ConfigurationError: another run is writing it, or has added what contradicts this.
            OSError: it cannot be written; it is as it was.
        """
        with growing(self.path):
            before = self.read() or KnownSeals()
            after = before.added(seen)
            if after != before or not self.path.exists():
                write_file(self.path, known_json(after), mode=0o644)
        (releases, statements), had = _count(after), _count(before)
        return releases - had[0], statements - had[1]


def _count(known: KnownSeals) -> tuple[int, int]:
    """How many releases and statements are known."""
    every = known.policies.values()
    return sum(len(one.releases) for one in every), sum(len(one.statements) for one in every)


def read_signers_file(path: Path) -> str:
    """The text of a file of signers.

    Raises:
        ConfigurationError: a line of it does not read.
        OSError: the system does not let us read it.
    """
    text = path.read_bytes().decode("utf-8", "replace")
    _, found = read_signers(text, str(path))
    for fault in found:
        raise _refused(fault)
    return text


def _refused(fault: Finding) -> ConfigurationError:
    return ConfigurationError(fault.what, where=fault.where, remedy=fault.remedy)


def require_outside(path: Path, top: Path) -> None:
    """Refuses what lies in the repository that is checked: who can push could change both.

    Args:
        path: of a file; it may be missing.
        top: the root of the repository's working tree.

    Raises:
        ConfigurationError: it lies in a working tree of that repository, or in its `.git`.
    """
    own, real = common_folder(top), path.resolve()
    there = common_folder(real.parent)
    inside = real.is_relative_to(top.resolve()) or (own and real.is_relative_to(own.resolve()))
    shared = own is not None and there is not None and own.resolve() == there.resolve()
    if inside or shared:
        raise ConfigurationError(
            "lies in the repository that it is to vouch for: who can push could change both",
            where=str(path),
            remedy=f"keep it outside, such as ~/{path.name}",
        )


def require_folder(path: Path) -> None:
    """Refuses a file in a folder that is not there: likely its name is mistyped.

    Args:
        path: of the file; it may be missing.

    Raises:
        ConfigurationError: there is no such folder.
    """
    if not path.parent.is_dir():
        folder = str(path.parent)
        raise ConfigurationError(
            "there is no such folder",
            where=folder,
            remedy=f"see how it is spelled; if it is to be new: mkdir -p -- {shell_word(folder)}",
        )


def made_anew(path: Path) -> Finding:
    """What a person has to know of a file that was not there: it bore no witness of anything.

    Args:
        path: of the file.
    """
    what = "there was no such file: it is made now, and nothing was held against it"
    remedy = "if there had been one, put it back, and run the command again"
    return Finding(Severity.CUE, str(path), 0, what, remedy)
