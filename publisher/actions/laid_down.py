"""Holding the files that the program laid down in a repository against what it lays down now."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from publisher import __version__
from publisher.actions.workplace import Workplace
from publisher.edges.founding_assets import founding_assets
from publisher.edges.founding_folder import laid_files_here, laid_record, write_files
from publisher.errors import NotFoundError
from publisher.founding.laid_files import (
    GATHERED,
    RECORD_FILE,
    FoundingFile,
    LaidRecord,
    LaidState,
    LaidValues,
    founding_files,
    gathered_file,
    read_record,
    record_toml,
    state_of_laid,
)


@dataclass(frozen=True)
class LaidDownFileReport:
    """What became of one file."""

    file: FoundingFile
    state: LaidState
    here: bytes | None
    renewed: bool = False
    """Whether it was brought to the program's."""

    @property
    def is_due(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.state.is_due and not self.renewed

    def lines(self) -> Iterator[str]:
        """What became of it, and what differs, in lines to read."""
        done = "renewed" if self.renewed else str(self.state)
        yield f"{self.file.place}: {done}"
        if self.is_due:
            before = (self.here or b"").decode("utf-8", "replace").splitlines()
            after = self.file.data.decode().splitlines()
            for line in difflib.unified_diff(before, after, "here", "program", lineterm="", n=1):
                yield f"  {line}"


def laid_down(
    workplace: Workplace, *, renew: bool = False, settled: Sequence[str] = ()
) -> list[LaidDownFileReport]:
    """What became of each file that the program lays down; where nothing is recorded, none was.

    Args:
        workplace: the project.
        renew: bring those to the program's that nobody changed, and those that are new.
        settled: paths of files that somebody changed, and has brought up to date by hand.

    Raises:
        ConfigurationError: the record of what was laid down does not read.
        NotFoundError: one that is settled is none of them.
    """
    root = workplace.project.root
    record = read_record(laid_record(root))
    here = laid_files_here(root)
    organisation = workplace.settings.organisation
    values = LaidValues(
        organisation.name, organisation.time_zone, __version__, tuple(record.owners)
    )
    found = []
    for file in founding_files(founding_assets(), values):
        before = here.get(file.place)
        state = state_of_laid(file, before, record.files.get(file.place))
        if before is not None and file.place in GATHERED:
            file = replace(file, data=gathered_file(before, file.data))
        taken = renew and state in (LaidState.OLDER, LaidState.NEW)
        found.append(LaidDownFileReport(file, state, before, taken))
    _refuse_unknown(settled, [each.file.place for each in found])
    if renew or settled:
        write_files(root, _renewed(record, found, settled))
    return [each for each in found if each.file.place not in settled]


def _refuse_unknown(settled: Sequence[str], known: Sequence[str]) -> None:
    for place in settled:
        if place not in known:
            raise NotFoundError(
                "is no file that the program laid down",
                where=place,
                remedy="publisher init --check lists them",
            )


def _renewed(
    record: LaidRecord, found: Sequence[LaidDownFileReport], settled: Sequence[str]
) -> dict[str, bytes]:
    """The files to write: those that are renewed, and the record."""
    files = {each.file.place: each.file.data for each in found if each.renewed}
    recorded = dict(record.files)
    for each in found:
        place = each.file.place
        if each.renewed or each.state is LaidState.CURRENT:
            recorded[place] = (each.file.digest, each.file.origin)
        elif place in settled:
            recorded[place] = (recorded.get(place, ("", ""))[0], each.file.origin)
    files[RECORD_FILE] = record_toml(LaidRecord(__version__, record.owners, recorded))
    return files
