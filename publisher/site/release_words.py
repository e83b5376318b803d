"""What a version is called, and when it is in force, in words: on pages and in PDFs alike."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from publisher.compare.summary import AmendmentFigures, figures_sentence
from publisher.markup.elements import NOTHING
from publisher.releases.beginning import Beginning, beginning
from publisher.releases.corrected import only_moves_day
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.wording.dates import moved
from publisher.wording.language import is_right_to_left
from publisher.wording.words import Words


def version_words(release: Release, words: Words) -> str:
    """What a version is called where its name stands alone: `Version 2.1`."""
    return words.gettext("Version {number}", number=release.number)


def in_force_words(release: Release, words: Words, begins: Beginning | None = None) -> str:
    """`in force from 1 March 2027`.

    Args:
        release: the version.
        words: in which language.
        begins: from when it is in force, by what is known now, so that no day is told that was
            moved or that nobody keeps to; None: as it was sealed, which can be frozen and printed.
    """
    if release.imported:
        return words.gettext(
            "first seen on {day}; from when it applied is unknown", day=_seen(release, words)
        )
    return when_words(release, words, begins)


def when_words(release: Release, words: Words, begins: Beginning | None = None) -> str:
    """The same in short, for lists: of a text of the past, when it was first seen."""
    if release.imported:
        return words.gettext("first seen on {day}", day=_seen(release, words))
    found = begins or Beginning(release, release.effective)
    if found.retracted:
        return words.gettext("retracted on {day}", day=words.day(found.retracted))
    if found.holds.effective != release.effective:
        return _as_corrected(release, found, words)
    if found.day is None:
        return words.gettext("effective date unknown")
    if found.overtaken:
        return words.gettext(
            "announced for {day}; version {number} takes its place",
            day=words.day(found.day),
            number=found.overtaken,
        )
    if found.held:
        return words.gettext("announced for {day}", day=words.day(found.day))
    return words.gettext("in force from {day}", day=words.day(found.day))


def pdf_words(
    release: Release, releases: Releases, today: dt.date, words: Words, *, short: bool = False
) -> str:
    """What the link to the sealed PDF of a version says: also that it is older than what is known
    now, where the version is not in force from the day that stands in it.

    Args:
        release: the version.
        releases: all of its policy.
        today: the day of the page.
        words: of the page.
        short: in a list of documents.
    """
    found = beginning(release, releases)
    held = releases.status(release, today).held or found.overtaken
    otherwise = found.retracted or held or found.day != release.effective
    if release.imported or not otherwise:
        return words.gettext("PDF") if short else words.gettext("Download PDF")
    if short:
        return words.gettext("PDF, made when it was announced")
    return words.gettext("Download PDF, made when it was announced")


def retracted_words(release: Release, begins: Beginning, words: Words) -> str:
    """`Version 2 was retracted on 10 February 2027, before anybody was told.`"""
    return words.gettext(
        "Version {number} was retracted on {day}, before anybody was told.",
        number=release.number,
        day=words.day(begins.retracted),
    )


def _seen(release: Release, words: Words) -> str:
    assert release.imported is not None
    return words.day(release.imported.seen.date())


def kind_words(release: Release, words: Words) -> str:
    """What sort of version a release is, for people who do not know our words."""
    if release.imported:
        # Which text it was made from, or whether it meant to amend one, nobody recorded.
        if release.previous:
            return words.gettext("seen after version {number}", number=release.before)
        return words.gettext("first text known")
    if release.previous is None:
        return words.gettext("first version")
    if release.materiality is Materiality.EDITORIAL:
        return words.gettext("corrects version {number}", number=release.before)
    return words.gettext("amends version {number}", number=release.before)


def published_words(release: Release, words: Words) -> str:
    """When it was announced, as people write it."""
    if release.published is None:
        return words.pgettext("day", "unknown")
    return words.day(release.published_day)


def import_facts(release: Release, words: Words) -> tuple[tuple[str, Markup], ...]:
    """Where a text of the past was found, as rows of (what, HTML); none for other releases."""
    found = release.imported
    if found is None:
        return ()
    moment = words.moment(found.seen)
    place = Markup('<bdi dir="ltr">{}</bdi><br><bdi dir="ltr">{}</bdi>')
    commit = Markup('<code dir="ltr">{}</code><br>{}')
    return (
        (words.gettext("Found in"), place.format(found.source, found.path)),
        (words.gettext("Commit"), commit.format(found.commit, moment)),
    )


def change_sentence(
    before: Release, release: Release, figures: AmendmentFigures, words: Words
) -> str:
    """What a version changes in figures; of a correction that moves the day, from when to when.

    It begins with a capital letter or a number and has no full stop.
    """
    said, was, day = figures_sentence(figures, words), before.effective, release.effective
    if was is None or day is None or was == day or before.number.major != release.number.major:
        return said
    days = {"before": words.day(was), "day": words.day(day)}
    if figures.empty:
        return words.gettext("Only the day moved: from {before} to {day}", **days)
    told = words.gettext("The day moved: from {before} to {day}", **days)
    return words.pgettext("list of facts", "{facts}; {next}", facts=told, next=said)


def status_words(release: Release, status: Status, words: Words) -> str:
    """The status as readers are told it: of a text of the past only what was seen."""
    if release.imported and status is Status.UPCOMING:
        return words.pgettext("status", "not seen yet")
    if release.imported and status is Status.IN_FORCE:
        # From when it applied, or whether it does, nobody recorded.
        return words.pgettext("status", "last seen")
    return {
        Status.UPCOMING: words.pgettext("status", "upcoming"),
        Status.IN_FORCE: words.pgettext("status", "in force"),
        Status.SUPERSEDED: words.pgettext("status", "superseded"),
        Status.RETRACTED: words.pgettext("status", "retracted"),
    }[status]


def shown_status(release: Release, releases: Releases, today: dt.date) -> Status:
    """The status as lists show it: a corrected version has that of the amendment it belongs to,
    which goes on as its correction has it.
    """
    now = releases.status(release, today)
    while now.by and now.by.major == release.number.major and not release.imported:
        later = releases.find(now.by)
        assert later
        now = releases.status(later, today)
    return now.status


def in_force_span(release: Release, releases: Releases, words: Words) -> str:
    """From when until when a version is in force, in words; of a text of the past, was seen."""
    if release.imported:
        return words.gettext(
            "{seen}; from when it applied is unknown", seen=seen_span(release, releases, words)
        )
    found, end = beginning(release, releases), releases.status(release, dt.date.max)
    if not found.retracted and found.holds.number != release.number:
        return _as_corrected(release, found, words)
    if found.retracted or found.held:
        return when_words(release, words, found)
    last = moved(end.since, -1) if end.status is Status.SUPERSEDED and end.since else None
    if found.day is None:
        if last is None:
            return words.gettext("from an unknown day")
        return words.gettext("from an unknown day until {last}", last=words.day(last))
    first = words.day(found.day)
    if last is None:
        return words.gettext("from {day}", day=first)
    if last < found.day:  # what took its place took effect no later
        return words.gettext("never: version {number} took its place", number=end.by)
    return words.gettext("from {first} until {last}", first=first, last=words.day(last))


def _as_corrected(release: Release, begins: Beginning, words: Words) -> str:
    """From when it is in force as one of its corrections has it, which came before it could be."""
    numbers = {"number": begins.holds.number, "day": words.day(begins.day)}
    if only_moves_day(release, begins.holds):
        if begins.held:
            return words.gettext("postponed: version {number}, announced for {day}", **numbers)
        return words.gettext("postponed: version {number}, from {day}", **numbers)
    if begins.held:
        return words.gettext("corrected: version {number}, announced for {day}", **numbers)
    return words.gettext("corrected: version {number}, from {day}", **numbers)


def seen_span(release: Release, releases: Releases, words: Words) -> str:
    """When a text of the past was first seen, and until when, in words."""
    assert release.imported is not None
    day, end = release.imported.seen.date(), releases.status(release, dt.date.max)
    if end.status is not Status.SUPERSEDED or end.since is None:
        return when_words(release, words)
    if end.since <= day:
        return words.gettext("seen on {day} only", day=words.day(day))
    first, last = words.day(day), words.day(moved(end.since, -1))
    by = next(r for r in releases if r.number == end.by)
    if by.imported:
        return words.gettext("first seen on {day}, seen until {last}", day=first, last=last)
    return words.gettext("first seen on {day}, in force until {last}", day=first, last=last)


def spoken(language: str, words: Words | None = None) -> Markup:
    """The attributes that say in which language, and which way, an element is written.

    Args:
        language: its tag (BCP 47).
        words: those of the page around it; nothing has to be said where it speaks that language.
    """
    if words and language == words.language:
        return NOTHING
    way = Markup(' dir="rtl"') if is_right_to_left(language) else NOTHING
    if words and not way and words.direction == "rtl":
        way = Markup(' dir="ltr"')
    return Markup(' lang="{}"{}').format(language, way)
