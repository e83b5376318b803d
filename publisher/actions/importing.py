"""Importing: the texts that a file had in a git history, each as a release of the past."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from publisher.actions import Progress, silent
from publisher.actions.redrafting import Draft
from publisher.compare.section_lineage import Lineage
from publisher.edges import archive
from publisher.edges.foreign import ForeignHistory, Sighting
from publisher.edges.history import History
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, FreezeError, HistoryError, NotFoundError, SealError
from publisher.policies.anchoring import Anchored, anchor_for, source_text
from publisher.policies.draft import FACTS_FILE
from publisher.policies.labels import unfit
from publisher.policies.policy import POLICY_ID, Facts, Policy
from publisher.releases.folder import SUMS_FILE, read_release, release_files, seal_of
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Imported, Release
from publisher.releases.releases import Releases
from publisher.text.clauses import Kind
from publisher.text.parsing import parse

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
"""How the name of a Markdown file ends."""


@dataclass(frozen=True)
class Import:
    """What an import found and made."""

    policy_id: str
    releases: Releases
    """All releases of the policy, those of earlier imports included."""
    new: int
    """How many releases this run made."""
    carried: int
    """How often a section was known again by its content, and so kept its anchor."""
    left_out: tuple[str, ...]
    """Why a commit gave no release, each in a sentence."""
    draft_follows: bool
    """Whether the draft is the last release; else it had a text of its own, and was let alone."""
    missing: tuple[str, ...]
    """What `policy.toml` still has to say."""

    def lines(self) -> Iterator[str]:
        """What was done, and what is left to do, in lines to read."""
        first, last, folder = self.releases[0], self.releases[-1], f"policy/{self.policy_id}"
        count = len(self.releases)
        assert first.imported
        assert last.imported
        if self.new:
            yield (
                f"Imported {self.policy_id}: {self.new} new release(s), {count} in all, "
                f"seen {first.imported.seen:%Y-%m-%d} to {last.imported.seen:%Y-%m-%d}"
            )
            yield f"  {self.carried:,} times a section was known again, and kept its anchor"
        else:
            yield f"Nothing new: {self.policy_id} has {count} release(s) of this history"
        for reason in self.left_out:
            yield f"  left out: {reason}"
        yield "  unknown, and said so: effective dates, letters, notes"
        if not self.draft_follows:
            yield f"  {folder} has a text of its own and was let alone: publisher diff"
        if self.missing:
            yield f"  to be filled in, in {folder}/{FACTS_FILE}: {', '.join(self.missing)}"
        yield "Next: publisher verify; publisher check says what the draft needs before a freeze"


@dataclass(frozen=True, slots=True)
class _Found:
    """A text that a file had from a commit on."""

    sighting: Sighting
    digest: str


def import_history(
    project: Project,
    repository: Path,
    path: str,
    *,
    policy_id: str | None = None,
    title: str = "",
    language: str = "en",
    progress: Progress = silent,
) -> Import:
    """Makes one release of each text that a file had, and lets the draft be the last of them.

    What is there already is kept: a run that was cut off goes on where it stopped, and a later run
    adds what has come since.

    Args:
        project: where.
        repository: a folder in the git repository with the history.
        path: of the file, from that folder.
        policy_id: the policy's id; None: made from the name of the file.
        title: what the policy is called, where no `policy.toml` says it; empty: as the first
            heading of its last text says.
        language: of the policy, where no `policy.toml` says it.
        progress: told of each release.

    Raises:
        ConfigurationError: the id or the title cannot be one, or `policy.toml` does not read.
        NotFoundError: the history has no such file.
        HistoryError: there is no git repository, it is shallow, or the history is another one.
        FreezeError: the policy has releases that were frozen from a draft.
        SealError: a release was altered.
    """
    own, source = History(project.root), _source(repository)
    left_out: list[str] = []
    # What the stranger's repository may refuse comes before anything is written, as does the rest.
    found = list(_texts(source, path, left_out))
    policy_id = _policy_id(policy_id, path)
    own.head  # noqa: B018 - a project without a commit is refused
    archive.sweep(project, policy_id)
    releases = archive.line(project, policy_id)
    _refuse(project, policy_id, releases)
    _same_history(releases, found, path)
    draft = Draft(project, policy_id)
    title = _readable(title) or _title(source, found[-1].sighting)
    facts = draft.facts(title, language)
    _refuse_title(facts.title, path if facts.title == title else f"policy/{policy_id}/{FACTS_FILE}")
    lineage = Lineage()
    for release in releases:
        assert release.imported
        kept = release.imported.kept
        lineage.resume(Anchored(release.policy.files, kept), release.policy.facts.retired)
    made = list(releases)
    for each in found[len(releases) :]:
        progress("versions", len(made), len(found))
        made.append(_release(project, policy_id, source, each, lineage, facts, Releases(made)))
    progress("versions", len(found), len(found))
    follows = draft.follow(Releases(made))
    _record(own, Releases(made), _readable(source.address), draft=follows)
    return Import(
        policy_id=policy_id,
        releases=Releases(made),
        new=len(made) - len(releases),
        carried=lineage.carried,
        left_out=tuple(left_out),
        draft_follows=follows,
        missing=draft.missing(),
    )


# ── what is there ────────────────────────────────────────────────────────────────────────────────


def _source(repository: Path) -> ForeignHistory:
    source = ForeignHistory(repository)
    if source.shallow:
        raise HistoryError(
            "is a shallow clone: the older texts are missing, and releases are numbered from the "
            "first one",
            where=str(repository),
            remedy=f"git -C {repository} fetch --unshallow",
        )
    return source


def _policy_id(wanted: str | None, path: str) -> str:
    name = wanted or anchor_for(PurePosixPath(path).stem, ())[:16].strip("-")
    if not POLICY_ID.fullmatch(name):
        raise ConfigurationError(
            f"`{name}` cannot be a policy's id",
            remedy="use at most 16 small letters, digits and hyphens: --policy ID",
        )
    return name


def _refuse(project: Project, policy_id: str, releases: Releases) -> None:
    if damage := archive.damage(project, policy_id):
        path, what = damage[0]
        raise SealError(what, where=path, remedy="publisher verify")
    own = next((release for release in releases if release.imported is None), None)
    if own is not None:
        raise FreezeError(
            f"release {own.number} was frozen from a draft: what is imported would come behind it",
            where=f"versions/{policy_id}",
            remedy="import the history as a policy of its own: --policy ID",
        )


def _texts(source: ForeignHistory, path: str, left_out: list[str]) -> Iterator[_Found]:
    """The texts of a file, oldest first; one that only repeats the one before is no new text."""
    if not path.endswith(MARKDOWN):
        raise NotFoundError(
            "is no Markdown file",
            where=path,
            remedy="name one .md file; several are imported one by one, each as a policy",
        )
    before = ""
    for sighting in source.sightings(path):
        if why := _unfit(source, sighting):
            left_out.append(f"{sighting.commit[:10]} of {sighting.when:%Y-%m-%d}: {why}")
            continue
        digest = _digest(_text(source, sighting))
        if digest != before:
            yield _Found(sighting, digest)
        before = digest
    if not before:
        what = f"no commit has a text of it: {left_out[-1]}" if left_out else "no commit has it"
        raise NotFoundError(
            what,
            where=path,
            remedy="name the file as `git log --name-only` does, from the folder behind --history",
        )


def _unfit(source: ForeignHistory, sighting: Sighting) -> str:
    """Why a file is no text to import; empty where it is one."""
    name = f"`{sighting.path}`"
    if not sighting.blob:
        return f"{name} was removed, or is no file"
    if not sighting.path.endswith(MARKDOWN):
        return f"{name} is no Markdown file"
    try:
        text = _text(source, sighting)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"{name} is not UTF-8 text, see line {line}"
    except ValueError as error:
        return f"{name} is no text: {error}"
    return "" if text.strip() else f"{name} is empty"


def _text(source: ForeignHistory, sighting: Sighting) -> str:
    return source_text(source.content(sighting.blob))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _same_history(releases: Releases, found: Sequence[_Found], path: str) -> None:
    """What was imported before must be what this history begins with."""
    for release, each in zip(releases, [*found, *[None] * len(releases)], strict=False):
        was = release.imported
        assert was
        if each is None or (was.commit, was.digest) != (each.sighting.commit, each.digest):
            raise HistoryError(
                f"release {release.number} was made of `{was.path}` at commit {was.commit[:10]}, "
                "and this history has another text there",
                where=path,
                remedy="import this history as a policy of its own: --policy ID",
            )


def _title(source: ForeignHistory, last: Sighting) -> str:
    clauses = parse(_text(source, last))
    titles = (_readable(c.text) for c in clauses if c.kind is Kind.HEADING)
    return next(filter(None, titles), _readable(PurePosixPath(last.path).stem))


def _refuse_title(title: str, where: str) -> None:
    """What `check` would refuse of a title, before anything is made of it."""
    if why := unfit(title):
        own = where.endswith(FACTS_FILE)
        raise ConfigurationError(
            f"the title “{title}” {why}",
            where=where,
            remedy="correct `title` there"
            if own
            else "say what the policy is called: --title WORDS",
        )


def _readable(name: str) -> str:
    """A name on one line, as a record can hold it."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


# ── what is made ─────────────────────────────────────────────────────────────────────────────────


def _release(
    project: Project,
    policy_id: str,
    source: ForeignHistory,
    found: _Found,
    lineage: Lineage,
    facts: Facts,
    releases: Releases,
) -> Release:
    """Makes the next release and writes its folder."""
    text = lineage.follow(_text(source, found.sighting))
    sections = tuple(text.files)
    sighting = found.sighting
    release = Release(
        number=Number(len(releases) + 1),
        materiality=Materiality.MATERIAL,
        policy=Policy(
            policy_id,
            replace(facts, sections=sections, retired=dict(lineage.retired)),
            text.files,
        ),
        published=None,
        effective=None,
        previous=releases[-1].number if releases else None,
        previous_seal=releases[-1].seal if releases else "",
        imported=Imported(
            source=_readable(source.address),
            path=_readable(sighting.path),
            commit=sighting.commit,
            seen=sighting.when.astimezone(dt.UTC),
            digest=found.digest,
            kept=text.kept,
        ),
    )
    files = release_files(release, {})
    sealed = replace(release, seal=seal_of(files[SUMS_FILE]))
    # What never changes again must read back as what was meant before it is written.
    assert read_release(policy_id, files, release.name) == sealed
    archive.write(project, policy_id, release.number, files)
    return sealed


def _record(own: History, releases: Releases, address: str, *, draft: bool) -> None:
    """Commits what was made, in one commit, and tags the last release of it."""
    last = releases[-1]
    policy_id = last.policy.id
    folders = [f"versions/{policy_id}", *[f"policy/{policy_id}"] * draft]
    if any(f"{folder}/" in path for path in own.changed() for folder in folders):
        message = f"Import {policy_id}/1 to {last.name} from {address}\n\nSeal: {last.seal}"
        own.commit(folders, [], message)
    if last.name not in own.tags(policy_id):
        own.tag(last.name, _tag_message(last))


def _tag_message(last: Release) -> str:
    """One tag bears witness to every release before it too: each has the seal of the one before."""
    assert last.imported
    return "\n".join(
        [
            f"{last.policy.facts.title}, versions 1 to {last.number} (imported)",
            "",
            f"Source: {last.imported.source} {last.imported.path}",
            f"Commit: {last.imported.commit}",
            f"Seal: {last.seal}",
        ]
    )
