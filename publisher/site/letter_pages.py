"""The pages of the letter about a version, in each language that it was sealed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from markupsafe import Markup

from publisher.letters.design import LetterDesign, button_places, design_of
from publisher.letters.fields import fill, page_values
from publisher.letters.kinds import as_told, letter_language
from publisher.letters.notice import changes_since
from publisher.letters.seal_line import with_own_line
from publisher.markup.elements import NOTHING
from publisher.markup.html import clauses_html
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.telling import LetterKind
from publisher.site import languages, page_head, relations
from publisher.site.context import PolicyOnDay, published
from publisher.site.notice_words import notice_words
from publisher.site.page import Body, Page
from publisher.site.release_words import published_words, spoken
from publisher.site.standing import status_banner
from publisher.text.clauses import Clause, Kind
from publisher.text.parsing import parse
from publisher.wording.words import Words


def letter_pages(policy: PolicyOnDay, release: Release) -> Iterator[Page]:
    """The letter about a version, and the same in its other languages; none where there is none."""
    if not release.notice:
        return
    day, root = published(release), Addresses("", policy.policy_id)
    for language, address in letter_addresses(release, root).items():
        own = "" if language == release.policy.facts.language else language
        told, words = as_told(release, LetterKind(language=own)), policy.words_of(language)
        title = words.gettext(
            "{policy}: letter about version {number}",
            policy=told.policy.facts.title,
            number=release.number,
        )
        body = partial(_letter, policy, release, told, own)
        yield Page(address, title, body, modified=day, words=words)


def letter_addresses(release: Release, at: Addresses) -> dict[str, str]:
    """The address of the usual letter in each language, the authoritative one first."""
    number, letters = release.number, release.telling.letters
    there = [tag for tag in release.policy.translations if LetterKind(language=tag) in letters]
    others = {tag: at.notice(number, tag) for tag in there}
    return {release.policy.facts.language: at.notice(number), **others}


def _letter(policy: PolicyOnDay, release: Release, told: Release, language: str) -> Body:
    """The letter as it was sealed.

    Args:
        policy: on which day.
        release: whose letter.
        told: the release as this letter tells of it.
        language: of a translation; empty: that of the authoritative text.
    """
    tag = language or release.policy.facts.language
    at, words = policy.at(4 if language else 3), policy.words_of(tag)
    switch = languages.language_switch(tag, letter_addresses(release, at), words)
    name = f"notice.{language}.pdf" if language else "notice.pdf"
    pdf = (words.gettext("Download PDF"), at.download(release.number, name))
    parts = [
        policy.crumbs(at, words.pgettext("document", "Letter"), words, release, language),
        Markup('<p class="pp-kicker">{} {}</p>\n').format(
            words.gettext(
                "The letter about version {number}, written on {day}.",
                number=release.number,
                day=published_words(release, words),
            ),
            notice_words(release, policy.releases, at, words),
        ),
        switch,
        status_banner(policy, release, at, words),
        _newer(policy, release, at, words),
        Markup('<article class="pp-text pp-letter"{}>\n').format(spoken(letter_language(told))),
        _titled(_text(policy, told, _values(policy, release, told, at, language), at, words)),
        Markup("</article>\n"),
        page_head.action_row([pdf], words.pgettext("document", "Letter")),
    ]
    alternates = relations.language_links(letter_addresses(release, policy.site))
    return Body(NOTHING.join(parts), head=relations.head_html(alternates))


def _values(
    policy: PolicyOnDay, release: Release, told: Release, at: Addresses, language: str
) -> Mapping[str, str]:
    """What stands in the fields of a letter that is addressed to nobody in particular."""
    form = language if language in release.telling.forms else ""
    if design_of(told) is LetterDesign.BUTTONS:
        changes = changes_since(None, told, policy.organisation.site, language)
    else:  # letters of earlier programs speak of the version that their reader was last told of
        changes = at.compared(language) if language else at.compare
    links = at.opt_out(release.number, language=form), changes
    return page_values(links, policy.organisation.reply, letter_language(told))


def _text(
    policy: PolicyOnDay, told: Release, values: Mapping[str, str], at: Addresses, words: Words
) -> Markup:
    clauses = parse(with_own_line(fill(told.notice, values), told))
    buttons = button_places(clauses) if design_of(told) is LetterDesign.BUTTONS else []
    html = _with_buttons(clauses, buttons, words)
    # Links to our own site become relative, so that a copy of the site leads into itself.
    own = Markup('href="{}')
    return html.replace(own.format(policy.organisation.site), own.format(at.root))


def _with_buttons(clauses: Sequence[Clause], places: Sequence[int], words: Words) -> Markup:
    """A letter whose paragraphs that are nothing but a link are buttons, as in the mail."""
    if not places:
        return clauses_html(clauses, words)
    first, last = places[0], places[-1]
    between = [c for c in clauses[first : last + 1] if c.kind is not Kind.BLANK]
    if len(between) > len(places):  # words stand between the buttons
        last = first
        between = [clauses[first]]
    items = NOTHING.join(
        Markup("<li>{}</li>").format(clauses_html((clause,), words)) for clause in between
    )
    rest = [place - last - 1 for place in places if place > last]
    return Markup('{}<ul class="pp-calls">{}</ul>\n{}').format(
        clauses_html(clauses[:first], words), items, _with_buttons(clauses[last + 1 :], rest, words)
    )


def _newer(policy: PolicyOnDay, release: Release, at: Addresses, words: Words) -> Markup:
    """That a later letter has another date; empty where there is none."""
    later = [r for r in policy.releases if r.number.major == release.number.major and r.notice][-1]
    if later.number == release.number:
        return NOTHING
    said = words.gettext("the letter about version {number}", number=later.number)
    tag = words.language if LetterKind(language=words.language) in later.telling.letters else ""
    return page_head.message_box(
        "superseded",
        words.gettext("The date in this letter has changed"),
        Markup("<p>{}</p>\n").format(
            words.markup(
                "See {letter}.", letter=page_head.link_html((said, at.notice(later.number, tag)))
            )
        ),
    )


def _titled(html: Markup) -> Markup:
    """Gives the first heading of a letter the id that "Skip to content" leads to."""
    return html.replace("<h1", Markup('<h1 id="pp-top"'), 1)
