"""What disk and git know of the releases of a policy, gathered for `verify`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from publisher.edges.acts import lock_of_acts
from publisher.edges.archive import Archive
from publisher.edges.branches import rivals
from publisher.edges.drafts import Drafts
from publisher.edges.file_state import LITTER
from publisher.edges.history import History
from publisher.edges.locks import is_held
from publisher.edges.project import PRIVATE_FOLDER
from publisher.edges.register_evidence import RegisterWitnesses
from publisher.edges.signatures import Signatures
from publisher.edges.tagged import Tagged
from publisher.policies.file_names import unix_lines
from publisher.policies.finding import Finding
from publisher.releases.damage import Damage
from publisher.releases.folder import SUMS_FILE, broken, read_release, read_sums
from publisher.releases.known_seals import KnownPolicy
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.revisions import Revision, TaggedCommit, TagObject
from publisher.releases.seals import chain_flaws, stepped_over
from publisher.releases.strays import (
    committed_numbers,
    committed_strays,
    private_strays,
    repository_strays,
    stray,
)
from publisher.releases.verification import (
    Outside,
    ReleaseEvidence,
    require_sound,
    stray_findings,
    verify_releases,
)
from publisher.releases.vouching import Expected, Vouchers, expected_signers
from publisher.releases.witnessing import Witnessed, drafted_files

_BELIEVED = (PRIVATE_FOLDER, f"{PRIVATE_FOLDER}/cache", f"{PRIVATE_FOLDER}/unfinished")
"""Places at which what this program keeps of releases is taken for its own."""
MOST_WRITTEN = 5
"""Files of a release that are looked at for what git makes of them here; the others are alike."""


@dataclass(frozen=True)
class Witnesses:
    """Those that can say what a release was when it was frozen."""

    archive: Archive
    history: History
    drafts: Drafts

    @cached_property
    def _tagged(self) -> Tagged:
        return Tagged(self.history)

    def evidence(self, policy_id: str, outside: Outside = Outside()) -> ReleaseEvidence:  # noqa: B008 - it never changes
        """All that is known of the releases of a policy.

        Args:
            policy_id: which policy.
            outside: what is known from elsewhere than the repository.

        Raises:
            HistoryError: git does not answer.
        """
        history = self.history
        commits = history.touched(f"versions/{policy_id}")
        damage, releases = self._damage_and_releases(policy_id)
        tags = self._tagged.tags(policy_id)
        numbers = self.archive.numbers(policy_id)
        return ReleaseEvidence(
            policy_id=policy_id,
            numbers=numbers,
            releases=releases,
            damage=damage,
            commits=commits,
            resealed=dict(self._resealed(policy_id, releases, commits)),
            witnessed=replace(
                self._witnessed(releases, tags), kept=self._kept(policy_id, outside.known)
            ),
            vouchers=self._vouchers(releases, tags, outside),
            known=outside.known,
            unfinished=self.archive.unfinished(policy_id),
            at_work=self._at_work,
            gone=self._gone(outside.known, releases, tags),
            late=frozenset(self._late(releases, commits)),
            stated=RegisterWitnesses(self.archive, history, self._tagged).evidence(
                policy_id,
                releases,
                outside.known,
                Expected(outside.signers, outside.source, sealed=False),
            ),
            tag_folder=history.tag_names.real(policy_id),
            rivals=rivals(history.root, policy_id, numbers),
        )

    def require_sound(self, policy_id: str) -> None:
        """Nothing is published, told or amended where `verify` finds an error.

        Raises:
            SealError: it does; names a file, if one is known.
            HistoryError: git does not answer.
        """
        require_sound([*self.strays(), *verify_releases(self.evidence(policy_id))])

    def strays(self) -> list[Finding]:
        """What git has beside the folders of policies, though it is no business of it."""
        private = sorted({*self._tagged.modes(PRIVATE_FOLDER), *self._tagged.kept(PRIVATE_FOLDER)})
        root = self.history.root
        top = self.history.top.resolve()
        linked = [name for name in _BELIEVED if (root / name).is_symlink()]
        # One that leads out of the repository is its owner's own, for a cache on another disk say.
        links = [name for name in linked if (root / name).resolve().is_relative_to(top)]
        found = [
            *repository_strays(self._tagged.modes("versions")),
            *private_strays(private, links),
        ]
        found = list(dict.fromkeys(found))
        return stray_findings(
            found, {each.path: self.history.revisions(each.path) for each in found}
        )

    @property
    def _at_work(self) -> bool:
        place = lock_of_acts(self.history.root)
        return place is not None and is_held(place)

    # ── folders ──────────────────────────────────────────────────────────────────────────────────

    def _damage_and_releases(self, policy_id: str) -> tuple[Damage, list[Release]]:
        releases = {release.number: release for release in self._readable(policy_id)}
        uncommitted = frozenset(self.history.changed())
        modes = self._tagged.modes("versions")
        flaws = self.archive.damage(policy_id)
        flaws, checked_out = self._checked_out(policy_id, flaws, releases)
        sealed = dict(self._sealed_names(policy_id))
        flaws += [
            (path, what)
            for path, what in committed_strays(policy_id, modes, sealed)
            if path not in dict(flaws)
        ]
        litter = []
        for path in self._untracked(policy_id, modes):
            name = path.rpartition("/")[2]
            if LITTER.fullmatch(name) or (name.startswith(".") and path.count("/") == 2):
                litter.append(path)
            elif what := stray(name):
                flaws.append((path, what))
        by = {path: self.history.revisions(path) for path in dict(flaws)}
        damage = Damage(
            tuple(dict.fromkeys(flaws)),
            by,
            uncommitted,
            checked_out,
            litter,
            left_out=committed_numbers(policy_id, modes) - {*self.archive.numbers(policy_id)},
            sparse=self._tagged.sparse,
        )
        return damage, [releases[number] for number in sorted(releases)]

    def _checked_out(
        self,
        policy_id: str,
        flaws: Sequence[tuple[str, str]],
        releases: dict[Number, Release],
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """What is wrong without what git alone altered as it wrote the files; and these files.

        Of the releases concerned, those that the last commit has are put into `releases`.
        """
        altered: list[str] = []
        for number in self.archive.numbers(policy_id):
            where = f"versions/{policy_id}/{number}"
            own = [path for path, _ in flaws if path.startswith(f"{where}/")]
            if not own or not self._as_written(policy_id, number, own):
                continue
            if (release := self._as_committed(policy_id, number)) is not None:
                releases[number] = release
                flaws = [flaw for flaw in flaws if flaw[0] not in (where, *own)]
                altered += own
        if not altered:
            return list(flaws), []
        chain = chain_flaws([releases[n] for n in sorted(releases)], [*releases])
        kept = [flaw for flaw in flaws if flaw[0].count("/") != 2]
        return [*kept, *((f"versions/{policy_id}/{n}", what) for n, what in chain)], altered

    def _as_written(self, policy_id: str, number: Number, paths: Sequence[str]) -> bool:
        """Whether some files of a release are what git makes of the last commit here."""
        before = f"versions/{policy_id}/{number}/"
        here = self.archive.unsealed(policy_id, number)
        return all(
            here.get(path.removeprefix(before), b"") == self._tagged.written(path)
            for path in paths[:MOST_WRITTEN]
        )

    def _sealed_names(self, policy_id: str) -> Iterator[tuple[Number, Collection[str]]]:
        """The names of the files that each release sealed, as far as that can be told."""
        for number in self.archive.numbers(policy_id):
            files = self.archive.unsealed(policy_id, number)
            if names := read_sums(files.get(SUMS_FILE, b"")):
                yield number, {SUMS_FILE, *names}

    def _untracked(self, policy_id: str, modes: Mapping[str, str]) -> Iterator[str]:
        """What lies among the releases on the disk, and in no commit."""
        for path in self.archive.beside(policy_id):
            inside = f"{path}/"
            if path not in modes and not any(name.startswith(inside) for name in modes):
                yield path

    def _readable(self, policy_id: str) -> Iterator[Release]:
        for number in self.archive.numbers(policy_id):
            with suppress(Exception):  # a folder that does not read is damaged, and told as such
                files = self.archive.unsealed(policy_id, number)
                yield read_release(policy_id, files, f"versions/{policy_id}/{number}")

    def _as_committed(self, policy_id: str, number: Number) -> Release | None:
        """A release as the last commit has it; None: it has none that is as it was sealed."""
        where = f"versions/{policy_id}/{number}"
        files = self.history.files_at(self.history.head, where)
        with suppress(Exception):
            if files and not broken(files):
                return read_release(policy_id, files, where)
        return None

    def _resealed(
        self,
        policy_id: str,
        releases: Sequence[Release],
        commits: Mapping[str, Sequence[Revision]],
    ) -> Iterator[tuple[Number, Revision]]:
        for release in releases:
            touched = commits.get(str(release.number), [])
            if len(touched) < 2:
                continue
            seals = self._tagged.seals_at(release.name, [revision.id for revision in touched])
            same = [at for at, seal in enumerate(seals) if seal == release.seal]
            if not same:
                continue
            first = touched[same[-1]]  # the oldest commit that has it as it is
            before = [touched[at].id for at, s in enumerate(seals) if s and at > same[-1]]
            if any(self._tagged.is_before(commit, first.id) for commit in before):
                yield release.number, first

    def _late(
        self, releases: Sequence[Release], commits: Mapping[str, Sequence[Revision]]
    ) -> Iterator[Number]:
        for name, touched in commits.items():
            number = Number.parse(name)
            over = stepped_over(releases, number) if number else None
            made = commits.get(str(over.number), ()) if over else ()
            if number and made and not self._tagged.is_before(touched[-1].id, made[-1].id):
                yield number

    # ── git ──────────────────────────────────────────────────────────────────────────────────────

    def _witnessed(self, releases: Sequence[Release], tags: Mapping[str, TagObject]) -> Witnessed:
        here = {release.name for release in releases}
        tagged = self._tagged.commits(tags)
        for name, commit in tagged.items():
            if name not in here and not self.history.contains(tags[name].target):
                tagged[name] = TaggedCommit(commit.seal, commit.parents, merged=False)
        frozen = [release for release in releases if not release.imported]
        return Witnessed(tags, tagged, self._differing(frozen), self.history.shallow)

    def _kept(self, policy_id: str, known: KnownPolicy) -> dict[str, str]:
        """Of the tags that were seen before, the ids of those that this clone has still."""
        ids = {f"{policy_id}/{n}": seen.tag for n, seen in known.releases.items() if seen.tag}
        here = self._tagged.kinds(ids.values())
        return {name: own for (name, own), found in zip(ids.items(), here, strict=True) if found}

    def _differing(self, frozen: Sequence[Release]) -> dict[Number, Collection[str] | None]:
        """What of each release is not as in its draft; None: there is no such revision here."""
        revisions = sorted({release.revision for release in frozen if release.revision})
        known = dict(
            zip(revisions, self._tagged.kinds(f"{r}^{{commit}}" for r in revisions), strict=True)
        )
        found: dict[Number, Collection[str] | None] = {}
        asked: list[tuple[Release, str, str, bytes]] = []
        for release in frozen:
            if not known.get(release.revision):
                found[release.number] = None
                continue
            found[release.number] = []
            folder = self.drafts.name(release.policy.id)
            for name, (path, data) in drafted_files(release).items():
                asked.append((release, f"{folder}/{name}", path, data))
        ids = self._tagged.ids_at((release.revision, place) for release, place, _, _ in asked)
        unlike = [each for each, own in zip(asked, ids, strict=True) if own != _blob(each[3], own)]
        # A draft may have had other line ends.
        texts = self._tagged.files_at((release.revision, place) for release, place, _, _ in unlike)
        for (release, _, path, data), text in zip(unlike, texts, strict=True):
            if text is None or unix_lines(text) != data:
                found[release.number] = [*(found[release.number] or ()), path]
        return found

    def _vouchers(
        self, releases: Sequence[Release], tags: Mapping[str, TagObject], outside: Outside
    ) -> Vouchers:
        expected = expected_signers(releases, outside.signers, outside.source)
        signed = {
            release.number: tag
            for release in releases
            if (tag := tags.get(release.name)) and tag.signed
        }
        checked = Signatures(self.history.root).of_all(
            [(tag.id, expected[number].signers) for number, tag in signed.items()]
        )
        return Vouchers(expected, dict(zip(signed, checked, strict=True)))

    def _gone(
        self, known: KnownPolicy, releases: Sequence[Release], tags: Mapping[str, TagObject]
    ) -> frozenset[str]:
        """The commits of known releases that are not as they were, where history lacks them."""
        now = {release.number: release for release in releases}
        doubtful = set()
        for number, before in known.releases.items():
            release = now.get(number)
            tag = tags.get(release.name) if release else None
            if (
                release is None
                or tag is None
                or (tag.id, release.seal) != (before.tag, before.seal)
            ):
                doubtful.add(before.commit)
        doubtful.discard("")
        return frozenset(commit for commit in doubtful if not self.history.contains(commit))

    # ── differences ──────────────────────────────────────────────────────────────────────────────

    def alterations(self, policy_id: str) -> Iterator[str]:
        """For each file that is not as it was frozen, what differs, as `diff -u` writes it.

        The files are held against the tag of their release, or, where it has none, against the
        commit that added it. A release that is gone as a whole is not among them.
        """
        from publisher.reports.alteration import alteration  # few ask for it

        tags = self._tagged.tags(policy_id)
        commits = self.history.touched(f"versions/{policy_id}")
        for number in self.archive.numbers(policy_id):
            folder, touched = f"versions/{policy_id}/{number}", commits.get(str(number))
            tag = tags.get(f"{policy_id}/{number}")
            if not touched and (tag is None or tag.target_kind != "commit"):
                continue
            # Where a release was replaced with its tag, the first commit has it as it was.
            revision = touched[-1].id if touched else tag.target if tag else ""
            frozen = self.history.files_at(revision, folder)
            found = self.archive.unsealed(policy_id, number)
            for name in sorted({*frozen, *found}):
                if frozen.get(name) != found.get(name):
                    yield alteration(f"{folder}/{name}", frozen.get(name), found.get(name))
        yield from RegisterWitnesses(self.archive, self.history, self._tagged).alterations(
            policy_id
        )


def _blob(data: bytes, like: str) -> str:
    """The id that git gives to the content of a file, made in the same way as another id."""
    kind = "sha256" if len(like) > 40 else "sha1"
    found = hashlib.new(kind, b"blob %d\0" % len(data), usedforsecurity=False)
    found.update(data)
    return found.hexdigest()
