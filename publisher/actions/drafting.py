"""Checking a draft and comparing any two versions."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from publisher.compare.amendment import Amendment, amend
from publisher.edges import archive
from publisher.edges.project import SETTINGS_FILE, Project, draft_error, read_folder
from publisher.errors import ConfigurationError, DraftError, HistoryError, NotFoundError
from publisher.policies.draft import FACTS_FILE, read_draft
from publisher.policies.finding import Finding
from publisher.policies.labels import check_facts, check_settings
from publisher.policies.policy import Note, Policy
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.review.findings import check
from publisher.review.translations import Seen, check_translations
from publisher.text.clauses import Document
from publisher.text.parsing import parse


@dataclass(frozen=True)
class Version:
    """One side of a comparison."""

    label: str
    """How it is called: `version 2`, `draft`, `git:main`, a path."""
    document: Document
    title: str = ""
    language: str = "en"
    notes: tuple[Note, ...] = ()
    release: Release | None = None
    policy: Policy | None = None
    """What it is a version of; None: of no policy."""
    path: Path | None = None
    """Where it is, if it is a path that belongs to no policy."""


@dataclass(frozen=True)
class Comparison:
    """Two versions and what differs."""

    old: Version
    new: Version
    amendment: Amendment
    seconds: float
    """Time of the comparison alone."""

    @property
    def title(self) -> str:
        """`Privacy Policy: version 1 → draft`."""
        name = self.new.title or self.old.title
        arrow = f"{self.old.label} → {self.new.label}"
        return f"{name}: {arrow}" if name else arrow


def check_draft(project: Project, policy_id: str) -> list[Finding]:
    """Every finding on the draft of a policy; see `review`."""
    policy, findings = project.read_draft(policy_id)
    if policy is None:
        return findings
    releases = archive.line(project, policy_id)
    last = releases[-1] if releases else None
    amendment = amend(last.policy.document, policy.document) if last else None
    folder = project.folder(policy_id)
    found = [*findings, *_labels(project, policy), *check(policy, last, folder, amendment)]
    found += check_translations(policy, releases, folder, _seen(project, policy, last))
    found += _check_phrases(project)
    return sorted(found, key=lambda finding: finding.rank)


def _check_phrases(project: Project) -> list[Finding]:
    """What is wrong with the project's own sentences that are opt-outs."""
    try:
        _ = project.phrases
    except ConfigurationError as error:
        return [Finding.from_error(error)]
    return []


def _labels(project: Project, policy: Policy) -> Iterator[Finding]:
    """What in titles, names and labels cannot be shown everywhere."""
    facts = f"{project.folder(policy.id)}/{FACTS_FILE}"
    yield from check_facts(policy.facts, (project.root / facts).read_bytes(), facts)
    data = (project.root / SETTINGS_FILE).read_bytes()
    yield from check_settings(project.settings, data, SETTINGS_FILE)


def _seen(project: Project, policy: Policy, last: Release | None) -> list[Seen]:
    """The text that stood there when each translation that is not in a release was committed."""
    before = last.policy.translations if last else {}
    changed = [
        (language, name)
        for language, files in policy.translations.items()
        for name, text in files.items()
        if before.get(language, {}).get(name) != text
    ]
    if not changed:
        return []
    try:
        from publisher.edges.history import History  # looks for git, which a check can do without

        history = History(project.root)
    except HistoryError:
        return []
    folder, found = project.folder(policy.id), []
    for language, name in changed:
        revision = history.last(f"{folder}/{language}/{name}")
        text = history.file_at(revision.id, f"{folder}/{name}") if revision else None
        if revision and text is not None:
            found.append(Seen(language, name, str(revision), text.decode("utf-8", "replace")))
    return found


def compare(
    project: Project | None,
    policy_id: str | None,
    old: str | None,
    new: str | None,
    language: str = "",
) -> Comparison:
    """The comparison of two versions.

    Args:
        project: the project; None where both versions are paths outside any.
        policy_id: the policy; None: the only one.
        old: a release number, `draft`, `git:REV` or a path; None: the last release.
        new: the same; None: the draft.
        language: compare the translations into this language; empty: the texts that decide.

    Raises:
        NotFoundError: one of them does not exist.
        DraftError: one of them does not read.
    """
    before = find_version(project, policy_id, old or "last", language)
    after = find_version(project, policy_id, new or "draft", language)
    if before.path and after.path:
        before, after = _shortly(before, after)
    start = time.perf_counter()
    amendment = amend(before.document, after.document)
    return Comparison(before, after, amendment, time.perf_counter() - start)


def _shortly(*versions: Version) -> tuple[Version, ...]:
    """Paths called by what tells them apart: without the folders that both are in."""
    paths = [version.path.resolve() for version in versions if version.path]
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    return tuple(
        replace(version, label=path.relative_to(folder).as_posix())
        for version, path in zip(versions, paths, strict=True)
    )


def find_version(
    project: Project | None, policy_id: str | None, name: str, language: str = ""
) -> Version:
    """The version that `name` means; see `compare`."""
    found = _find_version(project, policy_id, name)
    if not language:
        return found
    policy = found.policy
    if policy is None or language not in policy.translations:
        there = ", ".join(policy.translations) if policy else ""
        raise NotFoundError(
            f"{found.label} has no translation `{language}`; there are: {there or 'none'}",
            remedy="name one of its languages, or leave --language out",
        )
    own = policy.in_language(language)
    label = f"{found.label} ({language})"
    return replace(
        found, label=label, document=own.document, title=own.facts.title, language=language
    )


def _find_version(project: Project | None, policy_id: str | None, name: str) -> Version:
    path = Path(name)
    number = Number.parse(name)
    named = number or name in ("draft", "last") or name.startswith("git:")
    if path.exists() and not (project and named):
        return _at_path(path)
    if project is None:
        raise NotFoundError(
            f"there is no file or folder `{name}`, and no project here",
            remedy="name two Markdown files or policy folders, or go to a project",
        )
    policy = project.policy_id(policy_id)
    if name == "draft":
        return _of_policy("draft", project.draft(policy))
    if name == "last":
        releases = archive.line(project, policy)
        if not releases:
            remedy = "freeze the first release, or name what to compare with"
            raise NotFoundError(
                "there is no release yet", where=f"versions/{policy}", remedy=remedy
            )
        return _of_release(releases[-1])
    if name.startswith("git:"):
        from publisher.edges.history import History  # looks for git, which no other version needs

        folder = project.folder(policy)
        files = History(project.root).files_at(name.removeprefix("git:"), folder)
        return _of_policy(name, _read(policy, files, f"{name}:{folder}"))
    if number:
        return _of_release(archive.release(project, policy, number))
    if path.suffix or len(path.parts) > 1:
        raise NotFoundError(f"there is no file or folder `{name}`")
    raise NotFoundError(
        f"`{name}` is no version", remedy="name a release number, draft, git:REV or a path"
    )


def _of_policy(label: str, policy: Policy) -> Version:
    facts = policy.facts
    notes = policy.notes
    return Version(label, policy.document, facts.title, facts.language, notes, policy=policy)


def _of_release(release: Release) -> Version:
    return replace(_of_policy(f"version {release.number}", release.policy), release=release)


def _read(policy_id: str, files: Mapping[str, bytes], folder: str) -> Policy:
    policy, findings = read_draft(policy_id, files, folder)
    if policy is None or findings:
        raise draft_error(findings)
    return policy


def _at_path(path: Path) -> Version:
    if path.is_dir():
        files = read_folder(path)
        if "policy.toml" in files:
            return _of_policy(str(path), _read(path.name, files, str(path)))
        texts = {name: data for name, data in files.items() if name.endswith(".md")}
        if not texts:
            raise NotFoundError(
                "the folder has no Markdown file",
                where=str(path),
                remedy="name a folder with .md files, or a file",
            )
        numbers = count(1)
        clauses = [
            clause
            for name, data in texts.items()
            for clause in parse(_text(data, path / name), name, numbers)
        ]
        return Version(str(path), Document(tuple(clauses)), path=path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFoundError(f"cannot be read: {error.strerror}", where=str(path)) from None
    document = Document(parse(_text(data, path)))
    named = (section.title for section in document.sections if section.title)
    return Version(str(path), document, next(named, ""), path=path)


def _text(data: bytes, path: Path) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = error.start
    else:
        bad = text.find("\0")
        if bad < 0:
            return text
        bad = len(text[:bad].encode())
    line = data.count(b"\n", 0, bad) + 1
    raise DraftError("not UTF-8 text", where=f"{path}:{line}", remedy="save the file as UTF-8 text")
