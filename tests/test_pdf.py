"""The PDFs, opened and read back."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from publisher import archive, pdf, sheets
from publisher.actions import publishing
from publisher.amendment import amend
from publisher.clauses import Document, parse
from publisher.errors import RenderError
from publisher.project import Project
from publisher.release import Release
from tests.test_pages import new_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return new_project(tmp_path_factory.mktemp("pdf") / "house")


@pytest.fixture(scope="module")
def releases(project: Project) -> list[Release]:
    return list(archive.line(project, "privacy"))


@pytest.fixture(scope="module")
def made(project: Project, releases: list[Release]) -> dict[str, bytes]:
    first, second, third = releases
    return {
        "policy": publishing.release_pdf(project, second),
        "old": publishing.release_pdf(project, first),
        "changes": publishing.redline_pdf(project, first, second),
        "correction": publishing.redline_pdf(project, second, third),
        "notice": publishing.notice_pdf(project, second),
        "form": publishing.optout_pdf(project, second),
    }


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def text(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(data).pages))


def test_every_document_is_tagged_and_says_its_language_title_and_author(
    made: dict[str, bytes],
) -> None:
    for name, data in made.items():
        reader = read(data)
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"], name
        assert root["/StructTreeRoot"]["/K"], name
        assert root["/Lang"] == "en"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata is not None
        assert reader.metadata.title
        assert reader.metadata.author == "Example Hosting GmbH"
        assert reader.metadata.creation_date is None
        assert b"pdfuaid" in root["/Metadata"].get_data()


def test_every_page_says_what_it_is_and_its_number(made: dict[str, bytes]) -> None:
    head = "Privacy Policy — Version 2, in force from 1 March 2027"
    pages = read(made["policy"]).pages
    for number, page in enumerate(pages, 1):
        words = page.extract_text()
        assert head in words
        assert f"{number} / {len(pages)}" in words
    assert "Version 1, effective date unknown" in text(made["old"])


def test_no_document_depends_on_the_day(made: dict[str, bytes]) -> None:
    for data in made.values():
        assert not re.search(r"superseded|upcoming", text(data))


def test_the_outline_has_the_sections(made: dict[str, bytes]) -> None:
    def titles(items: list[Any]) -> list[str]:
        flat: list[str] = []
        for item in items:
            flat += titles(item) if isinstance(item, list) else [item.title]
        return flat

    assert titles(list(read(made["policy"]).outline)) == ["Privacy Policy", "Use", "Security"]


def test_the_redline_says_in_words_what_the_colours_say(made: dict[str, bytes]) -> None:
    words = text(made["changes"])
    assert "Longer keys protect your data." in words
    assert "1 section removed, 1 amended" in words
    assert re.search(r"\[removed: ?128.* ?end of removed\] ?\[added: ?256.* ?end of added\]", words)
    first = read(made["changes"]).pages[0].extract_text()
    assert "What changes, and why" in first


def test_the_notice_says_the_way_out(made: dict[str, bytes]) -> None:
    words = text(made["notice"])
    assert "Dear customer" in words
    assert "opt-out@hosting.example" in words
    links = [
        annotation.get_object()["/A"]["/URI"]
        for page in read(made["notice"]).pages
        for annotation in page.get("/Annots") or []
        if "/A" in annotation.get_object() and "/URI" in annotation.get_object()["/A"]
    ]
    assert "http://127.0.0.1:8000/privacy/2/opt-out/" in links


def test_the_form_can_be_filled_in_or_printed(made: dict[str, bytes]) -> None:
    fields: Any = read(made["form"]).get_fields()
    assert set(fields) == {"name", "customer", "date", "signature", "declaration"}
    assert fields["declaration"]["/FT"] == "/Btn"
    for field in fields.values():
        assert field["/TU"], "a field without a name to be read out"
    for name in ("name", "customer", "date", "declaration"):
        assert fields[name]["/Ff"] & 2, f"{name} is not required"
    words = text(made["form"])
    assert "Musterweg 1" in words
    assert "opt-out@hosting.example" in words
    assert "28 February 2027" in words
    assert len(read(made["form"]).pages) == 1


def test_only_our_own_fonts_are_in_it_and_all_are_embedded(made: dict[str, bytes]) -> None:
    for name, data in made.items():
        for page in read(data).pages:
            resources: Any = page["/Resources"]
            for font in resources.get("/Font", {}).values():
                kids = font.get_object().get("/DescendantFonts") or [font]
                descriptor = kids[0].get_object()["/FontDescriptor"].get_object()
                assert re.search(r"Source-?(Sans|Serif|Code)", descriptor["/FontName"]), name
                assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_same_input_gives_the_same_bytes_in_another_process(
    project: Project, releases: list[Release], made: dict[str, bytes], tmp_path: Path
) -> None:
    publisher = publishing.publisher_of(project)
    for name, sheet in {
        "form": sheets.opt_out_sheet(releases[1], publisher),
        "changes": sheets.redline_sheet(
            releases[0], releases[1], amend(*(r.policy.document for r in releases[:2])),
            publisher,
        ),
    }.items():  # fmt: skip
        path = tmp_path / "sheet.html"
        path.write_text(sheet, "utf-8")
        code = (
            "import sys; from pathlib import Path; from publisher import pdf\n"
            "html = Path(sys.argv[1]).read_text('utf-8')\n"
            "sys.stdout.buffer.write(pdf.make(html, form=sys.argv[2] == 'form'))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(path), name],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "PATH": "/usr/bin"},
        )
        assert done.stdout == made[name]


def test_what_was_made_once_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = "<!DOCTYPE html><html lang=en><title>T</title><h1>Once</h1>"
    first = pdf.make(html, tmp_path)
    monkeypatch.setattr(pdf, "_render", lambda *_: pytest.fail("made again"))
    assert pdf.make(html, tmp_path) == first
    assert [path.suffix for path in tmp_path.iterdir()] == [".pdf"]


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x.png", "file:///etc/passwd", "publisher-font:../style/print.css"],
)
def test_nothing_is_fetched(address: str) -> None:
    fetcher = pdf._press()[0]
    with pytest.raises(ValueError, match="refused"):
        fetcher.fetch(address)


def test_a_missing_library_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._weasyprint.cache_clear()
    monkeypatch.setattr("weasyprint.text.ffi.harfbuzz_subset", None)
    with pytest.raises(RenderError) as caught:
        pdf.make("<!DOCTYPE html><html lang=en><title>T</title>")
    assert caught.value.remedy == (
        "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )
    pdf._weasyprint.cache_clear()


def test_any_comparison_can_be_a_file_of_its_own(project: Project) -> None:
    from publisher.actions.drafting import compare

    found = compare(project, "privacy", "1", "draft")
    page = publishing.comparison_html(found)
    assert "<style>" in page
    assert not re.search(r'(?:src|href)="http', page)
    assert "512" in page
    assert "version 1" in text(publishing.comparison_pdf(found))


def test_a_redline_has_every_mark_and_the_numbers_of_its_lists() -> None:
    sale = "We never sell your data to anyone for any purpose at all."
    rent = "Nor do we rent out what we know about those who buy from us."
    items = '4. Orders "abroad"\n5. Outages\n6. Questions\n'
    old = f"## Use {{#use}}\n\n{sale} {rent}\n\n{items}\n### Who {{#who}}\n\n{rent}\n\n{sale}\n"
    new = (
        f"## Use {{#use}}\n\n{sale}\n\n{rent}\n\n4. Orders “abroad”\n5. Questions\n\n"
        f"## Who {{#who}}\n\n{rent} {sale}\n"
    )
    amendment = amend(Document(parse(old)), Document(parse(new)))
    words = text(pdf.make(sheets.comparison_sheet("Terms", "1", "2", amendment, (), "en")))
    for said in (
        "[paragraph split here]",
        "[paragraphs joined here]",
        '[typography changed: “ was ", ” was "]',
        "Heading level changed:",
    ):
        assert said in words
    assert "4." in words
    assert "5." in words
    assert not re.search(r"\b(?:1|2|6)\. ", words.split("The text with every change marked")[1])
