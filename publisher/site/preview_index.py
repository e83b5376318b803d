"""What a freeze would seal on one page: the facts, each letter as mail programs show it, the form.

It is for whoever answers for the release, in English; it is never published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.answers.sample_letters import SampleLetter, preview_name
from publisher.compare.summary import summary_sentence
from publisher.errors import PublisherError
from publisher.letters.html_part import subject_of
from publisher.letters.message import LetterForm
from publisher.markup.elements import NOTHING
from publisher.releases.made_release import MadeRelease
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.telling import LetterCase, LetterKind
from publisher.site.form_file import FormFile
from publisher.site.framed import Shade, frame
from publisher.wording.dates import long_date
from publisher.wording.language import english_name
from publisher.wording.words import ENGLISH

RELEASE_FOLDER = "release"
"""What the release folder is called in that of a preview."""
ENDINGS = {
    LetterForm.EML: "eml",
    LetterForm.HTML: "html",
    LetterForm.TEXT: "txt",
    LetterForm.PDF: "pdf",
}
"""Of the file names of the forms of a letter."""
_WIDTHS = (375, 700)
"""Of a phone, and of the reading pane of a mail program; CSS pixels."""
_ALONE = Markup(
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
    "form-action 'none'\">"
)
_LINKS = {
    "eml": "as it is sent (.eml)",
    "html": "its HTML part",
    "txt": "its plain text",
    "pdf": "on paper (PDF)",
}


@dataclass(frozen=True)
class PreviewParts:
    """What a preview shows."""

    made: MadeRelease
    letters: Sequence[SampleLetter]
    forms: Sequence[FormFile]
    redlines: Sequence[str]
    """The languages in which there is something to compare with; empty: the authoritative one."""


def preview_index(parts: PreviewParts, style: Markup, *, live: bool = False) -> Markup:
    """The page that shows a preview, which needs no other file to be read.

    Args:
        parts: what it shows.
        style: its style sheet.
        live: whether a server puts a script of its own into it, which loads it again.
    """
    release = parts.made.release
    facts = release.policy.facts
    title = f"{facts.title}: what version {release.number} would be"
    sections = [
        _facts(parts),
        *(_letter(release, each, fold=n > 0) for n, each in enumerate(parts.letters)),
        *(_form(release, each, fold=n > 0) for n, each in enumerate(parts.forms)),
        _redlines(release, parts.redlines),
        _folder(parts.made),
    ]
    inside = Markup(
        "<header><p>Preview. Nothing is frozen, nobody was told, and the links in letter and form "
        "lead nowhere.</p>\n<h1>{}</h1>\n{}</header>\n<main>\n{}</main>"
    ).format(title, _contents(parts), NOTHING.join(sections))
    return _PAGE.format(NOTHING if live else _ALONE, title, style, inside)


def refused_index(error: PublisherError, style: Markup) -> Markup:
    """The page in its place where nothing can be frozen: why, and what to do.

    Args:
        error: why.
        style: the style sheet of a preview.
    """
    title = "What a freeze would seal cannot be shown yet"
    said = f"{error.where}: {error.what}" if error.where else error.what
    inside = Markup(
        "<header><h1>{}</h1></header>\n<main>\n<p>{}</p>\n<p>Try: {}</p>\n"
        '<p>This page is made again on every save. <a href="../">The draft, and what check says of '
        "it</a></p>\n</main>"
    ).format(title, said, error.remedy or "publisher check")
    return _PAGE.format(NOTHING, title, style, inside)


_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    '{}<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
    "<title>{}</title>\n<style>\n{}</style></head>\n<body>\n{}</body></html>\n"
)


def _contents(parts: PreviewParts) -> Markup:
    release = parts.made.release
    links = [("facts", "Facts")]
    links += [(_anchor("letter", each.kind), _called(release, each.kind)) for each in parts.letters]
    links += [
        (f"form{_dashed(each.language)}", f"Form, {_language(release, each.language)}")
        for each in parts.forms
    ]
    links += [("redline", "Every change, word by word")] if parts.redlines else []
    links += [("folder", "Release folder")]
    items = (Markup('<li><a href="#{}">{}</a></li>').format(*link) for link in links)
    return Markup('<nav aria-label="On this page"><ul>{}</ul></nav>\n').format(NOTHING.join(items))


# ── the facts ────────────────────────────────────────────────────────────────────────────────────


def _facts(parts: PreviewParts) -> Markup:
    cells = NOTHING.join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>\n').format(what, value)
        for what, value in _rows(parts)
    )
    return _section("facts", "Facts", Markup("<table>\n{}</table>\n").format(cells))


def _rows(parts: PreviewParts) -> Iterator[tuple[str, str | Markup]]:
    plan, release = parts.made.plan, parts.made.release
    material = release.materiality is Materiality.MATERIAL
    kind = "material: customers are told, and may opt out" if material else "a correction"
    yield "Number", f"{release.number}, {kind}"
    yield "In force from", long_date(release.effective)
    if plan.earliest:
        yield "Earliest lawful day", long_date(plan.earliest)
    if release.closes:
        zone = ENGLISH.zone(release.conditions.time_zone)
        yield "Customers may opt out until", f"the end of {long_date(release.closes)} ({zone})"
    tags = ("", *release.policy.translations)
    named = [_language(release, tag) for tag in tags]
    named[0] += " (authoritative)" if len(named) > 1 else ""
    yield "Languages", ", ".join(named)
    if plan.amendment:
        yield "What it changes", summary_sentence(plan.amendment, ENGLISH)
    yield from (("Beside the text", line) for line in plan.beside_the_text())
    if not parts.letters:
        yield "Letters", "none: nobody is told of this release"
    cases = dict.fromkeys(each.kind.case for each in parts.letters)
    for case in cases:
        languages = [each.kind.language for each in parts.letters if each.kind.case is case]
        own = ", ".join(_language(release, tag) for tag in languages)
        yield f"{_case(case)} goes to", f"{_readers(release, case, set(cases))}; in {own}"
    if len({each.kind.language for each in parts.letters}) > 1:
        each = f"each gets the letter in their language, all others in {_language(release, '')}"
        yield "In which language", each
    yield from (("For a lawyer to see to", f"{d.text} ({d.source})") for d in plan.duties)


def _readers(release: Release, case: LetterCase | None, cases: set[LetterCase | None]) -> str:
    """Who gets the letter of a case."""
    if case is None and release.materiality is Materiality.MATERIAL:
        return "every customer" + _but(cases)
    return (
        {
            None: "who has not been told of this version by any letter" + _but(cases),
            LetterCase.AGAIN: "who opted out of a version before",
            LetterCase.POSTPONED: "who was told another day",
            LetterCase.MOVED: "who was told another day",
            LetterCase.REMINDER: "who was told, and has declared nothing, before the last day",
            LetterCase.SUPPLEMENT: "who was told this day by an earlier letter of this version",
        }[case]
        if len(cases) > 1
        else "every customer"
    )


def _but(cases: set[LetterCase | None]) -> str:
    return ", but for those below" if len(cases) > 1 else ""


def _case(case: LetterCase | None) -> str:
    return f"The letter “{case}”" if case else "The letter"


# ── letters, forms, redlines ─────────────────────────────────────────────────────────────────────


def _letter(release: Release, one: SampleLetter, *, fold: bool) -> Markup:
    title = _called(release, one.kind)
    html, text = (one.letter.in_form(form).decode() for form in (LetterForm.HTML, LetterForm.TEXT))
    links = _links((preview_name("letter", one.kind, end), _LINKS[end]) for end in ENDINGS.values())
    frames = NOTHING.join(frame(html, title, width, shade) for shade in Shade for width in _WIDTHS)
    inside = Markup(
        '<p class="subject" dir="auto">{}</p>\n{}<div class="frames" tabindex="0" role="region" '
        'aria-label="{}">\n{}</div>\n<details><summary>Plain text</summary>'
        '<pre dir="auto" lang="{}">{}</pre></details>\n'
    ).format(
        subject_of(one.told.notice),
        links,
        f"{title}, as mail programs show it",
        frames,
        one.told.policy.facts.language,
        text,
    )
    return _section(_anchor("letter", one.kind), title, inside, fold=fold)


def _form(release: Release, form: FormFile, *, fold: bool) -> Markup:
    name = f"Form, {_language(release, form.language)}"
    kind = LetterKind(language=form.language)
    links = _links(
        [
            (preview_name("form", kind, "html"), "for who comes by the link in the letter"),
            (preview_name("form.public", kind, "html"), "for everybody else"),
        ]
    )
    frames = NOTHING.join(
        frame(form.personal, name, width, shade) for shade in Shade for width in _WIDTHS
    )
    inside = Markup(
        '{}<div class="frames" tabindex="0" role="region" aria-label="{}">\n{}</div>\n'
    ).format(links, f"{name}, as browsers show it", frames)
    return _section(f"form{_dashed(form.language)}", name, inside, fold=fold)


def _redlines(release: Release, languages: Sequence[str]) -> Markup:
    if not languages:
        return NOTHING
    links = _links(
        (preview_name("redline", LetterKind(language=tag), "html"), _language(release, tag))
        for tag in languages
    )
    return _section("redline", "Every change, word by word", links)


def _folder(made: MadeRelease) -> Markup:
    links = _links((f"{RELEASE_FOLDER}/{name}", name) for name in sorted(made.files))
    words = Markup(
        "<p>These files would be <code>versions/{}/</code>, but for the moment of the freeze and "
        "what follows from it: the seal, and what is in the PDFs.</p>\n"
    ).format(made.release.name)
    return _section("folder", "Release folder", words + links)


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def _section(anchor: str, title: str, inside: Markup, *, fold: bool = False) -> Markup:
    """A part of the page; folded, it opens by a click, and by itself for a link to its anchor."""
    if fold:
        return Markup(
            "<section>\n<h2>{}</h2>\n<details><summary>Show it</summary>\n"
            '<div id="{}">\n{}</div></details></section>\n'
        ).format(title, anchor, inside)
    return Markup('<section id="{}">\n<h2>{}</h2>\n{}</section>\n').format(anchor, title, inside)


def _links(links: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> Markup:
    items = (Markup('<li><a href="{}">{}</a></li>\n').format(*link) for link in links)
    return Markup('<ul class="links">\n{}</ul>\n').format(NOTHING.join(items))


def _called(release: Release, kind: LetterKind) -> str:
    return f"{_case(kind.case)}, {_language(release, kind.language)}"


def _language(release: Release, tag: str) -> str:
    return english_name(tag or release.policy.facts.language)


def _anchor(begin: str, kind: LetterKind) -> str:
    return begin + _dashed(kind.case or "") + _dashed(kind.language)


def _dashed(word: str) -> str:
    return f"-{word}" if word else ""
