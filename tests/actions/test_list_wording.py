"""`publisher wording --list`: every word of a language, for who reads them through."""

from __future__ import annotations

from pathlib import Path

from publisher.edges.catalogs import program_messages
from publisher.wording.catalogs import plurals_by_message
from tests.fixtures.house import House

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def test_every_word_is_listed_as_it_is_shown(house: House, tmp_path: Path) -> None:
    own = house.root / "wording/de.po"
    own.parent.mkdir()
    own.write_text(f'{HEAD}msgid "a day we do not know"\nmsgstr "ein unbekannter Tag"\n', "utf-8")
    listed = house.ok("wording", "--language", "de", "--list")
    count = len(plurals_by_message(program_messages()))
    assert listed.startswith(f"{count:,} messages in German; digest: ")
    assert "\na day we do not know\n    ein unbekannter Tag\n" in listed
    assert "\n{day}, {time} UTC\n    {day}, {time} Uhr (UTC)\n" in listed
    (own.parent / "letter.de.md").write_text(
        "{% block greeting %}\nHallo {{ name }},\n{% endblock %}\n", "utf-8"
    )
    listed = house.ok("wording", "--language", "de", "--list")
    mine = listed.index("── wording/letter.de.md ──\n\n{% block greeting %}\nHallo {{ name }},")
    assert mine < listed.index("── letter.de.md ──\n\n{% block subject %}\n# ")
    assert "── receipt.de.md ──" in listed
    house.ok("wording", "--language", "de", "--list", "-o", str(tmp_path / "list.txt"))
    assert (tmp_path / "list.txt").read_text("utf-8") == listed


def test_what_nobody_has_translated_is_marked(house: House) -> None:
    house.ok("wording", "--language", "nl")
    listed = house.ok("wording", "--language", "nl", "--list")
    assert "\na day we do not know\n    (not translated)\n" in listed
    english = house.ok("wording", "--language", "en", "--list")
    assert "(not translated)" not in english
    assert "\na day we do not know\n    a day we do not know\n" in english


def test_the_digest_tells_whether_words_are_the_same(house: House) -> None:
    def digest() -> str:
        listed = house.ok("wording", "--language", "de", "--list")
        return listed.partition("digest: ")[2].partition("\n")[0]

    before = digest()
    house.ok("wording", "--language", "de")
    assert digest() == before, "what is laid down says what the program says"
    own = house.root / "wording/de.po"
    before_it = '"{day}, {time} UTC"\nmsgstr "'
    text = own.read_text("utf-8")
    assert before_it in text
    own.write_text(text.replace(before_it, f"{before_it}{{day}} {{time}}"), "utf-8")
    with_entry = digest()
    assert with_entry != before
    (own.parent / "link.de.md").write_text("{% block closing %}\nDanke.\n{% endblock %}\n", "utf-8")
    assert digest() not in (before, with_entry)
