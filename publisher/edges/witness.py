"""Who else knows what a release or a statement was."""

from __future__ import annotations

from typing import Protocol

from publisher.releases.number import Number


class Witness(Protocol):
    """Holds the seals of releases outside their folders: git's tags."""

    def message(self, name: str) -> str | None:
        """The message of the tag `privacy/2`; None: there is no such tag."""

    def numbers(self, policy_id: str) -> frozenset[Number]:
        """The numbers of all releases of a policy that have a tag."""

    def name(self, release: str) -> str:
        """What the tag of a release is called in git."""

    def statements(self, policy_id: str) -> frozenset[int]:
        """The numbers of all statements about releases of a policy that have a tag."""

    def had(self, release: str) -> bool:
        """Whether a release or a statement that has a tag was ever in this branch's history."""
