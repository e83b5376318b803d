"""What an amendment changes as a piece of a page: the list with the reasons, and the redline."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from publisher.compare.amendment import Amendment
from publisher.compare.summary import amendment_figures
from publisher.markup.html import Fragment
from publisher.markup.redline import redline
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.told_changes import known_changes, telling_release, told_as_whole
from publisher.site import page_parts
from publisher.site.packing import decode_fragment, encode_fragment, pack, unpack
from publisher.site.release_words import change_sentence
from publisher.site.told_words import ANEW, WHOLE, anew_line, told_line
from publisher.wording.words import Words


def marked_changes(
    found: Amendment,
    versions: tuple[str, str],
    told: page_parts.Explained,
    words: Words,
) -> Fragment:
    """The list of changes with their reasons, and their redline.

    Args:
        found: what differs.
        versions: what the two texts are called.
        told: what is said of it.
        words: those around them.
    """
    marked = redline(found, words, views=True)
    tools = page_parts.redline_views(marked, *versions, words)
    html = page_parts.changed_text(found, marked, told, words, tools)
    return Fragment(html, (*page_parts.changed_headings(words), *marked.headings))


def version_pair(before: Release, release: Release, words: Words) -> tuple[str, str]:
    """What two versions are called in a sentence."""
    old, new = (words.gettext("version {number}", number=each.number) for each in (before, release))
    return old, new


@dataclass(frozen=True)
class MarkedPair:
    """Two versions, and what changes from the one to the other: as pages show it."""

    before: Release
    release: Release
    known: Amendment
    words: Words
    """Those around the text."""
    language: str = ""
    """Of a translation; empty: the authoritative text."""

    def said(self, found: Amendment | None = None) -> str:
        """It in one sentence of figures, without a full stop; None: as it is known."""
        figures = amendment_figures(found or self.known)
        return change_sentence(self.before, self.release, figures, self.words)

    @property
    def as_known(self) -> Fragment:
        """What changes: as people were told of it, with a link to what this program finds if that
        is something else; or computed, where nothing was sealed.
        """
        return self._shown(self.known, told_line(self.known, self.words, linked=True))

    @property
    def anew(self) -> Fragment | None:
        """What this program finds, where something else was told."""
        found, told = self.known.anew, self.known.told
        return self._shown(found, anew_line(told, self.words)) if found and told else None

    def _shown(self, found: Amendment, origin: Markup) -> Fragment:
        policy = self.release.policy
        own = policy.in_language(self.language) if self.language else policy
        told = page_parts.Explained(self.said(found), own.notes, own.facts.language, origin)
        versions = version_pair(self.before, self.release, self.words)
        return marked_changes(found, versions, told, self.words)


def pack_beside(release: Release, releases: Releases, words: Words, language: str = "") -> bytes:
    """What the pages beside that of what a version changes show; `unpack_beside` reads it.

    Args:
        release: the version.
        releases: all of the policy.
        words: those around the text.
        language: of a translation; empty: the authoritative text.
    """
    found: dict[str, Fragment | None] = {}
    before, whole = releases.predecessor(release), told_as_whole(release, releases, language)
    if before and telling_release(before, release, releases, language):
        known = known_changes(before, release, releases, language)
        found[ANEW] = MarkedPair(before, release, known, words, language).anew
    if whole:
        known = known_changes(whole, release, releases, language)
        pair = MarkedPair(whole, release, known, words, language)
        found |= {WHOLE: pair.as_known, f"{WHOLE}{ANEW}": pair.anew}
    return pack({place: encode_fragment(shown) for place, shown in found.items() if shown})


class KnownPair(NamedTuple):
    """What this program knows of what changes against another version than the one before."""

    place: str
    """The address of its page, from that of what the version changes."""
    said: str
    """It in figures, a sentence without its full stop."""
    told: str
    """The day on which people were told by it (ISO 8601); empty: it was computed."""

    def origin(self, words: Words) -> str:
        """Where it is from, within a sentence."""
        if not self.told:
            return words.gettext("every change, word by word")
        return words.gettext("as told on {day}", day=words.day(dt.date.fromisoformat(self.told)))


def pairs_as_json(release: Release, releases: Releases, words: Words, language: str = "") -> bytes:
    """The pairs of which this program knows more than a browser that compares, as JSON, by the
    number of the other version; arguments as for `pack_beside`.
    """
    before, whole = releases.predecessor(release), told_as_whole(release, releases, language)
    places = {WHOLE: whole, "": before if before and before.number != release.previous else None}
    found = {}
    for place, other in places.items():
        if other and (not language or language in other.policy.translations):
            known = known_changes(other, release, releases, language)
            said = MarkedPair(other, release, known, words, language).said()
            told = known.told.isoformat() if known.told and not known.untold else ""
            found[str(other.number)] = KnownPair(place, said, told)
    return json.dumps(found, ensure_ascii=False).encode()


def pairs_from_json(data: bytes) -> dict[Number, KnownPair]:
    """What `pairs_as_json` wrote."""
    value = {Number.parse(name): KnownPair(*facts) for name, facts in json.loads(data).items()}
    return {number: pair for number, pair in value.items() if number}


def unpack_beside(data: bytes) -> dict[str, Fragment]:
    """What `pack_beside` wrote, by the address of each page from that of the changes."""
    return {place: decode_fragment(shown) for place, shown in unpack(data).items()}
