"""The files around policies that the program lays down in a repository: what stands in them, which
of them are older than the program, and what was changed in them since.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

import tomlkit

from publisher.policies.toml import Table, parse_toml

RECORD_FILE = ".laid-down.toml"
"""Which files were laid down, by which program."""
PLACES: Mapping[str, str] = {
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    "mkdocs.yml": "mkdocs.yml",
    "site/assets/favicon.svg": "favicon.svg",
    "README.md": "readme.md",
    ".github/CODEOWNERS": "codeowners",
    ".github/pull_request_template.md": "pull_request_template.md",
    ".github/workflows/policy.yml": "policy.yml",
    ".github/workflows/freeze.yml": "freeze.yml",
    ".github/workflows/publish.yml": "publish.yml",
    "systemd/policies.service": "policies.service",
    "systemd/policies.timer": "policies.timer",
    "systemd/receiver.service": "receiver.service",
    ".schemas/publisher.schema.json": "publisher.schema.json",
    ".schemas/policy.schema.json": "policy.schema.json",
}
"""Where each file is laid down, and what it is called in the program."""
GATHERED = (".gitattributes", ".gitignore")
"""Files of lines: where there is one already, it gets the lines that it lacks, at its end."""
KEPT = ("README.md", ".github/CODEOWNERS", ".github/pull_request_template.md")
"""Files that are left alone where there is one already: nothing depends on them."""
_VALUE = re.compile(r"%([a-z]+)%")
_NOBODY = "# /policy/ @COMPANY/legal"
"""In place of owners, where nobody said who they are."""


@dataclass(frozen=True, slots=True)
class LaidValues:
    """What is filled in."""

    name: str
    time_zone: str
    version: str
    """Of the program."""
    owners: Sequence[str] = ()

    @property
    def by_name(self) -> dict[str, str]:
        """By what stands between the percent signs."""
        owned = f"/policy/ {' '.join(self.owners)}" if self.owners else _NOBODY
        return {
            "name": self.name,
            "zone": self.time_zone,
            "version": self.version,
            "owners": owned,
            "schedule": "\n".join(f'    - cron: "{line}"' for line in cron_lines(self.time_zone)),
        }


@dataclass(frozen=True, slots=True)
class FoundingFile:
    """A file as the program lays it down."""

    place: str
    """Its path from the project's folder."""
    data: bytes
    origin: str
    """SHA-256 of what the program has it from, before anything of a company was filled in."""

    @property
    def digest(self) -> str:
        """SHA-256 of it, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class LaidState(StrEnum):
    """What became of a laid-down file."""

    CURRENT = "as this program lays it down"
    OLDER = "older than this program or publisher.toml"
    NEW = "not there: new in this program"
    OWN = "changed here"
    BOTH = "changed here, and older than this program"
    GONE = "removed here"

    @property
    def is_due(self) -> bool:
        """Whether somebody has to do something."""
        return self in (LaidState.OLDER, LaidState.NEW, LaidState.BOTH)


@dataclass(frozen=True, slots=True)
class LaidRecord:
    """What is recorded of the files that were laid down."""

    version: str = ""
    """Of the program."""
    owners: Sequence[str] = ()
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By path: SHA-256 of the file, and of what the program had it from."""


def cron_lines(time_zone: str) -> list[str]:
    """When a day begins in a time zone, five minutes later, as cron lines in UTC; in both halves of
    a year, for clocks may be moved.
    """
    zone = ZoneInfo(time_zone)
    found: dict[int, set[int]] = {}
    for month in (1, 7):
        begins = dt.datetime(2027, month, 1, 0, 5, tzinfo=zone).astimezone(dt.UTC)
        found.setdefault(begins.minute, set()).add(begins.hour)
    return [f"{m} {','.join(map(str, sorted(hours)))} * * *" for m, hours in sorted(found.items())]


def founding_files(assets: Mapping[str, str], values: LaidValues) -> list[FoundingFile]:
    """Every file as the program lays it down.

    Args:
        assets: what the program has them from, by name.
        values: what is filled in.
    """
    fill = values.by_name
    return [_filled(place, assets[name], fill) for place, name in PLACES.items()]


def _filled(place: str, text: str, fill: Mapping[str, str]) -> FoundingFile:
    # A file that names the program's version is another one with each version.
    origin = hashlib.sha256(text.replace("%version%", fill["version"]).encode()).hexdigest()
    # In one pass: a value may have signs like these itself.
    text = _VALUE.sub(lambda found: fill.get(found[1], found[0]), text)
    return FoundingFile(place, text.encode(), origin)


def gathered_file(old: bytes, wanted: bytes) -> bytes:
    """A file of lines with those that it lacks at its end.

    Args:
        old: as it is, which is kept to the byte.
        wanted: what has to stand in it.
    """
    have = {line.strip() for line in old.decode("utf-8", "replace").splitlines()}
    lacking = [
        line
        for line in wanted.decode().splitlines()
        if line.strip() not in have and not line.startswith("#")
    ]
    if not lacking:
        return old
    end = b"" if not old or old.endswith(b"\n") else b"\n"
    return old + end + "".join(f"{line}\n" for line in lacking).encode()


def state_of_laid(
    file: FoundingFile, here: bytes | None, recorded: tuple[str, str] | None
) -> LaidState:
    """What became of a file.

    Args:
        file: as this program lays it down.
        here: as it is; None: there is none.
        recorded: SHA-256 of what was laid down, and of what the program had it from; None: it was
            not laid down here.
    """
    if here is None:
        return LaidState.GONE if recorded and recorded[1] == file.origin else LaidState.NEW
    if file.place in GATHERED:
        lacks = gathered_file(here, file.data) != here
        return LaidState.OLDER if lacks else LaidState.CURRENT
    if here == file.data:
        return LaidState.CURRENT
    if recorded is None:
        return LaidState.OWN
    if hashlib.sha256(here).hexdigest() == recorded[0]:
        return LaidState.OLDER
    return LaidState.OWN if recorded[1] == file.origin else LaidState.BOTH


# ── the record ───────────────────────────────────────────────────────────────────────────────────

_HEAD = """\
# Which files Policy Publisher laid down here, with their SHA-256 and that of what it had them from.
# `publisher init --check` says by it which are older than the program. Keep it in git.
"""


def record_toml(record: LaidRecord) -> bytes:
    """The record as a file."""
    document = tomlkit.document()
    document["program"] = record.version
    document["owners"] = list(record.owners)
    files = tomlkit.table(is_super_table=True)
    for place in sorted(record.files):
        laid, origin = record.files[place]
        files[place] = tomlkit.item({"laid": laid, "origin": origin})
    document["files"] = files
    return (_HEAD + tomlkit.dumps(document)).encode()


def read_record(data: bytes | None) -> LaidRecord:
    """The record in a file; nothing is recorded where there is none.

    Raises:
        ConfigurationError: it does not read.
    """
    if data is None:
        return LaidRecord()
    root = Table(parse_toml(data, RECORD_FILE), RECORD_FILE, data=data)
    files = root.tables("files")
    found = LaidRecord(
        root.text("program"),
        root.texts("owners", ()),
        {place: (each.text("laid"), each.text("origin")) for place, each in files.items()},
    )
    for table in (*files.values(), root):
        table.done()
    return found
