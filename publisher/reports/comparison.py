"""Two versions of a text and what differs, as reports tell of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from publisher.compare.amendment import Amendment
from publisher.errors import NotFoundError
from publisher.policies.policy import Note, Policy
from publisher.releases.release import Release
from publisher.text.clauses import Document


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
    path: str = ""
    """Where it is, if it is a file or folder that belongs to no policy; else empty."""
    why: str = ""
    """Why it is this one that a draft is compared with, a sentence; empty: there is nothing to say,
    or it was named."""

    @classmethod
    def of_policy(cls, label: str, policy: Policy) -> Version:
        """The authoritative text of a policy."""
        facts = policy.facts
        return cls(label, policy.document, facts.title, facts.language, policy.notes, policy=policy)

    @classmethod
    def of_release(cls, release: Release) -> Version:
        """The authoritative text of a release."""
        return replace(cls.of_policy(f"version {release.number}", release.policy), release=release)

    def in_language(self, language: str) -> Version:
        """Its translation into a language.

        Raises:
            NotFoundError: there is none; the message names those there are.
        """
        policy = self.policy
        if policy is None or language not in policy.translations:
            there = ", ".join(policy.translations) if policy else ""
            raise NotFoundError(
                f"{self.label} has no translation `{language}`; there are: {there or 'none'}",
                remedy="name one of its languages, or leave --language out",
            )
        own = policy.in_language(language)
        return replace(
            self,
            label=f"{self.label} ({language})",
            document=own.document,
            title=own.facts.title,
            language=language,
            notes=own.notes,
        )


@dataclass(frozen=True)
class Comparison:
    """Two versions and what differs."""

    old: Version
    new: Version
    amendment: Amendment
    seconds: float
    """Time of the comparison alone."""

    @property
    def why(self) -> str:
        """Why these two are compared, a sentence; empty: there is nothing to say."""
        return f"{self.old.why[:1].upper()}{self.old.why[1:]}." if self.old.why else ""

    @property
    def told(self) -> str:
        """Its title, with the day on which people were told by it, if they were."""
        day = None if self.amendment.untold else self.amendment.told
        return f"{self.title}, as told on {day}" if day else self.title

    @property
    def title(self) -> str:
        """`Privacy Policy: version 1 → draft`."""
        name = self.new.title or self.old.title
        arrow = f"{self.old.label} → {self.new.label}"
        return f"{name}: {arrow}" if name else arrow
