"""A release: a policy frozen under a number, its place in the line of releases, and its seal."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import islice, takewhile
from typing import Any

from publisher.errors import ConfigurationError
from publisher.policies.policy import Note, Policy, facts_from
from publisher.policies.toml import Table, parse_toml

FORMAT = 1
"""Version of the release folder's format."""
RELEASE_FILE = "release.toml"
SUMS_FILE = "SHA256SUMS"
SECTIONS = "sections"
"""Folder of the sections: apart, for a section may well be called `opt-out.md` or `notice.md`."""
TRANSLATIONS = "translations"
"""Folder of the translations, each in a folder called as its language."""
UNTRANSLATED = "untranslated"
"""Stands in place of the number of a version where a section has no translation at all."""


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """`3` for a material release, `3.1` for its first correction."""

    major: int
    minor: int = 0

    @classmethod
    def parse(cls, text: str) -> Number | None:
        """The number written in `text`, or None if it is none."""
        found = re.fullmatch(r"([1-9]\d{0,3})(?:\.([1-9]\d{0,3}))?", text)
        return cls(int(found[1]), int(found[2] or 0)) if found else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}" if self.minor else str(self.major)


class Materiality(StrEnum):
    """Whether people are told."""

    MATERIAL = "material"
    """People are told and may opt out."""
    EDITORIAL = "editorial"
    """A correction: listed, not announced."""


class Status(StrEnum):
    """Where a release stands on a day; computed, never stored."""

    UPCOMING = "upcoming"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Imported:
    """Where a text of the past was found, and when: all that is known of it beside its words."""

    source: str
    """Address or name of the git repository."""
    path: str
    """Of the file, in that repository at that commit."""
    commit: str
    seen: dt.datetime
    """When the commit was made (UTC): from then on the text was there, and maybe before."""
    digest: str
    """SHA-256 of the text as it stood there, with Unix line ends; hexadecimal."""
    kept: tuple[str, ...] = ()
    """Anchors that the text had itself; all others were put on its headings by the import."""


@dataclass(frozen=True, slots=True)
class Lag:
    """A section that a translation does not give as the text that decides has it."""

    language: str
    anchor: str
    behind: Number | None
    """The version whose text the translation still gives; None: the section is not translated."""


@dataclass(frozen=True)
class Release:
    """A frozen version."""

    number: Number
    materiality: Materiality
    policy: Policy
    published: dt.datetime | None
    """When it was announced (UTC); None: unknown."""
    effective: dt.date | None
    """From when it is in force; None: unknown, as of a first release or of an imported one."""
    previous: Number | None = None
    previous_seal: str = ""
    revision: str = ""
    """Git commit of the draft it was frozen from."""
    closes: dt.date | None = None
    """Last day to opt out; None: nothing to opt out of."""
    notice: str = ""
    """The letter's Markdown; empty where none is due."""
    opt_out: str = ""
    """The opt-out form's wording, Markdown; empty where there is none."""
    seal: str = ""
    """SHA-256 of its `SHA256SUMS`, hexadecimal."""
    imported: Imported | None = None
    """Where it comes from, if it is a text of the past; None: it was frozen from a draft."""
    lags: tuple[Lag, ...] = ()
    """Where its translations are not up to date, by language, in the order of the text."""
    unaffected: tuple[tuple[str, str], ...] = ()
    """Language and anchor of each section whose change needed none in the translation: a person has
    looked at it and said so."""

    def in_language(self, language: str) -> Release:
        """The release as one of its translations has it."""
        return replace(self, policy=self.policy.in_language(language))

    def lagging(self, language: str) -> tuple[Lag, ...]:
        """Where one of its translations is not up to date, in the order of the text."""
        return tuple(lag for lag in self.lags if lag.language == language)

    @cached_property
    def identity(self) -> str:
        """A digest of all that is known of it: what is made of one release is known again by it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def name(self) -> str:
        """`privacy/2`: the name of its folder and of its tag."""
        return f"{self.policy.id}/{self.number}"

    @property
    def version(self) -> str:
        """What readers call it."""
        return f"Version {self.number}"

    @property
    def begins(self) -> dt.date | None:
        """The day from which it takes the place of the release before: the effective date; of an
        imported text, whose effective date nobody knows, the day on which it was first seen. None:
        unknown, as of the first text of all.
        """
        if self.effective is None and self.imported and self.previous:
            return self.imported.seen.date()
        return self.effective


Line = Sequence[Release]
"""All releases of one policy, by rising number."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A release on a day: its status, and by which release and when that was or will be ended."""

    status: Status
    since: dt.date | None
    """In force: from when, if that is known. Superseded: since when. Upcoming: from when it will
    be. An imported release counts from the day it was seen."""
    by: Number | None = None
    """Of a superseded release: what took its place."""


def standing(release: Release, line: Line, today: dt.date) -> Standing:
    """Where `release` stands on `today`.

    A correction that was published before the release it corrects took effect takes that release's
    place at once: the corrected release will never be in force, on whatever day the correction is.
    """
    correction = _replaced_while_upcoming(release, line)
    if correction is not None and correction.published is not None:
        return Standing(Status.SUPERSEDED, correction.published.date(), correction.number)
    if release.begins is not None and release.begins > today:
        return Standing(Status.UPCOMING, release.begins)
    for later in _behind(release, line):
        begun = later.begins is not None and later.begins <= today
        if begun and not _replaced_while_upcoming(later, line):
            return Standing(Status.SUPERSEDED, later.begins, later.number)
    return Standing(Status.IN_FORCE, release.effective)


def _replaced_while_upcoming(release: Release, line: Line) -> Release | None:
    if release.effective is None:
        return None
    for other in _behind(release, line):
        if other.number.major != release.number.major:
            break
        if other.published and other.published.date() < release.effective:
            return other
    return None


def _behind(release: Release, line: Line) -> Iterator[Release]:
    """The releases with higher numbers, rising; histories are long, so none is looked at twice."""
    return islice(line, bisect_right(line, release.number, key=lambda r: r.number), None)


def in_force(line: Line, today: dt.date) -> Release | None:
    """The release in force on `today`; None before the first."""
    late = (r for r in reversed(line) if standing(r, line, today).status is Status.IN_FORCE)
    return next(late, None)


def upcoming(line: Line, today: dt.date) -> Release | None:
    """The next release to take effect after `today`, if one is announced."""
    due = [r for r in line if standing(r, line, today).status is Status.UPCOMING]
    return min(due, key=lambda r: (r.begins or dt.date.max, r.number), default=None)


def has_pdf(release: Release, line: Line) -> bool:
    """Whether the site offers a version, and what it changes, as PDF: of the texts of the past,
    which may be hundreds, only the latest. `publisher pdf` makes any other.
    """
    return not release.imported or not any(r.imported for r in _behind(release, line))


def last_day(release: Release, line: Line) -> dt.date | None:
    """The last day to opt out of an amendment: a postponement moves it for every letter sent."""
    first = bisect_left(line, Number(release.number.major), key=lambda r: r.number)
    own = takewhile(lambda r: r.number.major == release.number.major, islice(line, first, None))
    return max([r.closes for r in own if r.closes], default=None)


def place_of(release: Release, line: Line) -> int:
    """Where a release stands among all of its policy, counted from 0."""
    return bisect_left(line, release.number, key=lambda r: r.number)


def predecessor(release: Release, line: Line) -> Release | None:
    """The release before this one, by number."""
    place = place_of(release, line)
    return line[place - 1] if place else None


def material_predecessor(release: Release, line: Line) -> Release | None:
    """What customers compare this amendment with: the last text before release N.0."""
    before = [r for r in line if r.number < Number(release.number.major)]
    return before[-1] if before else None


def next_number(line: Line, materiality: Materiality) -> Number:
    """The number the next release gets."""
    if not line:
        return Number(1)
    last = line[-1].number
    if materiality is Materiality.MATERIAL:
        return Number(last.major + 1)
    return Number(last.major, last.minor + 1)


# ── the release folder ───────────────────────────────────────────────────────────────────────────


def release_toml(release: Release) -> bytes:
    """The `release.toml` of a release; `read_release` reads it back."""
    import tomlkit

    facts = release.policy.facts
    values: dict[str, Any] = {
        "format": FORMAT,
        "policy": release.policy.id,
        "number": str(release.number),
        "materiality": "unknown" if release.imported else release.materiality.value,
        "published": release.published or "unknown",
        "effective": release.effective or "unknown",
        "title": facts.title,
        "language": facts.language,
        "contact": facts.contact,
        "remark": facts.remark,
        "sections": list(facts.sections),
        "notes": [note.name for note in release.policy.notes],
    }
    if release.previous:
        values |= {"previous": str(release.previous), "previous_seal": release.previous_seal}
    if release.imported:
        values["opt_out"] = {"effect": facts.effect}
        values["imported"] = _origin(release.imported)
    else:
        values["revision"] = release.revision
        values["notice"] = {"profile": facts.profile, "days": facts.days}
        values["opt_out"] = {"effect": facts.effect}
    if release.closes:
        values["opt_out"]["closes"] = release.closes
    if facts.retired:
        values["retired"] = dict(facts.retired)
    if facts.translations:
        values["translations"] = {tag: _translated(release, tag) for tag in facts.translations}
    document = tomlkit.document()
    for key, value in values.items():
        document.add(key, value)
    for name in ("sections", "notes"):
        if len(values[name]) > 1:
            document[name].multiline(True)
    return tomlkit.dumps(document).encode()


def _translated(release: Release, language: str) -> dict[str, Any]:
    """What is recorded of a translation; what goes without saying is left out."""
    policy = release.policy
    wording, files = policy.facts.translations[language], policy.translations[language]
    values: dict[str, Any] = {
        "title": wording.title,
        "precedence": wording.precedence,
        "lagging": wording.lagging,
        "remark": wording.remark,
        "unaffected": [anchor for tag, anchor in release.unaffected if tag == language],
        "lags": {lag.anchor: str(lag.behind or UNTRANSLATED) for lag in release.lagging(language)},
    }
    found = {key: value for key, value in values.items() if value}
    return found if tuple(files) == policy.facts.sections else found | {"sections": list(files)}


def _origin(imported: Imported) -> dict[str, Any]:
    values = {
        "source": imported.source,
        "path": imported.path,
        "commit": imported.commit,
        "seen": imported.seen,
        "digest": imported.digest,
    }
    return values | ({"kept": list(imported.kept)} if imported.kept else {})


def release_files(release: Release, extra: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file of the release folder, its checksums last.

    Args:
        release: the release to freeze.
        extra: further files by name, such as `policy.pdf`.
    """
    files = {f"{SECTIONS}/{name}": text.encode() for name, text in release.policy.files.items()}
    files |= {
        f"{TRANSLATIONS}/{language}/{name}": text.encode()
        for language, texts in release.policy.translations.items()
        for name, text in texts.items()
    }
    files |= {f"notes/{note.name}": note.text.encode() for note in release.policy.notes}
    if release.notice:
        files["notice.md"] = release.notice.encode()
    if release.opt_out:
        files["opt-out.md"] = release.opt_out.encode()
    files |= extra
    files[RELEASE_FILE] = release_toml(release)
    files[SUMS_FILE] = checksums(files)
    return files


def checksums(files: Mapping[str, bytes]) -> bytes:
    """The lines that `sha256sum -c` reads, by rising file name."""
    return "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n"
        for name in sorted(files)
        if name != SUMS_FILE
    ).encode()


def seal_of(sums: bytes) -> str:
    """The seal of a release: SHA-256 of its `SHA256SUMS`, hexadecimal."""
    return hashlib.sha256(sums).hexdigest()


def broken(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """What in a release folder is not as it was sealed: (file name, what is wrong)."""
    sums = files.get(SUMS_FILE)
    if sums is None:
        return [(SUMS_FILE, "is missing")]
    expected: dict[str, str] = {}
    for line in sums.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        expected[name] = digest
    found: list[tuple[str, str]] = []
    for name in sorted({*expected, *files} - {SUMS_FILE}):
        if name not in files:
            found.append((name, "is missing"))
        elif name not in expected:
            found.append((name, "was added after the release was sealed"))
        elif hashlib.sha256(files[name]).hexdigest() != expected[name]:
            found.append((name, "was altered after the release was sealed"))
    return found


def read_release(policy_id: str, files: Mapping[str, bytes], name: str) -> Release:
    """The release in a folder.

    Args:
        policy_id: the policy the folder belongs to.
        files: the folder's files by name.
        name: the folder's path, for messages.

    Raises:
        ConfigurationError: `release.toml` is missing or does not read.
    """
    where = f"{name}/{RELEASE_FILE}"
    if RELEASE_FILE not in files:
        raise ConfigurationError(
            "the folder has no release.toml",
            where=name,
            remedy="restore the folder from git: `git checkout -- versions`",
        )
    root = Table(parse_toml(files[RELEASE_FILE], where), where)
    if (version := root.whole("format")) != FORMAT:
        raise root.error("format", f"is {version}, this program reads {FORMAT}", "update it")
    if (owner := root.text("policy")) != policy_id:
        raise root.error("policy", f"is {owner!r}, not {policy_id!r}", "restore it from git")
    notice, opt_out = root.table("notice"), root.table("opt_out")
    imported = _imported(root)
    translations = root.tables("translations")
    facts = facts_from(root, notice, opt_out, translations)
    texts = {key: data.decode("utf-8", "replace") for key, data in files.items() if _is_text(key)}
    notes = tuple(Note(n, texts.get(f"notes/{n}", "")) for n in root.texts("notes", ()))
    for section in facts.sections:
        if f"{SECTIONS}/{section}" not in texts:
            raise root.error("sections", f"names `{section}`, which is missing", "publisher verify")
    sections = {n: texts[f"{SECTIONS}/{n}"] for n in facts.sections}
    translated = {
        language: _translation(language, table, texts, facts.sections)
        for language, table in translations.items()
    }
    number = Number.parse(root.text("number"))
    if number is None:
        raise root.error("number", "is not a release number", "restore it from git")
    materiality = root.text("materiality")
    release = Release(
        number=number,
        # What people were told of a text of the past is unknown: it is listed as an amendment.
        materiality=Materiality.MATERIAL if imported else Materiality(materiality),
        policy=Policy(policy_id, facts, sections, notes, translated),
        published=root.moment("published"),
        effective=root.day("effective"),
        previous=Number.parse(root.text("previous", "")),
        previous_seal=root.text("previous_seal", ""),
        revision=root.text("revision", ""),
        closes=opt_out.day("closes") if opt_out.has("closes") else None,
        notice=texts.get("notice.md", ""),
        opt_out=texts.get("opt-out.md", ""),
        seal=seal_of(files.get(SUMS_FILE, b"")),
        imported=imported,
        lags=tuple([lag for tag, table in translations.items() for lag in _lags(tag, table)]),
        unaffected=tuple(
            [(tag, a) for tag, table in translations.items() for a in table.texts("unaffected", ())]
        ),
    )
    for table in (notice, opt_out, *translations.values(), root):
        table.done()
    return release


def _translation(
    language: str, table: Table, texts: Mapping[str, str], sections: tuple[str, ...]
) -> dict[str, str]:
    files: dict[str, str] = {}
    for name in table.texts("sections", sections):
        path = f"{TRANSLATIONS}/{language}/{name}"
        if path not in texts:
            raise table.error(
                "sections", f"asks for `{path}`, which is missing", "publisher verify"
            )
        files[name] = texts[path]
    return files


def _lags(language: str, table: Table) -> Iterator[Lag]:
    for anchor, behind in table.mapping("lags").items():
        number = Number.parse(behind)
        if number is None and behind != UNTRANSLATED:
            raise table.error(f"lags.{anchor}", f"is {behind!r}", "restore it from git")
        yield Lag(language, anchor, number)


def _imported(root: Table) -> Imported | None:
    if not root.has("imported"):
        return None
    table = root.table("imported")
    seen = table.moment("seen")
    if seen is None:
        raise table.error("seen", "is unknown", "restore it from git")
    found = Imported(
        source=table.text("source"),
        path=table.text("path"),
        commit=table.text("commit"),
        seen=seen,
        digest=table.text("digest"),
        kept=table.texts("kept", ()),
    )
    table.done()
    return found


def _is_text(name: str) -> bool:
    return name.endswith((".md", ".toml"))
