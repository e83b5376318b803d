"""A version read from wherever it is: a release, the draft, a revision in git, a file or folder."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.compare.amendment import Amendment
from publisher.edges.drafts import Drafts
from publisher.edges.project import read_folder
from publisher.errors import DraftError, NotFoundError
from publisher.policies.draft import FACTS_FILE, draft_error, read_draft
from publisher.policies.policy import Policy
from publisher.releases.compared import why_compared
from publisher.releases.number import Number
from publisher.releases.told_changes import known_changes
from publisher.reports.comparison import Version
from publisher.text.clauses import Document
from publisher.text.parsing import parse

if TYPE_CHECKING:
    from publisher.edges.archive import Archive
    from publisher.edges.history import History

DRAFT = "draft"
LAST = "last"
"""The release that a freeze would compare the draft with: the last one, as a rule."""
_PATHS = "name two Markdown files or policy folders, or go to a project"
GIT = "git:"
"""Stands before the name of a revision of the draft."""


@dataclass(frozen=True)
class Versions:
    """The versions of the policies of a project, and the paths beside them."""

    archive: Callable[[], Archive]
    drafts: Drafts
    history: Callable[[], History]
    """Opens git, which only a revision asks for."""
    policy_id: Callable[[], str]
    """The policy that is meant; asked for only where a name is not a path."""
    clock: Callable[[], dt.datetime]
    """Which release a draft is compared with depends on the day."""

    def find(self, name: str, other: Policy | None = None) -> Version:
        """The version that a name means.

        Args:
            name: a release number, `draft`, `last`, `git:REVISION`, or a path.
            other: what `last` is to be compared with; None: no draft of the policy.

        Raises:
            NotFoundError: there is no such version.
            DraftError: it does not read.
            SealError: the release was altered.
        """
        number = Number.parse(name)
        named = number is not None or name in (DRAFT, LAST) or name.startswith(GIT)
        if not named:
            if Path(name).exists():
                return at_path(Path(name))
            raise _no_version(name)
        policy_id = self.policy_id()
        if name == DRAFT:
            return Version.of_policy(DRAFT, self.drafts.policy(policy_id))
        if name == LAST:
            return self._last(policy_id, other)
        if number is None:
            folder = self.drafts.name(policy_id)
            files = self.history().files_at(name.removeprefix(GIT), folder)
            return Version.of_policy(name, _read(policy_id, files, f"{name}:{folder}"))
        return Version.of_release(self.archive().release(policy_id, number))

    def changes(self, old: Version, new: Version, language: str) -> Amendment | None:
        """What changes from one release to another, as people were told of it, or else computed;
        None: one of the two is no release.

        Args:
            old, new: the two.
            language: of their translations; empty: of the authoritative texts.
        """
        before, release = old.release, new.release
        if before is None or release is None:
            return None
        releases = self.archive().releases(release.policy.id)
        return known_changes(before, release, releases, language)

    def _last(self, policy_id: str, other: Policy | None) -> Version:
        archive, now = self.archive(), self.clock()
        last = archive.last(policy_id)
        if last is None:
            raise NotFoundError(
                "there is no release yet",
                where=f"versions/{policy_id}",
                remedy="freeze the first release, or name what to compare with",
            )
        # As a rule it is that one; all of them are read only where it is not.
        own = archive.amendment(policy_id, last.number.major)
        if (
            own[-1].number == last.number
            and not own.is_retracted(last)
            and not own.held(own.today(now))
        ):
            return Version.of_release(last)
        releases = archive.releases(policy_id)
        today = releases.today(now)
        before = releases.reviewed(today, other) if other else releases.followed(today)
        why = why_compared(other, releases, before, today)
        return replace(Version.of_release(before[-1] if before else last), why=why)


def require_paths(*names: str | None) -> None:
    """Refuses, outside any project, to compare what only a project has.

    Args:
        names: of the two versions; None or empty: the last release, or the draft.

    Raises:
        NotFoundError: one of them is not named.
    """
    if not all(names):
        raise NotFoundError(
            "there is no project here whose last release and draft could be compared",
            remedy=_PATHS,
        )


def at_path(path: Path) -> Version:
    """A Markdown file, or a folder with Markdown files or a draft.

    Raises:
        NotFoundError: there is nothing there that can be read.
        DraftError: it is not UTF-8 text, or a draft that does not read.
    """
    if path.is_dir():
        return _folder(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(
            f"there is no file or folder `{path}`, and no project here",
            remedy=_PATHS,
        ) from None
    except OSError as error:
        raise NotFoundError(f"cannot be read: {error.strerror}", where=str(path)) from None
    document = Document(parse(_text(data, path)))
    named = (section.title for section in document.sections if section.title)
    return Version(str(path), document, next(named, ""), path=str(path))


def with_short_labels(old: Version, new: Version) -> tuple[Version, Version]:
    """Two paths under names that tell them apart: without the folders that both are in."""
    if not (old.path and new.path):
        return old, new
    paths = [Path(version.path).resolve() for version in (old, new)]
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    first, second = (path.relative_to(folder).as_posix() for path in paths)
    return replace(old, label=first), replace(new, label=second)


def _no_version(name: str) -> NotFoundError:
    path = Path(name)
    if path.suffix or len(path.parts) > 1:
        return NotFoundError(f"there is no file or folder `{name}`")
    return NotFoundError(
        f"`{name}` is no version", remedy="name a release number, draft, git:REV or a path"
    )


def _folder(path: Path) -> Version:
    files = read_folder(path)
    if FACTS_FILE in files:
        return Version.of_policy(str(path), _read(path.name, files, str(path)))
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
    return Version(str(path), Document(tuple(clauses)), path=str(path))


def _read(policy_id: str, files: Mapping[str, bytes], folder: str) -> Policy:
    policy, findings = read_draft(policy_id, files, folder)
    if policy is None or findings:
        raise draft_error(findings)
    return policy


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
