"""The opt-out page of a version, in each language that its form was sealed in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.answers.form_messages import opt_out_phrase
from publisher.answers.form_on_day import FormOnDay
from publisher.answers.opt_out_page import public_region, titled_wording
from publisher.markup.elements import NOTHING
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.site import languages, page_head, relations
from publisher.site.context import PolicyOnDay, published
from publisher.site.page import Body, Page


def form_pages(policy: PolicyOnDay, release: Release) -> Iterator[Page]:
    """The opt-out page of a version in each language; none where nobody may opt out."""
    if not release.opt_out:
        return
    for language in ("", *release.telling.forms):
        form = form_on_day(policy, release, language)
        path = f"{release.name}/opt-out/" + (f"{language}/" if language else "")
        title, _ = titled_wording(form)
        yield Page(
            path, title, partial(_page, policy, form), modified=published(release), words=form.words
        )


def form_on_day(policy: PolicyOnDay, release: Release, language: str = "") -> FormOnDay:
    """The form of a version on the day of the site.

    Args:
        policy: on that day.
        release: that version.
        language: of a translation; empty: the form in the language of the authoritative text.
    """
    words = policy.words_of(language or release.policy.facts.language)
    return FormOnDay(release, policy.releases, policy.today, words, language)


def form_addresses(release: Release, at: Addresses) -> dict[str, str]:
    """The address of the form of a version in each language, the authoritative one first."""
    number, telling = release.number, release.telling
    others = {language: at.opt_out(number, language=language) for language in telling.forms}
    return {release.policy.facts.language: at.opt_out(number), **others}


def _page(policy: PolicyOnDay, form: FormOnDay) -> Body:
    """The form, which the receiver makes a customer's own, and the sealed wording below it."""
    release, words, at = form.release, form.words, form.at
    title, wording = titled_wording(form)
    switch = languages.language_switch(form.tag, form_addresses(release, at), words)
    parts = [
        policy.crumbs(at, words.gettext("Opt out"), words, release, form.language),
        Markup('<h1 id="pp-top" class="pp-optout-top">{}</h1>\n').format(title),
        switch,
        public_region(form),
        Markup('<h2 id="pp-declared">{}</h2>\n').format(_declared(form)),
        Markup('<p class="pp-small">{}</p>\n').format(_issued(form)),
        Markup('<article class="pp-text pp-letter"{}>\n{}</article>\n').format(
            words.attributes, wording
        ),
        _other_ways(policy, form) if form.retracted is None else NOTHING,
    ]
    description = words.gettext(
        "The form by which customers opt out of version {version} of the {policy}.",
        version=form.version,
        policy=form.title,
    )
    others = relations.language_links(form_addresses(release, policy.site))
    return Body(NOTHING.join(parts), description=description, head=policy.head(at, *others))


def _declared(form: FormOnDay) -> str:
    """The heading of the sealed wording: of a retracted version nobody declares anything."""
    if form.retracted:
        return form.words.gettext("The form of the retracted version")
    return form.words.gettext("What you declare")


def _issued(form: FormOnDay) -> str:
    words, day = form.words, form.words.day(published(form.release))
    if form.postponements:
        return words.gettext(
            "As it was issued on {day}. Dates in it are those of that day; above are those that "
            "hold now.",
            day=day,
        )
    return words.gettext("As it was issued on {day}.", day=day)


def _printed(form: FormOnDay) -> str:
    """The name of the form's PDF."""
    return f"opt-out.{form.language}.pdf" if form.language else "opt-out.pdf"


def _other_ways(policy: PolicyOnDay, form: FormOnDay) -> Markup:
    words, reply = form.words, policy.organisation.reply
    by_mail = words.markup(
        "By e-mail: write “{phrase}” to {address}, from the address that our letter went to.",
        phrase=opt_out_phrase(words),
        address=Markup('<a href="mailto:{}"><bdi dir="ltr">{}</bdi></a>').format(reply, reply),
    )
    printed = page_head.link_html(
        (
            words.gettext("print or fill in this form (PDF)"),
            form.at.download(form.release.number, _printed(form)),
        )
    )
    on_paper = words.markup("On paper: {link}, and send it to the address in it.", link=printed)
    return Markup('<h2 id="pp-other-ways">{}</h2>\n<ul>\n<li>{}</li>\n<li>{}</li>\n</ul>\n').format(
        words.gettext("Other ways to opt out"), by_mail, on_paper
    )
