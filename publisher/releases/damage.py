"""What lies in the folders of releases, and is not as it was sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from publisher.releases.number import Number
from publisher.releases.revisions import Revision

_FOLDER = 3
"""Parts of the path of a release's folder: `versions/privacy/1`."""


@dataclass(frozen=True)
class Damage:
    """What lies in the folders and is not as it was sealed."""

    flaws: Sequence[tuple[str, str]]
    """Path and fault of each."""
    by: Mapping[str, Sequence[Revision]]
    """The commits that touched each of these paths, the latest first."""
    uncommitted: Collection[str]
    """Paths that differ from the last commit."""
    checked_out: Sequence[str] = ()
    """Paths that are as they were sealed in the last commit, and not on the disk: git altered them
    when it wrote them there."""
    litter: Sequence[str] = ()
    """Paths of what systems and editors left, which no commit has."""
    left_out: Collection[Number] = ()
    """Releases that the last commit has, and the disk has not."""
    sparse: bool = False
    """Whether git is told to write only some folders to the disk."""

    @property
    def files(self) -> set[str]:
        """The files in releases that are not as they were sealed."""
        return {path for path, _ in self.flaws if len(path.split("/")) > _FOLDER}

    @property
    def numbers(self) -> set[Number]:
        """The releases that such a fault is in, or is about."""
        paths = [path.split("/") for path, _ in self.flaws]
        found = (Number.parse(parts[2]) for parts in paths if len(parts) >= _FOLDER)
        return {number for number in found if number}
