"""Whether a translation says what the authoritative text says, and what people state about it.

A section of a translation follows the text if it was changed since the last release, or if the
text still is what it was in the version that the translation gives. Whether a changed translation
is a right one, no program can tell; that one was not touched, a program can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from publisher.compare.amendment import Amendment
from publisher.errors import FreezeError
from publisher.policies.policy import Note, Policy
from publisher.releases.number import Number
from publisher.releases.release import Lag, Release
from publisher.releases.releases import Releases
from publisher.text.clauses import Document, Kind

_Key = tuple[str, str]
"""Language and anchor of a section of a translation."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a release records of its translations."""

    lags: tuple[Lag, ...] = ()
    unaffected: tuple[tuple[str, str], ...] = ()
    """Language and anchor of what was looked at and needs no change."""


def said(document: Document) -> dict[str, tuple[str, ...]]:
    """What each section says, by its anchor: equal where a reader can tell no difference."""
    return {
        section.anchor: tuple(c.key for c in section.clauses if c.kind is not Kind.BLANK)
        for section in document.sections
        if section.anchor
    }


def lags(policy: Policy, releases: Releases) -> tuple[Lag, ...]:
    """Where the translations of a draft do not follow its text, by language, in its order.

    Args:
        policy: the draft.
        releases: all releases so far.
    """
    text = said(policy.document)
    return tuple(
        Lag(language, anchor, behind)
        for language in policy.translations
        for anchor, behind in _behind(policy, language, text, releases)
    )


def _behind(
    policy: Policy, language: str, text: Mapping[str, tuple[str, ...]], releases: Releases
) -> Iterator[tuple[str, Number | None]]:
    translated = said(policy.in_language(language).document)
    before = _translated(releases[-1], language) if releases else {}
    texts: dict[Number, Mapping[str, tuple[str, ...]]] = {}
    for anchor, now in text.items():
        if anchor not in translated:
            yield anchor, None
        elif translated[anchor] == before.get(anchor):
            given = _given(releases[-1], language, anchor)
            if given not in texts:
                texts[given] = said(next(r for r in releases if r.number == given).policy.document)
            if now != texts[given].get(anchor):
                yield anchor, given


def _translated(release: Release, language: str) -> Mapping[str, tuple[str, ...]]:
    known = language in release.policy.translations
    return said(release.policy.in_language(language).document) if known else {}


def _given(release: Release, language: str, anchor: str) -> Number:
    """The version whose text a section of a release's translation gives."""
    found = (lag.behind for lag in release.lagging(language) if lag.anchor == anchor)
    return next(found, None) or release.number


def untranslated_notes(
    notes: Iterable[Note], language: str, amendment: Amendment | None
) -> list[Note]:
    """The notes that readers of a translation get as the original says them.

    Args:
        notes: those of a release, or of a draft.
        language: of the translation.
        amendment: what is changed: a note that explains none of it is told to nobody.
    """
    changed = {a for change in amendment.changes for a in change.anchors} if amendment else set()
    told = (note for note in notes if not note.anchors or changed & set(note.anchors))
    return [note for note in told if language not in note.translations]


# ── what people state ────────────────────────────────────────────────────────────────────────────


def stated(
    policy: Policy, releases: Releases, lagging: Sequence[str], unaffected: Sequence[str]
) -> Stated:
    """What a release of the draft records of its translations.

    What is stated about a section counts more than what is stated about its language.

    Args:
        policy: the draft.
        releases: all releases so far.
        lagging: what is to be labelled as not up to date: `de` (all that lags) or `de:security`.
        unaffected: what somebody has looked at, and found to need no change; likewise.

    Raises:
        FreezeError: a translation lags and nobody said what of it; or something was stated that
            cannot be.
    """
    found = {(lag.language, lag.anchor): lag.behind for lag in lags(policy, releases)}
    labelled = _Statement("--lagging", policy, found, lagging)
    looked_at = _Statement("--unaffected", policy, found, unaffected)
    if both := [*(labelled.one & looked_at.one), *(labelled.whole & looked_at.whole)]:
        named = both[0] if isinstance(both[0], str) else ":".join(both[0])
        raise FreezeError(
            f"`{named}` is stated both to lag and to be unaffected", remedy="state one of the two"
        )
    for key in labelled.one - found.keys():
        found[key] = _last_given(policy, releases, *key)
    for key in looked_at.one:
        if key not in found:
            raise FreezeError(
                f"the translation `{':'.join(key)}` does not lag", remedy="leave --unaffected out"
            )
        if found[key] is None:
            raise FreezeError(
                f"there is no translation `{':'.join(key)}` that could be unaffected",
                remedy=f"translate it, or label it: --lagging {':'.join(key)}",
            )
    settled = labelled.one | {k for k in found if k[0] in labelled.whole and k not in looked_at.one}
    fine = looked_at.one | {
        key
        for key, behind in found.items()
        if key[0] in looked_at.whole and key not in labelled.one and behind is not None
    }
    if open_ := [key for key in found if key not in settled | fine]:
        raise _refusal(found, open_)
    order = [(tag, anchor) for tag in policy.translations for anchor in said(policy.document)]
    return Stated(
        tuple(Lag(*key, found[key]) for key in order if key in settled),
        tuple(key for key in order if key in fine),
    )


class _Statement:
    """What one option names: whole languages and single sections."""

    def __init__(
        self, option: str, policy: Policy, found: Mapping[_Key, Number | None], names: Iterable[str]
    ) -> None:
        self.whole: set[str] = set()
        self.one: set[_Key] = set()
        anchors = said(policy.document)
        for name in names:
            language, colon, anchor = name.partition(":")
            if language not in policy.translations:
                known = ", ".join(policy.translations) or "none"
                raise FreezeError(
                    f"{option} {name}: there is no translation `{language}`; there are: {known}",
                    remedy="name a language as policy.toml does",
                )
            if colon and anchor not in anchors:
                raise FreezeError(
                    f"{option} {name}: no section has the anchor `{anchor}`",
                    remedy="name an anchor of this policy",
                )
            if not colon and not any(key[0] == language for key in found):
                raise FreezeError(
                    f"{option} {name}: the translation does not lag", remedy="leave it out"
                )
            if colon:
                self.one.add((language, anchor))
            else:
                self.whole.add(language)


def _last_given(policy: Policy, releases: Releases, language: str, anchor: str) -> Number:
    """The version whose text a section gives that somebody calls lagging though it was changed."""
    if not releases or anchor not in _translated(releases[-1], language):
        raise FreezeError(
            f"--lagging {language}:{anchor}: this translation is new, so it lags behind no version",
            remedy="leave it out, or remove the translation of this section until it is right",
        )
    given = _given(releases[-1], language, anchor)
    then = next(release for release in releases if release.number == given).policy.document
    if said(policy.document)[anchor] == said(then).get(anchor):
        raise FreezeError(
            f"--lagging {language}:{anchor}: the text is what it was in version {given}",
            remedy="leave it out",
        )
    return given


def _refusal(found: Mapping[_Key, Number | None], keys: Sequence[_Key]) -> FreezeError:
    told: dict[str, list[str]] = {}
    for language, anchor in keys:
        behind = found[language, anchor]
        how = f"says what version {behind} says" if behind else "is not translated"
        told.setdefault(language, []).append(f"`{anchor}` {how}")
    listed = "; ".join(f"{language}: {', '.join(sections)}" for language, sections in told.items())
    first, anchor = keys[0]
    return FreezeError(
        f"the translations do not follow the text: {listed}",
        remedy="translate these sections; or say so to readers with "
        + " ".join(f"--lagging {language}" for language in told)
        + f"; or, where you have looked and nothing needs to change, --unaffected {first}"
        + f" (of one section: --lagging {first}:{anchor})",
    )
