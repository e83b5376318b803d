"""The format of `release.toml`: what is recorded of a release beside its texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from publisher.policies.policy import SIGNERS_FILE, Note, Policy, facts_from
from publisher.policies.toml import Table, parse_toml
from publisher.releases.number import Materiality, Number
from publisher.releases.release import Imported, Lag, Release

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


def read_release_toml(
    policy_id: str, data: bytes, texts: Mapping[str, str], seal: str, where: str
) -> Release:
    """The release that a `release.toml` and the texts beside it describe.

    Args:
        policy_id: the policy that the release belongs to.
        data: the file's bytes.
        texts: the text files of the release's folder, by their path in it.
        seal: SHA-256 of its `SHA256SUMS`, hexadecimal.
        where: the path of `release.toml`, for messages.

    Raises:
        ConfigurationError: the file does not read, or names a text that is missing.
    """
    root = Table(parse_toml(data, where), where)
    if (version := root.whole("format")) not in FORMATS:
        known = " and ".join(map(str, FORMATS))
        raise root.error(
            "format", f"is {version}, this program reads {known}", "update the program"
        )
    if (owner := root.text("policy")) != policy_id:
        raise root.error("policy", f"is {owner!r}, not {policy_id!r}", "restore it from git")
    tables = _Tables.of(root)
    if version == 1:
        texts = {name: text for name, text in texts.items() if name != SIGNERS_FILE}
    release = _release(policy_id, tables, texts, seal)
    tables.done()
    return release


def _release(policy_id: str, tables: _Tables, texts: Mapping[str, str], seal: str) -> Release:
    root, opt_out, translations = tables.root, tables.opt_out, tables.translations
    imported, policy = _imported(root), _policy(policy_id, tables, texts)
    number = Number.parse(root.text("number"))
    if number is None:
        raise root.error("number", "is not a release number", "restore it from git")
    materiality = root.text("materiality")
    return Release(
        number=number,
        # What people were told of a text of the past is unknown: it is listed as an amendment.
        materiality=Materiality.MATERIAL if imported else Materiality(materiality),
        policy=policy,
        published=root.moment("published"),
        effective=root.day("effective"),
        previous=Number.parse(root.text("previous", "")),
        previous_seal=root.text("previous_seal", ""),
        revision=root.text("revision", ""),
        closes=opt_out.day("closes") if opt_out.has("closes") else None,
        notice=texts.get("notice.md", ""),
        opt_out=texts.get("opt-out.md", ""),
        seal=seal,
        imported=imported,
        lags=tuple([lag for tag, table in translations.items() for lag in _lags(tag, table)]),
        unaffected=tuple(
            [(tag, a) for tag, table in translations.items() for a in table.texts("unaffected", ())]
        ),
    )


def _policy(policy_id: str, tables: _Tables, texts: Mapping[str, str]) -> Policy:
    root = tables.root
    facts = facts_from(root, tables.notice, tables.opt_out, tables.translations)
    notes = tuple(Note(n, texts.get(f"notes/{n}", "")) for n in root.texts("notes", ()))
    for section in facts.sections:
        if f"{SECTIONS}/{section}" not in texts:
            raise root.error("sections", f"names `{section}`, which is missing", "publisher verify")
    sections = {n: texts[f"{SECTIONS}/{n}"] for n in facts.sections}
    translated = {
        language: _translation(language, table, texts, facts.sections)
        for language, table in tables.translations.items()
    }
    return Policy(policy_id, facts, sections, notes, translated, texts.get(SIGNERS_FILE, ""))


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
