"""The format of `release.toml`: what is recorded of a release beside its texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from publisher.errors import ConfigurationError
from publisher.law.profiles import PROFILES
from publisher.policies.policy import NOTES, SIGNERS_FILE, Facts, Policy, facts_from, notes_of
from publisher.policies.toml import Table, parse_toml
from publisher.releases.conditions import (
    COMMIT,
    DIGEST,
    approval_values,
    condition_values,
    read_conditions,
)
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Imported, Lag, Release
from publisher.releases.telling import (
    FORM_FILE,
    LATER_PROGRAM,
    NOTICE_FILE,
    read_telling,
    telling_files,
)
from publisher.wording.language import locale

FORMAT = 2
"""Version of the release folder's format: what is written."""
FORMATS = (1, 2)
"""What is read: a release never changes, so no format is ever given up."""


RELEASE_FILE = "release.toml"


SECTIONS = "sections"
"""Folder of the sections: apart, for a section may well be called `opt-out.md` or `notice.md`."""


TRANSLATIONS = "translations"
"""Folder of the translations, each in a folder called as its language."""


UNTRANSLATED = "untranslated"
"""Stands in place of the number of a version where a section has no translation at all."""


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
    if release.replaces:
        values["replaces"] = str(release.replaces)
    values |= condition_values(release.conditions)
    if release.imported:
        values["opt_out"] = {"effect": facts.effect}
        values["imported"] = _origin(release.imported)
    else:
        values["revision"] = release.revision
        values["notice"] = _notice_values(facts)
        values["opt_out"] = {"effect": facts.effect}
        if facts.choices:
            values["opt_out"]["choices"] = list(facts.choices)
    if release.closes:
        values["opt_out"]["closes"] = release.closes
    if facts.retired:
        values["retired"] = dict(facts.retired)
    if facts.translations:
        values["translations"] = {tag: _translated(release, tag) for tag in facts.translations}
    if release.telling.wording:
        values["wording"] = {"digest": release.telling.wording}
    if release.conditions.approval:
        values["approval"] = approval_values(release.conditions.approval)
    document = tomlkit.document()
    for key, value in values.items():
        document.add(key, value)
    for name in ("sections", "notes"):
        if len(values[name]) > 1:
            document[name].multiline(True)
    return tomlkit.dumps(document).encode()


def _notice_values(facts: Facts) -> dict[str, Any]:
    """The table `notice`, of a release and of a draft: what goes without saying is left out."""
    values: dict[str, Any] = {"profile": facts.profile, "days": facts.days}
    more = ("months", "business_days", "remind_days_before")
    values |= {key: count for key in more if (count := getattr(facts, key))}
    return values | ({"holidays": facts.holidays} if facts.holidays else {})


def release_texts(release: Release) -> dict[str, str]:
    """The texts of a release, by their path in its folder."""
    policy = release.policy
    texts = {f"{SECTIONS}/{name}": text for name, text in policy.files.items()}
    texts |= {
        f"{TRANSLATIONS}/{language}/{name}": text
        for language, files in policy.translations.items()
        for name, text in files.items()
    }
    texts |= {release_path(name): text for name, text in policy.note_files.items()}
    fixed = {NOTICE_FILE: release.notice, FORM_FILE: release.opt_out, SIGNERS_FILE: policy.signers}
    return texts | {n: t for n, t in fixed.items() if t} | telling_files(release.telling)


def release_path(name: str) -> str:
    """The path in a release of what is no section of the authoritative text, by that in the draft:
    `notes/security.md` stays where it is, `de/security.md` is `translations/de/security.md`.
    """
    return name if name.startswith(f"{NOTES}/") else f"{TRANSLATIONS}/{name}"


def _translated(release: Release, language: str) -> dict[str, Any]:
    """What is recorded of a translation; what goes without saying is left out."""
    policy = release.policy
    wording, files = policy.facts.translations[language], policy.translations[language]
    values: dict[str, Any] = {
        "title": wording.title,
        "precedence": wording.precedence,
        "lagging": wording.lagging,
        "remark": wording.remark,
        "effect": wording.effect,
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


class _Tables(NamedTuple):
    """The tables of a `release.toml`."""

    root: Table
    notice: Table
    opt_out: Table
    translations: Mapping[str, Table]

    @classmethod
    def of(cls, root: Table) -> _Tables:
        return cls(root, root.table("notice"), root.table("opt_out"), root.tables("translations"))

    def done(self) -> None:
        for table in (self.notice, self.opt_out, *self.translations.values(), self.root):
            table.done()


@dataclass(frozen=True, slots=True)
class Beside:
    """The files that lie beside a `release.toml`."""

    folder: str
    """Its path, for messages."""
    texts: Mapping[str, str]
    """Those that are texts, by their path in the folder."""
    garbled: Mapping[str, int]
    """Those of the texts that are not UTF-8, and the line of the first byte that is not."""
    others: Collection[str]
    """The paths of those that are no texts."""


def read_release_toml(policy_id: str, data: bytes, beside: Beside, seal: str) -> Release:
    """The release that a `release.toml` and the texts beside it describe.

    Args:
        policy_id: the policy that the release belongs to.
        data: the file's bytes.
        beside: what lies beside it.
        seal: SHA-256 of its `SHA256SUMS`, hexadecimal.

    Raises:
        ConfigurationError: the file does not read, names a text that is missing, or has beside it
            what its format does not know.
    """
    where = f"{beside.folder}/{RELEASE_FILE}"
    root = Table(parse_toml(data, where), where, remedy=LATER_PROGRAM)
    if (version := root.whole("format")) not in FORMATS:
        what = f"is {version}, this program reads {' and '.join(map(str, FORMATS))}"
        raise ConfigurationError(f"`format` {what}", where=where, remedy="update the program")
    if (owner := root.text("policy")) != policy_id:
        raise root.error("policy", f"is {owner!r}, not {policy_id!r}")
    tables = _Tables.of(root)
    release = _release(policy_id, tables, beside.texts, seal)
    if version > 1:
        release = _with_format_2(release, root, beside)
    tables.done()
    return release


def _release(policy_id: str, tables: _Tables, texts: Mapping[str, str], seal: str) -> Release:
    """What every format has."""
    root, opt_out, translations = tables.root, tables.opt_out, tables.translations
    imported, policy = _imported(root), _policy(policy_id, tables, texts)
    number = _number(root, "number")
    if number is None:
        raise root.error("number", "is missing")
    return Release(
        number=number,
        materiality=_materiality(root, imported),
        policy=policy,
        published=root.moment("published"),
        effective=root.day("effective"),
        previous=_number(root, "previous"),
        previous_seal=root.text("previous_seal", ""),
        revision=root.text("revision", ""),
        closes=opt_out.day("closes") if opt_out.has("closes") else None,
        notice=texts.get(NOTICE_FILE, ""),
        opt_out=texts.get(FORM_FILE, ""),
        seal=seal,
        imported=imported,
        lags=tuple([lag for tag, table in translations.items() for lag in _lags(tag, table)]),
        unaffected=tuple(
            [(tag, a) for tag, table in translations.items() for a in table.texts("unaffected", ())]
        ),
    )


def _number(root: Table, key: str) -> Number | None:
    if not root.has(key):
        return None
    written = root.text(key)
    if (number := Number.parse(written)) is None:
        raise root.error(key, f"is {written!r}, which is no release number")
    return number


def _materiality(root: Table, imported: Imported | None) -> Materiality:
    written = root.text("materiality")
    if imported:
        # What people were told of a text of the past is unknown: it is listed as an amendment.
        return Materiality.MATERIAL
    if written not in set(Materiality):
        raise root.error("materiality", f"is {written!r}")
    return Materiality(written)


def _policy(policy_id: str, tables: _Tables, texts: Mapping[str, str]) -> Policy:
    root = tables.root
    facts = facts_from(root, tables.notice, tables.opt_out, tables.translations)
    sections = {n: _named(root, "sections", f"{SECTIONS}/{n}", n, texts) for n in facts.sections}
    notes = notes_of(
        {n: _named(root, "notes", f"{NOTES}/{n}", n, texts) for n in root.texts("notes", ())},
        {tag: _translated_notes(tag, texts) for tag in tables.translations},
    )
    translated = {
        language: _translation(language, table, texts, facts.sections)
        for language, table in tables.translations.items()
    }
    return Policy(policy_id, facts, sections, tuple(notes), translated)


def _translated_notes(language: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The notes in one of the other languages, by name: those that were translated are there."""
    folder = f"{TRANSLATIONS}/{language}/{NOTES}/"
    return {n.removeprefix(folder): text for n, text in texts.items() if n.startswith(folder)}


def _named(root: Table, key: str, path: str, name: str, texts: Mapping[str, str]) -> str:
    """The text that a list names."""
    if path not in texts:
        raise root.error(key, f"names `{name}`, which is missing")
    return texts[path]


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
            raise table.error(f"lags.{anchor}", f"is {behind!r}")
        yield Lag(language, anchor, number)


def _imported(root: Table) -> Imported | None:
    if not root.has("imported"):
        return None
    table = root.table("imported")
    seen = table.moment("seen")
    if seen is None:
        raise table.error("seen", "is unknown")
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


# ── what format 2 has beside ─────────────────────────────────────────────────────────────────────


def _with_format_2(release: Release, root: Table, beside: Beside) -> Release:
    """A release with what format 2 has beside format 1, held to what that allows."""
    for name, line in beside.garbled.items():
        where = f"{beside.folder}/{name}:{line}"
        raise ConfigurationError("is not UTF-8 text", where=where, remedy=LATER_PROGRAM)
    policy = replace(release.policy, signers=beside.texts.get(SIGNERS_FILE, ""))
    telling = read_telling(policy, beside.texts, _wording(root), beside.folder)
    release = replace(
        release,
        policy=policy,
        replaces=_number(root, "replaces"),
        conditions=read_conditions(root),
        telling=telling,
    )
    _refuse_values(release, root)
    papers = {"policy.pdf", *(f"policy.{tag}.pdf" for tag in policy.translations)}
    for name in sorted({*beside.texts, *beside.others} - {*release_texts(release), *papers}):
        what = "is no file that this program knows in a release"
        where = f"{beside.folder}/{name}"
        raise ConfigurationError(what, where=where, remedy=LATER_PROGRAM)
    return release


def _wording(root: Table) -> str:
    if not root.has("wording"):
        return ""
    table = root.table("wording")
    digest = table.text("digest")
    if not DIGEST.fullmatch(digest):
        raise table.error("digest", f"is {digest!r}, which is no SHA-256")
    table.done()
    return digest


def _refuse_values(release: Release, root: Table) -> None:
    """Refuses values that format 1 did not look at.

    Raises:
        ConfigurationError: one is none of those that are known.
    """
    facts, previous, replaces = release.policy.facts, release.previous, release.replaces
    if facts.profile not in PROFILES:
        raise root.error("notice.profile", f"is {facts.profile!r}")
    for tag in (facts.language, *facts.translations):
        if locale(tag) is None:
            raise root.error("language", f"`{tag}` is no language that we know")
    if previous and previous >= release.number:
        raise root.error("previous", f"is {previous}, which comes later")
    if previous and not DIGEST.fullmatch(release.previous_seal):
        raise root.error("previous_seal", "is no SHA-256")
    if release.previous_seal and not previous:
        raise root.error("previous", "is missing, and its seal is there")
    if replaces and (previous is None or replaces > previous):
        raise root.error("replaces", f"is {replaces}, which is not before {previous}")
    if release.revision and not COMMIT.fullmatch(release.revision):
        raise root.error("revision", f"is {release.revision!r}, which is no commit")
