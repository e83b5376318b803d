"""Which of the letters of a release somebody has in hand: the one whose words they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from publisher.letters.kinds import as_told, letter_kinds, release_language
from publisher.releases.release import Release
from publisher.releases.telling import LetterKind
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text


def letter_in_hand(release: Release, texts: Iterable[str], wanted: str = "") -> LetterKind:
    """The letter of a release that has most of the words of some texts.

    Args:
        release: a release with letters.
        texts: what a message says, and its subject.
        wanted: the language that its recipient reads; it decides where the words do not.
    """
    kinds = letter_kinds(release)
    if len(kinds) < 2:
        return LetterKind()
    said = frozenset(word for text in texts for word in _words(text))
    language = release_language(release, wanted)
    # A letter in another case has most of its words from the usual one: those it lacks count too.
    return max(kinds, key=lambda kind: (_likeness(as_told(release, kind).notice, said),
                                        kind.language == language, kind.case is None))  # fmt: skip


def as_in_hand(release: Release, texts: Iterable[str], wanted: str = "") -> Release:
    """A release as the letter tells of it that somebody has in hand; see `letter_in_hand`."""
    return as_told(release, letter_in_hand(release, texts, wanted)) if release.notice else release


def _likeness(letter: str, said: frozenset[str]) -> int:
    own = _words_of_letter(letter)
    return len(own & said) * len(own & said) * 1_000 // max(1, len(own))


@lru_cache(maxsize=64)
def _words_of_letter(letter: str) -> frozenset[str]:
    return frozenset(_words(as_plain_text(parse(letter))))


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).split()
