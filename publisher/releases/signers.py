"""Who may sign the tags of releases, and what the signature of a tag is worth.

Signers are a text: lines as in `allowed_signers` of OpenSSH (ssh-keygen(1), "ALLOWED SIGNERS") and
OpenPGP public keys in armour (RFC 9580, section 6.2), in any order, with empty lines and comments
that begin with `#` between them.

- `valid-after` and `valid-before` of a line are held against the date in the tag, in UTC.
- A line whose `namespaces` leave out `git`, or that says `cert-authority`, vouches for no tag: each
  key that counts is named itself.
- An OpenPGP key that has expired counts for what it signed before; one that the text revokes counts
  for nothing.
"""

from __future__ import annotations

import base64
import binascii
import fnmatch
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from publisher.policies.finding import Finding, Severity


class Standing(StrEnum):
    """What a signature is worth."""

    UNSIGNED = "not signed"
    TRUSTED = "signed by a signer"
    STRANGER = "signed by somebody else"
    OUTSIDE = "signed by a key that does not count"
    BAD = "signed, but not by whom it says, or altered since"
    UNCHECKED = "signed in a way that cannot be checked here"


@dataclass(frozen=True, slots=True)
class Signature:
    """What was found of the signature of a tag or a commit."""

    standing: Standing
    signer: str = ""
    """The principal or user id, as the trusted text has it; empty: nobody it knows."""
    key: str = ""
    """Fingerprint of the key, as far as the signature tells it."""
    why: str = ""
    """What is the matter, where the standing alone does not say it."""
    remedy: str = ""

    @property
    def trusted(self) -> bool:
        """Whether one of the signers made it."""
        return self.standing is Standing.TRUSTED

    def __str__(self) -> str:
        by = f" ({self.key})" if self.key else ""
        return f"{self.standing}{by}{': ' if self.why else ''}{self.why}"


@dataclass(frozen=True, slots=True)
class SshSigner:
    """A line of the text."""

    line: str
    principals: str
    fingerprint: str
    """As `ssh-keygen -l` shows it: `SHA256:…`."""
    options: str = ""
    """When it counts, as the line has it."""


@dataclass(frozen=True, slots=True)
class Signers:
    """The keys that are trusted, by their kind; nobody by default."""

    ssh: tuple[SshSigner, ...] = ()
    openpgp: tuple[str, ...] = ()
    """Public keys in armour."""

    def __bool__(self) -> bool:
        return bool(self.ssh or self.openpgp)


def read_signers(text: str, place: str) -> tuple[Signers, list[Finding]]:
    """The signers that a text names.

    Args:
        text: of the file.
        place: its path, for findings.

    Returns:
        Those that read and can sign a tag, and what in it does not: each an error with its line. A
        line with a fault vouches for nobody.
    """
    read = _Reading(place)
    read.lines(text.split("\n"))
    if not read.ssh and not read.openpgp and not read.found:
        read.fault(0, "names no key, so nobody could sign the next release", _ADD)
    return Signers(tuple(read.ssh), tuple(read.openpgp)), read.found


_ADD = "add a line `NAME KEY`: the name is an e-mail address, the key the content of a .pub file"
_EXPORT = "gpg --armor --export NAME"
_REVOKE = "take it out, and out of use: who has read it can sign"
_KEY = "(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\\.com)"
_LINE = re.compile(
    r'(?P<principals>"[^"]+"|[^\s"]+)[ \t]+'
    r'(?:(?P<options>(?:[^\s"]|"(?:\\"|[^"])*")+)[ \t]+)?'
    rf"(?P<kind>{_KEY})[ \t]+(?P<key>[A-Za-z0-9+/]+=*)(?:[ \t].*)?"
)
_OPTION = re.compile(r'([a-z-]+)(?:="((?:\\"|[^"])*)")?(?:,|$)', re.IGNORECASE)
_TIME = re.compile(r"\d{8}(?:\d{4}(?:\d\d)?)?Z?")
_BEGIN = re.compile("-----BEGIN (PGP [A-Z ]+|[A-Z ]*PRIVATE KEY)-----")
_PUBLIC = "PGP PUBLIC KEY BLOCK"
_LARGEST = 1 << 20


@dataclass
class _Reading:
    """The text as far as it was read."""

    place: str
    ssh: list[SshSigner] = field(default_factory=list)
    openpgp: list[str] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)

    def fault(self, line: int, what: str, remedy: str = "") -> None:
        self.found.append(Finding(Severity.ERROR, self.place, line, what, remedy))

    def lines(self, lines: Sequence[str]) -> None:
        numbered = iter(enumerate((line.strip() for line in lines), 1))
        for number, line in numbered:
            if begin := _BEGIN.fullmatch(line):
                self._block(number, begin[1], list(_until_end(numbered)))
            elif line and not line.startswith("#"):
                self._line(number, line)

    def _line(self, number: int, line: str) -> None:
        if re.match(rf"{_KEY}\s", line):
            self.fault(number, "does not say whose key it is", "put an e-mail address before it")
            return
        match = _LINE.fullmatch(line)
        if match is None:
            self.fault(number, "is no signer: a name and a key of SSH, or an OpenPGP key", _ADD)
            return
        blob = _decoded(match["key"])
        if blob is None or _fields(blob)[:1] != [match["kind"].encode()]:
            self.fault(number, f"has no readable {match['kind']} key", "copy the .pub file again")
        elif flaw := _option_flaw(match["options"] or ""):
            self.fault(number, *flaw)
        else:
            digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
            names = match["principals"].strip('"')
            self.ssh.append(SshSigner(line, names, f"SHA256:{digest}", match["options"] or ""))

    def _block(self, number: int, kind: str, lines: list[str]) -> None:
        if kind != _PUBLIC:
            remedy = _REVOKE if "PRIVATE" in kind else _EXPORT
            self.fault(number, f"is no public key but a {kind.lower()}", remedy)
        elif not lines or lines[-1] != f"-----END {_PUBLIC}-----":
            self.fault(number, "is a key without its end", _EXPORT)
        elif flaw := _armour_flaw(lines[:-1]):
            self.fault(number, flaw, _EXPORT)
        else:
            self.openpgp.append("\n".join([f"-----BEGIN {kind}-----", *lines, ""]))


def _until_end(numbered: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in numbered:
        yield line
        if line.startswith("-----END "):
            return


def _option_flaw(options: str) -> tuple[str, str] | None:
    """What is wrong with the options of a line, and the remedy; None: nothing."""
    at = 0
    while at < len(options):
        match = _OPTION.match(options, at)
        if match is None:
            return f"has options that do not read: {options}", "see ssh-keygen(1), ALLOWED SIGNERS"
        name, value, at = match[1].lower(), match[2], match.end()
        if name == "cert-authority":
            return "trusts an authority, and so keys that nobody can see here", "name each key"
        if name == "namespaces":
            if not _for_git(value or ""):
                what = f"is a key for {value or 'nothing'}, not for tags"
                return what, 'add "git" to its namespaces, or leave them out'
        elif name not in ("valid-after", "valid-before") or not _TIME.fullmatch(value or ""):
            return (
                f"has an option that does not read: {match[0]}",
                'such as valid-before="20301231"',
            )
    return None


def _for_git(patterns: str) -> bool:
    """Whether a list of patterns takes in `git` (ssh_config(5), PATTERNS)."""
    given = [pattern.strip() for pattern in patterns.split(",")]
    denied = any(fnmatch.fnmatchcase("git", p[1:]) for p in given if p.startswith("!"))
    return not denied and any(fnmatch.fnmatchcase("git", pattern) for pattern in given)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _fields(blob: bytes) -> list[bytes]:
    """The fields of an SSH key (RFC 4253, section 6.6); none: it is cut off."""
    found = []
    while blob:
        size, rest = int.from_bytes(blob[:4], "big"), blob[4:]
        if len(rest) < size:
            return []
        found.append(rest[:size])
        blob = rest[size:]
    return found


def _armour_flaw(lines: Sequence[str]) -> str:
    """What is wrong with the lines between the first and the last of an armour; empty: nothing."""
    body = list(lines)
    if "" in body:  # before it stand headers
        body = body[body.index("") + 1 :]
    body = [line for line in body if line]
    sums = [line for line in body if line.startswith("=")]
    data = _decoded("".join(line for line in body if not line.startswith("=")))
    if not data or len(data) > _LARGEST:
        return "is no readable key"
    if sums and _decoded(sums[-1][1:]) != _crc24(data).to_bytes(3, "big"):
        return "is a key that was altered or cut (its checksum differs)"
    # RFC 9580, section 4.2: the type of the first packet; 6 is a public key.
    kind = data[0] & 0x3F if data[0] & 0x40 else data[0] >> 2 & 0x0F
    return "" if kind == 6 else "does not begin with a public key"


def _crc24(data: bytes) -> int:
    """The checksum of an armour (RFC 9580, section 6.1)."""
    value = 0xB704CE
    for byte in data:
        value ^= byte << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= 0x1864CFB
    return value


def signers_of_next(sealed: Sequence[str]) -> str:
    """Who may sign the release after some others: the signers that were sealed last.

    Args:
        sealed: the text of signers in each release, the oldest first; empty where it has none.

    Returns:
        The text; empty: none of them says who may sign.
    """
    return next((text for text in reversed(sealed) if text), "")
