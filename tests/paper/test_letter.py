"""A letter on paper: who writes, to whom, when, and where its links lead."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import outloud  # type: ignore[import-untyped]
import pytest
from pypdf import PdfReader

from publisher.edges.pdf import make_pdf
from publisher.errors import RenderError
from publisher.letters.fields import field_values
from publisher.letters.message import Letter
from publisher.letters.notice import compose_notice
from publisher.paper.documents import notice_document, sent_letter_document
from publisher.text.parsing import parse
from publisher.text.plaintext import address_of
from publisher.wording.dates import long_date
from tests import ROOT
from tests.answers.test_letter_findings import OURS, sealed
from tests.fixtures.amendments import PUBLISHED
from tests.fixtures.letter_samples import LINKS, filled
from tests.fixtures.letters import ANNA
from tests.fixtures.some import some
from tests.fixtures.standards import broken

pytestmark = pytest.mark.prints

EARLIER = ROOT / "tests/fixtures/formats/letters/2"
NAMES = ("English", "German", "Arabic")


def compact(text: str) -> str:
    return "".join(text.split())


def words_of(data: bytes) -> str:
    """All words of a PDF, without blanks, for an address may go on in the next line."""
    return compact(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def printed(name: str, sent: bool) -> bytes:
    release = sealed(name)
    if not sent:
        values = field_values("Anna Example", LINKS)
        return make_pdf(
            notice_document(release, OURS, values, "Anna Example", PUBLISHED.date()).html
        )
    letter = compose_notice(release, replace(ANNA, name="Anna Example"), OURS, LINKS, PUBLISHED)
    return make_pdf(sent_letter_document(letter.part("text/html"), letter.data).html)


@pytest.mark.parametrize("sent", [False, True], ids=["composed", "as it was sent"])
@pytest.mark.parametrize("name", NAMES)
def test_it_has_sender_addressee_date_and_addresses(name: str, sent: bool) -> None:
    data = printed(name, sent)
    language = sealed(name).policy.facts.language
    words = words_of(data)
    assert words.startswith(compact(OURS.name)) or compact(OURS.name) in words[:200]
    if name != "Arabic":  # whose letters are drawn in forms of their own
        assert compact(long_date(PUBLISHED.date(), language)) in words
    assert sent or compact(OURS.address) in words, "of a letter that was sent, it stands below"
    assert words.index("AnnaExample") < words.index("www.example-hosting.example")
    links = {
        mark.value
        for clause in parse(filled(name))
        for cell in clause.cells
        for run in cell
        for mark in run.marks
        if mark.kind == "link"
    }
    for link in some(links):
        assert compact(address_of(link)) in words, "nobody can follow a link on paper"
    assert not broken(data)
    assert len(words) > 500


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_to_the_standards(name: str, tmp_path: Any) -> None:
    for sent in (False, True):
        path = tmp_path / f"{sent}.pdf"
        path.write_bytes(printed(name, sent))
        result = outloud.check(str(path))
        assert not result.error
        assert result.errors == 0
        found = {finding.rule for finding in result.findings if finding.severity != "info"}
        assert found <= {"ORD-001", "TXT-003"}, found


def test_from_right_to_left_it_stands_on_the_other_side() -> None:
    def places(data: bytes) -> dict[str, float]:
        found: dict[str, float] = {}

        def keep(text: str, _cm: Any, tm: list[float], _font: Any, _size: Any) -> None:
            found.setdefault(text.strip(), tm[4])

        PdfReader(io.BytesIO(data)).pages[0].extract_text(visitor_text=keep)
        return found

    left, right = (places(printed(name, sent=False)) for name in ("English", "Arabic"))
    for words in (OURS.name, "Anna Example", "1 Example Street"):
        assert left[words] < 100, words
        assert right[words] > 600, words


def test_a_letter_that_an_earlier_program_sent() -> None:
    for path in some(sorted(EARLIER.glob("2-*.eml"))):
        data = path.read_bytes()
        html = Letter("", "", "", data).part("text/html")
        document = sent_letter_document(html, data)
        assert '<table class="pp-table-grid"' in document.html
        words = words_of(made := make_pdf(document.html))
        assert "http://127.0.0.1:8000/privacy/history/" in words
        assert "12.Januar2027" in words
        assert "https://hosting.example/why?a=1&b=2" in words
        assert not broken(made)


def test_what_is_no_letter_of_ours_is_refused() -> None:
    with pytest.raises(RenderError, match="no HTML part of ours"):
        sent_letter_document("<p>Hello</p>", b"From: a@b.example\n\nHello")
