"""Our own words among those of a text: all of them are in the language of the text."""

from __future__ import annotations

import re
from html import unescape

import pytest

from publisher.compare.amendment import amend
from publisher.markup.html import TextLinks, document_html
from publisher.markup.redline import redline
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import ENGLISH
from tests.fixtures.golden_cases import Case, cases
from tests.fixtures.marked_words import marked_words, unmarked

_SHOWN = re.compile(r'(?:aria-label|title|alt)="([^"]*)"|>([^<]*)<')


def said(html: str) -> str:
    """What is shown and read aloud of a fragment."""
    return unescape(" ".join(" ".join(pair) for pair in _SHOWN.findall(f">{html}<")))


def letters(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", unescape(text)))


def document(text: str) -> Document:
    return Document(parse(text, "p.md"))


@pytest.mark.parametrize("case", cases("changes.md"), ids=lambda case: case.title)
def test_what_a_redline_adds_comes_from_messages(case: Case) -> None:
    found = amend(document(case.old), document(case.new))
    for paper in (False, True):
        html = redline(found, marked_words(), paper=paper, views=not paper).html
        own = letters(unmarked(said(html)))
        assert not {word for word in own if word not in case.old + case.new}


def test_what_stands_beside_a_text_comes_from_messages() -> None:
    text = "## Use {#use}\n\nText.\n\n- item\n\n| A |\n| - |\n| b |\n\n![c](d.png)\n"
    links = TextLinks(permalinks=True, stories="../", names=["", "", "p", "i", "", "r", "s", "x"])
    html = document_html(parse(text), links, words=marked_words()).html
    assert not letters(unmarked(said(html))) - letters(text)


GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "[added:"
msgstr "[neu:"

msgid "end of added]"
msgstr "Ende des Neuen]"

msgid "{count} unchanged paragraph"
msgid_plural "{count} unchanged paragraphs"
msgstr[0] "{count} unveränderter Absatz"
msgstr[1] "{count} unveränderte Absätze"
"""


def test_a_redline_speaks_the_language_that_it_is_given() -> None:
    words = Catalogs({"de": GERMAN.encode()}).words("de")
    old = "## A {#a}\n\n" + "".join(f"Satz {n}.\n\n" for n in range(5)) + "### B {#b}\n\nText.\n"
    found = amend(document(old), document(old.replace("Text", "Text und mehr")))
    html = redline(found, words, views=True).html
    assert "[neu: " in html
    assert " Ende des Neuen]" in html
    assert "5 unveränderte Absätze" in html
    assert " Ende\xa0des\xa0Neuen]" in redline(found, words, paper=True).html
    assert "[added: " in redline(found).html


def test_our_own_words_go_their_own_way_among_letters_of_the_other() -> None:
    old = "## A {#a}\n\nנוסח קודם.\n"
    found = amend(document(old), document(old.replace("קודם", "חדש")))
    assert 'class="pp-say" dir="ltr">' in redline(found, ENGLISH).html
    assert 'class="pp-say" dir="rtl">' in redline(found, marked_words("ar")).html


@pytest.mark.parametrize("count", [1, 2])
def test_one_is_singular(count: int) -> None:
    text = "".join(f"Text {n}.\n\n" for n in range(count))
    old = f"## A {{#a}}\n\n{text}### B {{#b}}\n\nText.\n"
    found = amend(document(old), document(old.replace("{#b}\n\nText", "{#b}\n\nMore")))
    html = redline(found, views=True).html
    assert f"{count} unchanged paragraph{'s' * (count > 1)}<" in html
