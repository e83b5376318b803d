"""Importing the texts that a file had in a git history, each as a release of the past."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from publisher.actions import Progress, Teller, silent, unheard
from publisher.actions.workplace import Workplace
from publisher.edges.clones import refuse_partial_clone
from publisher.edges.foreign import ForeignHistory, Sighting
from publisher.errors import HistoryError, NotFoundError
from publisher.policies.anchoring import source_text
from publisher.policies.draft import FACTS_FILE
from publisher.policies.policy import Facts
from publisher.releases.act import Act
from publisher.releases.folder import SUMS_FILE, read_release, release_files, seal_of
from publisher.releases.importing import (
    MARKDOWN,
    ImportReport,
    PastText,
    digest_of,
    imported_release,
    one_line,
    policy_id_for,
    refuse_another_history,
    refuse_frozen,
    refuse_title,
    resumed,
    title_of_text,
    why_no_text,
)
from publisher.releases.number import Number
from publisher.releases.redrafting import DraftFiles
from publisher.releases.release import Release
from publisher.releases.releases import Releases


@dataclass(frozen=True)
class ImportOrder:
    """What is to be imported."""

    repository: Path
    """A folder in the git repository with the history."""
    path: str
    """Of the file, from that folder."""
    policy_id: str | None = None
    """The policy's id; None: made from the name of the file."""
    title: str = ""
    """What the policy is called, where no `policy.toml` says it; empty: as the first heading of
    its last text says."""
    language: str = "en"
    """Of the policy, where no `policy.toml` says it."""


def import_history(
    workplace: Workplace,
    order: ImportOrder,
    progress: Progress = silent,
    tell: Teller = unheard,
) -> ImportReport:
    """Makes one release of each text that a file had, and lets the draft be the last of them.

    All of it is made, or nothing. What is there already is kept: a later run adds what has come
    since. What was cut off is completed or taken back first.

    Args:
        workplace: the project.
        order: what is to be imported.
        progress: told of each release.
        tell: told what became of what was cut off.

    Raises:
        ConfigurationError: the id or the title cannot be one, or `policy.toml` does not read.
        NotFoundError: the history has no such file.
        HistoryError: there is no git repository, it is shallow, or the history is another one; or
            git cannot do its part, and everything is as it was before.
        FreezeError: the policy has releases that were frozen from a draft.
        SealError: a release was altered.
        RenderError: the site could not have the last text as a PDF: a library is missing.
    """
    archive, drafts, acts = workplace.archive, workplace.drafts, workplace.acts
    source, left_out = _Source(_history(order.repository)), list[str]()
    # What the stranger's repository may refuse comes before anything is written, as does the rest.
    found = list(source.texts(order.path, left_out))
    policy_id = policy_id_for(order.policy_id, order.path)
    workplace.history.head  # noqa: B018 - a project without a commit is refused
    with acts.one_at_a_time(f"the import of {policy_id}"):
        for done in acts.recovered(policy_id):
            tell(done.line())
        releases = archive.releases(policy_id)
        refuse_frozen(policy_id, releases)
        refuse_another_history(releases, found, order.path)
        draft = DraftFiles.read(drafts.files(policy_id), drafts.name(policy_id))
        facts = _facts(source, draft, order, found[-1], f"{drafts.name(policy_id)}/{FACTS_FILE}")
        lineage, made = resumed(releases), list(releases)
        for each in found[len(releases) :]:
            progress("versions", len(made), len(found))
            last, text = made[-1] if made else None, source.text(each)
            made.append(_sealed(imported_release(policy_id, facts, text, each, lineage, last)))
        progress("versions", len(found), len(found))
        wanted = draft.following(Releases(made))
        if new := made[len(releases) :]:
            refuse_partial_clone(workplace.history, releases)
            workplace.press.require_site(
                Releases(made), workplace.settings.organisation, workplace.catalogs
            )
            acts.refuse_unfit(policy_id, archive.numbers(policy_id), *(r.number for r in new))
            files = {**draft.files, **wanted} if wanted is not None else {}
            changes = {f"{drafts.name(policy_id)}/{name}": data for name, data in files.items()}
            act = _act(new, order, source.address, changes)
            act = acts.rehearsed(act, release_files(new[-1], {}))
            acts.carry_out(act, _folders(new, progress))
    return ImportReport(
        policy_id=policy_id,
        releases=Releases(made),
        new=len(new),
        carried=lineage.carried,
        left_out=tuple(left_out),
        draft_follows=wanted is not None and bool(new or not wanted),
        missing=draft.missing(),
    )


# ── the stranger's history ───────────────────────────────────────────────────────────────────────


def _history(repository: Path) -> ForeignHistory:
    source = ForeignHistory(repository)
    if source.shallow:
        raise HistoryError(
            "is a shallow clone: the older texts are missing, and releases are numbered from the "
            "first one",
            where=str(repository),
            remedy=f"git -C {repository} fetch --unshallow",
        )
    return source


class _Source:
    """The texts of a file in a git history; none is kept in memory."""

    def __init__(self, history: ForeignHistory) -> None:
        self._history, self.address = history, one_line(history.address)
        self._blobs: dict[tuple[str, str], str] = {}
        """The content of each text by commit and path."""

    def texts(self, path: str, left_out: list[str]) -> Iterator[PastText]:
        """The texts of a file, oldest first; one that repeats the one before is no new text."""
        if not path.endswith(MARKDOWN):
            raise NotFoundError(
                "is no Markdown file",
                where=path,
                remedy="name one .md file; several are imported one by one, each as a policy",
            )
        before = ""
        for sighting in self._history.sightings(path):
            data = self._history.content(sighting.blob) if sighting.blob else None
            if why := why_no_text(sighting.path, data):
                left_out.append(f"{sighting.commit[:10]} of {sighting.when:%Y-%m-%d}: {why}")
                continue
            digest = digest_of(source_text(data or b""))
            if digest != before:
                yield self._found(sighting, digest)
            before = digest
        if not before:
            what = f"no commit has a text of it: {left_out[-1]}" if left_out else "no commit has it"
            raise NotFoundError(
                what,
                where=path,
                remedy="name the file as `git log --name-only` does, from the folder behind "
                "--history",
            )

    def _found(self, sighting: Sighting, digest: str) -> PastText:
        self._blobs[sighting.commit, sighting.path] = sighting.blob
        address = self._history.address
        return PastText(address, sighting.path, sighting.commit, sighting.when, digest)

    def text(self, found: PastText) -> str:
        """A text, with Unix line ends."""
        return source_text(self._history.content(self._blobs[found.commit, found.path]))


def _facts(
    source: _Source, draft: DraftFiles, order: ImportOrder, last: PastText, facts_file: str
) -> Facts:
    title = one_line(order.title) or title_of_text(source.text(last), last.path)
    facts = draft.imported_facts(title, order.language)
    refuse_title(facts.title, order.path if facts.title == title else facts_file)
    return facts


# ── what is made ─────────────────────────────────────────────────────────────────────────────────


def _sealed(release: Release) -> Release:
    """The release with its seal."""
    policy_id, files = release.policy.id, release_files(release, {})
    sealed = replace(release, seal=seal_of(files[SUMS_FILE]))
    # What never changes again must read back as what was meant before it is written.
    assert read_release(policy_id, files, release.name) == sealed
    return sealed


def _folders(
    new: Sequence[Release], progress: Progress
) -> Iterator[tuple[Number, Mapping[str, bytes]]]:
    """The files of each release, as they are asked for."""
    for done, release in enumerate(new):
        progress("folders", done, len(new))
        yield release.number, release_files(release, {})
    progress("folders", len(new), len(new))


def _act(
    new: Sequence[Release], order: ImportOrder, address: str, changes: Mapping[str, bytes | None]
) -> Act:
    """What is made: the folders, and the draft that follows them.

    One tag bears witness to every release before it too: each has the seal of the one before.
    """
    last = new[-1]
    assert last.imported
    policy_id, title = last.policy.id, last.policy.facts.title
    return Act(
        verb="import",
        policy_id=policy_id,
        seals={release.number: release.seal for release in new},
        asked=shlex.join(
            ["import", "--history", str(order.repository), order.path, "--policy", policy_id]
        ),
        message=f"Import {policy_id}/{new[0].number} to {last.name} from {address}\n\n"
        f"Seal: {last.seal}\n",
        testimony=f"{title}, versions 1 to {last.number} (imported)\n\n"
        f"Source: {last.imported.source} {last.imported.path}\n"
        f"Commit: {last.imported.commit}\nSeal: {last.seal}\n",
        changes=changes,
    )
