"""A policy as a value: its facts, its sections' Markdown, its notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count

from publisher.policies.toml import Table, parse_toml
from publisher.text.clauses import Document
from publisher.text.parsing import parse

ANCHOR = re.compile(r"[a-z][a-z0-9-]*")
POLICY_ID = re.compile(r"[a-z][a-z0-9-]{0,15}")
SIGNERS_FILE = "signers"
"""In the folder of a draft and of a release: who may sign the release after it."""


@dataclass(frozen=True, slots=True)
class Note:
    """Why something changed, in words for the people affected."""

    name: str
    """File name: the anchors it explains joined by `+`, or `_summary.md`."""
    text: str

    @property
    def anchors(self) -> tuple[str, ...]:
        """The sections this note explains; none for the summary."""
        stem = self.name.removesuffix(".md")
        return () if stem == "_summary" else tuple(stem.split("+"))


@dataclass(frozen=True, slots=True)
class Wording:
    """What `policy.toml` says about a translation, in the language of that translation."""

    title: str
    precedence: str
    """The sentence that says which text is authoritative; a lawyer words it."""
    lagging: str = ""
    """The sentence at a section whose translation is not up to date; may be empty."""
    remark: str = ""
    """The policy's remark, in this language."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`policy.toml`: what the policy is, beside its text."""

    title: str
    language: str
    """Of the authoritative text."""
    contact: str
    remark: str
    """Shown wherever the text is shown; may be empty."""
    sections: tuple[str, ...]
    """File names, in order."""
    profile: str
    days: int
    """Notice period, days."""
    effect: str
    """What opting out means for the customer."""
    retired: Mapping[str, str] = field(default_factory=dict)
    """Anchors of removed sections, each with the anchor of its replacement, or empty."""
    translations: Mapping[str, Wording] = field(default_factory=dict)
    """Title and sentences of each translation, by its language."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy at one moment: a draft, or what a release froze."""

    id: str
    facts: Facts
    files: Mapping[str, str]
    """Markdown of each section file, by name, in the order of the sections."""
    notes: tuple[Note, ...] = ()
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Markdown of each translated section file, by language and name, in the order of the sections;
    sections without a translation are left out."""
    signers: str = ""
    """Who may sign the release after this one: OpenSSH `allowed_signers` lines and armoured OpenPGP
    keys, as they lie in the file `signers`; empty: nobody is named."""

    @property
    def document(self) -> Document:
        """All sections as one document."""
        return _document(tuple(self.files.items()))

    @property
    def markdown(self) -> str:
        """The whole policy as one Markdown text."""
        body = "\n".join(
            text if text.endswith("\n") else text + "\n" for text in self.files.values()
        )
        return f"# {self.facts.title}\n\n{body}"

    def in_language(self, language: str) -> Policy:
        """The policy in the language of one of its translations; notes are not translated.

        Raises:
            KeyError: there is no such translation.
        """
        files = self.translations[language]
        return Policy(self.id, _translated(self.facts, language, files), files)


MOST_PARSED = 4
"""Parsed documents kept in memory at a time: a history has hundreds of texts, but only a version
and the one before it are used together, in one language or two."""


@lru_cache(maxsize=MOST_PARSED)
def _document(files: tuple[tuple[str, str], ...]) -> Document:
    """The document of some section files, each a name and its Markdown."""
    numbers = count(1)
    return Document(tuple(c for name, text in files for c in parse(text, name, numbers)))


def _translated(facts: Facts, language: str, files: Mapping[str, str]) -> Facts:
    wording = facts.translations[language]
    return replace(
        facts,
        title=wording.title,
        language=language,
        remark=wording.remark,
        sections=tuple(files),
        translations={},
    )


def read_facts(data: bytes, name: str) -> Facts:
    """The facts in a `policy.toml`.

    Args:
        data: the file's bytes.
        name: its path, for messages.

    Raises:
        ConfigurationError: not TOML, or a key is missing, unknown or of the wrong kind.
    """
    root = Table(parse_toml(data, name), name, data=data)
    notice, opt_out = root.table("notice"), root.table("opt_out")
    translations = root.tables("translations")
    facts = facts_from(root, notice, opt_out, translations)
    for table in (notice, opt_out, *translations.values(), root):
        table.done()
    return facts


def facts_from(
    root: Table, notice: Table, opt_out: Table, translations: Mapping[str, Table]
) -> Facts:
    """The facts in the tables that a `policy.toml` and a `release.toml` have in common."""
    return Facts(
        title=root.text("title"),
        language=root.text("language", "en"),
        contact=root.text("contact"),
        remark=root.text("remark", ""),
        sections=root.texts("sections"),
        profile=notice.text("profile", "promise"),
        days=notice.whole("days", 30),
        effect=opt_out.text("effect"),
        retired=root.mapping("retired"),
        translations={language: _wording(table) for language, table in translations.items()},
    )


def _wording(table: Table) -> Wording:
    return Wording(
        title=table.text("title"),
        precedence=table.text("precedence"),
        lagging=table.text("lagging", ""),
        remark=table.text("remark", ""),
    )
