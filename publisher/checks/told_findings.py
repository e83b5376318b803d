"""The findings on what readers of a translation are told beside its text: the notes, and what
opting out means.
"""

from __future__ import annotations

from collections.abc import Iterator

from publisher.compare.amendment import Amendment
from publisher.policies.draft import FACTS_FILE
from publisher.policies.finding import Finding, Severity
from publisher.policies.policy import NOTES, Note, Policy
from publisher.policies.toml import line_of
from publisher.releases.translation import untranslated_notes
from publisher.wording.language import english_name


def check_told(
    policy: Policy, amendment: Amendment | None, folder: str, facts: bytes
) -> list[Finding]:
    """What readers of each translation would be told in the language of the authoritative text.

    A sealed letter cannot be mended, so what it would lack is said before; a person may decide to
    leave it at that.

    Args:
        policy: the draft.
        amendment: what it changes; None before the first release, of which nobody is told.
        folder: its path, for messages.
        facts: its `policy.toml`, to find the line.
    """
    found: list[Finding] = []
    for language in policy.translations:
        found += _empty(policy, language, folder)
        if amendment:
            found += _untranslated(policy, amendment, language, folder)
            found += _effect(policy, amendment, language, (f"{folder}/{FACTS_FILE}", facts))
    return found


def _empty(policy: Policy, language: str, folder: str) -> Iterator[Finding]:
    for note in policy.notes:
        if language in note.translations and not note.translations[language].strip():
            place = f"{folder}/{language}/{NOTES}/{note.name}"
            remedy = f"translate {folder}/{NOTES}/{note.name} here, or remove the file"
            yield Finding(Severity.ERROR, place, 1, "the note is empty", remedy)


def _untranslated(
    policy: Policy, amendment: Amendment, language: str, folder: str
) -> Iterator[Finding]:
    theirs, ours = english_name(language), english_name(policy.facts.language)
    for note in untranslated_notes(policy.notes, language, amendment):
        place, original = f"{language}/{NOTES}/{note.name}", f"{folder}/{NOTES}/{note.name}"
        what = f"the {theirs} letter and pages will say {_said(note)} in {ours}"
        yield Finding(
            Severity.CUE, f"{folder}/{place}", 0, what, f"translate {original} in this file"
        )


def _said(note: Note) -> str:
    """What a note says, in words."""
    if not note.anchors:
        return "what this release changes"
    return f"why {' and '.join(f'`{anchor}`' for anchor in note.anchors)} changed"


def _effect(
    policy: Policy, amendment: Amendment, language: str, facts: tuple[str, bytes]
) -> Iterator[Finding]:
    wording = policy.facts.translations[language]
    if wording.effect or not policy.facts.effect or amendment.empty:
        return
    (file, data), table = facts, f"translations.{language}"
    theirs, ours = english_name(language), english_name(policy.facts.language)
    what = f"the {theirs} letter and form will say what opting out means in {ours}"
    remedy = f"add `effect`, which is `opt_out.effect` in {theirs}, to [{table}]"
    yield Finding(Severity.CUE, file, line_of(data, f"{table}.title"), what, remedy)
