"""Shards: the letters of a run, cut into parts that many machines take."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from publisher.errors import ConfigurationError, SendError
from publisher.releases.number import Number
from publisher.releases.release import Release

WORKER_PATIENCE = 30.0
"""Seconds without a sign after which a worker is taken for dead, unless told otherwise."""
SHARD_SIZE = 1000
"""Recipients in a shard: taking one costs some milliseconds, and a worker that is killed leaves at
most so many to another."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Some recipients of a release, by the numbers that the ledger gives them."""

    policy: str
    release: str
    """The number of the release."""
    seal: str
    """Of the release, as it was planned."""
    after: int
    upto: int
    """The recipients above the first number, up to the second one."""
    key: str = ""
    """By which the key for personal links is known again; empty: it is not."""

    @classmethod
    def read(cls, facts: Any) -> Shard:
        """A shard as it was written down by `facts`."""
        return cls(**facts)

    def facts(self) -> dict[str, Any]:
        """What is written down of it: nothing that is personal."""
        return asdict(self)

    @property
    def number(self) -> Number:
        """Which release it is about.

        Raises:
            SendError: it names none: another program wrote it.
        """
        found = Number.parse(self.release)
        if found is None:
            raise SendError(f"a shard names no release: `{self.release[:40]}`")
        return found


def shards_of(release: Release, ends: Sequence[int], key: bytes) -> list[Shard]:
    """The shards of a run.

    Args:
        release: whose notice is sent.
        ends: the number of the last recipient in each, rising.
        key: for personal links.
    """
    starts = [0, *ends][:-1] if ends else []
    about, mark = (release.policy.id, str(release.number), release.seal), _mark_of(key)
    return [Shard(*about, after, upto, mark) for after, upto in zip(starts, ends, strict=True)]


def _mark_of(key: bytes) -> str:
    """What tells keys apart, and nothing of them."""
    return hmac.digest(key, b"shards", hashlib.sha256)[:8].hex()


def require_same(release: Release, shard: Shard, key: bytes) -> None:
    """Refuses to send a shard with another text, or other links, than it was planned with: nobody
    could opt out by links that were made with another key.

    Args:
        release: as this machine has it.
        shard: what is to be sent.
        key: for personal links, as this machine has it.

    Raises:
        SendError: it is another release.
        ConfigurationError: it is another key.
    """
    if shard.key and shard.key != _mark_of(key):
        raise ConfigurationError(
            "this is not the key for personal links that the shards were planned with",
            where="PUBLISHER_TOKEN_KEY",
            remedy="set it to the same key as on the machine that planned them",
        )
    if release.seal != shard.seal:
        raise SendError(
            f"release {shard.release} here is not the one that the shards were planned with",
            where=f"versions/{release.name}",
            remedy="bring this folder to the state of the one that planned them: git pull",
        )
