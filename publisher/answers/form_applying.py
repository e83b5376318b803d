"""Which version applies, as an opt-out form says it: by dates, and by what is on record."""

from __future__ import annotations

from publisher.answers.form_on_day import FormOnDay


def applies_words(form: FormOnDay) -> str:
    """Which version applies, and from or since when, in one sentence; of one that is held, that it
    was announced, and what is not on record.
    """
    words, day = form.words, form.words.day(form.begins)
    if form.is_held:
        return _held(form, day)
    if form.followed_by:
        return words.gettext(
            "Version {version} came into force on {day}.", version=form.version, day=day
        )
    if form.in_force:
        return words.gettext(
            "Version {version} has been in force since {day}.", version=form.version, day=day
        )
    if form.opted_out_before:
        return words.gettext(
            "Version {version} applies from {day}. Until then, nothing changes for you: what "
            "follows from your earlier opt-out goes on.",
            version=form.version,
            day=day,
        )
    if form.applies is None:
        return words.gettext("Version {version} applies from {day}.", version=form.version, day=day)
    return words.gettext(
        "Version {version} applies from {day}; until then, version {old} applies.",
        version=form.version,
        day=day,
        old=str(form.applies.number),
    )


def _held(form: FormOnDay, day: str) -> str:
    words, named = form.words, {"version": form.version, "day": day}
    if form.followed_by:
        return words.gettext(
            "Version {version} was announced for {day}. No record of its notice was published.",
            **named,
        )
    if by := form.releases.overtaking(form.window):
        return words.gettext(
            "Version {version} was announced for {day}. No record of its notice was published; "
            "version {new} takes its place.",
            **named,
            new=by.number,
        )
    if form.applies is None:
        return words.gettext(
            "Version {version} was announced for {day}. No record of its notice has been "
            "published.",
            **named,
        )
    return words.gettext(
        "Version {version} was announced for {day}. No record of its notice has been published; "
        "until there is one, version {old} applies.",
        **named,
        old=str(form.applies.number),
    )


def applies_to_you(form: FormOnDay) -> str:
    """The same to a customer who took an opt-out back."""
    words, day = form.words, form.words.day(form.begins)
    if form.is_held:
        return _held(form, day)
    if form.followed_by:
        return words.gettext(
            "Version {version} applied to you from {day}.", version=form.version, day=day
        )
    if form.in_force:
        return words.gettext(
            "Version {version} has applied to you since {day}.", version=form.version, day=day
        )
    if form.opted_out_before:
        return words.gettext(
            "Version {version} applies to you from {day}. Until then, nothing changes for you: "
            "what follows from your earlier opt-out goes on.",
            version=form.version,
            day=day,
        )
    if form.applies is None:
        return words.gettext(
            "Version {version} applies to you from {day}.", version=form.version, day=day
        )
    return words.gettext(
        "Version {version} applies to you from {day}; until then, version {old} does.",
        version=form.version,
        day=day,
        old=str(form.applies.number),
    )
