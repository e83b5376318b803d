"""Until when the signers of the next release can sign: dates in their text, and in their keys.

Of a line of SSH that is its `valid-before` (ssh-keygen(1), ALLOWED SIGNERS), which here is UTC; of
an OpenPGP key what its own signatures say (RFC 9580, section 5.2.3). Nothing is checked here: that
is for whoever verifies a signature.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.releases.openpgp_keys import KeyPackets, openpgp_keys
from publisher.releases.signers import SshSigner, read_signers

NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
"""Of a key for which no end is known."""
_BEFORE = re.compile(r'valid-before="(\d{8})(\d{4})?(\d\d)?Z?"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that may sign the next release."""

    name: str
    fingerprint: str
    ends: dt.datetime
    """From when on it cannot sign (UTC); `NEVER`, or long ago where it was revoked."""


def signing_keys(text: str) -> list[SigningKey]:
    """The keys that a text of signers names, each once, with the last end that it gives them.

    Args:
        text: as `signers.signers_of_next` gives it; empty: nobody is named.
    """
    signers, _ = read_signers(text, "")
    keys = [SigningKey(s.principals, s.fingerprint, _end_of_line(s)) for s in signers.ssh]
    for armour in signers.openpgp:
        for packets in openpgp_keys(armour):
            name = str(packets.identity)
            keys.append(SigningKey(name, packets.identity.fingerprint, _end_of_key(packets)))
    found: dict[str, SigningKey] = {}
    for key in keys:
        before = found.get(key.fingerprint)
        if before is None or key.ends > before.ends:
            found[key.fingerprint] = key
    return list(found.values())


def _end_of_line(signer: SshSigner) -> dt.datetime:
    match = _BEFORE.search(signer.options)
    if match is None:
        return NEVER
    day, minute, second = match[1], match[2] or "0000", match[3] or "00"
    try:
        found = dt.datetime.strptime(f"{day}{minute}{second}", "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return NEVER  # no day of the calendar: ssh-keygen says so when it is asked
    return found.replace(tzinfo=dt.UTC)


# ── keys of OpenPGP ──────────────────────────────────────────────────────────────────────────────

_CERTIFIES, _DIRECT, _BINDS = range(0x10, 0x14), 0x1F, 0x18
_REVOKES_KEY, _REVOKES_SUBKEY = 0x20, 0x28
"""Types of signatures (section 5.2.1)."""
_CREATED, _LASTS, _ISSUER, _FLAGS, _BY = 2, 9, 16, 27, 33
"""Types of subpackets (section 5.2.3.7)."""
_SIGNS = 0x02
"""The flag of a key that signs data."""


@dataclass(frozen=True, slots=True)
class _Signature:
    kind: int
    subpackets: dict[int, bytes]

    @property
    def created(self) -> int:
        return int.from_bytes(self.subpackets.get(_CREATED, b""), "big")

    def is_by(self, fingerprint: str) -> bool:
        """Whether a key made it; one that names no issuer is taken for the key's own."""
        by, issuer = self.subpackets.get(_BY), self.subpackets.get(_ISSUER)
        if by is not None:
            return by[1:].hex().upper() == fingerprint
        number = fingerprint[:16] if len(fingerprint) > 40 else fingerprint[-16:]
        return issuer is None or issuer.hex().upper() == number


def _end_of_key(packets: KeyPackets) -> dt.datetime:
    """When the last of its keys that sign can do so no more, but not after the primary key."""
    own = packets.identity.fingerprint
    lives = []
    for key, bodies in zip(packets.keys, packets.signatures, strict=True):
        read = map(_read_signature, bodies)
        lives.append(_life(key, [s for s in read if s is not None and s.is_by(own)]))
    primary = lives[0].ends
    return min(primary, max((life.ends for life in lives if life.signs), default=primary))


@dataclass(frozen=True, slots=True)
class _Life:
    ends: dt.datetime
    signs: bool


def _life(key: bytes, signatures: Sequence[_Signature]) -> _Life:
    """When a key ends, and whether it signs, by what the newest signature says of it."""
    if any(s.kind in (_REVOKES_KEY, _REVOKES_SUBKEY) for s in signatures):
        return _Life(_moment(0), signs=True)
    kinds = (*_CERTIFIES, _DIRECT, _BINDS)
    telling = [s for s in signatures if s.kind in kinds]
    if not telling:
        return _Life(NEVER, signs=True)
    newest = max(telling, key=lambda s: s.created).subpackets
    seconds = int.from_bytes(newest.get(_LASTS, b""), "big")
    created = int.from_bytes(key[1:5], "big")
    flags = newest.get(_FLAGS, bytes([_SIGNS]))  # without any, it is for everything
    signs = bool(flags and flags[0] & _SIGNS)
    return _Life(_moment(created + seconds) if seconds else NEVER, signs)


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)


def _read_signature(body: bytes) -> _Signature | None:
    """A signature of version 4 or 6 (section 5.2.3); None: another, or it is cut off."""
    if len(body) < 6 or body[0] not in (4, 6):
        return None
    octets = 2 if body[0] == 4 else 4
    size, rest = int.from_bytes(body[4 : 4 + octets], "big"), body[4 + octets :]
    hashed, rest = rest[:size], rest[size:]
    # The issuer stands where it is not signed, which is enough to tell whose it means to be.
    size, rest = int.from_bytes(rest[:octets], "big"), rest[octets:]
    found = dict(_subpackets(rest[:size])) | dict(_subpackets(hashed))
    return _Signature(body[1], found)


def _subpackets(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        first = data[at]
        octets = 1 if first < 192 else 2 if first < 255 else 4
        at += first == 255
        size = int.from_bytes(data[at : at + octets], "big")
        size -= (192 << 8) - 192 if octets == 2 else 0
        at += octets
        if size < 1 or at + size > len(data):
            return
        yield data[at] & 0x7F, data[at + 1 : at + size]
        at += size
