"""The releases on disk, `versions/POLICY/NUMBER/`: written once, never changed, and given out only
as they were sealed.

Beyond this file nobody knows how a release is stored.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from publisher.edges.file_state import Remembered, state_of_files, state_of_folder
from publisher.edges.files import remove_folder, remove_unfinished, write_folder
from publisher.edges.folder_files import folders_in, loose_names, read_bytes, read_files
from publisher.edges.journals import Journals
from publisher.edges.lasting import Lasting, note_files
from publisher.edges.register_folders import SEAL_REMEDY, RegisterFolders
from publisher.edges.witness import Witness
from publisher.errors import FreezeError, NotFoundError, PublisherError, SealError
from publisher.policies.policy import POLICY_ID
from publisher.releases.act import Act
from publisher.releases.checkouts import refuse_checkout
from publisher.releases.folder import SUMS_FILE, broken, is_inside, read_release, read_sums, seal_of
from publisher.releases.number import Number
from publisher.releases.register import Register
from publisher.releases.release import Release
from publisher.releases.release_toml import RELEASE_FILE
from publisher.releases.releases import Releases
from publisher.releases.remedies import restore_path, shell_word
from publisher.releases.seals import Link, Sealed, chain_flaws, missing, read_link, witness_flaw
from publisher.releases.strays import is_place

MOST_RELEASES = 16
"""Releases kept in memory at a time, with their texts."""
LARGEST_RELEASE = 1 << 20
"""Bytes of the texts of a release that is kept in memory."""
MOST_LINKS = 4096
"""Links of the chain of seals kept in memory at a time: some hundred bytes each."""
_MOST_POLICIES = 64
"""Policies whose numbers are kept in memory."""
NO_FILE = "is a link, or something else that is no file"
NO_FOLDER = "is a link, not the folder that was sealed"


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
        self._amendments: Lasting[Releases] = Lasting(MOST_RELEASES)
        self._chain: Remembered[Link] = Remembered(MOST_LINKS)
        self._numbers: Remembered[tuple[Number, ...]] = Remembered(_MOST_POLICIES)
        self.registers = RegisterFolders(versions, witness, self.unfinished)
        """What is stated of the releases."""

    # ── releases ─────────────────────────────────────────────────────────────────────────────────

    def numbers(self, policy_id: str) -> tuple[Number, ...]:
        """The numbers of all releases of a policy, ascending; only names of folders are read."""
        if not POLICY_ID.fullmatch(policy_id):
            return ()  # a stranger's mail may name anything
        folder = self._versions / policy_id
        state = state_of_files([folder])
        found = self._numbers.get(policy_id, state)
        if found is None:
            found = tuple(sorted(filter(None, map(Number.parse, folders_in(folder)))))
            self._numbers.keep(policy_id, state, found)
        on_the_way = self.unfinished(policy_id)
        return tuple(n for n in found if n not in on_the_way.seals) if on_the_way else found

    def unfinished(self, policy_id: str) -> Act | None:
        """What is being made of a policy, and is not given out: its tag does not stand yet."""
        act = self._unfinished.of(policy_id) if self._unfinished else None
        return None if act and act.witnessed(self._witness.message(act.name)) else act

    def releases(self, policy_id: str) -> Releases:
        """All releases of a policy, with what is stated of them.

        Raises:
            SealError: one of them was altered, or is missing, or a statement was or is.
            ConfigurationError: a `release.toml`, or a statement, does not read.
        """
        numbers = self.numbers(policy_id)
        self._refuse_lost(policy_id, numbers, self._witness.numbers(policy_id))
        found = self._sound(policy_id, numbers, numbers)
        return Releases(found, self.registers.read(policy_id, numbers, found))

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
        name, known = f"{policy_id}/{number}", ", ".join(map(str, numbers)) or "none"
        what = f"there is no release {number}; there are: {known}"
        tag = self._witness.message(name) and shell_word(self._witness.name(name))
        remedy = f"git pull, or git merge {tag}" if tag else ""
        raise NotFoundError(what, where=self._where(policy_id), remedy=remedy)

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
        """Release `major` and its corrections that were not retracted, with what is stated of them:
        all that an opt-out form needs; may be empty. Where all were retracted, all.

        The cost does not depend on how many other releases there are.

        Raises:
            SealError: one of them was altered, or is missing.
            ConfigurationError: a `release.toml` does not read.
        """
        return self._amendments.get(f"{policy_id}/{major}", lambda: self._read_of(policy_id, major))

    def _read_of(self, policy_id: str, major: int) -> Releases:
        numbers = self.numbers(policy_id)
        tagged = {number for number in self._witness.numbers(policy_id) if number.major == major}
        self._refuse_lost(policy_id, numbers, tagged)
        own = [number for number in numbers if number.major == major]
        found = self._sound(policy_id, numbers, own)
        every = Releases(found, self.registers.read(policy_id, numbers, found))
        return every.amendment(major)

    def register(self, policy_id: str) -> Register:
        """All statements about releases of a policy.

        Raises:
            SealError: one of them was altered, or is missing.
            ConfigurationError: one does not read.
        """
        return self.registers.read(policy_id, self.numbers(policy_id))

    def file(self, release: Release, name: str) -> bytes:
        """One file of a release as it was sealed; empty if it has no such file.

        Raises:
            SealError: the file was altered, added or removed, or the checksums were.
        """
        folder = self._folder(release.policy.id, release.number)
        where = self._where(release.policy.id, release.number)
        sums = read_bytes(folder / SUMS_FILE)
        if hashlib.sha256(sums or b"").hexdigest() != release.seal:
            raise _altered(f"{where}/{SUMS_FILE}", "was altered after the release was read")
        if name == SUMS_FILE:
            return sums or b""
        wanted = read_sums(sums or b"").get(name)
        data = read_bytes(folder / name) if is_inside(name) else None
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
        for place in self._links(policy_id, number):
            raise _altered(place, NO_FOLDER)
        state, names, odd = state_of_folder(folder)
        held = self._held.get(where, state)
        if held is not None:
            return held
        if odd:
            raise _altered(f"{where}/{odd[0]}", NO_FILE)
        files = read_files(folder, names)
        if flaws := broken(files):
            name, what = flaws[0]
            more = f" (and {len(flaws) - 1} more of its files)" if len(flaws) > 1 else ""
            refuse_checkout(f"{where}/{name}", files)
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
        held = self._chain.get(where, state)
        if held is not None:
            return held
        files = read_files(folder, [RELEASE_FILE, SUMS_FILE])
        for path in paths:
            if path.name not in files:
                raise _altered(f"{where}/{path.name}", "is missing")
        record, sums = files[RELEASE_FILE], files[SUMS_FILE]
        if read_sums(sums).get(RELEASE_FILE) != hashlib.sha256(record).hexdigest():
            raise _altered(f"{where}/{RELEASE_FILE}", "was altered after the release was sealed")
        link = read_link(number, record, sums, f"{where}/{RELEASE_FILE}")
        self._chain.keep(where, state, link)
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
                what = f"is missing; its tag {tag} bears witness to it"
                remedy = restore_path(where, f"refs/tags/{tag}")
                raise SealError(what, where=where, remedy=remedy)

    # ── for `verify`, which tells everything ─────────────────────────────────────────────────────

    def unsealed(self, policy_id: str, number: Number) -> Mapping[str, bytes]:
        """The files in a release's folder by name, altered or not: for `verify` alone."""
        folder = self._folder(policy_id, number)
        return read_files(folder, state_of_folder(folder)[1])

    def beside(self, policy_id: str) -> list[str]:
        """The paths of what lies among the releases of a policy and belongs to none of them."""
        folder, where = self._versions / policy_id, self._where(policy_id)
        return [f"{where}/{name}" for name in loose_names(folder, is_place)]

    def damage(self, policy_id: str) -> list[tuple[str, str]]:
        """Everything in the releases of a policy that is not as it was sealed, for `verify`.

        The files are checked against the checksums in their folder, and each folder against the
        seal that the next release recorded.

        Returns:
            Path and what is wrong, for each.
        """
        numbers = self.numbers(policy_id)
        links_found = (place for n in numbers for place in self._links(policy_id, n))
        found = dict.fromkeys((place, NO_FOLDER) for place in links_found)
        links: list[Link] = []
        unread: dict[Number, Exception | None] = {}
        for number in numbers:
            where = self._where(policy_id, number)
            files, wrong = self._files_and_flaws(policy_id, number)
            # What an altered record says of the release before it accuses nobody.
            link = Link(number, seal_of(files.get(SUMS_FILE, b"")), None, "")
            try:
                release = read_release(policy_id, files, where)
            except Exception as error:  # noqa: BLE001 - an altered record may say anything
                unread[number] = error
            else:
                if {RELEASE_FILE, SUMS_FILE}.isdisjoint(name for name, _ in wrong):
                    link = Link(number, release.seal, release.previous, release.previous_seal)
                else:
                    unread[number] = None
                if release.number != number:
                    wrong.append(("", f"is the folder of release {release.number}"))
            links.append(link)
            found |= dict.fromkeys((f"{where}/{name}".rstrip("/"), what) for name, what in wrong)
            try:
                self._witness.message(f"{policy_id}/{number}")
            except SealError as error:
                found[error.where, error.what] = None
        for number, what in chain_flaws(links, numbers, unread):
            found[self._where(policy_id, number), what] = None
        for number, reason in unread.items():
            where = self._where(policy_id, number)
            if reason and not any(f"{path}/".startswith(f"{where}/") for path, _ in found):
                told = reason.what if isinstance(reason, PublisherError) else str(reason)
                at = getattr(reason, "where", "").partition(":")[0] or where
                found[at, f"does not read: {told}"] = None
        return list(found)

    def _files_and_flaws(
        self, policy_id: str, number: Number
    ) -> tuple[Mapping[str, bytes], list[tuple[str, str]]]:
        """The files of a release, and what is not as it was sealed: each name and what is wrong."""
        folder = self._folder(policy_id, number)
        _, names, odd = state_of_folder(folder)
        files = read_files(folder, names)
        flaws = [(name, what) for name, what in broken(files) if name not in odd]
        return files, [*((name, NO_FILE) for name in odd), *flaws]

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

    def _links(self, policy_id: str, number: Number) -> list[str]:
        """The paths of links that lie where the folders on the way to a release have to be."""
        folder = self._folder(policy_id, number)
        places = {
            self._versions: self._versions.name,
            folder.parent: self._where(policy_id),
            folder: self._where(policy_id, number),
        }
        note_files(places, follow=False)
        return [where for path, where in places.items() if path.is_symlink()]

    def _folder(self, policy_id: str, number: Number) -> Path:
        return self._versions / policy_id / str(number)

    def _where(self, policy_id: str, number: Number | None = None) -> str:
        """The path of a release as messages have it."""
        parts = [self._versions.name, policy_id, *([str(number)] if number else [])]
        return "/".join(parts)


def _altered(where: str, what: str) -> SealError:
    return SealError(what, where=where, remedy=SEAL_REMEDY)
