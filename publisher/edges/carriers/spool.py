"""The carrier that writes letters to a folder, for trials."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path

from publisher.edges.carriers.carrier import BeforeCommit, CarrierAnswer, Desk, why_unusable
from publisher.edges.files import PendingFile, remove_unfinished, sync_folder
from publisher.edges.private import make_letter_folder
from publisher.errors import SendError
from publisher.letters.message import Letter
from publisher.people.deliveries import Fate, Outcome


def spooled_letters(
    folder: Path, addresses: Collection[str], ids: Collection[str], others: Collection[str] = ()
) -> list[Path]:
    """The letters in a spool that went to some addresses, or are some letters.

    Args:
        folder: of the spool; it may be missing.
        addresses: in lower case.
        ids: of the letters: Message-IDs without brackets, or SHA-256 in hex.
        others: likewise, of letters that are others', whatever address they went to.
    """
    found = []
    for path in sorted(folder.glob("*.eml")):
        data = path.read_bytes()
        header = BytesHeaderParser().parsebytes(data)
        own = {str(header["Message-ID"] or "").strip("<> "), hashlib.sha256(data).hexdigest()}
        to = {one.lower() for _, one in getaddresses(header.get_all("To", []))}
        if own & set(ids) or (to & set(addresses) and not own & set(others)):
            found.append(path)
    return found


def remove_spooled(letters: Collection[Path]) -> None:
    """Deletes letters of a spool."""
    for path in letters:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in letters}:
        sync_folder(folder)


class _KeptBackError(Exception):
    """A letter must not go."""


class Spool:
    """A folder that letters are written to, each as a `.eml` file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        remove_unfinished(folder)

    def reach(self) -> None:
        """Makes the folder."""
        with self._told():
            make_letter_folder(self._folder)

    def carry(self, desk: Desk) -> None:
        """Writes letters until there are none, one after the other."""
        while True:
            letter = desk.take()
            if letter is not None:
                self._carry_one(letter, desk)
            elif (pause := desk.pause()) is None:
                return
            else:
                time.sleep(pause)

    def _carry_one(self, letter: Letter, desk: Desk) -> None:
        def mark() -> None:
            if desk.write([letter], []):
                raise _KeptBackError

        with suppress(_KeptBackError):
            desk.write([], [CarrierAnswer(letter, self.deliver(letter, mark))])

    def deliver(self, letter: Letter, before_commit: BeforeCommit) -> Outcome:
        """Writes the letter, whole or not at all."""
        if problem := why_unusable(letter):
            return Outcome(Fate.REFUSED, problem)
        target = self._folder / (re.sub(r"[^A-Za-z0-9@._-]", "_", letter.id).lstrip(".") + ".eml")
        with self._written(target, letter.data) as pending:
            before_commit()
            try:
                pending.move()
            except OSError as error:
                reply = f"it could not be moved into the spool: {error.strerror}"
                return Outcome(Fate.LATER, reply)
        return self._kept(target)

    def _written(self, target: Path, data: bytes) -> PendingFile:
        with self._told():
            make_letter_folder(self._folder)
            return PendingFile(target, data, mode=0o600)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SendError(
                f"the spool cannot be written: {error.strerror}",
                where=str(self._folder),
                remedy="see that its disk has room and that its folder can be written",
            ) from error

    def _kept(self, target: Path) -> Outcome:
        try:
            sync_folder(self._folder)
        except OSError as error:
            return Outcome(Fate.UNKNOWN, f"the spool could not be synced: {error.strerror}")
        return Outcome(Fate.ACCEPTED, f"written to {target.name}")

    def close(self) -> None:
        """Does nothing: there is no connection."""
