"""The releases on disk, `versions/POLICY/NUMBER/`: written once, never changed, and given out only
as they were sealed.

Beyond this file nobody knows how a release is stored.
"""

from __future__ import annotations

import hashlib
import os
import stat
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from publisher.edges.file_state import Remembered, state_of_files, state_of_folder
from publisher.edges.files import remove_folder, remove_unfinished, write_folder
from publisher.edges.journals import Journals
from publisher.errors import FreezeError, NotFoundError, SealError
from publisher.policies.policy import POLICY_ID
from publisher.releases.act import Act
from publisher.releases.folder import SUMS_FILE, broken, read_release, read_sums, seal_of
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.release_toml import RELEASE_FILE
from publisher.releases.releases import Releases
from publisher.releases.seals import Link, Sealed, chain_flaws, missing, read_link, witness_flaw

MOST_RELEASES = 16
"""Releases kept in memory at a time, with their texts."""
LARGEST_RELEASE = 1 << 20
"""Bytes of the texts of a release that is kept in memory."""
MOST_LINKS = 4096
"""Links of the chain of seals kept in memory at a time: some hundred bytes each."""
_MOST_POLICIES = 64
"""Policies whose numbers are kept in memory."""
REMEDY = "restore it from git; `publisher verify` says how, `publisher verify --diff` what differs"


class Witness(Protocol):
    """Holds the seals of releases outside their folders: git's tags."""

    def message(self, name: str) -> str | None:
        """The message of the tag `privacy/2`; None: there is no such tag."""

    def numbers(self, policy_id: str) -> frozenset[Number]:
        """The numbers of all releases of a policy that have a tag."""

    def name(self, release: str) -> str:
        """What the tag of a release is called in git."""

    def had(self, release: str) -> bool:
        """Whether a release that has a tag was ever in this branch's history."""


class Archive:
    """The releases of a project. It may be used by several threads.

    A release that it gives out was checked against the checksums in its folder, the seal that its
    successor recorded, and the seal in its tag if it has one. What was found sound is not read
    again until its files or tags change.
    """

    def __init__(
        self, versions: Path, witness: Witness, unfinished: Journals | None = None
    ) -> None:
        """Opens it; nothing is read yet.

        Args:
            versions: the folder with a folder for each policy; it may be missing.
            witness: has the tags.
            unfinished: has the journals of what is being made; None: there are none.
        """
        self._versions, self._witness, self._unfinished = versions, witness, unfinished
        self._held: Remembered[Release] = Remembered(MOST_RELEASES)
        self._links: Remembered[Link] = Remembered(MOST_LINKS)
        self._numbers: Remembered[tuple[Number, ...]] = Remembered(_MOST_POLICIES)

    # ── releases ─────────────────────────────────────────────────────────────────────────────────

    def numbers(self, policy_id: str) -> tuple[Number, ...]:
        """The numbers of all releases of a policy, ascending; only names of folders are read."""
        if not POLICY_ID.fullmatch(policy_id):
            return ()  # a stranger's mail may name anything
        folder = self._versions / policy_id
        state = state_of_files([folder])
        found = self._numbers.get(policy_id, state)
        if found is None:
            parsed = map(Number.parse, _folders(folder))
            found = tuple(sorted(number for number in parsed if number))
            self._numbers.keep(policy_id, state, found)
        on_the_way = self.unfinished(policy_id)
        return tuple(n for n in found if n not in on_the_way.seals) if on_the_way else found

    def unfinished(self, policy_id: str) -> Act | None:
        """What is being made of a policy, and is not given out: its tag does not stand yet."""
        act = self._unfinished.of(policy_id) if self._unfinished else None
        if act is None or act.witnessed(self._witness.message(act.name)):
            return None
        return act

    def releases(self, policy_id: str) -> Releases:
        """All releases of a policy.

        Raises:
            SealError: one of them was altered, or is missing.
            ConfigurationError: a `release.toml` does not read.
        """
        numbers = self.numbers(policy_id)
        self._refuse_lost(policy_id, numbers, self._witness.numbers(policy_id))
        return self._sound(policy_id, numbers, numbers)

    def release(self, policy_id: str, number: Number) -> Release:
        """One release, at a cost that does not depend on how many there are.

        Of one that has no tag, the links up to the next that has one are looked at too.

        Raises:
            NotFoundError: there is no such release; the message names those there are.
            SealError: it was altered, or is missing.
            ConfigurationError: its `release.toml` does not read.
        """
        numbers = self.numbers(policy_id)
        if number in numbers:
            return self._sound(policy_id, numbers, [number])[0]
        self._refuse_lost(policy_id, numbers, {number})
        known = ", ".join(map(str, numbers)) or "none"
        raise NotFoundError(
            f"there is no release {number}; there are: {known}", where=self._where(policy_id)
        )

    def last(self, policy_id: str) -> Release | None:
        """The latest release; None: there is none.

        Raises:
            SealError: it was altered, or one after it is missing.
            ConfigurationError: its `release.toml` does not read.
        """
        numbers = self.numbers(policy_id)
        self._refuse_lost(policy_id, numbers, self._witness.numbers(policy_id))
        return self._sound(policy_id, numbers, numbers[-1:])[0] if numbers else None

    def amendment(self, policy_id: str, major: int) -> Releases:
        """Release `major` and its corrections, all that an opt-out form needs; may be empty.

        The cost does not depend on how many other releases there are.

        Raises:
            SealError: one of them was altered, or is missing.
            ConfigurationError: a `release.toml` does not read.
        """
        numbers = self.numbers(policy_id)
        tagged = {number for number in self._witness.numbers(policy_id) if number.major == major}
        self._refuse_lost(policy_id, numbers, tagged)
        own = [number for number in numbers if number.major == major]
        return self._sound(policy_id, numbers, own)

    def file(self, release: Release, name: str) -> bytes:
        """One file of a release as it was sealed; empty if it has no such file.

        Raises:
            SealError: the file was altered, added or removed, or the checksums were.
        """
        folder = self._folder(release.policy.id, release.number)
        where = self._where(release.policy.id, release.number)
        sums = _bytes(folder / SUMS_FILE)
        if hashlib.sha256(sums or b"").hexdigest() != release.seal:
            raise _altered(f"{where}/{SUMS_FILE}", "was altered after the release was read")
        if name == SUMS_FILE:
            return sums or b""
        wanted = read_sums(sums or b"").get(name)
        data = _bytes(folder / name)
        found = hashlib.sha256(data).hexdigest() if data is not None else None
        if found == wanted:
            return data or b""
        how = "altered" if wanted else "added"
        what = f"was {how} after the release was sealed" if found else "is missing"
        raise _altered(f"{where}/{name}", what)

    def _sound(
        self, policy_id: str, numbers: Sequence[Number], wanted: Sequence[Number]
    ) -> Releases:
        """Consecutive releases, after a look at every seal that vouches for them."""
        found = [self._read(policy_id, number) for number in wanted]
        after, witness = self._vouching(policy_id, numbers, wanted[-1]) if found else ((), None)
        links = [self._link(policy_id, number) for number in after]
        for number, what in chain_flaws([*found, *links], numbers):
            raise _altered(self._where(policy_id, number), what)
        vouched: list[Sealed] = [*found, *(link for link in links if link.number == witness)]
        for each in vouched:
            name = f"{policy_id}/{each.number}"
            message = self._witness.message(name)
            if message is not None and (what := witness_flaw(each.seal, name, message)):
                raise _altered(self._where(policy_id, each.number), what)
        return Releases(found)

    def _vouching(
        self, policy_id: str, numbers: Sequence[Number], last: Number
    ) -> tuple[Sequence[Number], Number | None]:
        """The releases whose links vouch for a release and those before it.

        Returns:
            Those after it: the next one, and where it has no tag itself, all up to the first that
            has one, for a tag bears witness to all that its seal is made of. And this first one;
            None: there is none, or none is needed.
        """
        after = numbers[bisect_right(numbers, last) :]
        tagged = self._witness.numbers(policy_id).intersection(after)
        if tagged and self._witness.message(f"{policy_id}/{last}") is None:
            for count, number in enumerate(after, 1):
                if number in tagged and self._witness.message(f"{policy_id}/{number}") is not None:
                    return after[:count], number
        return after[:1], None

    def _read(self, policy_id: str, number: Number) -> Release:
        """A release whose checksums hold."""
        folder, where = self._folder(policy_id, number), self._where(policy_id, number)
        state, names = state_of_folder(folder)
        held = self._held.get(where, state)
        if held is not None:
            return held
        files = _files(folder, names)
        if flaws := broken(files):
            name, what = flaws[0]
            more = f" (and {len(flaws) - 1} more of its files)" if len(flaws) > 1 else ""
            raise _altered(f"{where}/{name}", what + more)
        release = read_release(policy_id, files, where)
        if release.number != number:
            raise _altered(where, f"is the folder of release {release.number}")
        texts = (data for name, data in files.items() if name.endswith((".md", ".json")))
        if sum(map(len, texts)) < LARGEST_RELEASE:
            self._held.keep(where, state, release)
        return release

    def _link(self, policy_id: str, number: Number) -> Link:
        """What a release records of the one before it; the rest of its folder is not read."""
        folder, where = self._folder(policy_id, number), self._where(policy_id, number)
        paths = [folder / RELEASE_FILE, folder / SUMS_FILE]
        state = state_of_files(paths)
        held = self._links.get(where, state)
        if held is not None:
            return held
        files = _files(folder, [RELEASE_FILE, SUMS_FILE])
        for path in paths:
            if path.name not in files:
                raise _altered(f"{where}/{path.name}", "is missing")
        record, sums = files[RELEASE_FILE], files[SUMS_FILE]
        if read_sums(sums).get(RELEASE_FILE) != hashlib.sha256(record).hexdigest():
            raise _altered(f"{where}/{RELEASE_FILE}", "was altered after the release was sealed")
        link = read_link(number, record, sums, f"{where}/{RELEASE_FILE}")
        self._links.keep(where, state, link)
        return link

    def _refuse_lost(
        self, policy_id: str, numbers: Sequence[Number], wanted: Iterable[Number]
    ) -> None:
        """Refuses if one of the wanted releases is gone and a tag or its successor names it."""
        for number in sorted({*wanted} - {*numbers}):
            where, name = self._where(policy_id, number), f"{policy_id}/{number}"
            if after := numbers[bisect_right(numbers, number) :][:1]:
                link = self._link(policy_id, after[0])
                if link.previous == number:
                    raise _altered(where, missing(after=link.number))
            # Else it is a release of another branch, and not here before that is merged.
            if self._witness.message(name) is not None and self._witness.had(name):
                tag = self._witness.name(name)
                remedy = f"git checkout {tag} -- {where}"
                what = f"is missing; its tag {tag} bears witness to it"
                raise SealError(what, where=where, remedy=remedy)

    # ── for `verify`, which tells everything ─────────────────────────────────────────────────────

    def unsealed(self, policy_id: str, number: Number) -> Mapping[str, bytes]:
        """The files in a release's folder by name, altered or not: for `verify` alone."""
        folder = self._folder(policy_id, number)
        return _files(folder, state_of_folder(folder)[1])

    def damage(self, policy_id: str) -> list[tuple[str, str]]:
        """Everything in the releases of a policy that is not as it was sealed, for `verify`.

        The files are checked against the checksums in their folder, and each folder against the
        seal that the next release recorded.

        Returns:
            Path and what is wrong, for each.

        Raises:
            SealError: a release is as it was sealed, and does not read.
        """
        found: list[tuple[str, str]] = []
        links: list[Link] = []
        unread: Exception | None = None
        numbers = self.numbers(policy_id)
        for number in numbers:
            files, where = self.unsealed(policy_id, number), self._where(policy_id, number)
            wrong = broken(files)
            found += [(f"{where}/{name}", what) for name, what in wrong]
            # What an altered record says of the release before it accuses nobody.
            link = Link(number, seal_of(files.get(SUMS_FILE, b"")), None, "")
            try:
                release = read_release(policy_id, files, where)
            except Exception as error:  # noqa: BLE001 - an altered record may say anything
                unread = error
            else:
                if {RELEASE_FILE, SUMS_FILE}.isdisjoint(name for name, _ in wrong):
                    link = Link(number, release.seal, release.previous, release.previous_seal)
                if release.number != number:
                    found.append((where, f"is the folder of release {release.number}"))
            links.append(link)
            try:
                self._witness.message(f"{policy_id}/{number}")
            except SealError as error:
                found.append((error.where, error.what))
        chain = chain_flaws(links, numbers)
        found += [(self._where(policy_id, number), what) for number, what in chain]
        if unread and not found:
            raise SealError(f"a release does not read: {unread}") from unread
        return found

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def write(self, policy_id: str, number: Number, files: Mapping[str, bytes]) -> Path:
        """Writes a release folder, whole or not at all; returns its path.

        Raises:
            FreezeError: the folder exists.
        """
        target = self._folder(policy_id, number)
        try:
            write_folder(target, files)
        except FileExistsError:
            raise FreezeError(
                f"release {number} exists; a release never changes",
                where=self._where(policy_id, number),
                remedy="freeze a correction",
            ) from None
        return target

    def discard(self, policy_id: str, number: Number) -> None:
        """Removes the folder of a release that was being made, and never came to stand."""
        remove_folder(self._folder(policy_id, number))

    def sweep(self, policy_id: str) -> None:
        """Removes folders that were being written when a freeze was interrupted."""
        remove_unfinished(self._versions / policy_id)

    def _folder(self, policy_id: str, number: Number) -> Path:
        return self._versions / policy_id / str(number)

    def _where(self, policy_id: str, number: Number | None = None) -> str:
        """The path of a release as messages have it."""
        parts = [self._versions.name, policy_id, *([str(number)] if number else [])]
        return "/".join(parts)


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(folder, error) from None


def _files(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    found = ((name, _bytes(folder / name)) for name in names)
    return {name: data for name, data in found if data is not None}


def _bytes(path: Path) -> bytes | None:
    """What is in a file; None: it is not there, or is no file.

    Raises:
        SealError: it cannot be read.
    """
    try:
        # Without O_NONBLOCK, a named pipe would have us wait for somebody who writes into it.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> SealError:
    what = f"cannot be read: {error.strerror}"
    return SealError(what, where=str(path), remedy="let this user read it")


def _altered(where: str, what: str) -> SealError:
    return SealError(what, where=where, remedy=REMEDY)
