"""A policy as a value: its facts, its sections' Markdown, its notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count

from publisher.policies.facts_keys import FACTS_KEYS
from publisher.policies.inner_links import led
from publisher.policies.notice_rules import Promise, WithoutRecord
from publisher.policies.toml import Table, parse_toml
from publisher.text.clauses import Document
from publisher.text.parsing import parse

POLICY_ID = re.compile(r"[a-z][a-z0-9-]{0,15}")
NOTES = "notes"
"""Folder of the notes in that of a draft, and in that of each of its translations."""
FORM_CHOICES = ("accept", "end the contract", "question")
"""What the form of a release may offer beside opting out of it and taking that back."""
SIGNERS_FILE = "signers"
"""In the folder of a draft and of a release: who may sign the release after it."""


@dataclass(frozen=True, slots=True)
class Note:
    """Why something changed, in words for the people affected."""

    name: str
    """File name: the anchors it explains joined by `+`, or `_summary.md`."""
    text: str
    translations: Mapping[str, str] = field(default_factory=dict)
    """The same in other languages, by tag: the files `de/notes/security.md`."""
    language: str = ""
    """Of the text, where that is another one than the language of the policy that has the note
    (BCP 47): a translation that lacks it says it as the original does."""

    def text_in(self, language: str) -> str:
        """What it says in a language; empty: that of the authoritative text. Where it says nothing
        in that language, it is what the original says.
        """
        said = self.translations.get(language, "")
        return said if said.strip() else self.text

    def in_language(self, language: str, original: str) -> Note:
        """The note of the policy in one of its other languages.

        Args:
            language: which.
            original: the language of the authoritative text, which it is in where it is not
                translated.
        """
        own = "" if self.translations.get(language, "").strip() else original
        return Note(self.name, self.text_in(language), language=own)

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
    effect: str = ""
    """What opting out means for the customer, in this language; empty: said as in the original."""


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
    effect_language: str = ""
    """That of `effect`, where it is another one than `language`: a translation that does not say it
    says it as the original does."""
    retired: Mapping[str, str] = field(default_factory=dict)
    """Anchors of removed sections, each with the anchor of its replacement, or empty."""
    translations: Mapping[str, Wording] = field(default_factory=dict)
    """Title and sentences of each translation, by its language."""
    choices: tuple[str, ...] = ()
    """What the form offers beside opting out: some of `FORM_CHOICES`."""
    months: int = 0
    """Notice period in months, beside that in days: the longer one counts."""
    business_days: int = 0
    """The same in working days."""
    holidays: str = ""
    """The place whose public holidays are no working days, such as `DE-BY`; empty: every day counts
    as any other."""
    remind_days_before: int = 0
    """How many days before the last day to opt out people are reminded; 0: they are not."""
    without_record: WithoutRecord | None = None
    """Of a draft: what holds where nobody states that people were told; None: as the profile has
    it. What a release has is among its conditions."""

    @property
    def promise(self) -> Promise:
        """The notice period that the policy itself sets."""
        return Promise(self.days, self.months, self.business_days)

    @property
    def period(self) -> str:
        """Its rules of notice in a few words: `p2b, 30 days`."""
        counts = [(self.days, "day"), (self.months, "month"), (self.business_days, "business day")]
        said = [f"{n} {noun}{'s' * (n != 1)}" for n, noun in counts if n]
        place = [f"holidays of {self.holidays}"] if self.holidays else []
        return ", ".join([self.profile, *(said or ["0 days"]), *place])


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
        return _document(tuple(self.files.items()), tuple(self.facts.retired.items()))

    @property
    def markdown(self) -> str:
        """The whole policy as one Markdown text."""
        body = "\n".join(
            text if text.endswith("\n") else text + "\n" for text in self.files.values()
        )
        return f"# {self.facts.title}\n\n{body}"

    def in_language(self, language: str) -> Policy:
        """The policy in the language of one of its translations. What was not translated beside
        the text, a note or what opting out means, is as the original says it.

        Raises:
            KeyError: there is no such translation.
        """
        files, original = self.translations[language], self.facts.language
        notes = tuple(note.in_language(language, original) for note in self.notes)
        return Policy(self.id, _translated(self.facts, language, files), files, notes)

    @property
    def note_files(self) -> dict[str, str]:
        """The texts of all notes, by their path in the draft: `notes/security.md`, and
        `de/notes/security.md` of a translation.
        """
        return dict(_note_files(self.notes))


def _note_files(notes: Iterable[Note]) -> Iterator[tuple[str, str]]:
    for note in notes:
        yield f"{NOTES}/{note.name}", note.text
        for tag, text in note.translations.items():
            yield f"{tag}/{NOTES}/{note.name}", text


def notes_of(texts: Mapping[str, str], translated: Mapping[str, Mapping[str, str]]) -> list[Note]:
    """The notes in some files, each with its translations.

    Args:
        texts: those in the authoritative language, by the names of their files.
        translated: those in each other language, the same way.
    """
    return [
        Note(name, text, {tag: files[name] for tag, files in translated.items() if name in files})
        for name, text in texts.items()
    ]


MOST_PARSED = 4
"""Parsed documents kept in memory at a time: a history has hundreds of texts, but only a version
and the one before it are used together, in one language or two."""


@lru_cache(maxsize=MOST_PARSED)
def _document(files: tuple[tuple[str, str], ...], retired: tuple[tuple[str, str], ...]) -> Document:
    """The document of some section files, each a name and its Markdown; see `led`."""
    numbers = count(1)
    clauses = [clause for name, text in files for clause in parse(text, name, numbers)]
    return Document(led(clauses, dict(retired)))


def _translated(facts: Facts, language: str, files: Mapping[str, str]) -> Facts:
    wording = facts.translations[language]
    return replace(
        facts,
        title=wording.title,
        language=language,
        remark=wording.remark,
        effect=wording.effect or facts.effect,
        effect_language="" if wording.effect else facts.language,
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
    root = Table(parse_toml(data, name), name, data=data, keys=FACTS_KEYS)
    notice, opt_out = root.table("notice"), root.table("opt_out")
    translations = root.tables("translations")
    facts = facts_from(root, notice, opt_out, translations)
    facts = replace(facts, without_record=_without_record(notice))
    for table in (notice, opt_out, *translations.values(), root):
        table.done()
    return facts


def _without_record(notice: Table) -> WithoutRecord | None:
    rule = notice.text("without_record", "")
    return WithoutRecord(rule) if rule else None


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
        months=notice.whole("months", 0),
        business_days=notice.whole("business_days", 0),
        holidays=notice.text("holidays", ""),
        remind_days_before=notice.whole("remind_days_before", 0),
        effect=opt_out.text("effect"),
        choices=_choices(opt_out),
        retired=root.mapping("retired"),
        translations={language: _wording(table) for language, table in translations.items()},
    )


def _choices(opt_out: Table) -> tuple[str, ...]:
    chosen = opt_out.texts("choices", ())
    for one in chosen:
        if one not in FORM_CHOICES or chosen.count(one) > 1:
            known = ", ".join(f'"{each}"' for each in FORM_CHOICES)
            raise opt_out.error(
                "choices",
                f"has {one!r}",
                f"write some of {known}, each once; opting out goes without saying",
            )
    return chosen


def _wording(table: Table) -> Wording:
    return Wording(
        title=table.text("title"),
        precedence=table.text("precedence"),
        lagging=table.text("lagging", ""),
        remark=table.text("remark", ""),
        effect=table.text("effect", ""),
    )
