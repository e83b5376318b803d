"""The documents that become PDFs: whole HTML pages, ready to be laid out on paper.

What they say does not depend on the day they are made, so that they can be frozen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape

from markupsafe import Markup

from publisher.answers.returned_form import CUSTOMER_FIELD, DECLARATION_FIELD, RELEASE_FIELD
from publisher.compare.amendment import Amendment
from publisher.errors import RenderError
from publisher.letters.fields import fill, page_values
from publisher.letters.seal_line import with_seal
from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading, TextLinks, clauses_html, document_html
from publisher.markup.redline import redline
from publisher.policies.dates import long_date
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.reports.comparison import Comparison
from publisher.site import languages, page_parts
from publisher.text.parsing import parse

_BAR = ("In the margin", "a bar beside every paragraph with a change")


def release_sheet(release: Release, organisation: Organisation) -> Markup:
    """A version in full."""
    facts = release.policy.facts
    text = document_html(
        release.policy.document.clauses, TextLinks(retired=facts.retired), paper=True
    )
    where = Addresses(organisation.site, release.policy.id).release(release.number)
    parts = [
        _title(
            organisation.name,
            facts.title,
            f"{release.version}, {page_parts.in_force_words(release)}",
        ),
        page_parts.remark(facts),
        _facts(
            ("Published", page_parts.published_words(release)),
            ("This version", page_parts.kind_words(release)),
            *page_parts.import_facts(release),
            ("Its permanent address", _link(where)),
        ),
        _contents(text.headings),
        Markup('<article class="text">\n{}</article>\n').format(text.html),
    ]
    full = f"{facts.title}, {release.version.lower()}"
    return _sheet(facts.language, organisation.name, full, _head(release), parts)


def translation_sheet(release: Release, language: str, organisation: Organisation) -> Markup:
    """A version in full in another language, with a notice of which text is authoritative."""
    at = Addresses(organisation.site, release.policy.id)
    rendition = languages.Rendition(release, language, at)
    text, title = rendition.text(paper=True), rendition.policy.facts.title
    version = f"{release.version}, {page_parts.in_force_words(release)}"
    opening = [
        _title(organisation.name, title, version),
        page_parts.remark(rendition.policy.facts),
        rendition.notice(),
        _facts(
            ("Published", rendition.day(release.published and release.published.date())),
            ("In force from", rendition.day(release.effective)),
            ("This version", page_parts.kind_words(release)),
            ("This translation", _link(at.translation(release.number, language))),
        ),
    ]
    parts = [*opening, _contents(text.headings), rendition.article(text, "text")]
    full = f"{title}, {release.version.lower()}"
    return _sheet(language, organisation.name, full, f"{title} — {version}", parts)


def redline_sheet(
    old: Release, new: Release, amendment: Amendment, organisation: Organisation
) -> Markup:
    """What differs between two releases: first a list with the reasons, then every word."""
    facts = new.policy.facts
    where = Addresses(organisation.site, new.policy.id).changes(new.number)
    title = f"What version {new.number} changes"
    marked = redline(amendment, paper=True)
    marks = page_parts.legend(marked.html)
    parts = [
        _title(organisation.name, facts.title, title),
        page_parts.remark(facts),
        _facts(
            ("Before", f"version {old.number}, {page_parts.in_force_words(old)}"),
            ("After", f"version {new.number}, {page_parts.in_force_words(new)}"),
            ("On the web", _link(where)),
            _BAR,
        ),
        page_parts.general_note(new.policy.notes),
        page_parts.changed_text(amendment, marked, new.policy.notes, facts.language, marks=marks),
    ]
    head = _head(new, f"Changes since version {old.number}")
    full = f"{facts.title}: {title[0].lower()}{title[1:]}"
    return _sheet(facts.language, organisation.name, full, head, parts)


def comparison_sheet(found: Comparison) -> Markup:
    """What differs between any two texts, for a PDF."""
    new, amendment = found.new, found.amendment
    marked = redline(amendment, paper=True)
    marks = page_parts.legend(marked.html)
    parts = [
        _title("", found.title, ""),
        _facts(("Before", found.old.label), ("After", new.label), _BAR),
        page_parts.general_note(new.notes),
        page_parts.changed_text(amendment, marked, new.notes, new.language, marks=marks),
    ]
    return _sheet(new.language, "", found.title, found.title, parts)


def comparison_page(found: Comparison) -> Markup:
    """The same for a browser, with buttons for the old, the new and the marked text."""
    old, new, amendment = found.old, found.new, found.amendment
    marked = redline(amendment, views=True)
    tools = page_parts.redline_views(marked, old.label, new.label)
    parts = [
        Markup("<main>\n"),
        _title("", found.title, ""),
        _facts(("Before", old.label), ("After", new.label)),
        page_parts.general_note(new.notes),
        page_parts.changed_text(amendment, marked, new.notes, new.language, tools),
        Markup("</main>\n"),
    ]
    return _sheet(new.language, "", found.title, found.title, parts)


def notice_sheet(
    release: Release, organisation: Organisation, values: Mapping[str, str] | None = None
) -> Markup:
    """The letter about a version.

    Args:
        release: a release that has a notice.
        organisation: who writes.
        values: the fields of one recipient; None: addressed to no one in particular.
    """
    facts = release.policy.facts
    at = Addresses(organisation.site, release.policy.id)
    text = fill(release.notice, values or page_values(at, release.number, organisation.reply))
    text = with_seal(text, release) if values else text
    parts = [
        Markup('<p class="publisher">{}</p>\n').format(organisation.name),
        Markup('<article class="text letter">\n{}</article>\n').format(
            clauses_html(parse(text), paper=True)
        ),
    ]
    title = f"{facts.title}: notice of version {release.number}"
    return _sheet(facts.language, organisation.name, title, _head(release, "Notice"), parts)


_LETTER = re.compile(
    r'<html lang="(?P<language>[^"]*)".*?<title>(?P<title>.*?)</title>'
    r".*<main[^>]*>(?P<text>.*)</main>",
    re.DOTALL,
)
_STYLE = re.compile(r' style="[^"]*"')


def sent_letter_sheet(html: str) -> Markup:
    """A letter that was sent, with the words and links that it had.

    Args:
        html: its HTML part, as this program or an earlier one composed it.

    Raises:
        RenderError: it is none of ours.
    """
    found = _LETTER.search(html)
    if found is None:
        raise RenderError("the letter has no HTML part of ours", remedy="use --format eml")
    text = Markup(_STYLE.sub("", found["text"]))  # noqa: S704 - we composed it, and it was kept
    title = unescape(found["title"])
    parts = [Markup('<article class="text letter">\n{}</article>\n').format(text)]
    return _sheet(found["language"], "", title, title, parts)


def opt_out_sheet(release: Release, organisation: Organisation) -> Markup:
    """The opt-out form, to print or to fill in on a screen."""
    facts = release.policy.facts
    version = f"version {release.number.major}"
    closes = long_date(release.closes, facts.language)
    declaration = f"I opt out of {version} of the {facts.title} of {organisation.name}."
    wording = clauses_html(parse(release.opt_out), paper=True)
    fields = NOTHING.join(
        _field(name, label, Markup("required") if name != "signature" else NOTHING)
        for name, label in (
            ("name", "Your name"),
            (CUSTOMER_FIELD, "Your e-mail address or customer number"),
            ("date", "Date"),
            ("signature", "Signature (on paper), or your name"),
        )
    )
    belongs = Markup('value="{} {}" readonly').format(release.name, release.seal)
    mail = Markup('<a href="mailto:{}">{}</a>').format(organisation.reply, organisation.reply)
    parts = [
        Markup('<p class="publisher">{}</p>\n').format(organisation.name),
        Markup('<article class="text letter">\n{}</article>\n').format(wording),
        Markup('<h2 id="pp-declaration">Your declaration</h2>\n<form>\n'),
        Markup(
            '<p class="check"><input id="{}" name="{}" type="checkbox" required '
            'title="{}"> '
            '<label for="{}">{}</label></p>\n'
        ).format(DECLARATION_FIELD, DECLARATION_FIELD, declaration, DECLARATION_FIELD, declaration),
        fields,
        _field(RELEASE_FIELD, "This form belongs to (please leave it as it is)", belongs),
        Markup('</form>\n<h2 id="pp-return">Where to send it</h2>\n'),
        Markup(
            "<p>So that it arrives by the end of <strong>{}</strong> (UTC), "
            "in either of two ways:</p>\n"
        ).format(closes),
        Markup(
            '<div class="ways"><p>By e-mail, as an attachment: as a reply to our notice, which '
            "shows us that it is from you, or to<br>{}</p>\n"
            "<p>By post, to<br>{}</p></div>\n"
        ).format(mail, page_parts.postal(organisation)),
    ]
    title = f"{facts.title}: opt-out of {version}"
    return _sheet(facts.language, organisation.name, title, _head(release, "Opt-Out Form"), parts)


def _head(release: Release, kind: str = "") -> str:
    """The running head of every page."""
    version = f"{release.version}, {page_parts.in_force_words(release)}"
    return " — ".join(filter(None, (release.policy.facts.title, version, kind)))


def _sheet(language: str, author: str, title: str, head: str, parts: Sequence[Markup]) -> Markup:
    by = Markup('<meta name="author" content="{}">').format(author) if author else NOTHING
    return Markup(
        '<!DOCTYPE html>\n<html lang="{}"><head><meta charset="utf-8">'
        "<title>{}</title>{}</head>\n"
        '<body data-head="{}">\n{}</body></html>\n'
    ).format(language, title, by, head, NOTHING.join(parts))


def _field(name: str, label: str, more: Markup) -> Markup:
    return Markup(
        '<p class="field {}"><label for="{}">{}</label> '
        '<input id="{}" name="{}" type="text" title="{}" {}></p>\n'
    ).format(name, name, label, name, name, label, more)


def _title(publisher: str, title: str, line: str) -> Markup:
    above = Markup('<p class="publisher">{}</p>\n').format(publisher) if publisher else NOTHING
    below = Markup('<p class="version">{}</p>').format(line) if line else NOTHING
    return Markup("<header>{}<h1>{}</h1>\n{}</header>\n").format(above, title, below)


def _link(address: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, address)


def _facts(*rows: tuple[str, str]) -> Markup:
    """Rows of (what, words or HTML)."""
    cells = NOTHING.join(
        Markup('<li><span class="what">{}</span> <span>{}</span></li>\n').format(what, value)
        for what, value in rows
    )
    return Markup('<ul class="facts">\n{}</ul>\n').format(cells)


def _contents(headings: tuple[Heading, ...]) -> Markup:
    if len(headings) < 4:
        return NOTHING
    items = NOTHING.join(
        Markup('<li class="level-{}"><a href="#{}">{}</a></li>\n').format(
            h.level, h.anchor, h.title
        )
        for h in headings
    )
    return Markup(
        '<h2 class="contents-title">Contents</h2>\n<ul class="contents">\n{}</ul>\n'
    ).format(items)
