"""What people were told that a release changes: it stands, whatever a later program would find.

A comparison is one of two texts. So what was sealed of two texts is what was told of these two,
also where only the day was moved since, and the text has another number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from publisher.compare.amendment import Amendment, amend
from publisher.compare.diff_form import text_digest_of, text_digests
from publisher.compare.told_comparison import MisfitError, read_comparison
from publisher.releases.announcement import Announcement
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import comparison_name
from publisher.text.clauses import Document


def known_changes(old: Release, new: Release, releases: Releases, language: str = "") -> Amendment:
    """What changes from one release to another: as people were told of it, or else computed.

    Args:
        old, new: the two.
        releases: all of the policy; `new` may be about to be frozen after them.
        language: of their translations; empty: of the authoritative texts.

    What was sealed and does not fit is passed over: `told_flaws` tells it, and nothing is published
    of such a release.
    """
    found = _known(old, new, _numbers(new, releases), language)
    by = telling_release(old, new, releases, language) if found.told else None
    return replace(found, untold=True) if by and releases.is_retracted(by) else found


def announced_changes(
    release: Release, announcement: Announcement, language: str = ""
) -> Amendment | None:
    """What the letters of a release tell that it changes: what letters before told of these very
    texts, or was sealed with the release itself, or else computed.

    Args:
        release: the release, which may be about to be frozen.
        announcement: what its letters tell.
        language: of its translation; empty: of the authoritative text.

    Returns:
        None: the version before was not translated.
    """
    before = announcement.before
    if language and language not in before.policy.translations:
        return None
    return _known(before, release, (*announcement.told, release), language)


def told_as_whole(release: Release, releases: Releases, language: str = "") -> Release | None:
    """The version whose place a corrected release takes, where people were told what changes
    between the two; None: it is no correction, or nobody was told this.

    Args:
        release: the correction.
        releases, language: as for `known_changes`.
    """
    before = releases.material_predecessor(release) if release.number.minor else None
    return before if before and telling_release(before, release, releases, language) else None


def telling_release(
    old: Release, new: Release, releases: Releases, language: str = ""
) -> Release | None:
    """The release with which the comparison of two is sealed; None: there is none, or one has no
    such translation.

    Args:
        old, new, releases, language: as for `known_changes`.
    """
    if language and not all(language in each.policy.translations for each in (old, new)):
        return None
    found = _sealed(old, new, _numbers(new, releases), language)
    return next((release for release, *_ in found), None)


def sealed_between(
    old: Release, new: Release, releases: Releases, language: str = ""
) -> Iterator[str]:
    """The comparisons that are sealed of two releases, JSON; that by which people were told comes
    first.

    Args:
        old, new, releases, language: as for `known_changes`.
    """
    if not language or all(language in each.policy.translations for each in (old, new)):
        for *_, text in _sealed(old, new, _numbers(new, releases), language):
            yield text


def _numbers(new: Release, releases: Releases) -> tuple[Release, ...]:
    """The numbers of a release, itself included, among which what was told of it is looked for: it
    may be sealed with a correction that left the text as it was.
    """
    own = releases.amendment(new.number.major)
    earlier = (one for one in own if one.number < new.number)
    return (*earlier, new, *(one for one in own if one.number > new.number))


def _known(old: Release, new: Release, numbers: Iterable[Release], language: str) -> Amendment:
    texts = text_in(old, language), text_in(new, language)
    for release, _, text in _sealed(old, new, numbers, language):
        with suppress(MisfitError):
            return replace(read_comparison(text, *texts), told=release.published_day)
    return amend(*texts)


def text_in(release: Release, language: str) -> Document:
    """The text of a release in one of its translations; empty: the authoritative one."""
    policy = release.policy
    return (policy.in_language(language) if language else policy).document


def _sealed(
    old: Release, new: Release, numbers: Iterable[Release], language: str
) -> Iterator[tuple[Release, str, str]]:
    """The comparisons that are sealed of two texts: with which release, in which file, and they."""
    digests = None
    for release in numbers:
        telling = release.telling
        for whole, kept in ((False, telling.comparisons), (True, telling.wholes)):
            if (text := kept.get(language)) is None:
                continue
            digests = digests or (_digest(old, language), _digest(new, language))
            if text_digests(text) == digests:
                yield release, comparison_name(language, whole=whole), text


def _digest(release: Release, language: str) -> str:
    policy = release.policy
    return text_digest_of((policy.translations[language] if language else policy.files).values())
