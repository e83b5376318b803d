"""What is in force and what is coming, with dates: the first box of every page of a policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from markupsafe import Markup

from publisher.letters.kinds import release_language
from publisher.markup.elements import NOTHING
from publisher.markup.html import clauses_html
from publisher.policies.policy import Note
from publisher.releases.address import Addresses
from publisher.releases.beginning import beginning
from publisher.releases.corrected import only_moves_day
from publisher.releases.release import Release
from publisher.releases.releases import DatedStatus, Releases, Status
from publisher.site.context import PolicyOnDay
from publisher.site.page_head import (
    TextLink,
    link_html,
    message_box,
    opt_out_form_of,
)
from publisher.site.release_words import retracted_words, spoken, version_words
from publisher.site.told_words import told_day_words
from publisher.text.parsing import parse
from publisher.wording.words import Words

LONG = 280
"""Characters of a summary from which on the links stand above it: on a telephone they would be
below the first screen."""


def called(release: Release, words: Words) -> str:
    """What a version is called in a sentence: `version 2 (corrected: 2.1)`, for readers of a letter
    about version 2 know no other.
    """
    number = release.number
    if number.minor:
        return words.gettext(
            "version {major} (corrected: {number})", major=str(number.major), number=number
        )
    return words.gettext("version {number}", number=number)


def capital(release: Release, words: Words) -> str:
    """The same at the beginning of a sentence: `Version 2 (corrected: 2.1)`."""
    number = release.number
    if number.minor:
        return words.gettext(
            "Version {number} (corrected: {numbers})", number=str(number.major), numbers=number
        )
    return version_words(release, words)


def standing_words(policy: PolicyOnDay, at: Addresses, words: Words) -> Markup:
    """`In force: version 1, since 1 January 2026. From 1 March 2027: version 2.`

    Args:
        policy: on which day.
        at: addresses as seen from the page.
        words: of the page.
    """
    coming, held = policy.coming, policy.held
    said = [_now(policy, at, words)]
    if held:
        said += _held(policy, held, at, words)
    if coming:
        link = _linked(coming, at, words)
        if coming.imported:
            said.append(words.markup("Not seen yet: {version}.", version=link))
        else:
            day = words.day(policy.releases.begins(coming))
            said.append(words.markup("From {day}: {version}.", day=day, version=link))
    return Markup(" ").join(said)


def _held(policy: PolicyOnDay, held: Release, at: Addresses, words: Words) -> Iterator[Markup]:
    """That the day of a version has come, and nothing is on record of its notice."""
    link = link_html((capital(held, words), _text(held, at, words)))
    day, current = words.day(policy.releases.begins(held)), policy.current
    if by := policy.releases.overtaking(held):
        yield _overtaken(link, day, by, words)
        return
    yield words.markup("{version} was announced for {day}.", version=link, day=day)
    if current is None or current.imported:
        yield words.markup("No record of its notice has been published.")
    else:
        yield words.markup(
            "No record of its notice has been published; {version} is shown as in force until "
            "there is one.",
            version=called(current, words),
        )


def _overtaken(version: str, day: str, by: Release, words: Words) -> Markup:
    """That another was made while a version was held: nothing is waited for any more."""
    return words.markup(
        "{version} was announced for {day}. No record of its notice was published; {new} takes its "
        "place.",
        version=version,
        day=day,
        new=called(by, words),
    )


def _linked(release: Release, at: Addresses, words: Words) -> Markup:
    return link_html((called(release, words), _text(release, at, words)))


def _text(release: Release, at: Addresses, words: Words) -> str:
    """The address of a version in the language of the page, where it is translated into it."""
    tag = release_language(release, words.language)
    return at.translation(release.number, tag) if tag else at.release(release.number)


def _now(policy: PolicyOnDay, at: Addresses, words: Words) -> Markup:
    current = policy.current
    if current is None:
        return words.markup("No version is in force yet.")
    link = _linked(current, at, words)
    if current.imported:
        day = words.day(current.imported.seen.date())
        return words.markup("Last seen: {version}, first seen on {day}.", version=link, day=day)
    if current.effective is None:
        return words.markup("In force: {version}, since a day we do not know.", version=link)
    begins = policy.releases.begins(current)
    named = {"version": link, "day": words.day(begins)}
    if known := known_since(current, policy.releases):
        return words.markup(
            "In force: {version}, since {day} (on record since {known}).",
            **named,
            known=words.day(known),
        )
    return words.markup("In force: {version}, since {day}.", **named)


def known_since(release: Release, releases: Releases) -> dt.date | None:
    """The day since which it is on record that a version is in force, where that was stated only
    after it took effect; None: it was known before, or needs no record.
    """
    record, begins = releases.record(release), releases.begins(release)
    if record is None or begins is None:
        return None
    stated = release.day_of(record.stated)
    return stated if stated > begins else None


# ── on the pages of a version ────────────────────────────────────────────────────────────────────


def status_banner(policy: PolicyOnDay, release: Release, at: Addresses, words: Words) -> Markup:
    """The first box of a page about one version: what is in force, and whether it is this one.

    Args:
        policy: on which day.
        release: the version.
        at: addresses as seen from the page.
        words: of the page.
    """
    now = policy.releases.status(release, policy.today)
    standing = standing_words(policy, at, words)
    if now.status is Status.RETRACTED:
        return _retracted(policy, release, at, words)
    if now.status is Status.SUPERSEDED:
        return _not_this_one(policy, release, now, at, words)
    about = NOTHING
    if now.status is Status.UPCOMING:
        about = _coming(policy, release, now, words)
    body = Markup("<p>{}</p>\n").format(about) if about else NOTHING
    return message_box(_kind(policy), standing, body)


def _kind(policy: PolicyOnDay) -> str:
    """Of the first box: whether anything is to come."""
    return "upcoming" if policy.coming or policy.held else "note"


def _coming(policy: PolicyOnDay, release: Release, now: DatedStatus, words: Words) -> Markup:
    """From when a version applies, where the box does not say so, or not why."""
    begins = policy.releases.begins(release)
    if now.held and release is policy.held:
        return NOTHING
    by = policy.releases.overtaking(release) if now.held else None
    if by:
        return _overtaken(capital(release, words), words.day(begins), by, words)
    if now.held:
        said = words.markup(
            "{version} was announced for {day}.",
            version=capital(release, words),
            day=words.day(begins),
        )
        none = words.markup("No record of its notice has been published.")
        return Markup("{} {}").format(said, none)
    if begins != release.effective and not release.imported:
        return words.markup(
            "{version} was announced for {day}. By the record of its notice it applies from "
            "{later}.",
            version=capital(release, words),
            day=words.day(release.effective),
            later=words.day(begins),
        )
    if release is policy.coming:
        return NOTHING
    return words.markup(
        "This is {version}; it applies from {day}.",
        version=called(release, words),
        day=words.day(begins),
    )


def _retracted(policy: PolicyOnDay, release: Release, at: Addresses, words: Words) -> Markup:
    said = retracted_words(release, beginning(release, policy.releases), words)
    more = Markup("<p>{}</p>\n").format(_and_now(policy, at, words))
    return message_box("superseded", said, more)


def _and_now(policy: PolicyOnDay, at: Addresses, words: Words) -> Markup:
    """What is in force, with a link to it."""
    standing = standing_words(policy, at, words)
    if policy.current is None:
        return standing
    said = words.gettext("Read the text in force")
    if policy.current.imported:
        said = words.gettext("Read the text that was seen last")
    return Markup("{} {}").format(standing, link_html((said, at.current)))


def _not_this_one(
    policy: PolicyOnDay, release: Release, now: DatedStatus, at: Addresses, words: Words
) -> Markup:
    by = policy.releases.find(now.by) if now.by else None
    assert by
    day = words.day(now.since)
    new, old = _linked(by, at, words), release.number
    if by.number.major == old.major and not by.imported:
        plain = words.gettext("version {number}", number=by.number)
        named = {"number": old, "new": link_html((plain, at.release(by.number))), "day": day}
        if only_moves_day(release, by):
            said = words.markup(
                "This is version {number} as it was before {new} postponed it, on {day}.", **named
            )
        else:
            said = words.markup(
                "This is version {number} as it was before {new} corrected it, on {day}.", **named
            )
        gone = policy.releases.status(by, policy.today).status is Status.SUPERSEDED
        kind = "superseded" if gone else "upcoming"
        return message_box(
            kind, standing_words(policy, at, words), Markup("<p>{}</p>\n").format(said)
        )
    if by.imported:
        said = words.markup(
            "Not in force: {new} was seen in place of version {number} on {day}.",
            new=new,
            number=old,
            day=day,
        )
    elif policy.releases.is_held(release):
        said = words.markup(
            "Version {number} was announced for {announced}. No record of its notice was "
            "published, and {new} took effect on {day}.",
            new=new,
            number=old,
            announced=words.day(policy.releases.begins(release)),
            day=day,
        )
    else:
        said = words.markup(
            "Not in force: {new} took the place of version {number} on {day}.",
            new=new,
            number=old,
            day=day,
        )
    more = Markup("<p>{}</p>\n").format(_and_now(policy, at, words))
    return message_box("superseded", said, more)


# ── what is announced ────────────────────────────────────────────────────────────────────────────


def opt_out_link(
    policy: PolicyOnDay, release: Release, at: Addresses, words: Words
) -> TextLink | None:
    """`Opt out, until 28 February 2027`; None where nobody can any more, or ever could."""
    form, closes = opt_out_form_of(release, policy.releases), policy.releases.closing_day(release)
    gone = policy.releases.is_retracted(release)
    if form is None or closes is None or gone or policy.today > closes:
        return None
    there = words.language if words.language in form.telling.forms else ""
    said = words.gettext("Opt out, until {day}", day=words.day(closes))
    return said, at.opt_out(form.number, language=there)


def announcement(policy: PolicyOnDay, at: Addresses, words: Words) -> Markup:
    """What is announced: from when, what it changes in the words of those who wrote it, what one
    can do, and what is in force until then. Where nothing is announced: what is in force.

    Beside the sentences it has three links at most; corrections and letters are on the page with
    all versions.
    """
    release, standing = policy.announced, standing_words(policy, at, words)
    if release is None or release.imported:
        return message_box("note", standing)
    title: str | Markup = standing
    if policy.current and release is policy.coming:
        title = words.gettext("Changing on {day}:", day=words.day(policy.releases.begins(release)))
        standing = Markup("<p>{}</p>\n").format(standing)
    else:
        standing = NOTHING
    summary, calls = _summary(policy, release, words), _calls(policy, release, at, words)
    first, second = (calls, summary) if len(summary) > LONG else (summary, calls)
    more = NOTHING
    if policy.current:
        said = words.gettext("Read version {number}", number=release.number)
        read = link_html((said, _text(release, at, words)))
        more = Markup("<ul><li>{}</li></ul>\n").format(read)
    return message_box("upcoming", title, Markup("{}{}{}{}").format(first, second, standing, more))


def standing_box(policy: PolicyOnDay, at: Addresses, words: Words) -> Markup:
    """What is in force and what is coming, with the way to opt out, on pages about all versions."""
    announced = policy.announced
    out = opt_out_link(policy, announced, at, words) if announced else None
    link = Markup("<p>{}</p>\n").format(link_html(out)) if out else NOTHING
    return message_box(_kind(policy), standing_words(policy, at, words), link)


def _summary(policy: PolicyOnDay, release: Release, words: Words) -> Markup:
    """What the amendment is for, as its authors put it, and else in figures."""
    parts = policy.releases.amendment(release.number.major)
    tag = release_language(release, words.language)
    note = next((found for part in parts if (found := _note(part, tag))), None)
    if note:
        attributes = spoken(note.language or tag or release.policy.facts.language, words)
        return Markup('<div class="pp-why"{}>{}</div>\n').format(
            attributes, clauses_html(parse(note.text))
        )
    short = policy.summaries.get(parts[0].number)
    if short is None:
        return NOTHING
    return Markup("<p>{}. {}</p>\n").format(short.sentence(words), told_day_words(short, words))


def _note(release: Release, language: str) -> Note | None:
    """The summary of a release, in one of its other languages where it is translated."""
    there = language in release.policy.translations
    policy = release.policy.in_language(language) if there else release.policy
    return next((note for note in policy.notes if not note.anchors), None)


def _calls(policy: PolicyOnDay, release: Release, at: Addresses, words: Words) -> Markup:
    """What nearly everybody comes for, as buttons."""
    first = policy.releases.amendment(release.number.major)[0]
    links: list[TextLink] = []
    before = policy.releases.predecessor(first)
    if before:
        tag = release_language(first, words.language)
        there = tag in first.policy.translations and tag in before.policy.translations
        place = at.retranslated(first.number, tag) if there else at.changes(first.number)
        links.append((words.gettext("See what changes"), place))
    else:
        said = words.gettext("Read version {number}", number=release.number)
        links.append((said, _text(release, at, words)))
    if out := opt_out_link(policy, release, at, words):
        links.append(out)
    items = NOTHING.join(Markup("<li>{}</li>").format(link_html(link)) for link in links)
    return Markup('<ul class="pp-calls">{}</ul>\n').format(items)
