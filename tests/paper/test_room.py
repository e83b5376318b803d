"""Nothing runs off a page, and what is only read aloud of a redline is not seen."""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest
from markupsafe import Markup

from publisher.compare.amendment import amend
from publisher.edges.pdf import make_pdf
from publisher.errors import RenderError
from publisher.paper import sheets
from publisher.paper.wide_tables import fitted_tables
from publisher.reports.comparison import Comparison, Version
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH

pytestmark = pytest.mark.prints

LONG = [
    "Vertragserfüllung",
    "Bestandsdatenverarbeitungsvorgänge",
    "Auftragsverarbeitungsdienstleister",
    "Datenschutzgrundverordnung",
    "Aufbewahrungspflichten",
    "Drittlandübermittlungen",
    "Standardvertragsklauseln",
    "Selbstauskunft",
]
KEY = "0123456789abcdef" * 9


def table(cells: list[str]) -> str:
    rows = [["Name"] * len(cells), ["---"] * len(cells), cells]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows) + "\n"


def compared(old: str, new: str) -> Comparison:
    before, after = Document(parse(old)), Document(parse(new))
    return Comparison(Version("1", before), Version("2", after), amend(before, after), 0.0)


def spans(data: bytes) -> list[tuple[Any, dict[str, Any]]]:
    """Each page with what is drawn on it in one go."""
    document: Any = pymupdf.open(stream=data)  # type: ignore[no-untyped-call]
    return [
        (page, span)
        for page in document
        for block in page.get_text("dict")["blocks"]
        for line in block.get("lines", ())
        for span in line["spans"]
    ]


def test_nothing_runs_off_a_page_and_a_redline_is_one_of_lawyers() -> None:
    cells = f"{table(LONG)}{table(['Docs', f'`{KEY}`'])}{table(LONG[:5])}"
    old = "## Use {#use}\n\nWe keep 30 days.\n"
    new = f"## Use {{#use}}\n\nWe keep 60 days, as {KEY} says.\n\n{cells}"
    found = compared(old, new)
    drawn = spans(make_pdf(sheets.comparison_sheet(found, ENGLISH)))
    for page, span in drawn:
        assert page.rect.x0 < span["bbox"][0] <= span["bbox"][2] < page.rect.x1, span["text"]
    whole = "".join("".join(span["text"].split()) for _, span in drawn)
    assert whole.count(KEY) == 2
    assert all(word in whole for word in LONG)
    turned = {page.number for page, _ in drawn if page.rect.width > page.rect.height}
    assert len(turned) == 1
    # What is read aloud is there, and nobody sees it.
    seen = "".join(span["text"] for _, span in drawn if span["size"] > 1)
    assert "[added:" in whole
    assert "[added:" not in seen
    spoken = spans(make_pdf(sheets.comparison_sheet(found, ENGLISH, spoken=True)))
    assert "[added:" in "".join(span["text"] for _, span in spoken if span["size"] > 1)


def test_what_would_be_cut_off_is_refused() -> None:
    style = 'style="white-space: nowrap"'
    html = f'<html lang="en"><title>T</title><body><p {style}>{KEY}</p></body></html>'
    with pytest.raises(RenderError, match="has no room on its page"):
        make_pdf(html)


def test_a_table_that_has_room_stays_as_it_is() -> None:
    html = Markup("<table><tr><td>Orders and <b>bills</b></td><td>7 years</td></tr></table>")
    assert fitted_tables(html) == html
    wide = Markup('<table class="x" dir="ltr"><tr><td>{}</td></tr></table>').format("w" * 120)
    assert 'class="x pp-tight" dir="ltr"' in fitted_tables(wide)


def test_long_lists_go_over_pages_and_what_moved_stays_on_them() -> None:
    sentence = "Whoever uses it directs us to share all of this with everybody else there."
    rows = [f"| {word} {n} | {word}: {n} days and {KEY[:40]} |" for n in range(9) for word in LONG]
    head = "| Data | Kept |\n| --- | --- |\n"
    few = "".join(f"## Part {n} {{#p{n}}}\n\nIt is kept for {n} days.\n\n" for n in range(30))
    middle = f"Between them stands what nobody touched.\n\n{head}"
    old = f"{few}# T {{#t}}\n\nIt is public. {sentence}\n\n{middle}" + "\n".join(rows)
    new = f"{few.replace('days', 'weeks')}# T {{#t}}\n\nIt is public.\n\n{middle}"
    new += "\n".join([*rows[1:], rows[0]]) + f"\n\nThink of that. {sentence}\n\n***\n"
    drawn = spans(make_pdf(sheets.comparison_sheet(compared(old, new), ENGLISH)))
    *_, (last, _) = drawn
    colours = {shape["color"] or shape["fill"] for shape in last.get_drawings()}
    # The rule that came: a line of the colour of what was added.
    assert tuple(sign / 255 for sign in (0x10, 0x42, 0x1B)) in {
        tuple(round(part * 255) / 255 for part in colour) for colour in colours if colour
    }
    first = "".join(span["text"] for page, span in drawn if page.number == 0)
    assert "What changes, and why" in first
    assert "Part 3" in first
    assert "Part 29" not in first
    said = [(page, span) for page, span in drawn if "within this section" in span["text"]]
    assert len(said) == 4
    for page, span in drawn:
        assert page.rect.x0 < span["bbox"][0] <= span["bbox"][2] < page.rect.x1, span["text"]
