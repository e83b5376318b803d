"""An amendment in figures, and a change in a few words, in any language."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from publisher.compare.amendment import Counts, amend
from publisher.compare.change import Change, ChangeKind
from publisher.compare.change_words import change_words
from publisher.compare.summary import (
    AmendmentFigures,
    Wordless,
    amendment_figures,
    figures_sentence,
    summary_sentence,
    words_in_figures,
)
from publisher.text.clauses import Document
from publisher.text.parsing import parse
from publisher.wording.catalogs import Catalogs
from publisher.wording.words import ENGLISH
from tests.fixtures.marked_words import marked_words, unmarked

GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "{count} section amended"
msgid_plural "{count} sections amended"
msgstr[0] "{count} Abschnitt geändert"
msgstr[1] "{count} Abschnitte geändert"

msgctxt "sections"
msgid "{count} moved"
msgid_plural "{count} moved"
msgstr[0] "{count} verschoben"
msgstr[1] "{count} verschoben"

msgid "{count} word added"
msgid_plural "{count} words added"
msgstr[0] "{count} Wort hinzugefügt"
msgstr[1] "{count} Wörter hinzugefügt"

msgctxt "words"
msgid "{count} removed"
msgid_plural "{count} removed"
msgstr[0] "{count} entfernt"
msgstr[1] "{count} entfernt"

msgctxt "section"
msgid "amended"
msgstr "geändert"

msgctxt "section"
msgid "renamed from “{title}”"
msgstr "umbenannt, früher „{title}“"
"""


def figures(number: int) -> AmendmentFigures:
    counts = Counts(inserted=number, deleted=number, moved=number)
    kinds = dict.fromkeys(ChangeKind, number)
    return AmendmentFigures(kinds, counts, Wordless.NOTHING)


def document(text: str) -> Document:
    return Document(parse(text, "p.md"))


@pytest.mark.parametrize("number", [0, 1, 2, 1234])
def test_figures_are_singular_exactly_where_they_are_one(number: int) -> None:
    said = figures_sentence(figures(number), ENGLISH)
    said += " " + words_in_figures(number, number, ENGLISH)
    assert not re.search(r"\b1 (sections|words)\b", said)
    assert not re.search(r"\b(0|2|1,234) (section|word)\b", said)
    assert number or said == "No change "


def test_a_sentence_is_in_the_language_that_it_is_asked_for_in() -> None:
    words = Catalogs({"de": GERMAN.encode()}).words("de")
    counts = Counts(inserted=1234, deleted=1, moved=0)
    kinds = Counter({ChangeKind.AMENDED: 1, ChangeKind.MOVED: 2})
    found = AmendmentFigures(kinds, counts, Wordless.NOTHING)
    assert figures_sentence(found, words) == (
        "1 Abschnitt geändert, 2 verschoben; 1.234 Wörter hinzugefügt, 1 entfernt"
    )
    change = Change(ChangeKind.RETITLED, "use", "Verwendung", was="Nutzung")
    assert change_words(change, words) == "umbenannt, früher „Nutzung“"
    assert change_words(replace(change, kind=ChangeKind.AMENDED), words) == "geändert"


def test_no_word_of_it_stands_outside_of_messages() -> None:
    words = marked_words()
    for number in (0, 1, 2):
        assert not unmarked(figures_sentence(figures(number), words))
    for wordless in (Wordless.FORM, Wordless.SECTIONS):
        assert not unmarked(figures_sentence(replace(figures(0), wordless=wordless), words))
    for kind in ChangeKind:
        change = Change(kind, "use", "Use", was="Usage")
        assert not unmarked(change_words(change, words))


def test_what_changed_without_a_word_is_told_apart() -> None:
    old, rule = "# Use {#use}\n\nA b.\n", "# Use {#use}\n\nA b.\n\n---\n"
    assert amendment_figures(amend(document(old), document(old))).wordless is Wordless.NOTHING
    assert amendment_figures(amend(document(old), document(rule))).wordless is Wordless.SECTIONS
    emphasis = amend(document(old), document(old.replace("A", "*A*")))
    assert amendment_figures(emphasis).wordless is Wordless.FORM
    assert summary_sentence(emphasis, ENGLISH).startswith("No words changed: ")


def test_a_section_that_has_a_new_title_is_told_by_its_old_one() -> None:
    change = Change(ChangeKind.RETITLED, "use", "Use", was="Usage")
    assert change_words(change, ENGLISH) == "renamed from “Usage”"
    assert change_words(replace(change, kind=ChangeKind.ADDED), ENGLISH) == "new"
    assert change_words(replace(change, kind=ChangeKind.REMOVED), ENGLISH) == "removed"
