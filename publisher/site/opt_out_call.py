"""The way to the opt-out form, on pages about a version that one may still opt out of."""

from __future__ import annotations

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.site import page_head
from publisher.site.context import PolicyOnDay
from publisher.wording.words import Words


def opt_out_call(
    policy: PolicyOnDay, release: Release, at: Addresses, words: Words, language: str = ""
) -> Markup:
    """A button that leads to the form, as long as an opt-out counts as in time; else empty.

    Args:
        policy: on its day.
        release: the version that the page is about.
        at: addresses as seen from the page.
        words: in the language of the page.
        language: of the translation that the page shows; empty: it shows the authoritative text.
    """
    form = page_head.opt_out_form_of(release, policy.releases)
    closes = policy.releases.closing_day(release)
    gone = policy.releases.is_retracted(release)
    if form is None or closes is None or gone or policy.today > closes:
        return NOTHING
    own = language if language in form.telling.forms else ""
    button = words.gettext("Opt out, until {day}", day=words.short_day(closes, "d MMMM"))
    why = words.gettext(
        "You can opt out of version {version} until the end of {day} ({zone}).",
        version=str(release.number.major),
        day=words.day(closes),
        zone=words.zone(form.conditions.time_zone),
    )
    return Markup(
        '<div class="pp-call" role="note" data-search-exclude>'
        '<a class="pp-button md-button md-button--primary" href="{}">{}</a> <span>{}</span></div>\n'
    ).format(at.opt_out(form.number, language=own), button, why)
