"""Which keys the letters out there were signed with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publisher.answers.token import NamedKey, Token, is_signed, is_signed_for_a_row

NO_KEY = "none of these keys"
NOT_KEPT = "not kept"
FOR_MAILINGS = "mailings"
"""In place of a release: the links in mailings, which nobody here sends or sees."""
NOT_COUNTED = "not counted"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How many letters of a release were signed with a key."""

    key: str
    """Its name, `NO_KEY` or `NOT_KEPT`."""
    signs: bool
    """Whether letters that go out now are signed with it."""
    release: str
    """`privacy/2`, or `FOR_MAILINGS`; empty: it signed no letter that is out there."""
    letters: int | None
    """None: nobody counts them."""

    @property
    def verifies(self) -> bool | None:
        """Whether the links in these letters work; None: nobody knows."""
        return None if self.key == NOT_KEPT else self.key != NO_KEY

    def cells(self) -> tuple[str, ...]:
        """As the row of a table."""
        works = {True: "yes", False: "no", None: "not known"}[self.verifies]
        letters = NOT_COUNTED if self.letters is None else str(self.letters)
        return self.key, "signs" if self.signs else "", self.release, letters, works


def key_uses(
    keys: Sequence[NamedKey],
    letters: Iterable[tuple[str, Token | None, str]],
    *,
    mailings: bool,
) -> list[KeyUse]:
    """Counts letters by key and release.

    Args:
        keys: those there are, the one that signs first.
        letters: of each the release, its token (None: the letter was not kept, or has none), and
            the customer's id.
        mailings: whether there are mailings with links, which any key may have signed.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for release, token, customer in letters:
        counts[_signer(keys, token, customer) if token else NOT_KEPT, release] += 1
    names = [key.name for key in keys]
    order = {name: place for place, name in enumerate([*names, NO_KEY, NOT_KEPT])}
    used = {key for key, _ in counts}
    beside = [(name, FOR_MAILINGS) for name in names if mailings]
    beside += [(name, "") for name in names if not mailings and name not in used]
    found = sorted(
        [*counts, *beside], key=lambda one: (order[one[0]], one[1] == FOR_MAILINGS, one[1])
    )
    return [
        KeyUse(
            key, key == names[0], release, None if release == FOR_MAILINGS else counts[key, release]
        )
        for key, release in found
    ]


def _signer(keys: Sequence[NamedKey], token: Token, customer: str) -> str:
    for key in keys:
        # With its name, where that was part of the secret before keys had names.
        secrets = (key.secret, f"{key.name}:".encode() + key.secret)
        if is_signed(secrets, token, customer) or is_signed_for_a_row(secrets, token):
            return key.name
    return NO_KEY
