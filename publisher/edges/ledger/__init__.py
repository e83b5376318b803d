"""The ledger: recipients, deliveries, requests and messages, in one database outside git.

Each method is one transaction, and what it wrote is on the disk when it returns. Times are passed
in, with their offset.
"""

from __future__ import annotations

import atexit
import os
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock

from publisher.edges.ledger.answers import AnswerTable
from publisher.edges.ledger.auditing.audit import AuditPart
from publisher.edges.ledger.auditing.rebuilding import RebuildingPart
from publisher.edges.ledger.auditing.recounting import RecountingPart
from publisher.edges.ledger.copying.continuity import Continuity
from publisher.edges.ledger.counts import CountTable
from publisher.edges.ledger.database import Database
from publisher.edges.ledger.deliveries import DeliveryTable
from publisher.edges.ledger.dossiers import DossierPart
from publisher.edges.ledger.dues import DueTable
from publisher.edges.ledger.engines import asides_of, ledger_file
from publisher.edges.ledger.erasure.erasing import ErasingPart
from publisher.edges.ledger.figures import FigurePart
from publisher.edges.ledger.handlings import HandlingTable
from publisher.edges.ledger.knowledge import KnowledgePart
from publisher.edges.ledger.letters import LetterTable
from publisher.edges.ledger.listing import ListTable
from publisher.edges.ledger.merging import MergePart
from publisher.edges.ledger.notices import NoticeTable
from publisher.edges.ledger.outcomes import OutcomePart
from publisher.edges.ledger.recipients import RecipientTable
from publisher.edges.ledger.reminders import ReminderPart
from publisher.edges.ledger.requests import RequestTable
from publisher.edges.ledger.returns import ReturnPart
from publisher.edges.ledger.settling import SettlingPart
from publisher.edges.ledger.shards import ShardQueue
from publisher.edges.ledger.standings import StandingPart
from publisher.edges.ledger.urls import ledger_address, no_ledger_at


class Ledger(
    RecipientTable,
    ListTable,
    DeliveryTable,
    DueTable,
    LetterTable,
    NoticeTable,
    RequestTable,
    AnswerTable,
    HandlingTable,
    CountTable,
    AuditPart,
    RebuildingPart,
    RecountingPart,
    ErasingPart,
    Continuity,
    SettlingPart,
    MergePart,
    OutcomePart,
    KnowledgePart,
    DossierPart,
    StandingPart,
    ReturnPart,
    ReminderPart,
    FigurePart,
):
    """An open ledger; may be shared by threads."""

    def __init__(self, url: str) -> None:
        """Opens the ledger, creating it if there is none.

        Args:
            url: a SQLAlchemy URL.

        Raises:
            LedgerError: it cannot be opened, or has tables of another version.
        """
        super().__init__(Database(url))

    @property
    def identity(self) -> str:
        """What tells it from every other ledger, and stays the same in its copies."""
        return self._database.identity

    @property
    def where(self) -> str:
        """Its address, without a password."""
        return self._database.where

    def alone(self, doing: str, folder: Path, patience: float = 0) -> AbstractContextManager[bool]:
        """Holds off others who do the same with this ledger; see `Database.alone`.

        Args:
            doing: what is done, in a word.
            folder: has the file that stands for the lock, where the ledger is a file.
            patience: seconds to wait while another does it.
        """
        return self._database.alone(doing, folder / f"{doing}.lock", patience)

    def beside(self, doing: str) -> AbstractContextManager[bool]:
        """Holds off who does the same alone; see `Database.beside`."""
        return self._database.beside(doing)

    def chain_of_its_own(self) -> AbstractContextManager[str]:
        """Writes to a chain that nobody else writes to; see `Database.chain_of_its_own`."""
        return self._database.chain_of_its_own()

    def shard_queue(self) -> ShardQueue:
        """Where shards wait for workers.

        Raises:
            LedgerError: they cannot wait in this ledger; says what to do.
        """
        queue = self._database.shard_queue()
        with self._reading() as db:
            queue.require(db)
        return queue

    def at_one_moment(self) -> AbstractContextManager[None]:
        """Has this thread read all that it reads in a block at one moment, which takes less than
        moments of their own; what is written in it is not seen in it.

        Raises:
            LedgerError: the database cannot be used.
        """
        return self._database.at_one_moment()

    def may_write(self) -> bool:
        """Whether events may be added from here.

        Raises:
            LedgerError: the database cannot be used.
        """
        return self._database.may_write()

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()


_OPENED: dict[str, Ledger] = {}
_OPENING = Lock()
_ENDING: set[int] = set()
"""The processes that close them when they end: this one, or those that it was forked from."""


def open_ledger(url: str) -> Ledger:
    """The ledger at a SQLAlchemy URL, opened once in a process.

    Raises:
        LedgerError: as for `Ledger`.
    """
    with _OPENING:
        if url not in _OPENED:
            if (process := os.getpid()) not in _ENDING:
                _ENDING.add(process)
                atexit.register(_end, process)
            _OPENED[url] = Ledger(url)
        return _OPENED[url]


def _end(process: int) -> None:
    """Closes what a process opened when it ends: whoever copies the file has all of it then.

    A process that was forked off closes nothing of its parent's.
    """
    if os.getpid() == process:
        close_ledgers()


def is_begun(url: str) -> bool:
    """Whether there may be a ledger at a SQLAlchemy URL: a file that is missing is none.

    Nothing is opened, and none is begun.
    """
    if no_ledger_at(url)[0]:
        return True  # whoever opens it says what is wrong
    path = ledger_file(ledger_address(url))
    # Where one was set aside, whoever opens it says how it is put back.
    return path is None or path.exists() or bool(asides_of(path))


def close_ledgers() -> None:
    """Closes the ledgers this process opened; the last process to do so merges SQLite's log."""
    with _OPENING:
        for url in list(_OPENED):
            _OPENED.pop(url).close()
