"""What disk and git know of the release that a letter belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from publisher.answers.letter_findings import HeldRelease
from publisher.edges.archive import Archive
from publisher.edges.history import History
from publisher.edges.project import SETTINGS_FILE
from publisher.errors import PublisherError
from publisher.letters.seal_line import SealedRelease
from publisher.policies.settings import read_settings
from publisher.releases.folder import SUMS_FILE, broken, read_release, read_sums, seal_of
from publisher.releases.number import Number
from publisher.releases.release import Release

MOST_SETTINGS = 20
"""Limit on the commits of `publisher.toml` that are looked at, from the latest on."""


@dataclass(frozen=True)
class LetterWitnesses:
    """Those that can say what a release was when its letter was sent."""

    archive: Archive
    history: History

    def sealed_as(self, policy_ids: tuple[str, ...], seal: str) -> SealedRelease | None:
        """The release that has a seal; None: none has it.

        Args:
            policy_ids: of which policies.
            seal: hexadecimal.
        """
        for policy_id in policy_ids:
            for number in self.archive.numbers(policy_id):
                if seal_of(self._files(policy_id, number).get(SUMS_FILE, b"")) == seal:
                    return SealedRelease(policy_id, number, seal)
        return None

    def held(self, named: SealedRelease) -> HeldRelease | None:
        """A release as it is here, altered or not; None: it never was here.

        Args:
            named: which, and the seal that it had when the letter was sent; empty: unknown.
        """
        policy_id, number, seal = named
        name = f"{policy_id}/{number}"
        folder = f"versions/{name}"
        files, touched = self._files(policy_id, number), self.history.revisions(folder)
        if not files and not touched:
            return None
        faults = [(f"{folder}/{file}", what) for file, what in broken(files)] if files else []
        sums = files.get(SUMS_FILE, b"")
        own = seal_of(sums) if sums else ""
        altered = bool(faults) or own != seal
        return HeldRelease(
            name=name,
            release=_read(policy_id, files, folder),
            seal=own,
            damage=faults or ([] if files else [(folder, "was deleted")]),
            touched=[str(revision) for revision in touched],
            uncommitted=any(path.startswith(f"{folder}/") for path in self.history.changed()),
            shallow=self.history.shallow,
            sums=read_sums(sums),
            former=self._former_addresses(),
            then=self._then(named, folder) if seal and altered else None,
        )

    def _files(self, policy_id: str, number: Number) -> Mapping[str, bytes]:
        if number not in self.archive.numbers(policy_id):
            return {}
        return self.archive.unsealed(policy_id, number)

    def _former_addresses(self) -> dict[str, str]:
        """The addresses for opt-outs that the settings named, each with the latest commit."""
        found: dict[str, str] = {}
        for revision in self.history.revisions(SETTINGS_FILE)[:MOST_SETTINGS]:
            with suppress(PublisherError):
                data = self.history.file_at(revision.id, SETTINGS_FILE)
                address = read_settings(data).organisation.reply if data else ""
                found.setdefault(address.lower(), str(revision))
        return found

    def _then(self, named: SealedRelease, folder: str) -> Release | None:
        """The release that had a seal, whole, as one of the commits that touched it has it."""
        for commit in self._commits(named, folder):
            with suppress(PublisherError):
                files = self.history.files_at(commit, folder)
                if seal_of(files.get(SUMS_FILE, b"")) == named.seal and not broken(files):
                    return _read(named.policy, files, folder)
        return None

    def _commits(self, named: SealedRelease, folder: str) -> Iterator[str]:
        yield from (revision.id for revision in self.history.revisions(folder))
        tag = self.history.tags(named.policy).get(f"{named.policy}/{named.number}")
        yield from [tag.commit] if tag else []


def _read(policy_id: str, files: Mapping[str, bytes], folder: str) -> Release | None:
    """The release in a folder; None: it does not read, whatever it is that it says."""
    try:
        return read_release(policy_id, files, folder)
    except Exception:  # noqa: BLE001 - an altered record may say anything
        return None
