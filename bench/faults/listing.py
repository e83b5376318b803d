"""What the program's own commands list of what needs a person's attention."""

from __future__ import annotations

from collections.abc import Iterable

from bench.faults.firms import Firm

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
    """What the audit of a ledger finds wrong: chains, private values, letters, states."""
    done = firm.run("verify", "--ledger", columns=_WIDE)
    said = done.stdout.decode() + done.stderr.decode()
    wrong = [line for line in said.splitlines() if "error" in line]
    return wrong or ([said] if done.returncode not in (0, 1) else [])
