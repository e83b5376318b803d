"""Which releases there are, by their numbers: for shells that complete them."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.actions.workplace import Workplace
from publisher.releases.number import Number


def release_numbers(workplace: Workplace, policy_ids: Sequence[str]) -> list[Number]:
    """The numbers of all releases of some policies, each once, the latest first.

    They are read off the names of folders: nothing is verified, for nothing is done with them.

    Args:
        workplace: the project.
        policy_ids: whose.
    """
    found = {number for each in policy_ids for number in workplace.archive.numbers(each)}
    return sorted(found, reverse=True)
