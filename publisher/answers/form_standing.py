"""What an opt-out form says above its button: what stands, until when, and what follows.

In the past tense once something was declared, and after the last day in one statement. Which text
applies to whom is said only as far as it is known: until the version takes effect the one before
it applies to everybody who has not opted out of it; what an opt-out means from then on, the
organisation has sealed in words of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.declared_words import declared_words
from publisher.answers.form_applying import applies_to_you, applies_words
from publisher.answers.form_on_day import FormOnDay
from publisher.markup.elements import NOTHING
from publisher.markup.html import clauses_html
from publisher.people.requests import Request, RequestKind, Timing
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.wording.language import is_right_to_left


@dataclass(frozen=True, slots=True)
class FormStanding:
    """What a form says above its button."""

    title: str
    lines: tuple[Markup, ...]
    """Each a block of HTML."""
    below: tuple[Markup, ...]
    """What stands below the button: the receipt, and what became of the version since."""
    offers: RequestKind | None
    """What its button declares; None: there is none, for there is nothing to declare."""


def standing(form: FormOnDay, declared: Request | None, late: Request | None) -> FormStanding:
    """What a form says to a customer.

    Args:
        form: the form on this day.
        declared: the declaration of this customer that stands; None: none came in time.
        late: the last one that came late; None: none did.
    """
    last = late if late and not form.is_open else declared
    if form.retracted:
        return _retracted(form, form.retracted, last)
    out = last is not None and last.kind is RequestKind.OPT_OUT
    lines, below = tuple(_lines(form, declared, late, last)), [*_fates(form)]
    if last is not None:
        below.append(_receipt(form, last))
    offers = RequestKind.WITHDRAW if out else RequestKind.OPT_OUT
    return FormStanding(_title(form, last), lines, tuple(below), offers)


def open_or_closed(form: FormOnDay) -> FormStanding:
    """What a form says to somebody who has declared nothing, or whom nobody knows."""
    return standing(form, None, None)


def _retracted(form: FormOnDay, day: dt.date, last: Request | None) -> FormStanding:
    """Where the version was taken back before anybody was told: there is no button."""
    words = form.words
    title = words.gettext(
        "Version {number} was retracted on {day}, before anybody was told",
        number=str(form.release.number),
        day=words.day(day),
    )
    lines = (_paragraph(words.gettext("There is nothing to opt out of.")),)
    below = (_receipt(form, last),) if last else ()
    return FormStanding(title, lines, below, None)


# ── titles ───────────────────────────────────────────────────────────────────────────────────────


def _title(form: FormOnDay, last: Request | None) -> str:
    words, closes = form.words, form.words.day(form.window.closes)
    zone = words.zone(form.zone)
    if last is None and form.is_open:
        return words.gettext(
            "You can opt out until the end of {day} ({zone})", day=closes, zone=zone
        )
    if last is None:
        return words.gettext("The last day to opt out was {day} ({zone})", day=closes, zone=zone)
    return declared_words(last, form.version, form.day_of(last.received), words)


# ── what follows ─────────────────────────────────────────────────────────────────────────────────


def _lines(
    form: FormOnDay, declared: Request | None, late: Request | None, last: Request | None
) -> Iterator[Markup]:
    if last is None:
        yield _paragraph(applies_words(form))
        if form.is_open and late:
            yield _paragraph(_declare_again(form, late))
        if not form.is_open:
            yield _paragraph(_still_taken(form))
        return
    if last.timing is Timing.LATE:
        yield from _after_a_late_one(form, declared, last)
    else:
        yield from _after_one_in_time(form, last)


def _after_one_in_time(form: FormOnDay, last: Request) -> Iterator[Markup]:
    words, closes = form.words, form.words.day(form.window.closes)
    zone = words.zone(form.zone)
    if last.kind is RequestKind.OPT_OUT:
        yield from _meaning(form)
        change = (
            words.gettext(
                "You can take it back until the end of {day} ({zone}).", day=closes, zone=zone
            )
            if form.is_open
            else words.gettext(
                "The last day to take it back was {day} ({zone}). You can still do so here: we "
                "keep it, mark it as late, and tell you what follows from it.",
                day=closes,
                zone=zone,
            )
        )
    else:
        yield _paragraph(applies_to_you(form))
        change = (
            words.gettext("You can opt out until the end of {day} ({zone}).", day=closes, zone=zone)
            if form.is_open and last.kind is RequestKind.ACCEPT
            else words.gettext(
                "You can opt out again until the end of {day} ({zone}).", day=closes, zone=zone
            )
            if form.is_open
            else words.gettext(
                "The last day to opt out again was {day} ({zone}). You can still do so here: we "
                "keep it, mark it as late, and tell you what follows from it.",
                day=closes,
                zone=zone,
            )
        )
    yield _paragraph(change)


def _after_a_late_one(form: FormOnDay, declared: Request | None, last: Request) -> Iterator[Markup]:
    words = form.words
    yield _paragraph(
        words.gettext(
            "The last day was {day} ({zone}). We have kept your declaration, marked it as late, "
            "and tell you what follows from it.",
            day=words.day(form.window.closes),
            zone=words.zone(form.zone),
        )
    )
    if declared is None and last.kind is RequestKind.WITHDRAW:
        yield _paragraph(words.gettext("No opt-out of yours came in time."))
    if declared is None or declared.kind is last.kind:
        return
    day = words.day(form.day_of(declared.received))
    if declared.kind is RequestKind.OPT_OUT:
        said = words.gettext(
            "Until then your opt-out of {day}, which came in time, stands.", day=day
        )
        yield _paragraph(said)
        yield from _effect(form)
    elif declared.kind is RequestKind.ACCEPT:
        yield _paragraph(
            words.gettext("Until then it stands that you agreed to it in time, on {day}.", day=day)
        )
    else:
        yield _paragraph(
            words.gettext(
                "Until then it stands that you took back your opt-out in time, on {day}.", day=day
            )
        )


def _meaning(form: FormOnDay) -> Iterator[Markup]:
    """What an opt-out that stands means: as far as the dates say it, and in the sealed words."""
    words, window = form.words, form.window
    applies, before = form.applies, form.before
    if applies and not form.is_open:
        yield _paragraph(
            words.gettext(
                "Version {old} goes on applying to you. For you this holds:",
                old=str(applies.number),
            )
        )
    elif applies:
        yield _paragraph(
            words.gettext(
                "Version {old} goes on applying to you. After {day} this holds for you:",
                old=str(applies.number),
                day=words.day(window.closes),
            )
        )
    elif form.opted_out_before and not form.in_force:
        yield _paragraph(
            words.gettext(
                "Until {day}, nothing changes for you: what follows from your earlier opt-out goes "
                "on. From then on this holds for you:",
                day=words.day(form.begins),
            )
        )
    elif before and form.followed_by and form.in_force:
        yield _paragraph(
            words.gettext(
                "Version {version} came into force on {day}, and version {old} was before it. For "
                "you this holds:",
                version=form.version,
                day=words.day(form.begins),
                old=str(before),
            )
        )
    elif before and form.in_force:
        yield _paragraph(
            words.gettext(
                "Version {version} has been in force since {day}, and version {old} was before it. "
                "For you this holds:",
                version=form.version,
                day=words.day(form.begins),
                old=str(before),
            )
        )
    yield from _effect(form)


def _effect(form: FormOnDay) -> Iterator[Markup]:
    """What opting out means, as it is sealed with the release."""
    policy = form.release.policy
    own = policy.in_language(form.language) if form.language else policy
    if own.facts.effect:
        spoken, attributes = own.facts.effect_language, NOTHING
        if spoken and spoken != form.tag:
            way = "rtl" if is_right_to_left(spoken) else "ltr"
            attributes = Markup(' lang="{}" dir="{}"').format(spoken, way)
        yield Markup('<div class="pp-effect"{}>{}</div>\n').format(
            attributes, clauses_html(parse(own.facts.effect))
        )


def _still_taken(form: FormOnDay) -> str:
    return form.words.gettext(
        "You can still declare it here: we keep it, mark it as late, and tell you what follows "
        "from it."
    )


def _declare_again(form: FormOnDay, late: Request) -> str:
    """Where the last day was moved after something had come late."""
    words = form.words
    return words.gettext(
        "What you declared on {day} came after what was the last day then. Declare it again, so "
        "that it is in time.",
        day=words.day(form.day_of(late.received)),
    )


def _receipt(form: FormOnDay, last: Request) -> Markup:
    words = form.words
    return Markup('<p class="pp-small">{}</p>\n').format(
        words.markup(
            "Receipt {receipt}, {moment}",
            receipt=Markup("<bdi>{}</bdi>").format(last.receipt),
            moment=Markup("<bdi>{}</bdi>").format(words.moment(last.received, form.zone)),
        )
    )


# ── what became of the version ───────────────────────────────────────────────────────────────────


def _fates(form: FormOnDay) -> Iterator[Markup]:
    """How it was postponed, corrected or followed by another version since its letter."""
    words = form.words
    if moved := form.postponements:
        yield _paragraph(
            words.markup(
                "Its date was moved on {day}: it was to apply from {first}. See {link}.",
                day=words.day(moved[-1].published_day),
                first=words.day(form.release.effective),
                link=_link(form, moved[-1]),
            )
        )
    for one in form.corrections:
        yield _paragraph(
            words.markup(
                "It was corrected on {day}; opting out is about the corrected text too. See "
                "{link}.",
                day=words.day(one.published_day),
                link=_link(form, one),
            )
        )
    if form.followed_by and form.is_held:
        release, day = form.followed_by
        yield _paragraph(
            words.gettext(
                "Version {version} came into force on {day}.",
                version=str(release.number),
                day=words.day(day),
            )
        )
    elif form.followed_by:
        release, day = form.followed_by
        yield _paragraph(
            words.markup(
                "Version {version} took its place on {day}.",
                version=str(release.number),
                day=words.day(day),
            )
        )


def _link(form: FormOnDay, release: Release) -> Markup:
    said = form.words.gettext("what version {version} corrects", version=str(release.number))
    return Markup('<a href="{}">{}</a>').format(form.at.changes(release.number), said)


def _paragraph(words: str) -> Markup:
    return Markup("<p>{}</p>\n").format(words)
