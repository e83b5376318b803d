"""PDFs in the language of the text: their words, their letters, and which way they go."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pymupdf
import pytest
from pypdf import PdfReader

from publisher.actions.workplace import Workplace
from publisher.compare.amendment import amend
from publisher.edges.project import Project
from publisher.paper import documents, sheets
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.catalogs import Catalogs
from tests.fixtures.marked_words import marked_words, unmarked
from tests.fixtures.standards import broken
from tests.fixtures.workplaces import archive_of
from tests.site.test_pages import new_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return new_project(tmp_path_factory.mktemp("pdf") / "house")


@pytest.fixture(scope="module")
def releases(project: Project) -> list[Release]:
    return list(archive_of(project).releases("privacy"))


ARABIC = (
    "## استخدام البيانات {#use}\n\nنستخدم بياناتك، انظر [الأمان](#security).\n\n"
    "1. نحتفظ بها 30 يومًا.\n\n> اقتباس.\n\n## الأمان {#security}\n\nنشفّر بياناتك (TLS 1.3).\n\n"
    "| من | لماذا |\n| - | - |\n| البنك | الدفع |\n\n## الاتصال {#contact}\n\nاكتب إلينا.\n\n"
    "## أخيرًا {#last}\n\nنص قصير.\n"
)


def _in_language(releases: list[Release], language: str, text: str) -> Release:
    first = releases[0]
    facts = replace(first.policy.facts, language=language)
    return replace(first, policy=replace(first.policy, facts=facts, files={"a.md": text}))


def test_an_arabic_text_has_all_its_letters_and_goes_its_way(
    project: Project, releases: list[Release]
) -> None:
    words = Workplace(project).catalogs.words("ar")
    old = _in_language(releases, "ar", ARABIC)
    new = _in_language(releases, "ar", ARABIC.replace("30", "60"))
    organisation, press = Workplace(project).settings.organisation, Workplace(project).press
    for document in (
        documents.release_document(old, organisation, words),
        documents.redline_document(old, new, organisation, words),
        documents.opt_out_document(releases[1], organisation, words),
    ):
        data = press.pdf_of(document)  # refuses what no font has
        assert not broken(data)
        opened: Any = pymupdf.open
        page = opened(stream=data)[0]
        # Text begins at the right margin, 24 mm from the edge; bars stand beyond it.
        ends = [block["bbox"][2] for block in page.get_text("dict")["blocks"]]
        assert page.rect.width - max(ends) == pytest.approx(24 / 25.4 * 72, abs=3)
        assert str(PdfReader(io.BytesIO(data)).root_object["/Lang"]) == "ar"


def test_a_form_is_read_and_copied_with_all_its_letters(
    project: Project, releases: list[Release]
) -> None:
    place = Workplace(project)
    words, organisation = place.catalogs.words("de"), place.settings.organisation
    form = replace(releases[1], opt_out="# Schriftlich\n\nÖffnen, fließen, haften, Treffer.\n")
    data = place.press.pdf_of(documents.opt_out_document(form, organisation, words))
    opened: Any = pymupdf.open
    text = "".join(page.get_text() for page in opened(stream=data))
    for word in ("Unterschrift", "Schriftlich", "Öffnen", "fließen", "haften", "Treffer"):
        assert word in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


_OWN = r"<(article|h1|title|style)\b.*?</\1>|<div class=.pp-why.*?</div>"
"""What its authors wrote."""


@pytest.mark.parametrize("language", ["de", "fr", "es", "ar"])
def test_no_word_on_paper_stands_outside_of_messages(
    project: Project, releases: list[Release], language: str
) -> None:
    organisation, words = Workplace(project).settings.organisation, marked_words(language)
    second = replace(releases[1], seal="")
    found = amend(releases[0].policy.document, second.policy.document)
    for sheet in (
        sheets.release_sheet(second, organisation, words),
        sheets.redline_sheet(releases[0], second, found, organisation, words),
        sheets.opt_out_sheet(second, organisation, words),
    ):
        body = re.sub(_OWN, " ", sheet, flags=re.DOTALL)
        shown = " ".join(map(" ".join, re.findall(r">([^<]*)<|data-head=\"([^\"]*)\"", body)))
        assert "⟦" in shown
        policy = second.policy
        own = f"{releases[0].policy.markdown} {policy.markdown} {policy.facts} {policy.notes}"
        own += f" {organisation}"
        days = {second.published, second.effective, second.closes, releases[0].effective}
        own += " ".join(words.short_day(day, "d MMMM y") for day in days if day)
        left = re.findall(r"[^\W\d_]{3,}", unmarked(unescape(shown)))
        assert not [word for word in left if word not in own]


def test_one_entry_changes_the_pdf(project: Project, releases: list[Release]) -> None:
    organisation = Workplace(project).settings.organisation
    made = []
    for word in ("zuerst", "danach"):
        own = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + (
            f'msgid "Its permanent address"\nmsgstr "Wo sie steht, {word}"\n'
        )
        words = Catalogs({}, {"en": own.encode()}).words("en")
        (document,) = [
            each
            for each in documents.site_documents(
                Releases(releases), organisation, Catalogs({}, {"en": own.encode()})
            )
            if each.path == "privacy/1/policy.pdf"
        ]
        assert document.wording == words.digest
        assert f"Wo sie steht, {word}" in document.document().html
        made.append(document.wording)
    assert made[0] != made[1]
