"""A policy as a value: its facts, its sections' Markdown, its notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

from publisher.policies.configuration import Table, parse_toml
from publisher.text.clauses import Document, parse

ANCHOR = re.compile(r"[a-z][a-z0-9-]*")
POLICY_ID = re.compile(r"[a-z][a-z0-9-]{0,15}")


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


@dataclass(frozen=True)
class Facts:
    """`policy.toml`: what the policy is, beside its text."""

    title: str
    language: str
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
    """Anchors of removed sections, each with the anchor that takes its place, or empty."""


@dataclass(frozen=True)
class Policy:
    """A whole policy at one moment: a draft, or what a release froze."""

    id: str
    facts: Facts
    files: Mapping[str, str]
    """Markdown of each section file, by name, in the order of the sections."""
    notes: tuple[Note, ...] = ()

    @cached_property
    def document(self) -> Document:
        """All sections as one document."""
        numbers = count(1)
        files = self.files.items()
        return Document(tuple(c for name, text in files for c in parse(text, name, numbers)))

    def forget(self) -> None:
        """Drops what was read of the text; it is read again where it is asked for.

        For histories: hundreds of texts, of which two are looked at together.
        """
        vars(self).pop("document", None)

    @property
    def markdown(self) -> str:
        """The whole policy as one Markdown text."""
        body = "\n".join(
            text if text.endswith("\n") else text + "\n" for text in self.files.values()
        )
        return f"# {self.facts.title}\n\n{body}"


def read_facts(data: bytes, name: str) -> Facts:
    """The facts in a `policy.toml`.

    Args:
        data: the file's bytes.
        name: its path, for messages.

    Raises:
        ConfigurationError: not TOML, or a key is missing, unknown or of the wrong kind.
    """
    root = Table(parse_toml(data, name), name)
    notice, opt_out = root.table("notice"), root.table("opt_out")
    facts = facts_from(root, notice, opt_out)
    for table in (notice, opt_out, root):
        table.done()
    return facts


def facts_from(root: Table, notice: Table, opt_out: Table) -> Facts:
    """The facts in three tables, which a `policy.toml` and a `release.toml` have in common."""
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
    )
