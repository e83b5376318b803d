"""By what people are told of a release beside its letter and its form: in other languages, in other
cases; and the comparison that they were told by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from publisher.compare.diff_form import diff_flaw
from publisher.errors import ConfigurationError
from publisher.policies.policy import Policy

_LETTER, _FORM, _CHANGES, _WHOLE = "notice", "opt-out", "changes", "whole"
NOTICE_FILE, FORM_FILE = f"{_LETTER}.md", f"{_FORM}.md"
"""The letter and the form in the authoritative language."""
LATER_PROGRAM = "update the program; `publisher verify` says whether the folder was altered"
"""The remedy for what does not read in a release: nobody edits one."""


class LetterCase(StrEnum):
    """To whom a letter is written that is not the usual one; never the tag of a language."""

    AGAIN = "again"
    """Who opted out of a version before."""
    SUPPLEMENT = "supplement"
    """Who had a letter that did not say all."""
    POSTPONED = "postponed"
    """Who was told another day, which comes later now."""
    REMINDER = "reminder"
    """Who was told, and has declared nothing, before the last day to do so."""
    MOVED = "moved"
    """Who was told another day, which comes earlier now."""


class LetterKind(NamedTuple):
    """Which letter of a release."""

    case: LetterCase | None = None
    """None: the usual one."""
    language: str = ""
    """Of a translation; empty: that of the authoritative text."""


@dataclass(frozen=True, slots=True)
class Telling:
    """By what people are told of a release beside its letter and its form."""

    letters: Mapping[LetterKind, str] = field(default_factory=dict)
    """Markdown with fields, of each letter but the usual one in the authoritative language."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """The form's wording in each other language, Markdown."""
    comparisons: Mapping[str, str] = field(default_factory=dict)
    """The comparison they were told by, JSON in the published form, by language; empty: of the
    authoritative text."""
    wholes: Mapping[str, str] = field(default_factory=dict)
    """Of a correction whose letters tell of more than it corrects: the comparison with the version
    whose place the release takes, in the same way."""
    wording: str = ""
    """SHA-256 of the wording that letters and forms were made with; empty: not recorded."""


def telling_files(telling: Telling) -> dict[str, str]:
    """The files of a release that hold this, by name."""
    files = {letter_name(kind): text for kind, text in telling.letters.items()}
    files |= {_name(_FORM, language): text for language, text in telling.forms.items()}
    for whole, kept in ((False, telling.comparisons), (True, telling.wholes)):
        files |= {comparison_name(tag, whole=whole): text for tag, text in kept.items()}
    return files


def letter_name(kind: LetterKind) -> str:
    """The name of the file with a letter: `notice.md`, `notice.again.de.md`."""
    return _name(_LETTER, *kind)


def comparison_name(language: str, *, whole: bool = False) -> str:
    """The name of the file with a comparison: `changes.json`, `changes.whole.de.json`.

    Args:
        language: of a translation; empty: that of the authoritative text.
        whole: whether it is that with the version whose place the release takes.
    """
    return _name(_CHANGES, _WHOLE if whole else "", language, ending=".json")


def _name(begin: str, *parts: str | None, ending: str = ".md") -> str:
    return ".".join([begin, *(part for part in parts if part)]) + ending


def read_telling(policy: Policy, texts: Mapping[str, str], wording: str, folder: str) -> Telling:
    """What the files of a release say beside its letter and its form.

    Args:
        policy: the text of the release.
        texts: the text files of its folder, by their path in it.
        wording: the digest of the wording used; empty: not recorded.
        folder: its path, for messages.

    Raises:
        ConfigurationError: a file is none of those that are known, or does not read.
    """
    letters, forms = dict[LetterKind, str](), dict[str, str]()
    comparisons, wholes = dict[str, str](), dict[str, str]()
    for name, text in texts.items():
        begin, *parts = name.split(".")
        if "/" in name or name in (NOTICE_FILE, FORM_FILE):
            continue
        reader = _File(folder, name, text, policy)
        if begin == _LETTER and parts[-1:] == ["md"]:
            letters[reader.kind(parts[:-1])] = reader.words()
        elif begin == _FORM and parts[-1:] == ["md"]:
            forms[reader.language(parts[:-1])] = reader.words()
        elif begin == _CHANGES and parts[-1:] == ["json"]:
            whole = parts[0] == _WHOLE
            tags = parts[1:-1] if whole else parts[:-1]
            language = reader.language(tags) if tags else ""
            found = wholes if whole else comparisons
            found[language] = reader.comparison()
    # In the order of the policy, which is that of all lists of its languages.
    forms = {tag: forms[tag] for tag in policy.facts.translations if tag in forms}
    return Telling(letters, forms, comparisons, wholes, wording)


@dataclass(frozen=True, slots=True)
class _File:
    """A file whose name says what it holds."""

    folder: str
    name: str
    text: str
    policy: Policy

    def error(self, what: str) -> ConfigurationError:
        return ConfigurationError(what, where=f"{self.folder}/{self.name}", remedy=LATER_PROGRAM)

    def kind(self, parts: list[str]) -> LetterKind:
        case = LetterCase(parts[0]) if parts[0] in set(LetterCase) else None
        rest = parts[1:] if case else parts
        if not case and rest[0] not in self.policy.translations:
            cases = ", ".join(LetterCase)
            what = f"`{rest[0]}` is neither a case of letters ({cases}) nor a translation here"
            raise self.error(what)
        return LetterKind(case, self.language(rest) if rest else "")

    def language(self, parts: list[str]) -> str:
        if len(parts) != 1 or parts[0] not in self.policy.translations:
            raise self.error(f"the release has no translation `{'.'.join(parts)}`")
        return parts[0]

    def words(self) -> str:
        if not self.text.strip():
            raise self.error("says nothing")
        return self.text

    def comparison(self) -> str:
        """Whether it is one of these texts, `told_flaws` says, which knows both."""
        if flaw := diff_flaw(self.text):
            raise self.error(flaw)
        return self.text
