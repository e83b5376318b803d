"""The documents that become PDFs: what each says, and the files that travel inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from publisher.compare.amendment import Amendment, amend
from publisher.errors import NotFoundError
from publisher.exchange.diff_json import diff_json
from publisher.paper import sheets
from publisher.paper.standards import Attachment, Relationship
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site.catalogue import text_json, translation_json
from publisher.site.languages import translation_markdown


@dataclass(frozen=True)
class PaperDocument:
    """A document before it is set as a PDF."""

    html: Markup
    attachments: tuple[Attachment, ...] = ()
    form: bool = False
    """Whether its fields can be filled in."""


@dataclass(frozen=True)
class SiteDocument:
    """A PDF of the site."""

    path: str
    """From the site's root."""
    releases: tuple[Release, ...]
    """Those it follows from."""
    document: Callable[[], PaperDocument]
    """Makes the document that it is set from."""
    frozen: str = ""
    """Its name in the folder of the release, where it was frozen with it."""


def site_documents(releases: Releases, organisation: Organisation) -> Iterator[SiteDocument]:
    """The PDFs of a policy: of its texts, what they change, the letters and the forms.

    Args:
        releases: all releases of the policy.
        organisation: who publishes.
    """
    for release in releases:
        if not releases.has_pdf(release):
            continue
        for language in ("", *release.policy.translations):
            name = frozen_name(release, language)
            text = partial(release_document, release, organisation, language)
            yield SiteDocument(f"{release.name}/{name}", (release,), text, frozen=name)
        if before := releases.predecessor(release):
            changes = partial(redline_document, before, release, organisation)
            yield SiteDocument(f"{release.name}/changes.pdf", (before, release), changes)
        if release.notice:
            letter = partial(notice_document, release, organisation)
            yield SiteDocument(f"{release.name}/notice.pdf", (release,), letter)
        if release.opt_out:
            form = partial(opt_out_document, release, organisation)
            yield SiteDocument(f"{release.name}/opt-out.pdf", (release,), form)


def frozen_name(release: Release, language: str = "") -> str:
    """The name of a text's PDF in the folder of its release.

    Args:
        release: which.
        language: of a translation; empty: the authoritative text.

    Raises:
        NotFoundError: the release has no such translation.
    """
    if not language:
        return "policy.pdf"
    if language not in release.policy.translations:
        there = ", ".join(release.policy.translations) or "none"
        raise NotFoundError(
            f"version {release.number} has no translation `{language}`; there are: {there}",
            remedy="name one of its languages, or leave --language out",
        )
    return f"policy.{language}.pdf"


def release_document(
    release: Release, organisation: Organisation, language: str = ""
) -> PaperDocument:
    """A version in full.

    Args:
        release: the version, which may not be frozen yet.
        organisation: who publishes.
        language: of a translation; empty: the authoritative text.
    """
    if language:
        sheet = sheets.translation_sheet(release, language, organisation)
    else:
        sheet = sheets.release_sheet(release, organisation)
    return PaperDocument(sheet, _text_of(release, organisation, Relationship.SOURCE, language))


def redline_document(
    old: Release, new: Release, organisation: Organisation, amendment: Amendment | None = None
) -> PaperDocument:
    """What differs between two releases; `amendment`: where that is known."""
    found = amendment or amend(old.policy.document, new.policy.document)
    sheet = sheets.redline_sheet(old, new, found, organisation)
    changes = changes_attachment(found, f"version {old.number}", f"version {new.number}")
    return PaperDocument(sheet, (changes, *_text_of(new, organisation, Relationship.SOURCE)))


def notice_document(
    release: Release, organisation: Organisation, values: Mapping[str, str] | None = None
) -> PaperDocument:
    """The letter about a release.

    Args:
        release: a release that has a notice.
        organisation: who writes.
        values: the fields of one recipient; None: it is addressed to no one in particular.
    """
    letter = Attachment(
        "notice.md",
        release.notice.encode(),
        "text/markdown",
        "The letter in Markdown, with fields for what belongs to one recipient",
        Relationship.SOURCE,
    )
    sheet = sheets.notice_sheet(release, organisation, values)
    return PaperDocument(sheet, (letter, *_text_of(release, organisation, Relationship.SUPPLEMENT)))


def sent_letter_document(html: str, message: bytes) -> PaperDocument:
    """A letter that was sent, as its reader saw it.

    Args:
        html: its HTML part, a whole document.
        message: the mail as it was handed to the carrier, which travels inside.

    Raises:
        RenderError: it is no letter of ours.
    """
    mail = Attachment(
        "letter.eml",
        message,
        "message/rfc822",
        "The message as it was handed to the carrier",
        Relationship.SOURCE,
    )
    return PaperDocument(sheets.sent_letter_sheet(html), (mail,))


def opt_out_document(release: Release, organisation: Organisation) -> PaperDocument:
    """The opt-out form of a release, to print or to fill in."""
    return PaperDocument(sheets.opt_out_sheet(release, organisation), form=True)


# ── what travels inside ──────────────────────────────────────────────────────────────────────────


def _text_of(
    release: Release, organisation: Organisation, relationship: Relationship, language: str = ""
) -> tuple[Attachment, ...]:
    """The text of a release as it can be downloaded, for people and for programs."""
    at = Addresses(organisation.site, release.policy.id)
    # The seal covers the PDF, so nothing inside it can hold the seal.
    unsealed = replace(release, seal="")
    facts, name = release.policy.facts, "policy"
    words, data = release.policy.markdown, text_json(unsealed, organisation.name, at)
    if language:
        facts, name = release.policy.in_language(language).facts, f"policy.{language}"
        words = translation_markdown(release, language, at)
        data = translation_json(unsealed, language, organisation.name, at)
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


def changes_attachment(amendment: Amendment, old: str, new: str) -> Attachment:
    """What differs between two texts, for programs; `old` and `new` are what the two are called."""
    return Attachment(
        "changes.json",
        diff_json(amendment, old, new).encode(),
        "application/json",
        f"What differs between {old} and {new}, for programs; both texts can be rebuilt from it",
        Relationship.DATA,
    )
