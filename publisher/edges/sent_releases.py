"""Which ledger each release was sent with, and up to which batch, kept outside of any ledger.

A ledger that is another one, or empty, or an older copy knows nothing of who was told: it would
tell everybody again, and take no answer for what it is. So before the first letter of a release,
the identity of its ledger and the head of its chain are written down in `.publisher/sent/`; and the
head again before each letter is handed over.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.files import write_file
from publisher.errors import LedgerError
from publisher.record.heads import WitnessedHead, read_head_line
from publisher.record.witnessed import DigestOf
from publisher.releases.number import Number

_WIDTH = 159
"""Characters of a line, which is written over where it stands: the longest head has 142."""


@dataclass(frozen=True, slots=True)
class SentWith:
    """The ledger that a release was sent with."""

    identity: str
    head: WitnessedHead | None = None
    """A batch that the ledger had; None: it was written down before that was done."""

    def is_of(self, identity: str | None, digest_of: DigestOf) -> bool:
        """Whether a ledger is this one, and no older copy of it.

        Args:
            identity: of the ledger; None: there is none.
            digest_of: what it has.
        """
        if self.identity != identity:
            return False
        head = self.head
        return head is None or digest_of(head.chain, head.number) == head.digest


class SentReleases:
    """The releases of a project that were sent from this folder, each with its ledger."""

    def __init__(self, folder: Path) -> None:
        """Args:
        folder: where that is written; it may be missing.
        """
        self._folder = folder

    def all(self) -> dict[tuple[str, Number], SentWith]:
        """Its ledger for each policy and release.

        Raises:
            OSError: it cannot be read.
        """
        found = {}
        for path in sorted(self._folder.glob("*/*")):
            number = Number.parse(path.name)
            if number is not None and path.is_file():
                text = path.read_text("utf-8").strip()
                head = read_head_line(text)
                found[path.parent.name, number] = SentWith(head.ledger if head else text, head)
        return found

    def record(self, policy: str, number: Number, head: WitnessedHead) -> None:
        """Writes down that a release is sent with a ledger; on return it is on the disk.

        Args:
            policy, number: the release.
            head: of the ledger, as it is now.

        Raises:
            OSError: it cannot be written.
        """
        write_file(self._place(policy, number), _line(head))

    def renew(self, policy: str, number: Number, head: WitnessedHead) -> None:
        """Writes down a later head of the same ledger; a power cut may leave the one before.

        Raises:
            OSError: it cannot be written.
        """
        # In its place: a file of its own for each letter would take longer than the letter.
        descriptor = os.open(self._place(policy, number), os.O_WRONLY)
        try:
            os.pwrite(descriptor, _line(head), 0)
        finally:
            os.close(descriptor)

    def require(self, identity: str | None, digest_of: DigestOf, where: str) -> None:
        """Refuses a ledger that is not the one with which releases were sent, or an older copy.

        Args:
            identity: of the ledger; None: there is none yet.
            digest_of: what the ledger has.
            where: the ledger, for messages.

        Raises:
            LedgerError: a release was sent with another; says what to do.
        """
        for _ in range(2):  # a line may be read while it is written
            all_ = self.all()
            others = [one for one, its in all_.items() if not its.is_of(identity, digest_of)]
            if not others:
                return
        names = ", ".join(f"{policy}/{number}" for policy, number in others)
        policy, number = others[0]
        adopt = " && ".join(f"publisher --policy {one} ledger adopt {n}" for one, n in others)
        were = "were" if len(others) > 1 else "was"
        its = all_[policy, number]
        if its.identity == identity and its.head:
            batch = f"batch {its.head.number} of chain {its.head.chain}"
            raise LedgerError(
                f"this is an older copy of the ledger, or another one of it, than {names} {were} "
                f"sent with: it has not the {batch} that is written down in .publisher/sent, so it "
                "does not know who was told since",
                where=where,
                remedy="put the newest copy back (publisher ledger restore FILE), or have this one "
                f"go on, with all that may have been sent in doubt: {adopt}",
            )
        what = "there is no ledger here" if identity is None else "this is another ledger"
        raise LedgerError(
            f"{what}, and {names} {were} sent with one that knows who was told and who opted out",
            where=where,
            remedy="put that one back (publisher ledger restore FILE), or have this one go on "
            f"where it ended: {adopt}",
        )

    def _place(self, policy: str, number: Number) -> Path:
        return self._folder / policy / str(number)


def _line(head: WitnessedHead) -> bytes:
    return f"{head.line():<{_WIDTH}}\n".encode()
