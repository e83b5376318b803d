"""What letters are written with: who writes, the templates, the words in every language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.policies.organisation import Organisation
from publisher.wording.catalogs import Catalogs
from publisher.wording.templates import TemplateName, TextTemplates
from publisher.wording.words import ENGLISH, Words


@dataclass(frozen=True)
class Stationery:
    """What letters, forms and receipts are written with."""

    organisation: Organisation
    templates: TextTemplates
    catalogs: Catalogs

    def words(self, tag: str) -> Words:
        """The words in a language (BCP 47)."""
        return self.catalogs.words(tag)

    def language(self, name: TemplateName, *tags: str) -> str:
        """The first of some languages that there is a template in; English, where there is none."""
        found = (tag for tag in tags if tag and self.templates.has(name, tag))
        return next(found, ENGLISH.language)

    def lacking(self, tags: Sequence[str]) -> tuple[TemplateName, str] | None:
        """The first template that there is not in one of some languages; None: all are there."""
        return next(
            ((name, tag) for tag in tags for name in TemplateName
             if name.about_releases and not self.templates.has(name, tag)), None,
        )  # fmt: skip

    def digest(self, tags: Sequence[str]) -> str:
        """SHA-256 of all that decides about letters in some languages, hexadecimal."""
        parts = [self.templates.digest(tags), *(self.words(tag).digest for tag in sorted(tags))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
