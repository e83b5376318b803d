"""Texts of the past as releases: what is recorded of each, and when an import is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from publisher.compare.section_lineage import Lineage
from publisher.errors import ConfigurationError, FreezeError, HistoryError
from publisher.policies.anchoring import Anchored, anchor_for, source_text
from publisher.policies.draft import FACTS_FILE
from publisher.policies.file_names import device
from publisher.policies.labels import unfit
from publisher.policies.policy import POLICY_ID, Facts, Policy
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Imported, Release
from publisher.releases.releases import Releases
from publisher.text.clauses import Kind
from publisher.text.parsing import parse

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")
"""How the name of a Markdown file ends."""


@dataclass(frozen=True, slots=True)
class PastText:
    """A text that a file had from a commit on."""

    source: str
    """Address or name of the git repository."""
    path: str
    """Of the file, at that commit."""
    commit: str
    when: dt.datetime
    digest: str
    """SHA-256 of the text with Unix line ends, hexadecimal."""


@dataclass(frozen=True)
class ImportReport:
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
    """Whether the draft is the last release; else it had a text of its own, and was left alone."""
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
            yield f"  {folder} has a text of its own and was left alone: publisher diff"
        if self.missing:
            yield f"  to be filled in, in {folder}/{FACTS_FILE}: {', '.join(self.missing)}"
        yield "Next: publisher verify; publisher check says what the draft needs before a freeze"


# ── names ────────────────────────────────────────────────────────────────────────────────────────


def policy_id_for(wanted: str | None, path: str) -> str:
    """The id that was asked for, or one made from the name of the file.

    Raises:
        ConfigurationError: it cannot be a policy's id.
    """
    name = wanted or anchor_for(_stem(path), ())[:16].strip("-")
    if not POLICY_ID.fullmatch(name):
        raise ConfigurationError(
            f"`{name}` cannot be a policy's id",
            remedy="use at most 16 small letters, digits and hyphens: --policy ID",
        )
    if device(name):
        raise ConfigurationError(
            f"Windows keeps `{name}` for a device, so no clone there could have this policy",
            remedy="name another id: --policy ID",
        )
    return name


def title_of_text(text: str, path: str) -> str:
    """What a text is called: its first heading, or else the name of its file."""
    titles = (one_line(c.text) for c in parse(text) if c.kind is Kind.HEADING)
    return next(filter(None, titles), one_line(_stem(path)))


def refuse_title(title: str, where: str) -> None:
    """What `check` would refuse of a title, before anything is made of it.

    Raises:
        ConfigurationError: it cannot be shown everywhere.
    """
    if why := unfit(title):
        own = where.endswith(FACTS_FILE)
        raise ConfigurationError(
            f"the title “{title}” {why}",
            where=where,
            remedy="correct `title` there"
            if own
            else "say what the policy is called: --title WORDS",
        )


def one_line(name: str) -> str:
    """A name on one line, as a record can hold it."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────


def refuse_frozen(policy_id: str, releases: Releases) -> None:
    """Texts of the past are imported only before a draft is frozen.

    Raises:
        FreezeError: the policy has a release that was frozen from a draft.
    """
    own = next((release for release in releases if release.imported is None), None)
    if own is not None:
        raise FreezeError(
            f"release {own.number} was frozen from a draft: what is imported would come behind it",
            where=f"versions/{policy_id}",
            remedy="import the history as a policy of its own: --policy ID",
        )


def refuse_another_history(releases: Releases, found: Sequence[PastText], path: str) -> None:
    """What was imported before must be what this history begins with.

    Raises:
        HistoryError: it has another text in the place of one.
    """
    for release, each in zip(releases, [*found, *[None] * len(releases)], strict=False):
        was = release.imported
        assert was
        if each is None or (was.commit, was.digest) != (each.commit, each.digest):
            raise HistoryError(
                f"release {release.number} was made of `{was.path}` at commit {was.commit[:10]}, "
                "and this history has another text there",
                where=path,
                remedy="import this history as a policy of its own: --policy ID",
            )


# ── releases ─────────────────────────────────────────────────────────────────────────────────────


def resumed(releases: Releases) -> Lineage:
    """The sections of the texts that were imported before, to go on with."""
    lineage = Lineage()
    for release in releases:
        assert release.imported
        past = Anchored(release.policy.files, release.imported.kept)
        lineage.resume(past, release.policy.facts.retired)
    return lineage


def imported_release(
    policy_id: str, facts: Facts, text: str, found: PastText, lineage: Lineage, last: Release | None
) -> Release:
    """The next release of an import, not yet sealed.

    Args:
        policy_id: whose release.
        facts: the title and the language of the policy.
        text: Markdown with Unix line ends.
        found: where the text was, and when.
        lineage: the sections of all texts before; this one is added to it.
        last: the release before; None: this is the first.
    """
    anchored = lineage.follow(text)
    sections = tuple(anchored.files)
    own = replace(facts, sections=sections, retired=dict(lineage.retired))
    return Release(
        number=Number(last.number.major + 1 if last else 1),
        materiality=Materiality.MATERIAL,
        policy=Policy(policy_id, own, anchored.files),
        published=None,
        effective=None,
        previous=last.number if last else None,
        previous_seal=last.seal if last else "",
        imported=Imported(
            source=one_line(found.source),
            path=one_line(found.path),
            commit=found.commit,
            seen=found.when.astimezone(dt.UTC),
            digest=found.digest,
            kept=anchored.kept,
        ),
    )


def digest_of(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def why_no_text(path: str, data: bytes | None) -> str:
    """Why a file is no text to import; empty where it is one.

    Args:
        path: the file's, which says whether it is Markdown.
        data: its bytes; None: it was removed, or is no plain file.
    """
    name = f"`{path}`"
    if data is None:
        return f"{name} was removed, or is no file"
    if not path.endswith(MARKDOWN):
        return f"{name} is no Markdown file"
    try:
        text = source_text(data)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"{name} is not UTF-8 text, see line {line}"
    except ValueError as error:
        return f"{name} is no text: {error}"
    return "" if text.strip() else f"{name} is empty"


def _stem(path: str) -> str:
    """The name of a file without its ending."""
    return posixpath.splitext(posixpath.basename(path))[0]
