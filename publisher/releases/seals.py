"""What holds a release in its place: the seal that its successor and its tag have of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeVar

from publisher.policies.toml import Table, parse_toml
from publisher.releases.folder import seal_of
from publisher.releases.number import Number

ADDED = "was added"
"""What is wrong with a release that no other knows."""


class Sealed(Protocol):
    """What the chain of seals is made of: a release, or the link that stands for it."""

    @property
    def number(self) -> Number:
        """Its number."""

    @property
    def seal(self) -> str:
        """SHA-256 of its `SHA256SUMS`, hexadecimal."""

    @property
    def previous(self) -> Number | None:
        """The release that it was made after; None: it was the first."""

    @property
    def previous_seal(self) -> str:
        """The seal that the release before it had then."""


S = TypeVar("S", bound=Sealed)


@dataclass(frozen=True, slots=True)
class Link:
    """What a release says of itself and of the one before it."""

    number: Number
    seal: str
    previous: Number | None
    previous_seal: str


def read_link(number: Number, record: bytes, sums: bytes, where: str) -> Link:
    """The link of a release of which only two files were read.

    Args:
        number: of the release.
        record: its `release.toml`.
        sums: its `SHA256SUMS`.
        where: the path of `release.toml`, for messages.

    Raises:
        ConfigurationError: the record does not read.
    """
    table = Table(parse_toml(record, where), where)
    previous = Number.parse(table.text("previous", ""))
    return Link(number, seal_of(sums), previous, table.text("previous_seal", ""))


def chain_flaws(
    links: Sequence[Sealed], present: Collection[Number], unread: Collection[Number] = ()
) -> list[tuple[Number, str]]:
    """Where a chain of seals does not hold: (number of the release concerned, what is wrong).

    Args:
        links: neighbours by rising number.
        present: the numbers of all releases there are.
        unread: those of links that stand for releases that do not read, and name none before them.
    """
    found = [
        (link.previous, missing(after=link.number))
        for link in links
        if link.previous is not None and link.previous not in present
    ]
    first = min(present, default=None)
    found += [
        (link.number, "does not say which release it was made after")
        for link in links
        if link.previous is None and link.number not in (first, *unread)
    ]
    seals = {link.number: link.seal for link in links}
    for before, after in pairwise(links):
        named = after.previous
        if named is None:
            continue
        if before.number > named:
            what = f"{ADDED}: release {after.number} was made after {named}"
            found.append((before.number, what))
        if seals.get(named, after.previous_seal) != after.previous_seal:
            what = f"is not the release that {after.number} was made after (seals differ)"
            found.append((named, what))
    return found


def stepped_over(releases: Sequence[S], number: Number) -> S | None:
    """The release that was made after an earlier one than this; None: there is none."""
    over = (r for r in releases if r.previous is not None and r.previous < number < r.number)
    return next(over, None)


def missing(after: Number) -> str:
    """What is wrong with a release that is not there, and after which another was made."""
    return f"is missing; release {after} was made after it"


def bears_witness(message: str, sums: bytes) -> bool:
    """Whether the message of a tag is about the release with these `SHA256SUMS`."""
    return not witness_flaw(seal_of(sums), "", message)


def witness_flaw(seal: str, tag: str, message: str) -> str:
    """What is wrong between a release and its tag; empty: nothing.

    Args:
        seal: of the release.
        tag: the name of the tag.
        message: of the tag.
    """
    if _SEAL.findall(signed_words(message)) != [seal]:
        return f"does not have the seal that its tag {tag} bears witness to"
    if behind_signature(message):
        return f"its tag {tag} has words beside its signature, which nobody signed"
    return ""


def statement_flaw(digest: str, tag: str, message: str) -> str:
    """What is wrong between a statement and its tag; empty: nothing.

    Args:
        digest: of the statement's file.
        tag: the name of the tag.
        message: of the tag.
    """
    if _DIGEST.findall(signed_words(message)) != [digest]:
        return f"does not have the digest that its tag {tag} bears witness to"
    if behind_signature(message):
        return f"its tag {tag} has words beside its signature, which nobody signed"
    return ""


def signed_words(message: str) -> str:
    """The message of a tag without its signature, and without what somebody wrote behind that.

    Git takes the last line that looks like the beginning of a signature for one.
    """
    found = list(_SIGNATURE.finditer(message))
    return message[: found[-1].start()] if found else message


def behind_signature(message: str) -> bool:
    """Whether there is more than a signature where the signature of a tag is: no program that
    checks signatures reads it, and people who look at the tag do.
    """
    begins = [found.start() for found in _SIGNATURE.finditer(message)]
    return bool(begins) and not _ARMOUR.fullmatch(message, begins[-1])


_SIGNATURE = re.compile(
    r"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE
)
_ARMOUR = re.compile(
    r"-----BEGIN (?P<form>[A-Z ]+)-----\r?\n(?:(?:Version|Comment|MessageID|Hash|Charset): .*\n)*"
    r"(?:\r?\n)?(?:[A-Za-z0-9+/=]+\r?\n)+-----END (?P=form)-----[\r\n]*"
)
"""RFC 9580, section 6.2; the headers are those of RFC 4880, and SSH has none."""
_SEAL = re.compile(r"^Seal:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
"""The line of a tag's message that has the seal; more than one would leave a choice."""
_DIGEST = re.compile(r"^Digest:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
"""The same of the tag of a statement."""
