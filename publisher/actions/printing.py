"""Making PDFs: of a release, of what changed, of the letter, of the form."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from markupsafe import Markup

from publisher.compare.amendment import Amendment, amend
from publisher.edges.assets import asset_text
from publisher.edges.pdf import make_pdf, pdf_toolchain
from publisher.edges.project import Project
from publisher.exchange.diff_json import diff_json
from publisher.letters.fields import field_values
from publisher.markup.elements import NOTHING
from publisher.paper import sheets
from publisher.paper.standards import Attachment, Relationship
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.reports.comparison import Comparison
from publisher.site import content_policy
from publisher.site.catalogue import text, translation
from publisher.site.languages import markdown


def release_pdf(project: Project, release: Release, language: str = "") -> bytes:
    """The PDF of a release, which may not be frozen yet.

    Args:
        project: which project.
        release: the release.
        language: of a translation; empty: the text that decides.

    Raises:
        RenderError: a library that the machine must have is missing, or a character is in no font.
    """
    organisation = project.settings.organisation
    if language:
        sheet = sheets.translation_sheet(release, language, organisation)
    else:
        sheet = sheets.release_sheet(release, organisation)
    return _make(project, sheet, _text_of(project, release, Relationship.SOURCE, language))


def redline_pdf(
    project: Project, old: Release, new: Release, amendment: Amendment | None = None
) -> bytes:
    """The PDF of what differs between two releases."""
    found = amendment or amend(old.policy.document, new.policy.document)
    sheet = sheets.redline_sheet(old, new, found, project.settings.organisation)
    names = (f"version {old.number}", f"version {new.number}")
    files = [_changes(found, *names), *_text_of(project, new, Relationship.SOURCE)]
    return _make(project, sheet, files)


def notice_pdf(project: Project, release: Release) -> bytes:
    """The PDF of the letter about a release, addressed to no one in particular."""
    sheet = sheets.notice_sheet(release, project.settings.organisation)
    return _make(project, sheet, _letter_of(project, release))


def optout_pdf(project: Project, release: Release) -> bytes:
    """The opt-out form of a release, to print or to fill in."""
    return _make(project, sheets.opt_out_sheet(release, project.settings.organisation), form=True)


def letter_pdf(
    project: Project, policy_id: str, number: Number, customer: str | None, now: dt.datetime
) -> bytes:
    """The letter about a release as one recipient gets it, as PDF; see `letter_for`."""
    # A build prints, and has no use for the ledger, whose database takes long to load.
    from publisher.actions.addressing import (
        SAMPLE,
        announced,
        known,
        links_for,
        token_for,
    )

    del now  # a PDF carries no date
    release = announced(project, policy_id, number)
    recipient = known(project, customer) if customer else SAMPLE
    token = token_for(project, release, recipient)
    values = field_values(recipient.name, links_for(project, release, recipient, token))
    # Not kept: it names a customer.
    return make_pdf(
        sheets.notice_sheet(release, project.settings.organisation, values),
        attachments=_letter_of(project, release),
        fonts=_fonts(project),
    )


def comparison_pdf(found: Comparison) -> bytes:
    """Any comparison as PDF."""
    changes = _changes(found.amendment, found.old.label, found.new.label)
    old, new = found.old, found.new
    sheet = sheets.comparison_sheet(
        found.title, old.label, new.label, found.amendment, new.notes, new.language
    )
    return make_pdf(sheet, attachments=[changes])


def comparison_html(found: Comparison) -> Markup:
    """Any comparison as one HTML file that needs no other, and runs no script but ours."""
    style = NOTHING.join(map(_ours, ("marks.css", "views.css", "alone.css")))
    script = Markup("\n{}").format(_ours("steps.js"))
    head = Markup(
        '{}<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">\n<style>\n{}</style></head>'
    ).format(content_policy.alone(script), style)
    old, new = found.old, found.new
    page = sheets.comparison_page(
        found.title, old.label, new.label, found.amendment, new.notes, new.language
    ).replace("</head>", head, 1)
    last = Markup("<script>{}</script>\n</body>").format(script)
    return page.replace("</body>", last, 1)


def _ours(name: str) -> Markup:
    """A style sheet or a script of ours, as it stands in HTML."""
    return Markup(asset_text(name))  # noqa: S704


# ── what travels inside ──────────────────────────────────────────────────────────────────────────


def _text_of(
    project: Project, release: Release, relationship: Relationship, language: str = ""
) -> tuple[Attachment, ...]:
    """The text of a release as it can be downloaded, for people and for programs."""
    organisation = project.settings.organisation
    at = Addresses(organisation.site, release.policy.id)
    # The seal covers the PDF, so nothing inside it can hold the seal.
    unsealed = replace(release, seal="")
    facts, name = release.policy.facts, "policy"
    words, data = release.policy.markdown, text(unsealed, organisation.name, at)
    if language:
        facts, name = release.policy.in_language(language).facts, f"policy.{language}"
        words = markdown(release, language, at)
        data = translation(unsealed, language, organisation.name, at)
    what = f"{facts.title}, {release.version.lower()}"
    return (
        Attachment(
            f"{name}.md",
            words.encode(),
            "text/markdown",
            f"{what}: the text in Markdown",
            relationship,
        ),
        Attachment(
            f"{name}.json",
            data,
            "application/json",
            f"{what}: the text by sections, for programs; without the seal, which covers this file",
            Relationship.DATA,
        ),
    )


def _letter_of(project: Project, release: Release) -> list[Attachment]:
    """The letter as it was frozen, and the text it is about, which it brings along for good."""
    letter = Attachment(
        "notice.md",
        release.notice.encode(),
        "text/markdown",
        "The letter in Markdown, with fields for what belongs to one recipient",
        Relationship.SOURCE,
    )
    return [letter, *_text_of(project, release, Relationship.SUPPLEMENT)]


def _changes(amendment: Amendment, old: str, new: str) -> Attachment:
    return Attachment(
        "changes.json",
        diff_json(amendment, old, new).encode(),
        "application/json",
        f"What differs between {old} and {new}, for programs; both texts can be rebuilt from it",
        Relationship.DATA,
    )


# ── making ───────────────────────────────────────────────────────────────────────────────────────


def _make(
    project: Project, html: str, attachments: Sequence[Attachment] = (), *, form: bool = False
) -> bytes:
    folder, fonts = project.cache / "pdf", _fonts(project)
    return make_pdf(html, folder, form=form, attachments=attachments, fonts=fonts)


def toolchain(project: Project) -> str:
    """What decides about the bytes of a PDF beside what it says: programs and fonts."""
    own = (hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(_fonts(project)))
    return " ".join([pdf_toolchain(), *own])


def _fonts(project: Project) -> list[Path]:
    """The project's own fonts, for scripts that ours do not have."""
    kinds = {".woff2", ".woff", ".otf", ".ttf"}
    return [path for path in (project.root / "fonts").glob("*") if path.suffix.lower() in kinds]
