"""The PDFs, opened and read back."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import outloud  # type: ignore[import-untyped]
import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from outloud.findings import Finding  # type: ignore[import-untyped]
from pypdf import PdfReader, PdfWriter

from publisher.actions.diff import DiffOrder, diff
from publisher.actions.workplace import Workplace
from publisher.answers.returned_form import read_form
from publisher.compare.amendment import amend
from publisher.edges import pdf
from publisher.edges.fonts import subsets_of
from publisher.edges.pdf import make_pdf
from publisher.edges.project import Project
from publisher.errors import FormError, RenderError
from publisher.paper import documents, sheets
from publisher.paper.standards import Attachment, Relationship
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.reports.comparison import Comparison, Version
from publisher.site.catalogue import text_json
from publisher.text.clauses import UNSEEN, Document
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH
from tests import ROOT
from tests.fixtures.house import House
from tests.fixtures.standards import broken, read_aloud
from tests.fixtures.workplaces import archive_of
from tests.site.test_pages import new_project

pytestmark = pytest.mark.prints


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return new_project(tmp_path_factory.mktemp("pdf") / "house")


@pytest.fixture(scope="module")
def releases(project: Project) -> list[Release]:
    return list(archive_of(project).releases("privacy"))


@pytest.fixture(scope="module")
def made(project: Project, releases: list[Release]) -> dict[str, bytes]:
    first, second, third = releases
    printed, organisation = (
        Workplace(project).press.pdf_of,
        Workplace(project).settings.organisation,
    )
    return {
        "policy": printed(documents.release_document(second, organisation)),
        "old": printed(documents.release_document(first, organisation)),
        "changes": printed(documents.redline_document(first, second, organisation)),
        "correction": printed(documents.redline_document(second, third, organisation)),
        "notice": printed(documents.notice_document(second, organisation)),
        "form": printed(documents.opt_out_document(second, organisation)),
    }


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def text(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(data).pages))


def test_every_document_is_pdf_a_3a_and_pdf_ua_1(made: dict[str, bytes]) -> None:
    for name, data in made.items():
        assert not broken(data), name


def test_an_independent_checker_finds_no_fault(made: dict[str, bytes], tmp_path: Path) -> None:
    """`outloud`: Matterhorn protocol and WCAG 2.2; its warnings are only those we know."""
    known = {"ORD-001"}  # labels of items are drawn after their text, but tagged before it
    for name, data in made.items():
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(data)
        result = outloud.check(str(path))
        assert not result.error, name
        found = [finding for finding in result.findings if finding.severity != "info"]
        assert result.errors == 0, found
        assert {one.rule for one in found if not is_of_a_field(one, data)} <= known, name


def is_of_a_field(finding: Finding, data: bytes) -> bool:
    """Whether the words that nothing announces are those in a field, which announces them itself
    (ISO 14289-1 §7.18.4): letters in a row in a digest are words to the checker.
    """
    values = [str(field.get("/V", "")) for field in (read(data).get_fields() or {}).values()]
    silent = re.findall(r"\w+", str(finding.evidence))
    return (
        finding.rule == "TAG-003"
        and bool(silent)
        and all(any(word in value for value in values) for word in silent)
    )


def test_the_checks_of_our_own_find_what_they_are_for() -> None:
    import weasyprint  # type: ignore[import-untyped]

    html = "<html lang=en><title>T</title><h2>Two</h2><table><tr><th>a<td>b</table>"
    plain = weasyprint.HTML(string=html).write_pdf(pdf_tags=True)
    found = " ".join(broken(plain))
    for clause in ("6.1.3", "6.2.3", "7.4.2", "7.5", "not ours"):
        assert clause in found


def test_every_document_says_its_language_title_and_author(made: dict[str, bytes]) -> None:
    for data in made.values():
        reader = read(data)
        assert reader.trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]
        assert reader.metadata is not None
        assert reader.metadata.title
        assert reader.metadata.author == "Example Hosting GmbH"
        assert reader.metadata.creation_date is None


def test_the_text_read_aloud_is_that_of_the_release(
    made: dict[str, bytes], releases: list[Release]
) -> None:
    for name, release in (("policy", releases[1]), ("old", releases[0])):
        clauses = release.policy.document.clauses
        words = "".join(clause.text for clause in clauses if clause.kind not in UNSEEN)
        assert read_aloud(made[name], "Art") == "".join(words.split())


def drawn(data: bytes) -> str:
    """All that is drawn, in that order, without what stands in the margins and without blanks."""
    parts = []
    for page in read(data).pages:
        found: list[str] = []

        def keep(
            text: str, _cm: Any, tm: list[float], _font: Any, _size: Any, found: Any = found
        ) -> None:
            # Between the head and the foot, in pixels of CSS from the top.
            if 85 < tm[5] < 1035:
                found.append(text)

        page.extract_text(visitor_text=keep)
        parts += found
    return "".join("".join(parts).split())


@pytest.fixture(scope="module")
def sampled(
    sample_house: House, sample_releases: Releases
) -> tuple[Release, Release, dict[str, bytes]]:
    """The first two releases of the sample, and their PDFs."""
    first, second = sample_releases[:2]
    organisation = Workplace(sample_house.project).settings.organisation
    found = amend(first.policy.document, second.policy.document)
    return (
        first,
        second,
        {
            "policy": make_pdf(sheets.release_sheet(second, organisation, ENGLISH)),
            "changes": make_pdf(sheets.redline_sheet(first, second, found, organisation, ENGLISH)),
        },
    )


def compact(release: Release) -> str:
    """All words of a release, without blanks."""
    clauses = release.policy.document.clauses
    words = "".join(
        clause.text.replace(" | ", "") for clause in clauses if clause.kind not in UNSEEN
    )
    return "".join(words.split())


def test_another_library_reads_the_whole_text_in_order(
    sampled: tuple[Release, Release, dict[str, bytes]],
) -> None:
    _, second, files = sampled
    # The labels of items are drawn, and are no words.
    assert drawn(files["policy"]).replace("•", "").endswith(compact(second).replace("•", ""))
    assert read_aloud(files["policy"], "Art") == compact(second)


OURS = re.compile(
    r"\[linkadded\]|¶\[paragraphsplithere\]|\[formattingchanged\]|\[thelinkledto[^]]*\]|Splitofffrom“[^”]*”\.|Movedhere(?:andamended,)?from“[^”]*”:|"
    r"Thissectionmovedhere\.Itstoodbehind“[^”]*”\.|"
    r"The(?:text|section)“[^”]*”moved(?::itnowstandsbehind|to)“[^”]*”\."
)
"""What a redline says beside the words of the two texts, without blanks."""


def test_without_what_is_gone_a_redline_is_the_new_text(
    sampled: tuple[Release, Release, dict[str, bytes]],
) -> None:
    first, second, files = sampled
    article = read_aloud(files["changes"], "Art")
    assert "[removed:" in article
    plain = OURS.sub("", article)
    assert len(OURS.findall(article)) > 4
    new = re.sub(r"\[removed:.*?endofremoved\]", "", plain)
    assert re.sub(r"\[added:|endofadded\]", "", new) == compact(second)
    # The old text is there too, but for the order of what moved.
    old = re.sub(r"\[added:.*?endofadded\]", "", plain)
    old = re.sub(r"\[removed:|endofremoved\]", "", old)
    assert sorted(old) == sorted(compact(first))


def test_a_redline_is_drawn_in_the_order_in_which_it_is_read(
    sampled: tuple[Release, Release, dict[str, bytes]],
) -> None:
    *_, files = sampled
    article = read_aloud(files["changes"], "Art")
    assert drawn(files["changes"]).replace("•", "").endswith(article.replace("•", ""))


def test_qpdf_finds_nothing(
    sampled: tuple[Release, Release, dict[str, bytes]], made: dict[str, bytes]
) -> None:
    """Its library, by which the program `qpdf --check` does what it does."""
    for name, data in (*made.items(), *sampled[2].items()):
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as document:
            assert document.check_pdf_syntax() == [], name


def test_all_fonts_are_ours_and_inside(sampled: tuple[Release, Release, dict[str, bytes]]) -> None:
    for data in sampled[2].values():
        with pikepdf.open(io.BytesIO(data)) as document:
            fonts = [
                thing
                for thing in document.objects
                if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor"
            ]
            assert fonts
            for font in fonts:
                assert {"/FontFile2", "/FontFile3"} & set(font.keys())
                assert re.search(r"Source|Further", str(font.FontName))


def test_the_text_travels_inside(made: dict[str, bytes], releases: list[Release]) -> None:
    second = releases[1]
    at = Addresses("http://127.0.0.1:8000/", "privacy")
    for name, files in {
        "policy": {"policy.md": "/Source", "policy.json": "/Data"},
        "changes": {"policy.md": "/Source", "policy.json": "/Data", "changes.json": "/Data"},
        "notice": {"notice.md": "/Source", "policy.md": "/Supplement", "policy.json": "/Data"},
        "form": {},
    }.items():
        with pikepdf.open(io.BytesIO(made[name])) as document:
            held = document.attachments
            found = {key: str(file.obj.AFRelationship) for key, file in held.items()}
            assert found == files, name
            assert all(file.description for file in held.values())
            if "policy.md" in held:
                data = held["policy.md"].get_file().read_bytes()
                assert data == second.policy.markdown.encode()
                told = json.loads(held["policy.json"].get_file().read_bytes())
                schema = json.loads((ROOT / "docs/policy.schema.json").read_text("utf-8"))
                jsonschema.validate(told, schema)
                own = replace(second, seal="")
                assert told == json.loads(text_json(own, "Example Hosting GmbH", at))
            if "notice.md" in held:
                assert held["notice.md"].get_file().read_bytes() == second.notice.encode()
            if "changes.json" in held:
                told = json.loads(held["changes.json"].get_file().read_bytes())
                assert (told["old"], told["new"]) == ("version 1", "version 2")


def test_every_page_says_what_it_is_and_its_number(made: dict[str, bytes]) -> None:
    head = "Privacy Policy — Version 2, in force from 1 March 2027"
    pages = read(made["policy"]).pages
    for number, page in enumerate(pages, 1):
        words = page.extract_text()
        assert head in words
        assert f"{number} / {len(pages)}" in words
    assert "Version 1, effective date unknown" in text(made["old"])
    for name in ("changes", "notice", "form"):
        for page in read(made[name]).pages:
            assert head in page.extract_text()


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


def test_the_list_of_changes_leads_to_each(made: dict[str, bytes]) -> None:
    reader = read(made["changes"])
    names = reader.named_destinations
    first = {
        str(annotation.get_object()["/Dest"])
        for annotation in reader.pages[0].get("/Annots") or []
        if "/Dest" in annotation.get_object()
    }
    assert {"security", "adverts"} <= first <= set(names)


@pytest.mark.parametrize("pages", [12, 101])
def test_the_numbers_in_a_list_are_those_of_the_pages(pages: int) -> None:
    names = [f"s{number}" for number in range(1, pages)]
    items = "".join(f'<li><a href="#{name}">Section {name}</a></li>' for name in names)
    changes = f'<p class="pp-change"><strong><a href="#{names[-1]}">Last</a></strong></p>'
    texts = "".join(f'<h2 id="{n}" style="break-before: page">Section {n}</h2>' for n in names)
    html = (
        "<!DOCTYPE html><html lang=en><title>T</title><h1>T</h1>"
        f'{changes}<ul class="contents">{items}</ul>{texts}'
    )
    reader = read(make_pdf(html))
    where = {}
    for name, target in reader.named_destinations.items():
        page = reader.get_destination_page_number(target)
        assert page is not None
        where[name] = page
    listed = " ".join(page.extract_text() for page in reader.pages)
    for name in names:
        assert re.search(rf"Section {name}\s*{where[name] + 1}\s", listed), name
    assert f"Last (page {where[names[-1]] + 1})" in listed
    assert where[names[-1]] + 1 == len(reader.pages) >= pages


def compared(old: str, new: str) -> Comparison:
    before, after = Document(parse(old)), Document(parse(new))
    return Comparison(Version("1", before), Version("2", after), amend(before, after), 0.0)


def test_moved_text_is_linked_both_ways() -> None:
    stays, goes = "What stays here is long enough.", "What goes elsewhere is long enough as well."
    old = f"## One {{#one}}\n\n{goes}\n\n{stays}\n\n## Two {{#two}}\n\nOther words.\n"
    new = f"## One {{#one}}\n\n{stays}\n\n## Two {{#two}}\n\nOther words.\n\n{goes}\n"
    data = make_pdf(sheets.comparison_sheet(compared(old, new), ENGLISH))
    assert not broken(data)
    with pikepdf.open(io.BytesIO(data)) as document:
        led = {
            str(annotation.Dest)
            for page in document.pages
            for annotation in page.get("/Annots", [])
            if "/Dest" in annotation
        }
        known = {str(name) for name in list(document.Root.Names.Dests.Names)[::2]}
    assert {"moved-1-here", "moved-1-away"} <= led & known


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
    # Its first button: to what changes, and not to a page where one chooses two versions.
    assert links[0] == "http://127.0.0.1:8000/privacy/2/changes/"
    assert "http://127.0.0.1:8000/privacy/compare/" not in links


def test_the_form_has_names_labels_and_what_is_required(made: dict[str, bytes]) -> None:
    fields: Any = read(made["form"]).get_fields()
    assert list(fields) == ["declaration", "name", "customer", "date", "signature", "release"]
    for name, field in fields.items():
        assert field["/TU"], "a field without a name to be read out"
        required = name not in ("signature", "release")
        assert bool(field["/Ff"] & 2) is required, name
        assert bool(field["/Ff"] & 1) is (name == "release")
    words = text(made["form"])
    assert "Musterweg 1" in words
    assert "opt-out@hosting.example" in words
    assert "28 February 2027" in words
    assert len(read(made["form"]).pages) == 1


@pytest.mark.parametrize("name", ["Anna Bäcker", "Łukasz Żak", "אנה", ""])
def test_a_form_that_came_back_says_what_was_filled_in(
    made: dict[str, bytes], releases: list[Release], name: str
) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(made["form"]))
    values = {"name": name, "customer": "c-1", "date": "1 February 2027", "declaration": "/Yes"}
    writer.update_page_form_field_values(writer.pages[0], values, auto_regenerate=False)
    filled = io.BytesIO()
    writer.write(filled)
    answers = read_form(filled.getvalue())
    assert (answers.release, answers.seal) == ("privacy/2", releases[1].seal)
    assert answers.declared
    assert answers.fields == {
        "name": name, "customer": "c-1", "date": "1 February 2027", "signature": "",
    }  # fmt: skip


def test_an_empty_form_declares_nothing(made: dict[str, bytes]) -> None:
    answers = read_form(made["form"])
    assert not answers.declared
    assert set(answers.fields.values()) == {""}


def test_what_is_no_form_of_ours_is_told(made: dict[str, bytes]) -> None:
    with pytest.raises(FormError, match="not a PDF"):
        read_form(b"%PDF-1.7 cut off")
    with pytest.raises(FormError, match="no fields") as caught:
        read_form(made["policy"])
    assert "a person" in caught.value.remedy
    with pikepdf.open(io.BytesIO(made["form"])) as document:
        for field in document.Root.AcroForm.Fields:
            field.V = pikepdf.String("")
        other = io.BytesIO()
        document.save(other)
    with pytest.raises(FormError, match="not an opt-out form"):
        read_form(other.getvalue())


def test_a_character_that_no_font_has_is_named_with_its_place() -> None:
    html = (
        "<!DOCTYPE html><html lang=en><title>T</title><h1>Terms</h1><p>All well.</p>"
        "<h2>How <em>long</em></h2><p>As long as the &#x1d11e; sounds.</p>"
    )
    with pytest.raises(RenderError) as caught:
        make_pdf(html)
    assert "U+1D11E MUSICAL SYMBOL G CLEF" in caught.value.what
    assert "As long as the 𝄞 sounds." in caught.value.what
    assert caught.value.where == "the PDF, below “How long”"
    assert "fonts/" in caught.value.remedy


def test_labels_of_lists_are_in_our_fonts_however_deep() -> None:
    for outer in ("ul", "ol"):
        for middle in ("ul", "ol"):
            lists = (
                f"<{outer}><li>a<{middle}><li>b<ul><li>c<ul><li>d</ul></ul></{middle}></{outer}>"
            )
            html = f"<!DOCTYPE html><html lang=en><title>T</title><h1>T</h1>{lists}"
            assert not broken(make_pdf(html))


def test_a_font_of_the_project_has_what_ours_lack(tmp_path: Path) -> None:
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "clef"])
    font.setupCharacterMap({0x1D11E: "clef"})
    pen = TTGlyphPen(None)
    for point in ((0, 0), (0, 500), (500, 500)):
        (pen.lineTo if point != (0, 0) else pen.moveTo)(point)
    pen.closePath()
    glyph = pen.glyph()
    font.setupGlyf({".notdef": glyph, "clef": glyph})
    font.setupHorizontalMetrics({".notdef": (600, 0), "clef": (600, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Own", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    path = tmp_path / "own.ttf"
    font.save(str(path))
    html = "<!DOCTYPE html><html lang=en><title>T</title><h1>T</h1><p>The &#x1d11e; sounds.</p>"
    data = make_pdf(html, fonts=[path])
    assert not broken(data)
    assert "The𝄞sounds." in read_aloud(data)


def test_no_two_alphabets_are_unpacked_where_one_will_do() -> None:
    assert subsets_of("<p>plain – “text”, 5 €</p>") == ("latin",)
    assert subsets_of("<p>&#x141;&oacute;d&#378;</p>\n") == ("latin", "latin-ext")
    assert subsets_of("<p>Условия 1 → 2</p>") == ("latin", "cyrillic", "signs")
    assert subsets_of("<p>🇧🇷</p>") == ("latin", "signs", "emoji")
    assert subsets_of("<p>✓ ☐</p>") == ("latin", "signs")


def test_many_scripts_have_their_letters() -> None:
    said = "Ελληνικά Български Українська Łódź תנאים الشروط հայերեն 1 → 2 ≥ ✓ ☐ ½ 🎉 🇧🇷 ⚖"
    html = f"<!DOCTYPE html><html lang=en><title>T</title><h1>{said}</h1><p>{said}</p>"
    data = make_pdf(html)
    assert not broken(data)
    for kind in ("H1", "P"):
        # From right to left, words are drawn in another order.
        assert sorted(read_aloud(data, kind)) == sorted("".join(said.split()))


def test_signs_that_are_drawn_as_emoji_have_their_font() -> None:
    for said in ("✍", "✍\ufe0f", "❤\ufe0f", "☎\ufe0f", "⌚", "⭐", "✂\ufe0f"):
        html = f"<!DOCTYPE html><html lang=en><title>T</title><h1>T</h1><p><b>{said} Sign</b></p>"
        data = make_pdf(html)
        assert not broken(data), said
        assert read_aloud(data, "P").startswith(said[0])


def test_the_same_input_gives_the_same_bytes_in_another_process(
    project: Project, made: dict[str, bytes]
) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from publisher.actions.workplace import Workplace\n"
        "from publisher.paper import documents\n"
        "work = Workplace.find(Path(sys.argv[1]))\n"
        "first, second, third = work.archive.releases('privacy')\n"
        "us = work.settings.organisation\n"
        "made = {'form': documents.opt_out_document(second, us),\n"
        "        'changes': documents.redline_document(first, second, us)}\n"
        "sys.stdout.buffer.write(work.press.pdf_of(made[sys.argv[2]]))"
    )
    elsewhere = project.root.with_name("elsewhere")
    shutil.copytree(project.root, elsewhere, symlinks=True)
    shutil.rmtree(elsewhere / ".publisher", ignore_errors=True)
    for name in ("form", "changes"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(elsewhere), name],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "PATH": "/usr/bin"},
        )
        assert done.stdout == made[name]


def test_what_was_made_once_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = "<!DOCTYPE html><html lang=en><title>T</title><h1>Once</h1>"
    first = make_pdf(html, tmp_path)
    [kept] = tmp_path.iterdir()
    whole = kept.read_bytes()
    with monkeypatch.context() as never:
        never.setattr(pdf, "_render", lambda *_: pytest.fail("made again"))
        assert make_pdf(html, tmp_path) == first
        file = Attachment("a.md", b"a", "text/markdown", "A", Relationship.SOURCE)
        with pytest.raises(pytest.fail.Exception):
            make_pdf(html, tmp_path, attachments=[file])
    for spoilt in (b"", whole[:-100], whole[:40] + b"?" + whole[41:]):
        kept.write_bytes(spoilt)
        assert make_pdf(html, tmp_path) == first
        assert kept.read_bytes() == whole


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x.png", "file:///etc/passwd", "publisher-font:../style/print.css"],
)
def test_nothing_is_fetched(address: str) -> None:
    fetcher = pdf._press(("latin",), ())[0]
    with pytest.raises(ValueError, match="refused"):
        fetcher.fetch(address)


def test_a_missing_library_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._weasyprint.cache_clear()
    monkeypatch.setattr("weasyprint.text.ffi.harfbuzz_subset", None)
    with pytest.raises(RenderError) as caught:
        make_pdf("<!DOCTYPE html><html lang=en><title>T</title>")
    assert caught.value.remedy == (
        "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )
    pdf._weasyprint.cache_clear()


def test_any_comparison_can_be_a_file_of_its_own(project: Project) -> None:
    def told(form: str) -> str | bytes:
        return diff(Workplace(project), "privacy", DiffOrder("1", "draft", form=form))

    page, printed = told("html"), told("pdf")
    assert isinstance(page, str)
    assert isinstance(printed, bytes)
    assert "<style>" in page
    assert not re.search(r'(?:src|href)="http', page)
    assert "512" in page
    assert "version 1" in text(printed)


def test_a_redline_has_every_mark_and_the_numbers_of_its_lists() -> None:
    sale = "We never sell your data to anyone for any purpose at all."
    rent = "Nor do we rent out what we know about those who buy from us."
    items = '4. Orders "abroad"\n5. Outages\n6. Questions\n'
    old = f"## Use {{#use}}\n\n{sale} {rent}\n\n{items}\n### Who {{#who}}\n\n{rent}\n\n{sale}\n"
    new = (
        f"## Use {{#use}}\n\n{sale}\n\n{rent}\n\n4. Orders “abroad”\n5. Questions\n\n"
        f"## Who {{#who}}\n\n{rent} {sale}\n"
    )
    words = text(make_pdf(sheets.comparison_sheet(compared(old, new), ENGLISH)))
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


def test_control_characters_of_a_text_of_the_past_are_not_drawn() -> None:
    html = "<html lang='en'><title>T</title><body><h1>Use\x1b[31m it\x9b\x07</h1></body></html>"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(make_pdf(html))).pages)
    assert "Use[31m it" in text
