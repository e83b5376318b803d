"""Whose an OpenPGP public key is: its user ids and its fingerprint, read from its armour.

Packets as in RFC 9580, section 4.2; fingerprints as in section 5.5.4. Nothing is checked here: that
is for whoever verifies a signature.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

_SIGNATURE, _KEY, _USER_ID, _SUBKEY = 2, 6, 13, 14


@dataclass(frozen=True, slots=True)
class OpenPgpIdentity:
    """A public key with its subkeys, as an armour has it."""

    fingerprint: str
    """Upper-case hexadecimal, as gpg shows it."""
    users: tuple[str, ...]
    subkeys: tuple[str, ...]
    """Their fingerprints."""
    digest: str
    """SHA-256 of all its packets, hexadecimal: dates and self-signatures are in them."""

    def __str__(self) -> str:
        return f"{', '.join(self.users) or 'a key without a name'} ({self.fingerprint})"


@dataclass(frozen=True, slots=True)
class KeyPackets:
    """A public key with its subkeys, and the signatures about each, as packets."""

    identity: OpenPgpIdentity
    keys: tuple[bytes, ...]
    """The bodies of the primary key's packet, and of those of its subkeys."""
    signatures: tuple[tuple[bytes, ...], ...]
    """By the place of the key that they are about; those about user ids are the primary key's."""


def openpgp_identities(armour: str) -> list[OpenPgpIdentity]:
    """The keys in an armour.

    Args:
        armour: as `signers.read_signers` gives it out, from its first line to its last.

    Returns:
        One for each primary key; none where the packets do not read.
    """
    return [_identity(group) for group in _groups(armour)]


def openpgp_keys(armour: str) -> list[KeyPackets]:
    """The same, with their packets."""
    return [_key_packets(group) for group in _groups(armour)]


def _key_packets(packets: list[tuple[int, bytes]]) -> KeyPackets:
    keys: list[bytes] = []
    signatures: list[list[bytes]] = []
    for kind, body in packets:
        if kind in (_KEY, _SUBKEY):
            keys.append(body)
            signatures.append([])
        elif kind == _SIGNATURE:
            signatures[-1].append(body)
    return KeyPackets(_identity(packets), tuple(keys), tuple(map(tuple, signatures)))


def _groups(armour: str) -> list[list[tuple[int, bytes]]]:
    """The packets of each primary key, with all that belongs to it."""
    groups: list[list[tuple[int, bytes]]] = []
    for kind, body in _packets(_data(armour)):
        if kind == _KEY:
            groups.append([])
        if groups:
            groups[-1].append((kind, body))
    return groups


def _identity(packets: list[tuple[int, bytes]]) -> OpenPgpIdentity:
    whole = hashlib.sha256()
    for kind, body in packets:
        whole.update(b"%d %d " % (kind, len(body)) + body)
    users = [body.decode("utf-8", "replace") for kind, body in packets if kind == _USER_ID]
    subkeys = [_fingerprint(body) for kind, body in packets if kind == _SUBKEY]
    first = _fingerprint(packets[0][1])
    return OpenPgpIdentity(first, tuple(users), tuple(subkeys), whole.hexdigest())


def _fingerprint(body: bytes) -> str:
    if body[:1] == b"\x04":
        found = hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big"), usedforsecurity=False)
    else:
        mark = b"\x9b" if body[:1] == b"\x06" else b"\x9a"
        found = hashlib.sha256(mark + len(body).to_bytes(4, "big"))
    found.update(body)
    return found.hexdigest().upper()


def _data(armour: str) -> bytes:
    lines = armour.splitlines()[1:]
    if "" in lines:  # before it stand headers
        lines = lines[lines.index("") + 1 :]
    return base64.b64decode("".join(line for line in lines if line[:1] not in ("=", "-")))


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of each packet, until one does not read."""
    at = 0
    while at < len(data) and data[at] & 0x80:
        first, at = data[at], at + 1
        if first & 0x40:
            kind, head = first & 0x3F, data[at : at + 1]
            octets = 4 if head == b"\xff" else 2 if head >= b"\xc0" else 1
            at += head == b"\xff"
            size = int.from_bytes(data[at : at + octets], "big")
            size += (192 - 0xC000) if octets == 2 else 0
            if b"\xe0" <= head < b"\xff":  # a length in parts: no key has one
                return
        else:
            kind, octets = first >> 2 & 0x0F, (1, 2, 4, 0)[first & 3]
            size = int.from_bytes(data[at : at + octets], "big") if octets else len(data) - at
        at += octets
        if at + size > len(data):
            return
        yield kind, data[at : at + size]
        at += size
