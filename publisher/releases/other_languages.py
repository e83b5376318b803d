"""What a freeze says of translations: what changes in each, and what is as in the original."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.compare.summary import summary_sentence
from publisher.policies.policy import NOTES
from publisher.releases.freezing import FreezePlan
from publisher.releases.told_changes import announced_changes
from publisher.releases.translation import untranslated_notes
from publisher.wording.language import english_name
from publisher.wording.words import ENGLISH


def in_other_languages(plan: FreezePlan) -> Iterator[str]:
    """What a release changes in each translation, and what is recorded of that, a line each."""
    for language, amendment in plan.translations.items():
        words = "new" if amendment is None else summary_sentence(amendment, ENGLISH)
        yield f"translation {language}: {words}"
        if original := list(_in_the_original(plan, language)):
            ours = english_name(plan.release.policy.facts.language)
            yield f"translation {language}: its letter says in {ours}: {', '.join(original)}"
        for lag in plan.release.lagging(language):
            what = f"says what version {lag.behind} says" if lag.behind else "is not translated"
            yield f"translation {language}: `{lag.anchor}` {what}; readers are told"
        for tag, anchor in plan.release.unaffected:
            if tag == language:
                yield f"translation {language}: `{anchor}` was looked at, and stays as it is"


def _in_the_original(plan: FreezePlan, language: str) -> Iterator[str]:
    """What the letter in another language says as the authoritative text says it."""
    told, policy = plan.announcement, plan.release.policy
    if told is None:
        return
    if not policy.facts.translations[language].effect:
        yield "what opting out means"
    found = announced_changes(plan.release, told)
    assert found
    notes = (*told.summaries, *told.additions, *told.notes)
    untranslated = untranslated_notes(notes, language, found)
    yield from dict.fromkeys(f"{NOTES}/{note.name}" for note in untranslated)
