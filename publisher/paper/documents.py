"""The documents that become PDFs: what each says, and the files that travel inside it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from publisher.answers.evidence_attachment import EVIDENCE_FILE
from publisher.answers.evidence_document import CustomerEvidence
from publisher.compare.amendment import Amendment
from publisher.errors import NotFoundError
from publisher.exchange.diff_json import diff_json
from publisher.letters.kinds import as_told
from publisher.letters.message import header_of_letter
from publisher.paper import letter_sheets, sheets
from publisher.paper.evidence_sheets import ReadableMails, evidence_sheet
from publisher.paper.posted_letters import PostedLetter, posted_letters_sheet
from publisher.paper.standards import Attachment, Relationship
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.beginning import Beginning, beginning
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterKind
from publisher.releases.told_changes import known_changes, telling_release
from publisher.site.catalogue import text_json, translation_json
from publisher.site.languages import translation_markdown
from publisher.site.marked_changes import version_pair
from publisher.wording.catalogs import NO_CATALOGS, Catalogs
from publisher.wording.words import ENGLISH, Words


@dataclass(frozen=True)
class PaperDocument:
    """A document before it is set as a PDF."""

    html: Markup
    attachments: tuple[Attachment, ...] = ()
    form: bool = False
    """Whether its fields can be filled in."""
    spelt: bool = False
    """Whether a character that no font has is written by its number: the words are those of others,
    or of the past."""


@dataclass(frozen=True)
class SiteDocument:
    """A PDF of the site."""

    path: str
    """From the site's root."""
    releases: tuple[Release, ...]
    """Those it follows from."""
    document: Callable[[], PaperDocument]
    """Makes the document that it is set from."""
    wording: str = ""
    """The digest of the words around it, and of the dates that are known of it."""
    frozen: str = ""
    """Its name in the folder of the release, where it was frozen with it."""


def site_documents(
    releases: Releases, organisation: Organisation, catalogs: Catalogs = NO_CATALOGS
) -> Iterator[SiteDocument]:
    """The PDFs of a policy: of its texts, what they change, the letters and the forms.

    Args:
        releases: all releases of the policy.
        organisation: who publishes.
        catalogs: the words around them.
    """
    for release in releases:
        if not releases.has_pdf(release):
            continue
        words, folder = catalogs.words(release.policy.facts.language), release.name
        for language in ("", *release.policy.translations):
            name = frozen_name(release, language)
            around = catalogs.words(language) if language else words
            text = partial(release_document, release, organisation, around, language)
            yield SiteDocument(f"{folder}/{name}", (release,), text, around.digest, name)
        if before := releases.predecessor(release):
            both = (before, release)
            begins = (beginning(before, releases), beginning(release, releases))
            changes = partial(redline_document, *both, organisation, words, begins, releases)
            key = " ".join([words.digest, *(each.key for each in begins)])
            told = telling_release(*both, releases) or release
            every = (*both, *(each.holds for each in begins), told)
            parts = tuple({each.number: each for each in every}.values())
            yield SiteDocument(f"{folder}/changes.pdf", parts, changes, key)
        yield from _told(release, organisation, catalogs)


def _told(
    release: Release, organisation: Organisation, catalogs: Catalogs
) -> Iterator[SiteDocument]:
    """The usual letter and the form of a release, in each language that they were sealed in."""
    telling = release.telling
    for language in ("", *release.policy.translations):
        kind, ending = LetterKind(language=language), f".{language}.pdf" if language else ".pdf"
        words = catalogs.words(language or release.policy.facts.language)
        if release.notice and (not language or kind in telling.letters):
            told = as_told(release, kind)
            letter = partial(notice_document, told, organisation, words=words)
            path = f"{release.name}/notice{ending}"
            yield SiteDocument(path, (release,), letter, words.digest)
        if release.opt_out and (not language or language in telling.forms):
            own = release.in_language(language) if language else release
            own = replace(own, opt_out=telling.forms.get(language, release.opt_out))
            form = partial(opt_out_document, own, organisation, words)
            path = f"{release.name}/opt-out{ending}"
            yield SiteDocument(path, (release,), form, words.digest)


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
    release: Release, organisation: Organisation, words: Words = ENGLISH, language: str = ""
) -> PaperDocument:
    """A version in full.

    Args:
        release: the version, which may not be frozen yet.
        organisation: who publishes.
        words: those around the text.
        language: of a translation; empty: the authoritative text.
    """
    if language:
        sheet = sheets.translation_sheet(release, language, organisation, words)
    else:
        sheet = sheets.release_sheet(release, organisation, words)
    texts = _text_of(release, organisation, Relationship.SOURCE, words, language)
    return PaperDocument(sheet, texts, spelt=bool(release.imported))


def redline_document(
    old: Release,
    new: Release,
    organisation: Organisation,
    words: Words = ENGLISH,
    begins: tuple[Beginning, Beginning] | None = None,
    releases: Releases = Releases(),  # noqa: B008 - it never changes
) -> PaperDocument:
    """What differs between two releases: as people were told of it, or else computed.

    Args:
        old, new: the two.
        organisation: who publishes.
        words: those around the text.
        begins: from when both are in force; None: as they were sealed.
        releases: all of the policy, any of which may have been told by it; none: `new` may.
    """
    known = known_changes(old, new, releases)
    sheet = sheets.redline_sheet(old, new, known, organisation, words, begins)
    sides = version_pair(old, new, words)
    changes = changes_attachment(known, *sides, words)
    inside = (changes, *_text_of(new, organisation, Relationship.SOURCE, words))
    return PaperDocument(sheet, inside, spelt=bool(old.imported or new.imported))


def notice_document(
    release: Release,
    organisation: Organisation,
    values: Mapping[str, str] | None = None,
    addressee: str = "",
    day: dt.date | None = None,
    words: Words = ENGLISH,
) -> PaperDocument:
    """The letter about a release.

    Args:
        release: a release that has a notice.
        organisation: who writes.
        values: the fields of one recipient; None: it is addressed to no one in particular.
        addressee: whose name stands above it; empty: nobody's.
        day: its date; None: that of the release's publication.
        words: those around the letter.
    """
    letter = Attachment(
        "notice.md",
        release.notice.encode(),
        "text/markdown",
        words.gettext("The letter in Markdown, with fields for what belongs to one recipient"),
        Relationship.SOURCE,
    )
    sheet = letter_sheets.notice_sheet(release, organisation, words, values, addressee, day)
    texts = _text_of(release, organisation, Relationship.SUPPLEMENT, words)
    return PaperDocument(sheet, (letter, *texts))


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
    return PaperDocument(letter_sheets.sent_letter_sheet(html, header_of_letter(message)), (mail,))


def posted_letters_document(
    letters: Sequence[PostedLetter], organisation: Organisation, day: dt.date
) -> PaperDocument:
    """Letters to post, one behind the other; see `posted_letters_sheet`."""
    return PaperDocument(posted_letters_sheet(letters, organisation, day), spelt=True)


def evidence_document(
    evidence: CustomerEvidence, data: bytes, mails: ReadableMails
) -> PaperDocument:
    """The evidence about a customer, with the JSON that it follows from inside.

    Args:
        evidence: as it was read from the JSON.
        data: the JSON.
        mails: the words of its letters and mails.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: what applies is not as it is written.
    """
    inside = Attachment(
        EVIDENCE_FILE,
        data,
        "application/json",
        "All that these pages say, with what proves it",
        Relationship.SOURCE,
    )
    html = evidence_sheet(evidence, mails, hashlib.sha256(data).hexdigest())
    return PaperDocument(html, (inside,), spelt=True)


def opt_out_document(
    release: Release, organisation: Organisation, words: Words = ENGLISH
) -> PaperDocument:
    """The opt-out form of a release, to print or to fill in; `words`: those around its wording."""
    return PaperDocument(sheets.opt_out_sheet(release, organisation, words), form=True)


# ── what travels inside ──────────────────────────────────────────────────────────────────────────


def _text_of(
    release: Release,
    organisation: Organisation,
    relationship: Relationship,
    words: Words,
    language: str = "",
) -> tuple[Attachment, ...]:
    """The text of a release as it can be downloaded, for people and for programs."""
    at = Addresses(organisation.site, release.policy.id)
    # The seal covers the PDF, so nothing inside it can hold the seal.
    unsealed = replace(release, seal="")
    facts, name = release.policy.facts, "policy"
    text, data = release.policy.markdown, text_json(unsealed, organisation.name, at)
    if language:
        facts, name = release.policy.in_language(language).facts, f"policy.{language}"
        text = translation_markdown(release, language, at, words)
        data = translation_json(unsealed, language, organisation.name, at, words)
    named = {"policy": facts.title, "number": release.number}
    for_people = words.gettext("{policy}, version {number}: the text in Markdown", **named)
    for_programs = words.gettext(
        "{policy}, version {number}: the text by sections, for programs; without the seal, which "
        "covers this file",
        **named,
    )
    return (
        Attachment(f"{name}.md", text.encode(), "text/markdown", for_people, relationship),
        Attachment(f"{name}.json", data, "application/json", for_programs, Relationship.DATA),
    )


def changes_attachment(
    amendment: Amendment, old: str, new: str, words: Words = ENGLISH
) -> Attachment:
    """What differs between two texts, for programs.

    Args:
        amendment: what differs.
        old, new: what the two are called.
        words: those around them.
    """
    return Attachment(
        "changes.json",
        diff_json(amendment, old, new, words=words).encode(),
        "application/json",
        words.gettext(
            "What differs between {old} and {new}, for programs; both texts can be rebuilt from it",
            old=old,
            new=new,
        ),
        Relationship.DATA,
    )
