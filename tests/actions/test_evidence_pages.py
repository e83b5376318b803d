"""Evidence as a PDF: its pages say what its JSON says, or it is told that they do not."""

from __future__ import annotations

import io
import json
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import outloud  # type: ignore[import-untyped]
import pikepdf
import pymupdf
import pytest

from publisher.actions.evidence import evidence
from publisher.actions.verify_evidence import verify_evidence
from publisher.answers.evidence_attachment import EVIDENCE_FILE
from publisher.answers.evidence_document import document_digest
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, NotFoundError, OutputError
from publisher.people.requests import RequestKind
from tests.fixtures.answers import declare, reply, take
from tests.fixtures.house import KEY, House
from tests.fixtures.houses import record_counted, send_letters, token, told, workplace
from tests.fixtures.pdfs import file as pdf_of
from tests.fixtures.standards import broken

WORDS = "I withdraw it. \U0001f600 \u6f22\u5b57 \u202ereversed\n\nمرحبا\n"
"""Of a mail: what our fonts have, what they lack, and what turns its neighbours round."""


@dataclass(frozen=True)
class Made:
    """Evidence about two customers, as both kinds of file."""

    project: Project
    json: Path
    pdf: Path
    other: Path
    """JSON about another customer."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUBLISHER_TOKEN_KEY", KEY)
        (root / "house").mkdir()
        project = told(root / "house")
        send_letters(project)
        declare(project, token(project, "c-1"), RequestKind.OPT_OUT)
        take(project, reply(project, WORDS))
        record_counted(project)
        done = Made(project, root / "c-1.json", root / "c-1.pdf", root / "c-2.json")
        for file in (done.json, done.pdf, done.other):
            evidence(workplace(project), "privacy", file.stem, None, file)
    return done


def test_a_court_reads_all_of_it_and_finds_the_json_inside(made: Made) -> None:
    assert stat.S_IMODE(made.pdf.stat().st_mode) == 0o600
    data = made.pdf.read_bytes()
    with pikepdf.open(made.pdf) as pdf:
        assert list(pdf.attachments) == [EVIDENCE_FILE]
        assert pdf.attachments[EVIDENCE_FILE].get_file().read_bytes() == made.json.read_bytes()
    assert not broken(data)
    result = outloud.check(str(made.pdf))
    assert result.errors == 0, result.findings
    with pymupdf.open(made.pdf) as pages:  # type: ignore[no-untyped-call]
        texts = [pages[number].get_text() for number in range(len(pages))]
    words = " ".join("".join(texts).split())
    for said in (
        "Evidence about customer c-1",
        "anna@customer.example",
        "version 1 applies, since 1 January 2026",
        "announced for 1 March 2027, told by e-mail on 10 January 2027",
        "Dear Anna Example,",
        "Subject: Privacy Policy: version 2 applies from 1 March 2027",
        "The carrier said: written to",
        "R-000001: opted out, privacy, version 2",
        "You opted out of version 2 of the Privacy Policy on 10 January 2027",
        "I withdraw it. \U0001f600 [U+6F22][U+5B57] [U+202E]reversed",
        "The wording of the form (opt-out.md)",
        'kind = "notice"',
        "publisher verify --evidence FILE.pdf",
    ):
        assert said in words, said
    for other in ("ben@", "cleo@", "c-2"):
        assert other not in words


def test_it_is_checked_as_its_json_is_and_its_pages_to_the_byte(made: Made, tmp_path: Path) -> None:
    new = tmp_path / "new.pdf"
    house = House(made.project.root)
    done = house.run("verify", "--evidence", str(made.pdf))
    assert done.exit_code == 0, done.output
    assert "the pages are, to the byte, those that are made of its evidence.json" in done.output
    assert "follows from events and releases" in done.output
    assert not verify_evidence(None, made.pdf, None).findings  # without the clone
    done = house.run("verify", "--evidence", str(made.json), "--pages", str(new))
    assert done.exit_code == 0, done.output
    assert new.read_bytes() == made.pdf.read_bytes()
    with pytest.raises(OutputError, match="nothing is written over"):
        verify_evidence(None, made.json, None, new)
    with pytest.raises(ConfigurationError, match="where git finds it"):
        verify_evidence(workplace(made.project), made.json, None, made.project.root / "x.pdf")
    for wrong in (["--pages", str(new)], ["--evidence", str(made.pdf), "--ledger"]):
        assert house.run("verify", *wrong).exit_code == 2


def altered(file: Path, alter: Callable[..., None], *args: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(file) as pdf:
        alter(pdf, *args)
        pdf.save(out)
    return out.getvalue()


def _another_word(pdf: pikepdf.Pdf) -> None:
    """On the first page: two glyphs that are drawn change places."""
    content = pdf.pages[0].Contents
    data = content.read_bytes()
    found = next(f for f in re.finditer(rb"<([0-9a-f]{4})([0-9a-f]{4})", data) if f[1] != f[2])
    content.write(data[: found.start()] + b"<" + found[2] + found[1] + data[found.end() :])


def _covered(pdf: pikepdf.Pdf) -> None:
    """Something is drawn over a page; its words are what they were."""
    pdf.pages[0].contents_add(b"q 1 1 1 rg 0 0 600 800 re f Q")


def test_pages_that_were_altered_are_an_error(made: Made, tmp_path: Path) -> None:
    """Whatever it is, also where the words that a program reads are the same."""
    file, new = tmp_path / "altered.pdf", tmp_path / "new.pdf"
    whole = made.pdf.read_bytes()
    variants = [
        *(altered(made.pdf, each) for each in (_another_word, _covered)),
        whole + b"\n",
        # The JSON of another customer holds: these are not its pages.
        altered(made.pdf, _attach, made.other.read_bytes()),
    ]
    for data in variants:
        assert data != whole
        file.write_bytes(data)
        review = verify_evidence(None, file, None)
        (found,) = review.findings
        assert "its pages are not those that this program makes" in found.what
        assert "--pages NEW.pdf" in found.remedy
        assert any("must not be relied on" in line for line in review.lines)
        assert not any("to the byte" in line for line in review.lines)
    file.write_bytes(variants[0])
    done = House(made.project.root).run("verify", "--evidence", str(file), "--pages", str(new))
    assert done.exit_code == 1
    assert new.read_bytes() == whole


def _attach(pdf: pikepdf.Pdf, *files: bytes, name: str = EVIDENCE_FILE) -> None:
    for one in list(pdf.attachments):
        del pdf.attachments[one]
    for place, data in enumerate(files):
        pdf.attachments[f"{place or ''}{name}"] = pikepdf.AttachedFileSpec(pdf, data)


def test_what_is_attached_is_checked_and_is_one_file(made: Made, tmp_path: Path) -> None:
    file, data = tmp_path / "altered.pdf", made.json.read_bytes()
    value = json.loads(data)
    value["applies"][0]["version"] = "2"
    value["digest"] = document_digest(value)
    for said in (data.replace(b"anna@", b"otto@", 1), json.dumps(value).encode()):
        file.write_bytes(altered(made.pdf, _attach, said))
        review = verify_evidence(workplace(made.project), file, None)
        assert review.findings
        assert "not compared: the pages" in review.lines[-1]
        new = tmp_path / "new.pdf"
        verify_evidence(workplace(made.project), file, None, new)
        assert not new.exists()
    for files, name, why in (
        ([data, data], EVIDENCE_FILE, "has 2 files attached"),
        ([], EVIDENCE_FILE, "has no file attached"),
        ([data], "other.json", "where a PDF of evidence has evidence.json alone"),
    ):
        file.write_bytes(altered(made.pdf, partial(_attach, name=name), *files))
        with pytest.raises(NotFoundError, match=why):
            verify_evidence(None, file, None)


def test_a_hostile_pdf_is_refused_within_limits(made: Made, tmp_path: Path) -> None:
    file = tmp_path / "hostile.pdf"
    whole = made.pdf.read_bytes()
    endless = (b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles 2 0 R>>>>", b"<</Kids[2 0 R]>>")
    bomb = altered(made.pdf, _attach, bytes(60_000_000))
    assert len(bomb) < 20_000_000
    for data in (whole[:5000], b"%PDF-1.7\n" + b"[" * 100_000, pdf_of(endless), bomb):
        file.write_bytes(data)
        with pytest.raises(NotFoundError, match="this PDF"):
            verify_evidence(None, file, None)
    file.write_bytes(b"%PDF-1.7\n" + bytes(20_000_000))
    with pytest.raises(NotFoundError, match="larger than"):
        verify_evidence(None, file, None)
