"""The files of a preview: all that a freeze would seal, and what it looks like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from markupsafe import Markup

from publisher.answers.sample_letters import SampleLetter, preview_name, sample_letters
from publisher.compare.amendment import Amendment
from publisher.edges.assets import asset_html
from publisher.edges.preview_folder import INDEX_FILE
from publisher.edges.release_maker import ReleaseMaker
from publisher.errors import FreezeError
from publisher.letters.message import LetterForm
from publisher.markup.elements import NOTHING
from publisher.paper.comparison import comparison_file
from publisher.paper.documents import notice_document
from publisher.people.due import Addressee
from publisher.people.recipients import SAMPLE
from publisher.releases.address import Addresses
from publisher.releases.freezing import FreezeOrder
from publisher.releases.made_release import UNCOMMITTED, MadeRelease
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterKind
from publisher.reports.comparison import Comparison, Version
from publisher.site.context import PolicyOnDay
from publisher.site.derived import DerivedTexts
from publisher.site.form_file import FormFile, form_files
from publisher.site.preview_index import (
    ENDINGS,
    RELEASE_FOLDER,
    PreviewParts,
    preview_index,
)
from publisher.wording.words import Words


def draft_preview(
    maker: ReleaseMaker, policy_id: str, releases: Releases, now: dt.datetime
) -> dict[str, bytes]:
    """The files of a preview of the draft on disk, committed or not, on the earliest lawful day.

    Args:
        maker: makes the release.
        policy_id: whose draft.
        releases: all releases of the policy so far.
        now: the time, with an offset; of it, the day counts, so that what was set is used again.

    Raises:
        PublisherError: the draft may not be frozen like this, not as a correction either.
    """
    day = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        made = _made(maker, policy_id, FreezeOrder(None), releases, day)
    except FreezeError as error:
        # Who mends a translation alone, say, makes a correction.
        found = None
        with suppress(FreezeError):
            found = _made(maker, policy_id, FreezeOrder(None, correction=True), releases, day)
        if found is None:
            raise error from None
        made = found
    return PreviewFiles(releases, maker, day).all(made, live=True)


def _made(
    maker: ReleaseMaker,
    policy_id: str,
    order: FreezeOrder,
    releases: Releases,
    day: dt.datetime,
) -> MadeRelease:
    order = replace(order, effective=maker.earliest(policy_id, order, releases, day))
    return maker.made(maker.planned(policy_id, order, releases, UNCOMMITTED, day))


@dataclass(frozen=True)
class PreviewFiles:
    """Makes the files of a preview."""

    releases: Releases
    """Those that there are."""
    maker: ReleaseMaker
    now: dt.datetime
    """With an offset; letters have it as their date."""

    def all(self, made: MadeRelease, *, live: bool = False) -> dict[str, bytes]:
        """Everything about a release that is not frozen, by path: its page, and what that links.

        Args:
            made: the release.
            live: whether the page is for a server that loads it again on every save.

        Raises:
            RenderError: a PDF could not be made.
            SendError: what has to travel with a letter is not there.
        """
        files = {f"{RELEASE_FOLDER}/{name}": data for name, data in made.files.items()}
        letters = self.letters(made)
        for letter in letters:
            for form in LetterForm:
                files[preview_name("letter", letter.kind, ENDINGS[form])] = self.letter(
                    letter, form
                )
        forms = tuple(self._forms(made))
        for each in forms:
            kind = LetterKind(language=each.language)
            files[preview_name("form", kind, "html")] = each.personal.encode()
            files[preview_name("form.public", kind, "html")] = each.public.encode()
        compared = dict(self._redlines(made))
        for tag, page in compared.items():
            files[preview_name("redline", LetterKind(language=tag), "html")] = page.encode()
        parts = PreviewParts(made, letters, forms, tuple(compared))
        files[INDEX_FILE] = preview_index(parts, asset_html("preview.css"), live=live).encode()
        return files

    def letters(self, made: MadeRelease, whom: Addressee | None = None) -> tuple[SampleLetter, ...]:
        """Every letter of a release that is not frozen; none where nobody is told.

        Args:
            made: the release.
            whom: to whom; None: to the sample customer.
        """
        organisation = self.maker.organisation
        return tuple(sample_letters(made, self.releases, organisation, self.now, whom))

    def letter(self, one: SampleLetter, form: LetterForm) -> bytes:
        """A letter in one of its forms."""
        if form is not LetterForm.PDF:
            return one.letter.in_form(form)
        organisation, day = self.maker.organisation, one.told.day_of(self.now)
        addressee = one.reader.name or one.reader.address
        words = self.maker.catalogs.words(one.told.policy.facts.language)
        document = notice_document(one.told, organisation, one.values, addressee, day, words)
        return self.maker.press.pdf_of(document, keep=one.reader == SAMPLE)

    def _forms(self, made: MadeRelease) -> Iterator[FormFile]:
        release, organisation = made.release, self.maker.organisation
        at = Addresses(organisation.site, release.policy.id)
        every, catalogs = self.releases.part([*self.releases, release]), self.maker.catalogs
        derived = DerivedTexts(every, organisation.name, at, catalogs=catalogs)
        policy = PolicyOnDay(derived, every.today(self.now), organisation, catalogs)
        return form_files(policy, release, _form_style())

    def _redlines(self, made: MadeRelease) -> Iterator[tuple[str, Markup]]:
        """What differs from the last release, by language; empty: in the authoritative one."""
        last = self.releases.predecessor(made.release)
        if not last:
            return
        old, new = map(Version.of_release, (last, made.release))
        style = asset_html("marks.css") + asset_html("views.css") + asset_html("alone.css")
        found: dict[str, Amendment | None] = {"": made.plan.amendment, **made.plan.translations}
        for tag, amendment in found.items():
            if amendment:
                sides = (old.in_language(tag), new.in_language(tag)) if tag else (old, new)
                words = self.maker.catalogs.words(sides[1].language)
                before, after = (_named(side, words) for side in sides)
                compared = Comparison(before, after, amendment, 0.0)
                yield tag, comparison_file(compared, style, asset_html("steps.js"), words)


def _named(side: Version, words: Words) -> Version:
    """A release called as those who are told of it call it."""
    assert side.release
    return replace(side, label=words.gettext("version {number}", number=side.release.number))


def _form_style() -> Markup:
    """The site's sheets for a page without its theme, dark where its reader's device is."""
    return NOTHING.join(map(asset_html, ("marks.css", "screen.css", "frame.css")))
