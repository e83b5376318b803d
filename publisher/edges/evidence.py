"""What disk and git know of the releases of a policy, gathered for `verify`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from publisher.edges.archive import Archive
from publisher.edges.drafts import Drafts
from publisher.edges.history import History, Revision
from publisher.releases.folder import read_release
from publisher.releases.release import Release
from publisher.releases.verification import ReleaseEvidence


@dataclass(frozen=True)
class Witnesses:
    """Those that can say what a release was when it was frozen."""

    archive: Archive
    history: History
    drafts: Drafts

    def evidence(self, policy_id: str) -> ReleaseEvidence:
        """All that is known of the releases of a policy."""
        history, folder = self.history, f"versions/{policy_id}"
        damage = self.archive.damage(policy_id)
        releases = list(self._readable(policy_id))
        frozen = [release for release in releases if not release.imported]
        return ReleaseEvidence(
            policy_id=policy_id,
            numbers=self.archive.numbers(policy_id),
            releases=releases,
            damage=damage,
            damaged_by={path: history.revisions(path) for path, _ in damage},
            uncommitted=frozenset(history.changed()),
            commits=self._standing(policy_id, history.touched(folder)),
            tags=history.tags(policy_id),
            drafts={release.number: self._draft(release) for release in frozen},
            shallow=history.shallow,
        )

    def _standing(
        self, policy_id: str, commits: Mapping[str, Sequence[Revision]]
    ) -> Mapping[str, Sequence[Revision]]:
        """The commits of folders, but of those that are being made, and are no releases yet."""
        act = self.archive.unfinished(policy_id)
        on_the_way = {str(number) for number in act.seals} if act else set()
        return {name: found for name, found in commits.items() if name not in on_the_way}

    def _readable(self, policy_id: str) -> Iterator[Release]:
        for number in self.archive.numbers(policy_id):
            with suppress(Exception):  # a folder that does not read is damaged, and told as such
                files = self.archive.unsealed(policy_id, number)
                yield read_release(policy_id, files, f"versions/{policy_id}/{number}")

    def _draft(self, release: Release) -> dict[str, bytes] | None:
        if not self.history.has(release.revision):
            return None
        folder = self.drafts.name(release.policy.id)
        return dict(self.history.files_at(release.revision, folder))

    def alterations(self, policy_id: str) -> Iterator[str]:
        """For each file that is not as it was frozen, what differs, as `diff -u` writes it.

        The files are held against the tag of their release, or, where it has none, against the
        commit that added it. A release that is gone as a whole is not among them.
        """
        from publisher.reports.alteration import alteration  # few ask for it

        tags = self.history.tags(policy_id)
        commits = self.history.touched(f"versions/{policy_id}")
        for number in self.archive.numbers(policy_id):
            folder, touched = f"versions/{policy_id}/{number}", commits.get(str(number))
            tag = tags.get(f"{policy_id}/{number}")
            if tag is None and not touched:
                continue
            revision = tag.commit if tag else touched[-1].id if touched else ""
            frozen = self.history.files_at(revision, folder)
            found = self.archive.unsealed(policy_id, number)
            for name in sorted({*frozen, *found}):
                if frozen.get(name) != found.get(name):
                    yield alteration(f"{folder}/{name}", frozen.get(name), found.get(name))
