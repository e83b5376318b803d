"""What the program's own commands list of what needs a person's attention."""

from __future__ import annotations

import os
from collections.abc import Iterable

from bench.faults.firms import Firm
from publisher.actions.verify_ledger import LedgerOrder, verify_ledger
from publisher.actions.workplace import Workplace
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.errors import PublisherError

LETTERS = (("resolve", "2"),)
"""Commands that name the customers whose letters are in doubt."""
RECEIPTS = (("receipts",),)
"""Commands that name the receipts that were not accepted."""
UNSOUND = "what `verify --ledger` finds after a kill"
_WIDE = 400
"""Columns: a table is cut off at the width of its terminal."""


def unlisted(
    firm: Firm, names: Iterable[str], commands: Iterable[tuple[str, ...]] = LETTERS
) -> list[str]:
    """Those of the names that none of the commands prints as a word of its own."""
    wanted = list(names)
    if not wanted:
        return []
    printed: set[str] = set()
    for command in commands:
        done = firm.run(*command, columns=_WIDE)
        if done.returncode in (0, 1):
            text = done.stdout.decode().translate(str.maketrans("│|,;:()", "       "))
            printed.update(text.split())
    return [name for name in wanted if name not in printed]


def unsound(firm: Firm) -> list[str]:
    """What the audit of a ledger finds wrong: chains, private values, letters, states.

    It is that of `verify --ledger`, in this process: to start one takes longer than the audit.
    """
    os.environ["PUBLISHER_LEDGER_URL"] = firm.ledger
    try:
        done = verify_ledger(Workplace(Project(firm.root)), LedgerOrder(), lambda *_: None)
        return [] if done.sound else [f"{one.where}: {one.what}" for one in done.findings]
    except PublisherError as error:
        return [error.line]
    finally:
        del os.environ["PUBLISHER_LEDGER_URL"]
        close_ledgers()
