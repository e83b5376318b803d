"""Which ledger each release was sent with, kept outside of any ledger.

A ledger that is another one, or empty, knows nothing of who was told: it would tell everybody
again, and take no answer for what it is. So before the first letter of a release, the identity of
its ledger is written down in `.publisher/sent/`.
"""

from __future__ import annotations

from pathlib import Path

from publisher.edges.files import write_file
from publisher.errors import LedgerError
from publisher.releases.number import Number


class SentReleases:
    """The releases of a project that were sent from this folder, each with its ledger."""

    def __init__(self, folder: Path) -> None:
        """Args:
        folder: where that is written; it may be missing.
        """
        self._folder = folder

    def all(self) -> dict[tuple[str, Number], str]:
        """The identity of its ledger for each policy and release.

        Raises:
            OSError: it cannot be read.
        """
        found = {}
        for path in sorted(self._folder.glob("*/*")):
            number = Number.parse(path.name)
            if number is not None and path.is_file():
                found[path.parent.name, number] = path.read_text("utf-8").strip()
        return found

    def record(self, policy: str, number: Number, identity: str) -> None:
        """Writes down that a release is sent with a ledger; on return it is on the disk.

        Raises:
            OSError: it cannot be written.
        """
        place = self._folder / policy / str(number)
        if not place.is_file() or place.read_text("utf-8").strip() != identity:
            write_file(place, f"{identity}\n".encode())

    def require(self, identity: str | None, where: str) -> None:
        """Refuses a ledger that is not the one with which releases were sent.

        Args:
            identity: of the ledger; None: there is none yet.
            where: the ledger, for messages.

        Raises:
            LedgerError: a release was sent with another; says what to do.
        """
        others = [name for name, its in self.all().items() if its != identity]
        if not others:
            return
        names = ", ".join(f"{policy}/{number}" for policy, number in others)
        policy, number = others[0]
        what = "there is no ledger here" if identity is None else "this is another ledger"
        raise LedgerError(
            f"{what}, and {names} was sent with one that knows who was told and who opted out",
            where=where,
            remedy="put that one back (publisher ledger restore FILE), or have this one go on "
            f"where it ended: publisher --policy {policy} ledger adopt {number}",
        )
