"""The documents that become PDFs: whole HTML pages, ready to be laid out on paper.

What they say does not depend on the day they are made, so that they can be frozen.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from publisher.answers.returned_form import CUSTOMER_FIELD, DECLARATION_FIELD, RELEASE_FIELD
from publisher.compare.amendment import Amendment
from publisher.compare.summary import amendment_figures, summary_sentence
from publisher.markup.elements import NOTHING
from publisher.markup.html import (
    Heading,
    TextLinks,
    clauses_html,
    document_html,
)
from publisher.markup.redline import redline
from publisher.paper.paper_frame import (
    PaperFrame,
    document_title,
    facts_list,
    running_head,
    version_line,
)
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.beginning import Beginning
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.reports.comparison import Comparison
from publisher.site import languages, page_parts
from publisher.site.release_words import (
    change_sentence,
    import_facts,
    in_force_words,
    kind_words,
    published_words,
    spoken,
)
from publisher.site.told_words import told_line
from publisher.text.parsing import parse
from publisher.wording.words import Words


def release_sheet(release: Release, organisation: Organisation, words: Words) -> Markup:
    """A version in full.

    Args:
        release: the version.
        organisation: who publishes.
        words: those around its text.
    """
    facts, at = release.policy.facts, Addresses(organisation.site, release.policy.id)
    links = TextLinks(retired=facts.retired)
    text = document_html(release.policy.document.clauses, links, words=words, paper=True)
    parts = [
        document_title(organisation.name, facts.title, version_line(release, words)),
        page_parts.remark(facts),
        facts_list(
            (words.pgettext("column", "Published"), published_words(release, words)),
            (words.gettext("This version"), kind_words(release, words)),
            *import_facts(release, words),
            (words.gettext("Its permanent address"), _link(at.release(release.number))),
        ),
        _contents(text.headings, words),
        Markup('<article class="text"{}>\n{}</article>\n').format(
            spoken(facts.language, words), text.html
        ),
    ]
    frame = PaperFrame(words, organisation.name, _full_title(release, facts.title, words))
    return frame.sheet(running_head(release, words), parts)


def translation_sheet(
    release: Release, language: str, organisation: Organisation, words: Words
) -> Markup:
    """A version in full in another language, with a notice of which text is authoritative.

    Args:
        release: the version.
        language: of the translation.
        organisation: who publishes.
        words: those around the translation.
    """
    at = Addresses(organisation.site, release.policy.id)
    rendition = languages.Rendition(release, language, at, words)
    text, title = rendition.text(paper=True), rendition.policy.facts.title
    version = version_line(release, words)
    opening = [
        document_title(organisation.name, title, version),
        page_parts.remark(rendition.policy.facts),
        rendition.notice(),
        facts_list(
            (words.pgettext("column", "Published"), published_words(release, words)),
            (words.pgettext("column", "In force from"), words.day(release.effective)),
            (words.gettext("This version"), kind_words(release, words)),
            (
                words.gettext("This translation"),
                _link(at.translation(release.number, language)),
            ),
        ),
    ]
    parts = [*opening, _contents(text.headings, words), rendition.article(text, "text")]
    frame = PaperFrame(words, organisation.name, _full_title(release, title, words))
    return frame.sheet(f"{title} — {version}", parts)


def redline_sheet(
    old: Release,
    new: Release,
    amendment: Amendment,
    organisation: Organisation,
    words: Words,
    begins: tuple[Beginning, Beginning] | None = None,
) -> Markup:
    """What differs between two releases: first a list with the reasons, then every word.

    Args:
        old, new: the two.
        amendment: what differs.
        organisation: who publishes.
        words: those around the text.
        begins: from when both are in force; None: as they were sealed.
    """
    facts, notes = new.policy.facts, new.policy.notes
    said = change_sentence(old, new, amendment_figures(amendment), words)
    told = page_parts.Explained(said, notes, facts.language, told_line(amendment, words))
    dates = begins or (None, None)
    named = {"policy": facts.title, "number": new.number}
    title, full = (
        words.gettext("What version {number} changes", number=new.number),
        words.gettext("{policy}: what version {number} changes", **named),
    )
    if new.materiality is Materiality.EDITORIAL:
        title, full = (
            words.gettext("What version {number} corrects", number=new.number),
            words.gettext("{policy}: what version {number} corrects", **named),
        )
    where = Addresses(organisation.site, new.policy.id).changes(new.number)
    marked = redline(amendment, words, paper=True)
    parts = [
        document_title(organisation.name, facts.title, title),
        page_parts.remark(facts),
        facts_list(
            (words.pgettext("side", "Before"), _dated(old, words, dates[0])),
            (words.pgettext("side", "After"), _dated(new, words, dates[1])),
            (words.gettext("On the web"), _link(where)),
            _bar(words),
        ),
        page_parts.general_note(notes, facts.language, words),
        page_parts.changed_text(amendment, marked, told, words),
    ]
    since = words.gettext("Changes since version {number}", number=old.number)
    head = running_head(new, words, since, dates[1])
    return PaperFrame(words, organisation.name, full).sheet(head, parts)


def comparison_sheet(found: Comparison, words: Words, *, spoken: bool = False) -> Markup:
    """What differs between any two texts, for a PDF.

    Args:
        found: the two, and what differs.
        words: those around them.
        spoken: say in visible words, too, what is added and what is removed.
    """
    new, amendment = found.new, found.amendment
    marked = redline(amendment, words, paper=True)
    told = _explained(found, words)
    sides = (
        (words.pgettext("side", "Before"), found.old.label),
        (words.pgettext("side", "After"), new.label),
    )
    parts = [
        document_title("", found.title, ""),
        facts_list(*sides, _bar(words)),
        page_parts.general_note(new.notes, new.language, words),
        page_parts.changed_text(amendment, marked, told, words),
    ]
    return PaperFrame(words, "", found.title).sheet(found.title, parts, spoken=spoken)


def _explained(found: Comparison, words: Words) -> page_parts.Explained:
    amendment, new = found.amendment, found.new
    origin = told_line(amendment, words) if amendment.told else NOTHING
    said = summary_sentence(amendment, words)
    return page_parts.Explained(said, new.notes, new.language, origin)


def comparison_page(found: Comparison, words: Words) -> Markup:
    """The same for a browser, with buttons for the old, the new and the marked text."""
    old, new, amendment = found.old, found.new, found.amendment
    marked = redline(amendment, words, views=True)
    tools = page_parts.redline_views(marked, old.label, new.label, words)
    told = _explained(found, words)
    sides = (
        (words.pgettext("side", "Before"), old.label),
        (words.pgettext("side", "After"), new.label),
    )
    parts = [
        Markup("<main>\n"),
        document_title("", found.title, ""),
        facts_list(*sides),
        page_parts.general_note(new.notes, new.language, words),
        page_parts.changed_text(amendment, marked, told, words, tools),
        Markup("</main>\n"),
    ]
    return PaperFrame(words, "", found.title).sheet(found.title, parts)


def opt_out_sheet(release: Release, organisation: Organisation, words: Words) -> Markup:
    """The opt-out form, to print or to fill in on a screen.

    Args:
        release: of which one may opt out.
        organisation: who publishes.
        words: those around the form's wording.
    """
    facts, number = release.policy.facts, str(release.number.major)
    declaration = words.gettext(
        "I opt out of version {number} of the {policy} of {organisation}.",
        number=number,
        policy=facts.title,
        organisation=organisation.name,
    )
    wording = clauses_html(parse(release.opt_out), words, paper=True)
    parts = [
        Markup('<p class="publisher">{}</p>\n').format(organisation.name),
        Markup('<article class="text letter">\n{}</article>\n').format(wording),
        Markup('<h2 id="pp-declaration">{}</h2>\n<form>\n').format(
            words.gettext("Your declaration")
        ),
        Markup(
            '<p class="check"><input id="{}" name="{}" type="checkbox" required '
            'title="{}"> '
            '<label for="{}">{}</label></p>\n'
        ).format(DECLARATION_FIELD, DECLARATION_FIELD, declaration, DECLARATION_FIELD, declaration),
        _fields(words),
        _field(
            RELEASE_FIELD,
            words.gettext("This form belongs to (please leave it as it is)"),
            Markup('value="{} {}" readonly dir="ltr"').format(release.name, release.seal),
        ),
        Markup("</form>\n"),
        *_return(release, organisation, words),
    ]
    title = words.gettext(
        "{policy}: opt-out of version {number}", policy=facts.title, number=number
    )
    head = running_head(release, words, words.gettext("Opt-Out Form"))
    return PaperFrame(words, organisation.name, title).sheet(head, parts)


def _fields(words: Words) -> Markup:
    named = (
        ("name", words.gettext("Your name")),
        (CUSTOMER_FIELD, words.gettext("Your e-mail address or customer number")),
        ("date", words.gettext("Date")),
        ("signature", words.gettext("Signature (on paper), or your name")),
    )
    return NOTHING.join(
        _field(name, label, Markup("required") if name != "signature" else NOTHING)
        for name, label in named
    )


def _return(release: Release, organisation: Organisation, words: Words) -> Iterator[Markup]:
    """Where the form is to be sent, and until when."""
    mail = Markup('<a href="mailto:{}" dir="ltr">{}</a>').format(
        organisation.reply, organisation.reply
    )
    yield Markup('<h2 id="pp-return">{}</h2>\n').format(words.gettext("Where to send it"))
    yield Markup("<p>{}</p>\n").format(
        words.markup(
            "So that it arrives by the end of {day} ({zone}), in either of two ways:",
            day=Markup("<strong>{}</strong>").format(words.day(release.closes)),
            zone=words.zone(release.conditions.time_zone),
        )
    )
    by_mail = words.markup(
        "By e-mail, as an attachment: as a reply to our letter, which shows us that it is from "
        "you, or to {address}",
        address=Markup("<br>{}").format(mail),
    )
    by_post = words.markup(
        "By post, to {address}",
        address=Markup("<br>{}").format(page_parts.postal(organisation)),
    )
    yield Markup('<div class="ways"><p>{}</p>\n<p>{}</p></div>\n').format(by_mail, by_post)


def _full_title(release: Release, title: str, words: Words) -> str:
    return words.gettext("{policy}, version {number}", policy=title, number=release.number)


def _dated(release: Release, words: Words, begins: Beginning | None) -> str:
    when = in_force_words(release, words, begins)
    return words.gettext("version {number}, {when}", number=release.number, when=when)


def _bar(words: Words) -> tuple[str, str]:
    return (
        words.gettext("In the margin"),
        words.gettext("a bar beside every paragraph with a change"),
    )


def _field(name: str, label: str, more: Markup) -> Markup:
    return Markup(
        '<p class="field {}"><label for="{}">{}</label> '
        '<input id="{}" name="{}" type="text" title="{}" {}></p>\n'
    ).format(name, name, label, name, name, label, more)


def _link(address: str) -> Markup:
    return Markup('<a href="{}" dir="ltr">{}</a>').format(address, address)


def _contents(headings: tuple[Heading, ...], words: Words) -> Markup:
    if len(headings) < 4:
        return NOTHING
    items = NOTHING.join(
        Markup('<li class="level-{}"><a href="#{}">{}</a></li>\n').format(
            h.level, h.anchor, h.title
        )
        for h in headings
    )
    return Markup('<h2 class="contents-title">{}</h2>\n<ul class="contents">\n{}</ul>\n').format(
        words.gettext("Contents"), items
    )
