"""The release folder: the files of a release, their checksums and the seal over all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from publisher.errors import ConfigurationError
from publisher.policies.policy import SIGNERS_FILE
from publisher.releases.release import Release
from publisher.releases.release_toml import (
    RELEASE_FILE,
    Beside,
    read_release_toml,
    release_texts,
    release_toml,
)

SUMS_FILE = "SHA256SUMS"
_LONGEST_NAME, _LONGEST_PATH = 255, 1024
"""Signs of a name in a folder, and of a path to it; systems have no longer ones."""


def release_files(release: Release, extra: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file of the release folder, its checksums last.

    Args:
        release: the release to freeze.
        extra: further files by name, such as `policy.pdf`.
    """
    files = {name: text.encode() for name, text in release_texts(release).items()}
    files |= extra
    files[RELEASE_FILE] = release_toml(release)
    files[SUMS_FILE] = checksums(files)
    return files


def checksums(files: Mapping[str, bytes]) -> bytes:
    """The lines that `sha256sum -c` reads, by rising file name."""
    return "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n"
        for name in sorted(files)
        if name != SUMS_FILE
    ).encode()


def seal_of(sums: bytes) -> str:
    """The seal of a release: SHA-256 of its `SHA256SUMS`, hexadecimal."""
    return hashlib.sha256(sums).hexdigest()


def read_sums(sums: bytes) -> dict[str, str]:
    """The digest of each file, as `SHA256SUMS` has it; what can be no file of the folder is none of
    them, so that no path leads out of it.
    """
    return {name: digest for name, digest in _lines(sums) if is_inside(name)}


def _lines(sums: bytes) -> Iterator[tuple[str, str]]:
    for line in sums.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        if name:
            yield name, digest


def is_inside(name: str) -> bool:
    """Whether a name is that of something below a folder, and not of what any path may lead to."""
    parts = name.split("/")
    return (
        "\0" not in name
        and len(name) <= _LONGEST_PATH
        and all(part not in ("", ".", "..") and len(part) <= _LONGEST_NAME for part in parts)
    )


def broken(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """What in a release folder is not as it was sealed: (file name, what is wrong)."""
    sums = files.get(SUMS_FILE)
    if sums is None:
        return [(SUMS_FILE, "is missing")]
    expected = read_sums(sums)
    if outside := [name for name, _ in _lines(sums) if not is_inside(name)]:
        return [(SUMS_FILE, f"names {outside[0][:80]!r}, which is no file of the folder")]
    if RELEASE_FILE not in expected:  # else every file would seem to have been added
        return [(SUMS_FILE, "was altered after the release was sealed")]
    found: list[tuple[str, str]] = []
    for name in sorted({*expected, *files} - {SUMS_FILE}):
        if name not in files:
            found.append((name, "is missing"))
        elif name not in expected:
            found.append((name, "was added after the release was sealed"))
        elif hashlib.sha256(files[name]).hexdigest() != expected[name]:
            found.append((name, "was altered after the release was sealed"))
    if not found and sums != checksums(files):
        # Every sum is right, and yet it is not what was written: lines twice, say, or line ends.
        found.append((SUMS_FILE, "was altered after the release was sealed"))
    return found


def read_release(policy_id: str, files: Mapping[str, bytes], name: str) -> Release:
    """The release in a folder.

    Args:
        policy_id: the policy the folder belongs to.
        files: the folder's files by name.
        name: the folder's path, for messages.

    Raises:
        ConfigurationError: `release.toml` or a file beside it is missing or does not read, or no
            program that we know of writes such a file.
    """
    sums = files.get(SUMS_FILE, b"")
    if RELEASE_FILE not in files:
        raise ConfigurationError(
            "the folder has no release.toml",
            where=name,
            remedy="restore the folder from git: `git checkout -- versions`",
        )
    texts = {key: data.decode("utf-8", "replace") for key, data in files.items() if _is_text(key)}
    garbled = {key: at for key in texts if (at := _garbled_at(files[key]))}
    others = [key for key in files if key not in (*texts, RELEASE_FILE, SUMS_FILE)]
    beside = Beside(name, texts, garbled, others)
    return read_release_toml(policy_id, files[RELEASE_FILE], beside, seal_of(sums))


def _is_text(name: str) -> bool:
    return name == SIGNERS_FILE or name.endswith((".md", ".json"))


def _garbled_at(data: bytes) -> int:
    """The line of the first byte that is not UTF-8; 0: there is none."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 0
