"""Sealed comparisons that contradict their texts, and letters that contradict them, as no freeze
makes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from publisher.compare.told_comparison import MisfitError, read_comparison
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterKind, comparison_name, letter_name
from publisher.releases.told_changes import sealed_between, text_in

_NUMBERS = 2
"""So many numbers make a sentence of figures known by its form."""


class ToldFlaw(NamedTuple):
    """What is wrong, or to be known, and in which file of the release."""

    name: str
    what: str
    remedy: str = ""
    """What shows more of it, where nothing is wrong: this program only reads the texts otherwise.
    Empty: it is an error."""


def told_flaws(release: Release, releases: Releases) -> Iterator[ToldFlaw]:
    """What contradicts itself in that by which people were told what a release changes.

    Args:
        release: which.
        releases: all of the policy that read.
    """
    before, whole = releases.predecessor(release), releases.material_predecessor(release)
    telling = release.telling
    found = [*_misfits(release, before, telling.comparisons)]
    found += _misfits(release, whole, telling.wholes, as_whole=True)
    yield from found
    if whole and all(flaw.remedy for flaw in found):
        for language in ("", *release.policy.translations):
            yield from _other_figures(release, whole, releases, language)


def _misfits(
    release: Release, old: Release | None, kept: Mapping[str, str], *, as_whole: bool = False
) -> Iterator[ToldFlaw]:
    """Comparisons that are not those of the two texts."""
    for language, text in kept.items():
        name = comparison_name(language, whole=as_whole)
        if old is None:
            if release.before is None:  # else it was lost, and is told as that
                yield ToldFlaw(name, "compares a release with nothing before it")
            continue
        if language and language not in old.policy.translations:
            yield ToldFlaw(name, f"release {old.number} has no translation `{language}`")
            continue
        try:
            read = read_comparison(text, text_in(old, language), text_in(release, language))
        except MisfitError as error:
            yield ToldFlaw(name, f"{error} (release {old.number} and this one)")
            continue
        if read.otherwise and not read.otherwise.exact:
            asked = f" --language {language}" if language else ""
            yield ToldFlaw(
                name,
                f"was made by engine {read.engine}; this program reads the two texts otherwise. "
                "What people were told is shown, from the words that are sealed in it",
                f"publisher diff {old.number} {release.number} --anew{asked}",
            )


def _other_figures(
    release: Release, before: Release, releases: Releases, language: str
) -> Iterator[ToldFlaw]:
    """Letters that state other figures than what was sealed of the two texts they tell of."""
    sealed = next(sealed_between(before, release, releases, language), None)
    if sealed is None:
        return
    summary: str = json.loads(sealed)["summary"]
    like = _sentences_like(summary)
    letters = dict(release.telling.letters)
    if release.notice:
        letters[LetterKind()] = release.notice
    for kind, text in letters.items():
        if like is None or kind.language != language or summary.lower() in text.lower():
            continue
        if stated := like.search(text):
            what = f"says “{stated[0]}”, and the comparison that was sealed says “{summary}”"
            yield ToldFlaw(letter_name(kind), what)


def _sentences_like(summary: str) -> re.Pattern[str] | None:
    """What finds a sentence of figures with other numbers, and so maybe other plural forms. None:
    the sentence has too few numbers to be told from any other.
    """
    if len(re.findall(r"\d+", summary)) < _NUMBERS:
        return None
    parts = re.findall(r"\d+|\w+|\W+", summary)
    like = (
        r"\d+" if part.isdecimal() else rf"{part[0]}\w*" if part[0].isalpha() else re.escape(part)
        for part in parts
    )
    return re.compile("".join(like), re.IGNORECASE)
