"""Which of the letters of a release somebody gets, and the release as that letter tells of it."""

from __future__ import annotations

from dataclasses import replace

from publisher.errors import NotFoundError
from publisher.releases.release import Release
from publisher.releases.telling import LetterCase, LetterKind


def release_language(release: Release, wanted: str) -> str:
    """The language of a release that somebody reads: a translation, or the one it is a kind of
    (`de` for `de-AT`); empty: that of the authoritative text.

    Args:
        release: which.
        wanted: the tag of the language (BCP 47); empty: it is not known.
    """
    parts = wanted.split("-")
    ways = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    policy = release.policy
    for way in ways:
        if way == policy.facts.language:
            return ""
        if way in policy.translations:
            return way
    return ""


def letter_kind(release: Release, case: LetterCase | None, wanted: str) -> LetterKind:
    """The letter of a release that there is for a case and a language.

    A letter that says what has to be said goes before one in the right language.

    Args:
        release: which.
        case: what the letter has to say; None: the usual.
        wanted: the language of its reader; empty: not known.
    """
    language = release_language(release, wanted)
    ways = (
        LetterKind(case, language),
        LetterKind(case),
        LetterKind(None, language),
    )
    there = release.telling.letters
    return next((kind for kind in ways if kind in there), LetterKind())


def letter_kinds(release: Release) -> list[LetterKind]:
    """All letters of a release, the usual one in the authoritative language first."""
    return [LetterKind(), *release.telling.letters] if release.notice else []


def chosen_kind(release: Release, language: str | None, case: str | None) -> LetterKind | None:
    """The letter of a release that somebody names.

    Args:
        release: which; it has letters.
        language: of the letter (BCP 47), as the release has it; None: the authoritative one.
        case: as `LetterCase` has them; None: the usual one.

    Returns:
        None: nothing is named.

    Raises:
        NotFoundError: there is none; the message names those there are.
    """
    if language is None and case is None:
        return None
    own, there = release.policy.facts.language, letter_kinds(release)
    for kind in there:
        if (kind.language or own) == (language or own) and (kind.case or None) == case:
            return kind
    languages = dict.fromkeys(kind.language or own for kind in there)
    cases = dict.fromkeys(kind.case or "the usual one" for kind in there)
    which = " ".join([f"`{case}`"] * bool(case) + [f"in `{language}`"] * bool(language))
    raise NotFoundError(
        f"{release.name} has no letter {which}",
        remedy=f"its languages: {', '.join(languages)}; its cases: {', '.join(cases)}",
    )


def as_told(release: Release, kind: LetterKind) -> Release:
    """A release as one of its letters tells of it: in the language of the letter, with that letter
    and the form in that language.

    Args:
        release: which.
        kind: one of `letter_kinds`.
    """
    if kind == LetterKind():
        return release
    own = release.in_language(kind.language) if kind.language else release
    form = release.telling.forms.get(kind.language, release.opt_out)
    return replace(own, notice=release.telling.letters[kind], opt_out=form)


def letter_language(release: Release) -> str:
    """The language that the letter of a release is written in (BCP 47).

    Letters that were sealed before there were templates are in English, whatever the policy is in.
    """
    return release.policy.facts.language if release.telling.wording else "en"
