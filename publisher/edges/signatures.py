"""The signatures of tags and commits, checked through git against signers that are handed in.

Nothing else counts for trust: not the keys of the user, not what the repository's or the user's
configuration names as programs, signers or revocations. For the question git is given a list of
signers and an OpenPGP home that are made for it and removed after it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from publisher.errors import HistoryError
from publisher.releases.seals import behind_signature
from publisher.releases.signers import Signature, Signers, Standing

_AT_ONCE = 8
"""Signatures checked at a time."""
_FORMS = rb"-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----"
_SIGNED = {
    "tag": re.compile(rb"^" + _FORMS, re.MULTILINE),
    "commit": re.compile(rb"^gpgsig(?:-sha256)? " + _FORMS, re.MULTILINE),
}
"""Where git sees a signature begin (its gpg-interface.c and commit.c); the last one counts."""
_GOOD = re.compile(r'Good "git" signature for (.+) with \S+ key (SHA256:\S+)')
_MADE_BY = re.compile(r'Good "git" signature with \S+ key (SHA256:\S+)')
_OPENPGP_CONFIGURATION = (
    "no-default-keyring\nkeyring trusted.gpg\ntrust-model always\nno-auto-check-trustdb\n"
    "no-auto-key-retrieve\nno-autostart\n"
)
"""Of a home in which only the signers are known; it starts no agent and asks no server."""


class Signatures:
    """Checks signatures in a git repository; it may be used by several threads."""

    def __init__(self, root: Path, objects: Mapping[str, str] | None = None) -> None:
        """Opens nothing yet.

        Args:
            root: a folder in the repository.
            objects: variables that have git look for objects elsewhere too, such as
                `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
        """
        self._root = root
        self._surroundings = {**_inherited(), **(objects or {})}

    def of(self, object_id: str, signers: Signers) -> Signature:
        """What the signature of a tag or a commit is worth.

        Args:
            object_id: of the tag object or the commit.
            signers: the only ones that are trusted.

        Raises:
            HistoryError: there is no such object, or it is neither a tag nor a commit.
        """
        return self.of_all([(object_id, signers)])[0]

    def of_all(self, asked: Sequence[tuple[str, Signers]]) -> list[Signature]:
        """As `of`, for several objects, each with the signers that are trusted for it."""
        homes: dict[Signers, list[int]] = {}
        for place, (_, signers) in enumerate(asked):
            homes.setdefault(signers, []).append(place)
        objects = self._objects([object_id for object_id, _ in asked])
        found: dict[int, Signature] = {}
        for signers, places in homes.items():
            with _home(signers) as home, ThreadPoolExecutor(_AT_ONCE) as threads:
                of_one = partial(self._of, home=home, signers=signers)
                checked = threads.map(of_one, [objects[place] for place in places])
                found |= zip(places, checked, strict=True)
        return [found[place] for place in range(len(asked))]

    def _objects(self, ids: Sequence[str]) -> list[tuple[str, str, bytes]]:
        """The id, the kind and the bytes of each object."""
        given = "".join(f"{each}\n" for each in ids).encode()
        out = self._git("cat-file", "--batch", given=given).stdout
        found = []
        at = 0
        for object_id in ids:
            end = out.find(b"\n", at)
            facts = out[at:end].decode().split(" ")
            if len(facts) != 3 or facts[1] not in ("tag", "commit"):
                what = f"git has no tag or commit {object_id[:10]}"
                raise HistoryError(what, where=str(self._root), remedy="git fsck")
            at = end + 1 + int(facts[2])
            found.append((facts[0], facts[1], out[end + 1 : at]))
            at += 1
        return found

    def _of(self, of: tuple[str, str, bytes], home: Path, signers: Signers) -> Signature:
        object_id, kind, data = of
        form = _form_of(data, kind)
        if form is None:
            return Signature(Standing.UNSIGNED)
        if kind == "tag" and behind_signature(data.decode("utf-8", "replace")):
            return Signature(Standing.BAD, why="it has words beside its signature")
        if form == "SIGNED MESSAGE":
            return _unchecked("X.509 signatures are not checked", "sign with SSH or OpenPGP")
        program, package = ("ssh-keygen", "openssh-client") if "SSH" in form else ("gpg", "gnupg")
        if shutil.which(program) is None:
            return _unchecked(f"{program} is not installed", f"apt-get install {package}")
        done = self._git(*_settings(home), f"verify-{kind}", "--raw", object_id, home=home)
        said, fine = done.stderr.decode("utf-8", "replace"), done.returncode == 0
        if "no signature found" in said or "is needed for ssh signature" in said:
            return _unchecked("this git, or its ssh-keygen, is too old", "git 2.34, OpenSSH 8.2")
        return _by_ssh(said, fine, signers) if "SSH" in form else _by_openpgp(said)

    def _git(
        self, *words: str, home: Path | None = None, given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        surroundings = self._surroundings
        if home is not None:
            surroundings = {**surroundings, "GNUPGHOME": str(home)}
        return subprocess.run(  # noqa: S603 - no shell
            ["git", *words],  # noqa: S607 - the one that this user has
            cwd=self._root,
            env=surroundings,
            input=given,
            capture_output=True,
            check=False,
        )


def _inherited() -> dict[str, str]:
    """The environment without what would show another repository, or other objects, or other
    words than those that are looked for; without `TZ`, days of signers would be local ones.
    """
    other = {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_DIR",
        "GIT_CONFIG_PARAMETERS", "GIT_GRAFT_FILE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name not in other}
    own = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "TZ": "UTC"}
    return kept | own


@contextmanager
def _home(signers: Signers) -> Iterator[Path]:
    """A folder with all that the programs may know: the signers, in the form of each."""
    with tempfile.TemporaryDirectory(prefix="publisher-signers-") as name:
        home = Path(name)
        lines = "".join(f"{signer.line}\n" for signer in signers.ssh)
        (home / "allowed").write_text(lines, "utf-8")
        (home / "revoked").touch()
        (home / "gpg.conf").write_text(_OPENPGP_CONFIGURATION, "ascii")
        (home / "common.conf").touch()  # else newer versions start a process that keeps keys
        if signers.openpgp and (gpg := shutil.which("gpg")):
            for armour in signers.openpgp:  # one that does not read keeps out no other
                subprocess.run(  # noqa: S603 - no shell
                    [gpg, "--batch", "--quiet", "--import"],
                    env={**_inherited(), "GNUPGHOME": name},
                    input=armour.encode(),
                    capture_output=True,
                    check=False,
                )
        yield home


def _settings(home: Path) -> list[str]:
    """What git is told on its command line, which overrides every configuration."""
    settings = {
        "gpg.program": "gpg",
        "gpg.openpgp.program": "gpg",
        "gpg.x509.program": "false",
        "gpg.ssh.program": "ssh-keygen",
        "gpg.ssh.allowedSignersFile": str(home / "allowed"),
        "gpg.ssh.revocationFile": str(home / "revoked"),
        "gpg.minTrustLevel": "undefined",
    }
    return [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]


def _form_of(data: bytes, kind: str) -> str | None:
    """How an object is signed, by the words of the first line of its signature; None: it is not."""
    found = _SIGNED[kind].findall(data if kind == "tag" else data.partition(b"\n\n")[0])
    return found[-1].decode() if found else None


def _unchecked(why: str, remedy: str) -> Signature:
    return Signature(Standing.UNCHECKED, why=why, remedy=remedy)


def _by_ssh(said: str, fine: bool, signers: Signers) -> Signature:
    good = _GOOD.match(said)
    if fine and good:
        return Signature(Standing.TRUSTED, good[1], good[2])
    made_by = _MADE_BY.match(said)
    if made_by is None:
        return Signature(Standing.BAD)
    key = made_by[1]
    known = next((one for one in signers.ssh if one.fingerprint == key), None)
    if known is None:
        return Signature(Standing.STRANGER, key=key)
    reason = re.search(r"key (?:has expired|is not yet valid)", said)
    why = f"the {reason[0]}" if reason else "the key is not valid"
    return Signature(Standing.OUTSIDE, known.principals, key, f"{why} on the date in the tag")


def _by_openpgp(said: str) -> Signature:
    """What GnuPG's status lines say (its DETAILS, "General status codes")."""
    lines = [line.split(" ", 2)[1:] for line in said.splitlines() if line.startswith("[GNUPG:] ")]
    facts = {line[0]: line[1] if len(line) > 1 else "" for line in lines if line}
    verdicts = {"GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG"}
    given = [line[0] for line in lines if line and line[0] in verdicts]
    if len(given) != 1:  # more than one signature is more than was meant
        return Signature(Standing.BAD)
    verdict = given[0]
    long_id, _, user = facts[verdict].partition(" ")
    valid = facts.get("VALIDSIG", "").split()
    key = (valid[-1:] or [long_id])[0]
    if verdict == "ERRSIG":
        unknown = "NO_PUBKEY" in facts
        told = Signature(Standing.STRANGER, key=facts.get("ERRSIG", "").split()[-1] or long_id)
        return told if unknown else _unchecked("gpg does not know its algorithm", "update gnupg")
    if verdict == "BADSIG" or not valid:
        return Signature(Standing.BAD, key=key)
    made = int(valid[2])
    lapsed = [int(line[1]) for line in lines if line[0] == "KEYEXPIRED"]
    if verdict == "GOODSIG" or (verdict == "EXPKEYSIG" and lapsed and made < min(lapsed)):
        return Signature(Standing.TRUSTED, user, key)
    why = {
        "EXPSIG": "the signature has expired",
        "EXPKEYSIG": "the key had expired when it signed",
        "REVKEYSIG": "the key was revoked",
    }[verdict]
    return Signature(Standing.OUTSIDE, user, key, why)
