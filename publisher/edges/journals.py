"""What freezes and imports are making, on disk: `.publisher/unfinished/POLICY.json`, until done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from publisher.edges.files import sync_folder, write_file
from publisher.edges.lasting import note_files
from publisher.edges.private import keep_private_around
from publisher.errors import SealError
from publisher.releases.act import Act, act_text, read_act


class Journals:
    """One for each policy of which something is on the way. It may be used by several threads."""

    def __init__(self, folder: Path) -> None:
        """Opens nothing yet.

        Args:
            folder: where they are; it may be missing.
        """
        self._folder = folder

    def of(self, policy_id: str) -> Act | None:
        """What is on the way; None: nothing.

        Raises:
            ConfigurationError: the journal does not read.
            SealError: the system does not let us read it.
        """
        place = self.place(policy_id)
        note_files([place])
        try:
            return read_act(place.read_bytes(), str(place))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            what, remedy = f"cannot be read: {error.strerror}", "let this user read it"
            raise SealError(what, where=str(place), remedy=remedy) from None

    def all(self) -> Iterator[Act]:
        """Everything that is on the way, in the order of the policies' ids."""
        names = sorted(path.stem for path in self._folder.glob("*.json")) if self.any() else []
        for name in names:
            if act := self.of(name):
                yield act

    def any(self) -> bool:
        """Whether there may be something on the way."""
        return self._folder.is_dir()

    def begun(self, policy_id: str) -> float:
        """When it was written down, as the disk's clock has it; in seconds."""
        return self.place(policy_id).stat().st_mtime

    def write(self, act: Act) -> None:
        """Writes down what is about to be made, durably."""
        keep_private_around(self._folder)
        write_file(self.place(act.policy_id), act_text(act), mode=0o600)

    def remove(self, act: Act) -> None:
        """Ends the record: all of it is made, or nothing."""
        self.fresh_index(act)
        place = self.place(act.policy_id)
        place.unlink(missing_ok=True)
        sync_folder(place.parent)

    def fresh_index(self, act: Act) -> Path:
        """A file beside the journal that is not there, for git to gather a commit in."""
        place = self._folder / f".{act.policy_id}.index"
        for each in (place, place.with_name(f"{place.name}.lock")):  # of a git that was killed
            each.unlink(missing_ok=True)
        return place

    def place(self, policy_id: str) -> Path:
        """The path of a policy's journal."""
        return self._folder / f"{policy_id}.json"
