"""The organisation whose policies these are, as pages, letters and PDFs name it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who publishes the policies, where, and under which mail addresses."""

    name: str
    address: str
    """Postal address, lines joined by newlines (15 USC 7704(a)(5) wants one in mailings)."""
    site: str
    """Address of the published site, ending in `/`."""
    sender: str
    """The From address of its letters."""
    reply: str
    """Address that takes opt-outs by e-mail; each letter's own address is made from it."""

    @property
    def letterhead(self) -> tuple[str, ...]:
        """Its name and its postal address, line by line."""
        return (self.name, *self.address.splitlines())
